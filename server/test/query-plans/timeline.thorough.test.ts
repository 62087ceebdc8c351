// Proof that timelines, tickets, the audit trail and purges stay bounded: at 100,000 and more of each, with generic
// plans, for one customer with 100,000 items and for one with ten.
import type { Permission } from "@dossier/api";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "../../src/db/database.ts";
import type { RequestContext } from "../../src/domain/context.ts";
import { listAudit } from "../../src/domain/audit.ts";
import { deleteCustomer, restoreCustomer } from "../../src/domain/customer/delete.ts";
import { addChannels } from "../../src/domain/customer/update.ts";
import { purgeCustomer } from "../../src/domain/erasure/purge.ts";
import { findTicket, listTickets } from "../../src/domain/ticket/read.ts";
import { createMessage } from "../../src/domain/ticket/message.ts";
import { createTicket } from "../../src/domain/ticket/create.ts";
import { updateTicket } from "../../src/domain/ticket/update.ts";
import { addEvent } from "../../src/domain/timeline/event.ts";
import { listDeleted } from "../../src/domain/erasure/deleted-list.ts";
import { countTimeline } from "../../src/domain/timeline/counts.ts";
import { listTimeline } from "../../src/domain/timeline/timeline.ts";
import { openBulkDatabase } from "../support/data/bulk-customers.ts";
import type { Cost } from "../support/query-plans/explain.ts";
import { contextOf, recordingDb } from "../support/query-plans/explain-operation.ts";

const hot = 1;
const small = 2;

/** Customer 1 has 60,000 events, 20,000 tickets and 20,000 messages, customer 2 has ten items; others share the rest. */
const world = [
  `INSERT INTO customer (brand_id, primary_id, firstname) SELECT 1 + n % 2, 'K-' || n, 'Ada' FROM generate_series(1, 2000) n`,
  `INSERT INTO customer_channel (customer_id, brand_id, channel_type_id, address, normalised, source)
     SELECT id, brand_id, 1, 'c' || id || '@example.org', 'c' || id || '@example.org', 'api' FROM customer`,
  `INSERT INTO event (customer_id, type, message, event_id, occurred_at)
     SELECT 1, CASE WHEN n % 3 = 0 THEN 'order' ELSE 'mailing' END, 'event ' || n, 'e' || n, '2026-01-01'::timestamptz + n * interval '1 min'
       FROM generate_series(1, 60000) n`,
  `INSERT INTO event (customer_id, type, message, event_id, occurred_at)
     SELECT 2 + n % 1998, 'order', 'event ' || n, 'e' || n, '2026-01-01'::timestamptz + n * interval '1 min' FROM generate_series(1, 9990) n`,
  `INSERT INTO ticket (brand_id, channel_type_id, direction, from_address, contact, title, status, customer_id, created_at)
     SELECT c.brand_id, 1, 'inbound', 'c1@example.org', 'c1@example.org', 'parcel number ' || n,
         (ARRAY['new','open','pending','solved','closed'])[1 + n % 5], 1, '2026-01-01'::timestamptz + n * interval '7 min'
       FROM generate_series(1, 20000) n JOIN customer c ON c.id = 1`,
  `INSERT INTO ticket (brand_id, channel_type_id, direction, from_address, contact, title, status, customer_id, created_at)
     SELECT c.brand_id, 1, 'inbound', 'c@example.org', 'c@example.org', 'parcel of ' || n,
         (ARRAY['new','open','closed'])[1 + n % 3], c.id, '2026-01-01'::timestamptz + n * interval '7 min'
       FROM generate_series(1, 3996) n JOIN customer c ON c.id = 2 + n % 1998`,
  `INSERT INTO ticket (brand_id, channel_type_id, direction, from_address, contact, title, created_at)
     SELECT 1 + n % 2, 1, 'inbound', 'w@example.org', 'w' || n % 500 || '@example.org', 'parcel waits ' || n, '2026-01-01'::timestamptz + n * interval '1 min'
       FROM generate_series(1, 80000) n`,
  `INSERT INTO ticket_term (brand_id, type, term, ticket_id)
     SELECT DISTINCT brand_id, 'w'::"char", w, id FROM ticket, string_to_table(title, ' ') AS w`,
  `INSERT INTO ticket_term (brand_id, type, term, ticket_id) SELECT brand_id, 'a'::"char", contact, id FROM ticket`,
  `INSERT INTO message (ticket_id, customer_id, type, channel_type_id, direction, content, created_at)
     SELECT t.id, t.customer_id, CASE WHEN t.id % 4 = 0 THEN 'note' ELSE 'message' END, CASE WHEN t.id % 4 = 0 THEN NULL ELSE 1 END,
         'inbound', 'text', t.created_at + interval '1 min' FROM ticket t WHERE t.customer_id IS NOT NULL`,
  `INSERT INTO audit_entry (key_id, operation, entity, subject_id, brand_id, outcome, at)
     SELECT n % 7, (ARRAY['customer.create','customer.update','ticket.create'])[1 + n % 3], 'customer', n % 2000, 1 + n % 2, 'updated', '2026-01-01'::timestamptz + n * interval '1 s'
       FROM generate_series(1, 100000) n`,
  "VACUUM (ANALYZE)",
];

