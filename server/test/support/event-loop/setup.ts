// Setup of every test file: notices when one request blocked the event loop for over 100 ms. The first run only records
// it, and `support/event-loop/second-run.ts` runs the file again after all others, twice at most; there the same test
// fails. A slow turn can be code that runs for the first time, or another process that empties the caches. Three are the
// request's.
import { appendFileSync } from "node:fs";
import { relative } from "node:path";
import { afterAll, afterEach, expect, inject } from "vitest";
import { type Hold, holdLimit, startWatching, takeHolds } from "./watch.ts";

/** A test in which the event loop was blocked. */
export interface Trip {
  file: string;
  test: string;
  holds: Hold[];
}

startWatching();

afterEach(async ({ task }) => settle(task.name, await takeHolds()));
afterAll(async () => settle("before or after the tests", await takeHolds()));

function settle(test: string, holds: Hold[]): void {
  if (holds.length === 0) return;
  const { noted, again } = inject("loopWatch");
  const trip: Trip = { file: relative(process.cwd(), expect.getState().testPath ?? ""), test, holds };
  if (noted !== undefined) appendFileSync(noted, `${JSON.stringify(trip)}\n`);
  else if (again.includes(test)) throw new Error(sentenceOf(holds));
}

function sentenceOf(holds: readonly Hold[]): string {
  const each = holds.map(({ who, milliseconds }) => `${who} for ${milliseconds} ms`);
  return `Requests held the event loop for over ${holdLimit} ms in one turn: ${each.join(", ")}.`;
}
