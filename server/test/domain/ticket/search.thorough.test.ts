// Lists of tickets: every filter and every combination, pages by offset and by cursor, and searches by the words of
// titles and by contacts' addresses.
import type { Api, Input } from "@dossier/api";
import { expect, test } from "vitest";
import { idsOf, mail, openTicket, openTickets } from "../../support/data/tickets.ts";
import { startTestServer } from "../../support/test-server.ts";

const { admin, clientFor, newBrand } = await startTestServer();
const { customer, ticket } = admin;
const from = "ada@example.org";

const states = ["new", "open", "pending", "solved", "closed"] as const;
type Filter = Pick<Input<Api["ticket"]["list"]>, "query" | "status" | "brandId" | "customerId" | "linked">;

/** Every way to send some of the fields with one of their values each. */
function combinations(fields: Record<string, readonly unknown[]>): Filter[] {
  return Object.entries(fields).reduce<object[]>(
    (some, [name, values]) =>
      some.flatMap((one) => [one, ...values.map((value) => ({ ...one, [name]: value }))]),
    [{}],
  );
}

test("every filter and every combination of them lists and counts exactly what it says, by offset and by cursor", async () => {
  const [mine, theirs] = [await newBrand(), await newBrand()];
  const { id: ada } = await customer.create({ brandId: mine, channels: [mail(from)] });
  const { id: bob } = await customer.create({ brandId: theirs, channels: [mail(from)] });
  const all: { id: number; brandId: number; status: string; customerId: number | null }[] = [];
  for (const brandId of [mine, theirs])
    for (const address of [from, "nobody@example.org"])
      for (const status of states) {
        const sent = { brandId, channel: "email", from: address, status, title: `Parcel ${status}` };
        const made = await ticket.create(sent);
        all.unshift({ id: made.id, brandId, status, customerId: made.customer_id });
      }
  expect(all.filter((one) => one.customerId === ada)).toHaveLength(5);
  const { list } = (await clientFor(["TICKET_READ"], [mine, theirs])).ticket;
  const filters = combinations({
    query: ["parc"],
    status: ["new", "open"],
    brandId: [mine, theirs],
    customerId: [ada, bob],
    linked: [true, false],
  });
  expect(filters).toHaveLength(162);
  for (const filter of filters) {
    const { status, brandId, customerId, linked } = filter;
    const wanted = all
      .filter((one) => status === undefined || one.status === status)
      .filter((one) => brandId === undefined || one.brandId === brandId)
      .filter((one) => customerId === undefined || one.customerId === customerId)
      .filter((one) => linked === undefined || (one.customerId !== null) === linked)
      .map((one) => one.id);
    const [shown, rest] = [JSON.stringify(filter), wanted.slice(3, 12)];
    const whole = await list({ ...filter, itemLimit: 9999 });
    expect([idsOf(whole), whole.itemTotal], shown).toEqual([wanted, wanted.length]);
    expect(idsOf(await list({ ...filter, itemStart: 3, itemLimit: 9 })), shown).toEqual(rest);
    const { nextCursor: cursor } = await list({ ...filter, itemLimit: 3 });
    const next = cursor === null ? [] : idsOf(await list({ ...filter, itemLimit: 9, cursor }));
    expect(next, shown).toEqual(rest);
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
  await expect(ticket.list({ brandId, itemLimit: 0 })).rejects.toMatchObject({ code: "invalid_field" });
  expect((await ticket.list({ brandId, itemLimit: 10_000 })).itemLimit).toBe(9999);
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
