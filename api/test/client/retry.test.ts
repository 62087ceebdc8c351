// Retries of the client: when it repeats a call, how long it waits, and what ends it; with a stubbed network and a fake
// clock.
import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { systemClock } from "../../src/client/clock.ts";
import { type DossierError, isDossierError, type RetryOptions } from "../../src/index.ts";
import { fakeClock, stub } from "../support/stub-network.ts";

const ok = () => Response.json({ type: "result", id: 7, outcome: "created", message: "Done." });
const failing = (status: number, code: string, headers: Record<string, string> = {}) =>
  Response.json({ type: "error", code, message: "No.", request_id: "r-1" }, { status, headers });
const limited = (seconds?: number) =>
  failing(429, "rate_limited", seconds === undefined ? {} : { "retry-after": String(seconds) });
const away = () => failing(503, "unavailable");
const gateway = () => new Response("<html>", { status: 504 });
const broken = () => Promise.reject(new TypeError("fetch failed", { cause: new Error("read ECONNRESET") }));

/** Responds in order, then repeats the last response. */
const inTurn =
  (...answers: (() => Response | Promise<Response>)[]) =>
  (at: number) =>
    answers[Math.min(at, answers.length - 1)]!();

const caught = async (call: Promise<unknown>): Promise<DossierError> => {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (isDossierError(error)) return error;
  throw new Error(`no DossierError: ${String(error)}`);
};

test("a call that was refused for a while is sent again unchanged, and succeeds in the end", async () => {
  const { client, seen, clock } = stub({}, inTurn(limited, away, broken, ok));
  const result = await client.customer.resolve({ brandId: 1, primaryId: "K-17" });
  expect(result.id).toBe(7);
  expect(seen).toHaveLength(4);
  expect(new Set(seen.map(({ init }) => init.headers["idempotency-key"])).size).toBe(1);
  expect(new Set(seen.map(({ init }) => init.body)).size).toBe(1);
  expect(clock.slept).toEqual([250, 500, 1000]);
});

const waitsOf = async (random: number, retry: RetryOptions, answer: () => Response) => {
  const clock = fakeClock({ random });
  await caught(stub({ clock, retry }, answer).client.brand.list());
  return clock.slept;
};

test("waits are drawn from nothing to a bound that doubles up to its own; Retry-After counts in full", async () => {
  expect(await waitsOf(0, { attempts: 4 }, away)).toEqual([0, 0, 0]);
  expect(await waitsOf(0.5, { attempts: 4, delay: 1000 }, away)).toEqual([500, 1000, 2000]);
  expect(await waitsOf(1, { attempts: 5, maxDelay: 600 }, away)).toEqual([250, 500, 600, 600]);
  expect(await waitsOf(0.5, { attempts: 3 }, () => limited(7))).toEqual([7125, 7250]);
});

test("tries and time are bounded, both can be set, and repeating can be switched off", async () => {
  const four = stub({}, away);
  const error = await caught(four.client.brand.list());
  expect([error.code, error.attempts, four.seen.length]).toEqual(["unavailable", 4, 4]);
  const off = [stub({ retry: false }, away), stub({ retry: { attempts: 1 } }, away)];
  for (const { client, seen } of off) {
    await caught(client.brand.list());
    expect(seen).toHaveLength(1);
    await caught(client.brand.list({}, { retry: { attempts: 2 } }));
    expect(seen).toHaveLength(3);
  }
  await caught(four.client.brand.list({}, { retry: false }));
  expect(four.seen).toHaveLength(5);
  const slow = stub({ retry: { attempts: 99 } }, () => limited(19));
  expect((await caught(slow.client.brand.list())).retryAfter).toBe(19);
  expect(slow.clock.slept).toHaveLength(3); // a fourth wait would not end within 70 s
  const hasty = stub({}, () => limited(3));
  const refused = await caught(hasty.client.brand.list({}, { timeout: 3000 }));
  expect([refused.code, refused.attempts, hasty.clock.slept.length]).toEqual(["rate_limited", 1, 0]);
});

test("a call whose time is up is not tried again, even if its timer rings before the clock is there", async () => {
  const clock = fakeClock({ random: 0 });
  const early = { ...clock, now: () => clock.now() * 0.99 };
  const { client, seen } = stub({ clock: early }, () => new Promise<Response>(() => undefined));
  const error = await caught(client.brand.list({}, { timeout: 50 }));
  expect([error.code, error.attempts, seen.length]).toEqual(["timed_out", 1, 1]);
});

const tries = async (
  answer: () => Response | Promise<Response>,
  call: (client: ReturnType<typeof stub>["client"]) => Promise<unknown>,
  options = {},
) => {
  const { client, seen } = stub({ retry: { attempts: 3 }, ...options }, answer);
  await caught(call(client));
  return seen.length;
};

