/**
 * Words of erased customers in a brand's search dictionary. They stay until no open transaction can have used them:
 * recorded in the purge's transaction, pruned right after its commit, and by a job if that takes longer or the process
 * ends.
 */
import type { Db, Statement, Tx } from "../../db/database.ts";
import { enqueue, type Job } from "../job-queue.ts";
import { pruneDictionary } from "../search/search.ts";

export const pruneWordsJob = "erasure.words";

/** How long a purge waits for open transactions before it leaves the rest to the job, in milliseconds. */
const writersTimeoutMs = 1000;
/** The delay of the job: a purge is nearly always done by then and withdraws it. */
const jobDelayMs = 2 * writersTimeoutMs;

/** Ensures that the recorded words of these customers are pruned, even if nothing else runs after the commit. */
export function enqueuePruneWords(tx: Tx, brandId: number, customerIds: readonly number[]): Promise<void> {
  return enqueue(
    tx,
    ...customerIds.map((id) => ({
      kind: pruneWordsJob,
      lane: String(id),
      brandId,
      customerId: id,
      delayMs: jobDelayMs,
    })),
  );
}

// A lane that a worker has claimed stays: its job finds nothing to do.
const deleteWaitingJobs: Statement = {
  name: "erasure_delete_word_jobs",
  text: `WITH held AS (
      SELECT kind, lane FROM job_lane l WHERE kind = $1 AND lane = ANY ($2) AND due_at > now() AND NOT EXISTS (
        SELECT FROM job j WHERE j.kind = l.kind AND j.lane = l.lane AND j.state = 'running')
      FOR UPDATE SKIP LOCKED),
    gone AS (DELETE FROM job j USING held h WHERE j.kind = h.kind AND j.lane = h.lane AND j.state = 'waiting')
    DELETE FROM job_lane l USING held h WHERE l.kind = h.kind AND l.lane = h.lane`,
};

/**
 * Prunes the words of customers whose purge is committed. Returns whether all are pruned; if not, the job continues.
 */
export async function pruneWords(db: Db, brandId: number, customerIds: readonly number[]): Promise<boolean> {
  try {
    if (!(await pruneDictionary(db, brandId, customerIds, writersTimeoutMs))) return false;
    await db.row(deleteWaitingJobs, [pruneWordsJob, customerIds.map(String)]);
    return true;
  } catch {
    return false; // the purge is committed, whatever the database answers now; the job is enqueued
  }
}

/** Runs the job. Returns whether it is done: open transactions may take longer than it waits. */
export async function runPruneWordsJob(db: Db, { brand_id, customer_id }: Job): Promise<boolean> {
  return customer_id === null || pruneDictionary(db, brand_id, [customer_id], writersTimeoutMs);
}
