/**
 * Fair queue: items wait in one FIFO queue for each key, and the keys take turns (round robin). An item that leaves
 * early is removed in constant time.
 */
export class FairQueue<T> {
  /** in the order of the turns */
  readonly #queues = new Map<number, Set<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** number of waiting items of this key */
  count(key: number): number {
    return this.#queues.get(key)?.size ?? 0;
  }

  /** the waiting keys, in the order of their turns */
  keys(): IterableIterator<number> {
    return this.#queues.keys();
  }

  *items(): IterableIterator<T> {
    for (const queue of this.#queues.values()) yield* queue;
  }

  add(key: number, item: T): void {
    const queue = this.#queues.get(key);
    if (queue) queue.add(item);
    else this.#queues.set(key, new Set([item]));
    this.#size += 1;
  }

  /** Removes an item, if it still waits. */
  remove(key: number, item: T): void {
    const queue = this.#queues.get(key);
    if (!queue?.delete(item)) return;
    if (queue.size === 0) this.#queues.delete(key);
    this.#size -= 1;
  }

  /** Takes the first item of the next eligible key; that key's next turn comes after all others. */
  dequeue(isEligible: (key: number) => boolean = () => true): { key: number; item: T } | undefined {
    for (const [key, queue] of this.#queues) {
      if (!isEligible(key)) continue;
      const [item] = queue as Iterable<T> as [T];
      this.#queues.delete(key);
      queue.delete(item);
      this.#size -= 1;
      if (queue.size > 0) this.#queues.set(key, queue);
      return { key, item };
    }
    return undefined;
  }
}
