/**
 * Placeholders: what programs send in the place of an id that they do not have. With resolve-or-create such an id would
 * make one customer of unrelated people. One list and one rule, for primary ids wherever they come from.
 */

/** In lower case, without the brackets around the whole. */
const words = new Set([
  "null",
  "nil",
  "none",
  "nothing",
  "nan",
  "undefined",
  "undef",
  "unset",
  "void",
  "\\n",
  "dbnull",
  "system.dbnull",
  "n/a",
  "#n/a",
  "#n/d",
  "#nv",
  "#ref!",
  "#value!",
  "#name?",
  "#null!",
  "#num!",
  "#div/0!",
  "#error!",
  "n.a.",
  "not available",
  "not applicable",
  "not set",
  "unknown",
  "unbekannt",
  "inconnu",
  "desconocido",
  "desconhecido",
  "sconosciuto",
  "onbekend",
  "nieznany",
  "неизвестно",
  "不明",
  "未知",
  "keine",
  "aucun",
  "ninguno",
  "nenhum",
  "nessuno",
  "geen",
  "нет",
  "無",
  "无",
  "なし",
  "empty",
  "blank",
  "anonymous",
  "guest",
  "no id",
  "noid",
  "no_id",
  "missing",
  "invalid",
  "error",
  "tbd",
  "todo",
  "test_id",
  "infinity",
  "object object",
  "object",
  "array",
  "function",
  "promise",
  "object promise",
  "object null",
  "object undefined",
  "false",
  "true",
  "nullptr",
  "emptystring",
  "string.empty",
  "guid.empty",
  "optional.empty",
  "system.guid",
  "system.object",
  "&nbsp;",
  "nonetype",
  "<nil>",
  "%!s(<nil>)",
]);

/** Longer texts are no placeholder. */
const maxLength = 255;

const templates = [
  /^\{\{[^{}]*\}\}$|^\{%[^{}]*%\}$|^\{\{\{[^{}]*\}\}\}$/, // Mustache, Handlebars, Liquid, Jinja
  /^[$#@]\{[^{}]*\}$|^\$\$?[A-Za-z_][\w.]*\$?$|^\$\([^()]*\)$/, // ${id}, #{id}, $id, $(id)
  /^\{[A-Za-z_][\w.\- ]*\}$/, // {customer.id}
  /^%%?[A-Za-z_][\w.\- ]*%%?$|^%\([\w.]+\)[sd]$|^%[sd]$|^%\{[^{}]*\}$/, // %ID%, %%ID%%, %(id)s
  /^\[\[?[A-Za-z_][\w.\- :]*\]\]?$/, // [[customer]], [id]
  /^<%[^<>%]*%>$|^<<?[A-Za-z_][^<>]*>>?$/, // <id>, <%= id %>, <<id>>
  /^\*\|[^|*]*\|\*$|^__[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*__$|^@@[A-Za-z]\w*@@$/, // *|ID|*, __ID__, @@ID@@
];

/** Whether an id is one that programs send for "no id". */
export function isPlaceholder(id: string): boolean {
  if (id.length > maxLength) return false;
  const text = withoutMarks(id.normalize("NFKC").trim());
  if (!/[\p{L}\p{N}]/u.test(text)) return true;
  return isZero(text) || isWord(text) || templates.some((template) => template.test(text));
}

/** Without one pair of quotes around it: some programs send the text of JSON. */
function withoutMarks(text: string): string {
  const [, inner] = /^"([^"]*)"$/.exec(text) ?? /^'([^']*)'$/.exec(text) ?? [];
  return (inner ?? text).trim();
}

/** Only zeros, also as a decimal, in hexadecimal, as a UUID of zeros or of ones; or -1. */
function isZero(text: string): boolean {
  const bare = text.replace(/^[{(]|[)}]$/g, "").replace(/^urn:uuid:/i, "");
  if (/^[0-]+$/.test(bare) && bare.includes("0")) return true;
  if (/^[+-]?0*[.,]0+$|^[+-]0+$|^0x0+$/i.test(bare)) return true;
  return /^-1(?:[.,]0+)?$/.test(bare) || /^f{8}-f{4}-f{4}-f{4}-f{12}$/i.test(bare);
}

function isWord(text: string): boolean {
  const word = text.toLowerCase();
  const [, inner] = /^[([{<](.*)[)\]}>]$/s.exec(word) ?? [];
  return words.has(word) || (inner !== undefined && words.has(inner.trim()));
}
