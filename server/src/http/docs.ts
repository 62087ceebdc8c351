/**
 * The API explorer at /docs: Swagger UI from the installed package, in a page, style and script of ours. Nothing comes
 * from another host and nothing runs inline: the policy below forbids both. Files are served by name from a fixed
 * list, so no path leads anywhere else.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { pageSources } from "./docs-page.ts";

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

/** What can be asked for below /docs/; a function, because most servers never show a page. */
const sources: ReadonlyMap<string, { type: string; read: () => Promise<Buffer> }> = new Map([
  ["", { type: html, read: async () => Buffer.from(page) }],
  ["icon.svg", { type: "image/svg+xml", read: async () => Buffer.from(icon) }],
  ["init.js", { type: script, read: async () => Buffer.from(init) }],
  ["style.css", { type: css, read: async () => Buffer.from(style) }],
  ["swagger-ui-bundle.js", { type: script, read: () => readPackaged("swagger-ui-bundle.js") }],
  ["swagger-ui.css", { type: css, read: () => readPackaged("swagger-ui.css") }],
  ...pageSources(),
]);

function readPackaged(name: string): Promise<Buffer> {
  const main = createRequire(import.meta.url).resolve("@fastify/swagger-ui");
  return readFile(join(dirname(main), "static", name));
}

/** Serves the explorer: /docs, with or without a slash behind it, and its files. No key is needed to look at it. */
export function docsRoutes(app: FastifyInstance): void {
  const assets = new Map<string, Promise<Asset>>();

  async function send(name: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const source = sources.get(name);
    if (!source) {
      reply.callNotFound();
      return reply;
    }
    const asset = await (assets.get(name) ?? keep(assets, name, source));
    return sendAsset(asset, request, reply);
  }

  app.get("/docs", (request, reply) => send("", request, reply));
  app.get<{ Params: { "*": string } }>("/docs/*", (request, reply) =>
    send(request.params["*"], request, reply),
  );
}

