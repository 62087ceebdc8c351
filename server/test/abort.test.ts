// Promise helpers: an abort or a timeout ends the wait at once, and leaves no timer and no listener behind.
import { getEventListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { raceAbort, sleep, timeoutOr, withTimeout } from "../src/abort.ts";

const never = new Promise<never>(() => undefined);
const reason = new Error("enough");

test("work that ends in time gives its outcome, and no listener stays", async () => {
  const { signal } = new AbortController();
  expect(await raceAbort(signal, Promise.resolve(7))).toBe(7);
  await expect(raceAbort(signal, Promise.reject(reason))).rejects.toBe(reason);
  expect(await withTimeout(1000, signal, new Error("late"), async () => 8)).toBe(8);
  expect(await timeoutOr(1000, Promise.resolve(9), 0)).toBe(9);
  await expect(timeoutOr(1000, Promise.reject(reason), 0)).rejects.toBe(reason);
  expect(await sleep(1, signal)).toBe(true);
  await delay(0); // `finally` of the race runs a turn later
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("an abort ends the wait with its reason, before the work and during it", async () => {
  await expect(raceAbort(AbortSignal.abort(reason), never)).rejects.toBe(reason);
  const stop = new AbortController();
  let given: AbortSignal | undefined;
  const race = raceAbort(stop.signal, never);
  const timed = withTimeout(60_000, stop.signal, new Error("late"), (signal) => {
    given = signal;
    return never;
  });
  const slept = sleep(60_000, stop.signal);
  stop.abort(reason);
  await expect(race).rejects.toBe(reason);
  await expect(timed).rejects.toBe(reason);
  expect(await slept).toBe(false);
  expect(given?.reason).toBe(reason);
});

test("work that takes too long is aborted with the timeout's error, or replaced by a default", async () => {
  const late = new Error("late");
  let given: AbortSignal | undefined;
  const timed = withTimeout(5, new AbortController().signal, late, (signal) => {
    given = signal;
    return never;
  });
  await expect(timed).rejects.toBe(late);
  expect(given?.reason).toBe(late);
  expect(await timeoutOr(5, never, "default")).toBe("default");
});
