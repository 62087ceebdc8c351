/**
 * Dump: every table in one repeatable-read snapshot, one COPY after another. It takes no lock but the one that a SELECT
 * takes, so nothing waits for it except a migration, which is refused meanwhile.
 */
import { createHash, randomUUID } from "node:crypto";
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { advisoryLockId, readAppliedMigrations, assertKnownMigrations, readMigrations } from "../migrate.ts";
import { columnList, emptyTables, quoted, readSequences, readTables, tablesOf } from "./catalog.ts";
import {
  BackupError,
  type BackupHeader,
  type BackupSecret,
  type BackupTable,
  encodeFrame,
  FrameDigest,
  formatNumber,
  frameKinds,
  maxFrame,
  type TableSummary,
} from "./format.ts";
import { findRestoreMarker, unfinishedText } from "./marker.ts";
import { countLines } from "./read.ts";
import { openLongSession } from "./session.ts";

/** What a dump is made with. */
export interface DumpOptions {
  /** of the release that makes it */
  version: string;
  secret: BackupSecret;
  /** gives the backup up */
  signal?: AbortSignal;
  /** receives the header once the snapshot is taken, and tables of the schema that are not Dossier's */
  onBegin?: (header: BackupHeader, foreignTables: readonly string[]) => void;
  /** receives how many rows of a table are read, often */
  onRows?: (table: string, rows: number) => void;
  /** receives each table that is done */
  onTable?: (summary: TableSummary) => void;
}

/** The uncompressed bytes of a backup. */
export async function* dump(pool: pg.Pool, options: DumpOptions): AsyncGenerator<Buffer> {
  const client = await openLongSession(pool);
  try {
    const { header, foreignTables } = await begin(client, options);
    options.onBegin?.(header, foreignTables);
    const digest = new FrameDigest();
    const frame = (kind: number, content: Buffer | string) => {
      const bytes = Buffer.from(content);
      digest.add(kind, bytes);
      return encodeFrame(kind, bytes);
    };
    yield frame(frameKinds.header, JSON.stringify(header));
    const tables: TableSummary[] = [];
    for (const table of header.tables) {
      yield frame(frameKinds.table, table.name);
      const summary = yield* rowsOf(client, table, options.onRows);
      yield frame(frameKinds.tableEnd, JSON.stringify(summary));
      tables.push(summary);
      options.onTable?.(summary);
    }
    // Sequences belong to no snapshot. Read last, they are ahead of every row.
    const sequences = Object.fromEntries((await readSequences(client)).map(({ name, last }) => [name, last]));
    yield frame(frameKinds.summary, JSON.stringify({ tables, sequences }));
    yield encodeFrame(frameKinds.digest, digest.end());
    await client.query("COMMIT");
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Takes the snapshot, and finds what is in it. */
async function begin(
  client: pg.Client,
  { version, secret }: DumpOptions,
): Promise<{ header: BackupHeader; foreignTables: string[] }> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const { rows } = await client.query<{ mine: boolean; postgres: string; now: Date }>(
    "SELECT pg_try_advisory_xact_lock_shared($1) AS mine, current_setting('server_version') AS postgres, clock_timestamp() AS now",
    [advisoryLockId],
  );
  const [{ mine, postgres, now } = { mine: false, postgres: "", now: new Date() }] = rows;
  if (!mine)
    throw new BackupError("The database is being migrated or restored. Back it up when that is done.");
  const marker = await findRestoreMarker(client);
  if (marker) throw new BackupError(unfinishedText(marker.created_at));
  const migrations = await readAppliedMigrations(client);
  if (migrations.length === 0) throw new BackupError("There is nothing of Dossier's in this database yet.");
  const own = readMigrations();
  assertKnownMigrations(new Map(migrations.map(({ name, hash }) => [name, hash])), own);
  const applied = new Set(migrations.map(({ name }) => name));
  const known = new Set(tablesOf(own.filter(({ name }) => applied.has(name))));
  const all = await readTables(client);
  const missing = [...known].filter((name) => !all.some((table) => table.name === name));
  if (missing.length > 0) throw new BackupError(`The database lacks the tables ${missing.join(", ")}.`);
  const tables = all.filter(({ name }) => known.has(name) && !(name in emptyTables));
  await client.query(`LOCK TABLE ${tables.map(({ name }) => quoted(name)).join(", ")} IN ACCESS SHARE MODE`);
  const header: BackupHeader = {
    format: "dossier-backup",
    formatNumber,
    id: randomUUID(),
    version,
    postgres,
    createdAt: now.toISOString(),
    migrations,
    tables,
    secret,
  };
  return { header, foreignTables: all.map(({ name }) => name).filter((name) => !known.has(name)) };
}

async function* rowsOf(
  client: pg.Client,
  table: BackupTable,
  onRows: DumpOptions["onRows"],
): AsyncGenerator<Buffer, TableSummary> {
  const hash = createHash("sha256");
  let [rows, bytes] = [0, 0];
  const source = client.query(copyTo(`COPY ${columnList(table)} TO STDOUT`));
  for await (const part of source as AsyncIterable<Buffer>) {
    for (let at = 0; at < part.length; at += maxFrame) {
      const content = part.subarray(at, at + maxFrame);
      hash.update(content);
      rows += countLines(content);
      bytes += content.length;
      yield encodeFrame(frameKinds.rows, content);
    }
    onRows?.(table.name, rows);
  }
  return { name: table.name, rows, bytes, sha256: hash.digest("hex") };
}
