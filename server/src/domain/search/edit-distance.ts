/**
 * Typos: how far two words are apart, and how words near one are found by equality. Two words at most so many typos
 * apart share a spelling with at most as many letters left out of each (and so do their first eight letters, which
 * is why long words need no more than 37 spellings). A test holds this for every pair of words.
 */
import { cut } from "./normalise.ts";

const lettersCompared = 8;

/** How many typos are forgiven in a word that somebody searches for. */
export function typosForgiven(word: string): 0 | 1 | 2 {
  const length = [...word].length;
  return length >= 8 ? 2 : length >= 4 ? 1 : 0;
}

/** The spellings a word of a name is stored under. Shorter words than of three letters are near no searched one. */
export function storedSpellings(word: string): string[] {
  return hasSpellings(word) ? spellings(word, typosForgiven(word)) : [];
}

/** Whether a word is stored under any. */
export function hasSpellings(word: string): boolean {
  return [...word].length >= 3;
}

/** The spellings under which everything near a searched word is stored. */
export function soughtSpellings(word: string): string[] {
  const typos = typosForgiven(word);
  return typos === 0 ? [] : spellings(word, typos);
}

function spellings(word: string, omitted: number): string[] {
  let longer = [cut(word, lettersCompared)];
  const all = new Set(longer);
  for (let round = 0; round < omitted; round += 1) {
    longer = longer.flatMap(omitOne);
    for (const spelling of longer) all.add(spelling);
  }
  return [...all];
}

function omitOne(word: string): string[] {
  const letters = [...word];
  return letters.map((_, at) => letters.toSpliced(at, 1).join(""));
}

/** Whether the word of a name is what was searched for, but for the typos that are forgiven. */
export function isNear(sought: string, word: string): boolean {
  const typos = typosForgiven(sought);
  return typos > 0 && countTypos(sought, word) <= typos;
}

/** Letters left out, added, mistaken or swapped with their neighbour (optimal string alignment). */
export function countTypos(one: string, other: string): number {
  const [a, b] = [[...one], [...other]];
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const mistaken = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const least = Math.min(mistaken, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(swapped ? Math.min(least, (before[j - 2] ?? 0) + 1) : least);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
