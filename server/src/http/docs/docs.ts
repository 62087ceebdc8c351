/**
 * Documentation routes: the pages, and the API explorer at /docs and /docs/api, with their files. Invariants: the content
 * policy below forbids other hosts and inline code; files are served by name from a fixed list, so no path leads
 * elsewhere.
 */
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { LRUCache } from "lru-cache";
import { operationEntries, renderExplorer } from "./explorer.ts";
import { explorerScript } from "./explorer-script.ts";
import { explorerStyle } from "./explorer-style.ts";
import { addressOf, printedAddress } from "./frame.ts";
import { icon } from "./icon.ts";
import { type PageSource, pageSources } from "./page.ts";

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

/** The files below /docs/; read at their first request, because most servers never serve a page. */
const sources: ReadonlyMap<string, PageSource[1]> = new Map([
  ["api", { type: "text/html; charset=utf-8", read: async () => Buffer.from(await renderExplorer()) }],
  ["icon.svg", { type: "image/svg+xml", read: async () => Buffer.from(icon) }],
  ["explorer.js", { type: "text/javascript; charset=utf-8", read: async () => Buffer.from(explorerScript) }],
  ["explorer.css", { type: "text/css; charset=utf-8", read: async () => Buffer.from(explorerStyle) }],
  ...pageSources(operationEntries),
]);

/** The entry, and every path below it. */
export const docsPaths = ["/docs", "/docs/", ...[...sources.keys()].map((name) => `/docs/${name}`)];

/** Serves /docs, with or without a trailing slash, and its files. No key is required. */
export function docsRoutes(app: FastifyInstance): void {
  const assets = new Map<string, Promise<Asset>>();
  const withAddress = createAddressCache();

  async function send(name: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const source = sources.get(name);
    if (!source) {
      reply.callNotFound();
      return reply;
    }
    const asset = await cached(assets, name, async () => createAsset(source.type, await source.read()));
    return sendAsset(
      source.isPage ? await withAddress(name, asset, addressOf(request)) : asset,
      request,
      reply,
    );
  }

  app.get("/docs", (request, reply) => send("api", request, reply));
  app.get<{ Params: { "*": string } }>("/docs/*", (request, reply) =>
    send(request.params["*"] || "api", request, reply),
  );
}

interface AssetCache {
  get(key: string): Promise<Asset> | undefined;
  set(key: string, asset: Promise<Asset>): unknown;
  delete(key: string): unknown;
}

/** Makes an asset once; a failure is not cached, so that the next request retries. */
function cached(assets: AssetCache, key: string, make: () => Promise<Asset>): Promise<Asset> {
  const known = assets.get(key);
  if (known) return known;
  const asset = make();
  asset.catch(() => assets.delete(key));
  assets.set(key, asset);
  return asset;
}

async function createAsset(type: string, plain: Buffer): Promise<Asset> {
  const etag = `W/"${createHash("sha256").update(plain).digest("base64url").slice(0, 22)}"`;
  return { type, etag, plain, zipped: await promisify(gzip)(plain) };
}

/** The pages with an address that are kept, those asked for last: a client chooses the address. */
const maxPages = 100;

/**
 * Pages with the address of this server in their examples. They are made one at a time, because compression would
 * otherwise take all processors.
 */
function createAddressCache(): (name: string, page: Asset, address: string) => Promise<Asset> {
  const pages = new LRUCache<string, Promise<Asset>>({ max: maxPages });
  let last: Promise<Asset> | undefined;
  async function make(previous: typeof last, page: Asset, address: string): Promise<Asset> {
    await previous?.catch(() => undefined);
    return createAsset(page.type, Buffer.from(page.plain.toString().replaceAll(printedAddress, address)));
  }
  return async (name, page, address) => {
    if (address === printedAddress) return page;
    return cached(pages, `${name} ${address}`, () => (last = make(last, page, address)));
  };
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
