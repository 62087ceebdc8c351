/**
 * Spelling keys: words that are written differently and are the same have one key. Umlauts written with two letters
 * (Mueller, Soerensen, Aase) have the key of the umlaut. Words of Cyrillic and Greek letters have the key of their Latin
 * spelling, in which everything that the usual schemes write differently is one letter (Sergey, Sergei, Serhiy); such
 * keys are made of Latin words only when searching, so a Latin name costs no more terms.
 */

const doubled = /a[ae]+|oe+|ue+|dj/g;

/** The key of a word: umlauts as one letter, and other alphabets in Latin. */
export function keyOf(word: string): string {
  if (/^[a-z0-9]*$/.test(word)) return foldDoubled(word);
  if (isTransliterated(word)) return skeletonOf(transliterate(word));
  return foldDoubled(word);
}

function foldDoubled(word: string): string {
  return word.replace(doubled, (letters) => letters.charAt(0));
}

/** Whether a word has letters that are compared by their Latin spelling. */
export function isTransliterated(word: string): boolean {
  return /[\u0370-\u03ff\u0400-\u052f]/.test(word);
}

/** What the schemes for Cyrillic and Greek write differently, in the order in which it is folded. */
const skeletonSteps: readonly [RegExp, string][] = [
  [/schtsch|shch/g, "s"],
  [/tsch|tch/g, "h"],
  [/sch?|sh|sz/g, "s"],
  [/zh/g, "z"],
  [/ph|v|w/g, "f"],
  [/th/g, "t"],
  [/t[sz]/g, "h"],
  [/[ck]h|cz|[cg]/g, "h"],
  [/x/g, "ks"],
  [/[jy]/g, "i"],
  [/i[eo]/g, "e"],
  [/ou/g, "u"],
];

/** What is left of a Latin word when everything is folded that the schemes write differently. */
export function skeletonOf(latin: string): string {
  let word = foldDoubled(latin);
  for (const [pattern, by] of skeletonSteps) word = word.replace(pattern, by);
  return withoutDoubles(word);
}

function withoutDoubles(word: string): string {
  let single = "";
  for (const letter of word) if (!single.endsWith(letter)) single += letter;
  return single;
}

const pairOf = (letters: string, latin: string) => {
  const several = latin.split(" ");
  return [...letters].map((letter, at): [string, string] => [letter, several[at] ?? ""]);
};

/** Letter by letter, after accents are gone: й is и, ё is е, ї is і. */
const letters = new Map([
  ...pairOf(
    "абвгдежзийклмнопрстуфхцчшщыэюяіїєґў",
    "a b v g d e zh z i i k l m n o p r s t u f kh ts ch sh shch y e yu ya i i e g u",
  ),
  ...pairOf("ђћјљњџѕ", "d ch j lj nj dzh dz"),
  ...pairOf("αβγδεζηθικλμνξοπρστυφχψω", "a v g d e z i t i k l m n ks o p r s t y f ch ps o"),
  ["ъ", ""],
  ["ь", ""],
]);

/** Greek sounds of two letters. */
const greekPairs: Record<string, string> = {
  ου: "u",
  ευ: "ev",
  αυ: "av",
  γγ: "ng",
  γκ: "gk",
  ει: "i",
  μπ: "b",
};

/** A normalised word of Cyrillic or Greek letters in Latin, by the English scheme. */
function transliterate(word: string): string {
  const greek = /[\u0370-\u03ff]/.test(word)
    ? word.replace(/ου|ευ|αυ|γγ|γκ|ει|μπ/g, (pair) => greekPairs[pair] ?? pair)
    : word;
  let latin = "";
  for (const letter of greek) latin += letters.get(letter) ?? letter;
  return latin;
}

/** How other schemes write what the English one writes otherwise. */
const schemes: readonly Record<string, string>[] = [
  {},
  { ю: "iu", я: "ia", щ: "shch", ы: "y" },
  { ж: "z", х: "h", ц: "c", ч: "c", ш: "s", щ: "sc", ю: "ju", я: "ja", χ: "ch" },
  { в: "w", ж: "sch", х: "ch", ц: "z", ч: "tsch", ш: "sch", щ: "schtsch", ю: "ju", я: "ja", з: "s" },
];

/** The Latin words that a word of Cyrillic or Greek letters may be written as: for names that are stored in Latin. */
export function latinSpellings(word: string): string[] {
  if (!isTransliterated(word)) return [];
  return schemes.map((scheme) => {
    let latin = "";
    for (const letter of word)
      latin += scheme[letter] ?? (/[а-џ]/u.test(letter) ? (letters.get(letter) ?? letter) : letter);
    return keyOf(isTransliterated(latin) ? transliterate(latin) : latin);
  });
}

const unspaced =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}\p{scx=Tibetan}]/u;

/** Whether a word has letters of a script that is written without blanks. */
export function isUnspaced(word: string): boolean {
  return /[^\x00-\u0dff]/.test(word) && unspaced.test(word);
}

/** So many places of a word without blanks may be the beginning of what is searched for. */
const maxInnerBeginnings = 40;

/** What a word without blanks is from each letter on but the first. */
export function innerParts(word: string): string[] {
  if (!isUnspaced(word)) return [];
  const all = [...word].map((letter) => ({ letter, isUnspaced: unspaced.test(letter) }));
  const parts: string[] = [];
  for (let at = 1; at < all.length && parts.length < maxInnerBeginnings; at += 1)
    if (all[at]?.isUnspaced || all[at - 1]?.isUnspaced)
      parts.push(
        all
          .slice(at)
          .map(({ letter }) => letter)
          .join(""),
      );
  return parts;
}
