/**
 * `dossier restore`: makes an installation of a backup, in a new data folder or an empty database, and erases again what
 * was erased since.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { type Config, hasOwnSecret, readConfigForRestore, resolvePath } from "../../config.ts";
import { erasureLogName } from "../../config/backup-settings.ts";
import { openBackupFile } from "../../db/backup/file.ts";
import type { BackupHeader } from "../../db/backup/format.ts";
import { BackupReader, verifyBackup } from "../../db/backup/read.ts";
import { type Erasure, readErasures } from "../../db/erasure-log.ts";
import type { Secret } from "../../domain/context.ts";
import { openLog } from "../../log.ts";
import { isSecretOf, openSecret } from "../../service/backup.ts";
import { readExistingSecrets, writeSecretFile } from "../../service/installation-secret.ts";
import { type RestoreReport, restoreBackup } from "../../service/restore.ts";
import { CommandFailure } from "../exit.ts";
import type { TargetOptions } from "../target/target.ts";
import { printMessage, printResult } from "../terminal.ts";
import { localTarget } from "./backup.ts";
import { readPassphrase } from "./passphrase.ts";
import { formatRows, ProgressLine } from "./progress.ts";

interface RestoreOptions extends TargetOptions {
  passphraseFile?: string;
  withoutSecret?: true;
  secretOut?: string;
  erasureLog?: string[];
  withoutErasureLog?: true;
}

/** Adds `restore`. */
export function addRestore(program: Command): void {
  program
    .command("restore")
    .description("make an installation of a backup, in a new data folder or an empty database")
    .argument("<file>", "the backup; - is standard input")
    .option(
      "--passphrase-file <file>",
      "holds the passphrase of the secret in the backup (DOSSIER_BACKUP_PASSPHRASE_FILE)",
    )
    .option("--without-secret", "do without the secret of the backup")
    .option("--secret-out <file>", "with DATABASE_URL: write the secret there, for DOSSIER_SECRET_FILE")
    .option(
      "--erasure-log <file...>",
      "what was erased since is erased again (DOSSIER_ERASURE_LOG, and erasures.jsonl beside the backup)",
    )
    .option("--without-erasure-log", "do without: who was purged since the backup is back")
    .option("--data-dir <folder>", "the new data folder (DOSSIER_DATA_DIR, else ./dossier-data)")
    .addHelpText(
      "after",
      `
Without --data-dir it goes to the PostgreSQL of DATABASE_URL, or to the data folder.
Nothing is replaced: the folder is new, or the database empty. A backup of an older
release is brought to this one. Until everything is done no server starts on it; an
interrupted restore is begun again with the same command.

Examples:
  dossier restore monday.backup --passphrase-file passphrase --data-dir ./restored \\
    --erasure-log dossier-data/backups/erasures.jsonl
  DATABASE_URL=postgresql://dossier@db/dossier dossier restore monday.backup \\
    --passphrase-file passphrase --secret-out secret`,
    )
    .action(runRestore);
}

async function runRestore(file: string, options: RestoreOptions): Promise<void> {
  const passphrase = readPassphrase(options);
  const target = localTarget(options);
  const dataDir = target.kind === "folder" ? target.dataDir : undefined;
  const path = file === "-" ? undefined : resolvePath(file);
  const progress = new ProgressLine();
  progress.show("checking the backup");
  if (path !== undefined) await verifyBackup(await openBackupFile(path));
  const reader = new BackupReader(path === undefined ? process.stdin : await openBackupFile(path));
  try {
    const header = await reader.header();
    const sealed = passphrase !== undefined && header.secret.sealed && !options.withoutSecret;
    const secret = sealed ? await openSecret(header.secret, passphrase) : undefined;
    const config = readConfigForRestore(dataDir, secret?.current);
    const written = secretToWrite(header, config, secret, options);
    const erasures = await readLogs(path, config, options);
    if (written && dataDir === undefined && options.secretOut !== undefined)
      writeSecretOut(resolvePath(options.secretOut), written);
    const startedAt = performance.now();
    const report = await restoreBackup({
      reader,
      config,
      log: openLog("warn"),
      secret: written,
      erasures,
      progress: {
        onRows: (table, rows) => progress.showRows(table, rows),
        onStep: (what) => progress.show(what),
      },
    });
    progress.clear();
    tell(report, (performance.now() - startedAt) / 1000, options);
  } finally {
    progress.clear();
    reader.close();
  }
}

