// Calls that are done together: who goes along with whom, how many at a time, and who is told of a failure.
import { expect, test, vi } from "vitest";
import type { Db } from "../../src/db/database.ts";
import { type Gathering, makeGather } from "../../src/domain/batcher.ts";

const nowhere = {} as Db;

/** Work that ends when it is told to, and what went together. */
function work(most: number, atOnce: number) {
  const goes: { all: number[]; end(): void; fail(error: Error): void }[] = [];
  const gathering: Gathering<number, string> = {
    most,
    atOnce,
    run: (_db, all) =>
      new Promise((resolve, reject) => {
        goes.push({ all: [...all], end: () => resolve(all.map((n) => `did ${n}`)), fail: reject });
      }),
  };
  const gather = makeGather(nowhere);
  return { goes, call: (n: number, key = "one") => gather(gathering, key, n) };
}

const turn = () => new Promise<void>((done) => void setImmediate(() => setImmediate(done)));
const wentTogether = (goes: { all: number[] }[]) => goes.map(({ all }) => all);

test("a caller alone goes at once, and callers of one turn go together and are answered in their order", async () => {
  const { goes, call } = work(32, 3);
  const alone = call(0);
  await turn();
  expect(wentTogether(goes)).toEqual([[0]]);
  const others = [call(1), call(2), call(3)];
  await turn();
  expect(wentTogether(goes)).toEqual([[0], [1, 2, 3]]);
  for (const { end } of goes) end();
  expect(await Promise.all([alone, ...others])).toEqual(["did 0", "did 1", "did 2", "did 3"]);
});

test("no go is larger than it may be, and while as many are under way as may be, the others wait and gather", async () => {
  const { goes, call } = work(3, 2);
  const all = Array.from({ length: 8 }, (_, n) => call(n));
  await turn();
  expect(wentTogether(goes)).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ]);
  all.push(call(8));
  await turn();
  expect(goes).toHaveLength(2);
  goes[0]!.end();
  await turn();
  expect(wentTogether(goes).slice(2)).toEqual([[6, 7, 8]]);
  for (const { end } of goes) end();
  expect(await Promise.all(all)).toHaveLength(9);
});

test("beside a go of their key others go only when they are as many, or when it is late; other keys need not wait", async () => {
  const { goes, call } = work(32, 3);
  const all = [call(1), call(2)];
  await turn();
  all.push(call(3));
  await turn();
  expect(wentTogether(goes)).toEqual([[1, 2]]);
  all.push(call(4, "other"));
  await turn();
  expect(wentTogether(goes)).toEqual([[1, 2], [4]]);
  goes[1]!.end();
  all.push(call(5));
  await turn();
  expect(wentTogether(goes).slice(2)).toEqual([[3, 5]]);
  all.push(call(6));
  await turn();
  expect(goes).toHaveLength(3);
  await vi.waitFor(() => expect(wentTogether(goes).slice(3)).toEqual([[6]]), { timeout: 60_000 });
  for (const { end } of goes) end();
  expect(await Promise.all(all)).toHaveLength(6);
});

test("only those of one key go together, whoever waits longest first", async () => {
  const { goes, call } = work(32, 1);
  const all = [call(1, "a"), call(2, "b"), call(3, "a"), call(4, "b"), call(5, "a")];
  await turn();
  expect(wentTogether(goes)).toEqual([[1, 3, 5]]);
  goes[0]!.end();
  await turn();
  expect(wentTogether(goes)).toEqual([
    [1, 3, 5],
    [2, 4],
  ]);
  goes[1]!.end();
  await Promise.all(all);
});

test("a failure is told to those who went along, and to nobody else", async () => {
  const { goes, call } = work(2, 2);
  const all = [call(1), call(2), call(3), call(4)].map((one) =>
    one.catch((error: unknown) => (error as Error).message),
  );
  await turn();
  goes[0]!.fail(new Error("lost"));
  goes[1]!.end();
  expect(await Promise.all(all)).toEqual(["lost", "lost", "did 3", "did 4"]);
  const later = call(4);
  await turn();
  goes[2]!.end();
  expect(await later).toBe("did 4");
});
