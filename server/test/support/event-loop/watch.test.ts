// The event-loop watcher: what it measures, and what it does not charge to a request.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { startTestServer } from "../test-server.ts";
import { readCpu } from "../cpu-time.ts";
import { takeHolds } from "./watch.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const world = await startTestServer();
const { server } = world.service.app;

/** Makes the next request do something before its handler runs. */
function interpose(act: () => void): void {
  server.prependOnceListener("request", act);
}

/** Computes without garbage: the watcher does not count the time of its collection. */
function burn(milliseconds: number): void {
  for (const until = readCpu() + milliseconds; readCpu() < until; ) for (let n = 0; n < 1e6; n += 1);
}

const ask = () => world.raw("GET", "/customer", { query: { query: "ada" } });
const asked = "GET /api/v2/customer";

test("a request that computes for 150 ms is told, with its path and how long it took", async () => {
  interpose(() => burn(150));
  await ask();
  const [hold, ...others] = await takeHolds();
  expect(others).toEqual([]);
  expect(hold).toMatchObject({ who: asked });
  expect(hold?.milliseconds).toBeGreaterThan(120);
});

test("steps that follow each other without a turn of the loop count together", async () => {
  interpose(() => void inSteps());
  async function inSteps() {
    for (let step = 0; step < 15; step += 1) {
      burn(10);
      await Promise.resolve();
    }
  }
  await ask();
  expect((await takeHolds()).map(({ who }) => who)).toEqual([asked]);
});

test("steps in separate turns do not count together", async () => {
  let over: Promise<void> | undefined;
  interpose(() => void (over = inSlices()));
  async function inSlices() {
    for (let step = 0; step < 15; step += 1) {
      burn(10);
      await new Promise((done) => void setImmediate(done));
    }
  }
  await ask();
  await over;
  expect(await takeHolds()).toEqual([]);
});

test("a row of a request's statement counts for the request, on whichever session it arrives", async () => {
  const { pool } = world.service.db;
  await pool.query("SELECT 1"); // a connection that this test has opened
  const types = {
    getTypeParser: () => (text: string) => {
      burn(150);
      return text;
    },
  };
  interpose(() => void pool.query({ text: "SELECT 'slow to read'", types }));
  await ask();
  await pool.query("SELECT 1");
  expect((await takeHolds()).map(({ who }) => who)).toEqual([asked]);
});

test("the test's own computation during requests counts against no request", async () => {
  const answers = [ask(), ask(), ask()];
  burn(150);
  await Promise.all(answers);
  burn(150);
  expect(await takeHolds()).toEqual([]);
});

test("garbage collection during a request does not count", async () => {
  const kept = Array.from({ length: 400_000 }, (_, n) => ({ n, text: `kept ${n}` }));
  let took = 0;
  interpose(() => {
    const begun = performance.now();
    while (performance.now() - begun < 300) collect();
    took = performance.now() - begun;
  });
  await ask();
  expect(took).toBeGreaterThan(150);
  expect(await takeHolds()).toEqual([]);
  expect(kept.length).toBe(400_000);
});

test("short requests of one turn are not counted as one", async () => {
  const burning = () => burn(30);
  server.prependListener("request", burning);
  await Promise.all(Array.from({ length: 8 }, ask));
  server.off("request", burning);
  expect(await takeHolds()).toEqual([]);
});
