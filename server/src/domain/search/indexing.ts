/**
 * Writing what customers are found by, in the transaction that changes them. New words of a brand also enter its
 * dictionary, in sorted order, so that two writers of the same words wait for each other instead of deadlocking.
 * Nothing is ever searched for in the dictionary's rows of another brand.
 */
import type { Statement, Tx } from "../../db/database.ts";
import { hasSpellings, storedSpellings } from "./edit-distance.ts";
import { type Terms, wordsAmong } from "./terms.ts";

const insertTerms = `INSERT INTO search_term (brand_id, kind, term, customer_id)
      SELECT $1, left(t, 1)::"char", substr(t, 2), id FROM unnest($2::bigint[], $3::text[]) AS a (id, t)`;
const deleteTerms = (ids: string, terms: string) => `DELETE FROM search_term s
      USING unnest(${ids}::bigint[], ${terms}::text[]) AS g (id, t)
      WHERE s.brand_id = $1 AND s.kind = left(t, 1)::"char" AND s.term = substr(t, 2) AND s.customer_id = g.id`;
const insertWords = `INSERT INTO search_word (brand_id, word) SELECT $1, w FROM unnest($4::text[]) AS w
    ON CONFLICT DO NOTHING RETURNING word`;

export const add: Statement = {
  name: "search_add",
  text: `WITH added AS (${insertTerms})
    ${insertWords}`,
};

export const change: Statement = {
  name: "search_change",
  text: `WITH removed AS (${deleteTerms("$5", "$6")}),
    added AS (${insertTerms})
    ${insertWords}`,
};

export const remove: Statement = { name: "search_remove", text: deleteTerms("$2", "$3") };

export const addSpellings: Statement = {
  name: "search_add_spellings",
  text: `INSERT INTO search_variant (brand_id, variant, word)
    SELECT $1, s.variant, s.word FROM unnest($2::text[], $3::text[]) AS s (variant, word)
    ON CONFLICT DO NOTHING`,
};

/** What one customer was found by, and is to be. */
export interface TermChange {
  id: number;
  before: Terms;
  after: Terms;
}

/** A term of a customer. */
interface Pair {
  id: number;
  term: string;
}

const nothing: Terms = new Set();
const columnsOf = (pairs: readonly Pair[]) => [pairs.map(({ id }) => id), pairs.map(({ term }) => term)];
const wordsIn = (pairs: readonly Pair[]) => [
  ...new Set(dictionaryWords(new Set(pairs.map(({ term }) => term)))),
];

/** Makes a new customer found: one statement, and a second one if the brand has never had one of the words. */
export function addTerms(tx: Tx, brandId: number, id: number, after: Terms): Promise<void> {
  return changeTermsOfMany(tx, brandId, [{ id, before: nothing, after }]);
}

// A word that a customer gives up stays in the dictionary: others may have it. A purge must know whose it was.
const keepFormer: Statement = {
  name: "search_keep_former",
  text: `INSERT INTO former_word (customer_id, word) SELECT * FROM unnest($1::bigint[], $2::text[]) AS f (id, w) ORDER BY 1, 2
    ON CONFLICT DO NOTHING`,
};

/** Writes the difference of each customer of a brand; nothing when there is none. */
export async function changeTermsOfMany(tx: Tx, brandId: number, all: readonly TermChange[]): Promise<void> {
  const gone = all.flatMap(({ id, before, after }) => missing(id, before, after));
  const fresh = all.flatMap(({ id, before, after }) => missing(id, after, before));
  const former = gone.flatMap(({ id, term }) =>
    dictionaryWords(new Set([term])).map((word) => ({ id, term: word })),
  );
  const [, words] = await Promise.all([
    former.length > 0 ? tx.row(keepFormer, columnsOf(former)) : undefined,
    writePairs(tx, brandId, gone, fresh),
  ]);
  return learn(tx, brandId, words);
}

/** Which words are new to the brand by that. */
async function writePairs(
  tx: Tx,
  brandId: number,
  gone: readonly Pair[],
  fresh: readonly Pair[],
): Promise<{ word: string }[]> {
  if (fresh.length === 0) {
    await removePairs(tx, brandId, gone);
    return [];
  }
  const values = [brandId, ...columnsOf(fresh), wordsIn(fresh)];
  return gone.length === 0 ? tx.rows(add, values) : tx.rows(change, [...values, ...columnsOf(gone)]);
}

/** The terms of the one that the other lacks. */
function missing(id: number, these: Terms, those: Terms): Pair[] {
  return [...these].filter((term) => !those.has(term)).map((term) => ({ id, term }));
}

async function removePairs(tx: Tx, brandId: number, pairs: readonly Pair[]): Promise<void> {
  if (pairs.length > 0) await tx.row(remove, [brandId, ...columnsOf(pairs)]);
}

/** Makes a customer found no longer. The words stay in the dictionary; a purge calls `forgetWords` as well. */
export function removeTerms(tx: Tx, brandId: number, id: number, terms: Terms): Promise<void> {
  return removePairs(tx, brandId, missing(id, terms, nothing));
}

function dictionaryWords(terms: Terms): string[] {
  return wordsAmong(terms).filter(hasSpellings).sort();
}

async function learn(tx: Tx, brandId: number, fresh: readonly { word: string }[]): Promise<void> {
  if (fresh.length === 0) return;
  const pairs = fresh.flatMap(({ word }) => storedSpellings(word).map((spelling) => ({ spelling, word })));
  await tx.row(addSpellings, [brandId, pairs.map((pair) => pair.spelling), pairs.map((pair) => pair.word)]);
}

// A customer who adds a word that stands in the dictionary leaves no trace there, so whether a word is still needed
// can only be decided while nobody writes. Every writer holds a lock on search_word that this one waits for.
const stopWriters: Statement = {
  name: "search_stop_writers",
  text: "LOCK TABLE search_word IN SHARE ROW EXCLUSIVE MODE",
};

const dropWords: Statement = {
  name: "search_drop_words",
  text: `DELETE FROM search_word d USING unnest($2::text[]) AS w
    WHERE d.brand_id = $1 AND d.word = w AND (
      SELECT customer_id FROM search_term WHERE brand_id = $1 AND kind = 'w' AND term = w LIMIT 1) IS NULL
    RETURNING d.word`,
};

const dropSpellings: Statement = {
  name: "search_drop_spellings",
  text: `DELETE FROM search_variant v USING unnest($2::text[], $3::text[]) AS s (variant, word)
    WHERE v.brand_id = $1 AND v.variant = s.variant AND v.word = s.word`,
};

const takeFormer: Statement = {
  name: "search_take_former",
  text: "DELETE FROM former_word WHERE customer_id = ANY ($1) RETURNING word",
};

/**
 * Takes words out of the brand's dictionary that these customers have or had and no other one has. Stops writers until
 * the commit, so it comes late in a transaction, and not in one that has added terms: two of those would wait for each
 * other.
 */
export async function forgetWords(
  tx: Tx,
  brandId: number,
  customerIds: readonly number[],
  terms: Terms,
): Promise<void> {
  const former = await tx.rows<{ word: string }>(takeFormer, [customerIds]);
  const words = [...new Set([...dictionaryWords(terms), ...former.map(({ word }) => word)])];
  if (words.length === 0) return;
  await tx.row(stopWriters);
  const lost = await tx.rows<{ word: string }>(dropWords, [brandId, words]);
  const pairs = lost.flatMap(({ word }) => storedSpellings(word).map((spelling) => ({ spelling, word })));
  await tx.row(dropSpellings, [brandId, pairs.map((pair) => pair.spelling), pairs.map((pair) => pair.word)]);
}
