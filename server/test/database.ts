// A PostgreSQL database of its own for whoever asks, already migrated: a copy of the golden one that `setup.ts` made
// (about 50 ms). When the test file is over it is dropped, and the file fails if it left sessions open on it.
import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { afterAll, inject } from "vitest";

export interface FreshDatabase {
  connection: pg.PoolConfig;
  url: string;
  /** Only for a test that wants the database gone early; it happens by itself. */
  drop(): Promise<void>;
}

const undropped = new Set<FreshDatabase>();

afterAll(async () => {
  for (const database of undropped) await database.drop();
});

export async function freshDatabase(): Promise<FreshDatabase> {
  const { connection, golden, run } = inject("postgres");
  const name = `test_${run}_${randomBytes(6).toString("hex")}`;
  await asAdministrator((client) => copyDatabase(client, golden, name));
  const own = { ...connection, database: name };
  const fresh: FreshDatabase = {
    connection: own,
    url: connectionUrl(own),
    async drop() {
      if (undropped.delete(fresh)) await asAdministrator((client) => dropDatabase(client, name));
    },
  };
  undropped.add(fresh);
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

/** PostgreSQL refuses (55006) to copy a database while anyone, be it its own autovacuum, is connected to it. */
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

/** A session that was just ended may still show for a moment, hence the patience. */
async function dropDatabase(client: pg.Client, name: string): Promise<void> {
  let open = await sessionsOn(client, name);
  for (const deadline = Date.now() + 2000; open.length > 0 && Date.now() < deadline; ) {
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

/** `host` may be the folder of a Unix socket, which a URL can only carry as a parameter. */
function connectionUrl(connection: pg.PoolConfig): string {
  const { user = "", password, host = "localhost", port = 5432, database = "" } = connection;
  const secret = typeof password === "string" ? `:${encodeURIComponent(password)}` : "";
  const account = `${encodeURIComponent(user)}${secret}`;
  if (host.startsWith("/")) {
    return `postgres://${account}@/${database}?host=${encodeURIComponent(host)}&port=${port}`;
  }
  return `postgres://${account}@${host}:${port}/${database}`;
}
