/** Page stylesheet of the documentation, from 320 px upwards. */
import { searchStyle } from "./search-script.ts";
import { theme } from "./theme.ts";

/** The stylesheet. */
export const pageStyle = `${theme}${searchStyle}
html { scroll-padding-top: 16px; }

.frame { display: grid; grid-template-columns: 14rem minmax(0, 56rem) 13rem; gap: 0 36px; max-width: 92rem; margin: 0 auto; padding: 0 24px; }
.pages { grid-area: 1 / 1; }
main { grid-area: 1 / 2; min-width: 0; padding: 28px 0 64px; }
.contents { grid-area: 1 / 3; }
.pages ul, .contents details { position: sticky; top: 0; max-height: 100vh; margin: 0; padding: 36px 0; overflow-y: auto; }
.pages ul, .contents ul { list-style: none; }
.pages a { display: block; padding: 5px 12px; border-radius: 6px; color: var(--ink); text-decoration: none; }
.pages a:hover { background: var(--ground); }
.pages a[aria-current] { background: var(--ground); color: var(--accent); font-weight: 650; }
.contents { font-size: 14px; }
.contents ul { margin: 6px 0 0; padding: 0; }
.contents summary { color: var(--soft); font-weight: 650; }
.contents a { display: block; padding: 3px 0; color: var(--soft); text-decoration: none; overflow-wrap: anywhere; }
.contents a:hover { color: var(--accent); }

h1, h2, h3 { line-height: 1.25; }
h1 { margin: 0 0 16px; font-size: 34px; }
h2 { margin: 44px 0 12px; padding-top: 18px; border-top: 1px solid var(--line); font-size: 23px; overflow-wrap: anywhere; }
.anchor { color: var(--soft); opacity: 0; font-weight: 400; text-decoration: none; }
:is(h2, h3):hover .anchor, .anchor:focus { color: var(--accent); opacity: 1; }
h1 + p { color: var(--soft); font-size: 18px; }
p, ul, ol { max-width: 48rem; margin: 0 0 14px; }
li { margin: 4px 0; }
li:has(> .box), li:has(> p > .box) { list-style: none; margin-left: -1.4em; }
.box { display: inline-block; width: 1.2em; color: var(--soft); }
main img { display: block; max-width: 100%; height: auto; margin: 20px auto; }
code { padding: 1px 4px; border-radius: 4px; background: var(--ground); font: .88em var(--mono); overflow-wrap: anywhere; }
pre { position: relative; margin: 0 0 16px; }
pre:is([data-language="json"], [data-language="text"]) { border-left: 3px solid var(--accent); }
.code { position: relative; }
.aside-key { margin: 0 0 16px; padding: 10px 16px; border-left: 4px solid var(--good); border-radius: 8px; background: var(--ground); font-size: 15px; }
.copy { position: absolute; top: 7px; right: 7px; padding: 3px 10px; border: 1px solid var(--line); border-radius: 6px; background: var(--paper); color: var(--soft); font: 13px var(--sans); cursor: pointer; opacity: 0; }
.code:hover .copy, .copy:focus { opacity: 1; }
@media (hover: none) { .copy { opacity: 1; } .code pre { padding-top: 38px; } }
.table { margin: 0 0 16px; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 15px; line-height: 1.45; }
th, td { padding: 8px 12px 8px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--soft); font-size: 14px; }
td code { overflow-wrap: normal; }
.neighbours { display: flex; flex-wrap: wrap; gap: 12px; margin-top: 48px; }
.neighbours a { flex: 1 1 12rem; padding: 12px 16px; border: 1px solid var(--line); border-radius: 8px; text-decoration: none; }
.neighbours a:hover { border-color: var(--accent); }
.neighbours span { display: block; color: var(--soft); font-size: 13px; }
.neighbours .next { text-align: right; }

@media (max-width: 1150px) {
  .frame { grid-template-columns: 13rem minmax(0, 1fr); }
  .contents { grid-area: 1 / 2; padding-top: 28px; }
  main { grid-area: 2 / 2; }
  .pages { grid-row: 1 / 3; }
  .contents details { position: static; padding: 12px 16px; border: 1px solid var(--line); border-radius: 8px; }
  .contents ul { columns: 2 14rem; }
}
@media (max-width: 720px) {
  .frame { padding: 0 16px; }
  .frame { display: block; }
  .pages ul { position: static; display: flex; flex-wrap: wrap; gap: 2px; padding: 12px 0 0; font-size: 15px; }
  .pages a { padding: 4px 9px; }
  .contents { padding-top: 12px; }
  main { padding-top: 22px; }
  h1 { font-size: 28px; }
  h2 { font-size: 21px; }
  .copy { opacity: 1; }
  .code pre { padding-top: 38px; }
  pre { padding: 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
  pre code { overflow-wrap: anywhere; }
  table, tbody, tr, td { display: block; }
  thead { display: none; }
  tr { padding: 10px 0; border-bottom: 1px solid var(--line); }
  td { padding: 1px 0; border: 0; }
  td:first-child { font-weight: 650; }
  td:not(:first-child)::before { content: attr(data-column) " "; color: var(--soft); font-size: 13px; }
  td[data-column=""]::before { content: none; }
}
@media print { .pages, .contents, .copy, .neighbours, .anchor { display: none; } .frame { display: block; } }
`;
