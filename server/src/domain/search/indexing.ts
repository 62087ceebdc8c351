/**
 * Inverted index: writes the search terms of customers in the transaction that changes them. New words of a brand also
 * enter its dictionary, in sorted order, so that two writers of the same words wait for each other instead of
 * deadlocking. No search reads the dictionary rows of another brand.
 */
import type { Statement, Tx } from "../../db/database.ts";
import { hasVariants, storedVariants } from "./edit-distance.ts";
import { type Terms, wordsIn } from "./terms.ts";

const insertTerms = `INSERT INTO search_term (brand_id, type, term, customer_id)
      SELECT $1, left(t, 1)::"char", substr(t, 2), id FROM unnest($2::bigint[], $3::text[]) AS a (id, t)`;
// Looks into the index once more for each term, so only where one may be there already.
const insertMissing = `${insertTerms} ON CONFLICT DO NOTHING`;
// The brand comes with each term: compared with one value, it would make the planner read the whole brand on stale statistics.
const deleteTerms = (brands: string, ids: string, terms: string) => `DELETE FROM search_term s
      USING unnest(${brands}::bigint[], ${ids}::bigint[], ${terms}::text[]) AS g (brand_id, id, t)
      WHERE s.brand_id = g.brand_id AND s.type = left(t, 1)::"char" AND s.term = substr(t, 2) AND s.customer_id = g.id`;
const insertWords = `INSERT INTO search_word (brand_id, word) SELECT $1, w FROM unnest($4::text[]) AS w
    ON CONFLICT DO NOTHING RETURNING word`;

export const insertTermsAndWords: Statement = {
  name: "search_insert_terms",
  text: `WITH added AS (${insertTerms})
    ${insertWords}`,
};

export const insertMissingTermsAndWords: Statement = {
  name: "search_insert_missing_terms",
  text: `WITH added AS (${insertMissing})
    ${insertWords}`,
};

export const replaceTerms: Statement = {
  name: "search_replace_terms",
  text: `WITH removed AS (${deleteTerms("$5", "$6", "$7")}),
    added AS (${insertTerms})
    ${insertWords}`,
};

export const replaceMissingTerms: Statement = {
  name: "search_replace_missing_terms",
  text: `WITH removed AS (${deleteTerms("$5", "$6", "$7")}),
    added AS (${insertMissing})
    ${insertWords}`,
};

export const removeTermRows: Statement = { name: "search_delete_terms", text: deleteTerms("$1", "$2", "$3") };

export const insertVariants: Statement = {
  name: "search_insert_variants",
  text: `INSERT INTO search_deletion_variant (brand_id, variant, word)
    SELECT $1, s.variant, s.word FROM unnest($2::text[], $3::text[]) AS s (variant, word)
    ON CONFLICT DO NOTHING`,
};

/** The terms of a customer before and after a change. */
export interface TermChange {
  id: number;
  /** of a customer that only gets channels: both without the terms of those it has */
  isPartial?: boolean;
  before: Terms;
  after: Terms;
}

interface CustomerTerm {
  id: number;
  term: string;
}

interface TermDifference {
  removed: readonly CustomerTerm[];
  added: readonly CustomerTerm[];
  /** what is added may be there already */
  isPartial: boolean;
}

const noTerms: Terms = new Set();
const columnsOf = (pairs: readonly CustomerTerm[]) => [
  pairs.map(({ id }) => id),
  pairs.map(({ term }) => term),
];
const dictionaryWordsIn = (pairs: readonly CustomerTerm[]) => [
  ...new Set(dictionaryWords(new Set(pairs.map(({ term }) => term)))),
];

/** Indexes a new customer: one statement, and a second one if a word is new to the brand. */
export function addTerms(tx: Tx, brandId: number, id: number, after: Terms): Promise<void> {
  return updateTermsOfMany(tx, brandId, [{ id, before: noTerms, after }]);
}

// A word that a customer loses stays in the dictionary: others may have it. A purge must know whose it was.
export const insertFormerWords: Statement = {
  name: "search_insert_past_words",
  text: `INSERT INTO former_word (customer_id, word) SELECT * FROM unnest($1::bigint[], $2::text[]) AS f (id, w) ORDER BY 1, 2
    ON CONFLICT DO NOTHING`,
};

/** Writes the difference for each customer of a brand; nothing if there is none. */
export async function updateTermsOfMany(tx: Tx, brandId: number, all: readonly TermChange[]): Promise<void> {
  const removed = all.flatMap(({ id, before, after }) => difference(id, before, after));
  const added = all.flatMap(({ id, before, after }) => difference(id, after, before));
  const former = removed.flatMap(({ id, term }) =>
    dictionaryWords(new Set([term])).map((word) => ({ id, term: word })),
  );
  const isPartial = all.some((one) => one.isPartial);
  const [, words] = await Promise.all([
    former.length > 0 ? tx.row(insertFormerWords, columnsOf(former)) : undefined,
    writeTerms(tx, brandId, { removed, added, isPartial }),
  ]);
  return indexVariants(tx, brandId, words);
}

/** Returns the words that are thereby new to the brand. */
async function writeTerms(
  tx: Tx,
  brandId: number,
  { removed, added, isPartial }: TermDifference,
): Promise<{ word: string }[]> {
  if (added.length === 0) {
    await deleteTermsOf(tx, brandId, removed);
    return [];
  }
  const values = [brandId, ...columnsOf(added), dictionaryWordsIn(added)];
  if (removed.length === 0)
    return tx.rows(isPartial ? insertMissingTermsAndWords : insertTermsAndWords, values);
  const replace = isPartial ? replaceMissingTerms : replaceTerms;
  return tx.rows(replace, [...values, removed.map(() => brandId), ...columnsOf(removed)]);
}

/** The terms of the first that the second lacks. */
function difference(id: number, these: Terms, those: Terms): CustomerTerm[] {
  return [...these].filter((term) => !those.has(term)).map((term) => ({ id, term }));
}

async function deleteTermsOf(tx: Tx, brandId: number, pairs: readonly CustomerTerm[]): Promise<void> {
  if (pairs.length > 0) await tx.row(removeTermRows, [pairs.map(() => brandId), ...columnsOf(pairs)]);
}

/** Removes a customer from the index. The words stay in the dictionary; a purge records them for `pruneDictionary`. */
export function removeTerms(tx: Tx, brandId: number, id: number, terms: Terms): Promise<void> {
  return deleteTermsOf(tx, brandId, difference(id, terms, noTerms));
}

/** The words among the terms that the dictionary stores, in the common write order. */
export function dictionaryWords(terms: Terms): string[] {
  return wordsIn(terms).filter(hasVariants).sort();
}

async function indexVariants(tx: Tx, brandId: number, newWords: readonly { word: string }[]): Promise<void> {
  if (newWords.length === 0) return;
  await tx.row(insertVariants, [brandId, ...variantsOf(newWords.map(({ word }) => word))]);
}

/** Every variant of the words, and the word of each. */
export function variantsOf(words: readonly string[]): [spellings: string[], words: string[]] {
  const pairs = words.flatMap((word) => storedVariants(word).map((variant) => ({ variant, word })));
  return [pairs.map((pair) => pair.variant), pairs.map((pair) => pair.word)];
}
