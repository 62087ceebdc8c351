// Why the embedded PostgreSQL cannot start, in words for the operator.
//
// A refusal is final: trying again changes nothing until somebody does what its message says. It never holds
// anything but paths, versions, account names and process ids.
import { statfsSync } from "node:fs";

/** A start that cannot work; the message says what, which and what to do. */
export class EmbeddedRefusal extends Error {
  override readonly name = "EmbeddedRefusal";
}

/** Another Dossier holds the data folder; it may let it go. */
export class FolderInUse extends EmbeddedRefusal {}

const reasons: Record<string, string> = {
  EACCES:
    "this account may not write there: change its owner, or set DOSSIER_DATA_DIR to a folder that is yours",
  EPERM: "this account may not do that: change its owner, or set DOSSIER_DATA_DIR to a folder that is yours",
  EROFS: "it lies on a read-only file system: set DOSSIER_DATA_DIR to a folder that can be written",
  ENOTDIR: "it, or a part of its path, is a file: set DOSSIER_DATA_DIR to a folder",
  EEXIST: "it is a file: set DOSSIER_DATA_DIR to a folder",
  ENOSPC: "no space is left on the disk: free some, or set DOSSIER_DATA_DIR to another disk",
  EDQUOT: "the disk quota is used up: free some space, or set DOSSIER_DATA_DIR to another disk",
};

/** Runs `step`; what the file system refuses becomes a refusal that names the folder. */
export function refuseUnwritable<T>(folder: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    const reason = code === undefined ? undefined : reasons[code];
    if (reason === undefined) throw error;
    const where = path === undefined || path === folder ? "" : ` (at ${path})`;
    throw new EmbeddedRefusal(`The data folder ${folder} cannot be used: ${reason}${where}.`, {
      cause: error,
    });
  }
}

/** "" or a sentence about a nearly full disk, to be added to another message. */
export function describeFullDisk(folder: string): string {
  const free = freeMegabytes(folder);
  return free < 64 ? ` Only ${free} MB are free on the disk of ${folder}.` : "";
}

export function freeMegabytes(folder: string): number {
  const { bavail, blocks, bsize } = statfsSync(folder);
  return blocks === 0 ? Infinity : Math.floor((bavail * bsize) / 2 ** 20); // some file systems do not tell
}
