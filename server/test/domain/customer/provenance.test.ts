// Provenance: source, key and time of every field, channel and custom value, so that a later synchronisation knows what
// people and programs have set. Read by SQL, column by column; domain/crm/overwrite.test.ts reads it through the API.
import { createClient } from "@dossier/api";
import { expect, test } from "vitest";
import { untilWaiting } from "../../support/lock-watch.ts";
import { startTestServer } from "../../support/test-server.ts";

const { admin, clientFor, newBrand, service, url } = await startTestServer();

async function newKey() {
  const { id, key } = await admin.key.create({
    name: "test",
    permissions: ["CUSTOMER_CUD", "CUSTOMER_READ"],
  });
  return { keyId: id, customer: createClient({ url, key }).raw.customer };
}

/** The provenance of a customer's own fields, channels and custom values, each time as milliseconds. */
async function sourcesOf(id: number) {
  const {
    rows: [row],
  } = await service.db.pool.query("SELECT provenance, created_at, updated_at FROM customer WHERE id = $1", [
    id,
  ]);
  const channels = await service.db.pool.query<{ address: string; source: string; key_id: number }>(
    "SELECT address, source, key_id, created_at FROM customer_channel WHERE customer_id = $1 ORDER BY id",
    [id],
  );
  const customs = await service.db.pool.query<{ name: string; source: string; key_id: number; set_at: Date }>(
    "SELECT f.name, v.source, v.key_id, v.set_at FROM customer_custom_value v JOIN custom_field f ON f.id = v.field_id WHERE v.customer_id = $1 ORDER BY f.id",
    [id],
  );
  const { provenance, created_at, updated_at } = row as {
    provenance: Record<string, [string, number, string]>;
    created_at: Date;
    updated_at: Date;
  };
  return {
    created: created_at.getTime(),
    updated: updated_at.getTime(),
    fields: Object.fromEntries(
      Object.entries(provenance).map(([field, [source, keyId, at]]) => [
        field,
        { source, keyId, at: Date.parse(at) },
      ]),
    ),
    channels: channels.rows.map((one) => [one.address, one.source, one.key_id]),
    customs: customs.rows.map((one) => [one.name, one.source, one.key_id, one.set_at.getTime()] as const),
  };
}

test("a value set by key A stays A's until key B changes it", async () => {
  const brandId = await newBrand();
  const [a, b] = [await newKey(), await newKey()];
  const { id } = await a.customer.create({
    brandId,
    primaryId: "K",
    firstname: "Ada",
    channels: [{ type: "email", address: "ada@example.org" }],
    custom: { tier: "gold", size: "7" },
  });
  const made = await sourcesOf(id);
  const byA = { source: "api", keyId: a.keyId, at: made.created };
  expect(made).toEqual({
    created: made.created,
    updated: made.created,
    fields: { external_primary_id: byA, firstname: byA },
    channels: [["ada@example.org", "api", a.keyId]],
    customs: [
      ["tier", "api", a.keyId, made.created],
      ["size", "api", a.keyId, made.created],
    ],
  });

  await b.customer.update({
    id,
    firstname: "Ada",
    lastname: "Lovelace",
    channels: [
      { type: "email", address: "ADA@example.org" },
      { type: "sms", address: "+4930" },
    ],
    custom: { tier: "gold", size: "8", age: "36" },
  });
  const changed = await sourcesOf(id);
  expect(changed.updated).toBeGreaterThan(made.updated);
  expect(changed.fields).toEqual({
    external_primary_id: byA,
    firstname: byA,
    lastname: { source: "api", keyId: b.keyId, at: changed.updated },
  });
  expect(changed.channels).toEqual([
    ["ada@example.org", "api", a.keyId],
    ["+4930", "api", b.keyId],
  ]);
  expect(changed.customs.map((one) => one.slice(0, 3))).toEqual([
    ["tier", "api", a.keyId],
    ["size", "api", b.keyId],
    ["age", "api", b.keyId],
  ]);
  expect(changed.customs[0]?.[3]).toBe(made.created);
  for (const at of changed.customs.slice(1)) expect(at[3]).toBeGreaterThan(made.created);
});

test("a field that is cleared is remembered with who cleared it; a cleared custom value is gone", async () => {
  const brandId = await newBrand();
  const [a, b] = [await newKey(), await newKey()];
  const { id } = await a.customer.create({ brandId, firstname: "Ada", custom: { tier: "gold" } });
  await b.customer.update({ id, firstname: "", custom: { tier: null } });
  const { fields, customs } = await sourcesOf(id);
  expect(fields).toEqual({ firstname: { source: "api", keyId: b.keyId, at: expect.any(Number) } });
  expect(customs).toEqual([]);
});

test("operation 3, 9 and 10 note their key, the administrator's is 0, and unchanged leaves no trace", async () => {
  const brandId = await newBrand();
  const [a, b] = [await newKey(), await newKey()];
  const { id } = await a.customer.resolve({ brandId, primaryId: "K", linkAddress: "+1" });
  await b.customer.addChannels({ customerId: id, channels: [{ type: "sms", address: "+2" }] });
  await admin.customer.updateByPrimaryId({ brandId, primaryId: "K", newPrimaryId: "L", firstname: "Ada" });
  const before = await sourcesOf(id);
  expect(before.channels).toEqual([
    ["+1", "api", a.keyId],
    ["+2", "api", b.keyId],
  ]);
  expect(before.fields).toMatchObject({ external_primary_id: { keyId: 0 }, firstname: { keyId: 0 } });
  await b.customer.resolve({ brandId, primaryId: "L", firstname: "Ada", linkAddress: "+1" });
  await b.customer.update({ id, newPrimaryId: "L", firstname: "Ada" });
  expect(await sourcesOf(id)).toEqual(before);
});

