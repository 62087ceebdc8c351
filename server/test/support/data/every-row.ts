// Every row of every table of a server's database, as text: what is in none of them is not stored.
import { withSql } from "../table-fingerprint.ts";
import type { TestServer } from "../test-server.ts";

export function readEveryRow(world: TestServer): Promise<string> {
  return withSql(world, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
    );
    const parts: string[] = [];
    for (const { name } of rows)
      parts.push(
        ...(await client.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`)).rows.map(
          ({ row }) => row,
        ),
      );
    return parts.join("\n");
  });
}
