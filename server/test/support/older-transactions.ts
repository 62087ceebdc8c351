// Waits until the feed of changes shows what has committed: it ends before the oldest open transaction of the whole
// PostgreSQL server, and other test files hold transactions open on the same one.
import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";

/** Waits until every transaction of the server that is open now has ended. */
export async function waitForOlderTransactions(pool: pg.Pool): Promise<void> {
  const { rows: now } = await pool.query<{ end: string }>(
    "SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS end",
  );
  const isOver = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= $1::bigint AS over";
  for (const deadline = Date.now() + 30_000; ; await pause(20)) {
    const { rows } = await pool.query<{ over: boolean }>(isOver, [now[0]?.end]);
    if (rows[0]?.over) return;
    if (Date.now() > deadline) throw new Error("a transaction of another test stays open");
  }
}
