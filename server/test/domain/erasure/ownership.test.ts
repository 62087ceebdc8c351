// What a deletion unlinked belongs to the deleted customer until the restore, the purge or the expiry: no new owner of
// an address sees it, and a purge finds it wherever it is by then.
import { expect, test } from "vitest";
import { runRetention } from "../../../src/domain/erasure/retention.ts";
import { findViolations } from "../../support/data/invariants.ts";
import { ownersOf } from "../../support/data/tickets.ts";
import { readEveryRow } from "../../support/data/every-row.ts";
import { startFixtureServer, uniqueName } from "../../support/requests.ts";

const world = await startFixtureServer();
const { customer, ticket, message, audit } = world.admin;
const { pool } = world.service.db;

const mail = () => `${uniqueName("mail")}@example.org`.toLowerCase();
const phone = () => `+4930${String(1_000_000 + Math.floor(Math.random() * 8_000_000))}`;
const word = () =>
  uniqueName("Zyxq")
    .replaceAll(/[^A-Za-z0-9]/g, "")
    .toLowerCase();

/** A customer with an address, a ticket from it with a note, and the words of both. */
async function bring(brandId: number, channel: string, address: string) {
  const words = [word(), word(), word()];
  const { id } = await customer.create({ brandId, firstname: "Ada", channels: [{ type: channel, address }] });
  const opened = await ticket.create({
    brandId,
    channel,
    from: address,
    fromName: words[0],
    title: words[1],
  });
  await message.create({ ticketId: opened.id, type: "note", message: `diagnosis ${words[2]}` });
  return { id, ticketId: opened.id, words };
}

/** Everything that a customer's reads show. */
async function shownOf(id: number): Promise<string> {
  const shown = [
    await customer.find({ id }),
    await customer.listTimeline({ customerId: id, getTicketHistory: true }),
    await customer.listTimeline({ customerId: id, type: "note" }),
    await ticket.list({ customerId: id }),
  ];
  return JSON.stringify(shown);
}

const leftOf = async (words: readonly string[]) => {
  const rows = (await readEveryRow(world)).toLowerCase();
  return words.filter((one) => rows.includes(one));
};

/** Every way in which a stranger gets an address, with what it returns: the stranger. */
const strangers: [string, (brandId: number, channel: string, address: string) => Promise<number>][] = [
  [
    "a create",
    async (brandId, type, address) => (await customer.create({ brandId, channels: [{ type, address }] })).id,
  ],
  [
    "channels added to a customer",
    async (brandId, type, address) => {
      const { id } = await customer.create({ brandId, firstname: "Grace" });
      await customer.addChannels({ customerId: id, channels: [{ type, address }] });
      await customer.addChannels({ customerId: id, channels: [{ type, address }] });
      return id;
    },
  ],
  [
    "a change",
    async (brandId, type, address) => {
      const { id } = await customer.create({ brandId, firstname: "Grace" });
      await customer.update({ id, channels: [{ type, address }] });
      return id;
    },
  ],
  [
    "a resolve",
    async (brandId, type, address) =>
      (await customer.resolve({ brandId, primaryId: uniqueName(), channels: [{ type, address }] })).id,
  ],
];

test.each(strangers)(
  "after %s of a deleted customer's address the stranger sees nothing of them, and a purge finds all",
  async (_what, take) => {
    for (const channel of [
      "email",
      "telephone",
      "whatsapp",
      "sms",
      "livechat",
      "twitter",
      "facebook",
      "instagram",
    ]) {
      const brandId = await world.newBrand();
      const address =
        channel === "email" ? mail() : ["telephone", "whatsapp", "sms"].includes(channel) ? phone() : word();
      const person = await bring(brandId, channel, address);
      await customer.delete({ id: person.id });
      const stranger = await take(brandId, channel, address);
      const shown = (await shownOf(stranger)).toLowerCase();
      expect([channel, person.words.filter((one) => shown.includes(one))]).toEqual([channel, []]);
      expect(await ownersOf(world.admin, [person.ticketId])).toEqual([null]);
      const own = await ticket.create({ brandId, channel, from: address, title: "Parcel" });
      expect(own.customer_id).toBe(stranger);
      const { receipt } = await customer.purge({ id: person.id });
      expect([channel, receipt.tickets, receipt.messages]).toEqual([channel, 1, 1]);
      expect([channel, await leftOf(person.words)]).toEqual([channel, []]);
      expect((await ticket.find({ id: own.id })).item).toMatchObject({ title: "Parcel", from: address });
    }
  },
);

test("a new owner's purge and expiry leave the deleted one's tickets, which the restore brings back", async () => {
  const [brandId, address] = [await world.newBrand(), mail()];
  const person = await bring(brandId, "email", address);
  const { channels } = (await customer.find({ id: person.id })).item;
  await customer.removeChannel({ id: channels[0]!.id });
  const moved = await bring(brandId, "email", address);
  await customer.delete({ id: person.id });
  await customer.purge({ id: moved.id });
  expect(await leftOf(moved.words)).toEqual([]);
  expect(await customer.restore({ id: person.id })).toMatchObject({ outcome: "restored" });
  const shown = (await shownOf(person.id)).toLowerCase();
  expect(person.words.filter((one) => !shown.includes(one))).toEqual([]);
  expect(await findViolations(pool)).toEqual([]);
});

