/** Patience with an end: what takes longer goes on by itself, but nobody waits for it any more. */

/** What the work answers, or something instead when that takes longer than so many milliseconds. */
export async function within<T>(milliseconds: number, work: Promise<T>, instead: T): Promise<T> {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    limit = setTimeout(() => resolve(instead), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(limit);
  }
}
