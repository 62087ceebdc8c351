// Timeline: each event once, in the order of their times, tickets on request, filters, pages and counts.
import { expect, test } from "vitest";
import { withSql } from "../../support/table-fingerprint.ts";
import { uniqueName, makeCustomer, startFixtureServer, type Fixture } from "../../support/requests.ts";

const world = await startFixtureServer();
const scene: Fixture = { world, brandId: await world.newBrand() };
const { customer, ticket, message } = world.admin;

const path = "/customer/timelineByCustomerExternalID";
const day = (n: number, ms = 0) => new Date(Date.UTC(2026, 0, n, 12, 0, 0, ms)).toISOString();

/** A customer with events on days 2, 4, 6, a ticket on day 3, a message on day 5 and a note on day 7. */
async function makeStory() {
  const made = await makeCustomer(scene);
  for (const n of [4, 2, 6])
    await customer.addEvent({
      customerId: made.id,
      message: `Event of day ${n}`,
      type: n === 4 ? "order" : "mailing",
      initiatedBy: "shop",
      occurredAt: day(n),
    });
  const { id: ticketId } = await ticket.create({
    brandId: scene.brandId,
    channel: "email",
    from: made.email,
    fromName: "Ada",
    title: "Where is it?",
    occurredAt: day(3),
  });
  await message.create({ ticketId, type: "email", message: "On its way.", occurredAt: day(5) });
  await message.create({ ticketId, type: "note", message: "Called twice.", occurredAt: day(7) });
  return { ...made, ticketId };
}

const kinds = (items: { type: string; created_at: string }[]) =>
  items.map((one) => `${one.type} ${new Date(one.created_at).getUTCDate()}`);

test("events stand newest first by when they happened; tickets and messages stand among them on demand", async () => {
  const { id, primaryId, ticketId, email } = await makeStory();
  const events = await customer.listTimeline({ brandId: scene.brandId, primaryId });
  expect(kinds(events.items)).toEqual(["event 6", "event 4", "event 2"]);
  expect(events.items[1]).toEqual({
    id: expect.stringMatching(/^event-\d+$/),
    type: "event",
    created_at: day(4),
    description: "Event of day 4",
    initiated_by: "shop",
    event_type: "order",
    source_url: "",
    event_id: null,
  });
  const all = await customer.listTimeline({ customerId: id, getTicketHistory: true });
  expect(kinds(all.items)).toEqual(["note 7", "event 6", "message 5", "event 4", "ticket 3", "event 2"]);
  expect(all.itemTotal).toBe(6);
  expect(all.items[4]).toEqual({
    id: `ticket-${ticketId}`,
    type: "ticket",
    created_at: day(3),
    description: "Where is it?",
    initiated_by: "Ada",
    ticket_id: ticketId,
    status: "new",
    channel_id: 1,
    channel_name: "email",
    direction: "inbound",
    from: email,
    to: "",
    title: "Where is it?",
  });
  expect(all.items[2]).toMatchObject({
    content: "On its way.",
    direction: "outbound",
    to: email,
    ticket_id: ticketId,
  });
  expect(all.items[0]).toMatchObject({ content: "Called twice.", ticket_id: ticketId });
  expect(all.items[0]).not.toHaveProperty("channel_id");
});

test("getTicketHistory counts by being there, whatever its value", async () => {
  const { primaryId } = await makeStory();
  const base = { brand_id: String(scene.brandId), external_id: primaryId };
  for (const value of ["", "1", "0", "false", "no"])
    expect([
      value,
      (await world.raw("GET", path, { query: { ...base, getTicketHistory: value } })).body.itemTotal,
    ]).toEqual([value, 6]);
  expect((await world.raw("GET", path, { query: base })).body.itemTotal).toBe(3);
});

test("type asks for one kind of item, or for one type of event", async () => {
  const { id } = await makeStory();
  for (const [type, found] of [
    ["event", ["event 6", "event 4", "event 2"]],
    ["ticket", ["ticket 3"]],
    ["message", ["message 5"]],
    ["note", ["note 7"]],
    ["order", ["event 4"]],
    ["mailing", ["event 6", "event 2"]],
    ["nothing", []],
  ] as const) {
    const page = await customer.listTimeline({ customerId: id, type });
    expect([type, kinds(page.items), page.itemTotal]).toEqual([type, found, found.length]);
  }
  const wrong = await world.raw("GET", path, { query: { customer_id: String(id), type: "No Word" } });
  expect([wrong.status, wrong.body.errors?.[0]?.field]).toEqual([400, "type"]);
});