test("nothing is done twice: what may be sent again after which failure", async () => {
  const failures = [limited, away, gateway, broken];
  const shown: Record<string, number[]> = {};
  const calls: Record<string, Parameters<typeof tries>[1]> = {
    read: (client) => client.customer.find({ id: 1 }),
    search: (client) => client.customer.listByPrimaryId({ primaryId: "K" }),
    "keyed by the client": (client) => client.customer.create({ brandId: 1, firstname: "Ada" }),
    "keyed by the caller": (client) => client.brand.create({ name: "A" }, { idempotencyKey: "k" }),
    set: (client) => client.customer.update({ id: 1, firstname: "Ada" }),
    "set on a condition": (client) => client.customer.update({ id: 1, firstname: "Ada" }, { ifMatch: 3 }),
    delete: (client) => client.customer.delete({ id: 1 }),
    act: (client) => client.key.create({ name: "x", permissions: ["CUSTOMER_READ"] }),
  };
  for (const [name, call] of Object.entries(calls)) {
    shown[name] = [];
    for (const failure of failures) shown[name].push(await tries(failure, call));
  }
  expect(shown).toEqual({
    read: [3, 3, 3, 3],
    search: [3, 3, 3, 3],
    "keyed by the client": [3, 3, 3, 3],
    "keyed by the caller": [3, 3, 3, 3],
    set: [3, 3, 3, 3],
    "set on a condition": [3, 3, 1, 1],
    delete: [3, 3, 3, 3],
    act: [3, 1, 1, 1],
  });
  const keyless = { idempotencyKeys: false };
  expect(await tries(broken, calls["keyed by the client"]!, keyless)).toBe(1);
  expect(await tries(broken, calls["keyed by the caller"]!, keyless)).toBe(3);
});

test("a permanent failure is not sent again", async () => {
  for (const [status, code] of [
    [400, "invalid_field"],
    [401, "invalid_key"],
    [403, "permission_missing"],
    [404, "not_found"],
    [409, "channel_taken"],
    [412, "stale_version"],
    [500, "internal"],
  ] as const) {
    const { client, seen } = stub({}, () => failing(status, code));
    const error = await caught(client.customer.resolve({ brandId: 1 }));
    expect([error.code, error.status, error.attempts, seen.length]).toEqual([code, status, 1, 1]);
  }
});

const duplicate = () => failing(409, "idempotency_conflict");

test("a duplicate still running is waited for where the key is the call's own, and only there", async () => {
  const own = stub({}, inTurn(broken, duplicate, ok));
  expect((await own.client.customer.resolve({ brandId: 1 })).id).toBe(7);
  const given = stub({}, inTurn(broken, duplicate, ok));
  const error = await caught(given.client.customer.resolve({ brandId: 1 }, { idempotencyKey: "k" }));
  expect([error.code, error.attempts]).toEqual(["idempotency_conflict", 2]);
});

test("a failure of the network has a code of its own, and its cause", async () => {
  const { client } = stub({ retry: { attempts: 2 } }, broken);
  const error = await caught(client.customer.list({ query: "ada@example.org" }));
  expect(error).toMatchObject({ code: "network_failed", status: 0, attempts: 2, errors: [] });
  expect(error.message).toBe("http://dossier.test:1234 cannot be reached: read ECONNRESET");
  expect(error.cause).toBeInstanceOf(TypeError);
});

test("a body that breaks off is a failure of the network", async () => {
  const { client } = stub({ retry: false }, () => {
    const body = new ReadableStream({ pull: (stream) => stream.error(new TypeError("terminated")) });
    return new Response(body, { status: 200 });
  });
  expect((await caught(client.brand.list())).code).toBe("network_failed");
});

const never = () => new Promise<Response>(() => undefined);

test("a try that is not answered in time is given up and another begun, until the call's time is over", async () => {
  const { client, clock, seen } = stub({}, never);
  const error = await caught(client.customer.find({ id: 7 }));
  expect(error).toMatchObject({
    code: "timed_out",
    status: 0,
    attempts: 3,
    message: "No answer within 9.25 s.",
  });
  expect(clock.slept).toEqual([30_000, 250, 30_000, 500, 9250]);
  expect(seen.map(({ init }) => init.signal?.aborted)).toEqual([true, true, true]);
  const one = stub({ tryTimeout: 4000, retry: { attempts: 2, delay: 0 } }, inTurn(never, ok));
  expect((await one.client.customer.resolve({ brandId: 1 })).id).toBe(7);
  const short = stub({ retry: false }, never);
  const late = await caught(short.client.customer.find({ id: 7 }, { timeout: 1500 }));
  expect([late.code, late.message, short.clock.slept]).toEqual([
    "timed_out",
    "No answer within 1.5 s.",
    [1500],
  ]);
});

test("a call that is over leaves no timer and no listener behind", async () => {
  const { signal } = new AbortController();
  const { client, clock } = stub({}, inTurn(away, broken, ok));
  await client.brand.list({}, { signal });
  expect(clock.slept).toEqual([250, 500]);
  expect(clock.sleeping()).toEqual([]);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("an abort ends the call at once with the signal's reason: before it, in a try, in a wait", async () => {
  const reason = new Error("enough");
  const before = stub();
  await expect(before.client.brand.list({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(before.seen).toEqual([]);
  for (const [answer, sleep] of [
    [never, 30_000],
    [away, 250],
  ] as const) {
    const clock = fakeClock({ stopped: true });
    const stop = new AbortController();
    const { client, seen } = stub({ clock }, answer);
    const call = client.customer.resolve({ brandId: 1 }, { signal: stop.signal });
    await expect.poll(() => [seen.length, ...clock.sleeping()]).toEqual([1, sleep]);
    stop.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect([seen.length, ...clock.sleeping()]).toEqual([1]);
  }
});

test("the machine's own clock sleeps, wakes, and stops at an abort", async () => {
  const start = systemClock.now();
  await systemClock.sleep(5);
  expect(systemClock.now()).toBeGreaterThanOrEqual(start + 4);
  const stop = new AbortController();
  const slept = systemClock.sleep(2 ** 40, stop.signal); // longer than a timer can wait
  expect(await Promise.race([slept, systemClock.sleep(20).then(() => "still asleep")])).toBe("still asleep");
  stop.abort(new Error("enough"));
  await expect(slept).rejects.toThrow("enough");
  expect(systemClock.random()).toBeLessThan(1);
});
