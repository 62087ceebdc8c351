/**
 * Finding customers by what a person types. Exact first, then beginnings and pieces, then, if that is less than a
 * page, with typos forgiven; within each by id. Every statement reads at most 10,001 rows of what was asked for.
 * Who changes a customer's names, primary id or channels calls `addTerms`, `changeTerms` or `removeTerms` with it.
 */
import type { Statement } from "../db/database.ts";
import { type Query, type Rank, rankName, readQuery } from "./search-query.ts";
import { type Asked, entriesIn, type Entry, type Hits, most, rangesOf, readRanges } from "./search-range.ts";
import { similarEntries } from "./search-similar.ts";

export { type Searchable, termsOf } from "./search-term.ts";
export { addTerms, addTermsOfMany, changeTerms, forgetWords, removeTerms } from "./search-write.ts";

/** A query, the brands it may look into, and the size of the page under which typos are forgiven. */
export interface SearchInput {
  query: string;
  brandIds: readonly number[];
  need: number;
}

/** Who was found, in order, and whether there are more than that. */
export interface Found {
  found: { id: number; rank: Rank }[];
  capped: boolean;
}

export async function searchCustomers(
  db: Asked,
  { query: text, brandIds, need }: SearchInput,
): Promise<Found> {
  const query = readQuery(text);
  const brands = [...new Set(brandIds)].sort((a, b) => a - b);
  const ranks = new Map<number, Rank>();
  if (brands.length > 0) {
    await collect(db, query, entriesIn(brands, rangesOf(query)), ranks, false);
    if (ranks.size < need) await collect(db, query, await similarEntries(db, brands, query), ranks, true);
  }
  return { found: inOrder(ranks).slice(0, most), capped: ranks.size > most };
}

async function collect(
  db: Asked,
  query: Query,
  entries: Entry[],
  ranks: Map<number, Rank>,
  forgiving: boolean,
) {
  for await (const hits of readRanges(db, entries, () => most + 1 - ranks.size)) {
    for (const { range, ids } of hits) if (!range.unproven) for (const id of ids) note(ranks, id, range.rank);
    await prove(db, query, hits, ranks, forgiving);
  }
}

export const namesById: Statement = {
  name: "search_names",
  text: "SELECT id, firstname, lastname FROM customer WHERE id = ANY ($1)",
};

/** Reads the names of those who may lack some of the words. */
async function prove(db: Asked, query: Query, hits: Hits[], ranks: Map<number, Rank>, forgiving: boolean) {
  const doubtful = new Set(hits.flatMap(({ range, ids }) => (range.unproven ? ids : [])));
  if (doubtful.size === 0) return;
  const rows = await db.rows<{ id: number; firstname: string; lastname: string }>(namesById, [[...doubtful]]);
  for (const { id, firstname, lastname } of rows) {
    const rank = rankName(query, `${firstname} ${lastname}`, forgiving);
    if (rank !== undefined) note(ranks, id, rank);
  }
}

function note(ranks: Map<number, Rank>, id: number, rank: Rank): void {
  if (rank < (ranks.get(id) ?? 3)) ranks.set(id, rank);
}

// An id has at most 15 digits. Sorting 10,000 numbers takes a tenth of the time that sorting objects does.
const beyondIds = 1e15;

function inOrder(ranks: ReadonlyMap<number, Rank>): Found["found"] {
  const places = Float64Array.from(ranks, ([id, rank]) => rank * beyondIds + id).sort();
  return Array.from(places, (place) => ({
    id: place % beyondIds,
    rank: Math.floor(place / beyondIds) as Rank,
  }));
}
