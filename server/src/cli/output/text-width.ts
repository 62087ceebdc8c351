/**
 * Text width in terminal cells, by the library string-width. Text from other sources cannot move the cursor or reverse
 * the line: control and direction characters are shown as replacements.
 */
import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";

/**
 * Every letter but the jamo that make up one syllable. The library counts a grapheme, and Unicode makes one of a
 * conjunct (न + स्ते); terminals give each of its letters a cell. A control character, which has no width, parts them.
 */
const letters = /(?![\u1100-\u11FF\uA960-\uA97F\uD7B0-\uD7FF])\p{L}/gu;
const ascii = /^[\x20-\x7e]*$/;
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The width of a text in cells. */
export function widthOf(text: string): number {
  if (ascii.test(text)) return text.length;
  return stringWidth(stripVTControlCharacters(text).replace(letters, "\0$&"));
}

/** Fits a text to an exact width: cuts it with an ellipsis, or pads it. */
export function fit(text: string, cells: number): string {
  const kept = cut(text, cells);
  return kept + " ".repeat(cells - widthOf(kept));
}

/** Cuts a text to a width, with an ellipsis if something is left out. */
export function cut(text: string, cells: number): string {
  if (widthOf(text) <= cells) return text;
  let kept = "";
  let width = 0;
  for (const { segment } of segmenter.segment(text)) {
    const more = widthOf(segment);
    if (width + more > cells - 1) break;
    kept += segment;
    width += more;
  }
  return `${kept.trimEnd()}…`;
}

/** Breaks a text between words to lines of at most this width, indented as it is; a longer word is broken inside. */
export function wrap(text: string, cells: number): string[] {
  if (widthOf(text) <= cells) return [text];
  const [indent = ""] = /^ */.exec(text) ?? [];
  return wrapWords(text.slice(indent.length), cells - indent.length).map((line) => indent + line);
}

function wrapWords(text: string, cells: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((one) => pieces(one, Math.max(1, cells)))) {
    if (line === "") line = word;
    else if (widthOf(line) + 1 + widthOf(word) <= cells) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

function pieces(word: string, cells: number): string[] {
  if (widthOf(word) <= cells) return [word];
  const all = [""];
  for (const { segment } of segmenter.segment(word)) {
    const last = all.at(-1) ?? "";
    if (last !== "" && widthOf(last) + widthOf(segment) > cells) all.push(segment);
    else all[all.length - 1] = last + segment;
  }
  return all;
}

const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/**
 * A cell's text, closed so that it does not reorder its neighbours: beside Arabic or Hebrew, terminals that know the two
 * directions would draw a number of the next column on the wrong side. The mark is invisible and has no width.
 */
export function closeDirection(text: string): string {
  return rightToLeft.test(text) ? `${text}\u200E` : text;
}

/** Replaces control characters and marks that change the text direction. */
export function sanitise(text: string): string {
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C]/g, "\uFFFD");
}

/** Sanitises a text onto one line. The lookbehind prevents quadratic time on long runs of blanks. */
export function oneLine(text: string): string {
  return sanitise(text.replace(/(?<!\s)[^\S\n]*\n\s*/g, " ⏎ ").replaceAll("\t", " "));
}
