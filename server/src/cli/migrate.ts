/**
 * `dossier migrate`: migrates a database to this release's schema before a server starts on it. A data folder with a
 * running server needs no migration: the server has migrated it.
 */
import type { Command } from "commander";
import { readConfig, readConfigFor } from "../config.ts";
import { migrate, readMigrations } from "../db/migrate.ts";
import { CommandFailure } from "./exit.ts";
import { startProgress } from "./progress.ts";
import { type TargetSpec, resolveTarget, type TargetOptions } from "./target/target.ts";
import { type OpenedDatabase, openFolder, openConfigured } from "./target/local.ts";
import { printResult } from "./terminal.ts";

/** Adds `migrate`. */
export function addMigrate(program: Command): void {
  program
    .command("migrate")
    .description("bring a database to this release's schema; every start does it too")
    .option(
      "--data-dir <folder>",
      "the data folder of a stopped server (DOSSIER_DATA_DIR, else ./dossier-data)",
    )
    .addHelpText(
      "after",
      `
Without --data-dir it goes to the PostgreSQL of DATABASE_URL, or to the data folder.

Examples:
  DATABASE_URL=postgresql://dossier@db/dossier DOSSIER_SECRET_FILE=secret dossier migrate
  dossier migrate --data-dir /var/lib/dossier`,
    )
    .action(runMigrate);
}

async function runMigrate(options: TargetOptions): Promise<void> {
  const target = resolveTarget(options);
  if (target.kind === "url")
    throw new CommandFailure(
      "usage",
      "migrate goes to a database, and DOSSIER_URL names a server, which has migrated its own. Name the folder with --data-dir.",
    );
  const { db, close, holder } = await open(target);
  try {
    if (holder) return printResult("The database is up to date: the running server has migrated it.");
    const progress = startProgress();
    const applied = await migrate(db.pool, readMigrations(), (name) =>
      progress.show(`applying ${name}`),
    ).finally(() => progress.end());
    printResult(applied.length > 0 ? `Applied ${applied.join(", ")}.` : "The database is up to date.");
  } finally {
    await close();
  }
}

function open(target: Exclude<TargetSpec, { kind: "url" }>): OpenedDatabase | Promise<OpenedDatabase> {
  return target.kind === "database"
    ? openConfigured(readConfig())
    : openFolder(readConfigFor(target.dataDir));
}
