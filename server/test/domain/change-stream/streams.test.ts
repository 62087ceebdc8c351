// The streams of changes of a process: what waits for a slow reader is bounded and becomes one reset; there are no more
// streams than there may be; the feed is read while there is one.
import { expect, test } from "vitest";
import { deriveDb } from "../../../src/db/database.ts";
import { ChangeStreams } from "../../../src/domain/change-stream/watch.ts";
import { maxPending } from "../../../src/domain/change-stream/subscription.ts";
import type { EventBatch, EventStream, RequestContext } from "../../../src/domain/context.ts";
import { administrator } from "../../../src/domain/key/authenticator.ts";
import { openLog } from "../../../src/log.ts";
import { poll } from "../../support/embedded/harness.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const { db } = world.service;
const log = openLog("silent", false);
const brandId = await world.newBrand();

const contextOf = (keyId = 0) =>
  ({ db, caller: { ...administrator, keyId }, secret: { current: Buffer.alloc(32, 7) } }) as RequestContext;
const openWith = (streams: ChangeStreams, keyId = 0) =>
  streams.open(contextOf(keyId), { seconds: undefined, after: undefined });

/** Inserts customers in one transaction; returns the ids. */
async function insert(count: number): Promise<number[]> {
  const text = "INSERT INTO customer (brand_id) SELECT $1 FROM generate_series(1, $2) RETURNING id";
  return (await db.pool.query<{ id: number }>(text, [brandId, count])).rows.map(({ id }) => id);
}

/** Takes the next batch with an event. */
async function take({ batches }: EventStream): Promise<EventBatch["events"]> {
  const iterator = batches[Symbol.asyncIterator]();
  for (;;) {
    const { value } = (await iterator.next()) as { value: EventBatch };
    if (value.events.length > 0) return value.events;
  }
}

test("the queue of a stalled reader is bounded, holds each record once, and becomes one reset", async () => {
  const streams = new ChangeStreams(db, log);
  const stream = await openWith(streams);
  expect(await take(stream)).toEqual([{ type: "reset" }]);
  const half = maxPending / 2;
  const ids = await insert(half);
  await poll(() => streams.counts().pending === half);
  await db.pool.query("UPDATE customer SET version = version + 1 WHERE id = ANY ($1)", [ids]);
  const [last] = await insert(1);
  await poll(() => streams.counts().pending === half + 1);
  expect((await take(stream)).at(-1)).toEqual({ type: "customer", id: last, brand_id: brandId });
  await insert(maxPending);
  await poll(() => streams.counts().pending === maxPending);
  await insert(1);
  await poll(() => streams.counts().pending === 0);
  expect(await take(stream)).toEqual([{ type: "reset" }]);
  const [next] = await insert(1);
  expect(await take(stream)).toEqual([{ type: "customer", id: next, brand_id: brandId }]);
  expect(streams.counts()).toMatchObject({ open: 1, resets: 2, events: half + 2 });
  stream.close();
  expect(streams.counts().open).toBe(0);
});

test("one key has so many streams and no more, and a process as well; one that is closed makes room", async () => {
  const streams = new ChangeStreams(db, log, { ofKey: 2, inAll: 3 });
  const open = [await openWith(streams, 1), await openWith(streams, 1), await openWith(streams, 2)];
  await expect(openWith(streams, 1)).rejects.toMatchObject({ code: "rate_limited" });
  const refused = (await openWith(streams, 2).catch((error: unknown) => error)) as { retryAfter: number };
  expect(refused).toMatchObject({ code: "unavailable" });
  expect(refused.retryAfter).toBeGreaterThanOrEqual(5);
  open[0]?.close();
  open.push(await openWith(streams, 1));
  for (const one of open) one.close();
  streams.close();
  await expect(openWith(streams, 3)).rejects.toMatchObject({ code: "unavailable" });
});

test("the feed is read only while there is a stream", async () => {
  const asked: string[] = [];
  const noted = deriveDb(db, {
    rows: (statement, values) => {
      asked.push(statement.name);
      return db.rows(statement, values);
    },
    row: (statement, values) => {
      asked.push(statement.name);
      return db.row(statement, values);
    },
    transaction: (work) => db.transaction(work),
    tryTransaction: (...given) => db.tryTransaction(...given),
  });
  const streams = new ChangeStreams(noted, log);
  const stream = await openWith(streams);
  await insert(1);
  await poll(() => asked.includes("change_feed"));
  const known = ["change_feed_start", "brand_visible", "change_feed", "ticket_customers"];
  expect(asked.filter((name) => !known.includes(name))).toEqual([]);
  stream.close();
  await poll(() => streams.counts().open === 0);
  const others = new ChangeStreams(db, log);
  const other = await openWith(others);
  const before = asked.length;
  for (let look = 0; look < 3; look += 1) {
    await insert(1);
    await take(other);
  }
  other.close();
  expect(asked.length - before).toBeLessThanOrEqual(1); // a look that had begun
});
