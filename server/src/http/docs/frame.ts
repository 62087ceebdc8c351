/**
 * Page frame: the head, the masthead and the body of every page that the server shows. Invariants: nothing inline,
 * nothing from other hosts; of the request a page shows only an address of plain characters, because it is part of
 * commands that people copy.
 */
import type { FastifyRequest } from "fastify";
import { escapeHtml } from "./html.ts";

/** The address that the Markdown of the pages has in place of the server's own. */
export const printedAddress = "http://localhost:8080";

/** What is different from page to page. */
export interface Frame {
  title: string;
  styles: readonly string[];
  scripts: readonly string[];
  /** everything between the tags of the body */
  body: string;
}

/** A whole page. */
export function renderFrame({ title, styles, scripts, body }: Frame): string {
  const files = [
    ...styles.map((href) => `<link rel="stylesheet" href="${href}">`),
    ...scripts.map((src) => `<script type="module" src="${src}"></script>`),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="icon" type="image/svg+xml" href="/docs/icon.svg">
${files.join("\n")}
</head>
<body>
${body}</body>
</html>
`;
}

/** The head of the documentation and the explorer, which share the search and the session. */
export function masthead(current: "pages" | "explorer"): string {
  const here = (name: string) => (name === current ? ' aria-current="true"' : "");
  return `<a class="skip" href="#content">To the text</a>
<header class="masthead">
<a class="mark" href="/docs/index"><img src="/docs/icon.svg" alt="" width="28" height="28">Dossier</a>
<div class="search" role="search" hidden>
<input type="search" role="combobox" aria-label="Search the documentation" aria-expanded="false" aria-controls="found" aria-autocomplete="list" aria-keyshortcuts="/" autocomplete="off" spellcheck="false" placeholder="Search  /">
<div class="results" hidden>
<p role="status"></p>
<ul id="found" role="listbox" aria-label="Sections"></ul>
</div>
</div>
<nav aria-label="Parts"><a href="/docs/index"${here("pages")}>Documentation</a><a href="/docs/api"${here("explorer")}>API explorer</a></nav>
<span class="key" hidden></span>
</header>
`;
}

/** The address by which the browser has reached this server. */
export function addressOf({ protocol, host }: FastifyRequest): string {
  const isPlain = /^([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$/i.test(host);
  return isPlain ? `${protocol}://${host}` : printedAddress;
}
