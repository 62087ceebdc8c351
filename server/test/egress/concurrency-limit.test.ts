// Concurrency limit, circuit breaker and closing of the egress client.
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { openLog } from "../../src/log.ts";
import {
  createEgressClient,
  type EgressClient,
  EgressError,
  type EgressRequest,
} from "../../src/egress/client.ts";
import { dialLoopback } from "../support/servers/canaries.ts";
import { answer, startWireServer } from "../support/servers/byte-server.ts";

/** Connections that wait for a response, oldest first; and the immediate response instead, where there is one. */
const waiting: Socket[] = [];
let reply: Buffer | undefined;
const server = await startWireServer((socket) => {
  if (reply) socket.end(reply);
  else waiting.push(socket);
});
const url = `http://${server.place}/`;
/** Causes of failures, as logged for the operator: a failure is logged first, and reported in its time. */
const logged: string[] = [];
const log = openLog("info", false, { write: (line: string) => void logged.push(line) });
const open = () => createEgressClient({ allow: [server.place], log, dial: dialLoopback });

afterEach(() => {
  reply = undefined;
  for (const socket of waiting.splice(0)) socket.destroy();
});

async function outcome(outside: EgressClient, more: Partial<EgressRequest> = {}): Promise<string | number> {
  try {
    return (await outside.send({ url, method: "GET", concurrencyKey: "brand:1", timeoutMs: 20_000, ...more }))
      .status;
  } catch (error) {
    if (error instanceof EgressError) return error.kind;
    throw error;
  }
}

describe("of one share", () => {
  test("twenty requests are under way at a time; the others wait in the order of asking", async () => {
    const outside = open();
    const done: number[] = [];
    const all = Array.from({ length: 30 }, async (_, at) => {
      expect(await outcome(outside, { url: `${url}?${at}` })).toBe(200);
      done.push(at);
    });
    await vi.waitUntil(() => waiting.length === 20);
    const elsewhere = outcome(outside, { concurrencyKey: "brand:2" });
    await vi.waitUntil(() => waiting.length === 21); // another concurrency key has slots of its own
    waiting.pop()?.end(answer(""));
    expect(await elsewhere).toBe(200);
    for (let at = 0; at < 30; at += 1) {
      await vi.waitUntil(() => waiting.length > 0);
      expect(waiting.length).toBeLessThanOrEqual(20);
      waiting.shift()?.end(answer(""));
      await vi.waitUntil(() => done.length === at + 1);
    }
    const asked = server.requests.slice(-31).map((request) => /\?(\d+)/.exec(request)?.[1]);
    expect(asked.slice(21)).toEqual(["20", "21", "22", "23", "24", "25", "26", "27", "28", "29"]);
    await Promise.all(all);
  });

  test("who waits for a place for longer than the timeout is told that it is busy, and takes none", async () => {
    const outside = open();
    const first = Array.from({ length: 20 }, () => outcome(outside));
    await vi.waitUntil(() => waiting.length === 20);
    const controller = new AbortController();
    const given = outcome(outside, { signal: controller.signal });
    expect(await outcome(outside, { timeoutMs: 50 })).toBe("busy");
    controller.abort(new Error("no longer wanted"));
    await expect(given).rejects.toThrow("no longer wanted");
    for (const socket of waiting.splice(0)) socket.end(answer(""));
    expect(await Promise.all(first)).toEqual(Array(20).fill(200));
    reply = answer("");
    expect(await Promise.all(Array.from({ length: 20 }, () => outcome(outside)))).toEqual(
      Array(20).fill(200),
    );
  });
});

