// The seed of this file's random tests: random, or from SEED. It is printed, so that a failure can be repeated:
// `fc.assert(property, { seed: seed() })`.
import { randomInt } from "node:crypto";

let chosen: number | undefined;

export function seed(): number {
  if (chosen === undefined) {
    chosen = process.env.SEED ? Number(process.env.SEED) : randomInt(2 ** 31);
    console.log(`random tests: repeat with SEED=${chosen}`);
  }
  return chosen;
}

/** Random whole numbers from 0 to below a count, the same for the same seed. */
export function dice(): (count: number) => number {
  let state = seed();
  return (count) => ((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 8) % count;
}