test("pages by cursor and by offset show the same items once, also where many happened at one instant", async () => {
  const { id, ticketId } = await makeStory();
  for (let n = 0; n < 7; n += 1)
    await customer.addEvent({ customerId: id, message: `Tie ${n}`, occurredAt: day(9) });
  for (let n = 0; n < 4; n += 1)
    await message.create({ ticketId, type: n % 2 ? "note" : "1", message: `Tie ${n}`, occurredAt: day(9) });
  const whole = (await customer.listTimeline({ customerId: id, getTicketHistory: true, itemLimit: 99 }))
    .items;
  expect(whole).toHaveLength(17);
  for (const itemLimit of [1, 2, 3, 5]) {
    const [byCursor, byOffset]: string[][] = [[], []];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page = await customer.listTimeline({
        customerId: id,
        getTicketHistory: true,
        itemLimit,
        ...(cursor ? { cursor } : {}),
      });
      byCursor?.push(...page.items.map((one) => one.id));
      cursor = page.nextCursor;
    }
    for (let itemStart = 0; itemStart < 17; itemStart += itemLimit) {
      const page = await customer.listTimeline({
        customerId: id,
        getTicketHistory: true,
        itemLimit,
        itemStart,
      });
      byOffset?.push(...page.items.map((one) => one.id));
    }
    expect(byCursor).toEqual(whole.map((one) => one.id));
    expect(byOffset).toEqual(byCursor);
  }
});

test("the total is exact up to 10,000 and says when there are more", async () => {
  const { id } = await makeCustomer(scene);
  const add = (count: number) =>
    withSql(world, (client) =>
      client.query(
        "INSERT INTO event (customer_id, type, message) SELECT $1, 'mailing', 'm' FROM generate_series(1, $2::int)",
        [id, count],
      ),
    );
  await add(10_000);
  const exact = await customer.listTimeline({ customerId: id });
  expect([exact.itemTotal, exact.itemTotalCapped]).toEqual([10_000, undefined]);
  await add(1);
  const capped = await customer.listTimeline({ customerId: id });
  expect([capped.itemTotal, capped.itemTotalCapped]).toEqual([10_000, true]);
  await customer.addEvent({ customerId: id, message: "one", type: "order" });
  expect((await customer.listTimeline({ customerId: id, type: "order" })).itemTotal).toBe(1);
});

test("an event with an event_id is added once for its customer, however many send it at once", async () => {
  const [one, other] = [await makeCustomer(scene), await makeCustomer(scene)];
  const send = (customerId: number, n: number) =>
    customer.addEvent({ customerId, message: `try ${n}`, eventId: "order-7" });
  const all = await Promise.all(Array.from({ length: 32 }, (_, n) => send(one.id, n)));
  expect(new Set(all.map((answer) => answer.id)).size).toBe(1);
  expect(all.filter((answer) => answer.outcome === "created")).toHaveLength(1);
  expect(all.every((answer) => answer.customer_id === one.id && answer.message === "Event created.")).toBe(
    true,
  );
  expect((await send(other.id, 0)).outcome).toBe("created");
  expect((await customer.listTimeline({ customerId: one.id })).itemTotal).toBe(1);
  expect((await customer.listTimeline({ customerId: other.id })).items[0]?.event_id).toBe("order-7");
});

test("an event keeps its text as it was sent, and every fault names its field", async () => {
  const { id } = await makeCustomer(scene);
  const text = "  Zwei Zeilen:\n\tüber 😀 und <b>fett</b>\r\n";
  await customer.addEvent({ customerId: id, message: text, sourceUrl: "https://shop.example.org/o?id=7#x" });
  const [item] = (await customer.listTimeline({ customerId: id })).items;
  expect([item?.description, item?.source_url, item?.event_type]).toEqual([
    text,
    "https://shop.example.org/o?id=7#x",
    "event",
  ]);
  const base = { customer_id: String(id), message: "m" };
  for (const [field, value] of [
    ["message", ""],
    ["message", "x".repeat(64 * 1024 + 1)],
    ["message", "ü".repeat(32 * 1024 + 1)],
    ["source_url", "javascript:alert(1)"],
    ["source_url", "ftp://example.org/"],
    ["source_url", "https://user:secret@example.org/"],
    ["source_url", "https://"],
    ["source_url", `https://example.org/${"x".repeat(2048)}`],
    ["initiated_by", "x".repeat(256)],
    ["type", "Order"],
    ["type", "x".repeat(65)],
    ["event_id", "x".repeat(256)],
    ["occurred_at", "yesterday"],
    ["occurred_at", "2026-02-30T00:00:00Z"],
  ] as const) {
    const answer = await world.raw("POST", "/customer/externalEvent", { json: { ...base, [field]: value } });
    expect([field, value.slice(0, 30), answer.status, answer.body.errors?.[0]?.field]).toEqual([
      field,
      value.slice(0, 30),
      400,
      field,
    ]);
  }
  for (const [field, value] of [
    ["source_url", ""],
    ["initiated_by", ""],
    ["message", "ü".repeat(32 * 1024)],
    ["occurred_at", "1970-01-01T00:00:00+01:00"],
  ] as const)
    expect(
      (await world.raw("POST", "/customer/externalEvent", { json: { ...base, [field]: value } })).status,
    ).toBe(200);
});

