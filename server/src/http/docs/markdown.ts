/**
 * Markdown renderer for the pages below /docs. Invariant: a page adds no markup of its own, because raw HTML is shown
 * as text and comments are dropped. Headings get GitHub's anchors, so that links work in both places.
 */
import { Marked, type Tokens } from "marked";

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

/** Escapes text for HTML. */
export function escapeHtml(text: string): string {
  const names: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (sign) => names[sign] ?? sign);
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
        return `<pre data-language="${escapeHtml(language)}"><code>${escapeHtml(code)}</code></pre>\n`;
      },
      table(token) {
        return `<div class="table" tabindex="0">${tableOf(token, (cell) => this.parser.parseInline(cell.tokens))}</div>\n`;
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
  const head = table.header.map((cell) => `<th>${inner(cell)}</th>`).join("");
  const rows = table.rows.map((cells) => {
    const shown = cells.map((cell, at) => `<td data-column="${names[at]}">${inner(cell)}</td>`);
    return `<tr>${shown.join("")}</tr>`;
  });
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

/** The text of a heading without markup. */
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
