// Pipelined transactions: one failing statement rolls all of them back, and none runs after the end.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Db, Statement } from "../../src/db/database.ts";
import { openDatabase } from "../../src/db/pool.ts";
import { createTestDatabase } from "../support/database.ts";

let db: Db;
beforeAll(async () => {
  db = openDatabase((await createTestDatabase()).connection, 2);
});
afterAll(() => db.close());

const addBrand: Statement = { name: "test_add", text: "INSERT INTO brand (name) VALUES ($1) RETURNING name" };
const divide: Statement = { name: "test_divide", text: "SELECT 1 / $1::int AS n" };
const brands: Statement = { name: "test_brands", text: "SELECT name FROM brand WHERE name LIKE 'Sent%'" };
const stored = async () => (await db.rows<{ name: string }>(brands)).map(({ name }) => name).toSorted();

test("statements sent at once take effect in their order, and are stored together", async () => {
  const seen = await db.transaction(async (tx) => {
    const [, , rows] = await Promise.all([
      tx.row(addBrand, ["Sent 1"]),
      tx.row(addBrand, ["Sent 2"]),
      tx.rows<{ name: string }>(brands),
    ]);
    return rows.map(({ name }) => name);
  });
  expect(seen).toEqual(["Sent 1", "Sent 2"]);
  expect(await stored()).toEqual(seen);
});

test("when one of them fails nothing is stored, that failure is told, and the session goes on", async () => {
  const before = await stored();
  const failing = db.transaction((tx) =>
    Promise.all([tx.row(addBrand, ["Sent 3"]), tx.row(divide, [0]), tx.row(addBrand, ["Sent 4"])]),
  );
  await expect(failing).rejects.toThrow("division by zero");
  expect(await stored()).toEqual(before);
  const all = Array.from({ length: 8 }, (_, at) => db.row<{ n: number }>(divide, [at + 1]));
  expect((await Promise.all(all)).map((row) => row?.n)).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
});

test("those sent behind one that fails are told why that one failed, however soon they are heard", async () => {
  const failing = db.transaction((tx) => {
    const [first, second] = [tx.row(divide, [0]), tx.row(addBrand, ["Sent 8"])];
    const afterSecond = first.catch(async (error: unknown) => {
      await second.catch(() => undefined);
      throw error;
    });
    return Promise.all([afterSecond, second]);
  });
  await expect(failing).rejects.toThrow("division by zero");
});

test("no statement runs after the end of its transaction", async () => {
  const before = await stored();
  let letGo = () => undefined as void;
  const ended = new Promise<void>((resolve) => (letGo = resolve));
  let late: Promise<unknown> = Promise.resolve();
  const failing = db.transaction((tx) => {
    late = ended.then(() => tx.row(addBrand, ["Sent 5"]));
    return Promise.all([tx.row(divide, [0]), late]);
  });
  await expect(failing).rejects.toThrow("division by zero");
  letGo();
  await expect(late).rejects.toThrow("test_add comes after the end of its transaction");
  expect(await stored()).toEqual(before);
});

test("a transaction that is tried once and whose read fails begins nothing", async () => {
  const before = await stored();
  const failing = db.tryTransaction(
    (tx) => tx.row(divide, [0]),
    (tx) => tx.row(addBrand, ["Sent 6"]),
  );
  await expect(failing).rejects.toThrow("division by zero");
  expect(await stored()).toEqual(before);
  expect(
    await db.tryTransaction(
      (tx) => tx.row<{ n: number }>(divide, [1]),
      async (tx, seen) => [seen?.n, await tx.row(addBrand, ["Sent 7"])],
    ),
  ).toEqual([1, { name: "Sent 7" }]);
});
