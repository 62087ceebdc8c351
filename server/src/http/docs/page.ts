/**
 * Documentation pages at /docs/<page>: the rendered Markdown files of the folder docs. Invariant: the list of files is
 * built once from the folder, and no request names a file. Pages follow the content policy of docs.ts.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { masthead, renderFrame } from "./frame.ts";
import { escapeHtml } from "./html.ts";
import { type Heading, renderMarkdown } from "./markdown.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";
import { type Entry as Found, indexPages } from "./search-index.ts";
import { searchScript } from "./search-script.ts";
import { sessionScript } from "./session-script.ts";

/** A file to serve: its path below /docs/, type and content; `isPage` if it shows the address of the server. */
export type PageSource = [string, { type: string; read: () => Promise<Buffer>; isPage?: boolean }];

/** The folder docs, searched in the parent folders, so that bundle and sources find the same one; it may be missing. */
function docsFolder(): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const candidate = join(folder, "docs");
    if (existsSync(join(candidate, "index.md"))) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

const script = "text/javascript; charset=utf-8";
const text = (content: string) => async () => Buffer.from(content);

/**
 * Every page, image and file of the documentation.
 *
 * @param others what the search finds beside the pages
 */
export function pageSources(others: () => readonly Found[], folder = docsFolder()): PageSource[] {
  if (folder === undefined) return [];
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) =>
    name.replaceAll("\\", "/"),
  );
  const pages = names.filter((name) => name.endsWith(".md")).map((name) => name.slice(0, -3));
  const pictures = names.filter((name) => /^images\/[a-z-]+\.(svg|webp)$/.test(name));
  const site: Site = { folder, pages: new Set(pages), pictures: new Set(pictures) };
  return [
    ...pages.map(
      (page): PageSource => [
        page,
        {
          type: "text/html; charset=utf-8",
          read: async () => Buffer.from(renderPage(site, page)),
          isPage: true,
        },
      ],
    ),
    ...pictures.map(
      (name): PageSource => [
        name,
        {
          type: name.endsWith(".webp") ? "image/webp" : "image/svg+xml",
          read: async () => readFileSync(join(folder, name)),
        },
      ],
    ),
    ["page.css", { type: "text/css; charset=utf-8", read: text(pageStyle) }],
    ["page.js", { type: script, read: text(pageScript) }],
    ["search.js", { type: script, read: text(searchScript) }],
    ["session.js", { type: script, read: text(sessionScript) }],
    ["search.json", { type: "application/json; charset=utf-8", read: () => readIndex(site, pages, others) }],
  ];
}

interface Site {
  folder: string;
  pages: ReadonlySet<string>;
  pictures: ReadonlySet<string>;
}

async function readIndex(
  site: Site,
  pages: readonly string[],
  others: () => readonly Found[],
): Promise<Buffer> {
  const found = await indexPages(pages.map((name) => ({ name, read: () => readPage(site, name) })));
  return Buffer.from(JSON.stringify([...found, ...others()]));
}

function readPage(site: Site, page: string): string {
  return readFileSync(join(site.folder, `${page}.md`), "utf8");
}

/** The address of a link's target, if it is served here. */
function addressOf(site: Site, page: string, href: string): string | undefined {
  if (/^(https?:|#|\/)/.test(href)) return href;
  const [path = "", anchor] = href.split("#");
  const target = posix.join(posix.dirname(page), path);
  const name = target.replace(/\.md$/, "");
  if (!site.pages.has(name) && !site.pictures.has(target)) return undefined;
  return `/docs/${name}${anchor === undefined ? "" : `#${anchor}`}`;
}

/** The pages in the order of the table of contents. */
function listEntries(site: Site): { page: string; title: string }[] {
  const named = [...readPage(site, "index").matchAll(/\]\(([a-z-]+)\.md\)/g)].map(([, name = ""]) => name);
  return ["index", ...named]
    .filter((page) => site.pages.has(page))
    .map((page) => ({ page, title: /^# (.+)$/m.exec(readPage(site, page))?.[1] ?? page }));
}

function renderPage(site: Site, page: string): string {
  const { title, headings, html } = renderMarkdown(readPage(site, page), (href) =>
    addressOf(site, page, href),
  );
  const entries = listEntries(site);
  const at = entries.findIndex((entry) => entry.page === page);
  const links = entries.map((entry) => {
    const here = entry.page === page ? ' aria-current="page"' : "";
    return `<li><a href="/docs/${entry.page}"${here}>${escapeHtml(entry.title)}</a></li>`;
  });
  return renderFrame({
    title: `${title} · Dossier`,
    styles: ["/docs/page.css"],
    scripts: ["/docs/search.js", "/docs/page.js"],
    body: `${masthead("pages")}<div class="frame">
<nav class="pages" aria-label="Pages"><ul>
${links.join("\n")}
</ul></nav>
${tableOfContents(headings)}<main id="content">
${html}${at > 0 ? previousAndNext(entries[at - 1], entries[at + 1]) : ""}</main>
</div>
`,
  });
}

/** The table of contents of a page that is long enough to need one. */
function tableOfContents(headings: readonly Heading[]): string {
  const sections = headings.filter(({ depth }) => depth === 2);
  if (sections.length < 3) return "";
  const links = sections.map(({ id, text }) => `<li><a href="#${id}">${escapeHtml(text)}</a></li>`);
  return `<nav class="contents" aria-label="On this page"><details open><summary>On this page</summary><ul>
${links.join("\n")}
</ul></details></nav>
`;
}

interface Entry {
  page: string;
  title: string;
}

function previousAndNext(before?: Entry, after?: Entry): string {
  const link = (entry: Entry | undefined, word: string) =>
    entry
      ? `<a class="${word.toLowerCase()}" href="/docs/${entry.page}"><span>${word}</span> ${escapeHtml(entry.title)}</a>`
      : "";
  return `<nav class="neighbours" aria-label="Neighbouring pages">${link(before, "Before")}${link(after, "Next")}</nav>\n`;
}
