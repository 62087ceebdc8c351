/**
 * The closed set of error codes, the status each answers with, and the one class that carries them.
 * The server throws it, the client throws it again on the other side: what a caller catches is what the domain said.
 * The client has two codes of its own for when nothing was said.
 */

/**
 * Every error code Dossier answers, with its HTTP status.
 *
 * @example
 * codes.channel_taken; // 409
 */
export const codes = {
  invalid_request: 400,
  invalid_field: 400,
  identifiers_disagree: 400,
  search_by_channel_disabled: 400,
  unknown_custom_field: 400,
  missing_key: 401,
  invalid_key: 401,
  permission_missing: 403,
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
  stale_version: 412,
  too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  internal: 500,
  crm_failed: 502,
  unavailable: 503,
  crm_timeout: 504,
} as const satisfies Record<string, number>;

/**
 * One of the closed set of error codes that Dossier answers.
 *
 * @example
 * const mine: Code[] = ["channel_taken", "primary_id_taken"];
 */
export type Code = keyof typeof codes;

/**
 * What the client says when no answer came: `network_failed`, the connection could not be made or broke (`cause` is
 * what `fetch` threw); `timed_out`, the answer took longer than the call's time. Either way it is not known whether the
 * call was carried out, unless it only reads.
 *
 * @example
 * const silent: ClientCode[] = ["network_failed", "timed_out"];
 */
export type ClientCode = "network_failed" | "timed_out";

/**
 * One thing wrong with one field, named as it was sent.
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
  conflict?: { customer_id?: number; count?: number };
  allow?: string[];
  retryAfter?: number;
  requestId?: string;
  cause?: unknown;
}

/**
 * What every failing call throws, in the server and in the client. (A call that was aborted throws its signal's reason.)
 * {@link isDossierError} tells its codes apart.
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
  /** what went wrong, one of a closed set */
  readonly code: Code | ClientCode;
  /** the HTTP status that goes with the code; 0 when no answer came */
  readonly status: number;
  /** every fault of an invalid request, in the names that were sent */
  readonly errors: Fault[];
  /** of the client: the same faults by the fields of its input, such as `primaryId`, `channels.0.address`, `custom.tier` */
  readonly fields: Readonly<Record<string, string>>;
  /** whose a 409 says the primary id or address is, or how many things are in the way */
  readonly conflict: Details["conflict"];
  readonly allow: string[] | undefined;
  /** seconds until it is worth trying again */
  readonly retryAfter: number | undefined;
  /** what the server's log has this call under */
  readonly requestId: string | undefined;
  /**
   * of the client: how often the call was sent. After more than one, a `not_found` of a deletion can mean that an
   * earlier try, whose answer was lost, has done it.
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
  }
}

/** What an error with this code always carries. */
interface Carried {
  channel_taken: { readonly conflict: { customer_id: number } };
  primary_id_taken: { readonly conflict: { customer_id: number } };
}

type Coded<C extends Code | ClientCode> = DossierError & { readonly code: C } & (C extends keyof Carried
    ? Carried[C]
    : unknown);

/**
 * Whether something that was caught is a {@link DossierError}, with one of these codes if any are named. The type then
 * knows the code, and for `channel_taken` and `primary_id_taken` that the owner is named.
 *
 * @example
 * try {
 *   await dossier.customer.addChannels({ customerId: 7, channels: [{ type: "email", address: "ada@example.org" }] });
 * } catch (error) {
 *   if (isDossierError(error, "channel_taken")) console.log(`belongs to ${error.conflict.customer_id}`);
 *   else if (isDossierError(error, "network_failed", "timed_out")) console.log("no answer; try later");
 *   else throw error;
 * }
 */
export function isDossierError<C extends Code | ClientCode = Code | ClientCode>(
  error: unknown,
  ...some: C[]
): error is Coded<C> {
  return error instanceof DossierError && (some.length === 0 || some.some((code) => code === error.code));
}

/**
 * A thing that is not there, or that the caller may not know of: the two are answered alike.
 *
 * @example
 * notFound("customer").message; // "There is no such customer."
 */
export function notFound(kind: string): DossierError {
  return new DossierError("not_found", `There is no such ${kind}.`);
}

/**
 * An invalid request that has at least one fault; the first fault is also the message.
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
