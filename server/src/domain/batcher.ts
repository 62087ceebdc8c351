/**
 * Batcher: calls of one event-loop turn become one statement, or one transaction. A lone call runs at once; calls that
 * arrive while the concurrency limit is reached join the next batch: the busier the database, the larger the batches.
 * Keys take turns. The queue has a limit and a timeout, and an abandoned call leaves it. It stands in front of the
 * database, which knows nothing of it: the context of a request has both.
 */
import type { Db } from "../db/database.ts";
import { abandonedError, overloadError } from "../db/errors.ts";
import { FairQueue } from "../db/fair-queue.ts";
import { maxWaiting, type Requester } from "../db/requester.ts";

/** What calls that may share a batch have in common. A constant: the batcher identifies the batch by it. */
export interface BatchSpec<In, Out> {
  /** the name in metrics */
  readonly name: string;
  /** maximum number of calls in a batch */
  readonly maxSize: number;
  /** maximum number of concurrent batches */
  readonly concurrency: number;
  /** Runs all calls and returns one result for each, in their order. An error fails every call. */
  run(db: Db, calls: readonly In[], counts: BatchCounts): Promise<readonly Out[]>;
}

export interface BatchCounts {
  batches: number;
  calls: number;
  /** batches that were rolled back and retried as two halves */
  splits: number;
  /** batches that failed for an unexpected reason */
  failures: number;
  waiting: number;
  /** calls that left the queue without a result */
  refused: Record<"full" | "timeout" | "abandoned", number>;
}

const noCounts = (): BatchCounts => ({
  batches: 0,
  calls: 0,
  splits: 0,
  failures: 0,
  waiting: 0,
  refused: { full: 0, timeout: 0, abandoned: 0 },
});

export interface Batcher {
  /** Runs a call for the requester of `db` in a batch, with others of the same key. */
  run<In, Out>(db: Db, spec: BatchSpec<In, Out>, key: string, call: In): Promise<Out>;
  /** by the names of the specs */
  counts(): Readonly<Record<string, Readonly<BatchCounts>>>;
}

/** Runs each call in a batch of its own: for calls inside a transaction. */
export const unbatched: Batcher = {
  run: async (db, spec, _key, call) => (await spec.run(db, [call], noCounts()))[0] as never,
  counts: () => ({}),
};

export interface QueueLimits {
  /** in milliseconds */
  timeout: number;
  /** calls of one requester, for each spec */
  perRequester: number;
  /** calls of all requesters, for each spec */
  inAll: number;
}

/** What a batcher needs of the database. */
export type BatcherDb = Pick<Db, "forRequester" | "presence" | "timeouts">;

/** Creates a batcher for a database. A call waits for as long as for a connection. */
export function createBatcher(
  db: BatcherDb,
  limits: QueueLimits = { timeout: db.timeouts.acquire, ...maxWaiting },
): Batcher {
  const queues = new Map<unknown, SpecQueue<never, never>>();
  return {
    run({ requester }, spec, key, one) {
      const known = queues.get(spec) as SpecQueue<typeof one, never> | undefined;
      const queue = known ?? new SpecQueue<typeof one, never>(db, limits, spec as never);
      if (!known) queues.set(spec, queue as never);
      return queue.add(requester, key, one);
    },
    counts: () =>
      Object.fromEntries(Array.from(queues.values(), (queue) => [queue.name, queue.counts] as const)),
  };
}

interface Call<In, Out> {
  requester: Requester;
  one: In;
  resolve(answer: Out): void;
  reject(error: unknown): void;
  /** stops watching a waiting call */
  release: (() => void) | undefined;
}

interface InFlightBatch {
  /** the key that its calls share */
  key: string;
  /** the requester whose turn it was */
  requester: number;
  size: number;
  /** has run for so long that the next batch no longer waits for it */
  isSlow: boolean;
}

const slowAfterMs = 50; // in milliseconds
/** Most calls wait for less: only those that wait longer get a timeout and a listener of their own. */
const watchAfterMs = 20; // in milliseconds

class SpecQueue<In, Out> {
  readonly name: string;
  readonly counts = noCounts();
  readonly #db: BatcherDb;
  readonly #limits: QueueLimits;
  readonly #spec: BatchSpec<In, Out>;
  /** waiting calls by their key */
  readonly #queues = new Map<string, FairQueue<Call<In, Out>>>();
  /** the keys of the queues in which a requester waits; requesters in the order of their turns */
  readonly #waitingKeys = new Map<number, Map<string, number>>();
  readonly #inFlight = new Set<InFlightBatch>();
  #isFlushScheduled = false;
  #isWatchScheduled = false;

  constructor(db: BatcherDb, limits: QueueLimits, spec: BatchSpec<In, Out>) {
    this.name = spec.name;
    this.#db = db;
    this.#limits = limits;
    this.#spec = spec;
  }