describe("a target that fails", () => {
  /** The test controls time, for circuit breakers and for waits. */
  function stopTheClock(): void {
    vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
  }

  /** The outcome of a request; time advances when it has failed, or when it gets no response. */
  async function soon(outside: EgressClient, more: Partial<EgressRequest> = {}): Promise<string | number> {
    const came: (string | number)[] = [];
    const [failed, unanswered] = [logged.length, waiting.length];
    void outcome(outside, more).then((what) => came.push(what));
    while (came.length === 0) {
      await pause(1);
      if (logged.length > failed) await vi.advanceTimersByTimeAsync(3000);
      else if (more.timeoutMs && waiting.length > unanswered)
        await vi.advanceTimersByTimeAsync(more.timeoutMs);
    }
    return came[0] ?? "nothing";
  }

  const away = answer("", {}, 503);

  test("five times in a row is left alone for 30 s; then one request tries", async () => {
    stopTheClock();
    const outside = open();
    reply = away;
    for (let at = 0; at < 5; at += 1) expect(await soon(outside)).toBe(503);
    const before = server.accepted;
    const error = await outside
      .send({ url, method: "GET", concurrencyKey: "brand:1", timeoutMs: 1000 })
      .catch((error: unknown) => error);
    expect(error).toMatchObject({ kind: "circuit_open", retryAfter: 30 });
    expect(await soon(outside, { concurrencyKey: "brand:2" })).toBe(503); // others have not failed
    expect(server.accepted).toBe(before + 1);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(await soon(outside)).toBe("circuit_open");
    await vi.advanceTimersByTimeAsync(1000);
    expect(await soon(outside)).toBe(503);
    expect(await soon(outside)).toBe("circuit_open"); // the trial request has failed: 30 s more
    await vi.advanceTimersByTimeAsync(30_000);
    reply = undefined;
    const trial = outcome(outside);
    await vi.waitUntil(() => waiting.length === 1);
    expect(await soon(outside)).toBe("circuit_open"); // one at a time
    waiting.pop()?.end(answer(""));
    expect(await trial).toBe(200);
    reply = answer("");
    for (let at = 0; at < 5; at += 1) expect(await soon(outside)).toBe(200);
  });

  test("with an answer in between is not left alone, nor one that answers with its own errors", async () => {
    stopTheClock();
    const outside = open();
    for (const status of [503, 503, 502, 504, 200, 503, 503, 503, 503, 404, 503, 503, 503, 503]) {
      reply = answer("", {}, status);
      expect(await soon(outside)).toBe(status);
    }
    reply = answer("", {}, 500);
    for (let at = 0; at < 10; at += 1) expect(await soon(outside)).toBe(500);
  });

  test("by being unreachable, silent, too large or forbidden is left alone all the same", async () => {
    stopTheClock();
    const gone: [Partial<EgressRequest>, Buffer, string][] = [
      [{ url: "https://10.0.0.1/" }, answer(""), "unreachable"],
      [{ url: "nonsense" }, answer(""), "unreachable"],
      [{}, Buffer.from("no HTTP\r\n\r\n"), "unreachable"],
      [{}, answer("x".repeat(300_000)), "too_large"],
    ];
    for (const [more, bytes, kind] of gone) {
      const outside = open();
      reply = bytes;
      for (let at = 0; at < 5; at += 1) expect(await soon(outside, more)).toBe(kind);
      expect(await soon(outside, more)).toBe("circuit_open");
    }
    const outside = open();
    reply = undefined;
    for (let at = 0; at < 5; at += 1) expect(await soon(outside, { timeoutMs: 5000 })).toBe("timeout");
    expect(await soon(outside)).toBe("circuit_open");
  });

  test("is tried again after a trial that was given up", async () => {
    stopTheClock();
    const outside = open();
    reply = away;
    for (let at = 0; at < 5; at += 1) await soon(outside);
    await vi.advanceTimersByTimeAsync(30_000);
    reply = undefined;
    const controller = new AbortController();
    const trial = outcome(outside, { signal: controller.signal });
    await vi.waitUntil(() => waiting.length === 1);
    controller.abort(new Error("given up"));
    await expect(trial).rejects.toThrow("given up");
    reply = answer("");
    expect(await soon(outside)).toBe(200);
  });
});

describe("the end", () => {
  test("of a request that is given up is at once, and of its connection", async () => {
    const controller = new AbortController();
    const asked = outcome(open(), { signal: controller.signal });
    await vi.waitUntil(() => waiting.length === 1);
    controller.abort(new Error("given up"));
    await expect(asked).rejects.toThrow("given up");
    await vi.waitUntil(() => server.open.size === 0);
    await expect(outcome(open(), { signal: controller.signal })).rejects.toThrow("given up");
  });

  test("gives up what is under way or waits, and takes nothing more", async () => {
    const outside = open();
    const asked = Array.from({ length: 25 }, () => outcome(outside));
    const forbidden = outcome(outside, { url: "https://10.0.0.1/", concurrencyKey: "brand:3" });
    await vi.waitUntil(() => waiting.length === 20);
    await outside.close();
    expect(await Promise.all([...asked, forbidden])).toEqual(Array(26).fill("busy"));
    expect(await outcome(outside)).toBe("busy");
    await vi.waitUntil(() => server.open.size === 0);
  });

  test("leaves in the log host and reason, and nothing of the path, the query, the headers or the body", async () => {
    const lines: string[] = [];
    const log = openLog("trace", false, { write: (line: string) => void lines.push(line) });
    const outside = createEgressClient({ allow: [server.place], log, dial: dialLoopback });
    reply = Buffer.from("no HTTP\r\n\r\n");
    const secret = { headers: { "x-key": "ada-key" }, body: "ada-body", method: "POST" as const };
    await Promise.all([
      outcome(outside, { ...secret, url: `${url}ada-path?ada=query`, concurrencyKey: "brand:1" }),
      outcome(outside, {
        ...secret,
        url: "https://ada-user:ada-pass@10.0.0.1/ada-path?ada=query",
        concurrencyKey: "brand:2",
      }),
      outcome(outside, {
        ...secret,
        url: "https://10.0.0.1/ada-path?ada=query#ada",
        concurrencyKey: "brand:3",
      }),
      outcome(outside, {
        ...secret,
        url: `https://10.0.0.1/${"ada".repeat(9000)}`,
        concurrencyKey: "brand:4",
      }),
      outcome(outside, { ...secret, url: "ada", concurrencyKey: "brand:5" }),
    ]);
    expect(lines).toHaveLength(5);
    expect(lines.join("")).toContain(server.place);
    expect(lines.join("")).not.toMatch(/ada/);
  });
});
