// A purge of a person whose e-mail address or telephone number stands in the records of others, or on a channel of another
// type: the columns that hold the address lose it, and the rest stays.
import { expect, test } from "vitest";
import { recognisedAddresses } from "../../../src/domain/address.ts";
import { readEveryRow } from "../../support/data/every-row.ts";
import { startFixtureServer, uniqueName } from "../../support/requests.ts";

const world = await startFixtureServer();
const { customer, ticket, message } = world.admin;

const mail = () => `${uniqueName("xen")}@example.org`.toLowerCase();
const phone = () => `+4930${String(1_000_000 + Math.floor(Math.random() * 8_000_000))}`;
const isStored = async (address: string) =>
  (await readEveryRow(world)).toLowerCase().includes(address.toLowerCase());

/** A person with an address, and another with a ticket of their own. */
async function bring(type: string, address: string) {
  const brandId = await world.newBrand();
  const bobs = mail();
  const person = await customer.create({ brandId, firstname: "Xen", channels: [{ type, address }] });
  const other = await customer.create({
    brandId,
    firstname: "Bob",
    channels: [{ type: "email", address: bobs }],
  });
  return { brandId, bobs, id: person.id, otherId: other.id };
}

test("the other party of a ticket, inbound or outbound, and the messages that repeat it lose the address", async () => {
  for (const direction of ["inbound", "outbound"] as const) {
    const address = mail();
    const { brandId, bobs, id, otherId } = await bring("email", address);
    const parties =
      direction === "inbound" ? { from: bobs, to: `Xen <${address}>` } : { from: address, to: bobs };
    const opened = await ticket.create({ brandId, channel: "email", direction, ...parties, title: "Parcel" });
    for (const said of ["inbound", "outbound"] as const)
      await message.create({
        ticketId: opened.id,
        type: "email",
        message: `It was ${said}.`,
        direction: said,
      });
    await customer.purge({ id });
    const { item } = await ticket.find({ id: opened.id, getTicketHistory: true });
    expect(item).toMatchObject({ title: "Parcel", customer_id: otherId });
    expect(item).toMatchObject(direction === "inbound" ? { from: bobs, to: "" } : { from: "", to: bobs });
    expect(item.timeline?.map(({ content }) => content).toSorted()).toEqual([
      "It was inbound.",
      "It was outbound.",
    ]);
    expect(await isStored(address)).toBe(false);
  }
});

test("the recipient of a message loses it on any channel, and so does the initiator of an event, however it is written", async () => {
  const spellings = [
    (address: string) => address,
    (address: string) => address.toUpperCase(),
    (address: string) => `Xen <${address}>`,
    (address: string) => `"Xen, the" <${address}>`,
    (address: string) => `mailto:${address}`,
    (address: string) => ` ${address} `,
  ];
  for (const type of ["email", "livechat", "instagram"])
    for (const spell of spellings) {
      const address = mail();
      const { brandId, bobs, id, otherId } = await bring("email", address);
      const opened = await ticket.create({ brandId, channel: "email", from: bobs, title: "Parcel" });
      await message.create({ ticketId: opened.id, type, message: "Please help.", toAddress: spell(address) });
      await customer.addEvent({
        customerId: otherId,
        message: "paid",
        initiatedBy: spell(address),
        eventId: "e",
      });
      await customer.purge({ id });
      expect([type, spell("x"), await isStored(address)]).toEqual([type, spell("x"), false]);
      const shown = JSON.stringify(
        await customer.listTimeline({ customerId: otherId, getTicketHistory: true }),
      );
      for (const text of ["Parcel", "Please help.", "paid"]) expect(shown).toContain(`"${text}"`);
    }
});

test("a number is the same in every type, and is recognised on channels of plain names", async () => {
  for (const held of ["telephone", "whatsapp", "sms"])
    for (const channel of ["telephone", "whatsapp", "sms", "livechat"]) {
      const number = phone();
      const { brandId, id, otherId } = await bring(held, number);
      const given = await ticket.create({ brandId, channel, from: number, fromName: "Xen", title: "Parcel" });
      const waiting = await ticket.create({ brandId, channel, from: number, title: "Parcel" });
      await ticket.update({ id: given.id, customerId: otherId });
      await customer.addEvent({ customerId: otherId, message: "called", initiatedBy: number });
      await customer.purge({ id });
      expect([held, channel, await isStored(number)]).toEqual([held, channel, false]);
      const after = [
        (await ticket.find({ id: given.id })).item,
        (await ticket.find({ id: waiting.id })).item,
      ];
      expect(after).toMatchObject([{ from_name: "", title: "", customer_id: otherId }, { title: "" }]);
      expect((await ticket.list({ brandId, query: number })).items).toEqual([]);
    }
});

