/**
 * In-flight counters: what this process is working on, by endpoint and job type, in shared memory that the watchdog
 * thread can read while the event loop is blocked. Counting costs one addition.
 */

/** Exceeds the number of endpoints, routes and job types. */
const maxNames = 511;

/** Counts work in progress by name; the first cell is the heartbeat. */
export class InFlight {
  readonly shared = new SharedArrayBuffer(4 * (maxNames + 1));
  readonly #cells = new Int32Array(this.shared);
  readonly #slots = new Map<string, number>();
  #notify: (name: string) => void = () => undefined;

  begin(name: string): void {
    this.#add(this.#slots.get(name) ?? this.#assign(name), 1);
  }

  /** Ends a piece of work; ignores a name that never began. */
  end(name: string): void {
    const slot = this.#slots.get(name);
    if (slot !== undefined) this.#add(slot, -1);
  }

  /** The heartbeat of the event loop. */
  beat(): void {
    Atomics.add(this.#cells, 0, 1);
  }

  /** Reports every name in the order of its cell, existing ones included. */
  onName(listener: (name: string) => void): void {
    this.#notify = listener;
    for (const name of this.#slots.keys()) listener(name);
  }

  #add(slot: number, by: number): void {
    const cell = Math.min(slot, maxNames);
    this.#cells[cell] = (this.#cells[cell] ?? 0) + by;
  }

  #assign(name: string): number {
    const slot = this.#slots.size + 1; // names beyond the last cell share it
    this.#slots.set(name, slot);
    this.#notify(name);
    return slot;
  }
}
