// Proof that webhook deliveries stay bounded: with 5,000 webhooks of other brands, 100,000 deliveries of one webhook of
// which 60,000 wait, and 50,000 of one customer, with generic plans.
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "../../src/db/database.ts";
import type { RequestContext } from "../../src/domain/context.ts";
import { updateCustomer } from "../../src/domain/customer/update.ts";
import { addEvent } from "../../src/domain/timeline/event.ts";
import { findWebhook, updateWebhook } from "../../src/domain/webhook/webhook.ts";
import { listDeliveries, redeliver, replay } from "../../src/domain/webhook/deliveries.ts";
import { nextDelivery, recordDelivered } from "../../src/domain/webhook/delivery-state.ts";
import { openBulkDatabase } from "../support/data/bulk-customers.ts";
import { contextOf, recordingDb } from "../support/query-plans/explain-operation.ts";

/** Webhook 1 receives brand 1, webhook 2 brand 2, webhooks 3 to 6 all; the rest brands 3 to 202. */
const world = [
  `INSERT INTO customer (brand_id, primary_id, firstname) SELECT 1 + n % 3, 'K-' || n, 'Ada' FROM generate_series(1, 3000) n`,
  `INSERT INTO webhook (url, events, all_brands, secret)
     SELECT 'https://example.org/', CASE WHEN n % 2 = 0 THEN '{event.created}'::text[] ELSE '{customer.updated,event.created}' END,
         n BETWEEN 3 AND 6, '\\x00' FROM generate_series(1, 5000) n`,
  `INSERT INTO webhook_brand (webhook_id, brand_id) SELECT id, CASE WHEN id < 3 THEN id ELSE 3 + id % 200 END
     FROM webhook WHERE NOT all_brands`,
  `INSERT INTO webhook_delivery (webhook_id, brand_id, customer_id, event, payload, state, created_at)
     SELECT 1 + n % 2, 1 + n % 2, CASE WHEN n % 4 < 2 THEN 1 ELSE n % 1000 END, 'event.created', '{}',
         CASE WHEN n % 5 < 3 THEN 'waiting' WHEN n % 5 = 3 THEN 'delivered' ELSE 'failed' END,
         '2026-01-01'::timestamptz + n * interval '1 min' FROM generate_series(1, 200000) n`,
  "VACUUM (ANALYZE)",
];

let db: Db;
let client: pg.PoolClient;
beforeAll(async () => {
  db = await openBulkDatabase(Array.from({ length: 201 }, (_, at) => `Brand ${at}`));
  for (const text of world) await db.pool.query(text);
  client = await db.pool.connect();
}, 120_000);
afterAll(async () => {
  client.release();
  await db.close();
});

const id = 1;
const due = {
  id: 3,
  event_id: "",
  payload: "",
  url: "",
  secret: Buffer.alloc(0),
  previous_secret: null,
  attempts: 0,
  version: "0",
  seen_at: new Date(),
};

const operations: [string, number, (ctx: RequestContext) => Promise<unknown>][] = [
  ["tell of an update", 15, (ctx) => updateCustomer(ctx, { id: 3, firstname: "Grace" })],
  ["tell of an event", 15, (ctx) => addEvent(ctx, { customerId: 3, message: "paid" })],
  ["the next of a busy lane", 1, (ctx) => nextDelivery(ctx.db, id, 1)],
  ["the next of an empty lane", 1, (ctx) => nextDelivery(ctx.db, id, 999_999)],
  ["note that one was delivered", 1, (ctx) => recordDelivered(ctx.db, due, 204)],
  ["read a webhook", 1000, (ctx) => findWebhook(ctx, { id })],
  ["deliveries", 15, (ctx) => listDeliveries(ctx, { id })],
  ["deliveries that failed", 15, (ctx) => listDeliveries(ctx, { id, state: "failed" })],
  [
    "deliveries by cursor",
    99,
    async (ctx) => {
      const { nextCursor } = await listDeliveries(ctx, { id, itemLimit: 99 });
      return listDeliveries(ctx, { id, itemLimit: 99, cursor: nextCursor ?? "" });
    },
  ],
  ["send one again", 1, (ctx) => redeliver(ctx, { id: 3 })],
  [
    "send an hour again",
    60,
    (ctx) =>
      replay(ctx, { id, since: new Date("2026-02-01T00:00:00Z"), until: new Date("2026-02-01T01:00:00Z") }),
  ],
];

describe("webhooks cost what they are asked for", () => {
  test.each(operations)("%s", async (_what, page, run) => {
    const recorded = recordingDb(client);
    await run(contextOf(recorded.db));
    expect(recorded.costs.length).toBeGreaterThan(0);
    for (const { name, found } of recorded.costs) {
      expect(found.rows, name).toBeLessThanOrEqual(20 * page + 10_001 + found.rounded);
      expect(found.scanned, name).toEqual([]);
    }
  });

  test("a change in a brand with webhooks of its own looks at those alone, and at those for all brands", async () => {
    const recorded = recordingDb(client);
    await addEvent(contextOf(recorded.db), { customerId: 6, message: "paid" });
    const found = recorded.costs.find(({ name }) => name === "outbox_subscribers")!.found;
    expect(found.rows).toBeLessThanOrEqual(10);
    expect(recorded.costs.map(({ name }) => name)).toContain("outbox_insert");
  });

  test("switching on wakes a page in the call, however many wait", async () => {
    const recorded = recordingDb(client);
    const ctx = contextOf(recorded.db);
    await updateWebhook(ctx, { id: 2, paused: true });
    await db.pool.query(
      "UPDATE webhook_delivery SET state = 'waiting' WHERE webhook_id = 2 AND state = 'failed'",
    );
    await updateWebhook({ ...ctx, idempotencyKey: undefined }, { id: 2, paused: false });
    const page = recorded.costs.find(({ name }) => name === "webhook_list_waiting")!.found;
    expect(page.rows).toBeLessThanOrEqual(1000 + page.rounded);
    for (const { name, found } of recorded.costs) expect(found.scanned, name).toEqual([]);
  });
});
