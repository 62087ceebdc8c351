// Erasure: every column for words is in the register, and operation 12 erases, keeps and returns what it should.
import { expect, test } from "vitest";
import { nonPersonalColumns, personalDataLocations } from "../../../src/domain/erasure/personal-data.ts";
import { withSql } from "../../support/table-fingerprint.ts";
import { type Answer, uniqueName, startFixtureServer, withoutId } from "../../support/requests.ts";

const world = await startFixtureServer();
const { customer, ticket, message } = world.admin;

/** Types that hold no words. Any other type can: text, "char", name, json, bytea, arrays of those. */
const wordless = [
  "bigint",
  "integer",
  "smallint",
  "boolean",
  "double precision",
  "numeric",
  "timestamp with time zone",
  "timestamp(3) with time zone",
  "date",
  "bigint[]",
];

const named = (columns: Record<string, Iterable<string>>) =>
  Object.entries(columns).flatMap(([name, some]) => Array.from(some, (column) => `${name}.${column}`));

/** The columns that can hold words, and which of them are unlisted, listed twice, or listed without existing. */
async function compareColumns(): Promise<{ unlisted: string[]; twice: string[]; missing: string[] }> {
  const there = await withSql(world, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT c.relname || '.' || a.attname AS name
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
          AND format_type(a.atttypid, a.atttypmod) <> ALL ($1) ORDER BY 1`,
      [wordless],
    );
    return rows.map((row) => row.name);
  });
  const reasons = Object.entries(nonPersonalColumns).map(([name, why]) => [name, Object.keys(why)]);
  const listed = [
    ...personalDataLocations.map((place) => place.columns),
    Object.fromEntries(reasons),
  ].flatMap(named);
  return {
    unlisted: there.filter((name) => !listed.includes(name)),
    twice: listed.filter((name, at) => listed.indexOf(name) !== at),
    missing: listed.filter((name) => !there.includes(name)),
  };
}

test("every column that can hold words is either a place of personal data or nobody's, and nothing else is listed", async () => {
  expect(await compareColumns()).toEqual({ unlisted: [], twice: [], missing: [] });
  for (const place of personalDataLocations)
    expect([place.statement, place.erasedBy].filter(Boolean).length).toBe(1);
  expect(
    Object.values(nonPersonalColumns)
      .flatMap((why) => Object.values(why))
      .filter((why) => why === ""),
  ).toEqual([]);
});

test("every statement of the register takes the parameters it names, all of them and no others", () => {
  for (const { statement, params } of personalDataLocations.filter((one) => one.erasedBy === undefined)) {
    const used = new Set(Array.from(statement.text.matchAll(/\$\d+/g), ([name]) => name));
    expect([statement.name, used]).toEqual([statement.name, new Set(params.map((_, n) => `$${n + 1}`))]);
  }
});

test("a column that nobody thought about is reported, of whatever type, and so is one that is gone", async () => {
  const types = "text text[] varchar(9) char(3) name json jsonb bytea inet xml tsvector".split(" ");
  const columns = ['"char"', ...types];
  await withSql(world, async (client) => {
    await client.query(
      `CREATE TABLE scratch (id bigint, at date, ${columns.map((type, n) => `c${n} ${type}`).join(", ")})`,
    );
    await client.query("ALTER TABLE event ADD COLUMN mood text");
    await client.query("ALTER TABLE brand RENAME COLUMN default_country TO country");
  });
  const { unlisted, missing } = await compareColumns();
  await withSql(world, (client) =>
    client.query(`DROP TABLE scratch; ALTER TABLE event DROP COLUMN mood;
      ALTER TABLE brand RENAME COLUMN country TO default_country`),
  );
  const expected = ["brand.country", "event.mood", ...columns.map((_, n) => `scratch.c${n}`)];
  expect(unlisted.toSorted()).toEqual(expected.toSorted());
  expect(missing).toEqual(["brand.default_country"]);
});

/** A person with two channels, two custom values, an event, and a ticket with a message and a note. */
async function bring(brandId: number, primaryId = uniqueName()) {
  const email = `${uniqueName("mail")}@example.org`;
  const channels = [
    { type: 1, address: email },
    { type: "instagram", address: uniqueName("insta") },
  ];
  const custom = { tier: "gold", size: "7" };
  const { id } = await customer.create({ brandId, primaryId, firstname: "Ada", channels, custom });
  await customer.addEvent({ customerId: id, message: "Order 7 was paid", eventId: "7" });
  const opened = await ticket.create({
    brandId,
    channel: "email",
    from: email,
    fromName: "Ada",
    title: "Parcel",
  });
  await message.create({ ticketId: opened.id, type: "1", message: "It is on its way." });
  await message.create({ ticketId: opened.id, type: "note", message: "She is angry." });
  return { id, primaryId, email, ticketId: opened.id };
}

const erase = (
  query: Record<string, string>,
  path = "",
  ask: { key?: string; headers?: Record<string, string> } = {},
) => world.raw("DELETE", `/customer/purgeData${path}`, { query, ...ask });
const eraseId = (id: number, headers: Record<string, string> = {}) => erase({}, `/${id}`, { headers });
const seen = async (path: string) => (await world.raw("GET", path)).status;
const told = (answer: Answer) => [answer.status, answer.body.code];

test("a receipt counts what was erased; the same id again answers it, unchanged", async () => {
  const brandId = await world.newBrand();
  const { id, email } = await bring(brandId);
  await customer.addEvent({ customerId: id, message: "Order 8" }, { idempotencyKey: uniqueName() });
  await ticket.create(
    { brandId, channel: "email", from: email, title: "Again" },
    { idempotencyKey: uniqueName() },
  );
  const first = await eraseId(id);
  expect(first.body).toEqual({
    type: "result",
    message: "Customer data purged.",
    id,
    outcome: "purged",
    receipt: {
      id: expect.any(Number),
      purged_at: expect.stringMatching(/^\d{4}-.*Z$/),
      customers: 1,
      channels: 2,
      custom_values: 2,
      events: 2,
      tickets: 2,
      messages: 2,
      answers: 2,
    },
  });
  for (const again of [
    await eraseId(id),
    await world.raw("DELETE", `/customer/itemPurgeData/${id}/`),
    await erase({ customerID: String(id) }),
    await erase({ customer_id: String(id), brand_id: String(brandId) }),
  ])
    expect(again.body).toEqual({ ...first.body, outcome: "unchanged" });
});

test("an erased customer is missing everywhere: it cannot be read, changed, restored or added to", async () => {
  const brandId = await world.newBrand();
  const [live, gone] = [await bring(brandId), await bring(brandId)];
  await customer.delete({ id: gone.id });
  for (const { id, primaryId, email } of [live, gone]) {
    expect((await eraseId(id)).body.outcome).toBe("purged");
    const form = { customer_id: String(id) };
    for (const [method, path, ask] of [
      ["GET", `/customer/${id}`, {}],
      ["PUT", `/customer/${id}`, { form: { firstname: "Eve" } }],
      ["DELETE", `/customer/${id}`, {}],
      ["POST", `/customer/restore/${id}`, {}],
      ["POST", `/customer/restore/${id}`, { form: { without: "conflicts" } }],
      ["POST", "/customer/addChannelOnly", { form: { ...form, extra_email: email } }],
      ["POST", "/customer/externalEvent", { form: { ...form, message: "Order 9" } }],
      ["GET", "/customer/timelineByCustomerExternalID", { query: form }],
      [
        "GET",
        "/customer/timelineByCustomerExternalID",
        { query: { brand_id: String(brandId), external_id: primaryId } },
      ],
      ["DELETE", "/customer/purgeData", { query: { primaryID: primaryId } }],
    ] as const)
      expect([method, path, ...told(await world.raw(method, path, ask))]).toEqual([
        method,
        path,
        404,
        "not_found",
      ]);
    expect((await customer.listByChannel({ value: email, brandId })).items).toEqual([]);
  }
  expect((await customer.list({ brandId })).itemTotal).toBe(0);
  expect((await ticket.list({ brandId, query: "Parcel" })).items).toEqual([]);
  expect((await ticket.list({ brandId, query: live.email })).items).toEqual([]);
});

test("tickets keep number, dates, states and places in lists; customer, addresses, names and words are gone", async () => {
  const brandId = await world.newBrand();
  const { id, email, ticketId } = await bring(brandId);
  await ticket.update({ id: ticketId, status: "closed", priority: "urgent" });
  const { item: before } = await ticket.find({ id: ticketId, getTicketHistory: "1" });
  const [waiting, foreign, freed] = [uniqueName("w"), uniqueName("f"), uniqueName("d")].map(
    (one) => `${one}@example.org`,
  );
  const late = await ticket.create({ brandId, channel: "email", from: waiting!, title: "Waits" });
  await customer.addChannels({ customerId: id, channels: [{ type: 1, address: waiting! }], noSync: true });
  const other = await ticket.create({ brandId, channel: "email", from: foreign!, title: "By hand" });
  await ticket.update({ id: other.id, customerId: id });
  const apart = await ticket.create({ brandId, channel: "email", from: freed!, title: "Another's" });
  const elsewhere = await ticket.create({
    brandId: await world.newBrand(),
    channel: "email",
    from: email,
    title: "Other",
  });
  const { receipt } = await customer.purge({ id });
  expect([receipt.tickets, receipt.messages]).toEqual([3, 2]);
  const { item } = await ticket.find({ id: ticketId, getTicketHistory: "1" });
  const empty = { from: "", from_name: "", to: "", title: "", customer_id: null };
  const said = before.timeline!.map((one) => ({
    ...one,
    description: "",
    content: "",
    initiated_by: "",
    from: "",
    to: "",
  }));
  expect(item).toMatchObject({ ...before, ...empty, timeline: item.timeline });
  expect(item.timeline).toMatchObject(said.map(({ from: _f, to: _t, ...one }) => one));
  for (const one of [late, other]) expect((await ticket.find({ id: one.id })).item).toMatchObject(empty);
  expect((await ticket.find({ id: apart.id })).item.title).toBe("Another's");
  expect((await ticket.find({ id: elsewhere.id })).item).toMatchObject({ title: "Other", from: email });
  const list = await ticket.list({ brandId, linked: false });
  expect(list.items.map((one) => one.id)).toEqual([apart.id, other.id, late.id, ticketId]);
});

test("by id of a deleted customer, deleted ones with its primary id go too, and a live holder stays", async () => {
  const [brandId, elsewhere] = [await world.newBrand(), await world.newBrand()];
  const first = await bring(brandId);
  await customer.delete({ id: first.id });
  const second = await bring(brandId, first.primaryId);
  await customer.delete({ id: second.id });
  const holder = await bring(brandId, first.primaryId);
  const namesake = await bring(elsewhere, first.primaryId);
  await customer.delete({ id: namesake.id });
  const { body } = await eraseId(first.id);
  expect([body.id, body.receipt]).toEqual([
    first.id,
    expect.objectContaining({ customers: 2, channels: 4, tickets: 2 }),
  ]);
  expect((await eraseId(second.id)).body).toEqual({ ...body, id: second.id, outcome: "unchanged" });
  expect((await customer.find({ id: holder.id })).item.firstname).toBe("Ada");
  expect((await ticket.find({ id: holder.ticketId })).item.title).toBe("Parcel");
  expect((await customer.restore({ id: namesake.id })).outcome).toBe("restored");
});

test("by id of a live customer, and by primary id, the holder and the deleted ones of the brand go", async () => {
  for (const by of ["id", "primary id"]) {
    const brandId = await world.newBrand();
    const gone = await bring(brandId);
    await customer.delete({ id: gone.id });
    const live = await bring(brandId, gone.primaryId);
    const { primaryId } = live;
    const { id, receipt } = await (by === "id"
      ? customer.purge(live)
      : customer.purgeAny({ primaryId, brandId }));
    expect([id, receipt.customers, receipt.events]).toEqual([live.id, 2, 2]);
    for (const one of [live, gone]) {
      expect((await eraseId(one.id)).body).toMatchObject({ outcome: "unchanged", receipt });
      expect(await seen(`/customer/${one.id}`)).toBe(404);
    }
    const heir = await bring(brandId, primaryId);
    expect((await eraseId(live.id)).body.outcome).toBe("unchanged");
    expect(await seen(`/customer/${heir.id}`)).toBe(200);
  }
});

test("people without a primary id have no copies: each is erased alone", async () => {
  const brandId = await world.newBrand();
  const make = async () => (await customer.create({ brandId, firstname: "Ada" })).id;
  const [one, two] = [await make(), await make()];
  for (const id of [one, two]) await customer.delete({ id });
  expect((await customer.purge({ id: one })).receipt.customers).toBe(1);
  expect((await customer.restore({ id: two })).outcome).toBe("restored");
});

test("a primary id of several brands is ambiguous, live or deleted, until the brand is named", async () => {
  const [one, two] = [await world.newBrand(), await world.newBrand()];
  const { id, primaryId } = await bring(one);
  const other = await bring(two, primaryId);
  await customer.delete({ id: other.id });
  expect(told(await erase({ primaryID: primaryId }))).toEqual([409, "ambiguous_customer"]);
  expect(
    told(await erase({ primaryID: primaryId }, "", { key: await world.keyFor(["CUSTOMER_CUD"], [two]) })),
  ).toEqual([200, undefined]);
  expect(await seen(`/customer/${id}`)).toBe(200);
  expect((await erase({ primaryID: primaryId })).body.id).toBe(id);
});

test("identifiers that are not the customer's own are refused, and nothing is asked without one", async () => {
  const [brandId, elsewhere] = [await world.newBrand(), await world.newBrand()];
  const [live, gone] = [await bring(brandId), await bring(brandId)];
  await customer.delete({ id: gone.id });
  for (const { id, primaryId } of [live, gone]) {
    const customerID = String(id);
    for (const wrong of [
      { customerID, primaryID: "nobody's" },
      { customerID, brandID: String(elsewhere) },
      { customerID, primaryID: primaryId, brandID: String(elsewhere) },
      { customerID, customer_id: "7" },
    ])
      expect(told(await erase(wrong))).toEqual([400, "identifiers_disagree"]);
    expect(told(await erase({ customerID: "7" }, `/${id}`))).toEqual([400, "identifiers_disagree"]);
    expect((await erase({ customerID, primaryID: primaryId, brandID: String(brandId) })).body.outcome).toBe(
      "purged",
    );
  }
  expect((await erase({ brandID: String(brandId) })).status).toBe(400);
  expect((await erase({})).status).toBe(400);
});

test("If-Match is honoured, of a deleted customer too, and nothing is erased when it is stale", async () => {
  const brandId = await world.newBrand();
  for (const deleted of [false, true]) {
    const { id } = await bring(brandId);
    const { item } = await customer.find({ id });
    if (deleted) await customer.delete({ id });
    expect(told(await eraseId(id, { "if-match": `"${item.version + 1}"` }))).toEqual([412, "stale_version"]);
    expect((await eraseId(id, { "if-match": `"${item.version}"` })).body.outcome).toBe("purged");
  }
});

test("to a key for other brands, who is there, deleted or erased is missing in the same words", async () => {
  const brandId = await world.newBrand();
  const key = await world.keyFor(["CUSTOMER_CUD"], [await world.newBrand()]);
  const [live, deleted, erased] = [await bring(brandId), await bring(brandId), await bring(brandId)];
  await customer.delete({ id: deleted.id });
  await customer.purge({ id: erased.id });
  const missing = withoutId(await erase({}, "/888888888888", { key }));
  for (const { id, primaryId } of [live, deleted, erased]) {
    expect(withoutId(await erase({}, `/${id}`, { key }))).toBe(missing);
    expect(withoutId(await erase({ customerID: String(id) }, "", { key }))).toBe(missing);
    expect(withoutId(await erase({ primaryID: primaryId }, "", { key }))).toBe(missing);
  }
  expect(await seen(`/customer/${live.id}`)).toBe(200);
});

test("an answer kept for another's retry stays, though its event has the number of the customer erased", async () => {
  const [brandId, idempotencyKey] = [await world.newBrand(), uniqueName()];
  const { id } = await bring(brandId);
  const nextId = (table: string, at: number) =>
    withSql(world, (client) =>
      client.query("SELECT setval(pg_get_serial_sequence($1, 'id'), $2)", [table, at - 1]),
    );
  await nextId("event", 900_000);
  const add = () => customer.addEvent({ customerId: id, message: "Once" }, { idempotencyKey });
  const event = await add();
  await nextId("customer", event.id);
  const namesake = await customer.create({ brandId, firstname: "Grace" });
  expect(namesake.id).toBe(event.id);
  expect((await customer.purge({ id: namesake.id })).receipt.answers).toBe(0);
  expect(await add()).toEqual(event);
});