test("time never goes backwards, also for a change that had to wait for another", async () => {
  const brandId = await newBrand();
  const { customer, keyId } = await newKey();
  const { id } = await customer.create({ brandId, firstname: "Ada", custom: { n: "0" } });
  const session = await service.db.pool.connect();
  try {
    await session.query("BEGIN");
    await session.query("SELECT FROM customer WHERE id = $1 FOR UPDATE", [id]);
    const late = customer.update({ id, lastname: "Late", custom: { n: "1" } });
    await untilWaiting(service.db.pool);
    await session.query(
      "UPDATE customer SET updated_at = clock_timestamp(), version = version + 1 WHERE id = $1",
      [id],
    );
    const { updated_at } = (await session.query("SELECT updated_at FROM customer WHERE id = $1", [id]))
      .rows[0] as { updated_at: Date };
    await session.query("COMMIT");
    await late;
    const { updated, fields, customs } = await sourcesOf(id);
    expect(updated).toBeGreaterThanOrEqual(updated_at.getTime());
    expect(fields.lastname).toMatchObject({ keyId });
    expect(fields.lastname?.at).toBeGreaterThanOrEqual(updated_at.getTime());
    expect(customs[0]?.[3]).toBeGreaterThanOrEqual(updated_at.getTime());
  } finally {
    session.release();
  }
});

test("a key is named beside its id, also once it is revoked, to keys that see all of its brands", async () => {
  const brandId = await newBrand();
  const rights = ["CUSTOMER_CUD" as const, "CUSTOMER_READ" as const];
  const [shop, everywhere] = await Promise.all([
    admin.key.create({ name: "Web shop", permissions: rights, brandIds: [brandId] }),
    admin.key.create({ name: "Warehouse", permissions: rights }),
  ]);
  const asShop = createClient({ url, key: shop.key }).raw.customer;
  const { id } = await asShop.create({
    brandId,
    firstname: "Ada",
    channels: [{ type: "sms", address: "+49301" }],
  });
  await createClient({ url, key: everywhere.key }).raw.customer.update({ id, custom: { tier: "gold" } });
  await admin.customer.update({ id, lastname: "Lovelace" });
  await admin.key.revoke({ id: shop.id });
  const namesFor = async (customer: typeof asShop) => {
    const { provenance = [] } = (await customer.find({ id, provenance: true })).item;
    return Object.fromEntries(provenance.map((one) => [one.field, [one.key_id, one.key_name]]));
  };
  expect(await namesFor(admin.customer)).toEqual({
    firstname: [shop.id, "Web shop"],
    lastname: [0, "bootstrap administrator"],
    custom_tier: [everywhere.id, "Warehouse"],
    channels: [shop.id, "Web shop"],
  });
  const { customer: ofBrand } = await clientFor(["CUSTOMER_READ"], [brandId]);
  expect(await namesFor(ofBrand)).toEqual({
    firstname: [shop.id, "Web shop"],
    lastname: [0, null],
    custom_tier: [everywhere.id, null],
    channels: [shop.id, "Web shop"],
  });
});

test("a channel says when the customer was last heard by it, and nothing that we sent or another wrote counts", async () => {
  const brandId = await newBrand();
  const [mail, number] = ["seen@example.org", "+4930557712"];
  const { id } = await admin.customer.create({
    brandId,
    firstname: "Ada",
    channels: [
      { type: "email", address: mail },
      { type: "telephone", address: number },
    ],
  });
  const seen = async () => {
    const { provenance = [], channels } = (await admin.customer.find({ id, provenance: true })).item;
    return channels.map((one) => provenance.find(({ channel }) => channel === one.id)?.last_seen_at);
  };
  expect(await seen()).toEqual([null, null]);
  const open = (more: object) =>
    admin.ticket.create({ brandId, channel: "email", from: mail, direction: "inbound", ...more });
  const { id: ticketId } = await open({ from: "Seen@Example.org", occurredAt: "2026-03-01T10:00:00Z" });
  expect(await seen()).toEqual(["2026-03-01T10:00:00.000Z", null]);
  const write = (direction: "inbound" | "outbound", occurredAt: string) =>
    admin.message.create({ ticketId, type: "email", direction, message: "Hello", occurredAt });
  await write("inbound", "2026-03-02T10:00:00Z");
  await write("outbound", "2026-03-03T10:00:00Z");
  await open({
    direction: "outbound",
    from: "desk@example.org",
    to: mail,
    occurredAt: "2026-03-04T10:00:00Z",
  });
  await admin.ticket.create({
    brandId: await newBrand(),
    channel: "email",
    from: mail,
    direction: "inbound",
    occurredAt: "2026-03-05T10:00:00Z",
  });
  expect(await seen()).toEqual(["2026-03-02T10:00:00.000Z", null]);
  await admin.ticket.create({
    brandId,
    channel: "telephone",
    from: number,
    direction: "inbound",
    occurredAt: "2026-03-06T10:00:00Z",
  });
  expect(await seen()).toEqual(["2026-03-02T10:00:00.000Z", "2026-03-06T10:00:00.000Z"]);

  await admin.customer.delete({ id });
  const { id: next } = await admin.customer.create({
    brandId,
    firstname: "Grace",
    channels: [{ type: "email", address: mail }],
  });
  const after = (await admin.customer.find({ id: next, provenance: true })).item.provenance ?? [];
  expect(after.find(({ field }) => field === "channels")?.last_seen_at).toBeNull();
});
