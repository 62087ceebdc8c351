// Jobs in one process and in several: started at once, once each, in the order of their lane; deferred, failed,
// retried; handed back at a stop, taken over from a killed process; and their metrics.
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Db } from "../../src/db/database.ts";
import { openDatabase } from "../../src/db/pool.ts";
import {
  claim,
  enqueue,
  finishJob,
  failJob,
  type Job,
  LeaseLost,
  type NewJob,
  retryLater,
} from "../../src/domain/job-queue.ts";
import { openLog } from "../../src/log.ts";
import { type JobHandler, type JobResult, startWorker, type Worker } from "../../src/jobs/worker.ts";
import { poll } from "../support/embedded/harness.ts";
import { uniqueName } from "../support/requests.ts";
import { scrape } from "../support/scrape.ts";
import { startTestServer } from "../support/test-server.ts";

vi.setConfig({ testTimeout: 120_000 });
const world = await startTestServer();
const { db } = world.service;
const brandId = await world.newBrand();
const log = openLog("silent", false);
const workers: Worker[] = [];
afterAll(() => Promise.all(workers.map((worker) => worker.stop())));

/** A database as another process has it: its own connections, and no notifications from this one. */
function another(): Db {
  const other = openDatabase({ connectionString: world.databaseUrl });
  afterAll(() => other.close());
  return other;
}

function work(on: Db, kinds: Record<string, JobHandler>): Worker {
  const worker = startWorker(on, log, kinds);
  workers.push(worker);
  return worker;
}

const put = (...jobs: Omit<NewJob, "brandId">[]) =>
  db.transaction((tx) => enqueue(tx, ...jobs.map((one) => ({ brandId, ...one }))));
const kindOf = (run: JobHandler["run"], concurrency = 8): JobHandler => ({ concurrency, run });
const done: JobResult = { done: true };
const left = async (kind: string) => (await world.admin.job.list({ kind })).items;
const lanes = async (kind: string) =>
  (await db.pool.query("SELECT lane FROM job_lane WHERE kind = $1", [kind])).rowCount;
const take = async (kind: string, most = 1) => claim(db, new Map([[kind, most]]));

describe("a worker", () => {
  test("does what was committed, once, and nothing of what was not", async () => {
    const kind = uniqueName("kind");
    const seen: number[] = [];
    work(db, {
      [kind]: kindOf(async (job) => {
        seen.push(job.subject_id ?? 0);
        return done;
      }),
    });
    await db
      .transaction(async (tx) => {
        await enqueue(tx, { kind, brandId, subjectId: 99 });
        throw new Error("never mind");
      })
      .catch(() => undefined);
    for (let subjectId = 1; subjectId <= 30; subjectId += 1) await put({ kind, subjectId });
    await poll(async () => (await left(kind)).length === 0);
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
    expect(await lanes(kind)).toBe(0);
  });

  test("does the jobs of a lane one at a time, in their order, and those of others meanwhile", async () => {
    const kind = uniqueName("kind");
    const order: Record<string, number[]> = {};
    const running = new Set<string>();
    let overlaps = 0;
    const run = async ({ lane, subject_id }: Job) => {
      if (running.has(lane)) overlaps += 1;
      running.add(lane);
      await wait(2);
      running.delete(lane);
      (order[lane] ??= []).push(subject_id ?? 0);
      return done;
    };
    for (const on of [db, another(), another()]) work(on, { [kind]: kindOf(run, 4) });
    const numbers = Array.from({ length: 25 }, (_, at) => at);
    for (const subjectId of numbers)
      await put(...["a", "b", "c", "d"].map((lane) => ({ kind, lane: `${kind}-${lane}`, subjectId })));
    await poll(async () => (await left(kind)).length === 0);
    expect(overlaps).toBe(0);
    expect(Object.values(order)).toEqual([numbers, numbers, numbers, numbers]);
  });

  test("begins the work of another process within a second or so", async () => {
    const kind = uniqueName("kind");
    let begun = false;
    work(another(), {
      [kind]: kindOf(async () => {
        begun = true;
        return done;
      }),
    });
    await put({ kind });
    await poll(() => begun);
  });

  test("puts a job off with those behind it, and goes on with other lanes", async () => {
    const kind = uniqueName("kind");
    const seen: string[] = [];
    work(db, {
      [kind]: kindOf(async ({ lane, subject_id, attempts }) => {
        seen.push(`${lane.slice(-1)}${subject_id}`);
        return lane.endsWith("a") && subject_id === 1 && attempts < 3
          ? { retryInMs: 300, error: "not_yet" }
          : done;
      }),
    });
    await put(
      { kind, lane: `${kind}-a`, subjectId: 1 },
      { kind, lane: `${kind}-a`, subjectId: 2 },
      { kind, lane: `${kind}-b`, subjectId: 1 },
    );
    await poll(async () => (await left(kind)).length === 0);
    expect(seen.filter((one) => one.startsWith("a"))).toEqual(["a1", "a1", "a1", "a2"]);
    expect(seen.indexOf("b1")).toBeLessThan(seen.lastIndexOf("a1"));
  });

  test("keeps what cannot be done, goes on behind it, and begins anew when told to", async () => {
    const kind = uniqueName("kind");
    let broken = true;
    const seen: number[] = [];
    work(db, {
      [kind]: kindOf(async ({ subject_id }) => {
        seen.push(subject_id ?? 0);
        return broken && subject_id === 1 ? { failed: "gone" } : done;
      }),
    });
    await put({ kind, lane: kind, subjectId: 1 }, { kind, lane: kind, subjectId: 2 });
    await poll(() => seen.includes(2));
    await poll(async () => (await left(kind)).length === 1);
    const [failed] = await left(kind);
    expect(failed).toMatchObject({
      kind,
      state: "failed",
      attempts: 1,
      last_error: "gone",
      brand_id: brandId,
    });
    broken = false;
    expect(await world.admin.job.retry({ id: failed!.id })).toMatchObject({ outcome: "updated" });
    await poll(async () => (await left(kind)).length === 0);
    expect(seen).toEqual([1, 2, 1]);
    await expect(world.admin.job.retry({ id: failed!.id })).rejects.toMatchObject({ code: "not_found" });
  });

  test("tries again what ended in an error, and gives up in the end", async () => {
    const kind = uniqueName("kind");
    let tries = 0;
    work(db, {
      [kind]: {
        concurrency: 1,
        maxAttempts: 2,
        run: () => Promise.reject(new Error(`broken ${(tries += 1)}`)),
      },
    });
    await put({ kind });
    await poll(async () => (await left(kind)).some(({ state }) => state === "failed"));
    expect(tries).toBe(2);
    expect((await left(kind))[0]).toMatchObject({ last_error: "internal", attempts: 2 });
  });

  test("renews the lease of long work, so that nobody else begins it", async () => {
    const kind = uniqueName("kind");
    let begun = 0;
    const run = async () => {
      begun += 1;
      await wait(7000); // more than two leases
      return done;
    };
    for (const on of [db, another()]) work(on, { [kind]: kindOf(run) });
    await put({ kind });
    await poll(() => begun === 1);
    await wait(7000);
    await poll(async () => (await left(kind)).length === 0);
    expect(begun).toBe(1);
  });

  test("hands back at a stop what it could not end", async () => {
    const kind = uniqueName("kind");
    const other = another();
    const run: JobHandler["run"] = (_, signal) =>
      new Promise((end) =>
        signal.addEventListener("abort", () => end({ retryInMs: 60_000, error: "stopped" })),
      );
    const worker = work(other, { [kind]: kindOf(run) });
    await put({ kind });
    await poll(async () => (await left(kind))[0]?.state === "running");
    await worker.stop();
    expect(await take(kind)).toHaveLength(1); // at once, not when the lease expires
  });
});

