/**
 * Markdown renderer for the pages below /docs. Invariant: a page adds no markup of its own, because raw HTML is shown
 * as text and comments are dropped. Headings get GitHub's anchors, so that links work in both places.
 */
import { Marked, type Token, type Tokens } from "marked";
import { renderCode } from "./highlight.ts";
import { escapeHtml } from "./html.ts";

/** A heading of a page, for its table of contents. */
export interface Heading {
  depth: number;
  id: string;
  text: string;
}

/** A page as HTML. */
export interface Rendered {
  title: string;
  headings: Heading[];
  html: string;
}

/**
 * Renders one page.
 *
 * @param linkTo the address of a link's target; undefined if it is not served: then the text stays, unlinked
 */
export function renderMarkdown(text: string, linkTo: (href: string) => string | undefined): Rendered {
  const headings: Heading[] = [];
  const marked = new Marked({ gfm: true });
  marked.use({
    renderer: {
      html: ({ text: raw }) => (/^\s*<!--/.test(raw) ? "" : escapeHtml(raw)),
      heading({ tokens, depth }) {
        const words = plain(tokens);
        const id = anchorOf(words, headings);
        headings.push({ depth, id, text: words });
        const link =
          depth > 1 ? ` <a class="anchor" href="#${id}" aria-label="Link to this section">#</a>` : "";
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}${link}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens);
        const to = linkTo(href);
        return to === undefined ? inner : `<a href="${escapeHtml(to)}">${inner}</a>`;
      },
      image({ href, text: words }) {
        const to = linkTo(href);
        const shown = `src="${escapeHtml(to ?? "")}" alt="${escapeHtml(words)}"`;
        return to === undefined ? escapeHtml(words) : `<img ${shown}>`;
      },
      code({ text: code, lang = "" }) {
        const [language = ""] = lang.split(" ");
        return renderCode(code, language);
      },
      checkbox: ({ checked }) => `<span class="box" aria-hidden="true">${checked ? "☑" : "☐"}</span>`,
      table(token) {
        return `<div class="table" tabindex="0" role="group" aria-label="Table">${tableOf(token, (cell) => this.parser.parseInline(cell.tokens))}</div>\n`;
      },
    },
  });
  const html = marked.parse(text, { async: false });
  const title = headings.find(({ depth }) => depth === 1)?.text ?? "Documentation";
  return { title, headings, html };
}

/** A table without alignments, which would need style attributes; each cell names its column, for narrow screens. */
function tableOf(table: Tokens.Table, inner: (cell: Tokens.TableCell) => string): string {
  const names = table.header.map((cell) => escapeHtml(plain(cell.tokens)));
  const head = table.header
    .map((cell) => (cell.text === "" ? "<td></td>" : `<th scope="col">${inner(cell)}</th>`))
    .join("");
  const rows = table.rows.map((cells) => {
    const shown = cells.map((cell, at) => `<td data-column="${names[at]}">${inner(cell)}</td>`);
    return `<tr>${shown.join("")}</tr>`;
  });
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

/** A part of a page for the search: from a heading to the next one. */
export interface Section {
  id: string;
  heading: string;
  text: string;
}

/** The sections of a page, without markup; the first one has the page's title. */
export function sectionsOf(text: string): Section[] {
  const headings: Heading[] = [];
  const sections: Section[] = [];
  for (const token of new Marked({ gfm: true }).lexer(text)) {
    if (token.type !== "heading") {
      const section = sections.at(-1);
      if (section) section.text = `${section.text} ${words(token)}`.trim();
      continue;
    }
    const heading = plain((token as Tokens.Heading).tokens);
    const id = anchorOf(heading, headings);
    headings.push({ depth: (token as Tokens.Heading).depth, id, text: heading });
    sections.push({ id, heading, text: "" });
  }
  return sections;
}

/** The words of a block: its cells, items, code or text. */
function words(token: Token): string {
  if (token.type === "html") return "";
  if (token.type === "table") {
    const { header, rows } = token as Tokens.Table;
    return [header, ...rows].flatMap((cells) => cells.map((cell) => plain(cell.tokens))).join(" ");
  }
  const parts =
    token.type === "list" ? (token as Tokens.List).items : "tokens" in token ? token.tokens : undefined;
  if (parts && token.type !== "paragraph" && token.type !== "text")
    return parts.map((part) => words(part)).join(" ");
  return plain([token]).replace(/\s+/g, " ");
}

/** The text of tokens without markup. */
function plain(tokens: readonly { type: string; raw: string; text?: string; tokens?: object[] }[]): string {
  return tokens
    .map((token) => (token.tokens ? plain(token.tokens as typeof tokens) : (token.text ?? token.raw)))
    .join("");
}

/** GitHub's anchor: lower case, hyphens for blanks, no punctuation; repeated names get a number. */
function anchorOf(words: string, before: readonly Heading[]): string {
  const anchor = words
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");
  const same = before.filter(({ id }) => id === anchor || id.replace(/-\d+$/, "") === anchor).length;
  return same === 0 ? anchor : `${anchor}-${same}`;
}