let db: Db;
let client: pg.PoolClient;
beforeAll(async () => {
  db = await openBulkDatabase(["Second"]);
  for (const text of world) await db.pool.query(text);
  client = await db.pool.connect();
}, 120_000);

const measured: Record<string, Record<string, number>> = {};
afterAll(async () => {
  console.table(measured);
  client.release();
  await db.close();
});

/** Runs an operation and returns the cost of each of its statements. */
async function costsOf(
  run: (ctx: RequestContext) => Promise<unknown>,
): Promise<{ name: string; found: Cost }[]> {
  const recorded = recordingDb(client);
  await run(contextOf(recorded.db));
  return recorded.costs;
}

function without(ctx: RequestContext, permission: Permission): RequestContext {
  const permissions = new Set([...ctx.caller.permissions].filter((one) => one !== permission));
  return { ...ctx, caller: { ...ctx.caller, permissions } };
}

const day = (n: number) => new Date(Date.UTC(2026, 0, n));

const timelines: [string, (ctx: RequestContext, customerId: number) => Promise<unknown>][] = [
  ["events", (ctx, customerId) => listTimeline(ctx, { customerId })],
  ["events and tickets", (ctx, customerId) => listTimeline(ctx, { customerId, getTicketHistory: true })],
  ["one type of event", (ctx, customerId) => listTimeline(ctx, { customerId, type: "order" })],
  ["a type nobody used", (ctx, customerId) => listTimeline(ctx, { customerId, type: "nothing" })],
  ["tickets", (ctx, customerId) => listTimeline(ctx, { customerId, type: "ticket" })],
  ["notes", (ctx, customerId) => listTimeline(ctx, { customerId, type: "note" })],
  [
    "a period of all",
    (ctx, customerId) =>
      listTimeline(ctx, { customerId, getTicketHistory: true, since: day(2), until: day(400) }),
  ],
  [
    "one type of event since a time",
    (ctx, customerId) => listTimeline(ctx, { customerId, type: "order", since: day(2) }),
  ],
  ["how many there are", (ctx, id) => countTimeline(ctx, { id })],
  [
    "events and tickets without notes",
    (ctx, customerId) => listTimeline(without(ctx, "TICKET_READ"), { customerId, getTicketHistory: true }),
  ],
];

const ticket = { brandId: 1, channel: "email", from: "new@example.org", title: "Where is my parcel" };

