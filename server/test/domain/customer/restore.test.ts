// Restore: a deleted customer returns with everything it had and its old ids; identifiers taken meanwhile are rejected
// by name, or left out if the caller asks for that.
import { expect, test } from "vitest";
import { findViolations } from "../../support/data/invariants.ts";
import { type FullCustomer, createFullCustomer } from "../../support/data/full-customer.ts";
import { startFixtureServer, withoutId } from "../../support/requests.ts";
import {
  idsOf,
  mail,
  openTicket,
  ownersOf,
  insertTicketRows,
  readTicket,
  outcomeOf,
} from "../../support/data/tickets.ts";

const world = await startFixtureServer();
const { admin, keyFor, newBrand, raw, service } = world;
const { customer, customfield, ticket } = admin;
const { pool } = service.db;

/** Everything about a customer, including what no response shows: source and time of each value. */
async function everything({ id }: FullCustomer) {
  const { version, updated_at, ...item } = (await customer.find({ id })).item;
  const stored = await pool.query(
    `SELECT provenance, created_at::text,
        (SELECT json_agg(h ORDER BY h.id) FROM customer_channel h WHERE customer_id = c.id) AS channels,
        (SELECT json_agg(v ORDER BY v.field_id) FROM customer_custom_value v WHERE customer_id = c.id) AS customs,
        (SELECT json_agg(t ORDER BY t.id) FROM ticket t WHERE customer_id = c.id) AS tickets,
        (SELECT json_agg(e ORDER BY e.id) FROM event e WHERE customer_id = c.id) AS events
      FROM customer c WHERE id = $1`,
    [id],
  );
  const told = await customer.listTimeline({ customerId: id, getTicketHistory: true });
  return { version, updated_at, rest: { item, stored: stored.rows, told } };
}

const takenBy = (id: number) => ({ status: 409, conflict: { customerId: id } });

test("everything comes back as it was, with its old ids and history, found by everything, the version raised", async () => {
  const one = await createFullCustomer(world);
  const { id, brandId } = one;
  const before = await everything(one);
  await customer.delete({ id });
  expect(await customer.restore({ id })).toEqual({
    type: "result",
    message: "Customer restored.",
    id,
    outcome: "restored",
  });
  const after = await everything(one);
  expect(after.rest).toEqual(before.rest);
  expect([after.version > before.version, after.updated_at > before.updated_at]).toEqual([true, true]);
  for (const query of [
    "ada lovelace",
    one.primaryId,
    one.email,
    "analytical.example",
    one.phone.slice(3),
    "lovelase",
  ])
    expect(idsOf(await customer.list({ brandId, query })), query).toEqual([id]);
  for (const value of [one.email, one.phone])
    expect(idsOf(await customer.listByChannel({ value, brandId })), value).toEqual([id]);
  expect(idsOf(await customer.listByPrimaryId({ primaryId: one.primaryId, brandId }))).toEqual([id]);
  expect((await customer.list({ brandId })).itemTotal).toBe(1);
  expect((await ticket.list({ customerId: id })).itemTotal).toBe(2);
  const next = await customer.create({ brandId, firstname: "Next" });
  await customer.addChannels({ customerId: next.id, channels: [mail("next@example.org")] });
  expect(next.id).toBeGreaterThan(id);
  const again = { customerId: id, message: "Order", type: "order", eventId: "e-1" };
  expect(await customer.addEvent(again)).toMatchObject({ outcome: "unchanged" });
  expect(await findViolations(pool)).toEqual([]);
});

test("it can be deleted and restored again and again; who is live is left as they are", async () => {
  const one = await createFullCustomer(world);
  const before = await everything(one);
  for (let round = 0; round < 3; round += 1) {
    await customer.delete({ id: one.id });
    expect(await outcomeOf(customer.restore({ id: one.id }))).toBe("restored");
    const { version } = await everything(one);
    expect(await customer.restore({ id: one.id })).toMatchObject({ outcome: "unchanged", id: one.id });
    expect((await everything(one)).version).toBe(version);
  }
  expect((await everything(one)).rest).toEqual(before.rest);
});