test("the expiry of a deleted customer finds the tickets as a purge does", async () => {
  const [brandId, address] = [await world.newBrand(), phone()];
  const person = await bring(brandId, "telephone", address);
  await customer.delete({ id: person.id });
  const stranger = await strangers[0]![1](brandId, "telephone", address);
  await pool.query("UPDATE deleted_customer SET deleted_at = now() - interval '31 days' WHERE id = $1", [
    person.id,
  ]);
  await runRetention(world.service.db, (await pool.query("SELECT * FROM channel_type")).rows);
  expect(await leftOf(person.words)).toEqual([]);
  expect(await shownOf(stranger)).not.toContain("diagnosis");
});

test("by hand a ticket goes to another, which the trail says; a purge of the first empties it unless the other has its address", async () => {
  for (const [by, hasAddress] of [
    ["ticket", false],
    ["ticket", true],
    ["resolve", false],
    ["resolve", true],
  ] as const) {
    const [brandId, address, primaryId] = [await world.newBrand(), mail(), uniqueName()];
    const person = await bring(brandId, "email", address);
    await customer.delete({ id: person.id });
    const channels = hasAddress ? [{ type: "email", address }] : [];
    const other = await customer.create({ brandId, primaryId, channels });
    if (!hasAddress)
      await customer.create({ brandId, firstname: "Joan", channels: [{ type: "email", address }] });
    const { ticketId } = person;
    if (by === "ticket") await ticket.update({ id: ticketId, customerId: other.id });
    else await customer.resolve({ brandId, primaryId, ticketId });
    expect(await ownersOf(world.admin, [ticketId])).toEqual([other.id]);
    const trail =
      by === "ticket" ? { kind: "ticket", subjectId: ticketId } : { kind: "customer", subjectId: other.id };
    const [entry] = (await audit.list(trail)).items;
    expect(entry?.fields).toEqual([by === "ticket" ? "customer_id" : "ticket_id"]);
    await customer.purge({ id: person.id });
    expect([by, hasAddress, await leftOf(person.words)]).toEqual([
      by,
      hasAddress,
      hasAddress ? person.words : [],
    ]);
    expect(await ownersOf(world.admin, [ticketId])).toEqual([other.id]);
  }
});

test("a ticket that was given to another by hand and unlinked again waits for its deleted customer, for no stranger", async () => {
  const [brandId, address] = [await world.newBrand(), mail()];
  const person = await bring(brandId, "email", address);
  const other = await customer.create({ brandId, firstname: "Grace" });
  await customer.delete({ id: person.id });
  await ticket.update({ id: person.ticketId, customerId: other.id });
  await ticket.update({ id: person.ticketId, customerId: null });
  await strangers[0]![1](brandId, "email", address);
  expect(await ownersOf(world.admin, [person.ticketId])).toEqual([null]);
  expect((await customer.restore({ id: person.id, without: "conflicts" })).dropped).toEqual([
    expect.objectContaining({ field: "channel" }),
  ]);
  expect(await ownersOf(world.admin, [person.ticketId])).toEqual([person.id]);
});

test("a ticket that was corrected by hand stays the other's when the customer it was wrongly linked to is purged", async () => {
  const [brandId, address, others] = [await world.newBrand(), mail(), mail()];
  const person = await bring(brandId, "email", address);
  const withheld = await ticket.create({ brandId, channel: "telephone", title: "Withheld" });
  const unknown = await ticket.create({ brandId, channel: "email", from: others, title: "Unknown" });
  const other = await customer.create({ brandId, firstname: "Grace" });
  for (const { id } of [withheld, unknown]) {
    await ticket.update({ id, customerId: person.id });
    await ticket.update({ id, customerId: other.id });
  }
  await customer.purge({ id: person.id });
  for (const [id, title] of [
    [withheld.id, "Withheld"],
    [unknown.id, "Unknown"],
  ] as const)
    expect((await ticket.find({ id })).item).toMatchObject({ title, customer_id: other.id });
});

test("a removed address was theirs: what came from it afterwards is emptied, unless another customer has or had it", async () => {
  const brandId = await world.newBrand();
  const [address, passed] = [mail(), mail()];
  const person = await customer.create({
    brandId,
    channels: [address, passed].map((one) => ({ type: "email", address: one })),
  });
  for (const { id } of (await customer.find({ id: person.id })).item.channels)
    await customer.removeChannel({ id });
  const words = [word(), word()];
  await ticket.create({ brandId, channel: "email", from: address, fromName: words[0], title: words[1] });
  const heir = await bring(brandId, "email", passed);
  for (const { id } of (await customer.find({ id: heir.id })).item.channels)
    await customer.removeChannel({ id });
  await customer.purge({ id: person.id });
  expect(await leftOf([...words, address])).toEqual([]);
  expect(await leftOf(heir.words)).toEqual(heir.words);
});

test("a ticket given to a customer who has the number under another type is not emptied with its other holder", async () => {
  const brandId = await world.newBrand();
  const number = phone();
  const channelsOf = (type: string) => [{ type, address: number }];
  const { id: other } = await customer.create({ brandId, firstname: "Grace", channels: channelsOf("sms") });
  const { id: heir } = await customer.create({ brandId, firstname: "Ada", channels: channelsOf("whatsapp") });
  const title = word();
  const opened = await ticket.create({ brandId, channel: "telephone", from: number, title });
  await ticket.update({ id: opened.id, customerId: heir });
  await customer.purge({ id: other });
  const { item } = await ticket.find({ id: opened.id });
  expect(item).toMatchObject({ title, from: number, customer_id: heir });
  await customer.purge({ id: heir });
  expect(await leftOf([title, number.slice(1)])).toEqual([]);
});
