/**
 * Search in the browser: a combobox whose list has the sections that contain every word, those with a word in the heading
 * first. `/` focuses it; the arrows choose, Enter follows, Escape closes. Words are compared without accents.
 */
export const searchStyle = `.search { position: relative; flex: 0 1 22rem; }
.search input { width: 100%; padding: 7px 12px; border: 1px solid var(--edge); border-radius: 7px; background: var(--paper); color: var(--ink); font: 15px var(--sans); }
.search input::-webkit-search-cancel-button { filter: grayscale(1); }
.search input::placeholder { color: var(--soft); opacity: 1; }
.results { position: absolute; z-index: 2; top: calc(100% + 6px); right: 0; width: min(38rem, calc(100vw - 32px)); border: 1px solid var(--line); border-radius: 8px; background: var(--paper); box-shadow: 0 8px 24px rgb(0 0 0 / 22%); }
.results p { margin: 0; padding: 9px 16px; color: var(--soft); font-size: 13px; }
.results ul { max-height: 65vh; overflow-y: auto; margin: 0; padding: 0; list-style: none; }
.results li { max-width: none; margin: 0; padding: 9px 16px; border-top: 1px solid var(--line); cursor: pointer; overflow-wrap: anywhere; font-size: 14px; line-height: 1.45; }
.results li[aria-selected="true"] { background: var(--ground); box-shadow: inset 3px 0 var(--accent); }
.results li b { display: block; font-size: 15px; }
.results li small { color: var(--soft); font-size: 13px; }
mark { border-radius: 3px; background: var(--mark); color: inherit; font-weight: 600; }
@media (max-width: 720px) { .search { order: 1; flex: 1 0 100%; } .results { left: 0; } }
`;

/** The script. */
export const searchScript = `const box = document.querySelector(".search");
const input = box.querySelector("input");
const panel = box.querySelector(".results");
const list = box.querySelector("ul");
const state = box.querySelector("[role=status]");
const most = 12;
let sections;
box.hidden = false;

const fold = (text) => text.normalize("NFD").replace(/\\p{M}/gu, "").toLowerCase();
const escape = (text) => text.replace(/[$()*+.?[\\]\\\\^{|}]/g, "\\\\$&");

async function load() {
  const answer = await fetch("/docs/search.json");
  if (!answer.ok) throw new Error(answer.status);
  return (await answer.json()).map((one) => ({ ...one, folded: [one.heading, one.page, one.text].map(fold) }));
}

/** How well a section fits, or 0: a word counts most in the heading, more at its beginning than inside. Decisions come behind pages. */
function score({ folded, href }, words) {
  let sum = 0;
  for (const word of words) {
    const begins = new RegExp("(^|[^\\\\p{L}\\\\p{N}])" + escape(word), "u");
    const points = folded.map((text, at) => (begins.test(text) ? [12, 5, 3][at] : text.includes(word) ? [4, 2, 1][at] : 0));
    if (Math.max(...points) === 0) return 0;
    sum += points.reduce((one, other) => one + other);
  }
  return href.startsWith("/docs/decisions/") ? sum / 2 : sum;
}

/** The text with the words marked; every letter is compared without its accents. */
function marked(text, words) {
  const part = document.createDocumentFragment();
  const pattern = new RegExp(words.map((word) => [...word].map((sign) => escape(sign) + "\\\\p{M}*").join("")).join("|"), "giu");
  const plain = text.normalize("NFD");
  let from = 0;
  for (const found of plain.matchAll(pattern)) {
    part.append(plain.slice(from, found.index).normalize("NFC"));
    part.append(Object.assign(document.createElement("mark"), { textContent: found[0].normalize("NFC") }));
    from = found.index + found[0].length;
  }
  part.append(plain.slice(from).normalize("NFC"));
  return part;
}

/** The part of the text around the first of the words. */
function excerpt(text, words) {
  const at = Math.min(...words.map((word) => fold(text).indexOf(word)).filter((one) => one >= 0));
  const from = Number.isFinite(at) ? text.lastIndexOf(" ", Math.max(0, at - 50)) + 1 : 0;
  const end = text.length > from + 170 ? text.lastIndexOf(" ", from + 170) : text.length;
  return (from > 0 ? "… " : "") + text.slice(from, end) + (end < text.length ? " …" : "");
}

function item(section, at, words) {
  const line = Object.assign(document.createElement("li"), { id: "found-" + at });
  line.setAttribute("role", "option");
  line.setAttribute("aria-selected", "false");
  line.dataset.href = section.href;
  const head = document.createElement("b");
  head.append(marked(section.heading, words));
  const page = Object.assign(document.createElement("small"), { textContent: section.heading === section.page ? "" : section.page });
  const text = document.createElement("span");
  text.append(marked(excerpt(section.text, words), words));
  line.append(head, page, page.textContent ? document.createElement("br") : "", text);
  line.addEventListener("mousemove", () => choose(line));
  line.addEventListener("mousedown", (event) => event.preventDefault());
  line.addEventListener("click", () => follow(line));
  return line;
}

async function search() {
  const words = fold(input.value).split(/[^\\p{L}\\p{N}_./-]+/u).filter(Boolean);
  if (words.length === 0) return close();
  sections ??= load();
  const all = await sections.catch(() => (sections = undefined));
  if (words.join() !== fold(input.value).split(/[^\\p{L}\\p{N}_./-]+/u).filter(Boolean).join()) return;
  const found = (all ?? []).map((one) => [score(one, words), one]).filter(([points]) => points > 0).sort(([a], [b]) => b - a);
  state.textContent = !all ? "The index could not be loaded. Type again to try."
    : found.length === 0 ? "No section has all these words."
    : found.length === 1 ? "1 section" : found.length + " sections" + (found.length > most ? ", the best " + most : "");
  list.replaceChildren(...found.slice(0, most).map(([, one], at) => item(one, at, words)));
  list.hidden = found.length === 0;
  panel.hidden = false;
  input.setAttribute("aria-expanded", String(found.length > 0));
  choose(list.firstElementChild);
}

function choose(line) {
  for (const one of list.children) one.setAttribute("aria-selected", String(one === line));
  if (!line) return input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-activedescendant", line.id);
}

function follow(line) {
  close();
  input.blur();
  location.assign(line.dataset.href);
}

function close() {
  panel.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

input.addEventListener("input", search);
input.addEventListener("focus", () => input.value && search());
input.addEventListener("blur", close);
input.addEventListener("keydown", (event) => {
  const chosen = list.querySelector("[aria-selected=true]");
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (event.key === "Escape") { close(); input.value = ""; }
  else if (event.key === "Enter" && chosen && !panel.hidden) follow(chosen);
  else if (step && chosen) {
    event.preventDefault();
    const next = chosen[step] ?? chosen;
    choose(next);
    next.scrollIntoView({ block: "nearest" });
  }
});
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  input.focus();
  input.select();
});
`;
