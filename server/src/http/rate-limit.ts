/**
 * Rate limit: the units that a key may use per minute, and the headers that report them. A request costs one unit; a
 * scan costs what its endpoint's row says.
 */
import { DossierError } from "@dossier/api";
import type { FastifyReply } from "fastify";
import type { Caller } from "../domain/context.ts";
import { type Rejection, createRejection } from "./admission/load-shedding.ts";
import { createRateCounter, type RequestCost, type RateLimitState } from "./rate-counter.ts";

/** Counts requests against their keys. */
export interface RateLimit {
  /**
   * Counts a request; returns a promise only if several processes share the counter.
   *
   * @throws DossierError `rate_limited` if the key has used up its minute
   */
  countRequest(reply: FastifyReply, caller: Caller, cost: number): Promise<void> | undefined;
  /** The rejection on arrival if the key has used up its minute; otherwise undefined. */
  exhausted(keyId: number): Rejection | undefined;
}

/** Counts a request in the counter that several processes share. */
export type SharedCounter = (spending: RequestCost) => Promise<RateLimitState>;

const maxCached = 10_000;

/** Creates the limit of all keys. 0 units per minute: no limit; without `sharedCounter` this process counts alone. */
export function createRateLimit(perMinute: number, sharedCounter?: SharedCounter): RateLimit {
  if (perMinute === 0) return { countRequest: () => undefined, exhausted: () => undefined };
  const countLocally = createRateCounter();
  const exhaustedUntil = new Map<number, number>();

  function rejection(seconds: number): Rejection {
    const message = `This key may make ${perMinute} requests a minute. Try again in ${seconds} s.`;
    return createRejection("rate_limited", message, Math.max(1, seconds), headersOf(0, seconds));
  }

  const headersOf = (remaining: number, seconds: number) => ({
    "ratelimit-limit": perMinute,
    "ratelimit-remaining": remaining,
    "ratelimit-reset": seconds,
  });

  function check(reply: FastifyReply, { keyId }: Caller, { current, ttl }: RateLimitState): void {
    const seconds = Math.ceil(ttl / 1000);
    void reply.headers(headersOf(Math.max(0, perMinute - current), seconds));
    if (current <= perMinute) return;
    if (exhaustedUntil.size >= maxCached) exhaustedUntil.clear();
    exhaustedUntil.set(keyId, performance.now() + ttl);
    const { code, message, retryAfter } = rejection(seconds);
    throw new DossierError(code, message, { retryAfter });
  }

  return {
    countRequest(reply, caller, cost) {
      const requestCost = { key: String(caller.keyId), cost };
      if (sharedCounter) return sharedCounter(requestCost).then((state) => check(reply, caller, state));
      check(reply, caller, countLocally(requestCost));
      return undefined;
    },
    exhausted(keyId) {
      const end = exhaustedUntil.get(keyId);
      if (end === undefined) return undefined;
      const left = end - performance.now();
      if (left > 0) return rejection(Math.ceil(left / 1000));
      exhaustedUntil.delete(keyId);
      return undefined;
    },
  };
}
