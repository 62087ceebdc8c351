// A blocked event loop: among several processes the blocked one is killed and replaced while the others respond; a
// single process logs what was in flight, and is ended after a while.
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { emptyFolder } from "../support/run-cli.ts";
import { createTestDatabase } from "../support/database.ts";
import { poll } from "../support/embedded/harness.ts";
import { adminKey, getOnce, isAlive, type ServeProcess, serve } from "../support/servers/server-process.ts";

const blocking = join(fileURLToPath(import.meta.url), "../../support/servers/block-event-loop.mjs");

async function settings(more: Record<string, string> = {}) {
  const { url } = await createTestDatabase();
  return {
    DATABASE_URL: url,
    DOSSIER_SECRET: "ab".repeat(32),
    NODE_OPTIONS: `--import=${blocking}`,
    ...more,
  };
}

/** The workers that respond, by their pids. */
async function workersOf(served: ServeProcess, size: number): Promise<number[]> {
  const before = served.log.length;
  await poll(async () => {
    await getOnce(`${served.url}/api/v2/brand`);
    return served.pids(before).size === size;
  });
  return [...served.pids(before)];
}

/** A creation of a brand with an incomplete body: it is in flight in one of the processes. */
async function beginCreation(served: ServeProcess): Promise<Socket> {
  const socket = connect(Number(new URL(served.url).port), "127.0.0.1");
  let heard = "";
  socket.on("data", (part: Buffer) => (heard += part.toString())).on("error", () => undefined);
  socket.write(
    `POST /api/v2/brand HTTP/1.1\r\nHost: x\r\napiKey: ${adminKey}\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 16\r\n\r\n`,
  );
  await poll(() => heard.includes("100 Continue"));
  return socket;
}

/** A connection that was handed to the blocked worker also gets a response, once that worker is killed. */
async function expectAnswers(served: ServeProcess): Promise<void> {
  const answers = Array.from({ length: 6 }, () => getOnce(`${served.url}/api/v2/brand`));
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(6).fill(200));
}

const said = (served: ServeProcess, msg: string) => served.log.filter((line) => line.msg === msg);

test("a worker that gives no sign of life is killed and replaced, and the other answers meanwhile", async () => {
  const served = await serve(["--workers", "2"], emptyFolder(), await settings());
  const [stopped = 0, blocked = 0] = await workersOf(served, 2);
  process.kill(stopped, "SIGSTOP"); // as a debugger would
  await expectAnswers(served);
  await poll(() => said(served, "replacement worker is ready").length === 1);
  expect(isAlive(stopped)).toBe(false);
  process.kill(blocked, "SIGUSR2");
  await poll(() => said(served, "blocked by the test").length === 1); // until then it takes connections
  await expectAnswers(served);
  await poll(() => said(served, "replacement worker is ready").length === 2);
  expect(isAlive(blocked)).toBe(false);
  const silent = said(served, "a worker does not respond and is killed");
  expect(silent.map(({ worker }) => worker)).toEqual([stopped, blocked]);
  const told = said(served, "the event loop is blocked");
  expect(told).toMatchObject([{ pid: blocked, level: 50 }]);
  const after = await workersOf(served, 2);
  expect(after).not.toContain(stopped);
  expect(after).not.toContain(blocked);
  const metrics = await getOnce(`${served.url}/metrics`);
  expect(metrics.text).toContain('dossier_workers_replaced_total{reason="silent"} 2');
  expect(metrics.text).toContain('dossier_workers_replaced_total{reason="ended"} 0');
  expect(await served.stop()).toBe(0);
});

test("a machine that was asleep for longer than that has lost no worker", async () => {
  const served = await serve(["--workers", "2"], emptyFolder(), await settings());
  const before = await workersOf(served, 2);
  served.signal("SIGSTOP", true);
  await wait(7_000); // the test is that this time passes
  served.signal("SIGCONT", true);
  const asked = performance.now();
  await poll(async () => {
    await getOnce(`${served.url}/api/v2/brand`);
    return performance.now() - asked > 2_500; // the checks after it have been made
  });
  expect(before.every(isAlive)).toBe(true);
  expect(served.log.filter(({ msg }) => /does not respond|is blocked/.test(msg))).toEqual([]);
  expect(await served.stop()).toBe(0);
});

test("a process alone that stands still says so, with what it was at, and when it goes on", async () => {
  const served = await serve([], emptyFolder(), await settings({ BLOCK_MS: "5000" }));
  const creation = await beginCreation(served);
  served.signal("SIGUSR2");
  await poll(() => said(served, "the event loop is blocked").length === 1);
  expect(said(served, "the event loop is blocked")).toMatchObject([
    { pid: served.pid, seconds: 3, in_flight: ["brand.create"] },
  ]);
  await poll(() => said(served, "the event loop has resumed").length === 1);
  creation.write(`{"name":"Stuck"}`);
  await poll(() => served.log.some((line) => line.endpoint === "brand.create"));
  creation.destroy();
  served.signal("SIGUSR2");
  await poll(() => said(served, "the event loop is blocked").length === 2);
  expect(said(served, "the event loop is blocked")[1]).toMatchObject({ in_flight: [] });
  served.signal("SIGTERM");
  expect(await served.ended).toBe(0);
});
