// Pool queue: callers wait for a busy database, but not for an unreachable one. With the product's own limits.
import { expect, test } from "vitest";
import { createSemaphore } from "../../src/db/semaphore.ts";
import { openDatabase } from "../../src/db/pool.ts";
import { createTestDatabase } from "../support/database.ts";
import { testConfig, startInstance } from "../support/test-server.ts";
import { untilRetried } from "../support/lock-watch.ts";

const database = await createTestDatabase({});
const service = await startInstance(testConfig(database.url));
const { pool } = service.db;

async function call(
  method: string,
  path: string,
  form: Record<string, string>,
  headers = {},
): Promise<number> {
  const { adminKey: apiKey } = testConfig("");
  const answer = await fetch(`${service.url}/api/v2${path}`, {
    method,
    headers: { apiKey: apiKey ?? "", ...headers },
    body: new URLSearchParams(form),
  });
  await answer.text();
  return answer.status;
}

test.each([
  ["without a key for retries", {}],
  ["with one", { "idempotency-key": "busy-1" }],
])(
  "a call that waits for a lock longer than a statement may is run again and succeeds, %s",
  async (_, headers) => {
    const { rows } = await pool.query<{ id: number }>(
      "INSERT INTO customer (brand_id) VALUES (1) RETURNING id",
    );
    const id = Number(rows[0]?.id);
    const holder = await pool.connect();
    try {
      await holder.query("BEGIN");
      await holder.query("SELECT FROM customer WHERE id = $1 FOR UPDATE", [id]);
      const extra_email = `busy${id}@example.org`;
      const answer = call(
        "POST",
        "/customer/addChannelOnly",
        { customer_id: String(id), extra_email },
        headers,
      );
      await untilRetried(pool);
      await holder.query("COMMIT");
      expect(await answer).toBe(200);
    } finally {
      holder.release();
    }
  },
);

test("a transaction that was allowed to wait longer waits as usual afterwards", async () => {
  const db = openDatabase(database.connection, 1);
  try {
    const limits = {
      name: "test_limits",
      text: "SELECT current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement",
    };
    const usual = await db.row(limits);
    expect(usual).toEqual({ lock: "500ms", statement: "2s" });
    await db.transaction(async (tx) => {
      await tx.setTimeouts(7000);
      expect(await tx.row(limits)).toEqual({ lock: "7s", statement: "7s" });
      await tx.resetTimeouts();
      expect(await tx.row(limits)).toEqual(usual);
    });
    expect(await db.row(limits)).toEqual(usual);
  } finally {
    await db.close();
  }
});

/** Work that ends on demand. */
function open() {
  const end: { well(): void; badly(error: Error): void } = { well: () => {}, badly: () => {} };
  const done = new Promise<void>((resolve, reject) => Object.assign(end, { well: resolve, badly: reject }));
  return { end, work: () => done };
}

const one = { key: 1 };
const another = { key: 2 };
const away = new Error("away");
const options = {
  acquireTimeoutMs: 60_000,
  maxWaiting: { perRequester: 10, inAll: 15 },
  timeoutError: () => new Error("tired"),
  queueFullError: () => new Error("full"),
  abandonedError: () => new Error("abandoned"),
  isFatal: (error: Error) => error === away,
};

test("who comes to a full gate waits, and enters in the order of coming", async () => {
  const gate = createSemaphore(2, options);
  const [a, b] = [open(), open()];
  const order: string[] = [];
  const first = [gate.run(one, a.work), gate.run(one, b.work)];
  const rest = ["c", "d", "e"].map((name) => gate.run(one, async () => void order.push(name)));
  await Promise.resolve();
  expect(order).toEqual([]);
  a.end.well();
  await Promise.all(rest);
  expect(order).toEqual(["c", "d", "e"]);
  b.end.well();
  await Promise.all(first);
  await gate.run(one, async () => void order.push("f"));
  expect(order.at(-1)).toBe("f");
});

test("an outage ends the waiting of all at once; another failure ends nobody's, and no place is lost", async () => {
  const gate = createSemaphore(1, options);
  for (const [error, outcome] of [
    [away, "rejected"],
    [new Error("a mistake"), "fulfilled"],
  ] as const) {
    const held = open();
    const holder = gate.run(one, held.work);
    const waiting = [1, 2, 3].map(() => gate.run(one, async () => "in"));
    held.end.badly(error);
    await expect(holder).rejects.toBe(error);
    expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual(Array(3).fill(outcome));
    expect(await gate.run(one, async () => "in")).toBe("in");
  }
});

