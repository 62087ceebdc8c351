// Messages and notes of tickets: senders and recipients, effects on the ticket, chats held by a program, and their
// places in the timelines of ticket and customer.
import { expect, test } from "vitest";
import { startFixtureServer, withoutId } from "../../support/requests.ts";
import { mail, openTicket, readTicket } from "../../support/data/tickets.ts";

const { admin, keyFor, clientFor, newBrand, raw } = await startFixtureServer();
const { customer, message, ticket } = admin;
const ada = "ada@example.org";
const desk = "desk@example.org";

async function said(id: number) {
  return (await ticket.find({ id, getTicketHistory: true })).item.timeline ?? [];
}

test("a message and a note answer their own ids, and are read in full, the note without channel and parties", async () => {
  const id = await openTicket(admin, await newBrand(), ada, { to: desk, fromName: "Ada" });
  const text = "It is on its way.\n\tTomorrow, 🚚.";
  const first = await message.create({ ticketId: id, type: "e-mail", message: text });
  expect(first).toEqual({
    type: "result",
    message: "Message created.",
    id: first.id,
    ticketID: id,
    outcome: "created",
  });
  const note = await message.create({ ticketId: id, type: "NOTE", message: "Call her.", toAddress: "x" });
  expect(note).toMatchObject({ message: "Note created.", ticketID: id });
  const { name } = (await admin.session.find({})).item;
  const common = { created_at: expect.any(String), initiated_by: name, ticket_id: id, status: "new" };
  expect(await said(id)).toEqual([
    {
      ...common,
      id: `note-${note.id}`,
      type: "note",
      description: "Call her.",
      content: "Call her.",
      from: "",
      to: "",
    },
    {
      ...common,
      id: `message-${first.id}`,
      type: "message",
      description: text,
      content: text,
      channel_id: 1,
      channel_name: "email",
      direction: "outbound",
      from: desk,
      to: ada,
    },
  ]);
});

test("who speaks to whom follows the ticket and the message, and toAddress says otherwise", async () => {
  const brandId = await newBrand();
  const tickets = {
    inbound: await openTicket(admin, brandId, ada, { to: desk, fromName: "Ada" }),
    outbound: await openTicket(admin, brandId, desk, { to: ada, direction: "outbound" }),
  };
  const client = await clientFor(["MESSAGE_CREATE"], [brandId]);
  const wanted = [
    ["inbound", undefined, desk, ada, "test"],
    ["inbound", "outbound", desk, ada, "test"],
    ["inbound", "inbound", ada, desk, "Ada"],
    ["outbound", undefined, desk, ada, "test"],
    ["outbound", "inbound", ada, desk, ada],
  ] as const;
  for (const [opened, direction, from, to, author] of wanted) {
    const ticketId = tickets[opened];
    await client.message.create({ ticketId, type: "1", message: "x", direction });
    await client.message.create({ ticketId, type: "sms", message: "y", direction, toAddress: " any one " });
    const parties = { from, initiated_by: author, direction: direction ?? "outbound" };
    expect((await said(ticketId)).slice(0, 2), `${opened} ${direction}`).toMatchObject([
      { ...parties, to: "any one", channel_name: "sms" },
      { ...parties, to, channel_name: "email" },
    ]);
  }
});

test("submitStatus gives the ticket its state, a message without it leaves the state and moves last_update", async () => {
  const id = await openTicket(admin, await newBrand(), ada, { occurredAt: "2020-01-01T00:00:00Z" });
  const steps = [
    [undefined, "new"],
    ["pending", "pending"],
    [undefined, "pending"],
    ["closed", "closed"],
    [undefined, "closed"],
    ["open", "open"],
  ] as const;
  let before = await readTicket(admin, id);
  for (const [submitStatus, status] of steps)
    for (const type of ["email", "note"]) {
      await message.create({ ticketId: id, type, message: "x", submitStatus });
      const now = await readTicket(admin, id);
      expect([now.status, now.closed_at !== null]).toEqual([status, status === "closed"]);
      expect(now.last_update >= before.last_update).toBe(true);
      if (before.closed_at && now.closed_at) expect(now.closed_at).toBe(before.closed_at);
      before = now;
    }
  await message.create({ ticketId: id, type: "1", message: "old", occurredAt: "2019-01-01T00:00:00Z" });
  expect((await readTicket(admin, id)).last_update).toBe(before.last_update);
  expect((await said(id)).at(-1)).toMatchObject({ content: "old", created_at: "2019-01-01T00:00:00.000Z" });
});

test("an invalid message is refused with its fault, and leaves the ticket unchanged", async () => {
  const ticketID = String(await openTicket(admin, await newBrand(), ada));
  const good = { ticketID, type: "1", message: "x" };
  const wrong: [object, string][] = [
    [{ ...good, type: "pigeon post" }, "type"],
    [{ ...good, type: "4711" }, "type"],
    [{ ...good, type: "" }, "type"],
    [{ ticketID, type: "1" }, "message"],
    [{ ...good, direction: "up" }, "direction"],
    [{ ...good, submitStatus: "gone" }, "submitStatus"],
    [{ ...good, ticketID: "x" }, "ticketID"],
  ];
  const before = await readTicket(admin, Number(ticketID));
  for (const [json, field] of wrong) {
    const { status, body } = await raw("POST", "/message", { json });
    expect([status, body], field).toMatchObject([400, { code: "invalid_field", errors: [{ field }] }]);
  }
  expect((await raw("POST", "/message", { json: { ...good, ticketID: 999_999 } })).status).toBe(404);
  expect([await readTicket(admin, Number(ticketID)), await said(Number(ticketID))]).toEqual([before, []]);
});

