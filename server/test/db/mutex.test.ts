// Keyed mutex: calls about one record run one after the other, without a connection while they wait; calls of one group
// run together.
import { expect, test } from "vitest";
import { createMutex } from "../../src/db/mutex.ts";

const limits = { timeoutMs: 60_000, minWaiting: 4, targetMs: 1000 };
const somebody = { key: 1 };
const turn = () => new Promise<void>((done) => void setImmediate(done));

/** Work that ends on demand, and which of it has begun. */
function works(mutex = createMutex(limits)) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (work: string, thing: string, alike?: string, signal?: AbortSignal) =>
    mutex.run(
      { ...somebody, signal },
      { key: thing, group: alike === undefined ? undefined : () => alike },
      () => {
        begun.push(work);
        return new Promise<string>((resolve) => ends.set(work, () => resolve(`did ${work}`)));
      },
    );
  const end = async (...all: string[]) => {
    for (const work of all) ends.get(work)?.();
    await turn();
  };
  return { mutex, begun, run, end };
}

test("calls about one thing run in the order of coming, and those about another thing need not wait", async () => {
  const { begun, run, end } = works();
  const all = [run("a", "x"), run("b", "x"), run("c", "x"), run("d", "y")];
  await turn();
  expect(begun).toEqual(["a", "d"]);
  await end("a");
  expect(begun).toEqual(["a", "d", "b"]);
  await end("b");
  await end("c", "d");
  expect(await Promise.all(all)).toEqual(["did a", "did b", "did c", "did d"]);
});

test("equal calls run together, and none overtakes a waiting one", async () => {
  const { begun, run, end } = works();
  const all = [
    run("a1", "x", "a"),
    run("a2", "x", "a"),
    run("b", "x", "b"),
    run("a3", "x", "a"),
    run("a4", "x", "a"),
  ];
  await turn();
  expect(begun).toEqual(["a1", "a2"]);
  await end("a1");
  expect(begun).toEqual(["a1", "a2"]);
  await end("a2");
  expect(begun).toEqual(["a1", "a2", "b"]);
  await end("b");
  expect(begun).toEqual(["a1", "a2", "b", "a3", "a4"]);
  await end("a3", "a4");
  await Promise.all(all);
});

test("work that fails lets the next one in", async () => {
  const { mutex, run, begun, end } = works();
  const failing = mutex.run(somebody, { key: "x" }, () => Promise.reject(new Error("lost")));
  const next = run("b", "x");
  await expect(failing).rejects.toThrow("lost");
  await turn();
  expect(begun).toEqual(["b"]);
  await end("b");
  await next;
});

test("an abandoned call leaves the queue and is never begun", async () => {
  const { mutex, begun, run, end } = works();
  const leaving = new AbortController();
  const first = run("a", "x");
  const gone = run("b", "x", undefined, leaving.signal);
  const last = run("c", "x");
  await turn();
  leaving.abort();
  await expect(gone).rejects.toMatchObject({ code: "unavailable" });
  expect(mutex.counts).toMatchObject({ waiting: 1, refused: { abandoned: 1 } });
  await end("a");
  expect(begun).toEqual(["a", "c"]);
  await end("c");
  await Promise.all([first, last]);
});

test("a minimum of calls is always queued; more only while they would run in time, equal calls counted once", async () => {
  const { mutex, begun, run, end } = works(createMutex({ timeoutMs: 60_000, minWaiting: 2, targetMs: -1 }));
  await Promise.all([run("warm", "x"), turn().then(() => end("warm"))]);
  const all = [run("a", "x"), run("b", "x"), run("c", "x")];
  const tooMany = run("d", "x");
  await expect(tooMany).rejects.toMatchObject({ code: "unavailable", retryAfter: 1 });
  expect(mutex.counts.refused.full).toBe(1);
  for (const work of ["a", "b", "c"]) await end(work);
  expect(begun).toEqual(["warm", "a", "b", "c"]);
  await Promise.all(all);
});

test("a call that has waited as long as it may is told to come again", async () => {
  const { mutex, run, end } = works(createMutex({ ...limits, timeoutMs: 20 }));
  const first = run("a", "x");
  await expect(run("b", "x")).rejects.toMatchObject({ code: "unavailable", retryAfter: 1 });
  expect(mutex.counts).toMatchObject({ waiting: 0, refused: { timeout: 1 } });
  await end("a");
  await first;
});
