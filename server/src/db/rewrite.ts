/**
 * VACUUM FULL, table by table: deleted data is then in no file of the database any more. Each table is locked against
 * readers and writers while it is copied. The wait for a lock ends after 200 ms and is repeated, so that no other
 * statement queues behind it for longer.
 */
import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";

/** Maximum number of attempts to lock a table. */
const maxAttempts = 10;

/** The result for a table: rewritten, always in use, or not permitted to this role. */
export type RewriteResult = "done" | "in use" | "not permitted";

/** Rewrites a table, by its name as SQL writes it. */
export async function rewriteTable(pool: pg.Pool, table: string): Promise<RewriteResult> {
  const client = await pool.connect();
  try {
    await client.query("SET statement_timeout = 0; SET lock_timeout = 200");
    for (let attempt = 1; ; attempt += 1) {
      const result = await vacuum(client, table);
      if (result !== "in use" || attempt === maxAttempts) return result;
      await wait(500);
    }
  } finally {
    client.release(true); // its timeouts are not those of other connections
  }
}

async function vacuum(client: pg.PoolClient, table: string): Promise<RewriteResult> {
  let warning: string | undefined;
  const onNotice = ({ message }: { message?: string | undefined }) => void (warning ??= message);
  client.on("notice", onNotice); // a table that may not be vacuumed is skipped with a warning
  try {
    await client.query(withoutTimeout(`VACUUM (FULL) ${table}`));
    return warning === undefined ? "done" : "not permitted";
  } catch (error) {
    if ((error as { code?: string }).code === "55P03") return "in use";
    throw error;
  } finally {
    client.off("notice", onNotice);
  }
}

/** Flushes everything to the files and releases the old files. Returns whether this role may. */
export async function checkpoint(pool: pg.Pool): Promise<boolean> {
  try {
    await pool.query(withoutTimeout("CHECKPOINT"));
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "42501") return false;
    throw error;
  }
}

/** pg reads `query_timeout` from the query, its types do not have it yet. */
function withoutTimeout(text: string): pg.QueryConfig {
  return { text, query_timeout: 24 * 3_600_000 } as pg.QueryConfig;
}
