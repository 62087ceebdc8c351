// Batcher: which calls share a batch, the limit of concurrent batches, and which calls get an error.
import { expect, test, vi } from "vitest";
import type { Db } from "../../src/db/database.ts";
import { type BatchSpec, createBatcher, type QueueLimits } from "../../src/domain/batcher.ts";
import { createPresence, type Requester } from "../../src/db/requester.ts";

const generous: QueueLimits = { timeout: 60_000, perRequester: 1000, inAll: 4000 };

/** Work that ends on demand, and its batches. */
function work(most: number, atOnce: number, limits = generous, now = () => performance.now()) {
  const goes: { all: number[]; end(): void; fail(error: Error): void }[] = [];
  const gathering: BatchSpec<number, string> = {
    name: "test",
    maxSize: most,
    concurrency: atOnce,
    run: (_db, all) =>
      new Promise((resolve, reject) => {
        goes.push({ all: [...all], end: () => resolve(all.map((n) => `did ${n}`)), fail: reject });
      }),
  };
  const presence = createPresence(now);
  const dbOf = (requester: Requester) => ({ requester }) as Db;
  const batcher = createBatcher({ ...dbOf({ key: 0 }), presence, forRequester: dbOf }, limits);
  return {
    goes,
    call: (n: number, key = "one") => batcher.run(dbOf({ key: 0 }), gathering, key, n),
    /** the same for a requester, which is then active */
    callFor(requester: number, n: number, key = "one", signal?: AbortSignal) {
      presence.markActive(requester);
      return batcher.run(dbOf({ key: requester, signal }), gathering, key, n);
    },
    counts: () => batcher.counts()["test"],
  };
}

const turn = () => new Promise<void>((done) => void setImmediate(() => setImmediate(done)));
const wentTogether = (goes: { all: number[] }[]) => goes.map(({ all }) => all);

test("a single call runs at once, and calls of one turn run as a batch, answered in their order", async () => {
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

test("a batch has at most its limit, and calls queue while the maximum of batches runs", async () => {
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

test("during a batch of their key calls wait until they are as many, or the deadline; other keys do not wait", async () => {
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

test("a batch holds calls of one key, and the one that has waited longest goes first", async () => {
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

test("a failure rejects the calls of its batch, and no others", async () => {
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

test("requesters take turns: a flood delays its own requester alone", async () => {
  const { goes, callFor } = work(1, 2);
  const flood = Array.from({ length: 50 }, (_, n) => callFor(1, n, `search ${n}`));
  await turn();
  const other = callFor(2, 1000, "another search");
  await turn();
  expect(wentTogether(goes)).toEqual([[0], [1]]);
  goes[0]!.end();
  await turn();
  expect(wentTogether(goes)).toEqual([[0], [1], [1000]]);
  goes[2]!.end();
  expect(await other).toBe("did 1000");
  for (let at = 1; at < 51; at += 1) {
    goes[at]!.end();
    await turn();
  }
  expect(await Promise.all(flood)).toHaveLength(50);
});

test("a batch takes calls of several requesters in turn", async () => {
  const { goes, callFor } = work(4, 1);
  const all = [1, 2, 3, 4].map((n) => callFor(1, n));
  await turn();
  for (const n of [5, 6, 7, 8]) all.push(callFor(1, n));
  for (const n of [21, 22]) all.push(callFor(2, n));
  goes[0]!.end();
  await turn();
  expect(wentTogether(goes)).toEqual([
    [1, 2, 3, 4],
    [5, 21, 6, 22],
  ]);
  goes[1]!.end();
  await turn();
  goes[2]!.end();
  expect(await Promise.all(all)).toHaveLength(10);
});

test("while another requester is active one has a single batch in flight, and all of them when it is alone", async () => {
  let clock = 0;
  const { goes, callFor } = work(1, 3, generous, () => clock);
  const all = [callFor(2, 200)];
  await turn();
  goes[0]!.end();
  for (let n = 0; n < 4; n += 1) all.push(callFor(1, n, `search ${n}`));
  await turn();
  expect(wentTogether(goes)).toEqual([[200], [0]]);
  clock += 2000; // the other has been inactive for two seconds
  goes[1]!.end();
  await turn();
  expect(wentTogether(goes)).toEqual([[200], [0], [1], [2], [3]]);
  for (const { end } of goes) end();
  await Promise.all(all);
});

test("2,000 calls of one requester: those over the bound are refused at once, and another requester's still find room", async () => {
  const { goes, callFor, counts } = work(32, 1, { timeout: 60_000, perRequester: 300, inAll: 500 });
  const flood = Array.from({ length: 2000 }, (_, n) =>
    callFor(1, n).catch((error: unknown) => (error as { code: string }).code),
  );
  const other = callFor(2, 5000);
  expect(counts()).toMatchObject({ waiting: 301, refused: { full: 1700 } });
  for (let at = 0; counts()!.waiting > 0; at += 1) {
    await turn();
    goes[at]!.end();
  }
  expect(await other).toBe("did 5000");
  const answers = await Promise.all(flood);
  expect(answers.filter((one) => one === "unavailable")).toHaveLength(1700);
});

test("an abandoned call leaves the queue at once and is never begun", async () => {
  const { goes, callFor, counts } = work(32, 1);
  const leaving = new AbortController();
  const first = callFor(1, 0);
  await turn();
  const stays = callFor(1, 1);
  const leaves = [2, 3].map((n) => callFor(1, n, "one", leaving.signal));
  const together = leaves.map((one) => expect(one).rejects.toMatchObject({ code: "unavailable" }));
  expect(counts()).toMatchObject({ waiting: 3 });
  leaving.abort();
  await Promise.all(together);
  expect(counts()).toMatchObject({ waiting: 1, refused: { abandoned: 2 } });
  await expect(callFor(1, 4, "one", leaving.signal)).rejects.toMatchObject({ code: "unavailable" });
  goes[0]!.end();
  await turn();
  goes[1]!.end();
  expect([await first, await stays]).toEqual(["did 0", "did 1"]);
  expect(wentTogether(goes)).toEqual([[0], [1]]);
});

test("a call abandoned in its first turn is not run, and one in progress is finished", async () => {
  const { goes, callFor } = work(32, 1);
  const [early, late] = [new AbortController(), new AbortController()];
  const abandoned = callFor(1, 0, "one", early.signal);
  const begun = callFor(1, 1, "one", late.signal);
  early.abort();
  await expect(abandoned).rejects.toMatchObject({ code: "unavailable" });
  await turn();
  late.abort();
  goes[0]!.end();
  expect(await begun).toBe("did 1");
  expect(wentTogether(goes)).toEqual([[1]]);
});

test("calls of one turn beyond its batches have their time-out as well", async () => {
  const { goes, callFor, counts } = work(1, 1, { ...generous, timeout: 40 });
  const [first, second] = [callFor(1, 1), callFor(1, 2)];
  await expect(second).rejects.toMatchObject({ code: "unavailable" });
  expect(counts()).toMatchObject({ waiting: 0, refused: { timeout: 1 } });
  goes[0]?.end();
  expect(await first).toBe("did 1");
});

test("a call that has waited as long as it may is told to come again, and its place is free", async () => {
  const { goes, callFor, counts } = work(32, 1, { ...generous, timeout: 20 });
  const first = callFor(1, 0);
  await turn();
  await expect(callFor(1, 1)).rejects.toMatchObject({ code: "unavailable", retryAfter: 1 });
  expect(counts()).toMatchObject({ waiting: 0, refused: { timeout: 1 } });
  goes[0]!.end();
  await first;
});
