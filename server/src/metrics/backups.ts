/** Series of scheduled backups, read from their folder at a scrape: they survive restarts, and every worker has them. */
import type { DefineSeries } from "./gauges.ts";

/** The times of the last backup, and of the last attempt if that failed. */
export interface BackupTimes {
  newest: Date | undefined;
  failure: { at: Date } | undefined;
}

const secondsOf = (time: Date | undefined) => time && time.getTime() / 1000;

/** Registers the series. Returns their refresh. */
export function registerBackupMetrics(
  defineSeries: DefineSeries,
  read: (() => Promise<BackupTimes>) | undefined,
): () => Promise<void> {
  if (!read) return async () => undefined;
  let times: BackupTimes | undefined;
  const newest = "When the newest scheduled backup was made, in Unix time; absent before the first.";
  defineSeries(
    "gauge",
    "dossier_backup_last_success_timestamp_seconds",
    newest,
    () => secondsOf(times?.newest),
    undefined,
    "first",
  );
  const failed = "When a scheduled backup last failed, in Unix time; absent once another one has succeeded.";
  defineSeries(
    "gauge",
    "dossier_backup_last_failure_timestamp_seconds",
    failed,
    () => secondsOf(times?.failure?.at),
    undefined,
    "first",
  );
  return async () => void (times = await read());
}
