// Audit trail: every write has exactly one entry with key, operation and subject, and no value; filters and pages work,
// visibility follows the brands, and entries are immutable.
import { type Api, type Input, acceptsIdempotencyKey, permissions } from "@dossier/api";
import { expect, test } from "vitest";
import { createStartLink } from "../../src/domain/key/start-link.ts";
import { withSql } from "../support/table-fingerprint.ts";
import {
  type Answer,
  calls,
  uniqueName,
  makeCustomer,
  startFixtureServer,
  sendValid,
  rowOf,
  type Fixture,
  table,
} from "../support/requests.ts";

const world = await startFixtureServer();
const { audit, brand, customer, key, ticket } = world.admin;
const newScene = async (): Promise<Fixture> => ({ world, brandId: await world.newBrand() });
/** A key for one test: its changes are its entries. */
const newKey = (brandIds?: number[]) =>
  key.create({ name: "own", permissions: [...permissions], ...(brandIds ? { brandIds } : {}) });
const entriesOf = async (keyId: number) => (await audit.list({ keyId, itemLimit: 99 })).items;

const writes = ({ name, row }: (typeof table)[number]) =>
  row.method !== "GET" && !row.search && !row.dryRun && !name.startsWith("session.");

/** The names of the fields that an endpoint's valid request changes; none for the others. */
const changed: Record<string, string[]> = {
  "brand.create": ["name", "default_country"],
  "brand.update": ["name"],
  "channel.update": ["name"],
  "customer.addChannels": ["channels"],
  "customer.create": ["external_primary_id", "firstname", "channels", "custom_tier"],
  "customer.removeChannel": ["channels"],
  "customer.resolve": ["external_primary_id", "firstname", "lastname", "channels", "custom_tier"],
  "customer.syncWithCrm": ["firstname", "channels"],
  "customer.update": ["lastname", "channels", "custom_tier"],
  "customer.updateAny": ["firstname", "custom_tier"],
  "customer.updateByPrimaryId": ["firstname", "custom_tier"],
  "customfield.update": ["label"],
  "ticket.update": ["status", "customer_id"],
  "webhook.rotateSecret": ["secret"],
  "webhook.update": ["name"],
};

/** The subject of the entry: not the message or the event, but its ticket or customer. */
function subjectOf(about: string, body: Answer["body"]): unknown {
  return (
    (about === "ticket" ? body.ticketID : about === "customer" ? body.customer_id : undefined) ?? body.id
  );
}

test.each(table.filter(writes))(
  "$name leaves one entry that says who, what and to which thing, and no value; a repetition leaves none",
  async ({ name, row }) => {
    const scene = await newScene();
    const [own, call] = [await newKey(), await calls[name]!(scene)];
    const more = { call, key: own.key, headers: { "idempotency-key": uniqueName() } };
    const answer = await sendValid(scene, name, more);
    expect(answer.status).toBe(200);
    const ofBrand = !/^(key|channel|brand)\./.test(name);
    const [entry, ...others] = await entriesOf(own.id);
    expect(others).toEqual([]);
    expect(entry).toEqual({
      id: expect.any(Number),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      key_id: own.id,
      operation: name,
      kind: row.entity,
      subject_id: subjectOf(row.entity, answer.body),
      brand_id: ofBrand ? scene.brandId : name.startsWith("brand.") ? answer.body.id : null,
      fields: expect.any(Array),
      outcome: answer.body.outcome,
      client_user: null,
    });
    expect(entry!.fields.toSorted()).toEqual((changed[name] ?? []).toSorted());
    const values = Object.values(call.fields).filter((value) => !/^(\d*|[a-z]{1,5})$/.test(value));
    expect(values.filter((value) => JSON.stringify(entry).includes(value))).toEqual([]);

    if (!acceptsIdempotencyKey(row)) return;
    expect((await sendValid(scene, name, more)).headers.get("idempotency-replayed")).toBe("true");
    expect((await entriesOf(own.id)).length).toBe(1);
  },
);

test.each(table.filter(writes))("$name leaves no entry when it fails", async ({ name, row }) => {
  const [scene, own] = [await newScene(), await newKey()];
  const call = { path: row.paths[0].replace("{id}", "888888888888"), fields: {} };
  const answer = await sendValid(scene, name, { call, key: own.key });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(await entriesOf(own.id)).toEqual([]);
});