const shift = (id: number, by: string) =>
  pool.query("UPDATE deleted_customer SET deleted_at = now() - $2::interval WHERE id = $1", [id, by]);
const restore = (id: number, more = {}) => raw("POST", `/customer/restore/${id}`, more);

test("who never was, was purged, was deleted 30 days ago or is another brand's is 404 in the same words", async () => {
  const [purged, expired, foreign] = [
    await createFullCustomer(world),
    await createFullCustomer(world),
    await createFullCustomer(world),
  ];
  for (const { id } of [purged, expired, foreign]) await customer.delete({ id });
  await customer.purge({ id: purged.id });
  await shift(expired.id, "30 days 1 second");
  const key = await keyFor(["CUSTOMER_CUD"], [await newBrand()]);
  const nobody = await restore(999_999);
  expect([nobody.status, nobody.body.code]).toEqual([404, "not_found"]);
  for (const answer of [
    await restore(purged.id),
    await restore(expired.id),
    await restore(foreign.id, { key }),
  ])
    expect(withoutId(answer)).toBe(withoutId(nobody));
  await shift(expired.id, "29 days 23 hours");
  expect((await restore(expired.id)).body).toMatchObject({ outcome: "restored" });
  expect((await restore(foreign.id, { form: { without: "everything" } })).body).toMatchObject({
    code: "invalid_field",
    errors: [{ field: "without" }],
  });
});

test("a primary id or an address taken meanwhile is 409 naming the owner, and nothing is restored", async () => {
  const one = await createFullCustomer(world);
  const { id, brandId, primaryId, email, phone } = one;
  const before = await everything(one);
  await customer.delete({ id });
  const holder = await customer.create({ brandId, primaryId });
  await expect(customer.restore({ id })).rejects.toMatchObject({
    code: "primary_id_taken",
    ...takenBy(holder.id),
  });
  await customer.update({ id: holder.id, newPrimaryId: "Free" });
  const channels = [mail(email.toUpperCase()), { type: "sms", address: phone }];
  await customer.addChannels({ customerId: holder.id, channels, noSync: true });
  const refused = await customer.restore({ id }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "channel_taken", ...takenBy(holder.id) });
  expect(refused).toMatchObject({ errors: one.channelIds.map((row) => ({ field: `channel ${row}` })) });
  expect(await outcomeOf(customer.update({ id, firstname: "Eve" }))).toBe("not_found");
  for (const { id: row } of (await customer.find({ id: holder.id })).item.channels)
    await customer.removeChannel({ id: row });
  expect(await outcomeOf(customer.restore({ id }))).toBe("restored");
  expect((await everything(one)).rest).toEqual(before.rest);
});

test("without=conflicts leaves out what others have, lists it with its owner, and keeps the rest", async () => {
  const one = await createFullCustomer(world);
  const { id, brandId, primaryId, email, phone } = one;
  await customer.delete({ id });
  const first = await customer.create({ brandId, primaryId });
  const second = await customer.create({ brandId, channels: [mail(email)], noSync: true });
  expect(await customer.restore({ id, without: "conflicts" })).toMatchObject({
    outcome: "restored",
    dropped: [
      { field: "external_primary_id", customer_id: first.id },
      { field: "channel", channel_id: one.channelIds[0], customer_id: second.id },
    ],
  });
  expect((await customer.find({ id })).item).toMatchObject({
    external_primary_id: "",
    firstname: "Ada",
    custom_tier: "gold",
    channels: [{ id: one.channelIds[1], address: phone }],
  });
  const found = async (query: string) => idsOf(await customer.list({ brandId, query }));
  expect([await found(primaryId), await found(email), await found("ada")]).toEqual([
    [first.id],
    [second.id],
    [id],
  ]);
  expect(await ownersOf(admin, one.ticketIds)).toEqual([id, id]);
  expect(await findViolations(pool)).toEqual([]);
});

