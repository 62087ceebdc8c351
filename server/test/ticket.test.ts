// Tickets by themselves: opened, read, changed, listed by every filter, searched, and seen by the keys of their brand
// alone. Whose they are is in link.test.ts.
import type { Api, Input } from "@dossier/api";
import { describe, expect, test } from "vitest";
import { withoutId } from "./requests.ts";
import { idsOf, mail, openTicket, openTickets, readTicket } from "./tickets.ts";
import { startWorld } from "./world.ts";

const { admin, clientFor, keyFor, newBrand, raw } = await startWorld();
const { customer, ticket } = admin;
const from = "ada@example.org";

describe("opening", () => {
  test("a ticket answers its id twice, and is read as it was sent, with the defaults for the rest", async () => {
    const brandId = await newBrand();
    const made = await ticket.create({
      brandId,
      channel: "email",
      direction: "inbound",
      from: "Ada@Example.org",
      fromName: "Ada L.",
      to: "desk@example.org",
      title: " Where is my parcel? ",
      priority: "high",
    });
    expect(made).toEqual({
      type: "result",
      message: "Ticket created.",
      id: made.id,
      ticketID: made.id,
      customer_id: null,
      outcome: "created",
    });
    const { brand_name, created_at, last_update, ...rest } = await readTicket(admin, made.id);
    expect(rest).toEqual({
      id: made.id,
      brand_id: brandId,
      channel_id: 1,
      channel_name: "email",
      direction: "inbound",
      from: "Ada@Example.org",
      from_name: "Ada L.",
      to: "desk@example.org",
      title: "Where is my parcel?",
      status: "new",
      priority: "high",
      customer_id: null,
      closed_at: null,
    });
    expect(brand_name).toMatch(/^Brand /);
    expect([created_at, Math.abs(Date.now() - Date.parse(created_at)) < 60_000]).toEqual([last_update, true]);
    const bare = await ticket.create({ brandId, channel: "8" });
    expect(await readTicket(admin, bare.id)).toMatchObject({
      direction: "inbound",
      from: "",
      from_name: "",
      to: "",
      title: "",
      priority: "medium",
      status: "new",
      channel_name: "livechat",
    });
  });

  test("the channel is a number or a name in any case, of a type the tenant made too; another is refused", async () => {
    const brandId = await newBrand();
    const { channel_id } = await admin.channel.create({ name: "Pigeon" });
    const types = { "1": 1, " E-Mail ": 1, PHONE: 2, phoneNumber: 2, Sms: 7, pigeon: channel_id };
    for (const [channel, number] of Object.entries({ ...types, [String(channel_id)]: channel_id })) {
      const { id } = await ticket.create({ brandId, channel });
      expect(await readTicket(admin, id), channel).toMatchObject({ channel_id: number });
    }
    for (const channel of ["99999", "0", "smoke", "note"])
      await expect(ticket.create({ brandId, channel }), channel).rejects.toMatchObject({
        code: "invalid_field",
        errors: [{ field: "channelID" }],
      });
  });

  const addresses: [channel: string, good: string, bad: string[]][] = [
    ["email", "ada@example.org", ["ada", "ada@example", "a b@example.org"]],
    ["telephone", "+4930123456", ["4930123456", "+49 30 1", "anonymous", "+1234567890123456"]],
    ["whatsapp", "+4930123456", ["0049"]],
    ["sms", "+4930123456", ["+"]],
    ["twitter", "@ada_l", ["ada-l", "@@ada"]],
    ["facebook", "ada.lovelace", ["ada lovelace"]],
    ["livechat", "any thing at all", ["x".repeat(256), "a\u0000b"]],
  ];
  test.each(addresses)(
    "%s: the contact's address follows the rule of its type",
    async (channel, good, bad) => {
      const brandId = await newBrand();
      for (const [direction, contact, desk] of [
        ["inbound", "from", "to"],
        ["outbound", "to", "from"],
      ] as const) {
        await ticket.create({ brandId, channel, direction, [contact]: good, [desk]: "whatever it says" });
        for (const address of bad)
          await expect(
            ticket.create({ brandId, channel, direction, [contact]: address, [desk]: good }),
            `${direction} ${address}`,
          ).rejects.toMatchObject({ code: "invalid_field", status: 400, errors: [{ field: contact }] });
        await ticket.create({ brandId, channel, direction });
      }
      expect((await ticket.list({ brandId })).itemTotal).toBe(4);
    },
  );

  test("a ticket brought from elsewhere keeps its time, and closed it was closed then", async () => {
    const [brandId, at] = [await newBrand(), "2020-02-29T12:00:00.123Z"];
    const id = await openTicket(admin, brandId, from, { occurredAt: at, status: "closed" });
    expect(await readTicket(admin, id)).toMatchObject({ created_at: at, last_update: at, closed_at: at });
  });

  test("a wrong direction, status or priority is refused, naming each", async () => {
    const form = { brandID: String(await newBrand()), channelID: "1", direction: "up", priority: "none" };
    const { status, body } = await raw("POST", "/ticket", { form: { ...form, status: "lost" } });
    expect([status, body.errors.map((one: { field: string }) => one.field).sort()]).toEqual([
      400,
      ["direction", "priority", "status"],
    ]);
  });
});

