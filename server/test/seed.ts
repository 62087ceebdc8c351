// The seed of this file's random tests: random, or the one in SEED. It is printed, so that a failure can be repeated:
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
