/**
 * The look of every page that the server shows: colours, fonts, the head, code. Light or dark by the system's setting;
 * text has a contrast of 4.5:1 or more on each ground. It loads nothing: system fonts, no images.
 */
export const theme = `:root {
  --ink: #1f2328; --soft: #59636e; --line: #d9dde2; --edge: #828b95; --paper: #ffffff; --ground: #f4f5f6; --accent: #a34721; --on-accent: #ffffff;
  --good: #1a6b3c; --bad: #a3242b; --mark: #fbe3d6;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Noto Sans Mono", "Liberation Mono", Menlo, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6e8ea; --soft: #a3abb3; --line: #363c42; --edge: #7b858f; --paper: #1c2022; --ground: #14171a; --accent: #f0946a; --on-accent: #1c1512;
    --good: #74c994; --bad: #f19a9e; --mark: #4a2c1e;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 var(--sans); }
a { color: var(--accent); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code { font: .9em var(--mono); }
pre { margin: 0; padding: 14px 16px; border: 1px solid var(--line); border-radius: 8px; background: var(--ground); line-height: 1.5; overflow-x: auto; }
pre code { padding: 0; background: none; font-size: 13px; overflow-wrap: normal; }
.hljs-comment { color: var(--soft); font-style: italic; }
.hljs-string, .hljs-regexp { color: var(--good); }
.hljs-keyword, .hljs-attr, .hljs-attribute, .hljs-title, .hljs-section, .hljs-variable { color: var(--accent); }
.hljs-literal, .hljs-number, .hljs-type { color: var(--ink); font-weight: 600; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 8px; top: 8px; z-index: 3; padding: 8px; background: var(--paper); }
.masthead { display: flex; flex-wrap: wrap; align-items: center; gap: 10px 20px; min-height: 60px; padding: 9px 24px; background: var(--ground); border-bottom: 1px solid var(--line); }
.mark { display: flex; align-items: center; gap: 10px; margin-right: auto; color: inherit; font-size: 20px; font-weight: 650; text-decoration: none; }
.masthead nav { display: flex; gap: 18px; font-size: 15px; }
.masthead nav a[aria-current] { color: var(--ink); font-weight: 650; text-decoration: none; }
.masthead .key { color: var(--soft); font-size: 14px; }
@media (max-width: 720px) { .masthead { padding: 9px 16px; } }
@media print { .masthead nav, .masthead .search, .key { display: none; } pre { white-space: pre-wrap; } }
`;
