/**
 * Edit distance with deletion variants (SymSpell): how far two words are apart, and how words near one are found by
 * equality. Two words within so many edits share a variant with at most as many letters deleted from each (and so do
 * their first eight letters, which is why long words need no more than 37 variants). A test holds this for every pair
 * of words.
 */
import { truncate } from "./normalise.ts";

const lettersCompared = 8;

/** The number of edits forgiven in a word of a query. */
export function maxEdits(word: string): 0 | 1 | 2 {
  const length = [...word].length;
  return length >= 8 ? 2 : length >= 4 ? 1 : 0;
}

/**
 * The deletion variants under which a word of a name is stored. Words of fewer than three letters are near no query.
 */
export function storedVariants(word: string): string[] {
  return hasVariants(word) ? deletionVariants(word, maxEdits(word)) : [];
}

export function hasVariants(word: string): boolean {
  return [...word].length >= 3;
}

/** The variants under which everything near a word of a query is stored. */
export function queryVariants(word: string): string[] {
  const edits = maxEdits(word);
  return edits === 0 ? [] : deletionVariants(word, edits);
}

function deletionVariants(word: string, edits: number): string[] {
  let variants = [truncate(word, lettersCompared)];
  const all = new Set(variants);
  for (let round = 0; round < edits; round += 1) {
    variants = variants.flatMap(deleteOneLetter);
    for (const variant of variants) all.add(variant);
  }
  return [...all];
}

function deleteOneLetter(word: string): string[] {
  const letters = [...word];
  return letters.map((_, at) => letters.toSpliced(at, 1).join(""));
}

/** Whether the word of a name matches the word of a query within the forgiven edits. */
export function isWithinDistance(queried: string, word: string): boolean {
  const edits = maxEdits(queried);
  return edits > 0 && editDistance(queried, word, edits) <= edits;
}

/** Letters deleted, inserted, replaced or swapped with their neighbour; above `max`, the result is `max + 1`. */
export function editDistance(one: string, other: string, max = one.length + other.length): number {
  return distanceFrom(one, max)(other);
}

/** The same for many words. Words of too different lengths, and common beginnings and ends, are not compared. */
export function distanceFrom(one: string, max: number): (other: string) => number {
  const a = lettersOf(one);
  return (other) => {
    if (other.length < a.length - max || other.length > 2 * (a.length + max)) return max + 1;
    const b = lettersOf(other);
    if (Math.abs(a.length - b.length) > max) return max + 1;
    let begin = 0;
    let [endA, endB] = [a.length, b.length];
    while (begin < endA && begin < endB && a[begin] === b[begin]) begin += 1;
    for (; endA > begin && endB > begin && a[endA - 1] === b[endB - 1]; endB -= 1) endA -= 1;
    return alignmentDistance(a.slice(begin, endA), b.slice(begin, endB), max);
  };
}

/**
 * Optimal string alignment. Only the band of the matrix that so few edits can reach is filled, and only up to the first
 * row in which all exceed the limit.
 */
function alignmentDistance(a: readonly number[], b: readonly number[], max: number): number {
  const width = b.length + 1;
  let [beforeLast, last, row] = [
    new Int32Array(width),
    new Int32Array(width).map((_, at) => at),
    new Int32Array(width),
  ];
  for (let i = 1; i <= a.length; i += 1) {
    const from = Math.max(1, i - max);
    const to = Math.min(b.length, i + max);
    let min = (row[from - 1] = from === 1 ? i : max + 1);
    if (to === i + max) last[to] = max + 1; // the band of that row ends before
    for (let j = from; j <= to; j += 1) {
      let edits = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      edits = Math.min(edits, (last[j] as number) + 1, (row[j - 1] as number) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        edits = Math.min(edits, (beforeLast[j - 2] as number) + 1);
      row[j] = edits;
      if (edits < min) min = edits;
    }
    if (min > max) return max + 1;
    [beforeLast, last, row] = [last, row, beforeLast];
  }
  return Math.min(last[b.length] as number, max + 1);
}

function lettersOf(word: string): number[] {
  const letters: number[] = [];
  for (let at = 0; at < word.length; at += 1) {
    const letter = word.codePointAt(at) as number;
    if (letter > 0xffff) at += 1;
    letters.push(letter);
  }
  return letters;
}
