// Migrations: from an empty database, and the errors that name the remedy. (Concurrent starts:
// domain/concurrency.thorough.test.ts.)
import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, afterEach, expect, inject, test } from "vitest";
import { openDatabase } from "../../src/db/pool.ts";
import { UnsupportedDatabaseError, isUpToDate, migrate, readMigrations } from "../../src/db/migrate.ts";
import { personalDataLocations } from "../../src/domain/erasure/personal-data.ts";
import { createTestDatabase } from "../support/database.ts";

const { connection, run } = inject("postgres");
const pools: pg.Pool[] = [];
const administrator = new pg.Pool({ ...connection, max: 1 });

afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.end();
});
afterAll(() => administrator.end());

/** An empty database of its own; it is dropped after the whole run. */
async function emptyDatabase(options = ""): Promise<string> {
  const database = `test_${run}_${randomBytes(6).toString("hex")}`;
  await administrator.query(`CREATE DATABASE ${database} ${options}`);
  return database;
}

function poolOn(database: string): pg.Pool {
  const { pool } = openDatabase({ ...connection, database }, 1);
  pools.push(pool);
  return pool;
}

async function migratedPool(): Promise<pg.Pool> {
  const { pool } = openDatabase((await createTestDatabase({})).connection, 2);
  pools.push(pool);
  return pool;
}

const names = readMigrations().map((one) => one.name);

test("an empty database gets every migration once, in order, and is current then", async () => {
  const pool = poolOn(await emptyDatabase());
  expect(await isUpToDate(pool)).toBe(false);
  expect(await migrate(pool)).toEqual(names);
  expect(await isUpToDate(pool)).toBe(true);
  expect(await migrate(pool)).toEqual([]);
  expect(
    (
      await pool.query<{ name: string }>("SELECT name FROM schema_migration ORDER BY applied_at, name")
    ).rows.map((row) => row.name),
  ).toEqual(names);
  expect((await pool.query("SELECT id, name FROM brand")).rows).toEqual([{ id: 1, name: "Main" }]);
});

test("a database that is newer than the build is refused and left alone", async () => {
  const pool = await migratedPool();
  const newer = { name: "9999_newer.sql", sql: "CREATE TABLE newer (id int)" };
  expect(await migrate(pool, [...readMigrations(), newer])).toEqual([newer.name]);
  await expect(migrate(pool)).rejects.toThrow(
    /newer than this Dossier: it has the migration 9999_newer\.sql\. Start the newer release/,
  );
  expect(await isUpToDate(pool)).toBe(false);
});

test("a migration that was applied in another form is refused, before anything new is applied", async () => {
  const pool = await migratedPool();
  const [first, ...rest] = readMigrations();
  const altered = [
    { name: first?.name ?? "", sql: `${first?.sql} -- altered` },
    ...rest,
    { name: "9998_next.sql", sql: "CREATE TABLE next (id int)" },
  ];
  await expect(migrate(pool, altered)).rejects.toThrow(UnsupportedDatabaseError);
  await expect(migrate(pool, altered)).rejects.toThrow(/applied to this database in another form/);
  expect((await pool.query("SELECT to_regclass('next') AS next")).rows).toEqual([{ next: null }]);
});

test("a migration that fails leaves nothing of itself, and those before it stay", async () => {
  const pool = await migratedPool();
  const good = { name: "9001_good.sql", sql: "CREATE TABLE good (id int)" };
  const bad = { name: "9002_bad.sql", sql: "CREATE TABLE bad (id int); SELECT 1 / 0" };
  await expect(migrate(pool, [...readMigrations(), good, bad])).rejects.toMatchObject({ code: "22012" });
  expect(
    (
      await pool.query(
        "SELECT to_regclass('good') IS NOT NULL AS good, to_regclass('bad') IS NOT NULL AS bad",
      )
    ).rows,
  ).toEqual([{ good: true, bad: false }]);
  expect(
    await migrate(pool, [...readMigrations(), good, { ...bad, sql: "CREATE TABLE bad (id int)" }]),
  ).toEqual([bad.name]);
});

test("a migration takes the time it needs, although sessions give statements up after seconds", async () => {
  const pool = await migratedPool();
  expect(
    await migrate(pool, [...readMigrations(), { name: "9003_slow.sql", sql: "SELECT pg_sleep(3)" }]),
  ).toEqual(["9003_slow.sql"]);
});

const unfit: [what: string, options: string, say: RegExp][] = [
  [
    "in another encoding",
    "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'",
    /encoding is SQL_ASCII\. Create it with ENCODING 'UTF8' TEMPLATE template0/,
  ],
  ["in Latin 1", "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'", /encoding is LATIN1/],
  [
    "that knows no letters beyond ASCII",
    "ENCODING 'UTF8' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'",
    /LC_CTYPE does not know letters beyond ASCII\. Create it with LC_CTYPE 'C\.UTF-8'/,
  ],
];

