// The limits of the stream of changes over HTTP: so many streams of a key, when to come again, and where a reader has to
// read again: after an id of another database, after more changes than are kept, and when its own reach has changed.
import { afterAll, expect, test } from "vitest";
import { poll } from "../../support/embedded/harness.ts";
import { openStream, type StreamReader } from "../../support/event-stream.ts";
import { scrape } from "../../support/scrape.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const restored = await startTestServer();
const { admin, adminKey, url } = world;
const brandId = await world.newBrand();
const readers: StreamReader[] = [];
afterAll(() => readers.forEach((one) => one.close()));

async function watch(apiKey: string, lastId?: string, at = url): Promise<StreamReader> {
  const reader = await openStream(at, { apiKey, ...(lastId && { "last-event-id": lastId }) });
  readers.push(reader);
  if (reader.status === 200) await poll(() => reader.lastId() !== undefined);
  return reader;
}

test("the 51st stream of a key is refused and told when to come again; another key has its own, one that leaves makes room", async () => {
  const key = await world.keyFor(["CUSTOMER_READ"], [brandId]);
  const open = await Promise.all(Array.from({ length: 50 }, () => watch(key)));
  expect(open.map(({ status }) => status)).toEqual(Array(50).fill(200));
  const refused = await watch(key);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThanOrEqual(5);
  await poll(() => refused.isEnded());
  expect(JSON.parse(refused.text())).toMatchObject({ code: "rate_limited" });
  expect((await watch(await world.keyFor(["CUSTOMER_READ"], [brandId]))).status).toBe(200);
  const { id } = await admin.customer.create({ brandId, firstname: "Ada" });
  await Promise.all(open.map((one) => one.waitFor(`customer ${id}`)));
  open[0]?.close();
  await poll(async () => (await watch(key)).status === 200);
  expect((await watch(key)).status).toBe(429);
  for (const one of readers) one.close();
  await poll(async () => (await scrape(url, adminKey)).value("dossier_change_streams") === 0);
});

test("an id of what a restored backup has undone is followed by a reset, and by every change from there on", async () => {
  const lost = await watch(adminKey, undefined, restored.url);
  const { id } = await restored.admin.customer.create({
    brandId: await restored.newBrand(),
    lastname: "Lost",
  });
  await lost.waitFor(`customer ${id}`);
  const reader = await watch(adminKey, lost.lastId());
  expect(reader.told).toEqual(["reset"]);
  const next = await admin.customer.create({ brandId, firstname: "Ada" });
  await reader.waitFor(`customer ${next.id}`);
});

test("more changes at once than are kept for a reader become one reset, and the next change is told", async () => {
  const [reader, behind] = [await watch(adminKey), await watch(adminKey)];
  const lastId = behind.lastId();
  behind.close();
  const insert = "INSERT INTO customer (brand_id) SELECT $1 FROM generate_series(1, $2::int)";
  await world.service.db.pool.query(insert, [brandId, 1001]);
  await poll(() => reader.told.length > 1);
  expect(reader.told).toEqual(["reset", "reset"]);
  expect((await watch(adminKey, lastId)).told).toEqual(["reset"]);
  const after = reader.lastId();
  const { id } = await admin.customer.create({ brandId, firstname: "Ada" });
  await reader.waitFor(`customer ${id}`);
  const again = await watch(adminKey, after);
  await again.waitFor(`customer ${id}`);
  expect(again.told).not.toContain("reset");
});

test("a reader of some brands is told of 1,000 changes after its id, however many there are in other brands", async () => {
  const key = await world.keyFor(["CUSTOMER_READ"], [brandId]);
  const steady = await watch(key);
  const lastId = steady.lastId();
  const elsewhere = await world.newBrand();
  const insert = "INSERT INTO customer (brand_id) SELECT $1 FROM generate_series(1, $2::int)";
  await world.service.db.pool.query(insert, [elsewhere, 1001]);
  await world.service.db.pool.query(insert, [brandId, 1000]);
  await poll(() => steady.told.length === 1001); // a reset, and each customer
  const again = await watch(key, lastId);
  expect(again.told.length).toBe(1000);
  expect(again.told).not.toContain("reset");
});
