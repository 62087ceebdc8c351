// What the tables of a world hold, for tests that say that nothing has changed, and SQL for what only SQL can do.
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import type { World } from "./support/test-server.ts";

/** One session on the world's database, for looking and for what only SQL can do. */
export async function withSql<T>(world: World, act: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: world.databaseUrl });
  await client.connect();
  try {
    return await act(client);
  } finally {
    await client.end();
  }
}

/** Waits until nothing is done in the background that a request has brought about. */
async function settle(client: pg.Client): Promise<void> {
  const left = "SELECT FROM job WHERE kind LIKE 'webhook%' AND state <> 'failed' LIMIT 1";
  for (const deadline = Date.now() + 10_000; (await client.query(left)).rowCount !== 0; await pause(10))
    if (Date.now() > deadline) throw new Error("the background work did not end");
}

/** Everything the tables hold, as one text to compare; when keys were last used is nobody's change. */
export function fingerprint(world: World): Promise<string> {
  return withSql(world, async (client) => {
    await settle(client);
    const { rows: tables } = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
    );
    const parts: string[] = [];
    for (const { name } of tables) {
      const { rows: found } = await client.query<{ sum: string }>(
        `SELECT count(*) || ' ' || md5(coalesce(string_agg((to_jsonb(t) - 'last_used_at')::text, '|' ORDER BY (to_jsonb(t) - 'last_used_at')::text), '')) AS sum FROM "${name}" t`,
      );
      parts.push(`${name} ${found[0]?.sum}`);
    }
    return parts.join("\n");
  });
}
