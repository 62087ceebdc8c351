/**
 * Explorer stylesheet: light or dark by the system's setting, from 400 px upwards. It loads nothing: system fonts, no
 * images.
 */

/** The page first, then changes to Swagger UI: order, fonts, widths, and elements without content hidden. */
export const explorerStyle = `:root {
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
.place { margin-right: auto; color: var(--soft); }
.file { color: var(--accent); font: 14px var(--sans); }
.file:last-child { font-family: var(--mono); }
.intro { padding-top: 32px; }
.intro p { max-width: 46rem; margin: 0 0 10px; color: var(--soft); }
.intro h1 { margin: 0 0 10px; color: var(--ink); font-size: 26px; line-height: 1.25; letter-spacing: -.01em; }
.intro b { color: var(--ink); }

.swagger-ui, .swagger-ui :not(pre, pre *, code, textarea, .opblock-summary-path, .opblock-summary-path *) { font-family: var(--sans) !important; }
.swagger-ui :is(pre, pre *, code, textarea, .opblock-summary-path, .opblock-summary-path *) { font-family: var(--mono) !important; }
.swagger-ui > div:has(> .information-container) { display: flex; flex-direction: column; }
.swagger-ui .scheme-container { order: -1; margin: 0; padding: 12px 0 28px; background: none; box-shadow: none; }
.swagger-ui .scheme-container .schemes { display: block; }
.swagger-ui .scheme-container .schemes > .schemes-server-container { display: none; }
.swagger-ui .scheme-container .auth-wrapper { justify-content: flex-start; }
.swagger-ui .btn.authorize { margin: 0; padding: 7px 18px; border-color: var(--accent) !important; background: var(--accent) !important; color: var(--on-accent) !important; }
.swagger-ui .key-row { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; }
.swagger-ui .btn.authorize { display: flex; align-items: center; gap: 10px; line-height: 20px; }
.swagger-ui .btn.authorize span { float: none; padding: 0; }
.swagger-ui .btn.authorize svg { color: inherit !important; fill: currentColor; }
.swagger-ui .key-state { color: var(--soft); font-size: 15px; }
.swagger-ui .auth-container .wrapper:has(> p > code) { display: none; }
.swagger-ui .auth-container input[type="text"] { width: 100%; max-width: none; font-family: var(--mono) !important; }
.swagger-ui .auth-container .renderedMarkdown p { font-size: 14px; }

.swagger-ui .information-container.wrapper { max-width: none; padding: 0; border-block: 1px solid var(--line); background: var(--ground); }
.swagger-ui .information-container > section { max-width: 1200px; margin: 0 auto; padding: 0 24px; }
.guide summary { display: flex; align-items: baseline; gap: 4px 12px; padding: 14px 0; cursor: pointer; list-style: none; color: var(--ink); }
.guide summary::-webkit-details-marker { display: none; }
.guide summary::before { content: "+"; width: 12px; color: var(--accent); font: 600 18px/1 var(--mono); }
.guide[open] summary::before { content: "\\2212"; }
.guide summary span { color: var(--soft); font-size: 15px; }
.guide summary:hover b { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.swagger-ui .info { margin: 12px 0 28px; }
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
.swagger-ui table.headers .header-col, .swagger-ui table.headers td { color: inherit; }
.dark-mode .swagger-ui .opblock .opblock-section-header { background: rgb(255 255 255 / 6%) !important; }
.swagger-ui .opblock-body pre.microlight, .swagger-ui .body-param__example { font-weight: 400; }

@media (max-width: 640px) {
  .column, .swagger-ui .wrapper, .swagger-ui .scheme-container .schemes { padding: 0 14px; }
  .place { display: none; }
  .intro { padding-top: 24px; }
  .intro h1 { font-size: 22px; }
  .guide summary { flex-wrap: wrap; }
  .swagger-ui .opblock-tag small { flex-basis: 100%; order: 1; padding: 0; }
  .swagger-ui .opblock-tag .expand-operation { margin-left: auto; }
  .swagger-ui .information-container > section { padding: 0 14px; }
  .swagger-ui .opblock .opblock-section-header { flex-wrap: wrap; gap: 8px; height: auto; padding: 10px 14px; }
  .swagger-ui :is(table.parameters, .opblock-section-request-body table) :is(tbody, tr, td), .swagger-ui table.responses-table > tbody :is(.response, .response > td) { display: block; width: auto; }
  .swagger-ui table.parameters thead, .swagger-ui table.responses-table > thead { display: none; }
  .swagger-ui td.parameters-col_name { padding-bottom: 0; }
  .swagger-ui .opblock-section-request-body table { display: block; }
  .swagger-ui .responses-inner { padding: 14px; }
  .swagger-ui table.responses-table td.response-col_status { padding: 12px 0 0; font-weight: 700; }
  .swagger-ui .response-col_description { min-width: 0; }
  .swagger-ui table.headers { display: block; overflow-x: auto; }
  .swagger-ui .opblock-tag { flex-wrap: wrap; }
  .swagger-ui .opblock-section-request-body label { width: 100%; margin: 0; }
}
`;
