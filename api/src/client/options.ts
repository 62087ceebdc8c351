/** Client options: of a client, of one call, and of reading a list. */
import type { Clock } from "./clock.ts";
import type { RetryOptions } from "./retry.ts";

/** Options of all calls of a client, or of one call. */
interface TimeoutOptions {
  /** milliseconds for the whole call, with its retries and the waits between them; default 70,000 */
  timeout?: number;
  /** milliseconds for each attempt; default 30,000 */
  tryTimeout?: number;
  /** how calls are retried; `false`: never */
  retry?: RetryOptions | false;
}

/**
 * Where the server is, how to authenticate, and how long to wait.
 *
 * @example
 * const options: ClientOptions = { url: "http://localhost:8080", key: "dsr_…", retry: { attempts: 6 } };
 */
export interface ClientOptions extends TimeoutOptions {
  /** the server's address, for example `http://127.0.0.1:8080`; `/api/v2` at its end is accepted */
  url: string;
  /** an API key; without one the client authenticates by session cookie, in browsers only */
  key?: string | undefined;
  /** a replacement for `fetch`, for tests, proxies, or a server in the same process */
  fetch?: (url: URL, init: RequestInit & { headers: Record<string, string> }) => Promise<Response>;
  /**
   * whether each call that changes something gets an `Idempotency-Key`, where the endpoint accepts one; default true
   */
  idempotencyKeys?: boolean;
  /** for tests: the source of time and random numbers */
  clock?: Clock;
}

/**
 * Options of one call, beside its input.
 *
 * @example
 * await dossier.customer.update({ id: 7, lastname: "King" }, { ifMatch: 3, timeout: 2000 });
 */
export interface CallOptions extends TimeoutOptions {
  /**
   * sent as `If-Match`: the call fails with `stale_version` if the customer now has another version. A text is sent
   * unchanged, such as the `ETag` of a response
   */
  ifMatch?: number | string | undefined;
  /**
   * sent as `Idempotency-Key`: a repetition within 24 hours gets the response of the first call. Needed only to repeat
   * a call from another process: within one process, the client generates a key for each call
   */
  idempotencyKey?: string | undefined;
  /** further fields under their wire names, sent unchanged: for those that this version of the package lacks */
  wireFields?: Record<string, unknown>;
  /** cancels the call immediately, also during a wait; the call throws the signal's reason */
  signal?: AbortSignal;
}

/**
 * Options of reading a whole list, beside its input.
 *
 * @example
 * for await (const brand of dossier.brand.each({}, { limit: 10 })) console.log(brand.name);
 */
export interface ListOptions extends Omit<CallOptions, "ifMatch" | "idempotencyKey"> {
  /** the maximum number of items; default all */
  limit?: number;
}

/**
 * Options of watching a stream of events, beside its input: a timeout is that of opening a connection, and `signal` ends
 * the stream.
 *
 * @example
 * const minute: WatchOptions = { signal: AbortSignal.timeout(60_000) };
 * for await (const change of dossier.change.watch({}, minute)) console.log(change.type);
 */
export type WatchOptions = Omit<CallOptions, "ifMatch" | "idempotencyKey">;
