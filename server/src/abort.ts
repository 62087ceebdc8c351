/** Promise helpers for an AbortSignal or a timeout, after which the caller waits no longer. */

/** Returns the work's outcome, or throws the signal's reason when that comes first. */
export function raceAbort<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** Returns the work's outcome; throws `timeoutError`, or the outer signal's reason, when one of these comes first. */
export async function withTimeout<T>(
  milliseconds: number,
  outer: AbortSignal,
  timeoutError: Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer.throwIfAborted();
  const own = new AbortController();
  const timer = setTimeout(() => own.abort(timeoutError), Math.max(0, milliseconds));
  const abort = () => own.abort(outer.reason);
  outer.addEventListener("abort", abort, { once: true });
  try {
    return await raceAbort(own.signal, work(own.signal));
  } finally {
    clearTimeout(timer);
    outer.removeEventListener("abort", abort);
  }
}

/** Returns the work's outcome, or a default after a timeout; the work itself is not cancelled. */
export async function timeoutOr<T, D>(milliseconds: number, work: Promise<T>, fallback: D): Promise<T | D> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<D>((resolve) => {
    timer = setTimeout(() => resolve(fallback), milliseconds);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits; aborting the signal ends the wait early. Returns whether it was not aborted. */
export async function sleep(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  if (!signal.aborted && milliseconds > 0)
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      signal.addEventListener("abort", end, { once: true });
    });
  return !signal.aborted;
}
