/**
 * Finding customers by what a person types. Exact first, then beginnings and pieces, then, if that is less than a
 * page, with typos forgiven; within each by id. Every statement reads at most 10,001 rows of what was asked for.
 * Who changes a customer's names, primary id or channels calls `addTerms`, `changeTermsOfMany` or `removeTerms` with it.
 */
import type { Statement } from "../../db/database.ts";
import { type Query, rankName, readQuery } from "./query.ts";
import { type Asked, entriesIn, type Entry, type Hits, most, rangesOf, readRanges } from "./ranges.ts";
import { type Found, Ranking } from "./ranking.ts";
import { similarEntries } from "./fuzzy.ts";

export { type Searchable, type Terms, termsOf } from "./terms.ts";
export { addTerms, changeTermsOfMany, forgetWords, removeTerms } from "./indexing.ts";

/** A query, the brands it may look into, and the size of the page under which typos are forgiven. */
export interface SearchInput {
  query: string;
  brandIds: readonly number[];
  need: number;
}

/** Who is found, in order, and whether there are more than that. */
export async function searchCustomers(
  db: Asked,
  { query: text, brandIds, need }: SearchInput,
): Promise<{ found: Found; capped: boolean }> {
  const query = readQuery(text);
  const brands = [...new Set(brandIds)].sort((a, b) => a - b);
  const ranking = new Ranking();
  if (brands.length > 0) {
    await collect(db, query, entriesIn(brands, rangesOf(query)), ranking, false);
    if (ranking.size < need) await collect(db, query, await similarEntries(db, brands, query), ranking, true);
  }
  return { found: ranking.first(most), capped: ranking.size > most };
}

async function collect(db: Asked, query: Query, entries: Entry[], ranking: Ranking, forgiving: boolean) {
  for await (const hits of readRanges(db, entries, () => most + 1 - ranking.size)) {
    for (const { range, ids } of hits) if (!range.unproven) ranking.add(ids, range.rank);
    await prove(db, query, hits, ranking, forgiving);
  }
}

export const namesById: Statement = {
  name: "search_names",
  text: "SELECT id, firstname, lastname FROM customer WHERE id = ANY ($1)",
};

/** Reads the names of those who may lack some of the words. */
async function prove(db: Asked, query: Query, hits: Hits[], ranking: Ranking, forgiving: boolean) {
  const doubtful = new Set(hits.flatMap(({ range, ids }) => (range.unproven ? ids : [])));
  if (doubtful.size === 0) return;
  const rows = await db.rows<{ id: number; firstname: string; lastname: string }>(namesById, [[...doubtful]]);
  for (const { id, firstname, lastname } of rows) {
    const rank = rankName(query, `${firstname} ${lastname}`, forgiving);
    if (rank !== undefined) ranking.add([id], rank);
  }
}
