/** Requests of keys: each key's minute begins with its first request. Of several workers the primary counts them for all. */
import type { Spent } from "./rate-limit.ts";

const minute = 60_000;

/** Makes the function that counts a request of a key. */
export function makeTally(): (key: string) => Spent {
  const minutes = new Map<string, { requests: number; end: number }>();
  let tidy = performance.now() + minute;

  return (key) => {
    const now = performance.now();
    if (now >= tidy) {
      for (const [one, { end }] of minutes) if (end <= now) minutes.delete(one);
      tidy = now + minute;
    }
    let own = minutes.get(key);
    if (!own || own.end <= now) {
      own = { requests: 0, end: now + minute };
      minutes.set(key, own);
    }
    own.requests += 1;
    return { current: own.requests, ttl: Math.floor(own.end - now) };
  };
}
