/**
 * Error codes: the closed set of codes, the status of each, and the one class that carries them. The server throws it
 * and the client throws it again, so a caller catches what the domain threw. The client has two codes of its own for
 * calls without a response.
 */
import type { ErrorCodes } from "./client/generated/error-codes.ts";

/**
 * Every error code of Dossier, with its HTTP status.
 *
 * @example
 * codes.channel_taken; // 409
 */
export const codes: ErrorCodes = {
  invalid_request: 400,
  invalid_field: 400,
  unknown_field: 400,
  identifiers_disagree: 400,
  search_by_channel_disabled: 400,
  unknown_custom_field: 400,
  missing_key: 401,
  invalid_key: 401,
  permission_missing: 403,
  session_required: 403,
  not_found: 404,
  unknown_endpoint: 404,
  method_not_allowed: 405,
  channel_taken: 409,
  primary_id_taken: 409,
  ambiguous_customer: 409,
  crm_not_configured: 409,
  crm_several_results: 409,
  idempotency_conflict: 409,
  brand_in_use: 409,
  start_link_over: 410,
  stale_version: 412,
  too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  internal: 500,
  crm_failed: 502,
  unavailable: 503,
  crm_timeout: 504,
};

/**
 * One error code of the closed set.
 *
 * @example
 * const taken: Code[] = ["channel_taken", "primary_id_taken"];
 */
export type Code = keyof ErrorCodes;

/**
 * The client's codes for a call without a response: `network_failed`, the connection could not be made or broke
 * (`cause` is what `fetch` threw); `timed_out`, the call exceeded its timeout. In both cases it is unknown whether the
 * call took effect, unless it only reads.
 *
 * @example
 * const noResponse: ClientCode[] = ["network_failed", "timed_out"];
 */
export type ClientCode = "network_failed" | "timed_out";

/**
 * One fault of one field, under the name that was sent.
 *
 * @example
 * const fault: Fault = { field: "extra_email", message: "already in use by customer 7" };
 */
export interface Fault {
  field: string;
  message: string;
}

interface Details {
  errors?: Fault[];
  fields?: Record<string, string>;
  conflict?: { customerId?: number; count?: number };
  allow?: string[];
  retryAfter?: number;
  requestId?: string;
  foreignStatus?: number;
  cause?: unknown;
}

/**
 * The error of every failed call, in the server and in the client. (An aborted call throws its signal's reason.) {@link
 * isDossierError} distinguishes the codes.
 *
 * @example
 * try {
 *   await dossier.customer.create({ brandId: 1, primaryId: "K-17", firstname: "4da" });
 * } catch (error) {
 *   if (!(error instanceof DossierError)) throw error;
 *   console.error(error.code, error.message, error.fields, error.requestId);
 * }
 */
export class DossierError extends Error {
  override readonly name = "DossierError";
  /** the kind of failure, one of a closed set */
  readonly code: Code | ClientCode;
  /** the HTTP status of the code; 0 without a response */
  readonly status: number;
  /** every fault of an invalid request, under the names that were sent */
  readonly errors: Fault[];
  /**
   * in the client: the same faults by the fields of its input, such as `primaryId`, `channels.0.address`, `custom.tier`
   */
  readonly fields: Readonly<Record<string, string>>;
  /** of a 409: the owner of the primary id or address, or the number of records that block the call */
  readonly conflict: Details["conflict"];
  readonly allow: string[] | undefined;
  /** seconds until a retry can succeed */
  readonly retryAfter: number | undefined;
  /** the id of this call in the server's log */
  readonly requestId: string | undefined;
  /** in the client: the HTTP status of a response that is not Dossier's but that of a proxy or another program */
  readonly foreignStatus: number | undefined;
  /**
   * in the client: the number of attempts. After more than one, a `not_found` of a deletion can mean that an earlier
   * attempt, whose response was lost, succeeded.
   */
  attempts = 1;

  constructor(code: Code | ClientCode, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = Object.hasOwn(codes, code) ? codes[code as Code] : 0;
    this.errors = details.errors ?? [];
    this.fields = details.fields ?? {};
    this.conflict = details.conflict;
    this.allow = details.allow;
    this.retryAfter = details.retryAfter;
    this.requestId = details.requestId;
    this.foreignStatus = details.foreignStatus;
  }
}

/** What an error with this code always carries. */
interface DetailsByCode {
  channel_taken: { readonly conflict: { customerId: number } };
  primary_id_taken: { readonly conflict: { customerId: number } };
}

type ErrorWithCode<C extends Code | ClientCode> = DossierError & {
  readonly code: C;
} & (C extends keyof DetailsByCode ? DetailsByCode[C] : unknown);

/**
 * Whether a caught value is a {@link DossierError}, with one of these codes if any are given. It narrows the type to
 * the code; for `channel_taken` and `primary_id_taken` the type includes the owner.
 *
 * @example
 * try {
 *   await dossier.customer.addChannels({ customerId: 7, channels: [{ type: "email", address: "ada@example.org" }] });
 * } catch (error) {
 *   if (isDossierError(error, "channel_taken")) console.log(`belongs to ${error.conflict.customerId}`);
 *   else if (isDossierError(error, "network_failed", "timed_out")) console.log("no response; retry later");
 *   else throw error;
 * }
 */
export function isDossierError<C extends Code | ClientCode = Code | ClientCode>(
  error: unknown,
  ...some: C[]
): error is ErrorWithCode<C> {
  return error instanceof DossierError && (some.length === 0 || some.some((code) => code === error.code));
}

/**
 * The error for a record that is missing, or that the caller may not see: the two are indistinguishable.
 *
 * @example
 * notFound("customer").message; // "There is no such customer."
 */
export function notFound(entity: string): DossierError {
  return new DossierError("not_found", `There is no such ${entity}.`);
}

/**
 * The error of an invalid request with at least one fault; the first fault is also the message.
 *
 * @example
 * invalid([{ field: "brand_id", message: "is required" }]).message; // "brand_id: is required"
 */
export function invalid(errors: Fault[], code: Code = "invalid_field"): DossierError {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more, see errors)` : "";
  return new DossierError(
    code,
    first ? `${first.field}: ${first.message}${more}` : "The request is not valid.",
    {
      errors,
    },
  );
}