test.each(unfit)(
  "a database %s is refused with what to do, and nothing is left in it",
  async (_, options, say) => {
    const pool = poolOn(await emptyDatabase(`${options} TEMPLATE template0`));
    const refusal: unknown = await migrate(pool).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UnsupportedDatabaseError);
    expect((refusal as Error).message).toMatch(say);
    expect(
      (await pool.query("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")).rows,
    ).toEqual([]);
    expect((await pool.query("SELECT extname FROM pg_extension WHERE extname = 'pg_trgm'")).rows).toEqual([]);
  },
);

test("every session has its time-outs, speaks UTC, and plans without guessing at values", async () => {
  const pool = await migratedPool();
  const settings = {
    statement_timeout: "2s",
    idle_in_transaction_session_timeout: "10s",
    plan_cache_mode: "force_generic_plan",
    TimeZone: "UTC",
    jit: "off",
    application_name: "dossier",
  };
  const { rows } = await pool.query<{ name: string; value: string }>(
    "SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name",
    [Object.keys(settings)],
  );
  expect(Object.fromEntries(rows.map((row) => [row.name, row.value]))).toEqual(settings);
});

test("a statement that takes too long is given up as unavailable, in and out of transactions", async () => {
  const db = openDatabase((await createTestDatabase({})).connection, 2);
  pools.push(db.pool);
  const sleep = { name: "test_sleep", text: "SELECT pg_sleep(30)" };
  const calls = [db.rows(sleep), db.transaction((tx) => tx.rows(sleep))];
  for (const call of await Promise.allSettled(calls))
    expect(call).toMatchObject({ reason: { code: "unavailable", status: 503, retryAfter: 1 } });
  expect(await db.row({ name: "test_one", text: "SELECT 1 AS one" })).toEqual({ one: 1 });
});

test("a transaction whose failed statement was swallowed does not pass for a success", async () => {
  const db = openDatabase((await createTestDatabase({})).connection, 1);
  pools.push(db.pool);
  const fail = { name: "test_fail", text: "SELECT 1 / 0" };
  await expect(
    db.transaction(async (tx) => void (await tx.rows(fail).catch(() => undefined))),
  ).rejects.toThrow("its transaction went on");
});

test("a session that is ended just before the commit is an outage that does not claim to know what became of it", async () => {
  const db = openDatabase((await createTestDatabase({})).connection, 2);
  pools.push(db.pool);
  const call = db.transaction(async (tx) => {
    const me = await tx.row<{ pid: number }>({ name: "test_pid", text: "SELECT pg_backend_pid() AS pid" });
    await db.pool.query("SELECT pg_terminate_backend($1, 1000)", [me?.pid]);
  });
  await expect(call).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("so the outcome is unknown"),
  });
});

test("every index says in the database what it is there for", async () => {
  const { connection: own } = await createTestDatabase();
  const pool = new pg.Pool({ ...own, max: 1 });
  const { rows } = await pool.query<{ name: string; reason: string | null }>(
    `SELECT c.relname AS name, obj_description(c.oid, 'pg_class') AS reason
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1`,
  );
  await pool.end();
  expect(rows.length).toBeGreaterThan(50);
  expect(rows.filter(({ reason }) => (reason ?? "").length < 10).map(({ name }) => name)).toEqual([]);
});

test("statistics quote nobody: a column with personal data has none", async () => {
  const pool = await migratedPool();
  await pool.query(
    `INSERT INTO customer (brand_id, primary_id, firstname) SELECT 1, 'zyxq-' || n, 'zyxq' FROM generate_series(1, 500) AS n`,
  );
  await pool.query("INSERT INTO search_term SELECT 1, 'w', 'zyxq', id FROM customer");
  await pool.query("ANALYZE");
  const columns = personalDataLocations.flatMap(({ columns: of }) =>
    Object.entries(of).flatMap(([table, names]) => names.map((name) => `${table}.${name}`)),
  );
  const { rows } = await pool.query<{ name: string; quoted: string }>(
    `SELECT tablename || '.' || attname AS name, concat(most_common_vals, histogram_bounds) AS quoted
      FROM pg_stats WHERE schemaname = 'public'`,
  );
  expect(columns).toContain("customer.firstname");
  expect(rows.map(({ name }) => name)).toContain("customer.version"); // other columns have statistics
  expect(rows.filter(({ name, quoted }) => columns.includes(name) || quoted.includes("zyxq"))).toEqual([]);
});