test("tickets that others got by hand meanwhile stay theirs and are listed; one that was unlinked again comes back", async () => {
  const one = await createFullCustomer(world);
  const { id, brandId, email, ticketIds } = one;
  const [third, fourth] = [await openTicket(admin, brandId, email), await openTicket(admin, brandId, email)];
  await customer.delete({ id });
  const other = await customer.create({ brandId, primaryId: "Other" });
  await customer.resolve({ brandId, primaryId: "Other", ticketId: ticketIds[0] ?? 0 });
  await ticket.update({ id: third, customerId: other.id });
  await ticket.update({ id: fourth, customerId: other.id });
  await ticket.update({ id: fourth, customerId: null });
  const { outcome, dropped } = await customer.restore({ id });
  expect([outcome, ...(await ownersOf(admin, [...ticketIds, third, fourth]))]).toEqual([
    "restored",
    other.id,
    id,
    other.id,
    id,
  ]);
  const taken = [ticketIds[0], third].map((ticket_id) => ({
    field: "ticket",
    ticket_id,
    customer_id: other.id,
  }));
  expect(dropped).toEqual(taken);
  await customer.delete({ id });
  expect((await customer.restore({ id })).dropped).toBeUndefined();
  expect((await customer.listTimeline({ customerId: other.id, type: "note" })).itemTotal).toBe(1);
  expect(await findViolations(pool)).toEqual([]);
});

test("messages in its tickets meanwhile are the customer's after a restore, and new tickets are not", async () => {
  const { id, brandId, email, ticketIds } = await createFullCustomer(world);
  await customer.delete({ id });
  await admin.message.create({
    ticketId: ticketIds[1] ?? 0,
    type: "1",
    message: "meanwhile",
    submitStatus: "open",
  });
  const arrived = await openTicket(admin, brandId, email);
  await customer.restore({ id });
  const { items, itemTotal } = await customer.listTimeline({ customerId: id, type: "message" });
  expect([items[0]?.content, itemTotal, await ownersOf(admin, [arrived])]).toEqual(["meanwhile", 2, [null]]);
  expect((await readTicket(admin, ticketIds[1] ?? 0)).status).toBe("open");
});

test("values that no longer fit a field's new type are dropped and listed, those that fit become it, a gone field's are gone", async () => {
  const one = await createFullCustomer(world);
  const { id, brandId, fields } = one;
  const yes = (await customfield.create({ brandId, name: "vip" })).id;
  const born = (await customfield.create({ brandId, name: "born" })).id;
  await customer.update({ id, custom: { vip: "YES", born: "1815-12-10" } });
  await customer.delete({ id });
  await customfield.update({ id: fields.tier, type: "number" });
  await customfield.update({ id: yes, type: "boolean" });
  await customfield.update({ id: born, type: "date" });
  await customfield.delete({ id: fields.age });
  expect(await customer.restore({ id })).toMatchObject({
    outcome: "restored",
    dropped: [{ field: "custom_tier" }],
  });
  const { item } = await customer.find({ id });
  expect(item).toMatchObject({ custom_vip: true, custom_born: "1815-12-10" });
  expect([item.custom_tier, item.custom_age]).toEqual([undefined, undefined]);
  expect(await findViolations(pool)).toEqual([]);
});

test("a customer with fifteen hundred tickets goes and comes back with all of them", async () => {
  const { id, brandId, email } = await createFullCustomer(world);
  await insertTicketRows(pool, brandId, email, 1500, id);
  await customer.delete({ id });
  expect((await ticket.list({ brandId, linked: false })).itemTotal).toBe(1502);
  await customer.restore({ id });
  expect((await ticket.list({ customerId: id })).itemTotal).toBe(1502);
  expect(await findViolations(pool)).toEqual([]);
});
