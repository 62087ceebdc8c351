// For tests in which one call must come to wait for another: watches until it does, instead of hoping after a pause.
// And for those of what is quick: three times, of which the quickest counts, as a pause of the machine's is nobody's.
import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";

interface Asked {
  query(text: string): Promise<{ rows: unknown[] }>;
}

/** Resolves when that many sessions of this test's database wait for a lock that another one holds. */
export async function untilWaiting(pool: Asked, sessions = 1): Promise<void> {
  const blocked = `SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`;
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(5))
    if ((await pool.query(blocked)).rows.length >= sessions) return;
  throw new Error("nobody came to wait");
}

/** Resolves when a transaction that waited for a lock has been given up and a later one waits for it. */
export async function untilTriedAgain(pool: Asked): Promise<void> {
  const begun = `SELECT xact_start::text AS begun FROM pg_stat_activity
    WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`;
  const seen = new Set<string>();
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(20)) {
    for (const row of (await pool.query(begun)).rows) seen.add((row as { begun: string }).begun);
    if (seen.size > 1) return;
  }
  throw new Error("nobody tried again");
}

/** Runs calls that must wait, in so many sessions, for a change made by hand, and lets that change be committed first. */
export async function overtaken<T>(
  pool: pg.Pool,
  statements: [string, unknown[]][],
  call: () => Promise<T>,
  sessions = 1,
): Promise<T> {
  const session = await pool.connect();
  try {
    await session.query("BEGIN");
    for (const [text, values] of statements) await session.query(text, values);
    const answer = call();
    answer.catch(() => undefined);
    await untilWaiting(pool, sessions);
    await session.query("COMMIT");
    return await answer;
  } finally {
    session.release();
  }
}

/** The least of three, in milliseconds. */
export async function quickest(act: () => Promise<unknown>): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < 3; round += 1) {
    const begun = performance.now();
    await act();
    least = Math.min(least, performance.now() - begun);
  }
  return least;
}