  add(requester: Requester, key: string, one: In): Promise<Out> {
    if (requester.signal?.aborted) return Promise.reject(this.#abandoned());
    if (this.#isFull(requester.key)) {
      this.counts.refused.full += 1;
      return Promise.reject(overloadError(new Error(`${this.name}: too many calls wait`)));
    }
    return new Promise((resolve, reject) => {
      const call: Call<In, Out> = { requester, one, resolve, reject, release: undefined };
      this.#enqueue(key, call);
      this.#scheduleWatch();
      this.#scheduleFlush();
    });
  }

  #isFull(requester: number): boolean {
    const { waiting } = this.counts;
    if (waiting < this.#limits.perRequester) return false;
    if (waiting >= this.#limits.inAll) return true;
    let own = 0;
    for (const n of this.#waitingKeys.get(requester)?.values() ?? []) own += n;
    return own >= this.#limits.perRequester;
  }

  #abandoned(): Error {
    this.counts.refused.abandoned += 1;
    return abandonedError();
  }

  /** Watches calls that still wait after a moment. */
  #scheduleWatch(): void {
    if (this.#isWatchScheduled || this.#inFlight.size === 0) return;
    this.#isWatchScheduled = true;
    setTimeout(() => {
      this.#isWatchScheduled = false;
      for (const [key, line] of this.#queues)
        for (const call of line.items()) if (!call.release) this.#watch(key, call);
    }, watchAfterMs);
  }

  /** Removes the call when it has waited too long or its signal aborts. */
  #watch(key: string, call: Call<In, Out>): void {
    const { signal } = call.requester;
    const leave = (error: Error) => {
      call.release?.();
      this.#queues.get(key)?.remove(call.requester.key, call);
      this.#removed(key, call.requester.key);
      call.reject(error);
    };
    const abort = () => leave(this.#abandoned());
    if (signal?.aborted) return abort();
    const timer = setTimeout(() => {
      this.counts.refused.timeout += 1;
      leave(overloadError(new Error(`${this.name}: waited too long for a batch`)));
    }, this.#limits.timeout - watchAfterMs);
    signal?.addEventListener("abort", abort);
    call.release = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      call.release = undefined;
    };
  }

  #enqueue(key: string, call: Call<In, Out>): void {
    const line = this.#queues.get(key) ?? new FairQueue();
    line.add(call.requester.key, call);
    this.#queues.set(key, line);
    const own = this.#waitingKeys.get(call.requester.key) ?? new Map<string, number>();
    own.set(key, (own.get(key) ?? 0) + 1);
    this.#waitingKeys.set(call.requester.key, own);
    this.counts.waiting += 1;
  }

  #removed(key: string, requester: number): void {
    this.counts.waiting -= 1;
    if (this.#queues.get(key)?.size === 0) this.#queues.delete(key);
    const own = this.#waitingKeys.get(requester);
    const rest = (own?.get(key) ?? 0) - 1;
    if (rest > 0) own?.set(key, rest);
    else own?.delete(key);
    if (own?.size === 0) this.#waitingKeys.delete(requester);
  }

  /** Runs after everything else in this turn of the event loop. */
  #scheduleFlush(): void {
    if (this.#isFlushScheduled || this.counts.waiting === 0 || this.#inFlight.size >= this.#spec.concurrency)
      return;
    this.#isFlushScheduled = true;
    setImmediate(() => {
      this.#isFlushScheduled = false;
      for (let next = this.#nextReady(); next; next = this.#nextReady()) {
        const calls = this.#dequeue(next);
        if (calls.length > 0) void this.#runBatch(next.key, calls);
      }
      if (this.counts.waiting > 0) this.#scheduleWatch();
    });
  }

  /**
   * Returns the requester whose turn it is, and of the queues that may run the one in which it has waited longest.
   * Beside a quiet key, another requester has one batch in flight, so that the quiet key's next batch finds a connection
   * and a processor.
   */
  #nextReady(): { key: string; requester: number } | undefined {
    if (this.#inFlight.size >= this.#spec.concurrency) return undefined;
    for (const [requester, lines] of this.#waitingKeys) {
      if (this.#hasBatchInFlight(requester)) continue;
      for (const key of lines.keys()) if (this.#isReady(key)) return { key, requester };
    }
    return undefined;
  }

  #hasBatchInFlight(requester: number): boolean {
    for (const go of this.#inFlight)
      if (go.requester === requester) return this.#db.presence.hasQuietOthers(requester);
    return false;
  }

  /**
   * While a batch of this key is in flight, the next one starts only when it is as large, or after 50 ms: each batch has a
   * fixed cost, so fewer, larger batches win.
   */
  #isReady(key: string): boolean {
    const count = this.#queues.get(key)?.size ?? 0;
    for (const go of this.#inFlight) if (go.key === key && !go.isSlow && count < go.size) return false;
    return true;
  }

  /** Removes up to `maxSize` calls from a queue: first one of the requester whose turn it is, then of all in turn. */
  #dequeue({ key, requester }: { key: string; requester: number }): Call<In, Out>[] {
    const own = this.#waitingKeys.get(requester);
    this.#waitingKeys.delete(requester);
    if (own) this.#waitingKeys.set(requester, own);
    const taken: Call<In, Out>[] = [];
    const line = this.#queues.get(key);
    let call = line?.dequeue((one) => one === requester)?.item;
    while (call) {
      this.#removed(key, call.requester.key);
      call.release?.();
      if (call.requester.signal?.aborted) call.reject(this.#abandoned());
      else taken.push(call);
      call = taken.length < this.#spec.maxSize ? line?.dequeue()?.item : undefined;
    }
    return taken;
  }

  async #runBatch(key: string, calls: readonly Call<In, Out>[]): Promise<void> {
    const requester = calls[0]?.requester.key ?? 0;
    const own: InFlightBatch = { key, requester, size: calls.length, isSlow: false };
    this.#inFlight.add(own);
    this.counts.batches += 1;
    this.counts.calls += calls.length;
    const timer = setTimeout(() => {
      own.isSlow = true;
      this.#scheduleFlush();
    }, slowAfterMs);
    try {
      const answers = await this.#spec.run(
        this.#db.forRequester({ key: requester }),
        calls.map(({ one }) => one),
        this.counts,
      );
      for (const [at, call] of calls.entries()) call.resolve(answers[at] as Out);
    } catch (error) {
      for (const call of calls) call.reject(error);
    } finally {
      clearTimeout(timer);
      this.#inFlight.delete(own);
      this.#scheduleFlush();
    }
  }
}
