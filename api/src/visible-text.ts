/**
 * Visible text: the one place that drops what cannot be seen and folds what looks alike, before a name, a primary id or
 * a query is compared or stored. Invariant: every function is idempotent and linear; the caller bounds the length.
 */
import { unescapeHtml } from "./html-entities.ts";

const isPlain = (text: string) => /^[ -~]*$/.test(text);

/** What Unicode calls ignorable, in runs. */
const ignorable = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]+/gu;

/** Scripts in which a joiner between two letters changes how they look. */
const shaping =
  /^[\p{scx=Arab}\p{scx=Syrc}\p{scx=Mong}\p{scx=Nkoo}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}]/u;
/** Behind a virama a joiner shows even at the end of a word: ന്\u200d is not ന്. */
const virama = /^[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]/;
const pictograph = /^[\p{Extended_Pictographic}\p{Emoji_Modifier}]/u;

/**
 * The text without characters that show nothing: format characters, fillers, variation selectors, marks of direction.
 * Joiners stay where they show, and so do the selector of an emoji and the tags of a flag.
 *
 * @example
 * dropInvisible("\u202aAda\u202c\u200b"); // "Ada"
 */
export function dropInvisible(text: string): string {
  if (isPlain(text)) return text;
  return text.replace(ignorable, (run, at: number) =>
    shownOf(lastLetter(text, at), run, text.slice(at + run.length, at + run.length + 2)),
  );
}

function lastLetter(text: string, end: number): string {
  const isPair = /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(Math.max(0, end - 2), end));
  return text.slice(Math.max(0, end - (isPair ? 2 : 1)), end);
}

/** What a run of ignorable characters shows between these letters. */
function shownOf(before: string, run: string, after: string): string {
  if (before === "\u{1f3f4}" && /^[\u{e0020}-\u{e007e}]{2,6}\u{e007f}$/u.test(run)) return run;
  const isSelected = run.startsWith("\ufe0f");
  if (pictograph.test(before))
    return (isSelected ? "\ufe0f" : "") + (run.includes("\u200d") && pictograph.test(after) ? "\u200d" : "");
  if (/^[0-9#*]$/.test(before)) return isSelected && after.startsWith("\u20e3") ? "\ufe0f" : "";
  const isJoined = virama.test(before) || (shaping.test(before) && shaping.test(after));
  return isJoined ? (/[\u200c\u200d]/.exec(run)?.[0] ?? "") : "";
}

/**
 * Whether nothing of the text can be seen.
 *
 * @example
 * isBlank("\u3164 "); // true: a filler and a blank
 */
export function isBlank(text: string): boolean {
  return /^[\s\p{Default_Ignorable_Code_Point}\ufff9-\ufffb\u2800]*$/u.test(text);
}

/** Every separator is a blank. A tab or a line end in the middle is a control character, and stays one. */
const blankLike = /[\p{Zs}\u2028\u2029\u2800]/gu;

/** Marks that are typed for an apostrophe. Letters that look like one (ʼ, ʻ) and U+2019, which is one, stay. */
const apostropheLike = /[`\u00b4\u2018\u201b\u2032\u2035\uff07]/g;

/** Every dash, and the signs of minus. */
const dashLike = /[\p{Pd}\u2043\u2212]/gu;

/**
 * A name as it is stored: HTML entities read, invisible characters dropped, blanks, dashes and apostrophes folded.
 *
 * @example
 * tidyName(" Anne\u2011Marie\u00a0 O`Neil"); // "Anne-Marie O'Neil"
 */
export function tidyName(text: string): string {
  const read = unescapeHtml(text);
  if (isPlain(read)) return read.replace(/`/g, "'").replace(/ {2,}/g, " ").trim();
  const folded = read.replace(blankLike, " ").replace(dashLike, "-").replace(apostropheLike, "'");
  return dropInvisible(folded).trim().replace(/ {2,}/g, " ");
}

/**
 * A primary id as it is stored and compared: invisible characters dropped, blanks and hyphens that look like the plain
 * ones folded. Everything else counts as sent.
 *
 * @example
 * tidyId("K\u201117\u200b"); // "K-17"
 */
export function tidyId(text: string): string {
  if (isPlain(text)) return text.trim();
  return dropInvisible(text.replace(blankLike, " ").replace(/[\u2010\u2011]/g, "-")).trim();
}

/**
 * What is typed or pasted into a search box: HTML entities are read as in names, controls and halves of surrogate pairs
 * are blanks, invisible characters dropped, the rest cut.
 *
 * @example
 * tidyQuery("\ttom\u200bato\n", 255); // "tomato"
 */
export function tidyQuery(text: string, maximum: number): string {
  const bounded = unescapeHtml(text.slice(0, 8 * maximum));
  const clean = dropInvisible(
    bounded.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, " ").replace(blankLike, " "),
  ).trim();
  return clean.length <= maximum ? clean : [...clean].slice(0, maximum).join("").trim();
}