/** The secret to be written, if any. @throws CommandFailure if the installation would have another one than the backup's */
function secretToWrite(
  { secret: kept }: BackupHeader,
  config: Config,
  secret: Secret | undefined,
  { withoutSecret, secretOut }: RestoreOptions,
): Secret | undefined {
  if (withoutSecret) return undefined;
  const isDatabase = config.databaseUrl !== undefined;
  const own = isDatabase && !hasOwnSecret() ? undefined : readExistingSecrets(config);
  // A folder keeps its own copy: the next start may be without the setting.
  if (own && isSecretOf(kept, own)) return isDatabase ? undefined : own;
  if (own)
    throw new CommandFailure(
      "usage",
      `${hasOwnSecret() ? "DOSSIER_SECRET" : `The secret in ${config.dataDir}`} is not the secret of the backup. Leave it out, or say --without-secret: the secrets of webhooks and CRMs must then be set anew.`,
    );
  if (!secret)
    throw new CommandFailure(
      "usage",
      kept.sealed
        ? "The secret in the backup is sealed: name the file of its passphrase with --passphrase-file. Or say --without-secret: the secrets of webhooks and CRMs must then be set anew."
        : "The backup was made without the installation's secret. Set DOSSIER_SECRET_FILE to a copy of it. Or say --without-secret: the secrets of webhooks and CRMs must then be set anew.",
    );
  if (isDatabase && secretOut === undefined)
    throw new CommandFailure(
      "usage",
      "A server on a database of your own takes its secret from DOSSIER_SECRET_FILE: name the file to write it to with --secret-out.",
    );
  return secret;
}

function writeSecretOut(path: string, { current, previous }: Secret): void {
  // A repeated restore finds the file of the interrupted one.
  if (existsSync(path) && readFileSync(path, "utf8") !== current.toString("hex"))
    throw new CommandFailure("usage", `--secret-out: ${path} is there already, and holds something else.`);
  writeSecretFile(path, current);
  printMessage(`The secret is in ${path}: set DOSSIER_SECRET_FILE to it.`);
  if (!previous) return;
  writeSecretFile(`${path}.previous`, previous);
  printMessage(`The previous one is in ${path}.previous: set DOSSIER_SECRET_PREVIOUS_FILE to it.`);
}

/** The erasures of all logs. @throws CommandFailure if there is none: people would come back unnoticed */
async function readLogs(
  backup: string | undefined,
  { erasureLog }: Config,
  options: RestoreOptions,
): Promise<Erasure[]> {
  if (options.withoutErasureLog) return [];
  const named = options.erasureLog?.map((one) => resolvePath(one));
  const beside = backup === undefined ? [] : [join(dirname(backup), erasureLogName)];
  const usual = [...beside, ...(erasureLog === undefined ? [] : [erasureLog])];
  const logs = [...new Set(named ?? usual.filter((one) => existsSync(one)))];
  if (logs.length === 0)
    throw new CommandFailure(
      "usage",
      "No erasure log is found: who was purged since the backup would be back, and keys revoked since would open.\n" +
        `Name it with --erasure-log (it is ${erasureLogName} in the folder of the scheduled backups, or where DOSSIER_ERASURE_LOG says).\n` +
        "If nothing was erased since, or there is none, say --without-erasure-log.",
    );
  const all: Erasure[] = [];
  for (const log of logs) {
    if (!existsSync(log)) throw new CommandFailure("usage", `--erasure-log: there is no ${log}.`);
    const { erasures, unreadable } = await readErasures(log);
    all.push(...erasures);
    if (unreadable.length > 0)
      printMessage(
        `Warning: ${log} has lines that cannot be read: ${unreadable.join(", ")}. A line that a crash tore was never answered; look at them.`,
      );
  }
  return all;
}

function tell({ header, loaded, replay }: RestoreReport, seconds: number, options: RestoreOptions): void {
  const when = `${header.createdAt.slice(0, 19).replace("T", " ")} UTC`;
  const rows = loaded.kind === "loaded" ? formatRows(loaded.summary.tables) : "loaded before";
  printResult(`Restored the backup of ${when}: ${rows}, in ${seconds.toFixed(1)} s.`);
  if (loaded.kind === "loaded" && loaded.migrations.length > 0)
    printResult(`Brought to this release: ${loaded.migrations.join(", ")}.`);
  printResult(
    options.withoutErasureLog
      ? "Nothing was erased again."
      : `Erased again: ${count(replay.customers, "customer")}, and ${count(replay.keys, "key")} revoked.`,
  );
  printResult(
    "New ids leave a gap of up to 1,500,000,000, so that none is given twice. Open sessions have ended.",
  );
}

function count(n: number, what: string): string {
  return `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;
}
