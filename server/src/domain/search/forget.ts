/**
 * Grace period (read-copy-update): removes words from a brand's dictionary that no customer has any more, without a
 * lock that writers wait for. A writer that finds its word in `search_word` leaves no trace there, so a word is removed
 * in two steps. First it is deleted from `search_word`, which makes every later writer add it again. When the writers
 * of that moment have ended, what they wrote is visible: then the word is claimed, and either stays, because a customer
 * has it, or its variants are deleted too. Until then the variants stay, so no customer is missing from a search
 * meanwhile.
 *
 * Every transaction here is short and waits for a lock for 100 ms at most; what cannot be decided yet stays recorded in
 * `former_word`, and the next call decides it. Two calls about one word cannot harm each other: the last one sees every
 * customer, and writes the variants again if one has the word.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { Db, Queryable, Statement, Tx } from "../../db/database.ts";
import { retryReason, translateDatabaseError } from "../../db/errors.ts";
import type { Terms } from "./terms.ts";
import { insertVariants, dictionaryWords, insertFormerWords, variantsOf } from "./indexing.ts";

/**
 * Records words of a customer that is being erased, for `pruneDictionary` after the commit. Returns whether there are
 * any.
 */
export async function recordFormerWords(tx: Tx, customerId: number, terms: Terms): Promise<void> {
  const words = dictionaryWords(terms);
  if (words.length > 0) await tx.row(insertFormerWords, [words.map(() => customerId), words]);
}

const formerWords: Statement = {
  name: "search_select_past_words",
  text: "SELECT DISTINCT word FROM former_word WHERE customer_id = ANY ($1) ORDER BY word",
};

/** Whether words of these customers are recorded. */
export async function hasFormerWords(db: Queryable, customerIds: readonly number[]): Promise<boolean> {
  return (await db.row(formerWords, [customerIds])) !== undefined;
}

const isUnused =
  "(SELECT customer_id FROM search_term WHERE brand_id = $1 AND type = 'w' AND term = w LIMIT 1) IS NULL";

// Rows are locked in the order in which writers insert them.
const withdrawWords: Statement = {
  name: "search_withdraw_words",
  text: `WITH unused AS (SELECT w FROM unnest($2::text[]) AS w WHERE ${isUnused}),
    held AS (SELECT d.word FROM search_word d JOIN unused u ON d.brand_id = $1 AND d.word = u.w ORDER BY d.word FOR UPDATE OF d),
    gone AS (DELETE FROM search_word d USING held h WHERE d.brand_id = $1 AND d.word = h.word)
    SELECT w AS word FROM unused ORDER BY 1`,
};

// A transaction that has written to the dictionary holds this lock on the table until it ends.
const activeWriters = `FROM pg_locks WHERE locktype = 'relation' AND relation = 'search_word'::regclass
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND mode = 'RowExclusiveLock' AND granted AND pid <> pg_backend_pid()`;

const selectWriters: Statement = {
  name: "search_select_writers",
  text: `SELECT virtualtransaction AS id ${activeWriters}`,
};

const selectRemainingWriters: Statement = {
  name: "search_select_remaining_writers",
  text: `SELECT virtualtransaction AS id ${activeWriters} AND virtualtransaction = ANY ($1)`,
};

const claimWords: Statement = {
  name: "search_claim_words",
  text: `INSERT INTO search_word (brand_id, word) SELECT $1, w FROM unnest($2::text[]) AS w
    ON CONFLICT DO NOTHING RETURNING word`,
};

const unusedWords: Statement = {
  name: "search_select_unused_words",
  text: `SELECT w AS word FROM unnest($2::text[]) AS w WHERE ${isUnused}`,
};

const deleteWords: Statement = {
  name: "search_delete_words",
  text: `DELETE FROM search_word d USING unnest($1::bigint[], $2::text[]) AS s (brand_id, word)
    WHERE d.brand_id = s.brand_id AND d.word = s.word`,
};

const deleteVariants: Statement = {
  name: "search_delete_variants",
  text: `DELETE FROM search_deletion_variant v
    USING unnest($1::bigint[], $2::text[], $3::text[]) AS s (brand_id, variant, word)
    WHERE v.brand_id = s.brand_id AND v.variant = s.variant AND v.word = s.word`,
};

async function deleteVariantsOf(tx: Tx, brandId: number, words: readonly string[]): Promise<void> {
  const [variants, of] = variantsOf(words);
  await tx.row(deleteVariants, [variants.map(() => brandId), variants, of]);
}

