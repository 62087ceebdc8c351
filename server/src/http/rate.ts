/** How many requests a key may make in a minute, and how the caller is told. */
import rateLimit from "@fastify/rate-limit";
import { DossierError } from "@dossier/api";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../domain/ask.ts";

export type Spend = (request: FastifyRequest, reply: FastifyReply, caller: Caller) => Promise<void>;

/** Makes the function that counts a request against its key. 0 requests a minute means no limit. */
export async function makeLimit(app: FastifyInstance, perMinute: number): Promise<Spend> {
  if (perMinute === 0) return async () => undefined;
  const callers = new WeakMap<FastifyRequest, number>();
  await app.register(rateLimit, { global: false });
  const count = app.createRateLimit({
    max: perMinute,
    timeWindow: 60_000,
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
