/**
 * `dossier backup`: writes the whole installation, of a server that runs or not, into one file or to standard output,
 * or checks such a file.
 */
import { once } from "node:events";
import type { Readable } from "node:stream";
import type { Command } from "commander";
import { readConfig, readConfigFor, resolvePath } from "../../config.ts";
import { openBackupFile } from "../../db/backup/file.ts";
import type { BackupHeader, BackupSummary } from "../../db/backup/format.ts";
import { verifyBackup } from "../../db/backup/read.ts";
import { backupToFile, backupToStream } from "../../service/backup.ts";
import { CommandFailure } from "../exit.ts";
import { openConfigured, openFolder } from "../target/local.ts";
import { resolveTarget, type TargetOptions, type TargetSpec } from "../target/target.ts";
import { printMessage, printResult } from "../terminal.ts";
import { readPassphrase } from "./passphrase.ts";
import { formatBytes, formatRows, ProgressLine } from "./progress.ts";

interface BackupOptions extends TargetOptions {
  verify?: true;
  replace?: true;
  passphraseFile?: string;
  withoutSecret?: true;
  json?: true;
}

/** Adds `backup`. */
export function addBackup(program: Command): void {
  program
    .command("backup")
    .description("write everything into one file, while the server runs or not; or check such a file")
    .argument("<file>", "the file to write; - is standard output")
    .option("--verify", "check a backup instead: every row and digest, without a database")
    .option(
      "--passphrase-file <file>",
      "seal the installation's secret under the passphrase in it (DOSSIER_BACKUP_PASSPHRASE_FILE)",
    )
    .option("--without-secret", "leave the installation's secret out")
    .option("--replace", "replace a file of that name")
    .option(
      "--data-dir <folder>",
      "the data folder, of a server that runs or not (DOSSIER_DATA_DIR, else ./dossier-data)",
    )
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Without --data-dir it goes to the PostgreSQL of DATABASE_URL, or to the data folder.
The backup is the state of one moment. No call waits for it. Until it is whole and has
been read back, the file is called FILE.partial.
A backup holds personal data and is not encrypted; only the secret in it is sealed.

Examples:
  dossier backup monday.backup --passphrase-file passphrase
  dossier backup --verify monday.backup
  dossier backup - --without-secret | gzip -dc | wc -c`,
    )
    .action(runBackup);
}

async function runBackup(file: string, options: BackupOptions): Promise<void> {
  if (options.verify) return verify(file, options);
  const passphrase = readPassphrase(options);
  if (passphrase === undefined && !options.withoutSecret)
    throw new CommandFailure(
      "usage",
      "The installation's secret needs a passphrase to go into a backup: name a file that holds one with --passphrase-file.\n" +
        "Or say --without-secret, and keep the secret elsewhere: without it webhooks and CRMs of the restored\n" +
        "installation do not work until their secrets are set anew, and cursors and retries of before are refused.",
    );
  const target = localTarget(options);
  const config = target.kind === "database" ? readConfig() : readConfigFor(target.dataDir);
  const { db, close } = await (target.kind === "database" ? openConfigured(config) : openFolder(config));
  const progress = new ProgressLine();
  const onRows = (table: string, rows: number) => progress.showRows(table, rows);
  const made = { passphrase, onBegin: warnOfForeign, onRows };
  const startedAt = performance.now();
  try {
    if (file === "-") return await toStandardOutput((target) => backupToStream(db, config, target, made));
    const path = resolvePath(file);
    const replace = options.replace === true;
    const written = await backupToFile(db, config, path, { ...made, replace });
    progress.clear();
    if (options.json) return printResult(JSON.stringify({ file: path, ...summaryOf(written) }));
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    printResult(`${path}: ${describe(written)}, ${formatBytes(written.bytes)}, verified, in ${seconds} s.`);
    if (!written.header.secret.sealed)
      printMessage("It lacks the installation's secret: keep that elsewhere, and apart from the backup.");
  } finally {
    progress.clear();
    await close();
  }
}

function warnOfForeign(_header: BackupHeader, tables: readonly string[]): void {
  if (tables.length > 0) printMessage(`Not in the backup, because not Dossier's: ${tables.join(", ")}.`);
}

async function toStandardOutput(write: (target: NodeJS.WriteStream) => Promise<void>): Promise<void> {
  if (process.stdout.isTTY)
    throw new CommandFailure("usage", "A backup is not for a terminal: pipe it on, or name a file.");
  process.stdout.removeAllListeners("error"); // half a backup is a failure, not the reader's choice
  try {
    await write(process.stdout);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
    throw new CommandFailure("failed", "The reader of the backup ended: what it has is not whole.");
  }
  if (process.stdout.writableLength > 0) await once(process.stdout, "drain");
}

async function verify(file: string, { json }: BackupOptions): Promise<void> {
  const source: Readable = file === "-" ? process.stdin : await openBackupFile(resolvePath(file));
  const found = await verifyBackup(source);
  if (json) return printResult(JSON.stringify(summaryOf(found)));
  const secret = found.header.secret.sealed ? "with the secret, sealed" : "without the secret";
  printResult(`A whole backup of Dossier ${found.header.version}: ${describe(found)}, ${secret}.`);
}

/** A backup in numbers, for programs. */
function summaryOf({ header, summary }: { header: BackupHeader; summary: BackupSummary }): object {
  const { id, version, createdAt, secret, migrations } = header;
  const rows = summary.tables.reduce((sum, table) => sum + table.rows, 0);
  const names = migrations.map(({ name }) => name);
  return {
    id,
    version,
    created_at: createdAt,
    migrations: names,
    has_secret: Boolean(secret.sealed),
    rows,
    tables: summary.tables,
  };
}

function describe({ header, summary }: { header: BackupHeader; summary: BackupSummary }): string {
  return `${formatRows(summary.tables)} of ${header.createdAt.slice(0, 19).replace("T", " ")} UTC`;
}

/** The database that a command acts on. @throws CommandFailure for a server's URL */
export function localTarget(options: TargetOptions): Exclude<TargetSpec, { kind: "url" }> {
  const target = resolveTarget(options);
  if (target.kind !== "url") return target;
  throw new CommandFailure(
    "usage",
    "Backups are of a database, and DOSSIER_URL names a server. Run this on its machine, with --data-dir or DATABASE_URL.",
  );
}
