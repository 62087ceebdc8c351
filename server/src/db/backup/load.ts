/**
 * Load: brings an empty database to the schema of a backup, its rows into it, and the schema on to this release. Rows,
 * indexes, constraints, sequences and later migrations are one transaction: a load that fails leaves nothing, and the
 * marker says that it is to be repeated.
 */
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import {
  advisoryLockId,
  applyInTransaction,
  applyMigrations,
  assertKnownMigrations,
  readAppliedMigrations,
  readMigrations,
} from "../migrate.ts";
import { columnList, emptyTables, quoted, readSequences, readTables } from "./catalog.ts";
import { BackupError, type BackupHeader, type BackupSummary } from "./format.ts";
import { createRestoreMarker, findRestoreMarker } from "./marker.ts";
import { type BackupReader, countLines } from "./read.ts";
import { rebuild, strip } from "./strip.ts";

/**
 * Every id that a restored database gives is beyond those that were given after the backup was made: sequences go on at
 * a round number, at least half of this beyond.
 */
const sequenceStep = 1_000_000_000;

/** Tables in which migrations themselves put rows, or which every start fills. */
const filledByMigrations = new Set([
  "schema_migration",
  "brand",
  "channel_type",
  "change_clock",
  "disk_probe",
]);

/** Receives what a load does. */
export interface LoadProgress {
  onTable?: (name: string, rows: number) => void;
  onRows?: (table: string, rows: number) => void;
  onStep?: (what: string) => void;
}

/** How a load ended. */
export type LoadResult =
  /** the rows are there now */
  | { kind: "loaded"; summary: BackupSummary; migrations: string[] }
  /** an earlier, interrupted restore of the same backup had loaded them */
  | { kind: "loaded before" };

/** @throws BackupError for a backup of a newer release */
export function assertReadable(header: BackupHeader): void {
  const own = readMigrations();
  const newer = header.migrations.find(({ name }) => !own.some((migration) => migration.name === name));
  if (newer)
    throw new BackupError(
      `The backup was made by Dossier ${header.version}, which is newer: it has the migration ${newer.name}. Restore it with that release, or a newer one.`,
    );
  assertKnownMigrations(new Map(header.migrations.map(({ name, hash }) => [name, hash])), own);
}

/** Loads a backup. `client` is a connection without time limits. */
export async function load(
  client: pg.Client,
  reader: BackupReader,
  progress: LoadProgress = {},
): Promise<LoadResult> {
  const header = await reader.header();
  assertReadable(header);
  await acquireLock(client);
  const marker = await findRestoreMarker(client);
  if (marker?.is_loaded) {
    if (marker.id === header.id) return { kind: "loaded before" };
    throw new BackupError(
      `This database holds an unfinished restore of another backup, of ${marker.created_at.toISOString()}. Restore that one to its end, or create a new database.`,
    );
  }
  if (!marker) await assertEmpty(client, header);
  else await client.query("DROP TABLE unfinished_restore");
  await createRestoreMarker(client, header.id, header.createdAt);
  const names = new Set(header.migrations.map(({ name }) => name));
  await applyMigrations(
    client,
    readMigrations().filter(({ name }) => names.has(name)),
  );
  await client.query("BEGIN");
  try {
    const result = await loadInTransaction(client, reader, header, progress);
    await client.query("UPDATE unfinished_restore SET is_loaded = true");
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

async function acquireLock(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ mine: boolean }>("SELECT pg_try_advisory_lock($1) AS mine", [
    advisoryLockId,
  ]);
  if (!rows[0]?.mine)
    throw new BackupError("The database is being migrated, restored or backed up by another process.");
}

/** Nothing may be lost: a database in which a server has ever run is not empty. */
async function assertEmpty(client: pg.Client, header: BackupHeader): Promise<void> {
  const tables = await readTables(client);
  const applied = await readAppliedMigrations(client);
  if (applied.length === 0 && tables.length === 0) return;
  if (applied.length === 0)
    throw new BackupError(
      `The database is not empty: it has tables that are not Dossier's, such as ${tables[0]?.name}. Create a new one.`,
    );
  for (const { name } of tables) {
    if (filledByMigrations.has(name)) continue;
    const { rowCount } = await client.query(`SELECT FROM ${quoted(name)} LIMIT 1`);
    if (rowCount)
      throw new BackupError(
        `The database is not empty: there are rows in the table ${name}. A restore replaces nothing: create a new database, or name a new data folder.`,
      );
  }
  const later = applied.find(({ name }) => !header.migrations.some((migration) => migration.name === name));
  if (later)
    throw new BackupError(
      `The database has been migrated beyond the backup, which lacks ${later.name}. Restore into a database that is not migrated: the restore does that itself.`,
    );
}

async function loadInTransaction(
  client: pg.Client,
  reader: BackupReader,
  header: BackupHeader,
  { onTable, onRows, onStep }: LoadProgress,
): Promise<LoadResult> {
  const own = new Set(header.tables.map(({ name }) => name));
  const here = (await readTables(client)).map(({ name }) => name);
  const isOwn = (name: string) => own.has(name) || name in emptyTables;
  const extra = here.filter((name) => !isOwn(name) && name !== "unfinished_restore");
  if (extra.length > 0 || here.filter((name) => own.has(name)).length < own.size)
    throw new BackupError("The tables of the backup are not those of its migrations.");
  // Enough for most indexes of a small installation; the default would sort everything on the disk.
  await client.query("SET LOCAL maintenance_work_mem = '128MB'");
  const stripped = await strip(client, [...own]);
  await client.query(`TRUNCATE ${[...own].map(quoted).join(", ")}`);
  for await (const { table, rows } of reader.tables()) {
    const target = client.query(copyFrom(`COPY ${columnList(table)} FROM STDIN (FREEZE)`));
    await pipeline(onRows ? counted(rows, (n) => onRows(table.name, n)) : rows, target);
    onTable?.(table.name, target.rowCount);
  }
  const summary = await reader.end();
  onStep?.("indexes and constraints");
  await rebuild(client, stripped, onStep);
  await raiseSequences(client, summary);
  const migrations: string[] = [];
  for (const migration of readMigrations()) {
    if (header.migrations.some(({ name }) => name === migration.name)) continue;
    onStep?.(migration.name);
    await applyInTransaction(client, migration);
    migrations.push(migration.name);
  }
  return { kind: "loaded", summary, migrations };
}

async function* counted(rows: AsyncGenerator<Buffer>, onRows: (n: number) => void): AsyncGenerator<Buffer> {
  let count = 0;
  for await (const part of rows) {
    count += countLines(part);
    onRows(count);
    yield part;
  }
}

/** Beyond the last value in the backup, the highest in the table, and whatever was given after the backup. */
async function raiseSequences(client: pg.Client, { sequences }: BackupSummary): Promise<void> {
  for (const { name, table, column } of await readSequences(client))
    await client.query(
      `SELECT setval($1::text::regclass, (greatest($2::bigint, (SELECT max(${quoted(column)}) FROM ${quoted(table)}), 0)
        + ${1.5 * sequenceStep}::bigint) / ${sequenceStep} * ${sequenceStep})`,
      [quoted(name), sequences[name] ?? 0],
    );
}

/** Ends a restore: statistics for the planner, then the marker goes. */
export async function finishRestore(client: pg.Client, onStep?: LoadProgress["onStep"]): Promise<void> {
  onStep?.("statistics");
  await client.query("ANALYZE");
  await client.query("DROP TABLE unfinished_restore");
}
