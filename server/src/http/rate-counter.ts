/**
 * Fixed-window counter of each key's units: the minute of a key begins with its first request. With several workers the
 * primary counts for all.
 */

const minuteMs = 60_000;

/** Creates the function that counts a request of a key. */
export function createRateCounter(): (spending: RequestCost) => RateLimitState {
  const countersByKey = new Map<string, { units: number; end: number }>();
  let sweepAt = performance.now() + minuteMs;

  return ({ key, cost }) => {
    const now = performance.now();
    if (now >= sweepAt) {
      for (const [one, { end }] of countersByKey) if (end <= now) countersByKey.delete(one);
      sweepAt = now + minuteMs;
    }
    let counter = countersByKey.get(key);
    if (!counter || counter.end <= now) {
      counter = { units: 0, end: now + minuteMs };
      countersByKey.set(key, counter);
    }
    counter.units += cost;
    return { current: counter.units, ttl: Math.floor(counter.end - now) };
  };
}

/** The cost of a request of a key. */
export interface RequestCost {
  key: string;
  cost: number;
}

/** The state of a key's minute: units so far, and the milliseconds left. */
export interface RateLimitState {
  current: number;
  ttl: number;
}