test("a call that fails after its first write leaves no entry, and one that changes nothing has the outcome unchanged", async () => {
  const [scene, own] = [await newScene(), await newKey()];
  const { id, primaryId, email } = await makeCustomer(scene);
  const brandID = String(scene.brandId);
  const ask = (method: string, path: string, form: Record<string, string>, headers = {}) =>
    world.raw(method, path, { key: own.key, form, headers });
  for (const form of [{ primaryID: primaryId }, { firstname: "Eve", extra_email: email }])
    expect((await ask("POST", "/customer/createCustomerCRUD", { brandID, ...form })).status).toBe(409);
  expect((await ask("PUT", `/customer/${id}`, { firstname: "Eve" }, { "if-match": '"77"' })).status).toBe(
    412,
  );
  expect(
    (await ask("POST", "/customer", { brand_id: brandID, primary_id: "K", ticket_id: "7777777" })).status,
  ).toBe(404);
  expect(await entriesOf(own.id)).toEqual([]);
  expect((await ask("PUT", `/customer/${id}`, { firstname: "Ada" })).body.outcome).toBe("unchanged");
  expect(await entriesOf(own.id)).toMatchObject([{ outcome: "unchanged", subject_id: id, fields: [] }]);
});

test("reading leaves no entry", async () => {
  const [scene, own] = [await newScene(), await newKey()];
  for (const one of table.filter((each) => !writes(each) && each.name !== "session.open"))
    expect([one.name, (await sendValid(scene, one.name, { key: own.key })).status]).toEqual([one.name, 200]);
  expect(await entriesOf(own.id)).toEqual([]);
});

test("a session leaves one entry about its key when it is opened and one when it is closed, and so does a start link", async () => {
  const own = await newKey();
  const link = await createStartLink(world.service.db, own.id);
  const open = async (key: string) => {
    const answer = await world.raw("POST", "/session", { key });
    expect(answer.status).toBe(200);
    return answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  };
  const cookies = [await open(own.key), await open(link?.token ?? "")];
  const by = (cookie: string) => ({ key: null, headers: { cookie, origin: world.url } });
  expect((await world.raw("POST", "/session", by(cookies[0]!))).status).toBe(200); // the same session
  expect((await world.raw("POST", "/session", { key: link?.token ?? "" })).status).toBe(410);
  const close = () => world.raw("DELETE", "/session", by(cookies[1]!));
  expect((await Promise.all([close(), close()])).map(({ status }) => status)).toContain(200);
  const { items } = await audit.list({ kind: "key", subjectId: own.id });
  expect(items.map((one) => [one.operation, one.key_id, one.outcome, one.brand_id]).toReversed()).toEqual([
    ["key.create", 0, "created", null],
    ["startlink.create", null, "created", null],
    ["session.open", own.id, "created", null],
    ["session.open", own.id, "created", null],
    ["session.close", own.id, "deleted", null],
  ]);
  expect(JSON.stringify(items)).not.toContain(link?.token.slice(4));
});

const update = (id: number, firstname: string, by: { key: string }) =>
  world.raw("PUT", `/customer/${id}`, { key: by.key, form: { firstname } });
const updated = (id: number, by: { id: number }) => `customer.update ${id} ${by.id}`;
const made = (id: number) => `customer.create ${id} 0`;

test("the trail is read in parts: by key, operation, thing, brand and time, and all of them together", async () => {
  const [scene, own, other] = [await newScene(), await newKey(), await newKey()];
  const { brandId } = scene;
  const [one, two] = [await makeCustomer(scene), await makeCustomer(scene)];
  await update(one.id, "Grace", own);
  await update(two.id, "Joan", own);
  await update(one.id, "Mary", other);
  const ticketId = (await ticket.create({ brandId, channel: "email", title: "Where is it" })).id;
  await ticket.update({ id: ticketId, status: "open" });
  const ids = async (filter: Input<Api["audit"]["list"]>) => {
    const { items, itemTotal } = await audit.list({ itemLimit: 99, ...filter });
    expect(itemTotal).toBe(items.length);
    return items.map((each) => `${each.operation} ${each.subject_id} ${each.key_id}`);
  };
  const tickets = [`ticket.update ${ticketId} 0`, `ticket.create ${ticketId} 0`];
  const updates = [updated(one.id, other), updated(two.id, own), updated(one.id, own)];
  const all = [...tickets, ...updates, made(two.id), made(one.id), `brand.create ${brandId} 0`];
  expect(await ids({ brandId })).toEqual(all);
  expect(await ids({ keyId: own.id })).toEqual(updates.slice(1));
  expect(await ids({ brandId, keyId: 0, operation: "customer.create" })).toEqual([
    made(two.id),
    made(one.id),
  ]);
  expect(await ids({ kind: "customer", subjectId: one.id })).toEqual([updates[0], updates[2], made(one.id)]);
  expect(await ids({ kind: "ticket", subjectId: ticketId })).toEqual(tickets);
  const { items } = await audit.list({ brandId, itemLimit: 99 });
  const [since, until] = [items.at(-2)!.at, items[1]!.at];
  const between = items.filter(({ at }) => at >= since && at < until).map((each) => each.id);
  expect((await audit.list({ brandId, since, until, itemLimit: 99 })).items.map((each) => each.id)).toEqual(
    between,
  );
  expect(await ids({ brandId, since: "2099-01-01T00:00:00Z" })).toEqual([]);
  const whole = { brandId, keyId: own.id, operation: "customer.update", kind: "customer", subjectId: two.id };
  expect(await ids({ ...whole, since: "2020-01-01T00:00:00Z", until: "2099-01-01T00:00:00Z" })).toEqual([
    updates[1],
  ]);
});

