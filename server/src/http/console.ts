/**
 * Console: the pages for agents and administrators, a plain client of the API. Their files are built into dist/console;
 * until they are there, browsers get the start page. Invariants: the policy allows nothing inline, nothing from other
 * hosts and no string as code (trusted types); files are served by name from a list made once per build, so no path
 * leads elsewhere.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { prefersHtml } from "./accept.ts";

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const pageHeaders = {
  "content-security-policy": policy,
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-cache",
};
const assetHeaders = {
  "x-content-type-options": "nosniff",
  "cache-control": "public, max-age=31536000, immutable",
};

const types: Record<string, string> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  woff2: "font/woff2",
};

/** The pages of the console, by the first part of their path; the console itself knows the rest. */
const pages = ["start", "welcome", "sign-in", "call", "customers", "tickets", "settings"];

/** The paths of the console, as the router compares them. */
export const consolePaths = pages.map((page) => `/${page}`);

interface File {
  type: string;
  plain: Buffer;
  zipped: Buffer | undefined;
}

interface Build {
  /** of index.html, in milliseconds: a new build has another */
  madeAt: number;
  page: Buffer;
  files: ReadonlyMap<string, File>;
}

const zip = promisify(gzip);

/** The folder of the built console, searched in the parent folders, as bundle and sources find it. */
async function consoleFolder(): Promise<string | undefined> {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    for (const candidate of [join(folder, "console"), join(folder, "dist", "console")])
      if (await madeAt(candidate)) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

async function madeAt(folder: string): Promise<number | undefined> {
  try {
    return (await stat(join(folder, "fingerprint"))).mtimeMs;
  } catch {
    return undefined;
  }
}

/** Reads the files of a build; fonts are compressed already. */
async function readBuild(folder: string, at: number): Promise<Build> {
  const files = new Map<string, File>();
  for (const name of await readdir(join(folder, "assets"))) {
    const plain = await readFile(join(folder, "assets", name));
    const type = types[name.slice(name.lastIndexOf(".") + 1)];
    if (type)
      files.set(name, { type, plain, zipped: type.startsWith("font") ? undefined : await zip(plain) });
  }
  return { madeAt: at, page: await readFile(join(folder, "index.html")), files };
}

/** The console as it is served. */
export class Console {
  #folder: string | undefined;
  #build: Promise<Build> | undefined;
  #madeAt = 0;

  /** the newest build, read once; undefined while there is none */
  async build(): Promise<Build | undefined> {
    this.#folder ??= await consoleFolder();
    const at = this.#folder === undefined ? undefined : await madeAt(this.#folder);
    if (this.#folder === undefined || at === undefined) return undefined;
    if (at !== this.#madeAt) {
      this.#madeAt = at;
      this.#build = readBuild(this.#folder, at);
      this.#build.catch(() => {
        this.#madeAt = 0; // a build that was being replaced is read again
      });
    }
    return this.#build;
  }

  /** Answers with the page, if there is a console; whether it did. */
  async sendPage(reply: FastifyReply): Promise<boolean> {
    const build = await this.build().catch(() => undefined);
    if (!build) return false;
    await reply.headers(pageHeaders).type("text/html; charset=utf-8").send(build.page);
    return true;
  }
}

/** Serves the pages of the console and their files; where there is none, the path is as unknown as any other. */
export function consoleRoutes(app: FastifyInstance, built: Console): void {
  const page = async (request: FastifyRequest, reply: FastifyReply) => {
    void reply.header("vary", "accept");
    if (!prefersHtml(request.headers.accept) || !(await built.sendPage(reply))) reply.callNotFound();
    return reply;
  };
  for (const path of consolePaths) {
    app.get(path, page);
    app.get(`${path}/*`, page);
  }
  app.get<{ Params: { name: string } }>("/assets/:name", async (request, reply) => {
    const file = (await built.build())?.files.get(request.params.name);
    if (!file) {
      reply.callNotFound();
      return reply;
    }
    const { type, plain, zipped } = file;
    const takesGzip = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(request.headers["accept-encoding"] ?? "");
    void reply.headers({ ...assetHeaders, vary: "accept-encoding" }).type(type);
    if (!zipped || !takesGzip) return reply.send(plain);
    return reply.header("content-encoding", "gzip").send(zipped);
  });
}
