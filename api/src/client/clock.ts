/**
 * Time and chance as the client sees them. Everything in the client that waits, measures or draws lots does it through
 * a clock, so that a test can give its own and never waits.
 */

/**
 * What the client waits and draws lots with; only tests need another one.
 *
 * @example
 * const waits: number[] = [];
 * const clock: Clock = { now: () => 0, random: () => 1, sleep: async (ms) => void waits.push(ms) };
 */
export interface Clock {
  /** milliseconds since some moment; never runs backwards */
  now(): number;
  /** a number from 0 to below 1 */
  random(): number;
  /** ends after so many milliseconds, or fails with the signal's reason as soon as that is aborted */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own. */
export const systemClock: Clock = {
  now: () => performance.now(),
  random: () => Math.random(),
  sleep: (ms, signal) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const slept = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
    return until(signal, slept).finally(() => clearTimeout(timer));
  },
};

/** What `work` becomes, or the signal's reason if that is aborted before; nothing stays attached to the signal. */
export async function until<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work;
  const done = new AbortController(); // takes the listener away
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
