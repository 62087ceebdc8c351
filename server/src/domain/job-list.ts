/** Listing jobs, and retrying failed ones. Each list and count scans one index. */
import { type Api, type Decoded, jobStates, notFound, type Output } from "@dossier/api";
import type { Db, Statement } from "../db/database.ts";
import { type RequestContext, brandScope, canSeeBrand } from "./context.ts";
import { jobAdded } from "./job-queue.ts";
import { toPage, parsePage } from "./pagination.ts";
import { write } from "./command.ts";

const maxCounted = 10_000;

interface JobRow {
  id: number;
  kind: string;
  state: (typeof jobStates)[number];
  brand_id: number;
  customer_id: number | null;
  ticket_id: number | null;
  attempts: number;
  last_error: string | null;
  created_at: Date;
  started_at: Date | null;
  due_at: Date | null;
}

// Types are found by skipping through the index; there are few.
const brandsAndKinds = `WITH RECURSIVE brands AS (
      SELECT id FROM brand WHERE $1::bigint[] IS NULL OR id = ANY ($1)),
    kinds AS (
      SELECT b.id AS brand_id, (SELECT kind FROM job WHERE brand_id = b.id ORDER BY kind LIMIT 1) AS kind FROM brands b
      UNION ALL
      SELECT k.brand_id, (SELECT kind FROM job WHERE brand_id = k.brand_id AND kind > k.kind ORDER BY kind LIMIT 1)
        FROM kinds k WHERE k.kind IS NOT NULL),
    parts AS (
      SELECT k.brand_id, k.kind, s.state FROM kinds k CROSS JOIN unnest($2::text[]) AS s (state)
        WHERE k.kind IS NOT NULL AND ($3::text IS NULL OR k.kind = $3))`;

const jobPage: Statement = {
  name: "job_page",
  text: `${brandsAndKinds}
    SELECT j.id, j.kind, j.state, j.brand_id, j.customer_id, j.ticket_id, j.attempts, j.last_error, j.created_at,
        j.started_at, l.due_at
      FROM parts p CROSS JOIN LATERAL (SELECT * FROM job
          WHERE brand_id = p.brand_id AND kind = p.kind AND state = p.state AND id < $4::bigint
          ORDER BY id DESC LIMIT $5::bigint + $6::bigint) AS j
        LEFT JOIN job_lane l ON l.kind = j.kind AND l.lane = j.lane AND j.state = 'waiting'
      ORDER BY j.id DESC OFFSET $5 LIMIT $6`,
};

const jobCounts: Statement = {
  name: "job_counts",
  text: `${brandsAndKinds}
    SELECT p.kind, p.state, sum(n.n)::bigint AS count, max(n.seconds) AS oldest
      FROM parts p CROSS JOIN LATERAL (
        SELECT count(*) AS n, extract(epoch FROM now() - min(part.created_at)) AS seconds
          FROM (SELECT created_at FROM job WHERE brand_id = p.brand_id AND kind = p.kind AND state = p.state
            ORDER BY id LIMIT ${maxCounted}) AS part) AS n
      GROUP BY p.kind, p.state HAVING sum(n.n) > 0 ORDER BY p.kind, p.state`,
};

/** How many jobs of a type are in a state; `oldest` is the age of the oldest in seconds. Up to 10,000 of a brand. */
export interface JobCount {
  kind: string;
  state: (typeof jobStates)[number];
  count: number;
  oldest: number;
}

export async function countJobs(db: Db): Promise<JobCount[]> {
  const rows = await db.rows<JobCount & { oldest: string }>(jobCounts, [null, jobStates, null]);
  return rows.map((row) => ({ ...row, oldest: Math.max(0, Number(row.oldest)) }));
}

type Filters = Decoded<Api["job"]["list"]>;

/** A page of jobs, newest first, and how many there are of each type. */
export async function listJobs(ctx: RequestContext, input: Filters): Promise<Output<Api["job"]["list"]>> {
  if (input.brandId !== undefined && !canSeeBrand(ctx.caller, input.brandId)) throw notFound("brand");
  const place = parsePage(ctx, "job", input);
  const scope = input.brandId === undefined ? brandScope(ctx.caller) : [input.brandId];
  const states = input.state === undefined ? jobStates : [input.state];
  const filters = [scope, states, input.kind ?? null];
  const [before = 999_999_999_999_999] = place.after ?? [];
  const values = [...filters, before, place.after ? 0 : place.start, place.limit + 1];
  const [rows, counts] = await Promise.all([
    ctx.db.rows<JobRow>(jobPage, values),
    ctx.db.rows<JobCount>(jobCounts, filters),
  ]);
  const count = counts.reduce((sum, one) => sum + one.count, 0);
  const capped = counts.some((one) => one.count >= maxCounted);
  return {
    ...toPage(ctx, place, rows, { count, capped }, (row) => [row.id], toWireJob),
    counts: counts.map((one) => ({ kind: one.kind, state: one.state, count: one.count })),
  };
}

function toWireJob({ created_at, started_at, due_at, ...row }: JobRow) {
  return {
    ...row,
    created_at: created_at.toISOString(),
    started_at: started_at?.toISOString() ?? null,
    due_at: due_at?.toISOString() ?? null,
  };
}

const lockFailedJob: Statement = {
  name: "job_lock_failed",
  text: `SELECT id, kind, lane, brand_id FROM job
    WHERE id = $1 AND state = 'failed' AND ($2::bigint[] IS NULL OR brand_id = ANY ($2)) FOR UPDATE`,
};

// Its number puts it back in its place in the lane, before those that came after it.
const requeueJob: Statement = {
  name: "job_requeue",
  text: `WITH back AS (UPDATE job SET state = 'waiting', attempts = 0, failed_at = NULL WHERE id = $1)
    INSERT INTO job_lane AS l (kind, lane) VALUES ($2, $3) ON CONFLICT (kind, lane) DO UPDATE SET kind = l.kind`,
};

/** Retries a failed job, as if for the first time. */
export function retryJob(ctx: RequestContext, { id }: Decoded<Api["job"]["retry"]>) {
  return write(ctx, async (tx) => {
    const job = await tx.row<{ kind: string; lane: string; brand_id: number }>(lockFailedJob, [
      id,
      brandScope(ctx.caller),
    ]);
    if (!job) throw notFound("job");
    await tx.rows(requeueJob, [id, job.kind, job.lane]);
    tx.notifyAfterCommit(jobAdded);
    const audit = { brandId: job.brand_id };
    return {
      type: "result" as const,
      message: "Job is tried again.",
      id,
      outcome: "updated" as const,
      audit,
    };
  });
}