test("a number is recognised however it is written", async () => {
  const number = phone();
  const [country, rest] = [number.slice(1, 3), number.slice(3)];
  const { brandId, id, otherId } = await bring("telephone", number);
  const spellings = [
    `tel:+${country} ${rest.slice(0, 2)} ${rest.slice(2)}`,
    `00${country}${rest}`,
    `+${country} (0)${rest.slice(0, 2)}/${rest.slice(2, 5)}-${rest.slice(5)}`,
  ];
  const opened = [];
  for (const from of spellings) {
    opened.push(
      await ticket.create({ brandId, channel: "whatsapp", from, fromName: "Xen", title: "Parcel" }),
    );
    await customer.addEvent({ customerId: otherId, message: "called", initiatedBy: `Xen (${from})` });
  }
  await customer.purge({ id });
  for (const one of opened)
    expect((await ticket.find({ id: one.id })).item).toMatchObject({ from: "", from_name: "", title: "" });
  for (const from of spellings) expect([from, await isStored(from)]).toEqual([from, false]);
  const { items } = await customer.listTimeline({ customerId: otherId });
  expect(items.map((one) => one.initiated_by)).toEqual(["", "", ""]);
});

test("a live chat from the person's e-mail address is theirs; one from a customer who has that name stays", async () => {
  const address = mail();
  const { brandId, id } = await bring("email", address);
  const chat = await message.chatbot({ brandId, from: address, message: "Hello from Xen" });
  const plain = await ticket.create({
    brandId,
    channel: "livechat",
    from: address.toUpperCase(),
    title: "Xen asks",
  });
  const chatter = await customer.create({ brandId, channels: [{ type: "instagram", address }] });
  const theirs = await ticket.create({ brandId, channel: "instagram", from: address, title: "Another asks" });
  expect(theirs.customer_id).toBe(chatter.id);
  await customer.purge({ id });
  const titles = [];
  for (const one of [chat.ticketID, plain.id, theirs.id])
    titles.push((await ticket.find({ id: one })).item.title);
  expect(titles).toEqual(["", "", "Another asks"]);
});

test("an address that another live customer has by now stays in the records of others", async () => {
  for (const [type, taken] of [
    ["email", "email"],
    ["telephone", "whatsapp"],
  ] as const) {
    const address = type === "email" ? mail() : phone();
    const { brandId, id, otherId } = await bring(type, address);
    await customer.addEvent({ customerId: otherId, message: "paid", initiatedBy: address });
    for (const { id: row } of (await customer.find({ id })).item.channels)
      await customer.removeChannel({ id: row });
    await customer.create({ brandId, channels: [{ type: taken, address }] });
    await customer.purge({ id });
    const { items } = await customer.listTimeline({ customerId: otherId });
    expect([type, items[0]?.initiated_by]).toEqual([type, address]);
  }
});

test("addresses are recognised in texts of every form, and nothing else is", () => {
  const of = (text: string) => recognisedAddresses(text).map(({ normalised }) => normalised);
  expect(of("Ada <Ada@Example.org>, +4930123456; tel:+49301")).toEqual([
    "ada@example.org",
    "+4930123456",
    "+49301",
  ]);
  for (const number of [
    "+49 30 123456",
    "tel:+49 (0)30/123-456",
    "0049 30 123456",
    "0049 (30) 123.456",
    "(+49)30123456",
    "\u202a+49\u00a030\u2011123456\u202c",
    "Ada <sms:+4930 123456>",
    "Ada, +49-30-123456",
  ])
    expect([number, of(number)]).toEqual([number, expect.arrayContaining(["+4930123456"])]);
  expect(["00", "0012", "000123456789", "0049", "1 2 3", "+ + +"].flatMap(of)).toEqual([]);
  expect(["shop", "", "@", "+", "a@b", "order+7", "C++", "+abc"].flatMap(of)).toEqual([]);
  expect(of("a@example.org ".repeat(100_000))).toEqual(["a@example.org"]);
});
