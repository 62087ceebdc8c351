// A migrated PostgreSQL database for a test: a copy of the golden one that `support/global-setup.ts` made (about 50 ms). It is dropped
// after the test file, and the file fails if it left connections open on it.
import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { afterAll, inject } from "vitest";

export interface TestDatabase {
  connection: pg.PoolConfig;
  url: string;
  /** Only for a test that needs the database dropped early; it happens automatically. */
  drop(): Promise<void>;
}

/**
 * In milliseconds, as pg.Pool takes them. Many calls for one record wait for each other, on a busy machine longer than
 * Dossier would allow; their responses must not depend on that.
 */
export const testTimeouts = {
  statement_timeout: 15_000,
  query_timeout: 16_000,
  connectionTimeoutMillis: 15_000,
};

const openDatabases = new Set<TestDatabase>();

afterAll(async () => {
  for (const database of openDatabases) await database.drop();
});

/** Without `limits` Dossier's own apply. */
export async function createTestDatabase(
  limits: Partial<typeof testTimeouts> = testTimeouts,
): Promise<TestDatabase> {
  const { connection, golden, run } = inject("postgres");
  const name = `test_${run}_${randomBytes(6).toString("hex")}`;
  await asAdministrator((client) => copyDatabase(client, golden, name));
  const own = { ...connection, database: name, ...limits };
  const fresh: TestDatabase = {
    connection: own,
    url: connectionUrl(own),
    async drop() {
      if (openDatabases.delete(fresh)) await asAdministrator((client) => dropDatabase(client, name));
    },
  };
  openDatabases.add(fresh);
  return fresh;
}

async function asAdministrator(act: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client(inject("postgres").connection);
  await client.connect();
  try {
    await act(client);
  } finally {
    await client.end();
  }
}

/** PostgreSQL refuses (55006) to copy a database while anything, even its own autovacuum, is connected to it. */
async function copyDatabase(client: pg.Client, template: string, name: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
      return;
    } catch (error) {
      if (!(error instanceof pg.DatabaseError && error.code === "55006") || attempt === 20) throw error;
      await wait(50 * attempt);
    }
  }
}

/** A connection that has just ended may still be listed for a moment, hence the retries. */
async function dropDatabase(client: pg.Client, name: string): Promise<void> {
  let open = await sessionsOn(client, name);
  for (const deadline = Date.now() + 10_000; open.length > 0 && Date.now() < deadline; ) {
    await wait(20);
    open = await sessionsOn(client, name);
  }
  if (open.length > 0) {
    throw new Error(
      `this test file leaves ${open.length} sessions open on its database:\n${open.join("\n")}`,
    );
  }
  await client.query(`DROP DATABASE ${name}`);
}

async function sessionsOn(client: pg.Client, name: string): Promise<string[]> {
  const { rows } = await client.query<{ session: string }>(
    `SELECT format('%s, %s: %s', application_name, state, left(query, 200)) AS session
       FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`,
    [name],
  );
  return rows.map((row) => row.session);
}

/** `host` may be the folder of a Unix socket, which a URL can only contain as a parameter. */
function connectionUrl(connection: pg.PoolConfig): string {
  const { user = "", password, host = "localhost", port = 5432, database = "", ...more } = connection;
  const limits = ["statement_timeout", "query_timeout"] as const;
  const told = limits.flatMap((name) => (more[name] ? [`${name}=${String(more[name])}`] : []));
  const secret = typeof password === "string" ? `:${encodeURIComponent(password)}` : "";
  const account = `${encodeURIComponent(user)}${secret}`;
  if (host.startsWith("/")) {
    const place = [`host=${encodeURIComponent(host)}`, `port=${port}`];
    return `postgres://${account}@/${database}?${[...place, ...told].join("&")}`;
  }
  return `postgres://${account}@${host}:${port}/${database}?${told.join("&")}`;
}
