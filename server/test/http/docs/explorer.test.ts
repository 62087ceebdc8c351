// The explorer page: its files and headers, and that nothing else can be read through it.
import { Script } from "node:vm";
import { gunzipSync } from "node:zlib";
import { openapi } from "@dossier/api";
import { fastify, type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docsRoutes } from "../../../src/http/docs/docs.ts";

const files: Record<string, string> = {
  "/docs": "text/html; charset=utf-8",
  "/docs/": "text/html; charset=utf-8",
  "/docs/api": "text/html; charset=utf-8",
  "/docs/api/icon.svg": "image/svg+xml",
  "/docs/api/init.js": "text/javascript; charset=utf-8",
  "/docs/api/style.css": "text/css; charset=utf-8",
  "/docs/api/swagger-ui-bundle.js": "text/javascript; charset=utf-8",
  "/docs/api/swagger-ui.css": "text/css; charset=utf-8",
};

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
    const named = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map((match) => match[1] ?? "");
    expect(named).toContain("/docs/api/init.js");
    for (const url of named)
      expect(["/openapi.json", "/docs/index"].includes(url) || url in files, url).toBe(true);
    expect(page).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|https?:/);
    expect((await app.inject({ url: "/docs/api/init.js" })).body).not.toMatch(/https?:/);
  });

  test("has styles that load nothing, from nowhere", async () => {
    expect((await app.inject({ url: "/docs/api/style.css" })).body).not.toMatch(/url\(|@import/);
    const { body } = await app.inject({ url: "/docs/api/swagger-ui.css" });
    expect(body).not.toContain("@import");
    const loaded = [...body.matchAll(/url\(\s*["']?([^)]{1,8})/g)].map((match) => match[1] ?? "");
    for (const start of loaded) expect(start).toMatch(/^data:/);
  });

  test("names the header for the key, and no other way to send it", async () => {
    const { body } = await app.inject({ url: "/docs/api/init.js" });
    expect(body).toContain("spec.components.securitySchemes = { apiKey };");
    const { components } = openapi() as { components: { securitySchemes: Record<string, unknown> } };
    expect(components.securitySchemes.apiKey).toMatchObject({ type: "apiKey", in: "header", name: "apiKey" });
  });

  test("has a script that can be read as one", async () => {
    const { body } = await app.inject({ url: "/docs/api/init.js" });
    expect(() => new Script(body)).not.toThrow();
  });

  test("answers 304 to whoever has the file already", async () => {
    for (const url of Object.keys(files)) {
      const { etag } = (await app.inject({ url })).headers;
      const again = await app.inject({ url, headers: { "if-none-match": `"other", ${etag}` } });
      expect(again.statusCode).toBe(304);
      expect(again.body).toBe("");
      expect((await app.inject({ url, headers: { "if-none-match": 'W/"other"' } })).statusCode).toBe(200);
    }
  });

  test("compresses for whoever takes gzip", async () => {
    const url = "/docs/api/swagger-ui-bundle.js";
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
    "/docs/static/swagger-ui.css",
    "/docs/swagger-ui.css",
    "/docs/index.html",
    "/docs/constructor",
    "/docs/api/index.html",
    "/docs/api/swagger-ui.css%00",
  ])("has nothing at %s", async (url) => {
    const answer = await app.inject({ url });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers["content-security-policy"]).toBe("default-src 'none'");
  });
});
