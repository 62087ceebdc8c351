// Back-off: the waits between attempts, and their random parts.
import { expect, test } from "vitest";
import { exponentialBackoff, fullJitter, jitter } from "../src/backoff.ts";
import { lockRetryDelay } from "../src/db/errors.ts";

const waits = (count: number, wait: (attempts: number) => number) =>
  Array.from({ length: count }, (_, at) => wait(at + 1));

test("a wait doubles from its minimum to its maximum and stays there, however many attempts failed", () => {
  const bounds = { min: 100, max: 1000 };
  expect(waits(6, (attempts) => exponentialBackoff(attempts, bounds))).toEqual([
    100, 200, 400, 800, 1000, 1000,
  ]);
  expect(exponentialBackoff(100_000, bounds)).toBe(1000);
});

test("jitter changes a wait by up to a fifth either way", () => {
  const drawn = waits(1000, () => jitter(1000));
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(800);
  expect(Math.max(...drawn)).toBeLessThanOrEqual(1200);
  expect(Math.min(...drawn)).toBeLessThan(900);
  expect(Math.max(...drawn)).toBeGreaterThan(1100);
});

test("full jitter draws from nothing to the whole wait", () => {
  const drawn = waits(1000, () => fullJitter(1000));
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
  expect(Math.min(...drawn)).toBeLessThan(100);
  expect(Math.max(...drawn)).toBeGreaterThan(900);
  expect(Math.max(...drawn)).toBeLessThan(1000);
});

test("a transaction that met a lock is retried within 160 ms", () => {
  expect(Math.max(...waits(1000, () => lockRetryDelay(1)))).toBeLessThan(20);
  expect(Math.max(...waits(1000, lockRetryDelay))).toBeLessThan(160);
});
