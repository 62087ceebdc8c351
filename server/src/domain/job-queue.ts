/**
 * Background work: putting it down, claiming it under a lease, ending it. A job is put down in the transaction of what
 * it follows from, so there is no work for what did not happen. It is done at least once: who is killed loses the
 * lease, and the lane is due again when that is over. Time is the database's.
 */
import type { Db, Statement, Tx } from "../db/database.ts";

/** The signal that new work was committed. */
export const newWork = "job";

/** How long a lane stays with whoever claimed it unless he says that he is still at it, in milliseconds. */
export const lease = 3000;

/** What is to be done. Jobs of one lane run one after the other; without one a job waits for nobody. */
export interface NewJob {
  kind: string;
  brandId: number;
  lane?: string;
  customerId?: number;
  ticketId?: number;
  refId?: number;
  /** in so many milliseconds; of a job behind others of its lane, from when it is its turn */
  delay?: number;
}

/** A job in the hands of whoever claimed it. */
export interface Job {
  id: number;
  kind: string;
  lane: string;
  brand_id: number;
  customer_id: number | null;
  ticket_id: number | null;
  ref_id: number | null;
  /** how often it was begun, this time included */
  attempts: number;
  created_at: Date;
  fence: number;
}

/** The lease ran out and somebody else has the lane: nothing may be done in its name any more. */
export class LeaseLost extends Error {}

// Lanes in one order, as everybody takes them: two that put jobs into the same two never wait for each other.
const insertJobs: Statement = {
  name: "job_insert",
  text: `WITH sent AS (
      SELECT nextval('job_id_seq') AS id, j.*
        FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::int[])
          WITH ORDINALITY AS j (kind, lane, brand_id, customer_id, ticket_id, ref_id, delay, place) ORDER BY place),
    put AS (
      INSERT INTO job (id, kind, lane, brand_id, customer_id, ticket_id, ref_id) OVERRIDING SYSTEM VALUE
        SELECT id, kind, coalesce(lane, id::text), brand_id, customer_id, ticket_id, ref_id FROM sent)
    INSERT INTO job_lane AS l (kind, lane, due_at)
      SELECT kind, coalesce(lane, id::text), now() + min(delay) * interval '1 millisecond' FROM sent
        GROUP BY 1, 2 ORDER BY 1, 2
      ON CONFLICT (kind, lane) DO UPDATE SET kind = l.kind`,
};

/** Puts jobs down, in their order; they are done after this transaction is committed, and only then. */
export async function enqueue(tx: Tx, ...jobs: readonly NewJob[]): Promise<void> {
  if (jobs.length === 0) return;
  await tx.rows(insertJobs, [
    jobs.map(({ kind }) => kind),
    jobs.map(({ lane }) => lane ?? null),
    jobs.map(({ brandId }) => brandId),
    jobs.map(({ customerId }) => customerId ?? null),
    jobs.map(({ ticketId }) => ticketId ?? null),
    jobs.map(({ refId }) => refId ?? null),
    jobs.map(({ delay }) => delay ?? 0),
  ]);
  tx.signal(newWork);
}

const hastenLanes: Statement = {
  name: "job_hasten",
  text: `UPDATE job_lane l SET due_at = now() FROM unnest($2::text[]) AS sent (lane)
    WHERE l.kind = $1 AND l.lane = sent.lane AND l.due_at > now() AND NOT EXISTS (
      SELECT FROM job j WHERE j.kind = l.kind AND j.lane = l.lane AND j.state = 'running')`,
};

/** Makes lanes due now that wait for their next try. This transaction has put a job into each, so it holds them. */
export async function hasten(tx: Tx, kind: string, lanes: readonly string[]): Promise<void> {
  await tx.rows(hastenLanes, [kind, lanes]);
}

