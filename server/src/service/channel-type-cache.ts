/** Cache of the channel types, for a second: every request needs them, and they rarely change. */
import type { ChannelType } from "@dossier/api";

/** Reads a value at most once a second; concurrent readers share one read. */
export function ttlCache(read: () => Promise<ChannelType[]>): {
  read(): Promise<readonly ChannelType[]>;
  invalidate(): void;
} {
  let cached: Promise<readonly ChannelType[]> | undefined;
  let expiresAt = 0;
  const invalidate = () => void (cached = undefined);
  return {
    invalidate,
    read() {
      if (!cached || performance.now() > expiresAt) {
        expiresAt = performance.now() + 1000;
        cached = read();
        cached.catch(invalidate);
      }
      return cached;
    },
  };
}
