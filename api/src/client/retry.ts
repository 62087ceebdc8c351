/**
 * When the client sends a call again, and when. Invariant: nothing is done twice: a call is repeated only if it was
 * refused before it began, or if the repetition is told apart from a second call or does no more than the first.
 */
import type { DossierError } from "../error.ts";
import type { Repetition } from "./route.ts";

/**
 * How a call is tried again that was refused for the moment (`rate_limited`, `unavailable`) or got no answer
 * (`network_failed`, `timed_out`).
 *
 * @example
 * const patient: RetryOptions = { attempts: 8, longestDelay: 30_000 };
 */
export interface RetryOptions {
  /** how often a call is sent at most, the first time counted; default 4 */
  attempts?: number;
  /** milliseconds: the wait before the second try is drawn from 0 to this, then from 0 to twice as much; default 250 */
  delay?: number;
  /** milliseconds: no wait is drawn from more than this; default 8,000. A `Retry-After` counts in full all the same */
  longestDelay?: number;
}

/** A call, as far as repeating it goes. */
export interface Repeatable {
  repetition: Repetition;
  /** it carries an If-Match, which the first try's success would fail */
  conditional: boolean;
  /** its Idempotency-Key was made for it alone */
  ownKey: boolean;
}

/** Whether a call that failed so may be sent again. */
export function mayRepeat({ repetition, conditional, ownKey }: Repeatable, error: DossierError): boolean {
  switch (error.code) {
    case "rate_limited": // refused before anything was done
      return true;
    case "idempotency_conflict": // the key is nobody else's, so an earlier try is still running
      return ownKey;
    case "unavailable":
    case "network_failed":
    case "timed_out":
      if (repetition === "acts") return false;
      return repetition !== "sets" || !conditional || (error.code === "unavailable" && fromDossier(error));
    default:
      return false;
  }
}

/** Dossier itself says `unavailable` of what it has not done; what stands between may not know. */
function fromDossier(error: DossierError): boolean {
  return error.requestId !== undefined;
}

/** Milliseconds to wait after so many tries: full jitter, on top of what the server asked for. */
export function delayOf(
  attempt: number,
  retryAfter: number | undefined,
  random: number,
  { delay = 250, longestDelay = 8000 }: RetryOptions,
): number {
  return (retryAfter ?? 0) * 1000 + random * Math.min(longestDelay, delay * 2 ** (attempt - 1));
}
