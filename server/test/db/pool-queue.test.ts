// A database that is busy makes callers wait their turn; one that is away does not. With the product's own limits.
import { expect, test } from "vitest";
import { makeGate } from "../../src/db/semaphore.ts";
import { openDatabase } from "../../src/db/database.ts";
import { freshDatabase } from "../support/database.ts";
import { settings, startInstance } from "../support/test-server.ts";
import { untilTriedAgain } from "../support/lock-watch.ts";

const database = await freshDatabase({});
const service = await startInstance(settings(database.url));
const { pool } = service.db;

async function call(
  method: string,
  path: string,
  form: Record<string, string>,
  headers = {},
): Promise<number> {
  const { adminKey: apiKey } = settings("");
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
      await untilTriedAgain(pool);
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
    expect(usual).toEqual({ lock: "1500ms", statement: "2s" });
    await db.transaction(async (tx) => {
      await tx.allowWaiting(7000);
      expect(await tx.row(limits)).toEqual({ lock: "7s", statement: "7s" });
      await tx.waitAsUsual();
      expect(await tx.row(limits)).toEqual(usual);
    });
    expect(await db.row(limits)).toEqual(usual);
  } finally {
    await db.close();
  }
});

/** Work that ends when it is told to. */
function open() {
  const end: { well(): void; badly(error: Error): void } = { well: () => {}, badly: () => {} };
  const done = new Promise<void>((resolve, reject) => Object.assign(end, { well: resolve, badly: reject }));
  return { end, work: () => done };
}

const away = new Error("away");
const words = {
  patience: 60_000,
  tired: () => new Error("tired"),
  isOutage: (error: Error) => error === away,
};

test("who comes to a full gate waits, and enters in the order of coming", async () => {
  const gate = makeGate(2, words);
  const [one, two] = [open(), open()];
  const order: string[] = [];
  const first = [gate.pass(one.work), gate.pass(two.work)];
  const rest = ["c", "d", "e"].map((name) => gate.pass(async () => void order.push(name)));
  await Promise.resolve();
  expect(order).toEqual([]);
  one.end.well();
  await Promise.all(rest);
  expect(order).toEqual(["c", "d", "e"]);
  two.end.well();
  await Promise.all(first);
  await gate.pass(async () => void order.push("f"));
  expect(order.at(-1)).toBe("f");
});

test("an outage ends the waiting of all at once; another failure ends nobody's, and no place is lost", async () => {
  const gate = makeGate(1, words);
  for (const [error, outcome] of [
    [away, "rejected"],
    [new Error("a mistake"), "fulfilled"],
  ] as const) {
    const held = open();
    const holder = gate.pass(held.work);
    const waiting = [1, 2, 3].map(() => gate.pass(async () => "in"));
    held.end.badly(error);
    await expect(holder).rejects.toBe(error);
    expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual(Array(3).fill(outcome));
    expect(await gate.pass(async () => "in")).toBe("in");
  }
});

test("who has waited too long is told so, and the next one gets the place", async () => {
  const gate = makeGate(1, { ...words, patience: 20 });
  const held = open();
  const holder = gate.pass(held.work);
  await expect(gate.pass(async () => "in")).rejects.toThrow("tired");
  held.end.well();
  await holder;
  expect(await gate.pass(async () => "in")).toBe("in");
});
