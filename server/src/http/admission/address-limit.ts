/**
 * Token bucket per address, for requests without a valid key: guessing keys and flooding are rejected before any
 * lookup. Invariant: a known key is never limited by its address.
 */

/** Counts requests without a known key, by address. */
export interface AddressLimit {
  /** Takes a token; if none is left, returns the seconds until the next one. */
  takeToken(address: string): number | undefined;
  /** Returns the token: the key is valid. */
  returnToken(address: string): void;
}

const burst = 300;
const refillPerSecond = 30;
const maxAddresses = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

export function createAddressLimit(now: () => number = () => performance.now()): AddressLimit {
  const buckets = new Map<string, Bucket>();

  function tokensOf({ tokens, at }: Bucket): number {
    return Math.min(burst, tokens + ((now() - at) / 1000) * refillPerSecond);
  }

  function store(address: string, tokens: number): void {
    buckets.delete(address); // moves the bucket to the end of the map
    buckets.set(address, { tokens, at: now() });
    const [oldest] = buckets.keys();
    if (buckets.size > maxAddresses && oldest !== undefined) buckets.delete(oldest);
  }

  return {
    takeToken(address) {
      const bucket = buckets.get(address);
      const tokens = bucket ? tokensOf(bucket) : burst;
      if (tokens < 1) return Math.max(1, Math.ceil((1 - tokens) / refillPerSecond));
      store(address, tokens - 1);
      return undefined;
    },
    returnToken(address) {
      const bucket = buckets.get(address);
      if (bucket) store(address, Math.min(burst, tokensOf(bucket) + 1));
    },
  };
}
