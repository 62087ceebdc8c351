/**
 * Retry policy with full jitter. Invariant: no call takes effect twice. A call is repeated only if it was rejected
 * before it began, if an idempotency key identifies the repetition, or if repeating has no further effect.
 */
import type { DossierError } from "../error.ts";
import type { RetrySafety } from "./route.ts";

/**
 * When to repeat a call that was rejected temporarily (`rate_limited`, `unavailable`) or got no response
 * (`network_failed`, `timed_out`).
 *
 * @example
 * const persistent: RetryOptions = { attempts: 8, maxDelay: 30_000 };
 */
export interface RetryOptions {
  /** the maximum number of attempts, the first included; default 4 */
  attempts?: number;
  /** milliseconds: the first wait is random between 0 and this, the next between 0 and twice as much; default 250 */
  delay?: number;
  /** milliseconds: the upper bound of the random part of a wait; default 8,000. `Retry-After` is added in full */
  maxDelay?: number;
  /** a further condition: whether to repeat the call after this error. It cannot allow a call to take effect twice */
  when?: (error: DossierError) => boolean;
}

/** What the policy needs to know of a call. */
export interface RetryFacts {
  retrySafety: RetrySafety;
  /** the call has an If-Match, which a success of the first attempt would invalidate */
  conditional: boolean;
  /** the client generated the Idempotency-Key for this call alone */
  hasGeneratedKey: boolean;
}

/** Whether a call that failed with this error may be repeated. */
export function isRetryable(
  { retrySafety, conditional, hasGeneratedKey }: RetryFacts,
  error: DossierError,
): boolean {
  switch (error.code) {
    case "rate_limited": // rejected before anything was done
      return true;
    case "idempotency_conflict": // no other call uses the key, so an earlier attempt is still running
      return hasGeneratedKey;
    case "unavailable":
    case "network_failed":
    case "timed_out":
      if (retrySafety === "acts") return false;
      return retrySafety !== "sets" || !conditional || (error.code === "unavailable" && isFromDossier(error));
    default:
      return false;
  }
}

/** Dossier answers `unavailable` only if nothing was done; a proxy cannot know. */
function isFromDossier(error: DossierError): boolean {
  return error.requestId !== undefined;
}

/** Milliseconds to wait after this many attempts: full jitter, added to the server's `Retry-After`. */
export function retryDelay(
  attempt: number,
  retryAfter: number | undefined,
  random: number,
  { delay = 250, maxDelay = 8000 }: RetryOptions,
): number {
  return (retryAfter ?? 0) * 1000 + random * Math.min(maxDelay, delay * 2 ** (attempt - 1));
}
