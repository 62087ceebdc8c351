/**
 * Command failures: a message that says what is wrong and what to do, and an exit code for scripts. Every error that
 * reaches the command line is converted here.
 */
import { ConfigError } from "../config.ts";
import { BackupError } from "../db/backup/format.ts";
import { EmbeddedPostgresError } from "../db/embedded/embedded.ts";
import { tlsFault } from "../db/errors.ts";
import { UnsupportedDatabaseError } from "../db/migrate.ts";
import { AdminKeyFileError } from "../service/admin-key-file.ts";

/** The exit codes. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, unreachable: 3 } as const;

/** A command that cannot be completed; the lines of the message say why, and what to do. */
export class CommandFailure extends Error {
  readonly exitCode: number;
  /** the message is for programs: it gets no prefix */
  isRaw = false;
  constructor(exitCode: keyof typeof exitCodes, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.exitCode = exitCodes[exitCode];
  }
}

/** Messages for an unusable database, by the code of Node or PostgreSQL. */
const databaseErrorTexts: Record<string, string> = {
  ECONNREFUSED: "does not answer: is it running, and are host and port right?",
  ENOTFOUND: "cannot be found: its host has no address",
  ENOENT: "cannot be found: there is no socket in that folder",
  ETIMEDOUT: "does not answer in time",
  "28P01": "rejects the password",
  "28000": "rejects this user, or connections without TLS",
  "25006": "takes no writes: it is a standby, or set to read only. Name the primary",
  "53100": "has no disk space left",
  "3D000": "has no database of that name: create it with ENCODING 'UTF8' TEMPLATE template0",
  "42501":
    "gives this user too few rights: it must own the database, or may create tables and the extension pg_trgm",
  "0A000": "lacks the extension pg_trgm: install its contrib package",
  "58P01": "lacks the extension pg_trgm: install its contrib package",
};

const tlsErrorTexts = {
  refused: () =>
    "The PostgreSQL of DATABASE_URL offers no TLS, which is demanded of another machine (sslmode=verify-full). Switch `ssl` on there, or add sslmode=disable to the URL if everything may be read on the way.",
  unverified: (code = "") =>
    `The PostgreSQL of DATABASE_URL has no certificate that can be verified (${code}). Name the certificate of its authority with sslrootcert=/path in the URL, and the host as the certificate has it. sslmode=no-verify encrypts without knowing for whom; sslmode=disable not at all.`,
};

/** The message for an unusable database; undefined for other errors. */
export function describeDatabaseError(error: unknown): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  const fault = tlsFault(error);
  if (fault) return tlsErrorTexts[fault](code);
  return code !== undefined && code in databaseErrorTexts
    ? `The PostgreSQL of DATABASE_URL ${databaseErrorTexts[code]} (${code}).`
    : undefined;
}

/** The message of any error. */
export function describeError(error: unknown): string {
  if (error instanceof CommandFailure || error instanceof ConfigError) return error.message;
  if (
    error instanceof EmbeddedPostgresError ||
    error instanceof UnsupportedDatabaseError ||
    error instanceof BackupError ||
    error instanceof AdminKeyFileError
  )
    return error.message;
  const trouble = describeDatabaseError(error);
  if (trouble) return trouble;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE")
    return "The port is in use already. Choose another with PORT, or 0 for any free one.";
  if (code === "EACCES") return "This port may not be opened by this user. Choose one above 1023 with PORT.";
  return stack ?? message;
}

/** The exit code of any error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommandFailure) return error.exitCode;
  return describeDatabaseError(error) ? exitCodes.unreachable : exitCodes.failed;
}
