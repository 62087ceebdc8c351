/**
 * Stop signals: what a signal to a running server means. A terminal signals every process of the foreground group, and
 * npm passes the signal on as well, so the server gets each signal twice: two of one kind within two seconds are one. A
 * third one, or any later one, ends the process at once.
 */
export type StopSignal = "SIGINT" | "SIGTERM";

/** How long a second signal of the same kind is the same request, in milliseconds. */
export const duplicateMs = 2000;

/** Decides for one process; `now` is a monotonic clock in milliseconds. */
export class StopSignals {
  readonly #now: () => number;
  #first: { signal: StopSignal; at: number; duplicates: number } | undefined;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** What to do about a signal: stop in order, nothing, or end at once. */
  receive(signal: StopSignal): "stop" | "ignore" | "end" {
    const first = this.#first;
    if (!first) {
      this.#first = { signal, at: this.#now(), duplicates: 0 };
      return "stop";
    }
    const isDuplicate =
      signal === first.signal && first.duplicates === 0 && this.#now() - first.at <= duplicateMs;
    if (!isDuplicate) return "end";
    first.duplicates = 1;
    return "ignore";
  }
}
