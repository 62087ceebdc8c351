/** Backup checks: whether there are recent ones, and whether erasures are recorded for a restore. */
import type { Config } from "../../config.ts";
import { readBackupFolder } from "../../db/backup/folder.ts";
import { type Finding, ok, warning, wrong } from "./finding.ts";

/** Checks the erasure log, and the scheduled backups of an embedded database. */
export async function checkBackups(config: Config): Promise<Finding[]> {
  return [...(config.databaseUrl === undefined ? await scheduled(config) : []), log(config)];
}

async function scheduled({ backupDir, backupEvery, backupPassphrase }: Config): Promise<Finding[]> {
  const { names, newest, failure } = await readBackupFolder(backupDir);
  if (failure)
    return [
      wrong(
        "backups",
        `the last one failed at ${minute(failure.at)}: ${failure.message}`,
        "The next is tried within the hour. `dossier backup FILE` makes one now.",
      ),
    ];
  if (backupEvery === 0 && !newest)
    return [
      warning(
        "backups",
        "none are scheduled.",
        "Set DOSSIER_BACKUP_EVERY=24h, or run `dossier backup FILE` daily; and copy them to another machine.",
      ),
    ];
  const found = newest
    ? `${names.length} in ${backupDir}, the newest of ${minute(newest)}`
    : `the first into ${backupDir} is due`;
  const isOld = newest && backupEvery > 0 && Date.now() - newest.getTime() > 2000 * backupEvery;
  if (isOld) return [wrong("backups", `${found}: too old.`, "Look at the log of the server.")];
  if (backupEvery > 0 && backupPassphrase === undefined)
    return [
      warning(
        "backups",
        `${found}; they lack the installation's secret.`,
        "Set DOSSIER_BACKUP_PASSPHRASE_FILE, or keep a copy of the secret elsewhere.",
      ),
    ];
  return [ok("backups", found)];
}

function log({ erasureLog }: Config): Finding {
  if (erasureLog !== undefined) return ok("erasure log", erasureLog);
  return warning(
    "erasure log",
    "none: a restored backup brings back who was purged since, and keys revoked since.",
    "Set DOSSIER_ERASURE_LOG to a file on another disk than the database's.",
  );
}

const minute = (time: Date) => `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
