/**
 * Documentation routes: the API explorer at /docs and /docs/api, with its files and pages. Invariants: the content
 * policy below forbids other hosts and inline code; files are served by name from a fixed list, so no path leads
 * elsewhere.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { explorerPage, explorerScript, icon } from "./explorer.ts";
import { explorerStyle } from "./explorer-style.ts";
import { pageSources } from "./page.ts";

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

interface Asset {
  type: string;
  etag: string;
  plain: Buffer;
  zipped: Buffer;
}

const html = "text/html; charset=utf-8";
const css = "text/css; charset=utf-8";
const script = "text/javascript; charset=utf-8";

/** The files below /docs/; a function, because most servers never serve a page. */
const sources: ReadonlyMap<string, { type: string; read: () => Promise<Buffer> }> = new Map([
  ["", { type: html, read: async () => Buffer.from(explorerPage) }],
  ["api", { type: html, read: async () => Buffer.from(explorerPage) }],
  ["api/icon.svg", { type: "image/svg+xml", read: async () => Buffer.from(icon) }],
  ["api/init.js", { type: script, read: async () => Buffer.from(explorerScript) }],
  ["api/style.css", { type: css, read: async () => Buffer.from(explorerStyle) }],
  ["api/swagger-ui-bundle.js", { type: script, read: () => readPackaged("swagger-ui-bundle.js") }],
  ["api/swagger-ui.css", { type: css, read: () => readPackaged("swagger-ui.css") }],
  ...pageSources(),
]);

/** The entry, and every path below it. */
export const docsPaths = ["/docs", ...[...sources.keys()].map((name) => `/docs/${name}`)];

function readPackaged(name: string): Promise<Buffer> {
  const main = createRequire(import.meta.url).resolve("@fastify/swagger-ui");
  return readFile(join(dirname(main), "static", name));
}

/** Serves /docs, with or without a trailing slash, and its files. No key is required. */
export function docsRoutes(app: FastifyInstance): void {
  const assets = new Map<string, Promise<Asset>>();

  async function send(name: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const source = sources.get(name);
    if (!source) {
      reply.callNotFound();
      return reply;
    }
    const asset = await (assets.get(name) ?? cacheAsset(assets, name, source));
    return sendAsset(asset, request, reply);
  }

  app.get("/docs", (request, reply) => send("", request, reply));
  app.get<{ Params: { "*": string } }>("/docs/*", (request, reply) =>
    send(request.params["*"], request, reply),
  );
}

/** Reads an asset once; a failure is not cached, so that the next request retries. */
function cacheAsset(
  assets: Map<string, Promise<Asset>>,
  name: string,
  { type, read }: { type: string; read: () => Promise<Buffer> },
): Promise<Asset> {
  const asset = read().then(async (plain) => ({
    type,
    etag: `W/"${createHash("sha256").update(plain).digest("base64url").slice(0, 22)}"`,
    plain,
    zipped: await promisify(gzip)(plain),
  }));
  asset.catch(() => assets.delete(name));
  assets.set(name, asset);
  return asset;
}

function sendAsset(asset: Asset, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { "accept-encoding": encodings = "", "if-none-match": known = "" } = request.headers;
  void reply.headers({
    "content-security-policy": policy,
    "cache-control": "no-cache",
    etag: asset.etag,
    "referrer-policy": "no-referrer",
    vary: "accept-encoding",
    "x-content-type-options": "nosniff",
  });
  if (known.split(",").some((tag) => tag.trim() === asset.etag)) return reply.code(304).send();
  void reply.type(asset.type);
  if (!/\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(encodings)) return reply.send(asset.plain);
  return reply.header("content-encoding", "gzip").send(asset.zipped);
}
