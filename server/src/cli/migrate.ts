/**
 * `dossier migrate`: a database to this release's schema, before a server is started on it. A data folder that a
 * server holds needs none: that server has migrated it.
 */
import type { Command } from "commander";
import { readConfig, readConfigOf } from "../config.ts";
import { migrate } from "../db/migrate.ts";
import { CommandFailure } from "./exit.ts";
import { type Place, placeOf, type TargetOptions } from "./target/target.ts";
import { type Opened, openFolder, openGiven } from "./target/local.ts";
import { print } from "./terminal.ts";

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
    .action(migrateOnly);
}

async function migrateOnly(options: TargetOptions): Promise<void> {
  const place = placeOf(options);
  if (place.kind === "url")
    throw new CommandFailure(
      "usage",
      "migrate goes to a database, and DOSSIER_URL names a server, which has migrated its own. Name the folder with --data-dir.",
    );
  const { db, close, holder } = await open(place);
  try {
    if (holder) return print("The database is up to date: the server that runs on it has seen to it.");
    const applied = await migrate(db.pool);
    print(applied.length > 0 ? `Applied ${applied.join(", ")}.` : "The database is up to date.");
  } finally {
    await close();
  }
}

function open(place: Exclude<Place, { kind: "url" }>): Opened | Promise<Opened> {
  return place.kind === "database" ? openGiven(readConfig()) : openFolder(readConfigOf(place.dataDir));
}
