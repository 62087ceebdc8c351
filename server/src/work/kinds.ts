/** Every kind of background work there is, by its name in the table `job`. */
import type { Kind } from "./worker.ts";

/** Makes them. */
export function makeKinds(): Record<string, Kind> {
  return {};
}
