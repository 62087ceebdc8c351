// The files of the documentation: their headers, and that nothing else can be read through them; every operation of the
// explorer has an address and a form.
import { Script } from "node:vm";
import { gunzipSync } from "node:zlib";
import { openapi } from "@dossier/api";
import { fastify, type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docsRoutes } from "../../../src/http/docs/docs.ts";

const script = "text/javascript; charset=utf-8";
const css = "text/css; charset=utf-8";
const files: Record<string, string> = {
  "/docs": "text/html; charset=utf-8",
  "/docs/": "text/html; charset=utf-8",
  "/docs/api": "text/html; charset=utf-8",
  "/docs/icon.svg": "image/svg+xml",
  "/docs/explorer.js": script,
  "/docs/explorer.css": css,
  "/docs/page.css": css,
  "/docs/page.js": script,
  "/docs/search.js": script,
  "/docs/session.js": script,
  "/docs/search.json": "application/json; charset=utf-8",
};
const scripts = Object.keys(files).filter((name) => name.endsWith(".js"));

describe.each([true, false])("the explorer, with ignoreTrailingSlash %s", (ignoreTrailingSlash) => {
  let app: FastifyInstance;
  beforeAll(async () => {
    app = fastify({ routerOptions: { ignoreTrailingSlash } });
    app.addHook("onRequest", async (_request, reply) => {
      reply.header("content-security-policy", "default-src 'none'");
    });
    docsRoutes(app);
    await app.ready();
  });
  afterAll(() => app.close());

  test.each(Object.entries(files))("serves %s as %s", async (url, type) => {
    const answer = await app.inject({ url });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["content-type"]).toBe(type);
    expect(answer.headers["x-content-type-options"]).toBe("nosniff");
    expect(answer.rawPayload.length).toBeGreaterThan(100);
    expect(Number(answer.headers["content-length"])).toBe(answer.rawPayload.length);
    expect((await app.inject({ method: "HEAD", url })).statusCode).toBe(200);
  });

  test("allows scripts, styles and requests of this server only, and nothing inline", async () => {
    const policy = String((await app.inject({ url: "/docs" })).headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  test("needs nothing from elsewhere and nothing inline", async () => {
    const page = (await app.inject({ url: "/docs" })).body;
    const named = [...page.matchAll(/(?:src|href)="([^"#][^"]*)"/g)].map((match) => match[1] ?? "");
    expect(named).toContain("/docs/explorer.js");
    for (const url of named)
      expect(["/openapi.json", "/docs/index"].includes(url) || url in files, url).toBe(true);
    expect(page.replace(/<(textarea|pre)\b.*?<\/\1>/gs, "")).not.toMatch(
      /<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/,
    );
    for (const url of scripts) expect((await app.inject({ url })).body).not.toMatch(/https?:/);
  });

  test("has styles that load nothing, from nowhere", async () => {
    for (const url of ["/docs/page.css", "/docs/explorer.css"])
      expect((await app.inject({ url })).body).not.toMatch(/url\(|@import/);
  });

  test("has every operation of the document, each with an address, a form and a link to it", async () => {
    const { paths } = openapi() as { paths: Record<string, Record<string, { operationId?: string }>> };
    const ids = Object.values(paths).flatMap((item) =>
      Object.values(item).flatMap(({ operationId }) => operationId ?? []),
    );
    const page = (await app.inject({ url: "/docs/api" })).body;
    for (const id of ids) {
      expect(page).toContain(`<details class="operation" id="${id}">`);
      expect(page).toContain(`data-operation="${id}"`);
      expect(page).toContain(`<a href="#${id}">`);
    }
    expect(page.match(/<details class="operation"/g)).toHaveLength(ids.length);
    const all = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(all).size).toBe(all.length);
  });

  test("has scripts that can be read as some", async () => {
    for (const url of scripts) {
      const { body } = await app.inject({ url });
      const plain = body.replaceAll(/^(import .*|export )/gm, "").replaceAll(/^/gm, " ");
      expect(() => new Script(`async () => {${plain}}`)).not.toThrow();
    }
  });

  test("answers 304 to a client that has the file already", async () => {
    for (const url of Object.keys(files)) {
      const { etag } = (await app.inject({ url })).headers;
      const again = await app.inject({ url, headers: { "if-none-match": `"other", ${etag}` } });
      expect(again.statusCode).toBe(304);
      expect(again.body).toBe("");
      expect((await app.inject({ url, headers: { "if-none-match": 'W/"other"' } })).statusCode).toBe(200);
    }
  });

  test("compresses for a client that accepts gzip", async () => {
    const url = "/docs/api";
    const plain = await app.inject({ url, headers: { "accept-encoding": "gzip;q=0, br" } });
    const zipped = await app.inject({ url, headers: { "accept-encoding": "deflate, gzip, br" } });
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(zipped.headers).toMatchObject({ "content-encoding": "gzip", vary: "accept-encoding" });
    expect(gunzipSync(zipped.rawPayload).equals(plain.rawPayload)).toBe(true);
    expect(zipped.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2);
  });

  test.each([
    "/docs/../package.json",
    "/docs/%2e%2e/package.json",
    "/docs/..%2fpackage.json",
    "/docs/static/page.css",
    "/docs/index.html",
    "/docs/constructor",
    "/docs/api/index.html",
    "/docs/page.css%00",
  ])("has nothing at %s", async (url) => {
    const answer = await app.inject({ url });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers["content-security-policy"]).toBe("default-src 'none'");
  });
});
