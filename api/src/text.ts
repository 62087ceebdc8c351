/** Checks of texts: their length in code points, and what cannot be stored. */

/**
 * The number of code points of a text: the unit of every length in this API.
 *
 * @example
 * codePoints("\u{1f469}\u200d\u{1f680}"); // 3
 */
export function codePoints(text: string): number {
  let count = text.length;
  for (let at = 1; at < text.length; at += 1)
    if ((text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800)
      count -= 1;
  return count;
}

/**
 * Why a text cannot be stored, or undefined. Tabs and line ends are valid only with `allowLines`. The length is checked
 * first, so that no pattern runs on a longer text.
 *
 * @example
 * validateText("two\nlines", 255); // "must not contain control characters"
 * validateText("two\nlines", 255, true); // undefined
 */
export function validateText(text: string, maximum: number, allowLines = false): string | undefined {
  if (isLonger(text, maximum)) return `must be at most ${maximum} characters`;
  if (text.includes("\0")) return "must not contain a NUL character";
  if (/\p{Cs}/u.test(text)) return "must not contain half of a surrogate pair";
  if ((allowLines ? /[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/ : /[\x01-\x1f\x7f-\x9f]/).test(text))
    return "must not contain control characters";
  return undefined;
}

/** Whether a text has more code points than that; counts only if the code units leave it open. */
function isLonger(text: string, maximum: number): boolean {
  return text.length > 2 * maximum || (text.length > maximum && codePoints(text) > maximum);
}

/** A code point of a text in NFC derives from at most this many code units. */
const maxUnitsPerCodePoint = 6;

/**
 * The text in NFC, or undefined if that exceeds this many code points. Ordering combining marks takes quadratic time,
 * so a text that cannot be short enough in NFC is not normalised.
 */
export function normaliseText(text: string, maximum: number): string | undefined {
  if (text.length > maxUnitsPerCodePoint * maximum) return undefined;
  const composed = text.normalize("NFC");
  return isLonger(composed, maximum) ? undefined : composed;
}
