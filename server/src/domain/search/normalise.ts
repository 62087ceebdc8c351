/**
 * Normalising of text: the one definition of when two texts are equal for a search. Stored terms and queries both use
 * it, so the database's locale and its character classes do not matter.
 */

/** Letters that Unicode does not decompose, and what users type for them. */
const replacements: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  þ: "th",
  ð: "d",
  đ: "d",
  ħ: "h",
  ı: "i",
  ĸ: "k",
  ł: "l",
  ŋ: "n",
  ø: "o",
  ŧ: "t",
  ς: "σ", // lower-casing makes this one at the end of a word, where a longer word has the other
  // Arabic: letters that keyboards of Arabic, Persian and Urdu have one instead of the other, and the stretching of a line
  ى: "ي",
  ی: "ي",
  ے: "ي",
  ک: "ك",
  ڪ: "ك",
  ة: "ه",
  ہ: "ه",
  ھ: "ه",
  ە: "ه",
  ٱ: "ا",
  ں: "ن",
  ـ: "",
  // Hebrew: forms at the end of a word
  ך: "כ",
  ם: "מ",
  ן: "נ",
  ף: "פ",
  ץ: "צ",
  // Letters that stand for an apostrophe end a word like one
  ʼ: "'",
  ʻ: "'",
  ʽ: "'",
  ʾ: "'",
  ʿ: "'",
  ʹ: "'",
  ʺ: "'",
  ˈ: "'",
  ꞌ: "'",
};
const undecomposable = new RegExp(`[${Object.keys(replacements).join("")}]`, "g");

/** Katakana is hiragana of another shape, letter by letter at this distance. */
const kanaDistance = 0x60;

/** Longer words and ids are stored with so many of their first code points. */
const maxTermLength = 120;

/** The text without accents, case, compatibility forms and what cannot be seen. */
export function normaliseText(text: string): string {
  if (/^[ -~]*$/.test(text)) return text.toLowerCase();
  const apart = text.normalize("NFKD").replace(/(?<=\p{scx=Arab})\u200c/gu, " "); // the joiner of Persian parts words
  const bare = apart.replace(/[\p{M}\p{Default_Ignorable_Code_Point}]+/gu, "");
  const lower = bare.toLowerCase().replace(undecomposable, (letter) => replacements[letter] ?? letter);
  return lower
    .replace(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - kanaDistance))
    .normalize("NFC");
}

/** Words end at anything but letters and digits; a text without any has its signs for words: ♥. */
export function splitWords(normalised: string): string[] {
  if (/^[ -~]*$/.test(normalised))
    return normalised.match(/[a-z0-9]+/g) ?? normalised.match(/[$+<=>^`|~]+/g) ?? [];
  return normalised.match(/[\p{L}\p{N}]+/gu) ?? normalised.match(/\p{S}+/gu) ?? [];
}

/** The distinct normalised words of a text, in their order. */
export function wordsOf(text: string): string[] {
  return [...new Set(splitWords(normaliseText(text)).map(truncateTerm))];
}

/** The text without anything but its letters and digits: AB-001234 as ab001234. One that has none stays. */
export function squeeze(normalised: string): string {
  return splitWords(normalised).join("") || normalised;
}

/** The part of a text that a term holds. */
export function truncateTerm(text: string): string {
  return truncate(text, maxTermLength);
}

export function truncate(text: string, count: number): string {
  return text.length <= count ? text : [...text].slice(0, count).join("");
}