// The rows of lanes are claimed first: of two that want one, the second passes it over. The job is read by the same
// snapshot; should it have ended in between, the lane comes back without one and is given up or due again.
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
        RETURNING j.id, j.kind, j.lane, j.brand_id, j.customer_id, j.ticket_id, j.ref_id, j.attempts, j.created_at,
          next.fence)
    SELECT c.kind, c.lane, c.fence, b.id, b.brand_id, b.customer_id, b.ticket_id, b.ref_id, b.attempts, b.created_at
      FROM claimed c LEFT JOIN begun b ON b.kind = c.kind AND b.lane = c.lane ORDER BY b.id`,
};

/** A lane whose job ended between the looks of one statement. */
type Empty = Pick<Job, "kind" | "lane" | "fence"> & { id: null };

/** Claims what is due: of each kind at most so many. */
export async function claim(db: Db, most: ReadonlyMap<string, number>): Promise<Job[]> {
  const kinds = [...most.keys()].filter((kind) => (most.get(kind) ?? 0) > 0);
  if (kinds.length === 0) return [];
  const values = [kinds, kinds.map((kind) => most.get(kind)), lease];
  const lanes = await db.rows<Job | Empty>(claimLanes, values);
  for (const lane of lanes) if (lane.id === null) await db.transaction((tx) => passOn(tx, lane));
  return lanes.filter((lane): lane is Job => lane.id !== null);
}

const renewLeases: Statement = {
  name: "job_renew",
  text: `UPDATE job_lane l SET due_at = now() + $5 * interval '1 millisecond'
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS m (kind, lane, fence, id)
    WHERE l.kind = m.kind AND l.lane = m.lane AND l.fence = m.fence RETURNING m.id`,
};

/** Says of jobs that somebody is still at them. Answers the ids of those whose lease was not lost meanwhile. */
export async function renew(db: Db, jobs: readonly Job[]): Promise<Set<number>> {
  if (jobs.length === 0) return new Set();
  const columns = [
    jobs.map(({ kind }) => kind),
    jobs.map(({ lane }) => lane),
    jobs.map(({ fence }) => fence),
    jobs.map(({ id }) => id),
  ];
  const rows = await db.rows<{ id: number }>(renewLeases, [...columns, lease]);
  return new Set(rows.map(({ id }) => id));
}

const holdLane: Statement = {
  name: "job_hold",
  text: "SELECT fence FROM job_lane WHERE kind = $1 AND lane = $2 FOR UPDATE",
};

/**
 * Makes sure that the lane is still this job's, and keeps it so until the transaction ends: what is done in it is done
 * once.
 *
 * @throws LeaseLost
 */
async function hold(tx: Tx, job: Pick<Job, "kind" | "lane" | "fence">): Promise<void> {
  const row = await tx.row<{ fence: number }>(holdLane, [job.kind, job.lane]);
  if (row?.fence !== job.fence) throw new LeaseLost();
}

const deleteJob: Statement = { name: "job_done", text: "DELETE FROM job WHERE id = $1" };

const markFailed: Statement = {
  name: "job_fail",
  text: "UPDATE job SET state = 'failed', last_error = $2, failed_at = now() WHERE id = $1",
};

const putOff: Statement = {
  name: "job_put_off",
  text: `WITH told AS (UPDATE job SET state = 'waiting', last_error = coalesce($4, last_error),
        attempts = attempts - CASE WHEN $4::text IS NULL THEN 1 ELSE 0 END WHERE id = $3)
    UPDATE job_lane SET due_at = now() + $5 * interval '1 millisecond' WHERE kind = $1 AND lane = $2`,
};

// The lane's row is held, so no job can come into it between the look and the going.
const passLane: Statement = {
  name: "job_pass_lane",
  text: `WITH next AS (SELECT FROM job WHERE kind = $1 AND lane = $2 AND state <> 'failed' LIMIT 1),
    freed AS (UPDATE job_lane SET due_at = now() WHERE kind = $1 AND lane = $2 AND EXISTS (SELECT FROM next))
    DELETE FROM job_lane WHERE kind = $1 AND lane = $2 AND NOT EXISTS (SELECT FROM next)`,
};

/** Gives the lane to its next job, or up. */
async function passOn(tx: Tx, job: Pick<Job, "kind" | "lane" | "fence">): Promise<void> {
  await hold(tx, job);
  await tx.rows(passLane, [job.kind, job.lane]);
}

/** The job is done. In the transaction of what it did, if that was the database's: then it is done exactly once. */
export async function finish(tx: Tx, job: Job): Promise<void> {
  await hold(tx, job);
  await tx.rows(deleteJob, [job.id]);
  await tx.rows(passLane, [job.kind, job.lane]);
}

/** The job cannot be done. It stays to be looked at; those behind it go on. */
export async function giveUp(tx: Tx, job: Job, error: string): Promise<void> {
  await hold(tx, job);
  await tx.rows(markFailed, [job.id, error]);
  await tx.rows(passLane, [job.kind, job.lane]);
}

/** The job is tried again in so many milliseconds; those behind it wait. Without an error it is handed back unbegun. */
export async function retryLater(tx: Tx, job: Job, inMs: number, error?: string): Promise<void> {
  await hold(tx, job);
  await tx.rows(putOff, [job.kind, job.lane, job.id, error ?? null, Math.round(inMs)]);
}