test("an update changes what is sent, sets and clears closed_at, and says when there was nothing to change", async () => {
  const id = await openTicket(admin, await newBrand(), from, {
    title: "First",
    occurredAt: "2020-01-01T00:00:00Z",
  });
  const first = await readTicket(admin, id);
  const steps: [Omit<Input<Api["ticket"]["update"]>, "id">, object, string][] = [
    [{}, {}, "unchanged"],
    [{ title: "First", status: "new", priority: "medium" }, {}, "unchanged"],
    [{ title: "Second" }, { title: "Second", status: "new", priority: "medium" }, "updated"],
    [{ priority: "urgent" }, { title: "Second", priority: "urgent" }, "updated"],
    [{ status: "solved" }, { status: "solved", closed_at: null }, "updated"],
    [{ status: "closed" }, { status: "closed", closed_at: expect.any(String) }, "updated"],
    [{ title: "" }, { title: "", closed_at: expect.any(String) }, "updated"],
    [{ status: "open" }, { status: "open", closed_at: null }, "updated"],
  ];
  let before = first;
  for (const [sent, shown, outcome] of steps) {
    const answer = await ticket.update({ id, ...sent });
    expect(answer, JSON.stringify(sent)).toMatchObject({ id, ticketID: id, customer_id: null, outcome });
    const now = await readTicket(admin, id);
    expect(now, JSON.stringify(sent)).toMatchObject({ ...shown, created_at: first.created_at });
    expect(now.last_update > before.last_update, JSON.stringify(sent)).toBe(outcome === "updated");
    if (before.closed_at && now.closed_at) expect(now.closed_at).toBe(before.closed_at);
    before = now;
  }
  for (const [field, value] of [
    ["status", "lost"],
    ["priority", "none"],
    ["title", "x".repeat(256)],
  ] as const)
    expect((await raw("PUT", `/ticket/${id}`, { form: { [field]: value } })).body).toMatchObject({
      code: "invalid_field",
      errors: [{ field }],
    });
});

