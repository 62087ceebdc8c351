// Tickets alone: creation, reading, changes, and visibility for the keys of their brand only. Lists and searches are in
// domain/ticket/search.test.ts, linking in domain/linking.test.ts.
import type { Api, Input } from "@dossier/api";
import { describe, expect, test } from "vitest";
import { startFixtureServer, withoutId } from "../../support/requests.ts";
import { mail, openTicket, readTicket } from "../../support/data/tickets.ts";

const { admin, keyFor, newBrand, raw } = await startFixtureServer();
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
      last_message_by: null,
      crm_candidate_count: null,
      crm_conflict: null,
      crm_candidates: null,
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

  test("a ticket brought from elsewhere keeps its time, and closed it was closed then", async () => {
    const [brandId, at] = [await newBrand(), "2020-02-29T12:00:00.123Z"];
    const id = await openTicket(admin, brandId, from, { occurredAt: at, status: "closed" });
    expect(await readTicket(admin, id)).toMatchObject({ created_at: at, last_update: at, closed_at: at });
  });

  test("a wrong direction, status or priority is refused, naming each", async () => {
    const form = { brandID: String(await newBrand()), channelID: "1", direction: "up", priority: "none" };
    const { status, body } = await raw("POST", "/ticket", { form: { ...form, status: "lost" } });
    expect([status, body.errors?.map((one) => one.field).sort()]).toEqual([
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
  ] as const)
    expect((await raw("PUT", `/ticket/${id}`, { form: { [field]: value } })).body).toMatchObject({
      code: "invalid_field",
      errors: [{ field }],
    });
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
    const { item } = (await raw("GET", `/ticket/${id}`, { query })).body;
    expect(item?.timeline, query).toMatchObject([{ content: "second" }, { content: "first" }]);
  }
});
