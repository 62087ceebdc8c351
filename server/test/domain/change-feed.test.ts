// The feed of changes: nothing is missed however late a transaction commits, deletions are items without a word of the
// customer, and a cursor is valid where its state is: not in another brand, and not in a database restored from before.
import type { RawCustomerChange as CustomerChange } from "@dossier/api";
import { expect, test } from "vitest";
import { continuePositions } from "../../src/domain/change-feed.ts";
import { waitForOlderTransactions } from "../support/older-transactions.ts";
import { startTestServer } from "../support/test-server.ts";

const world = await startTestServer();
const { admin, service } = world;
const { pool } = service.db;
const longAgo = new Date(0);

const shown = (items: readonly CustomerChange[]) =>
  items.map((one) => ("deleted_at" in one ? `-${one.id}` : `${one.id} v${one.version}`));

/** A reader of one brand's feed. */
class Reader {
  readonly brandId: number;
  cursor: string | undefined;
  constructor(brandId: number) {
    this.brandId = brandId;
  }
  async next(itemLimit = 99): Promise<string[]> {
    await waitForOlderTransactions(pool);
    return this.read(itemLimit);
  }
  async read(itemLimit = 99): Promise<string[]> {
    const input = { brandId: this.brandId, updatedSince: longAgo, itemLimit };
    const page = await admin.customer.list({ ...input, ...(this.cursor ? { cursor: this.cursor } : {}) });
    this.cursor = page.nextCursor as string;
    expect(this.cursor).toEqual(expect.any(String));
    return shown(page.items);
  }
}

const create = async (brandId: number, firstname = "Ada") =>
  (await admin.customer.create({ brandId, firstname })).id;

test("every change comes in its order, and a reader at the end goes on", async () => {
  const brandId = await world.newBrand();
  const reader = new Reader(brandId);
  expect(await reader.next()).toEqual([]);
  expect(await reader.next()).toEqual([]);
  const [a, b] = [await create(brandId), await create(brandId)];
  expect(await reader.next(1)).toEqual([`${a} v1`]);
  await admin.customer.update({ id: a, lastname: "Lovelace" });
  await admin.customer.update({ id: a, lastname: "Lovelace" }); // the same again is no change
  expect(await reader.next()).toEqual([`${b} v1`, `${a} v2`]);
  expect(await reader.next()).toEqual([]);
  const before = reader.cursor;
  expect(await reader.next()).toEqual([]);
  expect(reader.cursor).toBe(before);
  await admin.customer.addChannels({
    customerId: b,
    channels: [{ type: "email", address: "b@feed.example" }],
  });
  expect(await reader.next()).toEqual([`${b} v2`]);
  await admin.customer.update({ id: b, custom: { tier: "gold" } });
  expect(await reader.next()).toEqual([`${b} v3`]);
});

test("a deleted customer is an item without a word, once; a restored one comes again; a purged one stays gone", async () => {
  const brandId = await world.newBrand();
  const reader = new Reader(brandId);
  const primaryId = `feed-${brandId}`;
  const channels = [{ type: "email", address: `gone-${brandId}@feed.example` }];
  const { id } = await admin.customer.create({ brandId, primaryId, firstname: "Wordy", channels });
  await reader.next();
  const from = reader.cursor as string;
  await admin.customer.delete({ id });
  await waitForOlderTransactions(pool);
  const { body } = await world.raw("GET", "/customer", {
    query: { brand_id: String(brandId), updated_since: longAgo.toISOString(), cursor: from, itemLimit: "99" },
  });
  expect((body as { items: unknown[] }).items).toEqual([
    { id, brand_id: brandId, deleted_at: expect.stringMatching(/^20.*Z$/) },
  ]);
  expect(await reader.next()).toEqual([`-${id}`]);
  await admin.customer.restore({ id });
  expect(await reader.next()).toEqual([`${id} v2`]);
  await admin.customer.purge({ id });
  expect(await reader.next()).toEqual([`-${id}`]);
  expect(await new Reader(brandId).next()).toEqual([`-${id}`]);
  expect(await reader.next()).toEqual([]);
  const { rows } = await pool.query("SELECT * FROM record_change WHERE kind = 1 AND record_id = $1", [id]);
  expect(JSON.stringify(rows)).not.toMatch(/wordy|feed-|gone/i);
});

test("a change that commits late is not missed", async () => {
  const brandId = await world.newBrand();
  const [slow, fast] = [await create(brandId), await create(brandId)];
  const reader = new Reader(brandId);
  await reader.next();
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query("UPDATE customer SET firstname = 'Late', version = version + 1 WHERE id = $1", [slow]);
    await admin.customer.update({ id: fast, firstname: "Early" });
    expect(await reader.read()).toEqual([]); // the early change waits: one before it may commit
    await client.query("COMMIT");
  } finally {
    client.release();
  }
  expect((await reader.next()).toSorted()).toEqual([`${slow} v2`, `${fast} v2`].toSorted());
  expect(await reader.next()).toEqual([]);
});

