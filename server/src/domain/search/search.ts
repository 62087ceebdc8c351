/**
 * Customer search. Exact matches first, then prefixes and parts, then, if that is less than a page, matches with typos;
 * within each by id. Every statement reads at most 10,001 matching rows. Code that changes a customer's names, primary
 * id or channels calls `addTerms`, `updateTermsOfMany` or `removeTerms` with it.
 */
import { setImmediate } from "node:timers/promises";
import type { Statement } from "../../db/database.ts";
import { type SearchableColumns, searchableList, searchableTexts } from "../customer-fields.ts";
import { type Query, parseQuery, rankName, rankNameWithTypos } from "./query.ts";
import {
  type SearchDb,
  brandRangesOf,
  type BrandRange,
  type Hits,
  maxCounted,
  rangesOf,
  readRanges,
} from "./ranges.ts";
import { type RankedResults, ResultRanking } from "./ranking.ts";
import { fuzzyRanges } from "./fuzzy.ts";

export { type SearchDocument, type Terms, termsOf } from "./terms.ts";
export {
  hasFormerWords,
  pruneDictionary,
  recordFormerWords,
} from "./forget.ts";
export { addTerms, updateTermsOfMany, removeTerms } from "./indexing.ts";

/** A query, the brands it may search, and the page size below which typos are forgiven. */
export interface SearchInput {
  query: string;
  brandIds: readonly number[];
  pageSize: number;
}

/** The customers found, in order, and whether there are more. */
export async function searchCustomers(
  db: SearchDb,
  { query: text, brandIds, pageSize }: SearchInput,
): Promise<{ results: RankedResults; capped: boolean }> {
  const query = parseQuery(text);
  const brands = [...new Set(brandIds)].sort((a, b) => a - b);
  const ranking = new ResultRanking();
  if (brands.length > 0) {
    await collect(db, query, brandRangesOf(brands, rangesOf(query)), ranking, false);
    if (ranking.size < pageSize)
      await collect(db, query, await fuzzyRanges(db, brands, query), ranking, true);
  }
  return { results: ranking.first(maxCounted), capped: ranking.size > maxCounted };
}

async function collect(
  db: SearchDb,
  query: Query,
  ranges: BrandRange[],
  ranking: ResultRanking,
  fuzzy: boolean,
) {
  for await (const hits of readRanges(db, ranges, () => maxCounted + 1 - ranking.size)) {
    for (const { range, ids } of hits) if (!range.needsVerification) ranking.add(ids, range.rank);
    await verifyMatches(db, query, hits, ranking, fuzzy);
  }
}

export const namesById: Statement = {
  name: "search_names",
  text: `SELECT id, ${searchableList} FROM customer WHERE id = ANY ($1)`,
};

/**
 * Comparing a name of hundreds of words with a query of dozens takes a fifth of a millisecond; other requests run in
 * between.
 */
const namesPerTurn = 50;

/** Reads the names of those that may lack some of the words. */
async function verifyMatches(
  db: SearchDb,
  query: Query,
  hits: Hits[],
  ranking: ResultRanking,
  fuzzy: boolean,
) {
  const unverified = new Set(hits.flatMap(({ range, ids }) => (range.needsVerification ? ids : [])));
  if (unverified.size === 0) return;
  const rows = await db.rows<{ id: number } & SearchableColumns>(namesById, [[...unverified]]);
  for (const [at, row] of rows.entries()) {
    if (at > 0 && at % namesPerTurn === 0) await setImmediate();
    const texts = searchableTexts(row);
    // a typo is forgiven in the words of a name; its readings were searched before, by terms of their own
    const rank = fuzzy ? rankNameWithTypos(query, texts) : rankName(query, texts);
    if (rank !== undefined) ranking.add([row.id], rank);
  }
}
