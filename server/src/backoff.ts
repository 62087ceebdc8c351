/** Back-off: how long to wait before another attempt, and random parts that keep callers from returning together. */

/** The bounds of an exponential back-off, in any unit of time. */
export interface BackoffBounds {
  /** the wait after the first attempt */
  min: number;
  max: number;
}

/** In milliseconds: between restarts of a child process, a worker or PostgreSQL, that ends again and again. */
export const restartBackoff: BackoffBounds = { min: 100, max: 5000 };

/** The wait after so many failed attempts: doubles with each, up to the maximum. */
export function exponentialBackoff(attempts: number, { min, max }: BackoffBounds): number {
  return Math.min(max, min * 2 ** (attempts - 1));
}

/** Adds or removes up to a fifth, so that jobs that failed together do not return together. */
export function jitter(wait: number): number {
  return wait * (0.8 + Math.random() * 0.4);
}

/** A random part of a wait (full jitter): for callers that are in each other's way, such as those of one lock. */
export function fullJitter(wait: number): number {
  return wait * Math.random();
}
