/**
 * Structure scan of a JSON text before parsing: which brackets, commas and colons are at which depth. It builds no
 * values, so a hostile text costs no more than its length; invalid JSON has a structure too, and fails in the parser.
 */

/** The characters of the structure, as code units. */
export const charCode = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  list: 0x5b,
  escape: 0x5c,
  listEnd: 0x5d,
  object: 0x7b,
};
const objectEnd = 0x7d;

/** Visits every bracket, comma and colon outside of strings, with its position and its depth. */
export function walkJson(text: string, visit: (code: number, at: number, depth: number) => void): void {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === charCode.quote) at = endOfString(text, at);
    else if (code === charCode.comma || code === charCode.colon) visit(code, at, depth);
    else if (code === charCode.list || code === charCode.object) visit(code, at, (depth += 1));
    else if (code === charCode.listEnd || code === objectEnd) visit(code, at, depth--);
  }
}

/** The position of the closing quote of the string that begins here, or the end of the text. */
function endOfString(text: string, begin: number): number {
  for (let at = begin + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === charCode.quote) return at;
    if (code === charCode.escape) at += 1;
  }
  return text.length;
}

/** Whether brackets are nested deeper than so many levels. */
export function isDeeperThan(text: string, levels: number): boolean {
  let maxDepth = 0;
  walkJson(text, (_code, _at, depth) => {
    if (depth > maxDepth) maxDepth = depth;
  });
  return maxDepth > levels;
}
