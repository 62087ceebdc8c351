/**
 * Migrations: bring a database to the schema of this build. They are plain SQL, forward only, each in a transaction of
 * its own under one advisory lock, so that concurrent starts do the work once. A database newer than the build is
 * rejected and never changed.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type pg from "pg";
import { findRestoreMarker, unfinishedText } from "./backup/marker.ts";

/** One file of `server/migrations`. */
export interface Migration {
  name: string;
  sql: string;
}

/** A database that cannot be used; the message says what to do. */
export class UnsupportedDatabaseError extends Error {}

/** A migration or restore holds this advisory lock alone; backups share it. */
export const advisoryLockId = 0x646f7373; // "doss"

/** The folder of migrations: found by going upwards, so that the bundle and the sources find the same one. */
function migrationFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const candidate = join(folder, "server", "migrations");
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder))
      throw new UnsupportedDatabaseError("The folder server/migrations is missing from this installation.");
  }
}

/** Every migration in order. */
export function readMigrations(folder = migrationFolder()): Migration[] {
  const names = readdirSync(folder).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name));
  return names.sort().map((name) => ({ name, sql: readFileSync(join(folder, name), "utf8") }));
}

/** A short name of the whole schema, for test databases that can be reused while it stays the same. */
export function schemaFingerprint(migrations = readMigrations()): string {
  const hash = createHash("sha256");
  for (const { name, sql } of migrations) hash.update(`${name}\n${sql}\n`);
  return hash.digest("hex").slice(0, 12);
}

/**
 * Applies the missing migrations. Where none is missing it takes no lock, so that a start never waits for a backup.
 *
 * @param onApply receives the name of each before it is applied
 * @returns the names of the migrations applied
 * @throws UnsupportedDatabaseError when Dossier cannot run on the database
 */
export async function migrate(
  pool: pg.Pool,
  migrations = readMigrations(),
  onApply?: (name: string) => void,
): Promise<string[]> {
  const client = await pool.connect();
  try {
    await assertRestored(client);
    if (await hasAll(client, migrations)) return [];
    await client.query("SET statement_timeout = 0");
    await acquireLock(client);
    return await applyMigrations(client, migrations, onApply);
  } finally {
    client.release(true); // the connection's settings and its lock end with it
  }
}

/** Checks the server and applies the missing migrations, by the holder of the lock. */
export async function applyMigrations(
  client: pg.ClientBase,
  migrations: Migration[],
  onApply?: (name: string) => void,
): Promise<string[]> {
  await checkServer(client);
  await checkCtype(client);
  await client.query(
    "CREATE TABLE IF NOT EXISTS schema_migration (name text PRIMARY KEY, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
  );
  return applyMissing(client, migrations, onApply);
}

async function hasAll(client: pg.ClientBase, migrations: Migration[]): Promise<boolean> {
  const known = new Map((await readAppliedMigrations(client)).map(({ name, hash }) => [name, hash]));
  if (known.size === 0) return false;
  assertKnownMigrations(known, migrations);
  if (known.size < migrations.length) return false;
  await checkServer(client);
  return true;
}

/** @throws UnsupportedDatabaseError for a database whose restore is unfinished */
export async function assertRestored(client: pg.ClientBase | pg.Pool): Promise<void> {
  const marker = await findRestoreMarker(client);
  if (marker) throw new UnsupportedDatabaseError(unfinishedText(marker.created_at));
}

/** Polls for the lock: a waiting statement would hold back every index built meanwhile. */
async function acquireLock(client: pg.ClientBase): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ mine: boolean; backups: number }>(
      `SELECT pg_try_advisory_lock($1) AS mine, (SELECT count(*)::int FROM pg_locks
        WHERE locktype = 'advisory' AND classid = 0 AND objid = $1 AND objsubid = 1 AND mode = 'ShareLock'
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS backups`,
      [advisoryLockId],
    );
    if (rows[0]?.mine) return await assertRestored(client);
    if (rows[0]?.backups)
      throw new UnsupportedDatabaseError(
        "A backup of this database is being made, and it is to be migrated, which has to wait for that. Start again when the backup is done.",
      );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The migrations that a database has; none if it is empty. */
export async function readAppliedMigrations(
  client: pg.ClientBase | pg.Pool,
): Promise<{ name: string; hash: string }[]> {
  const { rows: found } = await client.query<{ found: boolean }>(
    "SELECT to_regclass('schema_migration') IS NOT NULL AS found",
  );
  if (!found[0]?.found) return [];
  const { rows } = await client.query<{ name: string; hash: string }>(
    "SELECT name, hash FROM schema_migration ORDER BY name",
  );
  return rows;
}

