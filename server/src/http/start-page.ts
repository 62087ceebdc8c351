/**
 * Start page: `/` says what this is, whether it works, and where to go on; JSON for programs, for browsers the console, or
 * a page without scripts where there is no console. No key is required. Invariant: nothing inline, nothing from other hosts.
 */
import type { FastifyInstance } from "fastify";
import { basePath } from "@dossier/api";
import { prefersHtml } from "./accept.ts";
import { addressOf, renderFrame } from "./docs/frame.ts";
import { escapeHtml } from "./docs/html.ts";
import type { Console } from "./console.ts";
import type { Health } from "./health.ts";
import { startStyle } from "./start-style.ts";

/** The page and its files, as the router compares paths: without a slash at the end. */
export const startPaths = ["", "/start.css"];

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const links = {
  api: basePath,
  documentation: "/docs/index",
  explorer: "/docs/api",
  openapi: "/openapi.json",
  live: "/livez",
  ready: "/readyz",
};

/** Serves `/` and its files. */
export function startRoutes(app: FastifyInstance, { version, readiness }: Health, pages?: Console): void {
  app.get("/", async (request, reply) => {
    void reply.header("vary", "accept");
    if (!prefersHtml(request.headers.accept)) return { name: "Dossier", description, version, links };
    if (await pages?.sendPage(reply)) return reply;
    const page = { version, address: addressOf(request), reason: await readiness.notReadyReason() };
    return reply.headers(pageHeaders).type("text/html; charset=utf-8").send(renderPage(page));
  });
  const cached = { "cache-control": "no-cache", "x-content-type-options": "nosniff" };
  app.get("/start.css", (_request, reply) =>
    reply.headers(cached).type("text/css; charset=utf-8").send(startStyle),
  );
}

const description = "A customer directory and timeline for service desks";

const pageHeaders = {
  "content-security-policy": policy,
  "referrer-policy": "no-referrer",
};

interface StartPage {
  version: string;
  address: string;
  /** why the server is not ready; undefined if it is */
  reason: string | undefined;
}

function renderPage({ version, address, reason }: StartPage): string {
  const key = 'curl -s -H "apiKey: $API_KEY"';
  const state =
    reason === undefined
      ? '<p class="state good"><b>It works.</b> The database is there and takes writes.</p>'
      : `<p class="state bad"><b>Not ready:</b> ${escapeHtml(reason)}.</p>`;
  return renderFrame({
    title: "Dossier",
    styles: ["/start.css"],
    scripts: [],
    body: `<main>
<header>
<img src="/docs/icon.svg" alt="" width="48" height="48">
<h1>Dossier</h1>
<p class="version">${escapeHtml(version)}</p>
</header>
<p class="what">A customer directory and timeline for service desks: who a customer is, how to reach them, and what
happened.</p>
${state}
<h2>Next</h2>
<p>Put the administrator key of the first start into your shell, in the folder in which you started the server:</p>
<pre tabindex="0" role="group" aria-label="Commands"><code>export API_KEY=$(cat dossier-data/admin-key)</code></pre>
<p class="aside">The first session in a browser deletes that file, and a server with a database of your own has none:
then it is <code>export API_KEY=dsr_…</code> with a key that you have kept.</p>
<p>Create a customer, as a shop would after an order:</p>
<pre tabindex="0" role="group" aria-label="Commands"><code>${key} ${escapeHtml(address)}${basePath}/customer \\
  -F brand_id=1 -F primary_id=K-17 -F firstname=Ada -F lastname=Lovelace</code></pre>
<p>Find her by a misspelt name:</p>
<pre tabindex="0" role="group" aria-label="Commands"><code>${key} \\
"${escapeHtml(address)}${basePath}/customer?query=lovelcae"</code></pre>
<h2>Read on</h2>
<ul class="links">
<li><a href="/docs/tour">A tour of ten minutes</a> from the first customer to a key of one’s own</li>
<li><a href="/docs/index">Documentation</a> concepts, cookbook, operations</li>
<li><a href="/docs/api">API explorer</a> every operation, with a form to try it</li>
<li><a href="/openapi.json">OpenAPI document</a> for code generators</li>
<li><a href="/readyz">Health</a> ready for requests or not, for a balancer</li>
</ul>
</main>
`,
  });
}