test("who is meant is found as everywhere: by id, by primary id, and never by half of it", async () => {
  const { id, primaryId } = await makeCustomer(scene);
  const brand_id = String(scene.brandId);
  const get = async (query: Record<string, string>) => {
    const { status, body } = await world.raw("GET", path, { query });
    return [status, body.code, body.errors?.map((one) => one.field)];
  };
  expect((await get({ brand_id, external_id: primaryId }))[0]).toBe(200);
  expect((await get({ customer_id: String(id) }))[0]).toBe(200);
  expect(await get({ external_id: primaryId })).toEqual([400, "invalid_field", ["brand_id"]]);
  expect(await get({ brand_id })).toEqual([400, "invalid_field", ["external_id"]]);
  expect(await get({})).toEqual([400, "invalid_field", ["external_id", "brand_id"]]);
  expect(await get({ brand_id, external_id: uniqueName() })).toEqual([404, "not_found", undefined]);
  expect(await get({ customer_id: String(id), external_id: uniqueName() })).toEqual([
    400,
    "identifiers_disagree",
    undefined,
  ]);
  const event = await world.raw("POST", "/customer/externalEvent", {
    form: { external_id: primaryId, message: "m" },
  });
  expect([event.status, event.body.customer_id]).toEqual([200, id]);
});

test("a key that may not read tickets is shown no note and counts none, on any page and under any type", async () => {
  const { id, ticketId } = await makeStory();
  for (let n = 10; n < 14; n += 1)
    await message.create({ ticketId, type: "note", message: `Secret ${n}`, occurredAt: day(n) });
  const key = await world.keyFor(["CUSTOMER_READ"], [scene.brandId]);
  const read = (query: Record<string, string>) =>
    world.raw("GET", path, { key, query: { customer_id: String(id), getTicketHistory: "1", ...query } });
  const all = await read({});
  expect(kinds(all.body.items as never)).toEqual(["event 6", "message 5", "event 4", "ticket 3", "event 2"]);
  expect([all.body.itemTotal, all.body.nextCursor]).toEqual([5, null]);
  expect(all.text).not.toMatch(/Secret|Called twice|note/);
  const seen: string[] = [];
  let page = await read({ itemLimit: "2" });
  for (let n = 0; n < 9; n += 1) {
    seen.push(...kinds(page.body.items as never));
    expect(page.body.itemTotal).toBe(5);
    if (page.body.nextCursor === null) break;
    page = await read({ itemLimit: "2", cursor: page.body.nextCursor });
  }
  expect(seen).toEqual(kinds(all.body.items as never));
  const notes = await read({ type: "note" });
  expect([notes.status, notes.body.items, notes.body.itemTotal]).toEqual([200, [], 0]);
  expect((await world.raw("GET", `/ticket/${ticketId}`, { key })).body.code).toBe("permission_missing");
  const agent = await world.keyFor(["CUSTOMER_READ", "TICKET_READ"], [scene.brandId]);
  const { body } = await world.raw("GET", path, {
    key: agent,
    query: { customer_id: String(id), type: "note" },
  });
  expect(body.itemTotal).toBe(5);
});

test("a cursor of a key that reads notes goes on without them for one that does not", async () => {
  const { id, ticketId } = await makeStory();
  await message.create({ ticketId, type: "note", message: "Before it all.", occurredAt: day(1) });
  const first = await customer.listTimeline({ customerId: id, getTicketHistory: true, itemLimit: 1 });
  expect(kinds(first.items)).toEqual(["note 7"]);
  const reader = await world.clientFor(["CUSTOMER_READ"]);
  const rest = await reader.customer.listTimeline({
    customerId: id,
    getTicketHistory: true,
    cursor: first.nextCursor ?? "",
  });
  expect(kinds(rest.items)).toEqual(["event 6", "message 5", "event 4", "ticket 3", "event 2"]);
});