async function applyMissing(
  client: pg.ClientBase,
  migrations: Migration[],
  onApply: (name: string) => void = () => undefined,
): Promise<string[]> {
  const known = new Map((await readAppliedMigrations(client)).map(({ name, hash }) => [name, hash]));
  assertKnownMigrations(known, migrations);
  const applied: string[] = [];
  for (const migration of migrations) {
    if (known.has(migration.name)) continue;
    onApply(migration.name);
    await apply(client, migration);
    applied.push(migration.name);
  }
  return applied;
}

/** @throws UnsupportedDatabaseError for migrations that this build does not know, or knows in another form */
export function assertKnownMigrations(applied: Map<string, string>, migrations: Migration[]): void {
  const hashes = new Map(migrations.map((migration) => [migration.name, hashOf(migration)]));
  for (const [name, hash] of applied) {
    if (!hashes.has(name))
      throw new UnsupportedDatabaseError(
        `The database is newer than this Dossier: it has the migration ${name}. Start the newer release.`,
      );
    if (hashes.get(name) !== hash)
      throw new UnsupportedDatabaseError(
        `The migration ${name} was applied to this database in another form. Start the release that applied it.`,
      );
  }
}

/** Applies a migration in the transaction that the caller has begun. */
export async function applyInTransaction(client: pg.ClientBase, migration: Migration): Promise<void> {
  await client.query(withoutTimeout(migration.sql));
  await client.query("INSERT INTO schema_migration (name, hash) VALUES ($1, $2)", [
    migration.name,
    hashOf(migration),
  ]);
}

async function apply(client: pg.ClientBase, migration: Migration): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query("SET LOCAL lock_timeout = '2s'");
    await applyInTransaction(client, migration);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

/** A statement of the pool times out after seconds; a migration may take up to a day. */
function withoutTimeout(text: string): pg.QueryConfig {
  return { text, query_timeout: 86_400_000 } as pg.QueryConfig;
}

function hashOf(migration: Migration): string {
  return createHash("sha256").update(migration.sql).digest("hex");
}

async function checkServer(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ version: number; encoding: string }>(
    "SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding",
  );
  const [{ version, encoding } = { version: 0, encoding: "" }] = rows;
  if (version < 150000)
    throw new UnsupportedDatabaseError(
      `This is PostgreSQL ${Math.floor(version / 10000)}; Dossier needs 15 or newer.`,
    );
  if (encoding !== "UTF8")
    throw new UnsupportedDatabaseError(
      `The database's encoding is ${encoding}. Create it with ENCODING 'UTF8' TEMPLATE template0.`,
    );
}

/** With a C ctype pg_trgm silently drops every letter beyond ASCII. The check leaves nothing behind. */
async function checkCtype(client: pg.ClientBase): Promise<void> {
  await client.query("BEGIN");
  await client.query("CREATE EXTENSION IF NOT EXISTS pg_trgm").catch((error: unknown) => {
    throw new UnsupportedDatabaseError(
      `The extension pg_trgm cannot be created (${(error as Error).message}). Let the database's owner or an administrator run: CREATE EXTENSION pg_trgm.`,
    );
  });
  const { rows } = await client.query<{ knows: boolean }>("SELECT show_trgm('я') <> '{}' AS knows");
  await client.query("ROLLBACK");
  if (!rows[0]?.knows)
    throw new UnsupportedDatabaseError(
      "The database's LC_CTYPE does not know letters beyond ASCII. Create it with LC_CTYPE 'C.UTF-8' (or another UTF-8 locale) TEMPLATE template0.",
    );
}

/** The difference between a database's schema and this build's. */
export interface MigrationStatus {
  /** migrations of this build that are not applied: the database is older */
  missing: string[];
  /** migrations that this build does not know: the database is newer */
  unknown: string[];
}

/** Compares the applied migrations with those of this build; an empty database lacks them all. */
export async function readMigrationStatus(
  pool: pg.Pool,
  migrations = readMigrations(),
): Promise<MigrationStatus> {
  const ours = migrations.map((migration) => migration.name);
  const { rows } = await pool
    .query<{ name: string }>("SELECT name FROM schema_migration ORDER BY name")
    .catch((error: unknown) => {
      if ((error as { code?: string }).code === "42P01") return { rows: [] }; // the table does not exist yet
      throw error;
    });
  const known = rows.map((row) => row.name);
  return {
    missing: ours.filter((name) => !known.includes(name)),
    unknown: known.filter((name) => !ours.includes(name)),
  };
}

/** Whether every migration of this build is applied. */
export async function isUpToDate(pool: pg.Pool, migrations = readMigrations()): Promise<boolean> {
  const { missing, unknown } = await readMigrationStatus(pool, migrations);
  return missing.length + unknown.length === 0;
}

/** Whether these are the names of all migrations of this build. */
export function areAllMigrations(names: readonly string[], migrations = readMigrations()): boolean {
  const known = new Set(names);
  return known.size === migrations.length && migrations.every((migration) => known.has(migration.name));
}
