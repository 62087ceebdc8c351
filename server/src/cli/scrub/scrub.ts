/**
 * `dossier scrub`: rewrites the tables with personal data, so that purged values also disappear from the files. A purge
 * only marks their space as free; the bytes remain on disk until PostgreSQL reuses it.
 */
import { type Command, Option } from "commander";
import { readConfig, readConfigFor } from "../../config.ts";
import { checkpoint, rewriteTable } from "../../db/rewrite.ts";
import { personalDataLocations } from "../../domain/erasure/personal-data.ts";
import { addConfirmOption, confirm, type ConfirmOptions } from "../confirm.ts";
import { CommandFailure } from "../exit.ts";
import { startProgress } from "../progress.ts";
import { targetName, resolveTarget, type TargetOptions } from "../target/target.ts";
import { openFolder, openConfigured } from "../target/local.ts";
import { printResult, printMessage } from "../terminal.ts";

/** Every table with personal data, and the statistics, which may contain old column values. */
const tables = [
  ...new Set(personalDataLocations.flatMap(({ columns }) => Object.keys(columns))),
  "pg_catalog.pg_statistic",
];

/** No row is lost, but what forensics would find of erased ones; and calls wait while a table is locked. */
const loses =
  "what the files still hold of erased rows; each table is locked while it is written, and calls wait for it";

/** Adds `scrub`. */
export function addScrub(program: Command): void {
  const command = program
    .command("scrub")
    .description("write the tables with personal data anew, so that nothing erased is left in their files")
    .option(
      "--data-dir <folder>",
      "the data folder, of a server that runs or not (DOSSIER_DATA_DIR, else ./dossier-data)",
    )
    .addOption(new Option("--table <name>", "only this table").choices(tables));
  addConfirmOption(command)
    .addHelpText(
      "after",
      `
Without --data-dir it goes to the PostgreSQL of DATABASE_URL, or to the data folder.
Each table is locked while it is written, and needs its size on the disk once more.
What this does not reach: the write-ahead log, backups, replicas, and what the file
system or the disk itself keeps of freed blocks.

Examples:
  dossier scrub
  dossier scrub --yes --data-dir /var/lib/dossier --table message`,
    )
    .action(scrub);
}

async function scrub({
  table,
  ...options
}: TargetOptions & ConfirmOptions & { table?: string }): Promise<void> {
  const target = resolveTarget(options);
  if (target.kind === "url")
    throw new CommandFailure(
      "usage",
      "scrub goes to a database, and DOSSIER_URL names a server. Name its folder with --data-dir.",
    );
  await confirm(options, { what: "scrub", loses, place: targetName(options) });
  const { db, close } =
    target.kind === "database"
      ? await openConfigured(readConfig())
      : await openFolder(readConfigFor(target.dataDir));
  const progress = startProgress();
  try {
    const skipped: string[] = [];
    const wanted = table === undefined ? tables : [table];
    for (const [at, name] of wanted.entries()) {
      const startedAt = performance.now();
      progress.show(`${at + 1} of ${wanted.length} tables: ${name}`);
      const outcome = await rewriteTable(db.pool, name).finally(() => progress.end());
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      printResult(outcome === "done" ? `${name}: written anew in ${seconds} s` : `${name}: ${outcome}`);
      if (outcome !== "done") skipped.push(name);
    }
    if (!(await checkpoint(db.pool)))
      printMessage("This role may not call CHECKPOINT: old files go with the next one, within minutes.");
    if (skipped.length > 0)
      throw new CommandFailure(
        "failed",
        `Not written anew: ${skipped.join(", ")}. Run the command again when less is going on, as the owner of the database.`,
      );
  } finally {
    await close();
  }
}
