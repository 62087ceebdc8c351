/**
 * Who may send, in the order of asking: so many at a time of each share. A share is whoever must not take the places of
 * others, such as one brand.
 */

/** Gives places, and takes them back. */
export interface Turns {
  /** Waits for a place; answers how to give it back. Rejects with the signal's reason. */
  take(share: string, signal: AbortSignal): Promise<() => void>;
}

interface Share {
  taken: number;
  waiting: Set<() => void>;
}

export function makeTurns(places: number): Turns {
  const shares = new Map<string, Share>();

  function giveBack(name: string, share: Share): void {
    const [next] = share.waiting;
    if (next) return next();
    share.taken -= 1;
    if (share.taken === 0) shares.delete(name);
  }

  function wait(share: Share, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        share.waiting.delete(enter);
        signal.removeEventListener("abort", giveUp);
      };
      const enter = () => {
        leave();
        resolve();
      };
      const giveUp = () => {
        leave();
        reject(signal.reason as Error);
      };
      share.waiting.add(enter);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  return {
    async take(name, signal) {
      signal.throwIfAborted();
      const share = shares.get(name) ?? { taken: 0, waiting: new Set() };
      shares.set(name, share);
      if (share.taken < places) share.taken += 1;
      else await wait(share, signal); // who leaves hands the place over
      return () => giveBack(name, share);
    },
  };
}