test("half a thing, or a number that is none, is refused by the field's name", async () => {
  for (const [query, field] of [
    [{ kind: "customer" }, "subject_id"],
    [{ subject_id: "7" }, "kind"],
    [{ kind: "customer", subject_id: "x" }, "subject_id"],
    [{ key_id: "-1" }, "key_id"],
    [{ since: "yesterday" }, "since"],
    [{ itemLimit: "0" }, "itemLimit"],
  ] as const) {
    const answer = await world.raw("GET", "/audit", { query });
    expect([answer.status, answer.body.errors?.map((one) => one.field)]).toEqual([400, [field]]);
  }
});

test("pages by cursor and by offset are the same, and lose nothing to what is written meanwhile", async () => {
  const scene = await newScene();
  const { brandId } = scene;
  for (let n = 0; n < 11; n += 1) await makeCustomer(scene);
  const { items: all, itemTotal } = await audit.list({ brandId, itemLimit: 99 });
  expect([all.length, itemTotal]).toEqual([12, 12]);
  const byOffset = await Promise.all(
    [0, 5, 10].map((itemStart) => audit.list({ brandId, itemStart, itemLimit: 5 })),
  );
  expect(byOffset.flatMap((page) => page.items)).toEqual(all);
  const byCursor = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page = await audit.list({ brandId, itemLimit: 5, ...(cursor ? { cursor } : {}) });
    byCursor.push(...page.items);
    cursor = page.nextCursor;
    await makeCustomer(scene);
  }
  expect(byCursor).toEqual(all);
});

test("the whole trail's total is exact, and ends where the pages do", async () => {
  await makeCustomer(await newScene());
  const [{ itemTotal }, count] = await Promise.all([
    audit.list({}),
    withSql(
      world,
      async (client) =>
        (await client.query<{ n: number }>("SELECT count(*)::int AS n FROM audit_entry")).rows,
    ),
  ]);
  expect(itemTotal).toBe(count[0]!.n);
  expect((await audit.list({ itemStart: itemTotal })).items).toEqual([]);
});

test("a key for some brands sees what happened in those, and another brand as a missing one", async () => {
  const [mine, theirs] = [await newScene(), await newScene()];
  const limited = await world.clientFor(["SETTINGS_CRUD"], [mine.brandId]);
  const [own, foreign] = [await makeCustomer(mine), await makeCustomer(theirs)];
  const { items, itemTotal } = await limited.audit.list({});
  expect([items.map((one) => one.brand_id), itemTotal]).toEqual([[mine.brandId, mine.brandId], 2]);
  expect((await limited.audit.list({ kind: "customer", subjectId: own.id })).itemTotal).toBe(1);
  const hidden = await limited.audit.list({ kind: "customer", subjectId: foreign.id });
  expect([hidden.items, hidden.itemTotal]).toEqual([[], 0]);
  for (const brandId of [theirs.brandId, 888888888])
    await expect(limited.audit.list({ brandId })).rejects.toMatchObject({ code: "not_found" });
});

test("a key for all brands sees what happened in brands that are gone", async () => {
  const id = await world.newBrand();
  await brand.delete({ id });
  const { items } = await audit.list({ kind: "brand", subjectId: id });
  expect(items.map((one) => one.operation)).toEqual(["brand.delete", "brand.create"]);
});

test("the trail is closed to keys without AUDIT_READ", async () => {
  const others = permissions.filter((one) => one !== "SETTINGS_CRUD" && one !== "AUDIT_READ");
  const answer = await world.raw("GET", "/audit", { key: await world.keyFor(others) });
  expect([answer.status, answer.body.code]).toEqual([403, "permission_missing"]);
  expect(rowOf("audit.list").permission).toBe("AUDIT_READ");
});

test.each([
  "UPDATE audit_entry SET outcome = 'none'",
  "UPDATE audit_entry SET outcome = 'none' WHERE false",
  "UPDATE audit_entry SET client_user = 'eve'",
  "UPDATE audit_entry SET client_user = NULL",
  "DELETE FROM audit_entry",
  "TRUNCATE audit_entry",
])("the database refuses %s", async (statement) => {
  const { id } = await customer.create({ brandId: await world.newBrand(), firstname: "Ada" });
  await withSql(world, (client) => expect(client.query(statement)).rejects.toThrow("only ever added to"));
  expect((await audit.list({ kind: "customer", subjectId: id })).items).toMatchObject([
    { outcome: "created" },
  ]);
});
