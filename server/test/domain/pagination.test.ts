// Pages of lists: their beginning, their size, and the cursor, which covers the whole list exactly once.
import { createHmac } from "node:crypto";
import { readsQuery } from "@dossier/api";
import { expect, test } from "vitest";
import { parsePage, toPage } from "../../src/domain/pagination.ts";
import type { RequestContext } from "../../src/domain/context.ts";
import {
  calls,
  uniqueName,
  rowOf,
  type Fixture,
  table,
  type Answer,
  startFixtureServer,
} from "../support/requests.ts";

const world = await startFixtureServer();
const scene: Fixture = { world, brandId: await world.newBrand() };
const lists = table.filter(({ row }) => "itemLimit" in row.input.shape);
for (let n = 0; n < 40; n += 1)
  await world.admin.customer.create({ brandId: scene.brandId, primaryId: uniqueName(), firstname: "Page" });

const page = async (name: string, more: Record<string, string>): Promise<Answer> => {
  const { path, fields } = await (base[name] ??= calls[name]!(scene));
  const { itemStart: _s, itemLimit: _l, query: _q, ...rest } = fields;
  const row = rowOf(name);
  return world.raw(row.method, path, { [readsQuery(row) ? "query" : "form"]: { ...rest, ...more } });
};
const base: Record<string, ReturnType<(typeof calls)[string]>> = {};

test("the lists are those of the table", () => {
  expect(lists.map(({ name }) => name)).toEqual(
    table.filter(({ name }) => /\.(list|search)/.test(name)).map(({ name }) => name),
  );
});

test.each(lists)(
  "$name answers the envelope, 15 at a time from 0 on unless it is told otherwise",
  async ({ name }) => {
    const { body } = await page(name, {});
    const own = name === "job.list" ? ["counts"] : [];
    const envelope = ["type", "itemStart", "itemTotal", "itemLimit", "items", "nextCursor", ...own];
    expect(Object.keys(body)).toEqual(envelope);
    expect(body).toMatchObject({ type: "list", itemStart: 0, itemLimit: 15, itemTotal: expect.any(Number) });
    expect(body.items!.length).toBe(Math.min(15, body.itemTotal));
    expect(body.nextCursor === null).toBe(body.itemTotal <= 15);
    const beyond = await page(name, { itemStart: "999999999999999", itemLimit: "99" });
    expect(beyond.body).toMatchObject({
      itemStart: 999999999999999,
      itemLimit: 99,
      items: [],
      nextCursor: null,
      itemTotal: body.itemTotal,
    });
  },
);

test.each(lists)("$name takes a limit from 1 on and a start from 0 on, in decimal", async ({ name }) => {
  const [most, beyond] =
    name === "ticket.list" || name === "ticket.search" ? ["9999", "10000"] : ["99", "100"];
  const { body: clamped } = await page(name, { itemLimit: beyond });
  expect(clamped).toMatchObject({ itemLimit: Number(most) });
  for (const [field, right, wrong] of [
    ["itemLimit", ["1", most, "", " "], ["0", "-1", "1.5", "1e1", "x", "٣", "0x10", "+5", "015", " 5"]],
    [
      "itemStart",
      ["0", "1", "999999999999999", ""],
      ["-1", "1000000000000000", "0.5", "x", "00", "1e3", "9".repeat(400)],
    ],
  ] as const) {
    for (const value of right)
      expect([field, value, (await page(name, { [field]: value })).status]).toEqual([field, value, 200]);
    for (const value of wrong) {
      const { status, body } = await page(name, { [field]: value });
      expect([field, value, status, body.errors?.[0]?.field]).toEqual([field, value, 400, field]);
    }
  }
});

async function walk(
  first: Record<string, string>,
  between: () => Promise<unknown> = async () => undefined,
): Promise<number[]> {
  const ids: number[] = [];
  let cursor: string | null = null;
  for (let limit = 1; limit < 60; limit += 1) {
    const { status, body }: Answer = await page("customer.list", {
      ...first,
      itemLimit: String(1 + (limit % 9)),
      ...(cursor ? { cursor } : {}),
    });
    expect([status, body.itemStart]).toEqual([200, ids.length]);
    ids.push(...body.items!.map((one) => one.id));
    cursor = body.nextCursor;
    if (cursor === null) return ids;
    await between();
  }
  throw new Error("the list has no end");
}

const add = () =>
  world.admin.customer.create({ brandId: scene.brandId, primaryId: uniqueName(), firstname: "Late" });

test("a cursor walks the list once, without gaps or repeats, while customers are added and the limit changes", async () => {
  const wanted = (await page("customer.list", { itemLimit: "99" })).body.items!.map((one) => one.id);
  expect(await walk({})).toEqual(wanted);
  expect(await walk({}, add)).toEqual(wanted);
  expect((await walk({ query: "Page" })).length).toBe(40);
});

test("offsets and cursors answer the same pages", async () => {
  const first = (await page("customer.list", { itemLimit: "5" })).body;
  const byCursor = (await page("customer.list", { itemLimit: "7", cursor: first.nextCursor! })).body;
  const byOffset = (await page("customer.list", { itemLimit: "7", itemStart: "5" })).body;
  expect({ ...byCursor, nextCursor: "" }).toEqual({ ...byOffset, nextCursor: "" });
});

