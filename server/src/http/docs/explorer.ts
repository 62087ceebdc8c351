/**
 * API explorer: every operation of the OpenAPI document on one page, each with an address and a form that sends it to
 * this server. It is rendered once from the document, an operation in each turn of the event loop.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { openapi } from "@dossier/api";
import { masthead, renderFrame } from "./frame.ts";
import { escapeHtml } from "./html.ts";
import { renderMarkdown } from "./markdown.ts";
import { type Document, type Placed, renderOperation } from "./operation.ts";
import type { Entry } from "./search-index.ts";

const methods = ["get", "post", "put", "delete"];

/** The operations of a document by their tag, in its order. */
function groups({ tags, paths }: Document): { name: string; description: string; operations: Placed[] }[] {
  const all = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => methods.includes(method))
      .map(([method, operation]): Placed => ({ method, path, operation })),
  );
  return tags.map(({ name, description }) => ({
    name,
    description,
    operations: all.filter(({ operation }) => operation.tags[0] === name),
  }));
}

/** What the search finds in the explorer. */
export function operationEntries(): Entry[] {
  const document = openapi() as unknown as Document;
  return groups(document).flatMap(({ operations }) =>
    operations.map(({ method, path, operation }) => ({
      href: `/docs/api#${operation.operationId}`,
      page: "API explorer",
      heading: operation.summary,
      text: `${method.toUpperCase()} ${path} ${(operation.description ?? "").replace(/\s+/g, " ")}`,
    })),
  );
}

/** The page. */
export async function renderExplorer(): Promise<string> {
  const document = openapi() as unknown as Document;
  const all = groups(document);
  const sections: string[] = [];
  for (const { name, description, operations } of all) {
    const shown: string[] = [];
    for (const operation of operations) {
      shown.push(renderOperation(document, operation));
      await nextTurn();
    }
    sections.push(`<section aria-labelledby="tag-${name}">
<h2 id="tag-${name}">${name}</h2>
<p>${escapeHtml(description)}</p>
${shown.join("")}</section>
`);
  }
  const guide = renderMarkdown(document.info.description.replaceAll("\n### ", "\n## "), (href) => href).html;
  return renderFrame({
    title: "API explorer · Dossier",
    styles: ["/docs/page.css", "/docs/explorer.css"],
    scripts: ["/docs/search.js", "/docs/explorer.js"],
    body: `${masthead("explorer")}<div class="frame">
<nav class="pages" aria-label="Operations"><ul>
${all.map(({ name }) => `<li><a href="#tag-${name}">${name}</a></li>`).join("\n")}
</ul></nav>
<main id="content">
<h1>API explorer</h1>
<p>Every operation of this installation, with a form that sends it to this server and nowhere else. The document behind it
is <a href="/openapi.json">openapi.json</a>.</p>
<form class="sign-in">
<label for="key">API key</label>
<input id="key" type="password" autocomplete="off" spellcheck="false" required aria-describedby="key-about">
<button type="submit">Sign in</button>
<p id="key-about">The key is exchanged for the cookie of a session, which no script can read; it is kept nowhere. The first
session of the first administrator key deletes the file <code>admin-key</code>: keep that key elsewhere before.</p>
</form>
<p class="signed-in" role="status" hidden></p>
<noscript><p>The forms need JavaScript.</p></noscript>
<details class="more guide"><summary>Before the first call: keys, requests, naming a customer, errors, paging, retries</summary>
${guide}</details>
${sections.join("")}</main>
</div>
`,
  });
}
