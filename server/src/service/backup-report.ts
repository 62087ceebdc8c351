/**
 * Backup report: the folder of scheduled backups and the schedule, cached for some seconds. A file never changes once it
 * has its name, so what its header says is read once.
 */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { type BackupFile, listBackups, readBackupFolder } from "../db/backup/folder.ts";
import { BackupReader } from "../db/backup/read.ts";
import type { BackupReport } from "../domain/context.ts";
import { withoutHome } from "./checks/shown-path.ts";
import { ttlCache } from "./ttl-cache.ts";

/** How long a report is used again, in milliseconds. */
const maxAgeMs = 5_000;
const maxListed = 100;
/** In milliseconds: after a failure, unless backups are more frequent. */
const retryAfterMs = 3_600_000;

const external: Omit<BackupReport, "erasure_log"> = {
  is_embedded: false,
  folder: null,
  every: null,
  keep: null,
  has_passphrase: false,
  next_due_at: null,
  failure: null,
  count: 0,
  backups: [],
};

/** Reads what backups there are. */
export function createBackupReader(config: Config): () => Promise<BackupReport> {
  const secrets = new Map<string, boolean | null>();
  return ttlCache(maxAgeMs, () => createReport(config, secrets)).read;
}

type ReportConfig = Pick<
  Config,
  "databaseUrl" | "backupDir" | "backupEvery" | "backupKeep" | "backupPassphrase" | "erasureLog"
>;

async function createReport(
  config: ReportConfig,
  secrets: Map<string, boolean | null>,
): Promise<BackupReport> {
  const erasure_log = config.erasureLog === undefined ? null : withoutHome(config.erasureLog);
  if (config.databaseUrl !== undefined) return { ...external, erasure_log };
  const { backupDir, backupEvery, backupKeep, backupPassphrase } = config;
  const [{ names, newest, failure }, files] = await Promise.all([
    readBackupFolder(backupDir),
    listBackups(backupDir, maxListed),
  ]);
  for (const name of secrets.keys()) if (!names.includes(name)) secrets.delete(name);
  const backups: BackupReport["backups"] = [];
  for (const file of files) backups.push(await toWireFile(backupDir, file, secrets));
  return {
    is_embedded: true,
    folder: withoutHome(backupDir),
    every: backupEvery === 0 ? null : backupEvery,
    keep: backupKeep,
    has_passphrase: backupPassphrase !== undefined,
    next_due_at: nextDue(backupEvery, newest, failure?.at)?.toISOString() ?? null,
    failure: failure ? { at: failure.at.toISOString(), message: withoutHome(failure.message) } : null,
    erasure_log,
    count: names.length,
    backups,
  };
}

async function toWireFile(
  folder: string,
  { name, size, time }: BackupFile,
  secrets: Map<string, boolean | null>,
): Promise<BackupReport["backups"][number]> {
  const known = secrets.get(name);
  const has_secret = known === undefined ? await readHasSecret(join(folder, name)) : known;
  secrets.set(name, has_secret);
  return { name, size, created_at: time.toISOString(), has_secret };
}

async function readHasSecret(file: string): Promise<boolean | null> {
  const source = createReadStream(file);
  try {
    return (await new BackupReader(source).header()).secret.sealed !== undefined;
  } catch {
    return null;
  } finally {
    source.destroy();
  }
}

/** When the schedule makes the next backup. */
export function nextDue(
  every: number,
  newest: Date | undefined,
  failedAt: Date | undefined,
): Date | undefined {
  if (every === 0) return undefined;
  const everyMs = 1000 * every;
  const due = newest ? newest.getTime() + everyMs : Date.now();
  const afterFailure = failedAt ? failedAt.getTime() + Math.min(retryAfterMs, everyMs) : 0;
  return new Date(Math.max(due, afterFailure));
}
