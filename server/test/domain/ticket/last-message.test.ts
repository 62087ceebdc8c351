// Who wrote last in a ticket: the contact or the desk, in lists as in the ticket itself; notes do not count.
import { createClient } from "@dossier/api";
import { expect, test } from "vitest";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const brandId = await world.newBrand();
const dossier = createClient({ url: world.url, key: world.adminKey, retry: false });

type Entry = "in" | "out" | "note";

async function openTicket(...entries: Entry[]): Promise<number> {
  const { id: ticketId } = await dossier.ticket.create({
    brandId,
    channel: "email",
    from: "ada@last.example",
  });
  for (const entry of entries)
    await dossier.message.create({
      ticketId,
      message: "text",
      type: entry === "note" ? "note" : "email",
      ...(entry === "note" ? {} : { direction: entry === "in" ? "inbound" : "outbound" }),
    });
  return ticketId;
}

test.each<[Entry[], "customer" | "agent" | null]>([
  [[], null],
  [["in"], "customer"],
  [["in", "out"], "agent"],
  [["out", "in"], "customer"],
  [["in", "out", "note"], "agent"],
  [["note"], null],
])("after %o it is %s", async (entries, expected) => {
  const id = await openTicket(...entries);
  const { items } = await dossier.ticket.list({ brandId, status: ["new", "open", "pending"] });
  expect([items[0]?.id, items[0]?.lastMessageBy]).toEqual([id, expected]);
  expect((await dossier.ticket.find({ id })).lastMessageBy).toBe(expected);
});

test("the time of a message decides, not when it was brought in", async () => {
  const id = await openTicket("in");
  await dossier.message.create({
    ticketId: id,
    type: "email",
    message: "brought from elsewhere",
    direction: "outbound",
    occurredAt: "2020-01-01T00:00:00Z",
  });
  expect((await dossier.ticket.find({ id })).lastMessageBy).toBe("customer");
});

test("a ticket that a contact wrote to a program belongs to the customer", async () => {
  const { ticketID } = await world.admin.message.chatbot({
    brandId,
    message: "Hello",
    from: "ada@last.example",
  });
  expect((await dossier.ticket.find({ id: ticketID })).lastMessageBy).toBe("customer");
});

test("of many notes behind the last message at most 99 are read", async () => {
  const id = await openTicket("in");
  const addNotes = (count: number) =>
    world.service.db.pool.query(
      `INSERT INTO message (ticket_id, type, content, created_at)
         SELECT $1, 'note', 'text', now() + interval '1 min' FROM generate_series(1, $2)`,
      [id, count],
    );
  await addNotes(99);
  expect((await dossier.ticket.find({ id })).lastMessageBy).toBe("customer");
  await addNotes(1);
  expect((await dossier.ticket.find({ id })).lastMessageBy).toBeNull();
});

test("several states are sent as a list or joined by commas, and the CRM's candidates are counted", async () => {
  const id = await openTicket("in");
  await world.service.db.pool.query("UPDATE ticket SET crm_candidates = 3 WHERE id = $1", [id]);
  const query = { brand_id: String(brandId), status: "new,open", itemLimit: "1" };
  const { body } = await world.raw("GET", "/ticket", { query });
  expect(body).toMatchObject({ items: [{ id, crm_candidate_count: 3, last_message_by: "customer" }] });
});