test("a chat opens a ticket with its first message; its channel shows in the contact's address", async () => {
  const brandId = await newBrand();
  const { id: owner } = await customer.create({
    brandId,
    channels: [
      mail(ada),
      { type: "telephone", address: "+4930" },
      { type: "livechat", address: "visitor 7" },
    ],
  });
  for (const [from, channel_name] of [
    ["Ada@Example.org", "email"],
    ["+4930", "telephone"],
    ["visitor 7", "livechat"],
  ] as const) {
    const made = await message.chatbot({ brandId, from, message: "Where is it?", subject: "Parcel" });
    expect(made).toMatchObject({ message: "Ticket created.", customer_id: owner, outcome: "created" });
    const shown = { from, to: "", channel_name, direction: "inbound", status: "new" };
    expect(await readTicket(admin, made.ticketID)).toMatchObject({
      ...shown,
      title: "Parcel",
      priority: "medium",
      customer_id: owner,
    });
    expect(await said(made.ticketID)).toMatchObject([
      { ...shown, id: `message-${made.id}`, content: "Where is it?", initiated_by: from },
    ]);
  }
  expect(await message.chatbot({ brandId, from: "visitor 8", message: "x" })).toMatchObject({
    customer_id: null,
  });
  for (const from of ["ada@", "@ada", "+1234567890123456", "anonymous", undefined]) {
    const { ticketID } = await message.chatbot({ brandId, from, message: "x" });
    const shown = { channel_name: "livechat", from: from ?? "", customer_id: null };
    expect(await readTicket(admin, ticketID), from).toMatchObject(shown);
  }
  const form = { brandID: String(brandId), from: ada, message: "x" };
  const key = await keyFor(["MESSAGE_CREATE"], [await newBrand()]);
  const answer = await raw("POST", "/message/chatbot", { key, form });
  expect(answer.status).toBe(404);
  const nowhere = await raw("POST", "/message/chatbot", { key, form: { ...form, brandID: "999999" } });
  expect(withoutId(answer)).toBe(withoutId(nowhere));
});

const at = (second: number) => ({ occurredAt: `2024-01-01T00:00:0${second}Z` });

/** The types and texts of a customer's timeline, in its order. */
async function told(customerId: number, more: object = {}) {
  const page = await customer.listTimeline({ customerId, itemLimit: 99, ...more });
  expect(page.itemTotal).toBe(page.items.length);
  return page.items.map((one) => `${one.type} ${one.description}`);
}

test("a customer's timeline tells events, tickets, messages and notes in one order, each kind alone where asked", async () => {
  const brandId = await newBrand();
  const { id } = await customer.create({ brandId, channels: [mail(ada)] });
  const ticketId = await openTicket(admin, brandId, ada, { title: "T1", ...at(1) });
  await message.create({ ticketId, type: "note", message: "N5", ...at(5) });
  await message.create({ ticketId, type: "1", message: "M2", ...at(2) });
  await customer.addEvent({ customerId: id, message: "E4", type: "order", ...at(4) });
  await customer.addEvent({ customerId: id, message: "E3", ...at(3) });
  await message.create({ ticketId, type: "1", message: "M3", ...at(3) });
  const [tied, other] = [["message M3", "event E3"].sort(), ["ticket T1"]];
  const whole = await told(id, { getTicketHistory: true });
  expect([whole.slice(0, 2), whole.slice(2, 4).sort(), whole.slice(4)]).toEqual([
    ["note N5", "event E4"],
    tied.sort(),
    ["message M2", ...other],
  ]);
  const lists: [object, string[]][] = [
    [{}, ["event E4", "event E3"]],
    [{ type: "event" }, ["event E4", "event E3"]],
    [{ type: "order" }, ["event E4"]],
    [{ type: "ticket" }, other],
    [{ type: "message" }, ["message M3", "message M2"]],
    [{ type: "note" }, ["note N5"]],
    [{ type: "nothing" }, []],
  ];
  for (const [more, items] of lists) expect(await told(id, more), JSON.stringify(more)).toEqual(items);
  expect((await said(ticketId)).map((one) => one.description)).toEqual(["N5", "M3", "M2"]);
});

test("messages go with their ticket from customer to customer, and the counts go with them", async () => {
  const brandId = await newBrand();
  const { id: first } = await customer.create({ brandId, channels: [mail(ada)] });
  const { id: second } = await customer.create({ brandId, firstname: "Grace" });
  const ticketId = await openTicket(admin, brandId, ada, { title: "T" });
  await message.create({ ticketId, type: "1", message: "M" });
  const history = { getTicketHistory: true };
  expect([await told(first, history), await told(second, history)]).toEqual([["message M", "ticket T"], []]);
  await ticket.update({ id: ticketId, customerId: second });
  await message.create({ ticketId, type: "note", message: "N" });
  expect([await told(first, history), await told(second, history)]).toEqual([
    [],
    ["note N", "message M", "ticket T"],
  ]);
  await ticket.update({ id: ticketId, customerId: null });
  await message.create({ ticketId, type: "1", message: "nobody's" });
  for (const type of ["message", "note", "ticket"])
    expect([await told(first, { type }), await told(second, { type })]).toEqual([[], []]);
});
