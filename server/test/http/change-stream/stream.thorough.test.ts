// A reader of the stream beside writers whose transactions last, on two servers of one database: it is cut off again and
// again, comes back with its last id to the one or the other, and has been told of every change in the end. Its key expires.
import { expect, test } from "vitest";
import { setTimeout as wait } from "node:timers/promises";
import { openStream } from "../../support/event-stream.ts";
import { poll } from "../../support/embedded/harness.ts";
import { startInstance, startTestServer, testConfig } from "../../support/test-server.ts";

const world = await startTestServer();
const other = await startInstance(testConfig(world.databaseUrl));
const brandId = await world.newBrand();
const writers = 8;
const writtenByEach = 40;

/** A transaction that makes a customer and stays open for a while. */
async function writeSlowly(): Promise<number> {
  const client = await world.service.db.pool.connect();
  try {
    await client.query("BEGIN");
    const text = "INSERT INTO customer (brand_id) VALUES ($1) RETURNING id";
    const { rows } = await client.query<{ id: number }>(text, [brandId]);
    await wait(Math.random() * 60);
    await client.query("COMMIT");
    return rows[0]?.id ?? 0;
  } finally {
    client.release();
  }
}

test("a reader that is cut off again and again misses nothing beside slow writers", async () => {
  const steady = await Promise.all(
    [world, other].map(({ url }) => openStream(url, { apiKey: world.adminKey })),
  );
  const written: string[] = [];
  const writing = Promise.all(
    Array.from({ length: writers }, async () => {
      for (let n = 0; n < writtenByEach; n += 1) written.push(`customer ${await writeSlowly()}`);
    }),
  );
  const state = { isOver: false };
  const over = writing.then(() => void (state.isOver = true));
  const told = new Set<string>();
  let lastId = "";
  let connections = 0;
  const isDone = () => state.isOver && written.every((one) => told.has(one));
  await poll(async () => {
    const { url } = connections % 2 === 0 ? world : other;
    connections += 1;
    const headers = { apiKey: world.adminKey, ...(lastId && { "last-event-id": lastId }) };
    const reader = await openStream(url, headers);
    const leaveAt = performance.now() + 50 + Math.random() * 300;
    await poll(() => (performance.now() > leaveAt && reader.lastId() !== undefined) || isDone());
    for (const one of reader.told) told.add(one);
    lastId = reader.lastId() ?? lastId;
    reader.close();
    if (connections > 1) expect(reader.told).not.toContain("reset");
    return isDone();
  });
  await over;
  expect(connections).toBeGreaterThan(5);
  expect(written.filter((one) => !told.has(one))).toEqual([]);
  for (const reader of steady) {
    await poll(() => written.every((one) => reader.told.includes(one)));
    reader.close();
  }
}, 60_000);

test("a stream ends with a key that expires, and one of a session with it", async () => {
  const expiresAt = new Date(Date.now() + 3000);
  const made = await world.admin.key.create({ name: "desk", permissions: ["CUSTOMER_READ"], expiresAt });
  const opened = await world.raw("POST", "/session", { key: made.key });
  const cookie = (opened.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const readers = [
    await openStream(world.url, { apiKey: made.key }),
    await openStream(world.url, { cookie }),
    await openStream(other.url, { apiKey: made.key }),
  ];
  const lasting = await openStream(world.url, { apiKey: world.adminKey });
  await poll(() => readers.every((one) => one.lastId() !== undefined));
  expect(readers.some((one) => one.isEnded())).toBe(false);
  await poll(() => readers.every((one) => one.isEnded()));
  expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime());
  expect(lasting.isEnded()).toBe(false);
  lasting.close();
}, 30_000);