test("a cursor fits its own list with its own parameters only, and cannot be made up", async () => {
  const cursor: string = (await page("customer.list", { itemLimit: "2" })).body.nextCursor!;
  const brandCursor: string = (await world.raw("GET", "/brand", { query: { itemLimit: "1" } })).body
    .nextCursor!;
  const bytes = Buffer.from(cursor, "base64url");
  const flipped = [...bytes.keys()].map((at) =>
    Buffer.from(bytes.map((one, n) => (n === at ? one ^ 1 : one))).toString("base64url"),
  );
  const longer = Buffer.concat([bytes.subarray(0, 12), Buffer.from("[0,99999]")]).toString("base64url");
  const forged = [
    ...flipped,
    longer,
    brandCursor,
    "x",
    "null",
    "=",
    "....",
    "%00",
    "a".repeat(1000),
    cursor.slice(0, -2),
    cursor.slice(0, 10),
    "eyJhIjoxfQ",
  ];
  for (const wrong of forged) {
    const { status, body } = await page("customer.list", { itemLimit: "2", cursor: wrong });
    expect([wrong, status, body.errors?.[0]?.field]).toEqual([wrong, 400, "cursor"]);
  }
  const together = await page("customer.list", { cursor, itemStart: "2" });
  expect([together.status, together.body.errors?.[0]?.field]).toEqual([400, "itemStart"]);
  for (const other of [{ query: "Page" }, { brand_id: "1" }, { brand_id: "" }])
    expect([other, (await page("customer.list", { cursor, ...other })).status]).toEqual([other, 400]);
  expect((await page("customer.list", { cursor, itemLimit: "99" })).status).toBe(200);
  expect((await page("customer.list", { cursor: "" })).body.itemStart).toBe(0);
  expect(bytes.toString("latin1")).not.toContain("Page");
});

const contextWith = (current: Buffer, previous?: Buffer) =>
  ({ secret: { current, previous } }) as RequestContext;

test("a cursor is valid under the current and the previous secret, and not if the secret itself signed it", () => {
  const [old, now] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const first = parsePage(contextWith(old), "brand", { itemLimit: 1 });
  const { nextCursor } = toPage(
    contextWith(old),
    first,
    [5, 6],
    { count: 2 },
    (id) => [id],
    (id) => id,
  );
  const input = { itemLimit: 1, cursor: nextCursor ?? "" };
  expect(parsePage(contextWith(now, old), "brand", input)).toMatchObject({ start: 1, after: [5] });
  expect(() => parsePage(contextWith(now), "brand", input)).toThrow();
  const body = "[1,5]";
  for (const text of [`${first.filters}\n${body}`, body]) {
    const signature = createHmac("sha256", old).update(text).digest().subarray(0, 12);
    const cursor = Buffer.concat([signature, Buffer.from(body)]).toString("base64url");
    expect(() => parsePage(contextWith(old), "brand", { itemLimit: 1, cursor })).toThrow();
  }
});

test("a cursor of another key opens nothing that the key may not see", async () => {
  const cursor = (await page("customer.list", { itemLimit: "2" })).body.nextCursor!;
  const key = await world.keyFor(["CUSTOMER_READ"], [await world.newBrand()]);
  const { path, fields } = await calls["customer.list"]!(scene);
  const answer = await world.raw("GET", path, { key, query: { brand_id: fields.brand_id!, cursor } });
  expect([answer.status, answer.body.code]).toEqual([404, "not_found"]);
});

test("the total of a list is exact after every change", async () => {
  const brandId = await world.newBrand();
  const total = async () => (await world.admin.customer.list({ brandId })).itemTotal;
  for (let n = 1; n <= 3; n += 1) {
    await world.admin.customer.create({ brandId, primaryId: uniqueName() });
    expect(await total()).toBe(n);
  }
  const numbers = await Promise.all(
    Array.from({ length: 20 }, () => world.admin.customer.create({ brandId, primaryId: uniqueName() })),
  );
  expect(await total()).toBe(3 + numbers.length);
});

test("a search goes on as it began when the pages become smaller or larger", async () => {
  const brandId = await world.newBrand();
  const make = (lastname: string, n: number) =>
    world.admin.customer.create({ brandId, primaryId: `${lastname} ${n}`, lastname });
  for (let n = 0; n < 6; n += 1) await Promise.all([make("Martin", n), make("Martim", n)]);
  for (const [first, then] of [
    [8, 3],
    [3, 8],
  ] as const) {
    const begun = await world.admin.customer.list({ brandId, query: "martin", itemLimit: first });
    const seen = begun.items.map((one) => one.id);
    for (let cursor = begun.nextCursor; cursor; ) {
      const page = await world.admin.customer.list({ brandId, query: "martin", itemLimit: then, cursor });
      expect(page.itemTotal).toBe(begun.itemTotal);
      seen.push(...page.items.map((one) => one.id));
      cursor = page.nextCursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(begun.itemTotal);
  }
});