test("every filter and every combination of them lists and counts exactly what it says, by offset and by cursor", async () => {
  const [mine, theirs] = [await newBrand(), await newBrand()];
  const { id: ada } = await customer.create({ brandId: mine, channels: [mail(from)] });
  const { id: bob } = await customer.create({ brandId: theirs, channels: [mail(from)] });
  const states = ["new", "open", "pending", "solved", "closed"] as const;
  const all: { id: number; brandId: number; status: (typeof states)[number]; customerId: number | null }[] =
    [];
  for (const brandId of [mine, theirs])
    for (const address of [from, "nobody@example.org"])
      for (const status of states) {
        const title = `Parcel ${status}`;
        const made = await ticket.create({ brandId, channel: "email", from: address, status, title });
        all.unshift({ id: made.id, brandId, status, customerId: made.customer_id });
      }
  expect(all.filter((one) => one.customerId === ada)).toHaveLength(5);
  const every = <T>(values: readonly T[]): readonly (T | undefined)[] => [undefined, ...values];
  const reader = await clientFor(["TICKET_READ"], [mine, theirs]);
  for (const query of every(["parc"]))
    for (const status of every(states.slice(0, 2)))
      for (const brandId of every([mine, theirs]))
        for (const customerId of every([ada, bob]))
          for (const linked of every([true, false])) {
            const filter = { query, status, brandId, customerId, linked };
            const wanted = all
              .filter((one) => status === undefined || one.status === status)
              .filter((one) => brandId === undefined || one.brandId === brandId)
              .filter((one) => customerId === undefined || one.customerId === customerId)
              .filter((one) => linked === undefined || (one.customerId !== null) === linked)
              .map((one) => one.id);
            const whole = await reader.ticket.list({ ...filter, itemLimit: 9999 });
            expect([idsOf(whole), whole.itemTotal], JSON.stringify(filter)).toEqual([wanted, wanted.length]);
            const page = await reader.ticket.list({ ...filter, itemLimit: 3 });
            const skipped = await reader.ticket.list({ ...filter, itemStart: 3, itemLimit: 9 });
            expect(idsOf(skipped), JSON.stringify(filter)).toEqual(wanted.slice(3, 12));
            if (page.nextCursor === null) expect(wanted.length).toBeLessThanOrEqual(3);
            else {
              const next = await reader.ticket.list({ ...filter, itemLimit: 9, cursor: page.nextCursor });
              expect(idsOf(next), JSON.stringify(filter)).toEqual(wanted.slice(3, 12));
            }
          }
});

