/**
 * How sending outward fails. What callers may tell is one of five kinds, with one text each; why it was so is for the
 * operator's log alone, because it would draw a map of the network for whoever typed the address.
 */

/** What a caller may know of a failure; `unreachable` is whatever kept an answer from coming, also that we forbid it. */
export type OutsideKind = "unreachable" | "timeout" | "too_large" | "busy" | "left_alone";

const words: Record<OutsideKind, string> = {
  unreachable: "The address could not be reached.",
  timeout: "The answer took too long.",
  too_large: "The answer was too large.",
  busy: "Too many requests to the outside are under way.",
  left_alone: "The address has failed several times in a row and is left alone for a while.",
};

/** No answer came from outside. */
export class OutsideError extends Error {
  override readonly name = "OutsideError";
  readonly kind: OutsideKind;
  /** in whole seconds, where it is known when trying again makes sense */
  readonly retryAfter?: number;

  constructor(kind: OutsideKind, retryAfter?: number) {
    super(words[kind]);
    this.kind = kind;
    if (retryAfter !== undefined) this.retryAfter = retryAfter;
  }
}

/** Why a step failed, in words for the operator; never holds a path or a query. */
export class Reason extends Error {
  readonly kind: OutsideKind;

  constructor(reason: string, kind: OutsideKind = "unreachable") {
    super(reason);
    this.kind = kind;
  }
}

/** Whatever went wrong, as a reason: of foreign errors only their code, since their texts quote what was sent. */
export function reasonOf(error: unknown): Reason {
  if (error instanceof Reason) return error;
  if (error instanceof OutsideError) return new Reason(error.message, error.kind);
  const { code, name } = error as { code?: unknown; name?: unknown };
  const kind = code === "UND_ERR_HEADERS_OVERFLOW" ? "too_large" : "unreachable";
  return new Reason(String(code ?? name), kind);
}