describe("a lease", () => {
  test("that ran out makes the job due again, and its old holder can no longer finish it", async () => {
    const kind = uniqueName("kind");
    await put({ kind, subjectId: 7 });
    const [first] = await take(kind);
    expect(await take(kind)).toEqual([]);
    let second: Job | undefined;
    const begun = performance.now();
    await poll(async () => (second = (await take(kind))[0]) !== undefined);
    expect(performance.now() - begun).toBeLessThan(60_000);
    expect(second).toMatchObject({ id: first!.id, subject_id: 7, attempts: 2 });
    for (const end of [
      finishJob,
      (tx: never, job: Job) => failJob(tx, job, "x"),
      (tx: never, job: Job) => retryLater(tx, job, 0),
    ])
      await expect(db.transaction((tx) => end(tx as never, first!))).rejects.toBeInstanceOf(LeaseLost);
    await db.transaction((tx) => finishJob(tx, second!));
    expect(await left(kind)).toEqual([]);
  });

  test("is not lost on a lane that gets another job while its last one ends", async () => {
    const kind = uniqueName("kind");
    for (let round = 0; round < 30; round += 1) {
      await put({ kind, lane: kind });
      const [job] = await take(kind);
      await Promise.all([db.transaction((tx) => finishJob(tx, job!)), put({ kind, lane: kind })]);
      const [next] = await take(kind);
      expect(next, `round ${round}`).toBeDefined();
      await db.transaction((tx) => finishJob(tx, next!));
    }
    expect(await lanes(kind)).toBe(0);
  });
});

describe("what is told of background work", () => {
  const kind = uniqueName("kind");
  let strange: number;

  beforeAll(async () => {
    strange = await world.newBrand();
    await put(...Array.from({ length: 5 }, () => ({ kind })), { kind: `${kind}-b` });
    await db.transaction((tx) => enqueue(tx, { kind, brandId: strange }));
    const [one] = await take(kind);
    await db.transaction((tx) => failJob(tx, one!, "gone"));
  });

  test("are counts by kind and state, and the jobs newest first, page by page", async () => {
    const all = await world.admin.job.list({ kind, itemLimit: 4 });
    expect(all.counts).toEqual([
      { kind, state: "failed", count: 1 },
      { kind, state: "waiting", count: 5 },
    ]);
    expect(all).toMatchObject({ itemTotal: 6 });
    const rest = await world.admin.job.list({ kind, itemLimit: 4, cursor: all.nextCursor! });
    const ids = [...all.items, ...rest.items].map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((a, b) => b - a));
    expect(new Set(ids).size).toBe(6);
    expect((await world.admin.job.list({ kind, state: "failed" })).items).toMatchObject([
      { last_error: "gone" },
    ]);
  });

  test("stays within the brands of the key", async () => {
    const key = await world.clientFor(["SETTINGS_CRUD"], [strange]);
    const { items, counts } = await key.job.list({});
    expect(items).toMatchObject([{ kind, brand_id: strange }]);
    expect(counts).toEqual([{ kind, state: "waiting", count: 1 }]);
    await expect(key.job.list({ brandId })).rejects.toMatchObject({ code: "not_found" });
    const [failed] = (await world.admin.job.list({ kind, state: "failed" })).items;
    await expect(key.job.retry({ id: failed!.id })).rejects.toMatchObject({ code: "not_found" });
  });

  test("stands in the metrics", async () => {
    const { text } = await scrape(world.url, world.adminKey);
    expect(text).toContain(`dossier_jobs{kind="${kind}",state="failed"} 1`);
    expect(text).toMatch(
      new RegExp(`dossier_job_oldest_age_seconds\\{kind="${kind}",state="waiting"\\} [0-9.]+`),
    );
  });
});