test("sixty tickets are walked alike by cursor and by offset, in pages of any length up to 9999", async () => {
  const brandId = await newBrand();
  const made = (await openTickets(admin, brandId, from, 60)).toReversed();
  for (const filter of [{ brandId }, { brandId, linked: false }, { brandId, query: from }]) {
    const seen: number[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = await ticket.list({ ...filter, itemLimit: 7, ...(cursor ? { cursor } : {}) });
      expect(page).toMatchObject({ itemStart: seen.length, itemTotal: 60, itemLimit: 7 });
      const skipped = await ticket.list({ ...filter, itemLimit: 7, itemStart: seen.length });
      expect(idsOf(skipped)).toEqual(idsOf(page));
      seen.push(...idsOf(page));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(made);
    expect(await ticket.list({ ...filter, itemStart: 60 })).toMatchObject({ items: [], itemTotal: 60 });
    expect((await ticket.list(filter)).items).toHaveLength(15);
  }
  const page = await ticket.list({ itemLimit: 7 });
  expect(idsOf(await ticket.list({ itemStart: 7, itemLimit: 7 }))).toEqual(
    idsOf(await ticket.list({ itemLimit: 7, cursor: page.nextCursor ?? "" })),
  );
  for (const itemLimit of [0, 10_000])
    await expect(ticket.list({ brandId, itemLimit })).rejects.toMatchObject({ code: "invalid_field" });
  await expect(ticket.list({ brandId, cursor: page.nextCursor ?? "" })).rejects.toMatchObject({
    errors: [{ field: "cursor" }],
  });
});

test("a search takes beginnings of the title's words, in any order, case and accents; one absent word finds nothing", async () => {
  const brandId = await newBrand();
  const ten = "one two three four five six seven eight nine ten";
  const titles = ["Café bill für Łódź", "Parcel 4711 is late, again", "parcels", ten, "One.Two"];
  const made: number[] = [];
  for (const title of titles) made.push(await openTicket(admin, brandId, from, { title }));
  const found = async (query: string) =>
    idsOf(await ticket.list({ brandId, query })).map((id) => made.indexOf(id));
  const wanted: [string, number[]][] = [
    ["cafe", [0]],
    ["LODZ fur CAFÉ", [0]],
    ["lo b", [0]],
    ["parcel", [2, 1]],
    ["parcels", [2]],
    ["late 47 par", [1]],
    ["again, parcel!", [1]],
    ["one", [4, 3]],
    ["arcel", []],
    ["parcel absent", []],
    ["cafe parcel", []],
    [ten.split(" ").toReversed().join(" "), [3]],
    [`${ten} eleven`, []],
    ["?!", []],
  ];
  for (const [query, hits] of wanted) expect(await found(query), query).toEqual(hits);
  await ticket.update({ id: made[0] ?? 0, title: "Invoice" });
  expect([await found("cafe"), await found("inv")]).toEqual([[], [0]]);
});

test("a search takes the contact's whole address in any spelling that is the same one, and no part of it", async () => {
  const brandId = await newBrand();
  const made = [
    await openTicket(admin, brandId, "Ada.L@Example.org"),
    await ticket.create({ brandId, channel: "twitter", from: "@Ada_L" }).then(({ id }) => id),
    await ticket
      .create({ brandId, channel: "sms", direction: "outbound", from: "+1", to: "+4930" })
      .then(({ id }) => id),
  ];
  const wanted: [string, number[]][] = [
    ["ada.l@example.ORG", [0]],
    [" ADA.L@EXAMPLE.ORG ", [0]],
    ["ada_l", [1]],
    ["@ADA_L", [1]],
    ["+4930", [2]],
    ["+1", []],
    ["ada.l@example", []],
    ["+493", []],
  ];
  for (const [query, hits] of wanted)
    expect(
      idsOf(await ticket.list({ brandId, query })).map((id) => made.indexOf(id)),
      query,
    ).toEqual(hits);
});

test("another brand's ticket, customer or brand is answered as one that does not exist", async () => {
  const [mine, theirs] = [await newBrand(), await newBrand()];
  const id = await openTicket(admin, theirs, from, { title: "Secret" });
  const { id: owner } = await customer.create({ brandId: theirs, channels: [mail(from)] });
  const key = await keyFor(["TICKET_READ", "TICKET_UPDATE", "TICKET_CREATE", "MESSAGE_CREATE"], [mine]);
  const pairs: [string, string, string, object][] = [
    ["GET", `/ticket/${id}`, "/ticket/999999", {}],
    ["PUT", `/ticket/${id}`, "/ticket/999999", { form: { status: "open" } }],
    ["GET", `/ticket?customer_id=${owner}`, "/ticket?customer_id=999999", {}],
    ["GET", `/ticket?brand_id=${theirs}`, "/ticket?brand_id=999999", {}],
  ];
  for (const [method, there, nowhere, ask] of pairs) {
    const answer = await raw(method, there, { key, ...ask });
    expect(answer.status, there).toBe(404);
    expect(withoutId(answer)).toBe(withoutId(await raw(method, nowhere, { key, ...ask })));
  }
  const say = (ticketID: number) => ({
    key,
    form: { ticketID: String(ticketID), type: "note", message: "x" },
  });
  expect(withoutId(await raw("POST", "/message", say(id)))).toBe(
    withoutId(await raw("POST", "/message", say(999_999))),
  );
  const open = { key, form: { brandID: String(theirs), channelID: "1" } };
  expect((await raw("POST", "/ticket", open)).body).toMatchObject({ code: "not_found" });
  for (const query of [{}, { query: "secret" }, { query: from }, { linked: "1" }])
    expect((await raw("GET", "/ticket", { key, query })).body).toMatchObject({ itemTotal: 0, items: [] });
});

test("getTicketHistory counts by being there, and tells what was said, newest first", async () => {
  const id = await openTicket(admin, await newBrand(), from, { title: "Parcel" });
  for (const message of ["first", "second"])
    await admin.message.create({ ticketId: id, type: "email", message });
  expect((await ticket.find({ id })).item).not.toHaveProperty("timeline");
  for (const query of ["getTicketHistory", "getTicketHistory=", "getTicketHistory=false"]) {
    const { item } = (await raw("GET", `/ticket/${id}?${query}`)).body;
    expect(item.timeline, query).toMatchObject([{ content: "second" }, { content: "first" }]);
  }
});
