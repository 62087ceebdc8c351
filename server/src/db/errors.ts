/**
 * Errors of the database: a violated constraint that the domain translates, an outage that becomes a 503, or a mistake
 * of ours. The database's own text never leaves the log.
 */
import { DossierError } from "@dossier/api";
import { exponentialBackoff, fullJitter } from "../backoff.ts";

const connectionErrorCodes = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "28000", // the role may not log in, or no longer
  "28P01",
  "3D000", // the database does not exist
  "55000", // the database accepts no connections
  "25P03", // idle in a transaction for too long
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

/** TLS cannot be established, or the certificate is not the required one. */
const tlsErrorCodes =
  /^(CERT_|ERR_TLS_|ERR_SSL_|EPROTO$|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE))/;
const tlsUnsupportedMessage = "The server does not support SSL connections";

/** Why a connection is not encrypted, if the error says that. */
export function tlsFault(error: unknown): "refused" | "unverified" | undefined {
  const { code = "", message } = error as { code?: string; message?: string };
  if (message === tlsUnsupportedMessage) return "refused";
  return tlsErrorCodes.test(code) ? "unverified" : undefined;
}

const connectionErrorMessages =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|not queryable|Cannot use a pool after calling end/;

/** A reachable database that accepts no writes: the reason, by PostgreSQL's code. */
const unwritableReasons: Readonly<Record<string, string>> = {
  "25006": "The database takes no writes: it is a standby, or set to read only",
  "53100": "The database's disk is full",
};

/** Why the database accepts no writes, if the error says that. */
export function unwritableReason(error: unknown): string | undefined {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  return unwritableReasons[cause?.code ?? code ?? ""];
}

export function isDiskFull(error: unknown): boolean {
  return (error as { code?: string }).code === "53100";
}

/** The name of the constraint that a statement violated. */
export function violatedConstraint(error: unknown): string | undefined {
  const { code, constraint } = error as { code?: string; constraint?: string };
  return code === "23505" || code === "23503" ? constraint : undefined;
}

/** Constraints that hold whatever was read before: a violation says that another transaction came between. */
const raceConstraints = new Set([
  "customer_primary_id_unique", // another customer has the primary id by now
  "customer_brand_id_fkey", // the brand is deleted by now
  "ticket_brand_id_fkey",
  "ticket_customer", // the customer of a new ticket is deleted by now
]);

/** Whether a statement failed because another transaction committed after the reads that it depends on. */
export function isRaceViolation(error: unknown): boolean {
  return raceConstraints.has(violatedConstraint(error) ?? "");
}

/** Whether a statement failed only because an earlier one in its transaction had failed. */
export function isAbortedTransaction(error: unknown): boolean {
  return (error as { code?: string }).code === "25P02";
}

/** Why a retry of the same transaction may succeed. */
export type RetryReason = "deadlock" | "serialization" | "lock";

/** Why a retry of the same transaction may succeed; undefined if it would not. */
export function retryReason(error: unknown): RetryReason | undefined {
  const { code: own, cause } = error as { code?: string; cause?: { code?: string } };
  const code = cause?.code ?? own;
  if (code === "40P01") return "deadlock";
  if (code === "40001") return "serialization";
  return code === "55P03" ? "lock" : undefined;
}

/** Milliseconds that a transaction that met a lock waits, without a connection, before it is retried. */
export function lockRetryDelay(attempts: number): number {
  return fullJitter(exponentialBackoff(attempts, { min: 20, max: 160 }));
}

/** The timeouts of a statement: the server's two, and the one on this side. */
export type TimeoutKind = "statement" | "lock" | "client";

/** The timeout that ended a statement, if one did. */
export function timeoutKind(error: unknown): TimeoutKind | undefined {
  const { code, message } = error as { code?: string; message?: string };
  if (code === "57014") return "statement";
  if (code === "55P03") return "lock";
  return message === "Query read timeout" ? "client" : undefined;
}

/** Whether the database could not be reached, as opposed to an error that it returned. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: string };
  const { routine } = error as { routine?: string };
  if (routine === "RevalidateCachedQuery") return true; // a migration changed what this connection has prepared
  if (tlsFault(error)) return true;
  return (
    (code !== undefined && (connectionErrorCodes.has(code) || code.startsWith("08"))) ||
    connectionErrorMessages.test(error.message)
  );
}

const busyCodes = new Set(["55P03", "57014", "25P03"]);

/** Whether the database is unreachable, as opposed to busy. */
export function isUnreachable(error: unknown): boolean {
  const { cause = error } = error as { cause?: unknown };
  const { code, routine } = cause as { code?: string; routine?: string };
  return (
    isConnectionError(cause) &&
    routine !== "RevalidateCachedQuery" &&
    !(code !== undefined && busyCodes.has(code))
  );
}

/** Converts an error of the database into the caller's error. */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof DossierError) return error; // of a statement in a transaction
  const reason = unwritableReason(error);
  if (reason) return unavailableError(`${reason}. Nothing was changed; reads still work.`, error);
  if (retryReason(error)) return contentionError(error);
  if (!isConnectionError(error)) return error;
  const { code } = error as { code?: string };
  if (code === "57014") return statementTimeoutError(error);
  return unavailableError("The database cannot be reached. Nothing was changed; please retry.", error);
}

/** The error for a transaction that conflicted with others in every retry. */
export function contentionError(cause: unknown): DossierError {
  return unavailableError(
    "Too many concurrent changes to the same records. Nothing was changed; please retry.",
    cause,
  );
}

/** The error for a statement, read or write, that exceeded its timeout. */
function statementTimeoutError(cause: unknown): DossierError {
  return unavailableError("The database timed out. Nothing was changed; please retry.", cause);
}

/** The error for a call that waited too long for a connection. */
export function acquireTimeoutError(cause: unknown): DossierError {
  return unavailableError("The database is busy. Nothing was changed; please retry.", cause);
}

/** The error, at once or after a timeout, when more calls wait than can be answered in time. */
export function overloadError(cause?: unknown): DossierError {
  return unavailableError("The server is overloaded. Nothing was changed; please retry.", cause);
}

/** Ends a call whose connection was closed before its turn came: nothing reads the response. */
export function abandonedError(): DossierError {
  return unavailableError("The connection was closed before the call ran. Nothing was changed.", undefined);
}

/** The error for a connection that was lost during COMMIT. */
export function unknownOutcomeError(cause: unknown): DossierError {
  return unavailableError(
    "The connection to the database was lost during the commit, so the outcome is unknown. Read the current state, or repeat the call with its Idempotency-Key.",
    cause,
  );
}

function unavailableError(message: string, cause: unknown): DossierError {
  return new DossierError("unavailable", message, { retryAfter: 1, cause });
}
