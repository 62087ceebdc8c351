/**
 * Clock: the client's only source of time, delays and random numbers. Tests pass their own and never wait.
 */

/**
 * The client's source of time and random numbers; only tests replace it.
 *
 * @example
 * const waits: number[] = [];
 * const clock: Clock = { now: () => 0, random: () => 1, sleep: async (ms) => void waits.push(ms) };
 */
export interface Clock {
  /** milliseconds since an arbitrary moment; monotonic */
  now(): number;
  /** a number from 0 to below 1 */
  random(): number;
  /** resolves after this many milliseconds; rejects with the signal's reason as soon as the signal is aborted */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The longest delay that `setTimeout` accepts, in milliseconds; it would run a longer one at once. */
const maxTimerDelay = 2 ** 31 - 1;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  random: () => Math.random(),
  sleep: (ms, signal) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const slept = new Promise<void>((resolve) => (timer = setTimeout(resolve, Math.min(ms, maxTimerDelay))));
    return raceAbort(signal, slept).finally(() => clearTimeout(timer));
  },
};

/** Resolves like `work`, or rejects with the signal's reason if that is aborted first; leaves no listener behind. */
export async function raceAbort<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work;
  const done = new AbortController(); // removes the listener
  const aborted = new Promise<never>((_resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { signal: done.signal });
  });
  try {
    return await Promise.race([aborted, work]);
  } finally {
    done.abort();
  }
}
