/**
 * Retention: deletes expired data: deleted customers past their restore period, responses stored for retries, failed
 * jobs, webhook deliveries, and the user names of old audit entries. A run continues until nothing is left, in short transactions. Any number of processes
 * may run it: an advisory lock for each type of work, taken anew for each transaction, admits one at a time. Counters
 * need no compaction: they are slots that are added to in place.
 */
import type { ChannelType } from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";
import { isUnreachable } from "../../db/errors.ts";
import { batchSize, type DueQuery, countOverdue, type Overdue, purgeDue, pruneWordsOfErased } from "./due.ts";

export type { Overdue } from "./due.ts";

// One number for retention as a whole, which is shared, and one for each type of work, which is not.
const tryLock: Statement = {
  name: "retention_try_lock",
  text: `SELECT pg_try_advisory_xact_lock_shared(7305446) AND pg_try_advisory_xact_lock(7305446, $1) AS mine`,
};

const deleteExpiredResponses: Statement = {
  name: "retention_delete_responses",
  text: `DELETE FROM idempotency_key WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM idempotency_key WHERE created_at < now() - interval '24 hours' ORDER BY created_at LIMIT 5000))
    RETURNING operation`,
};

const deleteFailedJobs: Statement = {
  name: "retention_delete_jobs",
  text: `DELETE FROM job WHERE id = ANY (ARRAY(
      SELECT id FROM job WHERE failed_at < now() - interval '30 days' ORDER BY failed_at LIMIT 5000))
    RETURNING id`,
};

// Their ids rise with time, so the oldest are found by id.
const deleteOldDeliveries: Statement = {
  name: "retention_delete_deliveries",
  text: `DELETE FROM webhook_delivery WHERE id = ANY (ARRAY(
      SELECT id FROM (SELECT id, created_at FROM webhook_delivery ORDER BY id LIMIT 5000) AS oldest
        WHERE created_at < now() - interval '30 days'))
    RETURNING id`,
};

const forgetClientUsers: Statement = {
  name: "retention_forget_client_users",
  text: `UPDATE audit_entry SET client_user = NULL WHERE (at, id) IN (
      SELECT at, id FROM audit_entry WHERE client_user IS NOT NULL AND at < now() - interval '1 year'
        ORDER BY at, id LIMIT 5000)
    RETURNING id`,
};

export interface RetentionReport {
  customers: number;
  answers: number;
  jobs: number;
  deliveries: number;
  /** audit entries whose user name was forgotten */
  clientUsers: number;
}

/** Customers that could not be erased, each with the error: they do not block the others. */
export type PurgeFailures = { id: number; error: unknown }[];

/** The signal that stops a run, and its callbacks. */
export interface RetentionOptions {
  signal?: AbortSignal;
  /** receives what was overdue when the run began */
  onOverdue?: (found: Overdue) => void;
  /** receives the customers that could not be erased */
  onFailed?: (failures: PurgeFailures) => void;
}

const never = new AbortController().signal;

/** Deletes what is due, until nothing is left or the signal aborts; skips work that another process does. */
export async function runRetention(
  db: Db,
  types: readonly ChannelType[],
  { signal = never, onOverdue, onFailed }: RetentionOptions = {},
): Promise<RetentionReport> {
  onOverdue?.(await countOverdue(db));
  const customers = await eraseDue(db, types, signal, onFailed);
  const deleteExpired = (kind: number, statement: Statement) =>
    repeatUntilDone(db, kind, signal, async (tx) => (await tx.rows(statement)).length);
  return {
    customers,
    answers: await deleteExpired(2, deleteExpiredResponses),
    jobs: await deleteExpired(3, deleteFailedJobs),
    deliveries: await deleteExpired(4, deleteOldDeliveries),
    clientUsers: await deleteExpired(5, forgetClientUsers),
  };
}

/** Does one piece of work after another, each in a transaction. */
async function repeatUntilDone(
  db: Db,
  kind: number,
  signal: AbortSignal,
  work: (tx: Tx) => Promise<number>,
): Promise<number> {
  let all = 0;
  while (!signal.aborted) {
    const done = (await withLock(db, kind, work)) ?? 0;
    if (done === 0) break;
    all += done;
  }
  return all;
}

/** Does a piece of work in a transaction; nothing while another process does it. */
function withLock<T>(db: Db, kind: number, work: (tx: Tx) => Promise<T>): Promise<T | undefined> {
  return db.transaction(async (tx) => {
    const mine = (await tx.row<{ mine: boolean }>(tryLock, [kind]))?.mine ?? false;
    return mine ? work(tx) : undefined;
  });
}

/** Erases customers in batches; when a batch fails, one at a time until the failing customer is known and excluded. */
async function eraseDue(
  db: Db,
  types: readonly ChannelType[],
  signal: AbortSignal,
  failed: RetentionOptions["onFailed"],
): Promise<number> {
  const failures: PurgeFailures = [];
  let all = 0;
  for (let limit = batchSize; !signal.aborted; ) {
    const query: DueQuery = { limit, excludedIds: failures.map(({ id }) => id), foundIds: [] };
    try {
      const erased = await withLock(db, 1, (tx) => purgeDue(tx, types, query));
      if (!erased || erased.length === 0) break;
      await pruneWordsOfErased(db, erased);
      all += erased.length;
    } catch (error) {
      const [first] = query.foundIds;
      if (first === undefined || isUnreachable(error)) throw error;
      if (limit === 1) failures.push({ id: first, error });
      limit = limit === 1 ? batchSize : 1;
    }
  }
  if (failures.length > 0) failed?.(failures);
  return all;
}
