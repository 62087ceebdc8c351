/** Work with an end: it is told by a signal when nobody waits for it any more, and from then on nobody does. */

/** The work's outcome, or the signal's reason when that comes first. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** The work's outcome; or `late`, or the outer signal's reason, when one of these comes first. */
export async function upTo<T>(
  milliseconds: number,
  outer: AbortSignal,
  late: Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer.throwIfAborted();
  const own = new AbortController();
  const limit = setTimeout(() => own.abort(late), Math.max(0, milliseconds));
  const follow = () => own.abort(outer.reason);
  outer.addEventListener("abort", follow, { once: true });
  try {
    return await unlessAborted(own.signal, work(own.signal));
  } finally {
    clearTimeout(limit);
    outer.removeEventListener("abort", follow);
  }
}

/** Time that passes; less of it when the signal is aborted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || milliseconds <= 0) return;
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end, { once: true });
  });
}