/** Reads an asset once; a failure is not kept, so that the next request tries again. */
function keep(
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

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Dossier · API explorer</title>
<link rel="icon" type="image/svg+xml" href="/docs/icon.svg">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="stylesheet" href="/docs/style.css">
<script src="/docs/swagger-ui-bundle.js" defer></script>
<script src="/docs/init.js" defer></script>
</head>
<body>
<header class="masthead">
<div class="column">
<a class="mark" href="/docs"><img src="/docs/icon.svg" alt="" width="28" height="28">Dossier</a>
<span class="place">API explorer</span>
<a class="file" href="/openapi.json">openapi.json</a>
</div>
</header>
<main>
<section class="intro column">
<p class="lead">Every operation of this installation, ready to be tried: what it takes, what it answers, and how it fails.</p>
<p>Press <b>Authorize</b>, paste an API key, and <b>Execute</b> sends real requests with it,
to this server only. The key stays in this page and is forgotten when you leave it.</p>
</section>
<div id="explorer"><noscript><p class="column">The explorer needs JavaScript. Without it, read
<a href="/openapi.json">openapi.json</a>.</p></noscript></div>
</main>
</body>
</html>
`;

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<path fill="#b4532a" d="M3 8a3 3 0 0 1 3-3h7l3 4h10a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3z"/>
<circle cx="16" cy="16" r="2.6" fill="#fff"/><path fill="#fff" d="M10.5 24c0-3.2 2.4-4.6 5.5-4.6s5.5 1.4 5.5 4.6z"/>
</svg>
`;

/**
 * Swagger UI has dark colours under a class; the system's choice decides, also when it changes. Of the three ways to
 * send a key the dialog offers the header only: three forms for one key puzzle people.
 * Forms are filled with the example and send nothing else: left alone, Swagger UI writes "string" into every field,
 * and sends those that are empty, which clears names.
 */
const init = `const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();

async function load() {
  const answer = await fetch("/openapi.json");
  if (!answer.ok) throw new Error("openapi.json: " + answer.status);
  const spec = await answer.json();
  const { apiKey } = spec.components.securitySchemes;
  spec.components.securitySchemes = { apiKey };
  spec.security = [{ apiKey: [] }];
  for (const item of Object.values(spec.paths))
    for (const { requestBody } of Object.values(item))
      for (const [type, media] of Object.entries(requestBody?.content ?? {}))
        if (type !== "application/json") fillForm(media, spec.components.schemas);
  return spec;
}

function fillForm(media, schemas) {
  const schema = structuredClone(schemas[media.schema.$ref.split("/").at(-1)]);
  for (const name of Object.keys(media.example)) schema.properties[name] ??= { type: "string" };
  for (const [name, field] of Object.entries(schema.properties))
    field.examples = [media.example[name] ?? (field.type === "array" ? [] : "")];
  media.schema = schema;
}

const emptyIsNotSent = ({ React }) => ({
  wrapComponents: {
    ParameterIncludeEmpty: (Original) => (props) => {
      const isIncludedOptions = { ...props.isIncludedOptions, defaultValue: false };
      return React.createElement(Original, { ...props, isIncludedOptions });
    },
  },
});

function show(spec) {
  SwaggerUIBundle({
    dom_id: "#explorer",
    spec,
    layout: "BaseLayout",
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [emptyIsNotSent],
    validatorUrl: null,
    tryItOutEnabled: true,
    deepLinking: true,
    filter: true,
    displayRequestDuration: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
  });
}

load().then(show, () => {
  const sorry = Object.assign(document.createElement("p"), { className: "column" });
  sorry.textContent = "The description of the API could not be loaded. Reload the page to try again.";
  document.querySelector("#explorer").replaceChildren(sorry);
});
`;

/** First the page, then what of Swagger UI's look is changed: order, fonts, widths, and what says nothing here. */
const style = `:root {
  --ink: #1f2328; --soft: #59636e; --line: #d9dde2; --paper: #ffffff; --ground: #f4f5f6; --accent: #a34721; --on-accent: #ffffff;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Noto Sans Mono", "Liberation Mono", Menlo, monospace;
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8ea; --soft: #a3abb3; --line: #363c42; --paper: #1c2022; --ground: #14171a; --accent: #f0946a; --on-accent: #1c1512; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 var(--sans); }
.column, .swagger-ui .wrapper, .swagger-ui .scheme-container .schemes { width: 100%; max-width: 1200px; margin: 0 auto; padding: 0 24px; }
.masthead { background: var(--ground); border-bottom: 1px solid var(--line); }
.masthead .column { display: flex; align-items: center; gap: 12px; height: 60px; }
.mark { display: flex; align-items: center; gap: 10px; color: inherit; font-size: 20px; font-weight: 650; text-decoration: none; }
.place { color: var(--soft); }
.file { margin-left: auto; color: var(--accent); font: 14px var(--mono); }
.intro { padding-top: 32px; }
.intro p { max-width: 46rem; margin: 0 0 10px; color: var(--soft); }
.intro .lead { color: var(--ink); font-size: 21px; line-height: 1.4; }
.intro b { color: var(--ink); }

.swagger-ui, .swagger-ui :not(pre, pre *, code, textarea, .opblock-summary-path, .opblock-summary-path *) { font-family: var(--sans) !important; }
.swagger-ui :is(pre, pre *, code, textarea, .opblock-summary-path, .opblock-summary-path *) { font-family: var(--mono) !important; }
.swagger-ui > div:has(> .information-container) { display: flex; flex-direction: column; }
.swagger-ui .scheme-container { order: -1; margin: 0; padding: 12px 0 28px; background: none; box-shadow: none; }
.swagger-ui .scheme-container .schemes { display: block; }
.swagger-ui .scheme-container .schemes > .schemes-server-container { display: none; }
.swagger-ui .scheme-container .auth-wrapper { justify-content: flex-start; }
.swagger-ui .btn.authorize { margin: 0; padding: 7px 18px; border-color: var(--accent) !important; background: var(--accent) !important; color: var(--on-accent) !important; }
.swagger-ui .btn.authorize span { padding: 0 10px 0 0; }
.swagger-ui .btn.authorize svg { color: inherit !important; }

.swagger-ui .information-container.wrapper { max-width: none; padding: 0; border-block: 1px solid var(--line); background: var(--ground); }
.swagger-ui .information-container > section { max-width: 1200px; margin: 0 auto; padding: 0 24px; }
.swagger-ui .info { margin: 28px 0; }
.swagger-ui .info hgroup.main { margin: 0 0 14px; }
.swagger-ui .info hgroup.main .link, .swagger-ui .info__summary { display: none; }
.swagger-ui .info .title { display: flex; align-items: center; color: var(--ink); font-size: 22px; }
.swagger-ui .info .title span { display: flex; gap: 6px; margin-left: 10px; }
.swagger-ui .info .title small, .swagger-ui .info .title small.version-stamp { position: static; margin: 0; padding: 2px 8px; border-radius: 9px; background: var(--soft) !important; }
.swagger-ui .info .title small pre { color: var(--paper) !important; font-size: 11px; line-height: 1.4; }
.swagger-ui .info .renderedMarkdown > p:first-child { margin-top: 0; }
.swagger-ui .info .description .renderedMarkdown { columns: 2 24rem; column-gap: 48px; }
.swagger-ui .info :is(p, li) { color: var(--ink); font-size: 15px; line-height: 1.55; }
.swagger-ui .info h3 { margin: 18px 0 4px; color: var(--ink); font-size: 16px; break-after: avoid; }
.swagger-ui .info h3 + p { margin-top: 0; }
.swagger-ui .info a { color: var(--accent); }
.swagger-ui .renderedMarkdown code, .dark-mode .swagger-ui .renderedMarkdown code {
  padding: 1px 4px; border: 1px solid var(--line); background: var(--paper); color: var(--ink); font-size: .88em; font-weight: 500; white-space: nowrap;
}
.swagger-ui .filter .operation-filter-input { max-width: 28rem; margin: 24px 0 8px; padding: 8px 12px; border: 1px solid var(--line); }
.swagger-ui .opblock-tag { padding-left: 0; border-color: var(--line); }
.swagger-ui .opblock .opblock-summary-path { font-size: 15px; font-weight: 600; }
.swagger-ui .opblock-description-wrapper p, .swagger-ui .response-col_description p { margin: 0 0 8px; font-size: 14px; }
.swagger-ui .response-col_links { display: none !important; }
.swagger-ui .parameters-col_description .renderedMarkdown p, .swagger-ui .opblock .renderedMarkdown li { font-size: 14px; }
.swagger-ui .response-col_description .renderedMarkdown ul { margin: 0 0 8px; padding-left: 18px; }
.swagger-ui .responses-inner td.response-col_description { padding-bottom: 18px; }
.swagger-ui .parameters-col_name { min-width: 11rem; }
.swagger-ui .parameter__name { font-size: 14px; font-weight: 600; white-space: nowrap; }
.swagger-ui textarea { min-height: 200px; font-weight: 400; }
.swagger-ui table.headers td { font-weight: 400; vertical-align: top; }
.swagger-ui .opblock-body pre.microlight, .swagger-ui .body-param__example { font-weight: 400; }

@media (max-width: 640px) {
  .column, .swagger-ui .wrapper, .swagger-ui .scheme-container .schemes { padding: 0 14px; }
  .place { display: none; }
  .intro .lead { font-size: 19px; }
  .swagger-ui .opblock .opblock-section-header { flex-wrap: wrap; gap: 8px; height: auto; padding: 10px 14px; }
  .swagger-ui table.parameters :is(tbody, tr, td), .swagger-ui table.responses-table > tbody :is(.response, .response > td) { display: block; width: auto; }
  .swagger-ui table.parameters thead, .swagger-ui table.responses-table > thead { display: none; }
  .swagger-ui table.parameters td.parameters-col_name { padding-bottom: 0; }
  .swagger-ui .responses-inner { padding: 14px; }
  .swagger-ui table.responses-table td.response-col_status { padding: 12px 0 0; font-weight: 700; }
  .swagger-ui .response-col_description { min-width: 0; }
  .swagger-ui table.headers { display: block; overflow-x: auto; }
  .swagger-ui .opblock-tag { flex-wrap: wrap; }
  .swagger-ui .opblock-section-request-body label { width: 100%; margin: 0; }
}
`;
