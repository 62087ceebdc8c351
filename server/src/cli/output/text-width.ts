/**
 * How many cells of a terminal a text takes: Chinese, Japanese and Korean letters and emoji take two, marks that sit
 * on another letter none. A text that comes from somebody else cannot move the cursor or turn the line around: what
 * could is shown as a replacement.
 */
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const plain = /^[\x20-\x7e]*$/;
const emoji = /^(\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|[0-9#*]\uFE0F?\u20E3)/u;
const silent = /^[\p{Mn}\p{Me}\p{Cf}\u1160-\u11FF]$/u;
const wide =
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE10-\uFE19\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{16FE0}-\u{18CFF}\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]$/u;

/** The cells a text takes. */
export function widthOf(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += cellsOf(segment);
  return width;
}

function cellsOf(grapheme: string): number {
  if (emoji.test(grapheme)) return 2;
  let width = 0;
  for (const letter of grapheme) width += silent.test(letter) ? 0 : wide.test(letter) ? 2 : 1;
  return width;
}

/** The text in exactly so many cells: cut with an ellipsis, or filled up. */
export function fit(text: string, cells: number): string {
  const width = widthOf(text);
  return width <= cells ? text + " ".repeat(cells - width) : cut(text, cells);
}

function cut(text: string, cells: number): string {
  let kept = "";
  let width = 0;
  for (const { segment } of segmenter.segment(text)) {
    const more = cellsOf(segment);
    if (width + more > cells - 1) break;
    kept += segment;
    width += more;
  }
  return `${kept}…${" ".repeat(Math.max(0, cells - 1 - width))}`;
}

/** A text without what a terminal would obey: control characters, and marks that turn the direction of a line. */
export function harmless(text: string): string {
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C]/g, "\uFFFD");
}

/** The same on one line. */
export function oneLine(text: string): string {
  return harmless(text.replace(/\s*\r?\n\s*/g, " ⏎ ").replaceAll("\t", " "));
}
