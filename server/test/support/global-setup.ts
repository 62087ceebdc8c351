// Global setup: a PostgreSQL, and in it one migrated "golden" database of which `createTestDatabase` makes copies. The
// PostgreSQL is that of TEST_DATABASE_URL (a role that may create databases), otherwise the packaged one, see
// support/packaged-postgres.ts. The golden database is named after its migrations and accepts no connections: so it can be kept between
// runs, and shared by concurrent runs.
import { randomBytes } from "node:crypto";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { schemaFingerprint, migrate } from "../../src/db/migrate.ts";
import { provideWatch } from "./event-loop/second-run.ts";
import { startPackaged } from "./packaged-postgres.ts";

/** What the test files receive; they run in other processes, so it must be plain values. */
export interface TestPostgres {
  connection: { host: string; port: number; user: string; password?: string; database: string };
  golden: string;
  /** Whether it is the packaged one. */
  isPackaged: boolean;
  /** Part of the name of every database of this run. */
  run: string;
}

declare module "vitest" {
  interface ProvidedContext {
    postgres: TestPostgres;
  }
}

const run = randomBytes(4).toString("hex");

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = process.env.TEST_DATABASE_URL
    ? givenServer(process.env.TEST_DATABASE_URL)
    : { name: "packaged", ...(await startPackaged()) };
  const { connection } = server;
  const runHeldAgain = provideWatch(project);
  const teardown = async () => {
    await dropLeftDatabases(connection);
    await server.stop();
    await runHeldAgain();
  };
  try {
    await printVersion(connection, server.name);
    const isPackaged = server.name === "packaged";
    project.provide("postgres", { connection, golden: await makeGolden(connection), isPackaged, run });
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}

interface Server {
  name: string;
  connection: TestPostgres["connection"];
  stop(): Promise<void>;
}

function givenServer(url: string): Server {
  const { host, port, user, password, database } = new pg.Client({ connectionString: url });
  const secret = password ? { password } : {};
  const connection = { host, port, user: user ?? "postgres", ...secret, database: database ?? "postgres" };
  return { name: "TEST_DATABASE_URL", connection, stop: async () => {} };
}

async function makeGolden(connection: TestPostgres["connection"]): Promise<string> {
  const golden = `golden_${schemaFingerprint()}`;
  const unfinished = `${golden}_${run}`;
  await withClient(connection, async (client) => {
    await client.query("SELECT pg_advisory_lock(hashtext('golden'))");
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [golden]);
    if (rowCount) return;
    await client.query(`CREATE DATABASE ${unfinished}`);
    const pool = new pg.Pool({ ...connection, database: unfinished });
    try {
      await migrate(pool);
    } finally {
      await pool.end();
    }
    await client.query(`ALTER DATABASE ${unfinished} ALLOW_CONNECTIONS false`);
    await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${golden}`);
  });
  return golden;
}

async function dropLeftDatabases(connection: TestPostgres["connection"]): Promise<void> {
  await withClient(connection, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      "SELECT datname FROM pg_database WHERE datname LIKE $1",
      [`%\\_${run}%`],
    );
    for (const { datname } of rows) await client.query(`DROP DATABASE ${datname} WITH (FORCE)`);
  });
}

async function printVersion(connection: TestPostgres["connection"], name: string): Promise<void> {
  await withClient(connection, async (client) => {
    const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
    console.log(`PostgreSQL ${rows[0]?.server_version} (${name})`);
  });
}

async function withClient(
  connection: TestPostgres["connection"],
  act: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    await act(client);
  } finally {
    await client.end();
  }
}
