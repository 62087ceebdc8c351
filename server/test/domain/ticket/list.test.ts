// Lists of tickets by several states, by time and channel type, and in other orders than the newest first.
import type { RawClient as Client, TicketStatus } from "@dossier/api";
import { beforeAll, describe, expect, test } from "vitest";
import { waitForOlderTransactions } from "../../support/older-transactions.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const { admin } = world;
const { pool } = world.service.db;
const [mine, other] = [await world.newBrand(), await world.newBrand()];
const reader = await world.clientFor(["TICKET_READ"], [mine]);
const key = await world.keyFor(["TICKET_READ"], [mine]);
const titles = new Map<number, string>();
let customerId = 0;

type ListInput = NonNullable<Parameters<Client["ticket"]["list"]>[0]>;

const tickets: [string, string, string, TicketStatus, string | undefined][] = [
  ["a", "email", "ada@tickets.example", "new", "2026-01-05T00:00:00Z"],
  ["b", "telephone", "+49301", "open", "2026-01-04T00:00:00Z"],
  ["c", "email", "ada@tickets.example", "solved", "2026-01-03T00:00:00Z"],
  ["d", "email", "eve@tickets.example", "closed", "2026-01-02T00:00:00Z"],
  ["e", "twitter", "ada", "pending", undefined],
];

beforeAll(async () => {
  for (const brandId of [mine, other]) {
    const channels = [{ type: "email", address: "ada@tickets.example" }];
    const made = await admin.customer.create({ brandId, firstname: "Ada", channels });
    if (brandId === mine) customerId = made.id;
    for (const [title, channel, from, status, occurredAt] of tickets) {
      const { id } = await admin.ticket.create({ brandId, channel, from, status, title, occurredAt });
      if (brandId === mine) titles.set(id, title);
    }
  }
});

async function titlesIn(input: ListInput, itemLimit = 2): Promise<string> {
  const found: string[] = [];
  for await (const { id } of reader.ticket.each({ ...input, itemLimit })) found.push(titles.get(id) ?? "?");
  return found.join("");
}

describe("filters", () => {
  test.each<[ListInput, string]>([
    [{}, "edcba"],
    [{ sort: "-id" }, "edcba"],
    [{ sort: "id" }, "abcde"],
    [{ sort: "updated" }, "abcde"],
    [{ status: "open" }, "b"],
    [{ status: ["open", "new"] }, "ba"],
    [{ status: ["solved", "closed", "closed"], sort: "id" }, "cd"],
    [{ channelType: "email" }, "dca"],
    [{ channelType: "1", sort: "id" }, "acd"],
    [{ channelType: "E-Mail", status: ["new", "closed"] }, "da"],
    [{ channelType: "facebook" }, ""],
    [{ createdSince: "2026-01-03T00:00:00Z" }, "eabc"],
    [{ createdSince: "2026-01-03T00:00:00.001Z" }, "eab"],
    [{ linked: true, sort: "id" }, "ac"],
    [{ linked: false, sort: "id" }, "bde"],
    [{ linked: false, status: ["closed", "pending"] }, "ed"],
    [{ query: "c", status: ["new", "solved"] }, "c"],
  ])("%j", async (input, expected) => {
    expect(await titlesIn(input)).toBe(expected);
    expect(await titlesIn({ ...input, brandId: mine }, 1)).toBe(expected);
    const page = await reader.ticket.list({ ...input, itemStart: 1, itemLimit: 2 });
    expect(page).toMatchObject({ itemTotal: expected.length });
    expect(page.items.map(({ title }) => title).join("")).toBe(expected.slice(1, 3));
  });

  test.each<[ListInput, string]>([
    [{}, "ca"],
    [{ sort: "id" }, "ac"],
    [{ status: ["new"] }, "a"],
    [{ createdSince: new Date("2026-01-04T00:00:00Z") }, "a"],
    [{ createdSince: new Date("2026-01-01T00:00:00Z") }, "ac"],
    [{ linked: false, sort: "id" }, ""],
  ])("of a customer: %j", async (input, expected) => {
    expect(await titlesIn({ ...input, customerId }, 1)).toBe(expected);
    expect(await reader.ticket.list({ ...input, customerId })).toMatchObject({ itemTotal: expected.length });
  });

  test.each([
    ["status=new,open", "ba"],
    ["status=new&status=open", "ba"],
    ["status[]=new&status[]=open", "ba"],
    ["status=new, open,", "ba"],
    ["status=new,&status=", "a"],
  ])("%s", async (query, expected) => {
    const { body } = await world.raw("GET", `/ticket?${query}`, { key });
    expect((body as { items: { title: string }[] }).items.map(({ title }) => title).join("")).toBe(expected);
  });
});

describe("refusals", () => {
  test.each<[string, string]>([
    ["status=new,opened", "status: must be one of new, open, pending, solved, closed, or several"],
    ["sort=lastname", "sort: must be one of id, -id, updated"],
    ["channel_type=pigeon", "channel_type: must be one channel type, by number or name"],
    [
      "channel_type=email&linked=1",
      "channel_type: cannot be sent together with linked: it goes with status, sort=id, sort=-id",
    ],
    [
      "created_since=2026-01-01T00:00:00Z&status=new",
      "created_since: cannot be sent together with status: it goes with customer_id",
    ],
    [
      "updated_since=2026-01-01T00:00:00Z&status=new",
      "updated_since: cannot be sent together with status: it goes with sort=updated",
    ],
    [
      "query=parcel&sort=id",
      "query: cannot be sent together with sort=id: it goes with status, linked, customer_id",
    ],
  ])("%s", async (query, message) => {
    const { status, body } = await world.raw("GET", `/ticket?${query}`, { key });
    expect([status, (body as { message: string }).message]).toEqual([400, message]);
  });
});

test("the feed of tickets has every change once, and goes on from its end", async () => {
  const brandId = await world.newBrand();
  const updatedSince = new Date();
  const { id } = await admin.ticket.create({
    brandId,
    channel: "email",
    from: "f@feed.example",
    title: "one",
  });
  await waitForOlderTransactions(pool);
  const first = await admin.ticket.list({ brandId, updatedSince });
  expect(first).toMatchObject({ items: [{ id, customer_id: null }], itemTotal: 1 });
  const next = async (cursor: string | null) => {
    await waitForOlderTransactions(pool);
    return admin.ticket.list({ brandId, updatedSince, cursor: cursor as string });
  };
  const end = await next(first.nextCursor);
  expect(end).toMatchObject({ items: [], itemTotal: 0, nextCursor: expect.any(String) });
  const channels = [{ type: "email", address: "f@feed.example" }];
  const customer = await admin.customer.create({ brandId, channels });
  const linked = await next(end.nextCursor);
  expect(linked).toMatchObject({ items: [{ id, customer_id: customer.id }] });
  await admin.message.create({ ticketId: id, type: "1", message: "Hello" });
  const said = await next(linked.nextCursor);
  expect(said.items.map((one) => one.id)).toEqual([id]);
  await admin.ticket.update({ id, status: "solved" });
  const solved = await next(said.nextCursor);
  expect(solved.items).toMatchObject([{ id, status: "solved" }]);
});
