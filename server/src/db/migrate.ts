/**
 * Brings a database to the schema this build was written for. Migrations are plain SQL, forward only, each in a
 * transaction of its own under one advisory lock, so that any number of starts at once do the work once.
 * A database that is newer than the build is refused, never touched.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type pg from "pg";

/** One file of `server/migrations`. */
export interface Migration {
  name: string;
  sql: string;
}

/** Why a database cannot be used; the message says what to do. */
export class DatabaseRefusal extends Error {}

const lockNumber = 0x646f7373; // "doss"

/** The folder of migrations: found by walking up, so that the bundle and the sources find the same one. */
function migrationFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const candidate = join(folder, "server", "migrations");
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder))
      throw new DatabaseRefusal("The folder server/migrations is missing from this installation.");
  }
}

/** Every migration in order. */
export function readMigrations(folder = migrationFolder()): Migration[] {
  const names = readdirSync(folder).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name));
  return names.sort().map((name) => ({ name, sql: readFileSync(join(folder, name), "utf8") }));
}

/** A short name for the whole schema, for test databases that can be reused while it stays the same. */
export function fingerprint(migrations = readMigrations()): string {
  const hash = createHash("sha256");
  for (const { name, sql } of migrations) hash.update(`${name}\n${sql}\n`);
  return hash.digest("hex").slice(0, 12);
}

/**
 * Applies what is missing.
 *
 * @returns the names of the migrations applied
 * @throws DatabaseRefusal when the database is not one Dossier can run on
 */
export async function migrate(pool: pg.Pool, migrations = readMigrations()): Promise<string[]> {
  const client = await pool.connect();
  try {
    await checkServer(client);
    await client.query("SET statement_timeout = 0");
    await lock(client);
    await checkLetters(client);
    await client.query(
      "CREATE TABLE IF NOT EXISTS schema_migration (name text PRIMARY KEY, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
    );
    return await applyMissing(client, migrations);
  } finally {
    client.release(true); // the session's settings and its lock go with it
  }
}

/** Waits for the lock by asking again: a waiting statement would hold back every index built meanwhile. */
async function lock(client: pg.PoolClient): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ mine: boolean }>("SELECT pg_try_advisory_lock($1) AS mine", [
      lockNumber,
    ]);
    if (rows[0]?.mine) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function applyMissing(client: pg.PoolClient, migrations: Migration[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string; hash: string }>(
    "SELECT name, hash FROM schema_migration",
  );
  const known = new Map(rows.map((row) => [row.name, row.hash]));
  refuseStrangers(known, migrations);
  const applied: string[] = [];
  for (const migration of migrations) {
    if (known.has(migration.name)) continue;
    await apply(client, migration);
    applied.push(migration.name);
  }
  return applied;
}

function refuseStrangers(known: Map<string, string>, migrations: Migration[]): void {
  const ours = new Map(migrations.map((migration) => [migration.name, hashOf(migration)]));
  for (const [name, hash] of known) {
    if (!ours.has(name))
      throw new DatabaseRefusal(
        `The database is newer than this Dossier: it has the migration ${name}. Start the newer release.`,
      );
    if (ours.get(name) !== hash)
      throw new DatabaseRefusal(
        `The migration ${name} was applied to this database in another form. Start the release that applied it.`,
      );
  }
}

async function apply(client: pg.PoolClient, migration: Migration): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query("SET LOCAL lock_timeout = '2s'");
    await client.query(withoutLimit(migration.sql));
    await client.query("INSERT INTO schema_migration (name, hash) VALUES ($1, $2)", [
      migration.name,
      hashOf(migration),
    ]);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

/** A session of the pool gives a statement up after seconds; a migration takes the time it needs, up to a day. */
function withoutLimit(text: string): pg.QueryConfig {
  return { text, query_timeout: 86_400_000 } as pg.QueryConfig;
}

function hashOf(migration: Migration): string {
  return createHash("sha256").update(migration.sql).digest("hex");
}

async function checkServer(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ version: number; encoding: string }>(
    "SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding",
  );
  const [{ version, encoding } = { version: 0, encoding: "" }] = rows;
  if (version < 150000)
    throw new DatabaseRefusal(
      `This is PostgreSQL ${Math.floor(version / 10000)}; Dossier needs 15 or newer.`,
    );
  if (encoding !== "UTF8")
    throw new DatabaseRefusal(
      `The database's encoding is ${encoding}. Create it with ENCODING 'UTF8' TEMPLATE template0.`,
    );
}

/** With a C ctype pg_trgm drops every letter beyond ASCII, silently. Looks without leaving anything behind. */
async function checkLetters(client: pg.PoolClient): Promise<void> {
  await client.query("BEGIN");
  await client.query("CREATE EXTENSION IF NOT EXISTS pg_trgm").catch((error: unknown) => {
    throw new DatabaseRefusal(
      `The extension pg_trgm cannot be created (${(error as Error).message}). Let the database's owner or an administrator run: CREATE EXTENSION pg_trgm.`,
    );
  });
  const { rows } = await client.query<{ knows: boolean }>("SELECT show_trgm('я') <> '{}' AS knows");
  await client.query("ROLLBACK");
  if (!rows[0]?.knows)
    throw new DatabaseRefusal(
      "The database's LC_CTYPE does not know letters beyond ASCII. Create it with LC_CTYPE 'C.UTF-8' (or another UTF-8 locale) TEMPLATE template0.",
    );
}

/** How a database's schema differs from this build's. */
export interface Gap {
  /** migrations of this build that are not applied: the database is older */
  missing: string[];
  /** migrations that this build does not know: the database is newer */
  unknown: string[];
}

/** Compares the migrations applied with those of this build; an empty database misses them all. */
export async function findGap(pool: pg.Pool, migrations = readMigrations()): Promise<Gap> {
  const ours = migrations.map((migration) => migration.name);
  const { rows } = await pool
    .query<{ name: string }>("SELECT name FROM schema_migration ORDER BY name")
    .catch((error: unknown) => {
      if ((error as { code?: string }).code === "42P01") return { rows: [] }; // no such table yet
      throw error;
    });
  const known = rows.map((row) => row.name);
  return {
    missing: ours.filter((name) => !known.includes(name)),
    unknown: known.filter((name) => !ours.includes(name)),
  };
}

/** Whether every migration of this build is applied. */
export async function isCurrent(pool: pg.Pool, migrations = readMigrations()): Promise<boolean> {
  const { missing, unknown } = await findGap(pool, migrations);
  return missing.length + unknown.length === 0;
}

/** Whether these are the names of all migrations of this build. */
export function areCurrent(names: readonly string[], migrations = readMigrations()): boolean {
  const known = new Set(names);
  return known.size === migrations.length && migrations.every((migration) => known.has(migration.name));
}
