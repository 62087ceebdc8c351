/** Stylesheet of the start page, light and dark, from 320 px upwards; the colours are those of the documentation. */
export const startStyle = `:root {
  --ink: #1f2328; --soft: #59636e; --line: #d9dde2; --paper: #ffffff; --ground: #f4f5f6; --accent: #a34721;
  --good: #1a6b3c; --bad: #a3242b;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Noto Sans Mono", "Liberation Mono", Menlo, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6e8ea; --soft: #a3abb3; --line: #363c42; --paper: #1c2022; --ground: #14171a; --accent: #f0946a;
    --good: #74c994; --bad: #f19a9e;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 var(--sans); }
main { max-width: 46rem; margin: 0 auto; padding: 56px 24px 72px; }
header { display: flex; align-items: center; gap: 14px; }
h1 { margin: 0; font-size: 38px; line-height: 1.15; letter-spacing: -.01em; }
.version { margin: 0 0 0 auto; color: var(--soft); font: 14px var(--mono); }
.what { margin: 18px 0 22px; font-size: 20px; line-height: 1.45; }
.state { margin: 0; padding: 12px 16px; border: 1px solid var(--line); border-left: 4px solid var(--good); border-radius: 8px; background: var(--ground); }
.state b { color: var(--good); }
.state.bad { border-left-color: var(--bad); }
.state.bad b { color: var(--bad); }
h2 { margin: 36px 0 10px; font-size: 21px; line-height: 1.25; }
p { margin: 0 0 10px; }
code { font: .9em var(--mono); }
.aside { margin-bottom: 20px; color: var(--soft); font-size: 15px; }
p code { padding: 1px 4px; border-radius: 4px; background: var(--ground); }
pre { margin: 0 0 18px; padding: 13px 16px; border: 1px solid var(--line); border-radius: 8px; background: var(--ground); white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.5; }
pre code { font-size: 13.5px; }
a { color: var(--accent); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.links { margin: 0; padding: 0; list-style: none; }
.links li { padding: 11px 0; border-top: 1px solid var(--line); color: var(--soft); }
.links li:last-child { border-bottom: 1px solid var(--line); }
.links a { display: inline-block; min-width: 13rem; margin-right: 12px; font-weight: 600; }
@media (max-width: 560px) {
  main { padding: 28px 16px 48px; }
  h1 { font-size: 30px; }
  .what { font-size: 18px; }
  .links a { display: block; }
}
`;
