// Errors of the embedded PostgreSQL, worded for the operator.
//
// An error is final: a retry changes nothing until the operator does what its message says. A message contains only
// paths, versions, account names and process ids.
import { statfsSync } from "node:fs";

/** A start that cannot succeed; the message names the cause, the thing and the remedy. */
export class EmbeddedPostgresError extends Error {
  override readonly name = "EmbeddedPostgresError";
}

/** Another Dossier holds the data folder; it may release it. */
export class DataDirLockedError extends EmbeddedPostgresError {}

const fsErrorReasons: Record<string, string> = {
  EACCES:
    "this account may not write there: change its owner, or set DOSSIER_DATA_DIR to a folder that is yours",
  EPERM: "this account may not do that: change its owner, or set DOSSIER_DATA_DIR to a folder that is yours",
  EROFS: "it lies on a read-only file system: set DOSSIER_DATA_DIR to a folder that can be written",
  ENOTDIR: "it, or a part of its path, is a file: set DOSSIER_DATA_DIR to a folder",
  EEXIST: "it is a file: set DOSSIER_DATA_DIR to a folder",
  ENOSPC: "no space is left on the disk: free some, or set DOSSIER_DATA_DIR to another disk",
  EDQUOT: "the disk quota is used up: free some space, or set DOSSIER_DATA_DIR to another disk",
};

/** Runs `step`; an error of the file system becomes one that names the folder. */
export function wrapFsErrors<T>(folder: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    const reason = code === undefined ? undefined : fsErrorReasons[code];
    if (reason === undefined) throw error;
    const where = path === undefined || path === folder ? "" : ` (at ${path})`;
    throw new EmbeddedPostgresError(`The data folder ${folder} cannot be used: ${reason}${where}.`, {
      cause: error,
    });
  }
}

/** "" or a sentence about a nearly full disk, to append to another message. */
export function describeFullDisk(folder: string): string {
  const free = freeMegabytes(folder);
  return free < 64 ? ` Only ${free} MB are free on the disk of ${folder}.` : "";
}

export function freeMegabytes(folder: string): number {
  const { bavail, blocks, bsize } = statfsSync(folder);
  return blocks === 0 ? Infinity : Math.floor((bavail * bsize) / 2 ** 20); // some file systems report no size
}
