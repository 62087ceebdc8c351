/**
 * The closed set of error codes, the status each answers with, and the one class that carries them.
 * The server throws it, the client throws it again on the other side: what a caller catches is what the domain said.
 */
import * as z from "zod";

/** Every error code Dossier answers, with its HTTP status. */
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
  idempotency_conflict: 409,
  brand_in_use: 409,
  stale_version: 412,
  too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
} as const satisfies Record<string, number>;

/** One of the closed set of error codes. */
export type Code = keyof typeof codes;

/** One thing wrong with one field, in the spelling the caller used. */
export interface Fault {
  field: string;
  message: string;
}

interface Details {
  errors?: Fault[];
  conflict?: { customer_id?: number; count?: number };
  allow?: string[];
  retryAfter?: number;
  requestId?: string;
  cause?: unknown;
}

/**
 * What every failing call throws, in the server and in the client.
 *
 * `code` is one of {@link codes}; `errors` lists every fault of an invalid request in the caller's own spelling;
 * `conflict.customer_id` names the owner in a 409; `retryAfter` is in seconds.
 *
 * @example
 * try { await dossier.customer.create({ brandId: 1, primaryId: "K-17" }) }
 * catch (error) { if (error instanceof DossierError && error.code === "primary_id_taken") … }
 */
export class DossierError extends Error {
  override readonly name = "DossierError";
  readonly code: Code;
  readonly status: number;
  readonly errors: Fault[];
  readonly conflict: Details["conflict"];
  readonly allow: string[] | undefined;
  readonly retryAfter: number | undefined;
  readonly requestId: string | undefined;

  constructor(code: Code, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = codes[code];
    this.errors = details.errors ?? [];
    this.conflict = details.conflict;
    this.allow = details.allow;
    this.retryAfter = details.retryAfter;
    this.requestId = details.requestId;
  }
}

/** A thing that is not there, or that the caller may not know of: the two are answered alike. */
export function notFound(kind: string): DossierError {
  return new DossierError("not_found", `There is no such ${kind}.`);
}

/** An invalid request that has at least one fault; the first fault is also the message. */
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

/** The error envelope on the wire. */
export const errorShape = z.object({
  type: z.literal("error"),
  status: z.literal("error"),
  code: z.enum(Object.keys(codes) as [Code, ...Code[]]),
  message: z.string().describe("What is wrong, with what, and what to do about it"),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  conflict: z.object({ customer_id: z.number().optional(), count: z.number().optional() }).optional(),
  request_id: z.string(),
});
