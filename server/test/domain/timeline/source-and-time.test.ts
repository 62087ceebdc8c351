// Where an event comes from and when it was: references that are no link, offsets without a colon, and fast events in
// the order of their microseconds.
import { expect, test } from "vitest";
import { startFixtureServer, uniqueName } from "../../support/requests.ts";

const world = await startFixtureServer();
const brandId = await world.newBrand();

async function newCustomer() {
  const { id } = await world.admin.customer.create({ brandId, primaryId: uniqueName() });
  const add = (more: Record<string, string>) =>
    world.raw("POST", "/customer/externalEvent", {
      form: { customer_id: String(id), message: "m", ...more },
    });
  const items = async () =>
    (await world.admin.customer.listTimeline({ customerId: id, itemLimit: 99 })).items;
  return { id, add, items };
}

test.each([
  ["", "", undefined],
  ["/orders/7", "", "/orders/7"],
  ["orders/7", "", "orders/7"],
  ["../7?x=1#y", "", "../7?x=1#y"],
  ["//shop.example.org/7", "", "//shop.example.org/7"],
  ["www.shop.example.org/7", "", "www.shop.example.org/7"],
  ["shop.example.org:8080/7", "", "shop.example.org:8080/7"],
  ["order 7", "", "order 7"],
  ["?id=7", "", "?id=7"],
  ["n/a", "", "n/a"],
  ["  /7  ", "", "/7"],
  ["urn:order:7", "", "urn:order:7"],
  ["HTTPS://shop.example.org/7", "HTTPS://shop.example.org/7", undefined],
  ["https://shop.example.org/order 7?q=a b", "", "https://shop.example.org/order 7?q=a b"],
])("an event from %j is kept", async (sent, url, ref) => {
  const { add, items } = await newCustomer();
  expect((await add({ source_url: sent })).status).toBe(200);
  const [item] = await items();
  expect([item?.source_url, item?.source_ref]).toEqual([url, ref]);
});

test.each([
  "https://ada:secret@shop.example.org/a b",
  "https://ada@shop.example.org/a b",
  "https://",
  "https:// /7",
])("an event from %j is refused", async (sent) => {
  const { add } = await newCustomer();
  const { status, body } = await add({ source_url: sent });
  expect([status, body.errors?.[0]?.field]).toEqual([400, "source_url"]);
});

test.each([
  ["2026-11-23T18:00:00+0100", "2026-11-23T17:00:00.000Z"],
  ["2026-11-23T18:00:00-0330", "2026-11-23T21:30:00.000Z"],
  ["2026-11-23T18:00:00.5+0100", "2026-11-23T17:00:00.500Z"],
  ["2026-11-23 18:00:00+0000", "2026-11-23T18:00:00.000Z"],
  ["2026-11-23T18:00:00+01", "2026-11-23T17:00:00.000Z"],
  ["2026-11-23t18:00:00z", "2026-11-23T18:00:00.000Z"],
  ["2026-11-23T18:00:00,25Z", "2026-11-23T18:00:00.250Z"],
  ["2026-11-23T18:00:00.123456789+01:00", "2026-11-23T17:00:00.123Z"],
  ["2026-11-23T18:00Z", "2026-11-23T18:00:00.000Z"],
  ["2026-11-23T18:00+01:00", "2026-11-23T17:00:00.000Z"],
  ["2026-11-23T18:00+01:00[Europe/Berlin]", "2026-11-23T17:00:00.000Z"],
  ["2026-11-23T18:00:00.5+01:00[America/Port-au-Prince]", "2026-11-23T17:00:00.500Z"],
  ["2026-11-23 18:00:00 +0100", "2026-11-23T17:00:00.000Z"],
  ["2026-11-23 18:00:00 UTC", "2026-11-23T18:00:00.000Z"],
  ["2026-11-23T18:00:00 01:00", "2026-11-23T17:00:00.000Z"],
])("the time %s is %s", async (sent, shown) => {
  const { add, items } = await newCustomer();
  expect((await add({ occurred_at: sent })).status).toBe(200);
  expect((await items())[0]?.created_at).toBe(shown);
});

test.each([
  "2026-11-23T18:00:00",
  "2026-11-23T18:00:00+1",
  "2026-11-23T18:00:00+010",
  "2026-11-23T18:00:00+99:00",
  "2026-11-23 18:00",
  "2026-11-23T18:00",
  "2026-11-23T18:00:00 01",
  "2026-11-23T18:00:00[Europe/Berlin]",
  "2026-11-23T18+01:00",
  "2026-11-23T18:00:00 CET",
])("the time %s says too little", async (sent) => {
  const { add } = await newCustomer();
  const { status, body } = await add({ occurred_at: sent });
  expect([status, body.errors?.[0]?.field]).toEqual([400, "occurred_at"]);
  expect(body.message).toContain("+01:00");
});

test("fast events are ordered by their microseconds, and pages by cursor lose and repeat none", async () => {
  const { id, add, items } = await newCustomer();
  const fractions = ["123900", "123100", "123500", "123999", "123001", "124", "1230005", "122999"];
  for (const fraction of fractions)
    await add({ message: fraction, occurred_at: `2026-11-23T18:00:00.${fraction}Z` });
  await add({ message: "early", occurred_at: "0001-01-01T00:00:00.000007Z" });
  const expected = [...fractions.toSorted((a, b) => Number(`0.${b}`) - Number(`0.${a}`)), "early"];
  expect((await items()).map((one) => one.description)).toEqual(expected);
  const paged: string[] = [];
  for await (const item of world.admin.customer.eachTimeline({ customerId: id, itemLimit: 1 }))
    paged.push(item.description);
  expect(paged).toEqual(expected);
});