const operations: [string, number, (ctx: RequestContext) => Promise<unknown>][] = [
  ...timelines.map(([what, run]): [string, number, (ctx: RequestContext) => Promise<unknown>] => [
    `timeline: ${what}`,
    15,
    (ctx) => run(ctx, hot),
  ]),
  [
    "timeline: by cursor",
    99,
    async (ctx) => {
      const first = await listTimeline(ctx, { customerId: hot, getTicketHistory: true, itemLimit: 99 });
      const cursor = first.nextCursor ?? "";
      return listTimeline(ctx, { customerId: hot, getTicketHistory: true, itemLimit: 99, cursor });
    },
  ],
  ["add an event", 1, (ctx) => addEvent(ctx, { customerId: hot, message: "paid", eventId: "new" })],
  ["add an event again", 1, (ctx) => addEvent(ctx, { customerId: hot, message: "paid", eventId: "e7" })],
  ["tickets", 15, (ctx) => listTickets(ctx, {})],
  ["tickets of a brand", 15, (ctx) => listTickets(ctx, { brandId: 1 })],
  ["tickets in a state", 15, (ctx) => listTickets(ctx, { status: ["pending"] })],
  ["tickets in several states", 15, (ctx) => listTickets(ctx, { status: ["new", "closed"] })],
  ["tickets, oldest first", 15, (ctx) => listTickets(ctx, { sort: "id" })],
  ["tickets by change", 15, (ctx) => listTickets(ctx, { sort: "updated" })],
  ["tickets of a channel type", 15, (ctx) => listTickets(ctx, { channelType: "email" })],
  [
    "tickets of a channel type in a state",
    15,
    (ctx) => listTickets(ctx, { channelType: "email", status: ["open"], sort: "id" }),
  ],
  ["tickets since a time", 15, (ctx) => listTickets(ctx, { createdSince: new Date(0) })],
  [
    "tickets of a customer since a time",
    15,
    (ctx) => listTickets(ctx, { customerId: hot, createdSince: new Date(0) }),
  ],
  ["tickets of a customer, oldest first", 15, (ctx) => listTickets(ctx, { customerId: hot, sort: "id" })],
  ["the feed of tickets", 15, (ctx) => listTickets(ctx, { updatedSince: new Date(0) })],
  [
    "the feed of tickets, by cursor",
    15,
    async (ctx) => {
      const { nextCursor } = await listTickets(ctx, { updatedSince: new Date(0) });
      return listTickets(ctx, { updatedSince: new Date(0), cursor: nextCursor ?? "" });
    },
  ],
  ["waiting tickets", 15, (ctx) => listTickets(ctx, { linked: false })],
  ["tickets of a customer", 15, (ctx) => listTickets(ctx, { customerId: hot, status: ["open"] })],
  ["tickets by a common word", 15, (ctx) => listTickets(ctx, { query: "parcel" })],
  ["tickets by a common and a rare word", 15, (ctx) => listTickets(ctx, { query: "parcel 777" })],
  ["tickets by an absent word", 15, (ctx) => listTickets(ctx, { query: "qqq" })],
  ["tickets by a common address", 15, (ctx) => listTickets(ctx, { query: "C1@example.org" })],
  ["one ticket", 1, (ctx) => findTicket(ctx, { id: 5, getTicketHistory: true })],
  ["open a ticket", 1, (ctx) => createTicket(ctx, ticket)],
  ["open a ticket of a customer", 1, (ctx) => createTicket(ctx, { ...ticket, from: "c77@example.org" })],
  ["link a ticket", 1, (ctx) => updateTicket(ctx, { id: 30_000, customerId: 2, title: "Another" })],
  ["write a message", 1, (ctx) => createMessage(ctx, { ticketId: 5, type: "1", message: "Hello" })],
  [
    "add a channel that tickets wait for",
    1,
    (ctx) =>
      addChannels(ctx, {
        customerId: 3,
        channels: [
          {
            field: "extra_email",
            typeId: 1,
            typeName: "email",
            address: "w3@example.org",
            normalised: "w3@example.org",
          },
        ],
      }),
  ],
  ["the trail", 15, (ctx) => listAudit(ctx, {})],
  ["the trail of a key", 15, (ctx) => listAudit(ctx, { keyId: 3 })],
  ["the trail of an operation", 15, (ctx) => listAudit(ctx, { operation: "ticket.create" })],
  ["the trail of a customer", 15, (ctx) => listAudit(ctx, { kind: "customer", subjectId: 77 })],
  [
    "the trail of a day",
    15,
    (ctx) => listAudit(ctx, { since: new Date("2026-01-02"), until: new Date("2026-01-03") }),
  ],
  ["delete a customer", 1, (ctx) => deleteCustomer(ctx, { id: 50 })],
  ["deleted customers", 15, (ctx) => listDeleted(ctx, {})],
  ["restore a customer", 1, (ctx) => restoreCustomer(ctx, { id: 50 })],
  ["purge a customer", 1, (ctx) => purgeCustomer(ctx, { id: 51 })],
  ["delete the customer with 100,000 items", 1000, (ctx) => deleteCustomer(ctx, { id: hot })],
  [
    "purge the customer with 100,000 items",
    2000,
    async (ctx) => {
      await exaggerate();
      return purgeCustomer(ctx, { id: hot });
    },
  ],
];

/** Statistics that make one customer own nearly every row: as if a sequential scan were the best plan. */
async function exaggerate(): Promise<void> {
  for (const [table, column] of [
    ["ticket", "customer_id"],
    ["ticket", "former_customer_id"],
    ["event", "customer_id"],
  ] as const)
    await db.pool.query(`ALTER TABLE ${table} ALTER ${column} SET (n_distinct = 1); ANALYZE ${table}`);
}

const sum = (costs: { found: Cost }[]) => costs.reduce((all, { found }) => all + found.buffers, 0);

test("a page of a timeline touches at most three times the buffers when the timeline is 100,000 long", async () => {
  for (const [what, run] of timelines.slice(0, 3)) {
    const [long, short] = [await costsOf((ctx) => run(ctx, hot)), await costsOf((ctx) => run(ctx, small))];
    measured[`ratio: ${what}`] = { rows: 0, buffers: sum(long), ms: sum(short) };
    console.log(
      `timeline "${what}" buffers long=${sum(long)} short=${sum(short)} ratio=${(sum(long) / sum(short)).toFixed(2)}`,
    );
    expect(sum(long), what).toBeLessThanOrEqual(3 * sum(short));
  }
});

describe("reads no more than it may", () => {
  test.each(operations)(
    "%s",
    async (what, page, run) => {
      const costs = await costsOf(run);
      expect(costs.length, "statements").toBeGreaterThan(0);
      for (const { name, found } of costs) {
        measured[`${what}: ${name}`] = { rows: found.rows, buffers: found.buffers, ms: found.ms };
        expect(found.scanned, `${name} scans a big table`).toEqual([]);
        expect(found.rows, name).toBeLessThanOrEqual(20 * page + 10_001 + found.rounded);
      }
    },
    120_000,
  );
});
