/**
 * Retry loop: one call of the client, from the first attempt to its result. Invariants: the call ends within its
 * timeout, and a wait that would exceed it does not begin; the caller's signal ends an attempt or a wait immediately,
 * with the signal's own reason; no timer and no listener outlives the call.
 */
import { type Clock, raceAbort } from "./clock.ts";
import { type RawResponse, readResponse } from "./response.ts";
import type { ClientOptions } from "./options.ts";
import type { RequestSpec } from "./request.ts";
import { DossierError, isDossierError } from "../error.ts";
import { retryDelay, isRetryable, type RetryFacts, type RetryOptions } from "./retry.ts";
import type { Route } from "./route.ts";

/** One call: the request, and when to repeat it. */
export interface Call extends RetryFacts {
  route: Route;
  request: RequestSpec;
  fetch: NonNullable<ClientOptions["fetch"]>;
  clock: Clock;
  signal: AbortSignal | undefined;
  /** milliseconds for the whole call, and for each attempt */
  timeout: number;
  tryTimeout: number;
  retry: RetryOptions;
}

/** Reads a response, or throws the error that it carries. */
type Read<T> = (route: Route, response: Response) => Promise<T>;

/** Sends a call until it gets a final response or must not be repeated. */
export async function sendWithRetry(call: Call): Promise<RawResponse>;
export async function sendWithRetry<T>(call: Call, read: Read<T>): Promise<T>;
export async function sendWithRetry(call: Call, read: Read<unknown> = readResponse): Promise<unknown> {
  const { clock, retry, signal } = call;
  const end = clock.now() + call.timeout;
  for (let attempt = 1; ; attempt += 1) {
    const left = end - clock.now();
    try {
      return await sendOnce(call, read, Math.min(call.tryTimeout, left));
    } catch (error) {
      if (!isDossierError(error)) throw error;
      error.attempts = attempt;
      // an attempt that was given all the remaining time has used it up, even if its timer fired slightly early
      if (error.code === "timed_out" && left <= call.tryTimeout) throw error;
      const isAllowed = attempt < (retry.attempts ?? 4) && (retry.when?.(error) ?? true);
      if (!isAllowed || !isRetryable(call, error)) throw error;
      const wait = retryDelay(attempt, error.retryAfter, clock.random(), retry);
      if (wait >= end - clock.now()) throw error;
      await clock.sleep(wait, signal);
    }
  }
}

async function sendOnce<T>(call: Call, read: Read<T>, limit: number): Promise<T> {
  const { clock, request, route, signal } = call;
  signal?.throwIfAborted();
  const abort = new AbortController();
  const timer = new AbortController();
  const stop = () => abort.abort(signal?.reason);
  const timeOut = () => abort.abort(new DossierError("timed_out", `No answer within ${limit / 1000} s.`));
  signal?.addEventListener("abort", stop, { once: true });
  if (limit < Infinity) void clock.sleep(limit, timer.signal).then(timeOut, () => undefined);
  try {
    const { fetch } = call; // browsers reject `fetch` called as a method of another object
    const response = fetch(request.url, { ...request.init, signal: abort.signal });
    return await raceAbort(
      abort.signal,
      response.then((one) => read(route, one)),
    );
  } catch (error) {
    if (error instanceof DossierError || signal?.aborted) throw error;
    throw new DossierError("network_failed", `${request.url.origin} cannot be reached: ${causeOf(error)}`, {
      cause: error,
    });
  } finally {
    timer.abort();
    signal?.removeEventListener("abort", stop);
  }
}

/** The message `fetch failed` has no detail; its cause has. */
function causeOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string; message?: string } };
  return cause?.message || cause?.code || message || String(error);
}
