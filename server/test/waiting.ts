// For tests in which one call must come to wait for another: watches until it does, instead of hoping after a pause.
import { setTimeout as pause } from "node:timers/promises";

interface Asked {
  query(text: string): Promise<{ rows: unknown[] }>;
}

/** Resolves when that many sessions of this test's database wait for a lock that another one holds. */
export async function untilWaiting(pool: Asked, sessions = 1): Promise<void> {
  const blocked = `SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`;
  for (const deadline = Date.now() + 1900; Date.now() < deadline; await pause(5))
    if ((await pool.query(blocked)).rows.length >= sessions) return;
  throw new Error("nobody came to wait");
}
