/**
 * What an error of the database means to a caller: a broken promise that the domain translates, an outage that is
 * answered 503, or a mistake of ours. Nothing of the database's own text goes further than the log.
 */
import { DossierError } from "@dossier/api";

const outages = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "28000", // the role may not log in, or not any more
  "28P01",
  "3D000", // the database is not there
  "55000", // the database takes no connections
  "25P03", // idle in a transaction for too long
  "25006", // read-only: a standby or a full disk's guard
  "53100", // disk full
  "53200",
  "53300", // too many connections
  "55P03", // lock not available within lock_timeout
  "57014", // statement_timeout
  "57P01",
  "57P02",
  "57P03",
  "57P05", // idle for too long
  "58030", // input/output error
]);

const phrases =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|not queryable|Cannot use a pool after calling end/;

/** A constraint that a statement ran against, by name. */
export function violated(error: unknown): string | undefined {
  const { code, constraint } = error as { code?: string; constraint?: string };
  return code === "23505" || code === "23503" ? constraint : undefined;
}

/** Whether a statement was refused only because one before it in its transaction had failed. */
export function isRefusedAfterFailure(error: unknown): boolean {
  return (error as { code?: string }).code === "25P02";
}

/** Why the same transaction may succeed when it is run again. */
export type RetryReason = "deadlock" | "serialization" | "lock";

/** Why the same transaction may succeed when it is run again; nothing if it would not. */
export function retryReason(error: unknown): RetryReason | undefined {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  if (code === "40P01") return "deadlock";
  if (code === "40001") return "serialization";
  return (cause?.code ?? code) === "55P03" ? "lock" : undefined;
}

/** The limits of time that a statement can run into: the server's two, and the one on this side. */
export type Limit = "statement" | "lock" | "answer";

/** The limit of time that ended a statement, if one did. */
export function limitReached(error: unknown): Limit | undefined {
  const { code, message } = error as { code?: string; message?: string };
  if (code === "57014") return "statement";
  if (code === "55P03") return "lock";
  return message === "Query read timeout" ? "answer" : undefined;
}

/** Whether the database could not be asked, as against: said no. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: string };
  const { routine } = error as { routine?: string };
  if (routine === "RevalidateCachedQuery") return true; // a migration changed what this session has prepared
  return (code !== undefined && (outages.has(code) || code.startsWith("08"))) || phrases.test(error.message);
}

const busy = new Set(["55P03", "57014", "25P03"]);

/** Whether the database is away, as against: busy with what others do. */
export function isAway(error: unknown): boolean {
  const { cause = error } = error as { cause?: unknown };
  const { code, routine } = cause as { code?: string; routine?: string };
  return isOutage(cause) && routine !== "RevalidateCachedQuery" && !(code !== undefined && busy.has(code));
}

/** The error a caller gets for one of the database's. */
export function translate(error: unknown): unknown {
  if (!isOutage(error)) return error;
  const { code } = error as { code?: string };
  if (code === "55P03" || code === "57014") return tooBusy(error);
  return unavailable("The database cannot be reached just now. Nothing was changed; try again.", error);
}

/** The error a caller gets for a transaction that was in the way of others however often it was run. */
export function tooBusy(cause: unknown): DossierError {
  return unavailable(
    "Too many calls change the same things just now. Nothing was changed; try again.",
    cause,
  );
}

/** The error a caller gets when the database went away while it was asked to commit. */
export function unknownOutcome(cause: unknown): DossierError {
  return unavailable(
    "The database went away before it said whether the change was made. Read what it is now, or repeat the call with its Idempotency-Key.",
    cause,
  );
}

function unavailable(message: string, cause: unknown): DossierError {
  return new DossierError("unavailable", message, { retryAfter: 1, cause });
}
