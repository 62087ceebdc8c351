// Linking of tickets: by a call that names them, by their contact's address on arrival, and by calls that name
// channels. Races are in domain/linking-race.thorough.test.ts.
import { expect, test } from "vitest";
import { startFixtureServer, withoutId } from "../support/requests.ts";
import {
  mail,
  openTicket,
  ownersOf,
  insertTicketRows,
  readTicket,
  outcomeOf,
} from "../support/data/tickets.ts";

const { admin, keyFor, newBrand, raw, service } = await startFixtureServer();
const { customer, message, ticket } = admin;
const ada = "ada@example.org";

const ownerOf = async (id: number) => (await readTicket(admin, id)).customer_id;

test("a ticket named by POST /customer is linked: a new customer's, one found, another's before, with noSync too", async () => {
  const brandId = await newBrand();
  const ticketId = await openTicket(admin, brandId, ada, { title: "T" });
  const before = await readTicket(admin, ticketId);
  const resolve = (primaryId: string, noSync?: boolean) =>
    customer.resolve({ brandId, primaryId, ticketId, noSync });
  const first = await resolve("K-1");
  expect(await readTicket(admin, ticketId)).toEqual({ ...before, customer_id: first.id });
  const second = await resolve("K-2", true);
  expect([second.outcome, await ownerOf(ticketId)]).toEqual(["created", second.id]);
  expect([await resolve("K-1"), await ownerOf(ticketId)]).toMatchObject([{ outcome: "unchanged" }, first.id]);
  await resolve("K-1");
  expect(await readTicket(admin, ticketId)).toEqual({ ...before, customer_id: first.id });
  expect((await ticket.list({ customerId: second.id })).items).toEqual([]);
});

test("a ticket that is not there or is another brand's is 404 in the same words, and nobody is made", async () => {
  const [mine, theirs] = [await newBrand(), await newBrand()];
  const foreign = await openTicket(admin, theirs, ada);
  const form = { brand_id: String(mine), primary_id: "K" };
  const ask = (ticket_id: number) =>
    raw("POST", "/customer", { form: { ...form, ticket_id: String(ticket_id) } });
  const answer = await ask(foreign);
  expect([answer.status, answer.body.code]).toEqual([404, "not_found"]);
  expect(withoutId(answer)).toBe(withoutId(await ask(999_999)));
  expect([(await customer.list({ brandId: mine })).itemTotal, await ownerOf(foreign)]).toEqual([0, null]);
});

test("an arriving ticket is its contact's: of the same brand, type and address, and only of those", async () => {
  const [brandId, elsewhere] = [await newBrand(), await newBrand()];
  const { id } = await customer.create({ brandId, channels: [mail(ada), { type: "sms", address: "+4930" }] });
  const arrive = async (more: object) =>
    (await ticket.create({ brandId, channel: "email", ...more })).customer_id;
  const tickets: [object, number | null][] = [
    [{ from: ada }, id],
    [{ from: "ADA@Example.ORG", to: "desk@example.org" }, id],
    [{ channel: "7", from: "+4930" }, id],
    [{ direction: "outbound", to: ada }, id],
    [{ direction: "outbound", to: ada, from: "desk@example.org" }, id],
    [{ direction: "outbound", from: ada }, null],
    [{ direction: "outbound", from: ada, to: "bob@example.org" }, null],
    [{ from: "desk@example.org", to: ada }, null],
    [{ to: ada }, null],
    [{ channel: "telephone", from: "+4930" }, null],
    [{ channel: "livechat", from: ada }, null],
    [{ brandId: elsewhere, from: ada }, null],
    [{}, null],
  ];
  for (const [more, owner] of tickets) expect(await arrive(more), JSON.stringify(more)).toBe(owner);
  expect((await ticket.list({ customerId: id })).itemTotal).toBe(5);
  const { item } = await customer.find({ id });
  await customer.removeChannel({ id: item.channels[0]?.id ?? 0 });
  expect([await arrive({ from: ada }), (await ticket.list({ customerId: id })).itemTotal]).toEqual([null, 5]);
});