test("who has waited too long is told so, and the next one gets the place", async () => {
  const gate = createSemaphore(1, { ...options, acquireTimeoutMs: 20 });
  const held = open();
  const holder = gate.run(one, held.work);
  await expect(gate.run(one, async () => "in")).rejects.toThrow("tired");
  held.end.well();
  await holder;
  expect(await gate.run(one, async () => "in")).toBe("in");
});

test("one requester holds three quarters of the places, whatever waits, and another enters at once", async () => {
  const gate = createSemaphore(8, { ...options, maxShareOf: () => 0.75 });
  const held = Array.from({ length: 8 }, open);
  const entered: number[] = [];
  const all = held.map(({ work }, n) =>
    gate.run(one, () => {
      entered.push(n);
      return work();
    }),
  );
  await Promise.resolve();
  expect(entered).toEqual([0, 1, 2, 3, 4, 5]);
  expect(await gate.run(another, async () => "in")).toBe("in");
  expect(entered).toHaveLength(6);
  for (const { end } of held) end.well();
  await Promise.all(all);
  expect(entered).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("a place that is given back goes to the requester that holds fewest, and then in turn", async () => {
  const gate = createSemaphore(4, options);
  const held = Array.from({ length: 4 }, open);
  const holders = [
    ...held.slice(0, 3).map(({ work }) => gate.run(one, work)),
    gate.run({ key: 3 }, held[3]!.work),
  ];
  const order: string[] = [];
  const enters = (key: number, name: string) => gate.run({ key }, async () => void order.push(name));
  const waiting = [enters(1, "a1"), enters(1, "a2"), enters(2, "b1"), enters(3, "c1"), enters(2, "b2")];
  held[0]!.end.well();
  await Promise.all(waiting);
  expect(order).toEqual(["b1", "b2", "c1", "a1", "a2"]);
  for (const { end } of held) end.well();
  await Promise.all(holders);
});

test("too many that wait are refused at once, and one whose connection is closed leaves the queue", async () => {
  const gate = createSemaphore(1, options);
  const held = open();
  const holder = gate.run(one, held.work);
  const leaving = new AbortController();
  const begun: number[] = [];
  const wait = (n: number) =>
    gate
      .run({ key: 1, signal: leaving.signal }, async () => void begun.push(n))
      .catch((error: unknown) => (error as Error).message);
  const waiting = Array.from({ length: 12 }, (_, n) => wait(n));
  await Promise.resolve();
  expect([gate.waiting(), gate.counts.full]).toEqual([10, 2]);
  const other = gate.run(another, async () => "in");
  leaving.abort();
  expect(await Promise.all(waiting)).toEqual([...Array(10).fill("abandoned"), "full", "full"]);
  expect(await wait(20)).toBe("abandoned");
  held.end.well();
  await holder;
  expect(await other).toBe("in");
  expect(begun).toEqual([]);
  expect(gate.counts.abandoned).toBe(11);
});

test("a read or a write that takes too long is told so; only a conflict names other calls", async () => {
  const db = openDatabase({ ...database.connection, statement_timeout: 200 }, 1);
  const read = { name: "test_read", text: "SELECT 1 AS one" };
  const sleep = { name: "test_sleep", text: "SELECT pg_sleep(60)" };
  const messageOf = (work: Promise<unknown>) =>
    work.then(String, (error: unknown) => (error as Error).message);
  try {
    const tookTooLong = /^The database timed out\. Nothing was changed; please retry\.$/;
    expect(await messageOf(db.rows(sleep))).toMatch(tookTooLong);
    expect(await messageOf(db.transaction((tx) => tx.rows(sleep)))).toMatch(tookTooLong);
    const held = open();
    const holder = db.transaction(held.work);
    expect(await messageOf(db.rows(read))).toMatch(/^The database is busy\./);
    held.end.well();
    await holder;
    const { rows } = await pool.query<{ id: number }>(
      "INSERT INTO customer (brand_id) VALUES (1) RETURNING id",
    );
    const lock = { name: "test_lock", text: "SELECT FROM customer WHERE id = $1 FOR UPDATE" };
    const other = await pool.connect();
    try {
      await other.query("BEGIN");
      await other.query(lock.text, [rows[0]?.id]);
      const waiting = db.transaction((tx) => tx.rows(lock, [rows[0]?.id]));
      expect(await messageOf(waiting)).toMatch(/^Too many concurrent changes to the same records\./);
      await other.query("COMMIT");
    } finally {
      other.release();
    }
  } finally {
    await db.close();
  }
});
