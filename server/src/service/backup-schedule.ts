/**
 * Schedule of backups of the embedded database: when the newest is old enough, also right after a start. A failure is
 * logged, written down for `dossier doctor`, and tried again within the hour.
 */
import { join } from "node:path";
import type { Config } from "../config.ts";
import {
  backupName,
  keepNewest,
  noteFailure,
  prepareBackupFolder,
  readBackupFolder,
} from "../db/backup/folder.ts";
import type { Db } from "../db/database.ts";
import type { Log } from "../log.ts";
import { backupToFile } from "./backup.ts";

const minuteMs = 60_000;
/** In milliseconds: after a failure, unless backups are more frequent. */
const retryAfterMs = 60 * minuteMs;

/**
 * Makes backups on schedule, if the settings ask for them. Returns the function that stops it; a backup in progress is
 * given up, and the next start begins it anew.
 */
export function scheduleBackups(db: Db, config: Config, log: Log): () => Promise<void> {
  if (config.databaseUrl !== undefined || config.backupEvery === 0) return async () => undefined;
  if (config.backupPassphrase === undefined)
    log.warn(
      "the scheduled backups lack the installation's secret: set DOSSIER_BACKUP_PASSPHRASE_FILE, or keep a copy of it",
    );
  const stopping = new AbortController();
  let run: Promise<void> | undefined;
  let failedAt: number | undefined;
  const look = async () => {
    const { newest } = await readBackupFolder(config.backupDir);
    const everyMs = 1000 * config.backupEvery;
    const isDue = newest === undefined || Date.now() - newest.getTime() >= everyMs;
    const isResting = failedAt !== undefined && Date.now() - failedAt < Math.min(retryAfterMs, everyMs);
    if (!isDue || isResting) return;
    failedAt = (await backUp(db, config, log, stopping.signal)) ? undefined : Date.now();
  };
  const begin = () => void (run ??= look().finally(() => (run = undefined)));
  const timer = setInterval(begin, minuteMs);
  timer.unref();
  begin();
  return async () => {
    stopping.abort();
    clearInterval(timer);
    await run;
  };
}

/** Makes one backup. Returns whether it is there. */
async function backUp(db: Db, config: Config, log: Log, signal: AbortSignal): Promise<boolean> {
  const { backupDir: folder, backupPassphrase: passphrase } = config;
  const startedAt = performance.now();
  try {
    await prepareBackupFolder(folder);
    const file = join(folder, backupName(new Date()));
    const { bytes } = await backupToFile(db, config, file, { passphrase, signal });
    await keepNewest(folder, config.backupKeep);
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    log.info({ file, bytes, seconds }, "backed up the database");
    return true;
  } catch (err) {
    if (signal.aborted) return false;
    log.error({ err }, "the scheduled backup failed; it is tried again within the hour");
    await noteFailure(folder, (err as Error).message);
    return false;
  }
}
