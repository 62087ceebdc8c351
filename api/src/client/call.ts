/**
 * One call of the client, from its first try to its answer. Invariants: it ends within its time, a wait that would not
 * is not begun; the caller's signal ends it at once, in a try or in a wait, with the signal's own reason; nothing of it
 * stays behind, no timer and no listener.
 */
import { type Clock, until } from "./clock.ts";
import { readAnswer } from "./response.ts";
import type { Request } from "./request.ts";
import { DossierError, isDossierError } from "../error.ts";
import { delayOf, mayRepeat, type Repeatable, type RetryOptions } from "./retry.ts";
import type { Route } from "./route.ts";

/** Everything that one call needs to be sent, and sent again. */
export interface Call extends Repeatable {
  route: Route;
  request: Request;
  fetch: typeof fetch;
  clock: Clock;
  signal: AbortSignal | undefined;
  /** milliseconds for the call in all, and for each of its tries */
  timeout: number;
  tryTimeout: number;
  retry: RetryOptions;
}

/** Sends a call until it is answered or must not be sent again. */
export async function perform(call: Call): Promise<object> {
  const { clock, retry, signal } = call;
  const end = clock.now() + call.timeout;
  for (let attempt = 1; ; attempt += 1) {
    const left = end - clock.now();
    try {
      return await tryOnce(call, Math.min(call.tryTimeout, left));
    } catch (error) {
      if (!isDossierError(error)) throw error;
      error.attempts = attempt;
      // a try that had all that was left has used it up, even if its timer rang a little before the end by the clock
      if (error.code === "timed_out" && left <= call.tryTimeout) throw error;
      if (attempt >= (retry.attempts ?? 4) || !mayRepeat(call, error)) throw error;
      const wait = delayOf(attempt, error.retryAfter, clock.random(), retry);
      if (wait >= end - clock.now()) throw error;
      await clock.sleep(wait, signal);
    }
  }
}

async function tryOnce(call: Call, limit: number): Promise<object> {
  const { clock, request, route, signal } = call;
  signal?.throwIfAborted();
  const trial = new AbortController();
  const timer = new AbortController();
  const stop = () => trial.abort(signal?.reason);
  const late = () => trial.abort(new DossierError("timed_out", `No answer within ${limit / 1000} s.`));
  signal?.addEventListener("abort", stop, { once: true });
  if (limit < Infinity) void clock.sleep(limit, timer.signal).then(late, () => undefined);
  try {
    const { fetch } = call; // browsers refuse theirs as a method of anything
    const answer = fetch(request.url, { ...request.init, signal: trial.signal });
    return await until(
      trial.signal,
      answer.then((one) => readAnswer(route, one)),
    );
  } catch (error) {
    if (error instanceof DossierError || signal?.aborted) throw error;
    throw new DossierError("network_failed", `${request.url.origin} cannot be reached: ${textOf(error)}`, {
      cause: error,
    });
  } finally {
    timer.abort();
    signal?.removeEventListener("abort", stop);
  }
}

/** `fetch failed` says nothing; its cause does. */
function textOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string; message?: string } };
  return cause?.message || cause?.code || message || String(error);
}