// Every operation that can name a channel, with its fields for customer and channel.
const who = (id: number, primaryId: string, brandId: number) => ({ id, primaryId, brandId });
type Who = ReturnType<typeof who>;
type Sent = { channels: { type: string; address: string }[]; noSync?: boolean };
const doors: [name: string, call: (who: Who, sent: Sent) => Promise<unknown>][] = [
  ["3, by primary id", ({ primaryId, brandId }, sent) => customer.resolve({ brandId, primaryId, ...sent })],
  [
    "3, customer_link_channel",
    ({ primaryId, brandId }, { channels: [one], noSync }) =>
      customer.resolve({ brandId, primaryId, linkAddress: one?.address ?? "", noSync }),
  ],
  ["4", ({ id }, sent) => customer.updateAny({ customerId: id, ...sent })],
  ["5", ({ id }, sent) => customer.update({ id, ...sent })],
  ["9", ({ id }, sent) => customer.addChannels({ customerId: id, ...sent })],
  ["10", ({ primaryId, brandId }, sent) => customer.updateByPrimaryId({ primaryId, brandId, ...sent })],
];

test.each(doors)(
  "operation %s links what waits for a channel it names, newly added or held already; noSync leaves it",
  async (_, call) => {
    const [brandId, elsewhere] = [await newBrand(), await newBrand()];
    const made = await customer.create({ brandId, primaryId: "K" });
    const other = await customer.create({ brandId, firstname: "Grace" });
    const waiting = await openTicket(admin, brandId, ada);
    const foreign = [
      await openTicket(admin, elsewhere, ada),
      await openTicket(admin, brandId, "bob@example.org"),
      (await ticket.create({ brandId, channel: "livechat", from: ada })).id,
    ];
    const taken = await openTicket(admin, brandId, ada);
    await ticket.update({ id: taken, customerId: other.id });
    const kept = async () => [...(await ownersOf(admin, foreign)), await ownerOf(taken)];
    const channels = [mail("Ada@Example.org")];
    await call(who(made.id, "K", brandId), { channels, noSync: true });
    expect(await ownerOf(waiting)).toBeNull();
    await call(who(made.id, "K", brandId), { channels });
    expect(await ownerOf(waiting)).toBe(made.id);
    expect(await kept()).toEqual([null, null, null, other.id]);
    // the first call added the channel without linking, so the second one had it already; now a new one
    const later = await openTicket(admin, brandId, "later@example.org");
    await call(who(made.id, "K", brandId), { channels: [mail("later@example.org")] });
    expect([await ownerOf(later), await kept()]).toEqual([made.id, [null, null, null, other.id]]);
  },
);

test("creating links too: operation 16, and operation 3 by every way it can name an address; noSync does not", async () => {
  const brandId = await newBrand({ searchByChannel: true });
  const ways: [string, (address: string, noSync?: boolean) => Promise<{ id: number }>][] = [
    ["16", (address, noSync) => customer.create({ brandId, channels: [mail(address)], noSync })],
    ["3", (address, noSync) => customer.resolve({ brandId, linkAddress: address, noSync })],
    ["3 search value", (address, noSync) => customer.resolve({ brandId, searchValue: address, noSync })],
  ];
  for (const [at, [name, call]] of ways.entries()) {
    const [address, quiet] = [`linked${at}@example.org`, `quiet${at}@example.org`];
    const ids = [await openTicket(admin, brandId, address), await openTicket(admin, brandId, quiet)];
    const { id } = await call(address);
    await call(quiet, true);
    expect(await ownersOf(admin, ids), name).toEqual([id, null]);
  }
});

test("addresses that were skipped because another has them link nothing to the one who asked", async () => {
  const brandId = await newBrand({ takenAddress: "skip" });
  const holder = await customer.create({ brandId, primaryId: "H", noSync: true });
  const waiting = await openTicket(admin, brandId, ada);
  await customer.addChannels({ customerId: holder.id, channels: [mail(ada)], noSync: true });
  const { id } = await customer.create({ brandId, primaryId: "K" });
  const channels = [mail(ada), mail("new@example.org")];
  expect(await customer.update({ id, channels })).toMatchObject({ skipped_channels: [{ address: ada }] });
  await customer.resolve({ brandId, primaryId: "L", channels: [mail(ada)] });
  expect(await ownerOf(waiting)).toBeNull();
});

