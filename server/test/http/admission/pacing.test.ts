// Pacing: while several keys are active, responses are written one per turn of the event loop, and the keys take turns.
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { createPacing } from "../../../src/http/admission/pacing.ts";

/**
 * Writes responses of these keys, which are all ready together; returns what was written after each turn of the loop.
 */
async function writtenByTurn(keys: readonly number[], isShared = true): Promise<number[][]> {
  const pacing = createPacing({ hasOthers: () => isShared, hasQuietOthers: () => isShared });
  const written: number[] = [];
  for (const key of keys) {
    const wait = pacing.wait(key);
    if (wait) void wait.then(() => written.push(key));
    else written.push(key);
  }
  const turns = [[...written]];
  while (written.length < keys.length) {
    await turn();
    turns.push([...written]);
  }
  return turns;
}

test("a key that is alone does not wait", async () => {
  expect(await writtenByTurn([1, 1, 1], false)).toEqual([[1, 1, 1]]);
});

test("one answer is written per turn, and another key's answer comes before the rest of a batch", async () => {
  const turns = await writtenByTurn([1, 1, 1, 1, 2]);
  expect(turns.map(({ length }) => length)).toEqual([1, 2, 3, 4, 5]);
  expect(turns.at(-1)).toEqual([1, 1, 2, 1, 1]);
});

test("the more answers wait, the more are written per turn", async () => {
  expect((await writtenByTurn(Array.from({ length: 2000 }, () => 1))).length).toBeLessThan(300);
});

test("after a turn without an answer the next one is written without a wait", async () => {
  const pacing = createPacing({ hasOthers: () => true, hasQuietOthers: () => true });
  expect(pacing.wait(1)).toBeUndefined();
  expect(pacing.wait(1)).toBeInstanceOf(Promise);
  await turn();
  await turn();
  expect(pacing.wait(1)).toBeUndefined();
});
