/** Stylesheet of the explorer, beside that of the pages. */
export const explorerStyle = `main section > p { color: var(--soft); }
.frame { grid-template-columns: 14rem minmax(0, 64rem); }
.sign-in, .signed-in { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; max-width: none; margin: 0 0 18px; padding: 14px 16px; border: 1px solid var(--line); border-left: 4px solid var(--accent); border-radius: 8px; background: var(--ground); }
.signed-in { border-left-color: var(--good); }
.sign-in label { font-weight: 650; }
.sign-in input { flex: 1 1 16rem; }
.sign-in p { flex-basis: 100%; max-width: none; margin: 0; color: var(--soft); font-size: 14px; }
main input, textarea { width: 100%; padding: 7px 10px; border: 1px solid var(--edge); border-radius: 6px; background: var(--paper); color: var(--ink); font: 14px/1.5 var(--mono); }
textarea { min-height: 5rem; resize: vertical; field-sizing: content; }
main ::placeholder { color: var(--soft); opacity: 1; }
button[type=submit], .signed-in button { padding: 7px 18px; border: 0; border-radius: 6px; background: var(--accent); color: var(--on-accent); font: 650 15px var(--sans); cursor: pointer; }
.operation { margin: 0 0 8px; border: 1px solid var(--line); border-radius: 8px; }
.operation > summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 12px; padding: 10px 14px; border-radius: 8px; cursor: pointer; list-style: none; }
.operation > summary::-webkit-details-marker { display: none; }
.operation > summary:hover { background: var(--ground); }
.operation[open] > summary { border-bottom: 1px solid var(--line); border-radius: 8px 8px 0 0; background: var(--ground); }
.operation > summary code { padding: 0; background: none; font-size: 14px; font-weight: 600; }
.method { flex: 0 0 4.2rem; color: var(--accent); font: 650 13px var(--mono); }
.what { color: var(--soft); font-size: 15px; }
.inside { padding: 14px; }
.inside h3 { margin: 22px 0 8px; font-size: 16px; }
.link { font-size: 14px; }
.fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 4px 20px; }
.field { margin: 0 0 10px; }
.field label { display: block; margin: 0 0 3px; font-size: 15px; }
small, .about, .about p { color: var(--soft); font-size: 13px; line-height: 1.45; }
.about p { margin: 3px 0 0; }
.more { margin: 0 0 12px; }
.more > summary { padding: 6px 0; color: var(--accent); font-size: 15px; cursor: pointer; }
.more td p { margin: 0; }
.send { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 14px; margin: 8px 0 12px; }
.needs { color: var(--soft); font-size: 14px; }
.answer .status { margin: 0 0 6px; font-weight: 650; }
.answer .status.good { color: var(--good); }
.answer .status.bad { color: var(--bad); }
.answer pre { max-height: 32rem; overflow-y: auto; }
.command p { margin: 0 0 4px; color: var(--soft); font-size: 14px; }
.command pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.responses { margin: 0; }
.responses dt { float: left; clear: left; width: 3.4rem; font: 650 14px/1.6 var(--mono); }
.responses dd { margin: 0 0 8px 3.4rem; font-size: 14px; }
.responses dd p, .responses dd ul { margin: 0 0 6px; }
.responses dd ul { padding-left: 18px; }
.guide { padding: 4px 16px; border: 1px solid var(--line); border-radius: 8px; }
.guide h2 { margin: 18px 0 4px; padding: 0; border: 0; font-size: 17px; }
@media (max-width: 720px) { .responses dt { float: none; } .responses dd { margin-left: 0; } .what { flex-basis: 100%; } }
`;