test("fifteen hundred tickets that wait for one address are all linked by one call, messages and counts with them", async () => {
  const brandId = await newBrand();
  const ids = await insertTicketRows(service.db.pool, brandId, ada, 1500);
  await message.create({ ticketId: ids[1400] ?? 0, type: "1", message: "x" });
  const { id } = await customer.create({ brandId, channels: [mail(ada)] });
  expect(await ticket.list({ customerId: id, itemLimit: 1 })).toMatchObject({ itemTotal: 1500 });
  expect((await ticket.list({ brandId, linked: false })).items).toEqual([]);
  const told = await customer.listTimeline({ customerId: id, getTicketHistory: true });
  expect([told.itemTotal, told.items[0]?.type]).toEqual([1501, "message"]);
});

test("PUT /ticket links by either identifier of a customer of its brand, and empty unlinks; the rest stays as it was", async () => {
  const brandId = await newBrand();
  const [one, two] = [
    await customer.create({ brandId, primaryId: "K-1" }),
    await customer.create({ brandId, primaryId: "K-2", channels: [mail(ada)] }),
  ];
  const id = await openTicket(admin, brandId, ada);
  const before = await readTicket(admin, id);
  const put = async (form: Record<string, string>) => (await raw("PUT", `/ticket/${id}`, { form })).body;
  const steps: [Record<string, string>, number | null, string][] = [
    [{ customer_id: String(two.id) }, two.id, "unchanged"],
    [{ customer_id: String(one.id) }, one.id, "updated"],
    [{ externalPrimaryID: "K-2" }, two.id, "updated"],
    [{ externalPrimaryID: " K-1 ", customer_id: String(one.id) }, one.id, "updated"],
    [{ externalPrimaryID: "" }, one.id, "unchanged"],
    [{ customer_id: "" }, null, "updated"],
    [{ customer_id: " " }, null, "unchanged"],
    [{ customer_id: String(two.id) }, two.id, "updated"],
  ];
  for (const [form, owner, outcome] of steps) {
    expect(await put(form), JSON.stringify(form)).toMatchObject({ id, customer_id: owner, outcome });
    expect(await readTicket(admin, id), JSON.stringify(form)).toEqual({ ...before, customer_id: owner });
  }
  const json = { customer_id: null, status: "open" };
  expect((await raw("PUT", `/ticket/${id}`, { json })).body).toMatchObject({ customer_id: null });
  expect(await readTicket(admin, id)).toMatchObject({ customer_id: null, status: "open" });
});

test("PUT /ticket knows no customer of another brand, and refuses identifiers of two, changing nothing", async () => {
  const [brandId, elsewhere] = [await newBrand(), await newBrand()];
  const own = await customer.create({ brandId, primaryId: "K-1" });
  await customer.create({ brandId, primaryId: "K-2" });
  const foreign = await customer.create({ brandId: elsewhere, primaryId: "Far" });
  const id = await openTicket(admin, brandId, ada);
  await ticket.update({ id, customerId: own.id });
  const before = await readTicket(admin, id);
  const put = (form: object, key?: string) =>
    raw("PUT", `/ticket/${id}`, { form: { status: "open", ...form }, ...(key ? { key } : {}) });
  const keys = [undefined, await keyFor(["TICKET_UPDATE"], [brandId])];
  for (const key of keys) {
    const [far, nowhere] = [
      await put({ customer_id: String(foreign.id) }, key),
      await put({ customer_id: "999999" }, key),
    ];
    expect([far.status, withoutId(far)]).toEqual([404, withoutId(nowhere)]);
    expect((await put({ externalPrimaryID: "Far" }, key)).status).toBe(404);
    expect((await put({ customer_id: String(own.id), externalPrimaryID: "K-2" }, key)).body).toMatchObject({
      code: "identifiers_disagree",
    });
    expect((await put({ customer_id: "", externalPrimaryID: "K-1" }, key)).body).toMatchObject({
      code: "invalid_field",
      errors: [{ field: "customer_id" }],
    });
  }
  expect(await readTicket(admin, id)).toEqual(before);
  expect(await outcomeOf(ticket.update({ id: 999_999, customerId: own.id }))).toBe("not_found");
});