const deleteFormerWords: Statement = {
  name: "search_delete_past_words",
  text: "DELETE FROM former_word WHERE customer_id = ANY ($1) AND word = ANY ($2)",
};

/** Words decided in one transaction. */
const chunkSize = 500;
/** After so many words that could not be claimed the rest is left for later. */
const maxWordsInUse = 5;

/**
 * Removes the recorded words of erased customers of a brand from its dictionary, unless other customers have them.
 * Waits for open writers for so many milliseconds. Returns whether all of it is done; if not, a later call continues.
 */
export async function pruneDictionary(
  db: Db,
  brandId: number,
  customerIds: readonly number[],
  timeoutMs: number,
): Promise<boolean> {
  const words = (await db.rows<{ word: string }>(formerWords, [customerIds])).map(({ word }) => word);
  let isDone = true;
  for (let at = 0; at < words.length; at += chunkSize)
    isDone =
      (await pruneChunk(db, brandId, customerIds, words.slice(at, at + chunkSize), timeoutMs)) && isDone;
  return isDone;
}

async function pruneChunk(
  db: Db,
  brandId: number,
  customerIds: readonly number[],
  words: readonly string[],
  timeoutMs: number,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  const unused = await retryUntil(db, deadline, (tx) =>
    tx.rows<{ word: string }>(withdrawWords, [brandId, words]),
  );
  if (!unused || (unused.length > 0 && !(await waitForWriters(db, deadline)))) return false;
  const withdrawn = new Set(unused.map(({ word }) => word));
  const pruneSome = (some: readonly string[]) =>
    tryOnce(db, (tx) => pruneClaimed(tx, { brandId, customerIds, withdrawn }, some).then(() => true));
  if (await pruneSome(words)) return true;
  // A longer transaction has just added one of them: the others need not wait for it.
  let inUse = 0;
  for (const word of words) {
    if (!(await pruneSome([word]))) inUse += 1;
    if (inUse === maxWordsInUse) break;
  }
  return inUse === 0;
}

/** Runs a transaction once, with a lock timeout of 100 ms; undefined on a conflict. */
async function tryOnce<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T | undefined> {
  try {
    return await db.tryTransaction(async () => undefined, work, 100);
  } catch (error) {
    if (retryReason(error)) return undefined;
    throw translateDatabaseError(error);
  }
}

/** Repeats a short transaction until it meets no lock; resolves to undefined after the deadline. */
async function retryUntil<T>(db: Db, deadline: number, work: (tx: Tx) => Promise<T>): Promise<T | undefined> {
  for (;;) {
    const done = await tryOnce(db, work);
    if (done !== undefined || performance.now() > deadline) return done;
  }
}

/** Waits until the transactions that have written to the dictionary by now have ended; later ones do not matter. */
async function waitForWriters(db: Db, deadline: number): Promise<boolean> {
  let remaining = await db.rows<{ id: string }>(selectWriters);
  for (let pause = 2; remaining.length > 0; pause = Math.min(2 * pause, 50)) {
    if (performance.now() > deadline) return false;
    await wait(pause);
    remaining = await db.rows<{ id: string }>(selectRemainingWriters, [remaining.map(({ id }) => id)]);
  }
  return true;
}

interface PruneInput {
  brandId: number;
  customerIds: readonly number[];
  /** the words that were withdrawn before the writers of that moment ended */
  withdrawn: ReadonlySet<string>;
}

/** Decides about words; the claim makes writers that add these very words wait until the commit. */
async function pruneClaimed(
  tx: Tx,
  { brandId, customerIds, withdrawn }: PruneInput,
  words: readonly string[],
): Promise<void> {
  const claimed = (await tx.rows<{ word: string }>(claimWords, [brandId, words])).map(({ word }) => word);
  const rows = await tx.rows<{ word: string }>(unusedWords, [brandId, claimed]);
  const unused = new Set(rows.map(({ word }) => word));
  const kept = claimed.filter((word) => !unused.has(word));
  // Words withdrawn by another call meanwhile are left to that call: its writers may not have ended yet.
  const removed = [...unused].filter((word) => withdrawn.has(word));
  await Promise.all([
    kept.length > 0 ? tx.row(insertVariants, [brandId, ...variantsOf(kept)]) : undefined,
    removed.length > 0 ? deleteVariantsOf(tx, brandId, removed) : undefined,
    unused.size > 0 ? tx.row(deleteWords, [[...unused].map(() => brandId), [...unused]]) : undefined,
    tx.row(deleteFormerWords, [customerIds, words]),
  ]);
}
