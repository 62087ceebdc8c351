// Fingerprint of the tables, for tests that nothing has changed, and direct SQL access.
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import type { TestServer } from "./test-server.ts";

/** Runs work on a connection to the server's database, for reads and changes that need SQL. */
export async function withSql<T>(world: TestServer, act: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: world.databaseUrl });
  await client.connect();
  try {
    return await act(client);
  } finally {
    await client.end();
  }
}

/** Waits for the background work that requests have caused: no webhook and no erasure of words is left, no other job is due. */
async function settle(client: pg.Client): Promise<void> {
  const busy = `SELECT FROM job JOIN job_lane USING (kind, lane) WHERE state <> 'failed'
      AND (state = 'running' OR due_at < now() + interval '1 second') LIMIT 1`;
  // A job that a test has written by itself may stay due: no worker knows its kind.
  for (const deadline = Date.now() + 2_000; Date.now() < deadline; await pause(10))
    if ((await client.query(busy)).rowCount === 0) break;
  const left =
    "SELECT FROM job WHERE (kind LIKE 'webhook%' OR kind = 'erasure.words') AND state <> 'failed' LIMIT 1";
  for (const deadline = Date.now() + 20_000; (await client.query(left)).rowCount !== 0; await pause(10))
    if (Date.now() > deadline) throw new Error("the background work did not end");
}

/** The content of the tables, as one text to compare, without the times of key use and sessions. */
export function fingerprint(world: TestServer): Promise<string> {
  return withSql(world, fingerprintOn);
}

/** The same on an open connection. */
export async function fingerprintOn(client: pg.Client): Promise<string> {
  await settle(client);
  const { rows: tables } = await client.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('session', 'heartbeat', 'secret_use') ORDER BY 1",
  );
  const sums = tables.map(
    ({ name }) =>
      `SELECT '${name} ' || count(*) || ' ' || md5(coalesce(string_agg((to_jsonb(t) - 'last_used_at')::text, '|' ORDER BY (to_jsonb(t) - 'last_used_at')::text), '')) AS sum FROM "${name}" t`,
  );
  const { rows: found } = await client.query<{ sum: string }>(sums.join(" UNION ALL "));
  const lines = found.map(({ sum }) => sum).sort();
  return lines.join("\n");
}
