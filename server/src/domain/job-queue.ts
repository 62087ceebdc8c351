/**
 * Job queue: jobs are enqueued, claimed under a lease, and ended. A job is enqueued in the transaction of its cause, so
 * there is no job for a change that was rolled back. It runs at least once: a killed process loses its lease, and the
 * lane is due again when that expires. Time is the database's.
 */
import type { Db, Statement, Tx } from "../db/database.ts";

/** The notification that new jobs were committed. */
export const jobAdded = "job";

/** How long a claimed lane stays with its worker unless the lease is renewed, in milliseconds. */
export const leaseMs = 3000;

/** A job to enqueue. Jobs of one lane run one after the other; a job without a lane waits for no other. */
export interface NewJob {
  kind: string;
  brandId: number;
  lane?: string;
  customerId?: number;
  ticketId?: number;
  subjectId?: number;
  /** in so many milliseconds; for a job behind others of its lane, counted from its turn */
  delayMs?: number;
}

export interface Job {
  id: number;
  kind: string;
  lane: string;
  brand_id: number;
  customer_id: number | null;
  ticket_id: number | null;
  subject_id: number | null;
  /** number of attempts, including this one */
  attempts: number;
  created_at: Date;
  fence: number;
}

/** The lease expired and another worker has the lane: nothing may be done in the job's name any more. */
export class LeaseLost extends Error {}

// Lanes are locked in one order: two transactions that enqueue into the same two lanes never deadlock.
const insertJobs: Statement = {
  name: "job_insert",
  text: `WITH sent AS (
      SELECT nextval('job_id_seq') AS id, j.*
        FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::int[])
          WITH ORDINALITY AS j (kind, lane, brand_id, customer_id, ticket_id, subject_id, delay, place) ORDER BY place),
    put AS (
      INSERT INTO job (id, kind, lane, brand_id, customer_id, ticket_id, subject_id) OVERRIDING SYSTEM VALUE
        SELECT id, kind, coalesce(lane, id::text), brand_id, customer_id, ticket_id, subject_id FROM sent)
    INSERT INTO job_lane AS l (kind, lane, due_at)
      SELECT kind, coalesce(lane, id::text), now() + min(delay) * interval '1 millisecond' FROM sent
        GROUP BY 1, 2 ORDER BY 1, 2
      ON CONFLICT (kind, lane) DO UPDATE SET kind = l.kind`,
};

/** Enqueues jobs, in their order; they run only after this transaction is committed. */
export async function enqueue(tx: Tx, ...jobs: readonly NewJob[]): Promise<void> {
  if (jobs.length === 0) return;
  await tx.rows(insertJobs, [
    jobs.map(({ kind }) => kind),
    jobs.map(({ lane }) => lane ?? null),
    jobs.map(({ brandId }) => brandId),
    jobs.map(({ customerId }) => customerId ?? null),
    jobs.map(({ ticketId }) => ticketId ?? null),
    jobs.map(({ subjectId }) => subjectId ?? null),
    jobs.map(({ delayMs }) => delayMs ?? 0),
  ]);
  tx.notifyAfterCommit(jobAdded);
}

const makeLanesDue: Statement = {
  name: "job_make_due",
  text: `UPDATE job_lane l SET due_at = now() FROM unnest($2::text[]) AS sent (lane)
    WHERE l.kind = $1 AND l.lane = sent.lane AND l.due_at > now() AND NOT EXISTS (
      SELECT FROM job j WHERE j.kind = l.kind AND j.lane = l.lane AND j.state = 'running')`,
};

/**
 * Makes lanes due that wait for their next attempt. This transaction has enqueued a job into each, so it holds them.
 */
export async function makeDue(tx: Tx, kind: string, lanes: readonly string[]): Promise<void> {
  await tx.rows(makeLanesDue, [kind, lanes]);
}

// The rows of lanes are claimed first: of two claims of one lane, the second skips it. The job is read by the same
// snapshot; if it has ended in between, the lane is returned without a job and is released or due again.
const claimLanes: Statement = {
  name: "job_claim",
  text: `WITH due AS (
      SELECT l.kind, l.lane FROM unnest($1::text[], $2::int[]) AS k (kind, most)
        CROSS JOIN LATERAL (SELECT kind, lane FROM job_lane WHERE kind = k.kind AND due_at <= now()
          ORDER BY due_at LIMIT k.most FOR UPDATE SKIP LOCKED) AS l),
    claimed AS (
      UPDATE job_lane l SET fence = l.fence + 1, due_at = now() + $3 * interval '1 millisecond'
        FROM due WHERE l.kind = due.kind AND l.lane = due.lane RETURNING l.kind, l.lane, l.fence),
    begun AS (
      UPDATE job j SET state = 'running', attempts = j.attempts + 1, started_at = now()
        FROM (SELECT c.fence, (SELECT id FROM job w
            WHERE w.kind = c.kind AND w.lane = c.lane AND w.state <> 'failed' ORDER BY w.id LIMIT 1) AS id
          FROM claimed c) AS next
        WHERE j.id = next.id
        RETURNING j.id, j.kind, j.lane, j.brand_id, j.customer_id, j.ticket_id, j.subject_id, j.attempts, j.created_at,
          next.fence)
    SELECT c.kind, c.lane, c.fence, b.id, b.brand_id, b.customer_id, b.ticket_id, b.subject_id, b.attempts, b.created_at
      FROM claimed c LEFT JOIN begun b ON b.kind = c.kind AND b.lane = c.lane ORDER BY b.id`,
};

