/**
 * Guarded egress client: one request to an address that a user entered, and its response. It goes to the open internet
 * by https, or to a host and port that the operator's DOSSIER_EGRESS_ALLOW names; never elsewhere, whatever a name
 * resolves to. A caller cannot distinguish a forbidden target from one that does not exist.
 */
import type { Log } from "../log.ts";
import { type Outcome, createCircuitBreaker } from "./circuit-breaker.ts";
import { type RequestLifecycle, startRequest } from "./request-lifecycle.ts";
import { checkHeaders, sendRequest, type EgressResponse, type RequestSpec } from "./send.ts";
import { EgressError, EgressFailure, toEgressFailure } from "./errors.ts";
import { sleep } from "../abort.ts";
import { type Dial, dialAddress, connectTo, connectTimeoutMs } from "./connect.ts";
import { createResolver, type Resolve } from "./dns.ts";
import { parseTarget, type Target } from "./url-policy.ts";
import { createKeyedSemaphore } from "./concurrency-limit.ts";

export type { EgressResponse } from "./send.ts";
export { EgressError } from "./errors.ts";

export interface EgressRequest extends RequestSpec {
  url: string;
  /** the key whose 20 slots the request uses, such as `brand:3` */
  concurrencyKey: string;
  /** in milliseconds, for the whole request */
  timeoutMs: number;
  /** cancels the request; `send` rejects with its reason */
  signal?: AbortSignal;
}

export interface EgressClient {
  /**
   * Why this URL cannot be a target, from its text alone: words that follow the name of the field, for the user who
   * entered it.
   */
  validateUrl(url: string): string | undefined;
  /**
   * Sends a request. Any status is a response, also a redirect: none is followed.
   *
   * @throws EgressError if there is no response; TypeError if a header cannot be sent
   */
  send(request: EgressRequest): Promise<EgressResponse>;
  /** Cancels requests in flight; later ones fail with `busy`. */
  close(): Promise<void>;
}

export interface EgressOptions {
  /** `host:port` as config normalises them */
  allow: readonly string[];
  log: Log;
  resolve?: Resolve;
  dial?: Dial;
  /** certificates (PEM) to trust instead of Node's */
  ca?: readonly string[];
}

const maxPerKey = 20;

/** A gateway reports that its host is down. A 500 may concern one request, and proves that the host is up. */
const gatewayStatuses = [502, 503, 504];

export function createEgressClient({ allow, log, resolve, dial, ca }: EgressOptions): EgressClient {
  const allowed = new Set(allow);
  const connectOptions = { resolve: resolve ?? createResolver(), dial: dial ?? dialAddress, ca };
  const semaphore = createKeyedSemaphore(maxPerKey);
  const breaker = createCircuitBreaker();
  const inFlight = new Map<RequestLifecycle, Promise<EgressResponse>>();
  let isClosed = false;

  async function attempt(request: EgressRequest, lifecycle: RequestLifecycle): Promise<EgressResponse> {
    const target = parseTarget(request.url, allowed);
    // Keyed by tenant too: one tenant's failures must not open the circuit for others on the same host.
    const breakerKey = `${request.concurrencyKey} ${originOf(request.url)}`;
    breaker.check(breakerKey);
    const release = await semaphore.acquire(request.concurrencyKey, lifecycle.signal);
    try {
      const settle = breaker.begin(breakerKey);
      let outcome: Outcome = "unknown";
      try {
        const response = await perform(request, target, lifecycle);
        outcome = gatewayStatuses.includes(response.status) ? "failed" : "worked";
        return response;
      } catch (error) {
        if (!lifecycle.isCancelled()) outcome = "failed";
        throw error;
      } finally {
        settle(outcome);
      }
    } finally {
      release();
    }
  }

  /**
   * Connects and sends. A failure is not reported before a connection would have timed out, so that its time reveals
   * nothing.
   */
  async function perform(
    request: EgressRequest,
    target: Target | string,
    lifecycle: RequestLifecycle,
  ): Promise<EgressResponse> {
    const startedAt = performance.now();
    lifecycle.stage = "connecting";
    try {
      if (typeof target === "string") throw new EgressFailure(target);
      const socket = await connectTo(target, connectOptions, lifecycle.signal);
      lifecycle.stage = "exchanging";
      return await sendRequest(socket, target, request, lifecycle.signal);
    } catch (error) {
      if (lifecycle.isCancelled()) throw lifecycle.signal.reason;
      const failure = toEgressFailure(lifecycle.signal.aborted ? lifecycle.signal.reason : error);
      logFailure(log, request, failure);
      if (failure.kind === "unreachable")
        await sleep(startedAt + connectTimeoutMs - performance.now(), lifecycle.signal);
      throw lifecycle.isCancelled() ? lifecycle.signal.reason : new EgressError(failure.kind);
    }
  }

  return {
    validateUrl(url) {
      const target = parseTarget(url, allowed);
      return typeof target === "string" ? target : undefined;
    },
    async send(request) {
      checkHeaders(request.headers);
      if (isClosed) throw new EgressError("busy");
      request.signal?.throwIfAborted();
      const lifecycle = startRequest(request.timeoutMs, request.signal);
      const run = attempt(request, lifecycle).finally(() => lifecycle.end());
      inFlight.set(lifecycle, run);
      try {
        return await run;
      } finally {
        inFlight.delete(lifecycle);
      }
    },
    async close() {
      isClosed = true;
      for (const lifecycle of inFlight.keys()) lifecycle.cancel(new EgressError("busy"));
      await Promise.allSettled(inFlight.values());
    },
  };
}

/** Logs the origin only: paths and queries may contain personal data. */
function logFailure(
  log: Log,
  { concurrencyKey, url }: EgressRequest,
  { kind, message }: EgressFailure,
): void {
  log.warn(
    { concurrency_key: concurrencyKey, origin: originOf(url), kind, reason: message },
    "outgoing request failed",
  );
}

/** Scheme, host and port of a URL: the part that may be logged and stored. */
function originOf(url: string): string {
  if (!URL.canParse(url)) return "no URL";
  const { protocol, host } = new URL(url);
  return `${protocol}//${host.slice(0, 260)}`;
}
