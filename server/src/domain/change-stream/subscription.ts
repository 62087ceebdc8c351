/**
 * Subscription: what one reader of the stream has not been told yet, as a bounded set in which a record stands once.
 * Invariant: a slow reader costs no more than that set; when it is full, everything in it becomes one `reset`.
 */
import type { Api, Output } from "@dossier/api";
import type { EventBatch } from "../context.ts";

/** An event of the stream. */
export type ChangeEvent = Output<Api["change"]["watch"]>;

/** An event about a record. */
export type RecordEvent = Exclude<ChangeEvent, { type: "reset" }>;

/** The most records that wait for one reader. */
export const maxPending = 1000;
/** After so long without an event a batch without events is told, in milliseconds. */
const heartbeatMs = 15_000;

const reset: ChangeEvent = { type: "reset" };

/** The kinds and brands that a reader is told of; `brands` is null for all. */
export interface Reach {
  types: ReadonlySet<string>;
  brands: ReadonlySet<number> | null;
}

export class Subscription {
  readonly reach: Reach;
  readonly #readId: () => string;
  readonly #onTold: (batch: EventBatch) => void;
  readonly #pending = new Map<string, RecordEvent>();
  #isReset = false;
  readonly #over = new AbortController();
  #wake: (() => void) | undefined;

  /**
   * @param readId the id of what has been read so far
   * @param onTold called with each batch that the reader takes
   */
  constructor(reach: Reach, readId: () => string, onTold: (batch: EventBatch) => void) {
    this.reach = reach;
    this.#readId = readId;
    this.#onTold = onTold;
  }

  /** Adds what the reader may know of; it is told with the next {@link wake}. */
  add(event: RecordEvent): void {
    if (this.#isReset || !this.reach.types.has(event.type)) return;
    const key = `${event.type} ${event.id}`;
    if (this.#pending.size >= maxPending && !this.#pending.has(key)) this.reset();
    else this.#pending.set(key, event);
  }

  /** Adds what the reader may know of these brands. */
  addOfBrands(byBrand: ReadonlyMap<number, readonly RecordEvent[]>): void {
    const { brands } = this.reach;
    for (const [brandId, events] of byBrand)
      if (brands?.has(brandId) ?? true) for (const event of events) this.add(event);
  }

  /** The reader has to read again: what waits for it is dropped. */
  reset(): void {
    this.#pending.clear();
    this.#isReset = true;
  }

  /** Lets the reader take what waits. */
  wake(): void {
    if (this.#isReset || this.#pending.size > 0) this.#wake?.();
  }

  end(): void {
    this.#over.abort();
    this.#wake?.();
  }

  /** aborts when it has ended */
  get ended(): AbortSignal {
    return this.#over.signal;
  }

  /** how many events wait */
  get size(): number {
    return this.#pending.size;
  }

  /** The batches, each when the reader asks for it: one at once, and others when there is something to tell. */
  async *batches(): AsyncGenerator<EventBatch, void, undefined> {
    yield this.#take();
    for (;;) {
      const isIdle = !this.#isReset && this.#pending.size === 0;
      if (isIdle && !this.ended.aborted) await this.#somethingOrHeartbeat();
      if (this.ended.aborted) return;
      yield this.#take();
    }
  }

  #take(): EventBatch {
    const events = this.#isReset ? [reset] : [...this.#pending.values()];
    this.#pending.clear();
    this.#isReset = false;
    const batch = { id: this.#readId(), events };
    this.#onTold(batch);
    return batch;
  }

  #somethingOrHeartbeat(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, heartbeatMs);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
