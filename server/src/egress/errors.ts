/**
 * Errors of outgoing requests. A caller sees one of five kinds, with one text each; the cause goes to the operator's
 * log only, because it would reveal the network to the user who entered the address.
 */

/**
 * What a caller may know of a failure; `unreachable` is any reason without a response, including a forbidden target.
 */
export type EgressErrorKind = "unreachable" | "timeout" | "too_large" | "busy" | "circuit_open";

const messages: Record<EgressErrorKind, string> = {
  unreachable: "The address could not be reached.",
  timeout: "The response timed out.",
  too_large: "The response was too large.",
  busy: "Too many outgoing requests are in flight.",
  circuit_open: "The address failed repeatedly and is blocked for 30 s.",
};

/** An outgoing request without a response. */
export class EgressError extends Error {
  override readonly name = "EgressError";
  readonly kind: EgressErrorKind;
  /** in whole seconds, if a sensible time for a retry is known */
  readonly retryAfter?: number;

  constructor(kind: EgressErrorKind, retryAfter?: number) {
    super(messages[kind]);
    this.kind = kind;
    if (retryAfter !== undefined) this.retryAfter = retryAfter;
  }
}

/** The cause of a failure, in words for the operator; never contains a path or a query. */
export class EgressFailure extends Error {
  readonly kind: EgressErrorKind;

  constructor(reason: string, kind: EgressErrorKind = "unreachable") {
    super(reason);
    this.kind = kind;
  }
}

/** Converts any error into a cause: of errors by others only the code, because their texts quote what was sent. */
export function toEgressFailure(error: unknown): EgressFailure {
  if (error instanceof EgressFailure) return error;
  if (error instanceof EgressError) return new EgressFailure(error.message, error.kind);
  const { code, name } = error as { code?: unknown; name?: unknown };
  const kind = code === "UND_ERR_HEADERS_OVERFLOW" ? "too_large" : "unreachable";
  return new EgressFailure(String(code ?? name), kind);
}
