/** Cache of one value for some time, for what many requests need and what rarely changes. */

/** A value that is read again when it is too old. */
export interface TtlCache<T> {
  read(): Promise<T>;
  invalidate(): void;
}

/** Reads a value at most once in `milliseconds`; concurrent readers share one read. */
export function ttlCache<T>(milliseconds: number, read: () => Promise<T>): TtlCache<T> {
  let cached: Promise<T> | undefined;
  let expiresAt = 0;
  const invalidate = () => void (cached = undefined);
  return {
    invalidate,
    read() {
      if (!cached || performance.now() > expiresAt) {
        expiresAt = performance.now() + milliseconds;
        cached = read();
        cached.catch(invalidate);
      }
      return cached;
    },
  };
}
