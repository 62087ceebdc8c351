// The stream of changes, as its readers see it: ids of what their key may read, soon after each change, and nothing else;
// from one id on nothing is missed; a stream ends with its key, its session or its server.
import { afterAll, expect, test } from "vitest";
import type { Permission } from "@dossier/api";
import { poll } from "../../support/embedded/harness.ts";
import { openStream, type StreamReader } from "../../support/event-stream.ts";
import { scrape } from "../../support/scrape.ts";
import { startInstance, startTestServer, testConfig } from "../../support/test-server.ts";

const world = await startTestServer();
const { admin, url, adminKey } = world;
const other = await startInstance(testConfig(world.databaseUrl));
const brandId = await world.newBrand();
const readers: StreamReader[] = [];
afterAll(() => readers.forEach((one) => one.close()));

async function watch(key: string, { at = url, after = "", query = "" } = {}): Promise<StreamReader> {
  const reader = await openStream(at, { apiKey: key, ...(after && { "last-event-id": after }) }, query);
  readers.push(reader);
  if (reader.status === 200) await poll(() => reader.lastId() !== undefined);
  return reader;
}

const makeCustomer = async (brand = brandId) =>
  (await admin.customer.create({ brandId: brand, firstname: "Ada" })).id;
const makeTicket = async (brand = brandId) =>
  (await admin.ticket.create({ brandId: brand, channel: "email", direction: "inbound" })).id;

test("a change is told in ids, by this server and by another one on the same database", async () => {
  const both = [await watch(adminKey), await watch(adminKey, { at: other.url })];
  expect(both.map(({ told }) => told)).toEqual([["reset"], ["reset"]]);
  expect(both[0]?.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
  const id = await makeCustomer();
  const ticketId = await makeTicket();
  for (const reader of both) {
    await reader.waitFor(`customer ${id}`);
    await reader.waitFor(`ticket ${ticketId}`);
    expect(reader.text()).toContain(`data: {"id":${id},"brand_id":${brandId}}\n`);
    expect(reader.text()).toContain(`data: {"id":${ticketId},"brand_id":${brandId},"customer_id":null}\n`);
  }
  await admin.customer.delete({ id });
  await poll(() => both.every(({ told }) => told.filter((one) => one === `customer ${id}`).length === 2));
  expect(both[0]?.text()).toMatch(/^retry: \d+\n/);
});

test("a key is told of the kinds and brands that it may read, and of no other", async () => {
  const elsewhere = await world.newBrand();
  const keyOf = (permissions: Permission[]) => world.keyFor(permissions, [brandId]);
  const [all, customers, tickets, none] = await Promise.all(
    [["CUSTOMER_READ", "TICKET_READ"], ["CUSTOMER_READ"], ["TICKET_READ"], ["CHANNEL_READ"]].map(
      async (permissions) => watch(await keyOf(permissions as Permission[])),
    ),
  );
  const administrator = await watch(adminKey); // for whom the other brand is read too
  const hidden = [await makeCustomer(elsewhere), await makeTicket(elsewhere)];
  await administrator.waitFor(`customer ${hidden[0]}`);
  await administrator.waitFor(`ticket ${hidden[1]}`);
  const [id, ticketId] = [await makeCustomer(), await makeTicket()];
  await all?.waitFor(`customer ${id}`);
  await all?.waitFor(`ticket ${ticketId}`);
  expect([all, customers, tickets, none].map((one) => one?.told)).toEqual([
    ["reset", `customer ${id}`, `ticket ${ticketId}`],
    ["reset", `customer ${id}`],
    ["reset", `ticket ${ticketId}`],
    ["reset"],
  ]);
  expect(hidden.every((one) => !all?.text().includes(`"id":${one},`))).toBe(true);
});

test("a stream ends when its key is revoked or its session closed, here at once and elsewhere soon", async () => {
  const made = await admin.key.create({ name: "desk", permissions: ["CUSTOMER_READ"] });
  const opened = await world.raw("POST", "/session", { key: made.key });
  const cookie = (opened.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const bySession = await openStream(url, { cookie });
  const [here, there] = [await watch(made.key), await watch(made.key, { at: other.url })];
  const headers = { cookie, origin: url };
  await world.raw("DELETE", "/session", { key: null, headers });
  await poll(() => bySession.isEnded());
  expect(here.isEnded()).toBe(false);
  await admin.key.revoke({ id: made.id });
  await poll(() => here.isEnded());
  await poll(() => there.isEnded());
  expect((await openStream(url, { apiKey: made.key })).status).toBe(401);
}, 20_000);

test("a reader that comes back with an id is told what it missed; with another one, or after too much, to read again", async () => {
  const first = await watch(adminKey);
  const seen = await makeCustomer();
  await first.waitFor(`customer ${seen}`);
  const after = first.lastId() ?? "";
  first.close();
  const missed = [await makeCustomer(), await makeCustomer()];
  for (const at of [url, other.url]) {
    const again = await watch(adminKey, { at, after });
    for (const id of missed) await again.waitFor(`customer ${id}`);
    expect(again.told).not.toContain("reset");
  }
  for (const unknown of ["x", `x${after}`, "0".repeat(2000)])
    expect((await watch(adminKey, { after: unknown })).told).toEqual(["reset"]);
  const brand = await world.newBrand();
  const insert = "INSERT INTO customer (brand_id) SELECT $1 FROM generate_series(1, 1001)";
  await world.service.db.pool.query(insert, [brand]);
  await poll(async () => (await watch(adminKey, { after, query: "?seconds=0" })).told.join() === "reset");
}, 30_000);

test("a stream ends after the seconds that were asked for; HEAD opens none", async () => {
  const reader = await watch(adminKey, { query: "?seconds=0" });
  await poll(() => reader.isEnded());
  expect(reader.told).toEqual(["reset"]);
  const head = await world.raw("HEAD", "/changes");
  expect([head.status, head.text]).toEqual([200, ""]);
  readers.forEach((one) => one.close());
  await poll(async () => (await scrape(url, adminKey)).value("dossier_change_streams") === 0);
});
