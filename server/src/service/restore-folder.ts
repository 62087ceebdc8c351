/**
 * Data folder of a restore: a file says that a restore has begun, before there is a database that could say so. It goes
 * with the database's own marker, at the end.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unfinishedText } from "../db/backup/marker.ts";
import { UnsupportedDatabaseError } from "../db/migrate.ts";

const markerFile = (dataDir: string) => join(dataDir, "restore-unfinished");

/** Says that a restore into a folder has begun. */
export function beginRestoreFolder(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(markerFile(dataDir), `${unfinishedText()}\n`, { mode: 0o600, flush: true });
}

/** Says that the restore is done, or that it was refused before anything was changed. */
export function endRestoreFolder(dataDir: string): void {
  rmSync(markerFile(dataDir), { force: true });
}

/** @throws UnsupportedDatabaseError if a restore into the folder is unfinished */
export function assertNoRestoreBegun(dataDir: string): void {
  if (existsSync(markerFile(dataDir))) throw new UnsupportedDatabaseError(unfinishedText());
}
