/** Hash-based random numbers: a function of a seed and a position, so that all passes agree. */

/** A whole number from 0 to 2^32 - 1 for a position. */
export function hash(seed: number, place: number, salt: number): number {
  let h = (seed ^ Math.imul(place, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b) >>> 0;
  return (h ^ (h >>> 16)) >>> 0;
}

/** A number from 0 up to 1. */
export function fraction(seed: number, place: number, salt: number): number {
  return hash(seed, place, salt) / 2 ** 32;
}

/** Ranks distributed like names: the first is the commonest, the hundredth a hundred times as rare (Zipf's law). */
export function zipf(u: number, ranks: number): number {
  return Math.min(ranks - 1, Math.floor((ranks + 1) ** u) - 1);
}
