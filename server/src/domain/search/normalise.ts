/**
 * Folding: the one place that says when two texts look alike to a search. What is stored and what is asked both come
 * through here, so neither the database's locale nor its idea of letters matters.
 */

/** Letters that Unicode does not take apart, by what a searcher types for them. */
const letters: Record<string, string> = {
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
};
const unsplit = new RegExp(`[${Object.keys(letters).join("")}]`, "g");

/** Longer words and ids are known by so many of their first code points; a query has no more than 100. */
const longest = 120;

/** The text without accents, case and compatibility forms. */
export function foldText(text: string): string {
  if (/^[ -~]*$/.test(text)) return text.toLowerCase();
  const bare = text.normalize("NFKD").replace(/\p{M}+/gu, "");
  const lower = bare.toLowerCase().replace(unsplit, (letter) => letters[letter] ?? letter);
  return lower.normalize("NFC");
}

/** The distinct words of a text, folded, in their order: they end at anything but letters and digits. */
export function wordsOf(text: string): string[] {
  const words = foldText(text).match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words.map(cutTerm))];
}

/** As much of a text as a term holds. */
export function cutTerm(text: string): string {
  return cut(text, longest);
}

/** The first so many code points. */
export function cut(text: string, count: number): string {
  return text.length <= count ? text : [...text].slice(0, count).join("");
}
