// Customers at the size limit, and larger ones (inserted by SQL, as requests could before there was a limit). Every
// read returns them: whole pages, truncated customers, and never much of them in memory at once.
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import type { RawCustomer as Customer } from "@dossier/api";
import { insertChannels, insertValues } from "../../support/data/large-customers.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const { admin, service } = world;
const { db } = service;
const { customer } = admin;
const limit = 256 * 1024;

/** Bytes of rows read by the statements of this process: in all, and the maximum of one. */
const asked = { total: 0, most: 0 };
const { pool } = db;
const query = pool.query.bind(pool) as (...question: unknown[]) => Promise<{ rows: object[] }>;
Object.assign(pool, {
  async query(...question: unknown[]) {
    const answer = await query(...question);
    const bytes = JSON.stringify(answer.rows).length;
    asked.total += bytes;
    asked.most = Math.max(asked.most, bytes);
    return answer;
  },
});

/** A brand with so many customers, the newest of which have so many values of 64 KiB. */
async function makeCrowd(all: number, large: number, values: number) {
  const brandId = await world.newBrand();
  const ids: number[] = [];
  for (let n = 0; n < all; n += 1) {
    const channels = [{ type: "email", address: `p${n}.of${brandId}@example.org` }];
    ids.push((await customer.create({ brandId, primaryId: `P${n}`, firstname: "Paula", channels })).id);
  }
  for (const id of ids.slice(all - large)) await insertValues(db, { id, brandId }, values, 64);
  return { brandId, ids };
}

function bytesOf(item: Customer): number {
  const values = Object.entries(item).filter(([name]) => name.startsWith("custom_"));
  return values.reduce((sum, [, value]) => sum + Buffer.byteLength(value as string), 0);
}

const { brandId: hugeId, ids: hugeIds } = await makeCrowd(20, 5, 500);

test("customers of 32 MB are shown cut in every read, and say what is missing; the page is whole", async () => {
  const [brandId, ids] = [hugeId, hugeIds];
  const newest = ids.toReversed();
  const last = newest[0]!;
  const reads: Record<string, { items: Customer[] }> = {
    list: await customer.list({ brandId }),
    everywhere: await customer.list(),
    search: await customer.list({ brandId, query: "paula", itemLimit: 20 }),
    byPrimaryId: await customer.listByPrimaryId({ brandId, primaryId: "P19" }),
    byAddress: await customer.listByChannel({ value: `p19.of${brandId}@example.org` }),
    find: { items: [(await customer.find({ id: last })).item] },
  };
  for (const [name, { items }] of Object.entries(reads)) {
    const item = items.find(({ id }) => id === last)!;
    expect([name, item.external_primary_id, bytesOf(item)]).toEqual([name, "P19", limit]);
    expect([name, item.truncated?.length, item.truncated?.[0], item.truncated?.at(-1)]).toEqual([
      name,
      496,
      "custom_big5",
      "custom_big500",
    ]);
  }
  expect(reads.list?.items.map(({ id }) => id)).toEqual(newest.slice(0, 15));
  expect(reads.everywhere?.items).toHaveLength(15);
  expect(reads.search?.items).toHaveLength(20);
  expect(reads.list?.items.map(({ truncated }) => truncated !== undefined)).toEqual(
    Array.from({ length: 15 }, (_, n) => n < 5),
  );
  expect(reads.list?.items.at(-1)).not.toHaveProperty("truncated");
  expect(await customer.listTimeline({ customerId: last })).toMatchObject({ itemTotal: 0 });
  const origins = (await customer.find({ id: last, provenance: true })).item.provenance ?? [];
  expect(origins.filter(({ field }) => field.startsWith("custom_"))).toHaveLength(500);
});

test("thirty-two pages of them at once are all answered, and no statement reads much", async () => {
  asked.most = 0;
  const pages = await Promise.all(Array.from({ length: 32 }, () => customer.list({ brandId: hugeId })));
  for (const { items } of pages)
    expect([items.length, ...items.map(bytesOf)]).toEqual([
      15,
      ...Array(5).fill(limit),
      ...Array(10).fill(0),
    ]);
  expect((await world.raw("GET", "/../../livez")).status).toBe(200);
  expect(asked.most).toBeGreaterThan(limit);
  expect(asked.most).toBeLessThan(2 * 1024 * 1024);
});

test("a customer with more than 1,000 channels is shown with the first 1,000, alone and on a page", async () => {
  const { brandId, ids } = await makeCrowd(3, 0, 0);
  const [id = 0, other = 0] = ids;
  await insertChannels(db, { id, brandId }, 1200, "many");
  await insertChannels(db, { id: other, brandId }, 999, "full");
  const { items } = await customer.list({ brandId });
  const found = [(await customer.find({ id })).item, items.find((one) => one.id === id)!];
  for (const item of found) {
    expect(item.channels).toHaveLength(1000);
    expect(item.channels[0]).toMatchObject({ address: `p0.of${brandId}@example.org` });
    expect(item.truncated).toEqual(["channels"]);
  }
  const full = items.find((one) => one.id === other)!;
  expect([full.channels.length, full.truncated]).toEqual([1000, undefined]);
  const { provenance = [] } = (await customer.find({ id, provenance: true })).item;
  expect(provenance.filter(({ field }) => field === "channels")).toHaveLength(1000);
});

test("a page of the largest customers there can be is read while it is sent, and not for who does not read it", async () => {
  const { brandId, ids } = await makeCrowd(99, 99, 4);
  asked.total = 0;
  asked.most = 0;
  const { port } = new URL(world.url);
  const stalled = connect(Number(port), "127.0.0.1");
  await once(stalled, "connect");
  stalled.pause();
  stalled.write(
    `GET /api/v2/customer?brand_id=${brandId}&itemLimit=99 HTTP/1.1\r\nHost: x\r\napiKey: ${world.adminKey}\r\nConnection: close\r\n\r\n`,
  );
  const page = await customer.list({ brandId, itemLimit: 99 });
  expect(page.items.map(({ id }) => id)).toEqual(ids.toReversed());
  expect(page.items.map(bytesOf)).toEqual(Array(99).fill(limit));
  expect(page.items.some(({ truncated }) => truncated)).toBe(false);
  expect(asked.most).toBeLessThan(2 * 1024 * 1024);
  const own = 99 * limit;
  expect(asked.total).toBeGreaterThan(own);
  expect(asked.total - own, "read for the one who does not read").toBeLessThan(own / 2);
  let text = "";
  stalled.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  stalled.resume();
  await once(stalled, "close");
  expect(text).toMatch(/^HTTP\/1\.1 200 /);
  expect(text.match(/"external_primary_id"/g)).toHaveLength(99);
  expect(text.trimEnd().endsWith("0")).toBe(true); // the last chunk: nothing was cut off
});
