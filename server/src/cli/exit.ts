/**
 * How a command fails: what, which, what to do, and an exit code that a script can tell apart. Everything that is
 * thrown at the command line becomes one of these words here, whatever it was.
 */
import { ConfigRefusal } from "../config.ts";
import { EmbeddedRefusal } from "../db/embedded/embedded.ts";
import { DatabaseRefusal } from "../db/migrate.ts";

/** What a command ends with. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, unreachable: 3 } as const;

/** A command that cannot do what it was asked; the lines of the message say why, and what to do. */
export class CommandFailure extends Error {
  readonly exitCode: number;
  /** the message is for a program: nothing is put before it */
  isRaw = false;
  constructor(exitCode: keyof typeof exitCodes, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.exitCode = exitCodes[exitCode];
  }
}

/** What keeps a database from being used at all, by Node's or PostgreSQL's code. */
const databaseTroubles: Record<string, string> = {
  ECONNREFUSED: "does not answer: is it running, and are host and port right?",
  ENOTFOUND: "cannot be found: its host has no address",
  ENOENT: "cannot be found: there is no socket in that folder",
  ETIMEDOUT: "does not answer in time",
  "28P01": "refuses the password",
  "28000": "refuses this user",
  "3D000": "has no database of that name: create it with ENCODING 'UTF8' TEMPLATE template0",
  "42501":
    "gives this user too few rights: it must own the database, or may create tables and the extension pg_trgm",
  "0A000": "lacks the extension pg_trgm: install its contrib package",
  "58P01": "lacks the extension pg_trgm: install its contrib package",
};

/** What a database says of itself when it cannot be used, or nothing. */
export function explainDatabase(error: unknown): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  return code !== undefined && code in databaseTroubles
    ? `The PostgreSQL of DATABASE_URL ${databaseTroubles[code]} (${code}).`
    : undefined;
}

/** Any failure in words. */
export function explain(error: unknown): string {
  if (error instanceof CommandFailure || error instanceof ConfigRefusal) return error.message;
  if (error instanceof EmbeddedRefusal || error instanceof DatabaseRefusal) return error.message;
  const trouble = explainDatabase(error);
  if (trouble) return trouble;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE")
    return "The port is in use already. Choose another with PORT, or 0 for any free one.";
  if (code === "EACCES") return "This port may not be opened by this user. Choose one above 1023 with PORT.";
  return stack ?? message;
}

/** The exit code of any failure. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommandFailure) return error.exitCode;
  return explainDatabase(error) ? exitCodes.unreachable : exitCodes.failed;
}
