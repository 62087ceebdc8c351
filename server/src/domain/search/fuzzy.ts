/**
 * Fuzzy search: the words of a brand's dictionary near the words of a query, and the ranges of the customers with them.
 * Matches of several words need verification: the names are read and compared.
 */
import type { Statement } from "../../db/database.ts";
import type { Query } from "./query.ts";
import {
  type SearchDb,
  prefixRange,
  pairPrefixRanges,
  type BrandRange,
  exactRange,
  pairRanges,
  type Range,
} from "./ranges.ts";
import { isWithinDistance, queryVariants, maxEdits, distanceFrom } from "./edit-distance.ts";
import { wholePair } from "./terms.ts";

const maxWordsAlone = 1000;
const maxWordsInPair = 30;

export const selectNearWords: Statement = {
  name: "search_near_words",
  text: `SELECT b.brand, v.word FROM unnest($1::bigint[]) AS b (brand)
    CROSS JOIN unnest($2::text[]) AS s (spelling)
    CROSS JOIN LATERAL (
      SELECT word FROM search_deletion_variant WHERE brand_id = b.brand AND variant = s.spelling ORDER BY word LIMIT ${maxWordsAlone}
    ) v LIMIT 10001`,
};

/** All ranges that a query may mean with typos in its words. */
export async function fuzzyRanges(
  db: SearchDb,
  brands: readonly number[],
  query: Query,
): Promise<BrandRange[]> {
  const variants = [...new Set(query.needed.slice(0, 2).flatMap(queryVariants))];
  if (variants.length === 0) return [];
  const dictionaries = new Map<number, Set<string>>(brands.map((brand) => [brand, new Set()]));
  for (const { brand, word } of await db.rows<{ brand: number; word: string }>(selectNearWords, [
    brands,
    variants,
  ])) {
    dictionaries.get(brand)?.add(word);
  }
  return [...dictionaries].flatMap(([brand, words]) =>
    fuzzyRangesOf(query, [...words]).map((range) => ({ ...range, rank: 2 as const, brand, after: 0 })),
  );
}

function fuzzyRangesOf({ words, needed }: Query, dictionary: readonly string[]): Range[] {
  const [first = "", second] = needed;
  if (second === undefined) {
    const near = nearestWords(first, dictionary, maxWordsAlone);
    return near.map((word) => ({ kind: "w", ...exactRange(word), needsVerification: words.length > 1 }));
  }
  const [nearFirst, nearSecond] = [
    nearestWords(first, dictionary, maxWordsInPair),
    nearestWords(second, dictionary, maxWordsInPair),
  ];
  const pairs = nearFirst.flatMap((word) => nearSecond.map((other) => wholePair(word, other)));
  const ranges: Range[] = [
    ...nearFirst.flatMap((word) => pairRangesWith(word, second)),
    ...nearSecond.flatMap((word) => pairRangesWith(word, first)),
    ...pairs.map((pair) => ({ kind: "x" as const, ...exactRange(pair) })),
    ...wordsMatchingBoth(first, second, [...nearFirst, ...nearSecond]).map((word) => ({
      kind: "w" as const,
      ...exactRange(word),
    })),
    ...nearFirst.map((word) => ({ kind: "m" as const, ...exactRange(word) })),
    { kind: "m", ...prefixRange(first) },
    ...(needed.length > 2 ? pairRanges(first, second) : []), // the typo is in a further word
  ];
  return ranges.map((range) => ({ ...range, needsVerification: true }));
}

/** Customers with this word and another one with this prefix. */
function pairRangesWith(word: string, prefix: string): Range[] {
  return [{ kind: "x", ...prefixRange(`${word} ${prefix}`) }, ...pairPrefixRanges(prefix, word, exactRange)];
}

/** One word of a name can be near both words of a query. */
function wordsMatchingBoth(first: string, second: string, near: readonly string[]): string[] {
  return [...new Set(near)].filter((word) => [first, second].every((queried) => matchesWord(queried, word)));
}

function matchesWord(queried: string, word: string): boolean {
  return word.startsWith(queried) || isWithinDistance(queried, word);
}

function nearestWords(queried: string, dictionary: readonly string[], count: number): string[] {
  const max = maxEdits(queried);
  if (max === 0) return [];
  const distanceTo = distanceFrom(queried, max);
  const near = dictionary
    .map((word) => ({ word, distance: distanceTo(word) }))
    .filter(({ distance }) => distance <= max);
  near.sort((a, b) => a.distance - b.distance || (a.word < b.word ? -1 : 1));
  return near.slice(0, count).map(({ word }) => word);
}
