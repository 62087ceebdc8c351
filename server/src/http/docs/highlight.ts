/** Syntax highlighting of the code that pages show, by highlight.js with the languages that they use. */
import { highlight } from "./highlighter.mjs";
import { escapeHtml } from "./html.ts";

const labels: Record<string, string> = {
  sh: "Commands",
  ts: "TypeScript",
  json: "JSON",
  php: "PHP",
  sql: "SQL",
  nginx: "Settings of nginx",
  caddy: "Settings of Caddy",
};

/** A block of code as HTML: it scrolls by keyboard, and says what it is. */
export function renderCode(code: string, language: string): string {
  const text = code.replace(/\n$/, "");
  const inner = highlight(text, language) ?? escapeHtml(text);
  const label = labels[language] ?? "Text";
  return `<pre data-language="${escapeHtml(language)}" tabindex="0" role="group" aria-label="${label}"><code>${inner}</code></pre>\n`;
}
