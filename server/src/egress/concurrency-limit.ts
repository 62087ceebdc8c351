/**
 * Keyed semaphore: at most N concurrent requests per key (such as a brand), FIFO, so that one key cannot use the slots
 * of others.
 */

export interface KeyedSemaphore {
  /** Waits for a slot; returns the function that releases it. Rejects with the signal's reason. */
  acquire(key: string, signal: AbortSignal): Promise<() => void>;
}

interface Slots {
  taken: number;
  waiting: Set<() => void>;
}

export function createKeyedSemaphore(permits: number): KeyedSemaphore {
  const slotsByKey = new Map<string, Slots>();

  function release(key: string, slots: Slots): void {
    const [next] = slots.waiting;
    if (next) return next();
    slots.taken -= 1;
    if (slots.taken === 0) slotsByKey.delete(key);
  }

  function wait(slots: Slots, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const dequeue = () => {
        slots.waiting.delete(grant);
        signal.removeEventListener("abort", abort);
      };
      const grant = () => {
        dequeue();
        resolve();
      };
      const abort = () => {
        dequeue();
        reject(signal.reason as Error);
      };
      slots.waiting.add(grant);
      signal.addEventListener("abort", abort, { once: true });
    });
  }

  return {
    async acquire(key, signal) {
      signal.throwIfAborted();
      const slots = slotsByKey.get(key) ?? { taken: 0, waiting: new Set() };
      slotsByKey.set(key, slots);
      if (slots.taken < permits) slots.taken += 1;
      else await wait(slots, signal); // the releasing request passes its slot on
      return () => release(key, slots);
    },
  };
}
