/**
 * Typos: the words of a brand's dictionary near the words of a query, and the ranges of who has them. What comes of
 * several words is unproven: the names are read and compared.
 */
import type { Statement } from "../../db/database.ts";
import type { Query } from "./query.ts";
import {
  type Asked,
  beginning,
  beginningsOfPair,
  type Entry,
  exactly,
  pairRanges,
  type Range,
} from "./ranges.ts";
import { countTypos, isNear, soughtSpellings } from "./edit-distance.ts";
import { wholePair } from "./terms.ts";

const mostAlone = 1000;
const mostTogether = 30;

export const nearWords: Statement = {
  name: "search_near_words",
  text: `SELECT b.brand, v.word FROM unnest($1::bigint[]) AS b (brand)
    CROSS JOIN unnest($2::text[]) AS s (spelling)
    CROSS JOIN LATERAL (
      SELECT word FROM search_variant WHERE brand_id = b.brand AND variant = s.spelling ORDER BY word LIMIT ${mostAlone}
    ) v LIMIT 10001`,
};

/** Everything a query may mean if words of it have typos. */
export async function similarEntries(db: Asked, brands: readonly number[], query: Query): Promise<Entry[]> {
  const spellings = [...new Set(query.needed.slice(0, 2).flatMap(soughtSpellings))];
  if (spellings.length === 0) return [];
  const dictionaries = new Map<number, Set<string>>(brands.map((brand) => [brand, new Set()]));
  for (const { brand, word } of await db.rows<{ brand: number; word: string }>(nearWords, [
    brands,
    spellings,
  ])) {
    dictionaries.get(brand)?.add(word);
  }
  return [...dictionaries].flatMap(([brand, words]) =>
    similarRanges(query, [...words]).map((range) => ({ ...range, rank: 2 as const, brand, after: 0 })),
  );
}

function similarRanges({ words, needed }: Query, dictionary: readonly string[]): Range[] {
  const [first = "", second] = needed;
  if (second === undefined) {
    const near = nearest(first, dictionary, mostAlone);
    return near.map((word) => ({ kind: "w", ...exactly(word), unproven: words.length > 1 }));
  }
  const [nearFirst, nearSecond] = [
    nearest(first, dictionary, mostTogether),
    nearest(second, dictionary, mostTogether),
  ];
  const pairs = nearFirst.flatMap((word) => nearSecond.map((other) => wholePair(word, other)));
  const ranges: Range[] = [
    ...nearFirst.flatMap((word) => pairsWith(word, second)),
    ...nearSecond.flatMap((word) => pairsWith(word, first)),
    ...pairs.map((pair) => ({ kind: "x" as const, ...exactly(pair) })),
    ...wordsForBoth(first, second, [...nearFirst, ...nearSecond]).map((word) => ({
      kind: "w" as const,
      ...exactly(word),
    })),
    ...nearFirst.map((word) => ({ kind: "m" as const, ...exactly(word) })),
    { kind: "m", ...beginning(first) },
    ...(needed.length > 2 ? pairRanges(first, second) : []), // the typo is in a further word
  ];
  return ranges.map((range) => ({ ...range, unproven: true }));
}

/** Whoever has this word and another one that begins so. */
function pairsWith(word: string, start: string): Range[] {
  return [{ kind: "x", ...beginning(`${word} ${start}`) }, ...beginningsOfPair(start, word, exactly)];
}

/** One word of a name can be near both words of a query. */
function wordsForBoth(first: string, second: string, near: readonly string[]): string[] {
  return [...new Set(near)].filter((word) => [first, second].every((sought) => answers(sought, word)));
}

function answers(sought: string, word: string): boolean {
  return word.startsWith(sought) || isNear(sought, word);
}

function nearest(sought: string, dictionary: readonly string[], count: number): string[] {
  const near = dictionary
    .filter((word) => isNear(sought, word))
    .map((word) => ({ word, typos: countTypos(sought, word) }));
  near.sort((a, b) => a.typos - b.typos || (a.word < b.word ? -1 : 1));
  return near.slice(0, count).map(({ word }) => word);
}
