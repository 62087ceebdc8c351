/** How many requests a key may make in a minute, and how the caller is told. */
import { callbackify } from "node:util";
import rateLimit, { type FastifyRateLimitStore } from "@fastify/rate-limit";
import { DossierError } from "@dossier/api";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../domain/context.ts";
import { makeTally } from "./rate-counter.ts";

export type Spend = (request: FastifyRequest, reply: FastifyReply, caller: Caller) => Promise<void>;

/** What a key has used of its minute: requests so far, and the milliseconds that are left of it. */
export interface Spent {
  current: number;
  ttl: number;
}

/** Counts a request where several processes have it counted. */
export type SpendTogether = (key: string) => Promise<Spent>;

const minute = 60_000;

/**
 * Makes the function that counts a request against its key. 0 requests a minute means no limit; without `together` this
 * process counts for itself.
 */
export async function makeLimit(
  app: FastifyInstance,
  perMinute: number,
  together?: SpendTogether,
): Promise<Spend> {
  if (perMinute === 0) return async () => undefined;
  const callers = new WeakMap<FastifyRequest, number>();
  await app.register(rateLimit, { global: false, store: storeOf(together) });
  const count = app.createRateLimit({
    max: perMinute,
    timeWindow: minute,
    keyGenerator: (request) => String(callers.get(request)),
  });
  return async (request, reply, caller) => {
    callers.set(request, caller.keyId);
    const state = await count(request);
    if (state.isAllowed) return;
    void reply.headers({
      "ratelimit-limit": state.max,
      "ratelimit-remaining": state.remaining,
      "ratelimit-reset": state.ttlInSeconds,
    });
    if (state.isExceeded)
      throw new DossierError(
        "rate_limited",
        `This key may make ${state.max} requests a minute. Try again in ${state.ttlInSeconds} s.`,
        {
          retryAfter: Math.max(1, state.ttlInSeconds),
        },
      );
  };
}

/**
 * The counter as the library asks for one. Its own counts a burst together before it looks at the first of them, and then
 * refuses all.
 */
function storeOf(together?: SpendTogether): new () => FastifyRateLimitStore {
  const tally = makeTally();
  const count = together
    ? callbackify(together)
    : (key: string, done: (error: null, spent: Spent) => void) => done(null, tally(key));
  return class CountingStore implements FastifyRateLimitStore {
    incr(key: string, done: (error: Error | null, result?: Spent) => void): void {
      count(key, done);
    }

    child(): FastifyRateLimitStore {
      return this;
    }
  };
}
