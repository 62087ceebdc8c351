// Timeline by period: what happened from one time until before another, page by page; and how many items there are of
// each kind, without notes for a key that may not read them.
import { createClient } from "@dossier/api";
import { expect, test } from "vitest";
import { type Fixture, makeCustomer, startFixtureServer } from "../../support/requests.ts";

const world = await startFixtureServer();
const scene: Fixture = { world, brandId: await world.newBrand() };
const { customer, ticket, message } = world.admin;
const day = (n: number, ms = 0) => new Date(Date.UTC(2026, 0, n, 12, 0, 0, ms)).toISOString();

const made = await makeCustomer(scene);
for (const n of [2, 4, 6])
  await customer.addEvent({
    customerId: made.id,
    message: `Event of day ${n}`,
    type: n === 4 ? "order" : "mailing",
    occurredAt: day(n),
  });
const { id: ticketId } = await ticket.create({
  brandId: scene.brandId,
  channel: "email",
  from: made.email,
  occurredAt: day(3),
});
await message.create({ ticketId, type: "email", message: "On its way.", occurredAt: day(5) });
await message.create({ ticketId, type: "note", message: "Called twice.", occurredAt: day(7) });

const reader = createClient({
  url: world.url,
  key: await world.keyFor(["CUSTOMER_READ"], [scene.brandId]),
  retry: false,
});
const dossier = createClient({ url: world.url, key: world.adminKey, retry: false });

type Period = { since?: string; until?: string; type?: string };

async function days(period: Period, itemLimit = 99): Promise<[string[], number]> {
  const ask = { customerId: made.id, getTicketHistory: true, ...period };
  const { itemTotal } = await dossier.customer.listTimeline({ ...ask, itemLimit: 1 });
  const seen: string[] = [];
  for await (const { type, createdAt } of dossier.customer.eachTimeline({ ...ask, itemLimit }))
    seen.push(`${type} ${new Date(createdAt).getUTCDate()}`);
  return [seen, itemTotal];
}

test.each<[Period, string[]]>([
  [{ since: day(5) }, ["note 7", "event 6", "message 5"]],
  [{ until: day(5) }, ["event 4", "ticket 3", "event 2"]],
  [{ since: day(3), until: day(6) }, ["message 5", "event 4", "ticket 3"]],
  [{ since: day(3, 1), until: day(6, 1) }, ["event 6", "message 5", "event 4"]],
  [{ since: day(1), until: day(5), type: "event" }, ["event 4", "event 2"]],
  [{ since: day(1), until: day(5), type: "mailing" }, ["event 2"]],
  [{ since: day(1), until: day(8), type: "note" }, ["note 7"]],
  [{ since: day(6), until: day(3) }, []],
  [{ since: day(20) }, []],
])("%o has its items, in pages of any size, and counts them", async (period, expected) => {
  for (const itemLimit of [1, 2, 99])
    expect(await days(period, itemLimit)).toEqual([expected, expected.length]);
});

test("a key that may not read notes gets none, and they are not counted", async () => {
  const period = { customerId: made.id, getTicketHistory: true, since: day(5) };
  const { items, itemTotal } = await reader.customer.listTimeline(period);
  expect([items.map(({ type }) => type), itemTotal]).toEqual([["event", "message"], 2]);
});

test("a cursor belongs to its period", async () => {
  const path = "/customer/timelineByCustomerExternalID";
  const query = { customer_id: String(made.id), since: day(1), itemLimit: "1" };
  const first = await world.raw("GET", path, { query });
  const cursor = String(first.body.nextCursor);
  expect((await world.raw("GET", path, { query: { ...query, cursor } })).status).toBe(200);
  const other = await world.raw("GET", path, { query: { ...query, since: day(2), cursor } });
  expect([other.status, other.body.errors?.[0]?.field]).toEqual([400, "cursor"]);
});

test.each(["since", "until"])("an empty %s is refused", async (field) => {
  const { status, body } = await world.raw("GET", "/customer/timelineByCustomerExternalID", {
    query: { customer_id: String(made.id), [field]: "" },
  });
  expect([status, body.errors?.[0]?.field]).toEqual([400, field]);
});

test("counts say how many items of each kind and type of event there are", async () => {
  expect(await dossier.customer.countTimeline({ id: made.id })).toEqual({
    id: made.id,
    count: 6,
    kinds: [
      { type: "event", count: 3 },
      { type: "ticket", count: 1 },
      { type: "message", count: 1 },
      { type: "note", count: 1 },
    ],
    eventTypes: [
      { eventType: "mailing", count: 2 },
      { eventType: "order", count: 1 },
    ],
  });
  expect(await reader.customer.countTimeline({ id: made.id })).toMatchObject({
    count: 5,
    kinds: [{ type: "event" }, { type: "ticket" }, { type: "message" }],
  });
});

test("counts end at 10,000 and say so; of many types of events those with most are shown", async () => {
  const { id } = await makeCustomer(scene);
  await world.service.db.pool.query(
    `INSERT INTO event (customer_id, type, message, occurred_at)
       SELECT $1, CASE WHEN n <= 10001 THEN 'many' ELSE 'type' || n END, 'text', now()
         FROM generate_series(1, 10150) n`,
    [id],
  );
  const { count, capped, kinds, eventTypes, eventTypesCapped } = await dossier.customer.countTimeline({ id });
  expect([count, capped, kinds[0]]).toEqual([10_000, true, { type: "event", count: 10_000, capped: true }]);
  expect([eventTypes.length, eventTypes[0], eventTypesCapped]).toEqual([
    100,
    { eventType: "many", count: 10_000, capped: true },
    true,
  ]);
  const { itemTotal, itemTotalCapped } = await dossier.customer.listTimeline({
    customerId: id,
    since: day(1),
  });
  expect([itemTotal, itemTotalCapped]).toEqual([10_000, true]);
});

test("counts of a customer of another brand, or of none, are not found", async () => {
  const elsewhere = await makeCustomer({ world, brandId: await world.newBrand() });
  for (const id of [elsewhere.id, 999_999])
    await expect(reader.customer.countTimeline({ id })).rejects.toMatchObject({ code: "not_found" });
});