test("a transaction that is rolled back leaves nothing", async () => {
  const brandId = await world.newBrand();
  const id = await create(brandId);
  const reader = new Reader(brandId);
  await reader.next();
  const client = await pool.connect();
  await client.query("BEGIN");
  await client.query("UPDATE customer SET version = version + 1 WHERE id = $1", [id]);
  await client.query("ROLLBACK");
  client.release();
  expect(await reader.next()).toEqual([]);
});

test("it begins at the time, and a time to come begins now", async () => {
  const brandId = await world.newBrand();
  await create(brandId);
  await new Promise((resolve) => setTimeout(resolve, 5));
  const b = await create(brandId);
  const { item } = await admin.customer.find({ id: b });
  await waitForOlderTransactions(pool);
  const since = await admin.customer.list({ brandId, updatedSince: item.updated_at });
  expect(shown(since.items)).toEqual([`${b} v1`]);
  const tomorrow = { brandId, updatedSince: new Date(Date.now() + 86_400_000) };
  const first = await admin.customer.list(tomorrow);
  expect(first.items).toEqual([]);
  await admin.customer.update({ id: b, firstname: "Eve" });
  await waitForOlderTransactions(pool);
  const next = await admin.customer.list({ ...tomorrow, cursor: first.nextCursor as string });
  expect(shown(next.items)).toEqual([`${b} v2`]);
});

test("a reader gets its own brands only, and all pages of each have the whole once", async () => {
  const [mine, other] = [await world.newBrand(), await world.newBrand()];
  const made: string[] = [];
  for (let n = 0; n < 12; n += 1) {
    const id = await create(mine);
    await create(other);
    if (n % 4 === 0) await admin.customer.delete({ id });
    made.push(n % 4 === 0 ? `-${id}` : `${id} v1`);
  }
  const client = await world.clientFor(["CUSTOMER_READ"], [mine]);
  await waitForOlderTransactions(pool);
  for (const itemLimit of [1, 5, 12, 99]) {
    const all: CustomerChange[] = [];
    for await (const one of client.customer.each({ updatedSince: longAgo, itemLimit })) all.push(one);
    expect(shown(all)).toEqual(made);
  }
  const page = await client.customer.list({ updatedSince: longAgo, itemLimit: 5 });
  expect(page.itemTotal).toBe(12);
  const stranger = { updatedSince: longAgo, brandId: other };
  await expect(client.customer.list(stranger)).rejects.toMatchObject({ code: "not_found" });
});

test("a cursor from a state that a restore has undone is refused, others go on", async () => {
  const brandId = await world.newBrand();
  const id = await create(brandId);
  const reader = new Reader(brandId);
  await reader.next();
  await admin.customer.update({ id, firstname: "Eve" });
  const lost = new Reader(brandId);
  lost.cursor = reader.cursor;
  await lost.next();
  // the restored database is without the newest entry of the trail
  await pool.query("ALTER TABLE audit_entry DISABLE TRIGGER USER");
  await pool.query("DELETE FROM audit_entry WHERE id = (SELECT max(id) FROM audit_entry)");
  await pool.query("ALTER TABLE audit_entry ENABLE TRIGGER USER");
  await expect(lost.read()).rejects.toMatchObject({
    code: "invalid_field",
    fields: { cursor: expect.stringContaining("begin again with updated_since") },
  });
  expect(await reader.next()).toEqual([`${id} v2`]);
});

test("in a server whose xids are behind, positions go on behind those of the dump", async () => {
  const brandId = await world.newBrand();
  const [a, b] = [await create(brandId), await create(brandId)];
  const reader = new Reader(brandId);
  await reader.next(1);
  expect(await continuePositions(service.db)).toBe(false);
  // as if the dump came from a server with a million transactions more
  await pool.query("UPDATE record_change SET position = position + 1000000, horizon = horizon + 1000000");
  expect(await continuePositions(service.db)).toBe(true);
  expect(await continuePositions(service.db)).toBe(false);
  await admin.customer.update({ id: a, firstname: "Eve" });
  expect(await reader.next()).toEqual([`${b} v1`, `${a} v2`].slice(0, 2));
  expect(await reader.next()).toEqual([]);
});

test("a change of a field, a CRM's visit and a look leave the feed as it is, unless they change the customer", async () => {
  const brandId = await world.newBrand();
  const field = await admin.customfield.create({ brandId, name: "size", type: "text" });
  const id = (await admin.customer.create({ brandId, firstname: "Ada", custom: { size: "7" } })).id;
  const reader = new Reader(brandId);
  await reader.next();
  await admin.customer.find({ id, provenance: true });
  await pool.query("UPDATE customer SET crm_synced_at = now() WHERE id = $1", [id]);
  expect(await reader.next()).toEqual([]);
  await admin.customfield.delete({ id: field.id, force: true });
  expect(await reader.next()).toEqual([`${id} v2`]);
});