/** A lane whose job ended during the statement. */
type EmptyLane = Pick<Job, "kind" | "lane" | "fence"> & { id: null };

/** Claims what is due: at most so many of each type. */
export async function claim(db: Db, limits: ReadonlyMap<string, number>): Promise<Job[]> {
  const kinds = [...limits.keys()].filter((kind) => (limits.get(kind) ?? 0) > 0);
  if (kinds.length === 0) return [];
  const values = [kinds, kinds.map((kind) => limits.get(kind)), leaseMs];
  const lanes = await db.rows<Job | EmptyLane>(claimLanes, values);
  for (const lane of lanes) if (lane.id === null) await db.transaction((tx) => releaseLane(tx, lane));
  return lanes.filter((lane): lane is Job => lane.id !== null);
}

const renewLeases: Statement = {
  name: "job_renew",
  text: `UPDATE job_lane l SET due_at = now() + $5 * interval '1 millisecond'
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS m (kind, lane, fence, id)
    WHERE l.kind = m.kind AND l.lane = m.lane AND l.fence = m.fence RETURNING m.id`,
};

/** Renews the leases of running jobs. Returns the ids of those whose lease was not lost. */
export async function renew(db: Db, jobs: readonly Job[]): Promise<Set<number>> {
  if (jobs.length === 0) return new Set();
  const columns = [
    jobs.map(({ kind }) => kind),
    jobs.map(({ lane }) => lane),
    jobs.map(({ fence }) => fence),
    jobs.map(({ id }) => id),
  ];
  const rows = await db.rows<{ id: number }>(renewLeases, [...columns, leaseMs]);
  return new Set(rows.map(({ id }) => id));
}

const lockLane: Statement = {
  name: "job_lock_lane",
  text: "SELECT fence FROM job_lane WHERE kind = $1 AND lane = $2 FOR UPDATE",
};

/**
 * Asserts that the lane is still this job's, and keeps it so until the transaction ends: its effect happens once.
 *
 * @throws LeaseLost
 */
async function assertLease(tx: Tx, job: Pick<Job, "kind" | "lane" | "fence">): Promise<void> {
  const row = await tx.row<{ fence: number }>(lockLane, [job.kind, job.lane]);
  if (row?.fence !== job.fence) throw new LeaseLost();
}

const deleteJob: Statement = { name: "job_delete", text: "DELETE FROM job WHERE id = $1" };

const markFailed: Statement = {
  name: "job_fail",
  text: "UPDATE job SET state = 'failed', last_error = $2, failed_at = now() WHERE id = $1",
};

const reschedule: Statement = {
  name: "job_reschedule",
  text: `WITH waiting AS (UPDATE job SET state = 'waiting', last_error = coalesce($4, last_error),
        attempts = attempts - CASE WHEN $4::text IS NULL THEN 1 ELSE 0 END WHERE id = $3)
    UPDATE job_lane SET due_at = now() + $5 * interval '1 millisecond' WHERE kind = $1 AND lane = $2`,
};

// The lane's row is locked, so no job can enter it between the check and the deletion.
const freeLane: Statement = {
  name: "job_release_lane",
  text: `WITH next AS (SELECT FROM job WHERE kind = $1 AND lane = $2 AND state <> 'failed' LIMIT 1),
    freed AS (UPDATE job_lane SET due_at = now() WHERE kind = $1 AND lane = $2 AND EXISTS (SELECT FROM next))
    DELETE FROM job_lane WHERE kind = $1 AND lane = $2 AND NOT EXISTS (SELECT FROM next)`,
};

/** Passes the lane to its next job, or deletes it. */
async function releaseLane(tx: Tx, job: Pick<Job, "kind" | "lane" | "fence">): Promise<void> {
  await assertLease(tx, job);
  await tx.rows(freeLane, [job.kind, job.lane]);
}

/**
 * Ends a job that is done. In the transaction of its effect, if that is in the database: then it is done exactly once.
 */
export async function finishJob(tx: Tx, job: Job): Promise<void> {
  await assertLease(tx, job);
  await tx.rows(deleteJob, [job.id]);
  await tx.rows(freeLane, [job.kind, job.lane]);
}

/** Ends a job that cannot be done. It stays for inspection; those behind it continue. */
export async function failJob(tx: Tx, job: Job, error: string): Promise<void> {
  await assertLease(tx, job);
  await tx.rows(markFailed, [job.id, error]);
  await tx.rows(freeLane, [job.kind, job.lane]);
}

/** Retries the job in so many milliseconds; those behind it wait. Without an error it is handed back unstarted. */
export async function retryLater(tx: Tx, job: Job, inMs: number, error?: string): Promise<void> {
  await assertLease(tx, job);
  await tx.rows(reschedule, [job.kind, job.lane, job.id, error ?? null, Math.round(inMs)]);
}
