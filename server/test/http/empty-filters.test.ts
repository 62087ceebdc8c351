// A filter of a list that is sent empty is refused: without it the list would have more than was meant.
import { expect, test } from "vitest";
import { startFixtureServer, table } from "../support/requests.ts";

const world = await startFixtureServer();
const { id: customerId } = await world.admin.customer.create({
  brandId: await world.newBrand(),
  firstname: "Ada",
});

/** Fields of a list that are no filter, or may be empty: a page, an order, what is typed, and the documented ones. */
const others = new Set([
  "itemStart",
  "itemLimit",
  "cursor",
  "sort",
  "query",
  "id",
  "custom",
  "getTicketHistory",
]);

const filters = table
  .filter(({ row }) => row.method === "GET" && "cursor" in row.input.shape)
  .flatMap(({ name, row }) =>
    Object.keys(row.input.shape)
      .filter((field) => !others.has(field))
      .filter((field) => !(row.legacyWire && /^(brandId|primaryId|customerId)$/.test(field)))
      .map((field) => [name, field, row.paths[0]] as const),
  );

test("every list with filters is there", () => {
  const lists = new Set(filters.map(([name]) => name));
  expect([...lists].sort()).toEqual([
    "audit.list",
    "customer.list",
    "customer.listDeleted",
    "customer.listTimeline",
    "customfield.list",
    "job.list",
    "key.list",
    "ticket.list",
    "webhook.listDeliveries",
  ]);
});

test.each(filters)("%s refuses an empty %s", async (_, field, path) => {
  const name = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  for (const sent of ["", " ", "\u200b"]) {
    const answer = await world.raw("GET", path.replace("{id}", String(customerId)), {
      query: { [name]: sent },
    });
    expect([name, sent, answer.status, answer.body.errors?.[0]]).toEqual([
      name,
      sent,
      400,
      { field: name, message: "must not be empty; leave it out instead" },
    ]);
  }
});

test("a list of states without a state is refused too", async () => {
  for (const status of [",", " , ", "open,,"]) {
    const answer = await world.raw("GET", "/ticket", { query: { status } });
    expect([status, answer.status]).toEqual([status, status === "open,," ? 200 : 400]);
  }
});
