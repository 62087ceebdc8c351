// Backups for tests: of a test server, into a file, and restored into another database.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, inject } from "vitest";
import { openBackupFile, type WrittenBackup } from "../../../src/db/backup/file.ts";
import { BackupReader } from "../../../src/db/backup/read.ts";
import type { Erasure } from "../../../src/db/erasure-log.ts";
import { openLog } from "../../../src/log.ts";
import { backupToFile } from "../../../src/service/backup.ts";
import { type RestoreReport, restoreBackup } from "../../../src/service/restore.ts";
import { testConfig, type TestServer } from "../test-server.ts";

/** A folder that is removed after the test file. */
export const folder = mkdtempSync(join(tmpdir(), "dossier-backup-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;

/** Backs a test server up; returns the file. */
export async function backUp({
  service,
  databaseUrl,
}: TestServer): Promise<WrittenBackup & { file: string }> {
  files += 1;
  const file = join(folder, `${files}.backup`);
  return { file, ...(await backupToFile(service.db, testConfig(databaseUrl), file)) };
}

const empty: string[] = [];
afterAll(async () => {
  const client = new pg.Client(inject("postgres").connection);
  await client.connect();
  for (const name of empty) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await client.end();
});

/** A database without a single table, and its URL. */
export async function createEmptyDatabase(): Promise<{ url: string; connection: pg.ClientConfig }> {
  const { connection, run } = inject("postgres");
  const name = `test_${run}_${randomBytes(6).toString("hex")}`;
  const client = new pg.Client(connection);
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  empty.push(name);
  const { host, port, user, password } = connection;
  const secret = typeof password === "string" ? `:${encodeURIComponent(password)}` : "";
  const place = host.startsWith("/")
    ? `@/${name}?host=${encodeURIComponent(host)}&port=${port}`
    : `@${host}:${port}/${name}`;
  return { url: `postgres://${user}${secret}${place}`, connection: { ...connection, database: name } };
}

/** Restores a file into a database. */
export async function restore(
  file: string,
  databaseUrl: string,
  erasures: readonly Erasure[] = [],
  onTable?: (name: string) => void,
): Promise<RestoreReport> {
  const reader = new BackupReader(await openBackupFile(file));
  try {
    return await restoreBackup({
      reader,
      config: testConfig(databaseUrl),
      log: openLog("silent", false),
      secret: undefined,
      erasures,
      progress: onTable ? { onTable } : {},
    });
  } finally {
    reader.close();
  }
}

/** Runs work on a connection. */
export async function onDatabase<T>(
  connection: pg.ClientConfig,
  act: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return await act(client);
  } finally {
    await client.end();
  }
}
