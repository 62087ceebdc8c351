/**
 * Semaphore with a fair queue, in front of the pool and of the handlers of requests: requesters take turns, and none
 * holds more than its share of the slots, which is smaller while others are active. A caller fails with `tired` when
 * its wait times out, with `full` when too many wait, and leaves when its signal aborts; if the database is
 * unreachable, all waiting callers fail at once.
 */
import type { Requester } from "./requester.ts";
import { FairQueue } from "./fair-queue.ts";

/** Admits a fixed number of callers at a time; the others wait. */
export interface Semaphore {
  /** Runs the work once a slot is free. */
  run<T>(requester: Requester, work: () => Promise<T>): Promise<T>;
  /** number of waiting callers */
  waiting(): number;
  readonly counts: Readonly<SemaphoreCounts>;
}

/** Counts of callers that had to wait, since the semaphore was created. */
export interface SemaphoreCounts {
  /** callers whose wait is over, with any outcome */
  waits: number;
  waitSeconds: number;
  /** callers whose wait timed out */
  timeouts: number;
  /** callers rejected at once, because too many waited */
  full: number;
  /** callers that left because their connection was closed */
  abandoned: number;
}

/** The limits, and the errors of callers that are not admitted. */
export interface SemaphoreOptions {
  /** the number of slots that one requester may hold; without it, all */
  maxShareOf?(key: number): number;
  /** how long a caller waits, in milliseconds */
  acquireTimeoutMs: number;
  /** how many callers may wait, of one requester and of all */
  maxWaiting: { perRequester: number; inAll: number };
  timeoutError(): Error;
  queueFullError(): Error;
  abandonedError(): Error;
  /** whether an error of the work fails all waiting callers too */
  isFatal(error: Error): boolean;
  /** receives the time of each caller including its wait, in milliseconds of `now` */
  onFinished?(milliseconds: number): void;
  now?(): number;
}

interface Waiter {
  grant(): void;
  fail(error: Error): void;
}

export function createSemaphore(permits: number, options: SemaphoreOptions): Semaphore {
  return new FairSemaphore(permits, options);
}

class FairSemaphore implements Semaphore {
  readonly counts: SemaphoreCounts = { waits: 0, waitSeconds: 0, timeouts: 0, full: 0, abandoned: 0 };
  readonly #permits: number;
  readonly #options: SemaphoreOptions;
  readonly #heldByKey = new Map<number, number>();
  readonly #queue = new FairQueue<Waiter>();
  readonly #now: () => number;
  #available: number;

  constructor(permits: number, options: SemaphoreOptions) {
    this.#permits = permits;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#available = permits;
  }

  waiting(): number {
    return this.#queue.size;
  }

  async run<T>(requester: Requester, work: () => Promise<T>): Promise<T> {
    const startedAt = this.#now();
    let isAcquired = false;
    try {
      const wait = this.#acquire(requester);
      if (wait) await wait;
      isAcquired = true;
      return await work();
    } catch (error) {
      if (isAcquired && error instanceof Error && this.#options.isFatal(error))
        for (const waiter of this.#queue.items()) waiter.fail(error);
      throw error;
    } finally {
      if (isAcquired) this.#release(requester.key);
      this.#options.onFinished?.(this.#now() - startedAt);
    }
  }

  #maxFor(key: number): number {
    return Math.ceil(this.#permits * (this.#options.maxShareOf?.(key) ?? 1));
  }

  #heldBy(key: number): number {
    return this.#heldByKey.get(key) ?? 0;
  }

  #addHeld(key: number, change: number): void {
    const held = this.#heldBy(key) + change;
    if (held === 0) this.#heldByKey.delete(key);
    else this.#heldByKey.set(key, held);
    this.#available -= change;
  }

  #acquire({ key, signal }: Requester): Promise<void> | undefined {
    if (signal?.aborted) throw this.#abandoned();
    if (this.#available > 0 && this.#heldBy(key) < this.#maxFor(key)) {
      this.#addHeld(key, 1);
      return undefined;
    }
    const { inAll, perRequester } = this.#options.maxWaiting;
    if (this.#queue.size >= inAll || this.#queue.count(key) >= perRequester) {
      this.counts.full += 1;
      throw this.#options.queueFullError();
    }
    return this.#enqueue({ key, signal });
  }

  #abandoned(): Error {
    this.counts.abandoned += 1;
    return this.#options.abandonedError();
  }

  #enqueue({ key, signal }: Requester): Promise<void> {
    const startedAt = performance.now();
    return new Promise((resolve, reject) => {
      const dequeue = (end: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        this.#queue.remove(key, waiter);
        this.counts.waits += 1;
        this.counts.waitSeconds += (performance.now() - startedAt) / 1000;
        end();
      };
      const waiter = {
        grant: () => dequeue(resolve),
        fail: (error: Error) => dequeue(() => reject(error)),
      };
      const abort = () => waiter.fail(this.#abandoned());
      const timer = setTimeout(() => {
        this.counts.timeouts += 1;
        waiter.fail(this.#options.timeoutError());
      }, this.#options.acquireTimeoutMs);
      signal?.addEventListener("abort", abort);
      this.#queue.add(key, waiter);
    });
  }

  /** Gives the slot to a waiting requester: among those below their share, the one that holds fewest. */
  #release(key: number): void {
    this.#addHeld(key, -1);
    let minHeld = Infinity;
    for (const one of this.#queue.keys())
      if (this.#heldBy(one) < this.#maxFor(one)) minHeld = Math.min(minHeld, this.#heldBy(one));
    const next = this.#queue.dequeue((one) => this.#heldBy(one) === minHeld && minHeld < this.#maxFor(one));
    if (!next) return;
    this.#addHeld(next.key, 1);
    next.item.grant();
  }
}
