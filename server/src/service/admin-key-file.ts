/**
 * Bootstrap credential: the first administrator key, in the file `admin-key` of the data folder, so that it need not
 * be copied from a screen. Invariants: only its owner can read the file, and a file that others could have read or
 * written is not used; it is complete on disk before the key is valid; the first session that the key opens deletes it.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  unwatchFile,
  watchFile,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { hashToken, isWellFormed } from "../domain/key/token.ts";
import type { Log } from "../log.ts";

/** A file that must not be used: why, and what to do. */
export class AdminKeyFileError extends Error {
  readonly fault: string;
  readonly advice: string;
  constructor(fault: string, advice: string) {
    super(`${fault} ${advice}`);
    this.fault = fault;
    this.advice = advice;
  }
}

export const adminKeyPath = (dataDir: string) => join(dataDir, "admin-key");

/** The key in the file; undefined if there is no file. @throws AdminKeyFileError if the file must not be used */
export function readAdminKey(dataDir: string): string | undefined {
  const path = adminKeyPath(dataDir);
  const file = open(path);
  if (file === undefined) return undefined;
  try {
    const stats = fstatSync(file);
    const { uid, mode } = stats;
    if (!stats.isFile())
      throw new AdminKeyFileError(`${path} is no file, so it is not used.`, "Move it away.");
    if (uid !== process.geteuid?.())
      throw new AdminKeyFileError(
        `${path} belongs to another account, so it is not used.`,
        "Run this as that account; or delete the file, if no server of yours wrote it.",
      );
    if ((mode & 0o077) !== 0)
      throw new AdminKeyFileError(
        `${path} has mode ${(mode & 0o777).toString(8)}: other accounts can read the administrator's key, so it is not used.`,
        `Run \`chmod 600 ${path}\`, and replace the key if another account may have read it.`,
      );
    const key = readFileSync(file, "latin1").trim();
    if (isWellFormed(key)) return key;
    throw new AdminKeyFileError(`${path} does not hold an API key.`, "`dossier key forget` deletes it.");
  } finally {
    closeSync(file);
  }
}

/** Opens the file itself: a link in its place is refused. */
function open(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    const why = code === "ELOOP" ? "is a link" : `cannot be read (${code})`;
    throw new AdminKeyFileError(`${path} ${why}, so it is not used.`, "`dossier key forget` deletes it.");
  }
}

/** Deletes the file; returns whether there was one. */
export function deleteAdminKey(dataDir: string): boolean {
  const path = adminKeyPath(dataDir);
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
  syncFolder(dirname(path));
  return true;
}

function syncFolder(folder: string): void {
  const file = openSync(folder, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** How often the file is looked for while it exists, in milliseconds. */
const watchIntervalMs = 1000;

/** The file, as a server keeps it. No failure with it keeps the server from running: the log tells it. */
export class AdminKeyFile {
  readonly #dataDir: string;
  readonly #log: Log;
  readonly #onChange = ({ nlink }: { nlink: number }) => {
    if (nlink > 0) return;
    this.close();
    this.#log.info({ file: this.#path }, "the administrator's key file was deleted");
  };

  constructor(dataDir: string, log: Log) {
    this.#dataDir = dataDir;
    this.#log = log;
  }

  get #path(): string {
    return adminKeyPath(this.#dataDir);
  }

  /** Writes the key, complete or not at all. */
  write(key: string): void {
    const path = this.#path;
    try {
      rmSync(`${path}.new`, { force: true });
      const file = openSync(`${path}.new`, "wx", 0o600);
      try {
        writeSync(file, `${key}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(`${path}.new`, path);
      syncFolder(this.#dataDir);
    } catch (err) {
      this.#log.warn({ err, file: path }, "the administrator's key could not be written to its file");
    }
  }

  /** Warns of a file that others can read, and logs when another process deletes it. */
  watch(): void {
    if (!existsSync(this.#path)) return;
    try {
      readAdminKey(this.#dataDir);
    } catch (error) {
      this.#log.warn((error as Error).message);
    }
    watchFile(this.#path, { interval: watchIntervalMs, persistent: false }, this.#onChange);
  }

  close(): void {
    unwatchFile(this.#path, this.#onChange);
  }

  /** Deletes the file if it holds the key that opened a session: its owner has the key, and a browser in its place. */
  sessionOpened(keyHash: Buffer): void {
    if (!existsSync(this.#path) || !this.#holds(keyHash)) return;
    try {
      this.close();
      deleteAdminKey(this.#dataDir);
      this.#log.info(
        { file: this.#path },
        "a session was opened with the administrator's key: its file is deleted",
      );
    } catch (err) {
      this.#log.warn({ err, file: this.#path }, "the administrator's key file could not be deleted");
    }
  }

  #holds(keyHash: Buffer): boolean {
    try {
      return hashToken(readFileSync(this.#path, "latin1").trim()).equals(keyHash);
    } catch {
      return false;
    }
  }
}
