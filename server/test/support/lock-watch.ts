// Lock watch for tests in which one call must wait for another: polls until it does, instead of sleeping. Also the
// minimum of three timings, because a pause of the machine is no regression.
import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";

interface QueryRunner {
  query(text: string): Promise<{ rows: unknown[] }>;
}

/**
 * Resolves when that many backends of this test's database wait for a lock; `others` counts calls that wait without a
 * connection.
 */
export async function untilWaiting(pool: QueryRunner, sessions = 1, others = () => 0): Promise<void> {
  const blocked = `SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`;
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(5))
    if ((await pool.query(blocked)).rows.length + others() >= sessions) return;
  throw new Error("nobody came to wait");
}

/** Resolves when a transaction that waited for a lock has timed out and a later one waits for it. */
export async function untilRetried(pool: QueryRunner): Promise<void> {
  const begun = `SELECT xact_start::text AS begun FROM pg_stat_activity
    WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`;
  const seen = new Set<string>();
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(20)) {
    for (const row of (await pool.query(begun)).rows) seen.add((row as { begun: string }).begun);
    if (seen.size > 1) return;
  }
  throw new Error("nobody tried again");
}

/** Runs calls that must wait, on so many connections, for a manual change, and commits that change first. */
export async function overtaken<T>(
  pool: pg.Pool,
  statements: [string, unknown[]][],
  call: () => Promise<T>,
  sessions = 1,
  others?: () => number,
): Promise<T> {
  const session = await pool.connect();
  try {
    await session.query("BEGIN");
    for (const [text, values] of statements) await session.query(text, values);
    const answer = call();
    answer.catch(() => undefined);
    await untilWaiting(pool, sessions, others);
    await session.query("COMMIT");
    return await answer;
  } finally {
    session.release();
  }
}

/** The minimum of three, in milliseconds. */
export async function fastestOfThree(act: () => Promise<unknown>): Promise<number> {
  let min = Infinity;
  for (let round = 0; round < 3; round += 1) {
    const begun = performance.now();
    await act();
    min = Math.min(min, performance.now() - begun);
  }
  return min;
}
