// Turns of keys: beside a quiet key a busy one runs few handlers concurrently; busy keys share all of them.
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { createPresence, systemRequester } from "../../../src/db/requester.ts";
import { createAdmission, type RequestClass } from "../../../src/http/admission/admission.ts";

/** Admission on a clock of the test; `flood` sends requests of a key whose handlers do not end until `end` is called. */
function createWorld() {
  const world = { clock: 0 };
  const now = () => world.clock;
  const presence = createPresence(now);
  const timeouts = { statement: 2000, lock: 500, acquire: 5000, retry: 5000 };
  const admission = createAdmission({ presence, timeouts }, now);
  const running = new Map<number, number>();
  const ends: (() => void)[] = [];
  function flood(kind: RequestClass, key: number, count: number): void {
    for (let n = 0; n < count; n += 1) {
      const place = admission.admit(kind, key);
      presence.markActive(key);
      void admission
        .run(kind, { key }, async () => {
          running.set(key, (running.get(key) ?? 0) + 1);
          await new Promise<void>((end) => ends.push(end));
          running.set(key, (running.get(key) ?? 0) - 1);
        })
        .finally(() => place?.release());
    }
  }
  return {
    flood,
    /** a quiet key makes a call that ends immediately */
    call(kind: RequestClass, key: number): void {
      const place = admission.admit(kind, key);
      presence.markActive(key);
      place?.release();
    },
    pass: (milliseconds: number) => void (world.clock += milliseconds),
    running: (key: number) => running.get(key) ?? 0,
    /** ends all handlers, those too that begin then */
    async end(): Promise<void> {
      while (ends.length > 0) {
        for (const end of ends.splice(0)) end();
        await setImmediate();
      }
    },
  };
}

test.each([
  ["read", 8],
  ["search", 3],
  ["write", 7],
] as const)("beside a quiet key, a busy one runs few handlers: %s", async (kind, most) => {
  const world = createWorld();
  world.call("read", 1);
  world.flood(kind, 2, 60);
  expect(world.running(2)).toBe(most);
  await world.end();
});

test("two busy keys are no reason to slow either down", async () => {
  const world = createWorld();
  const counts: number[][] = [];
  for (let round = 0; round < 3; round += 1) {
    for (const key of [1, 2]) world.flood("search", key, 30);
    counts.push([world.running(1), world.running(2)]);
    await world.end();
    world.pass(600);
  }
  expect(counts).toEqual([
    [30, 3], // nothing is known of the second key yet
    [3, 3], // each was quiet a moment ago
    [30, 30],
  ]);
});

test("a key is quiet again one second after it was busy", () => {
  let clock = 0;
  const presence = createPresence(() => clock);
  const call = () => [1, 2].forEach((key) => presence.markActive(key));
  call();
  expect([1, 2].map((key) => presence.hasQuietOthers(key))).toEqual([true, true]);
  presence.markBusy(2);
  clock += 999;
  call();
  expect([1, 2].map((key) => presence.hasQuietOthers(key))).toEqual([true, true]); // 2 called 999 ms ago
  clock += 1;
  expect([1, 2].map((key) => presence.hasQuietOthers(key))).toEqual([false, true]);
  expect(presence.hasOthers(1)).toBe(true);
  call();
  expect([1, 2].map((key) => presence.hasQuietOthers(key))).toEqual([true, true]);
});

test("the service's own calls are no other key", () => {
  const presence = createPresence(() => 0);
  presence.markActive(systemRequester.key);
  expect([presence.hasOthers(1), presence.hasQuietOthers(1)]).toEqual([false, false]);
});
