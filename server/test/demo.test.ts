// The demo data: complete, seeded once and atomically, and the same on every database.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { builtinTypes, customTypes } from "@dossier/api";
import { expect, test } from "vitest";
import { seedDemo } from "../src/demo.ts";
import { readChannelTypes } from "../src/domain/channel-type.ts";
import { world as seed } from "../seed/world.ts";
import { startTestServer } from "./support/test-server.ts";

const statuses = ["new", "open", "pending", "solved", "closed"] as const;
const scripts = [
  "Latin",
  "Cyrillic",
  "Greek",
  "Arabic",
  "Hebrew",
  "Han",
  "Hiragana",
  "Katakana",
  "Hangul",
  "Devanagari",
  "Thai",
  "Tamil",
  "Bengali",
  "Georgian",
  "Armenian",
  "Ethiopic",
];

const world = await startTestServer();
const { db } = world.service;
const demo = await seedDemo(db, await readChannelTypes(db));

/** Every item of a list, page by page. */
async function all<T>(read: (cursor?: string) => Promise<{ items: T[]; nextCursor: string | null }>) {
  const items: T[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await read(cursor);
    items.push(...page.items);
    if (page.nextCursor === null) return items;
    cursor = page.nextCursor;
  }
}

const customers = () =>
  all((cursor) => world.admin.customer.list({ itemLimit: 99, ...(cursor ? { cursor } : {}) }));
const tickets = () =>
  all((cursor) => world.admin.ticket.list({ itemLimit: 99, ...(cursor ? { cursor } : {}) }));

test("there are as many customers, tickets, messages and events as the start says", async () => {
  const people = await customers();
  const { rows: counts } = await db.pool.query<Record<string, number>>(
    `SELECT (SELECT count(*) FROM customer)::int AS customers, (SELECT count(*) FROM ticket)::int AS tickets,
       (SELECT count(*) FROM message)::int AS messages, (SELECT count(*) FROM event)::int AS events`,
  );
  expect(counts[0]).toEqual(demo.added);
  expect(counts[0]?.messages).toBeGreaterThan(200);
  expect(counts[0]?.events).toBeGreaterThan(150);
  expect(people.length).toBeGreaterThanOrEqual(60);
  expect(people.filter((one) => one.external_primary_id === "").length).toBe(2);
  expect(people.filter((one) => `${one.firstname}${one.lastname}` === "").length).toBe(1);
});

test("every built-in channel type is somebody's address and some ticket's channel", async () => {
  const names = builtinTypes.map((type) => type.name).sort();
  const addresses = (await customers()).flatMap((one) => one.channels.map((channel) => channel.channel_name));
  expect([...new Set(addresses)].sort()).toEqual(names);
  expect([...new Set((await tickets()).map((one) => one.channel_name))].sort()).toEqual(names);
});

test.each(scripts)("somebody's name is written in %s letters", async (script) => {
  const letters = new RegExp(`\\p{Script=${script}}`, "u");
  expect(seed.some((brand) => brand.customers.some((one) => letters.test(`${one.first}${one.last}`)))).toBe(
    true,
  );
});

test("both brands have custom fields of every type, and customers with values in each", async () => {
  const people = await customers();
  for (const brand of (await world.admin.brand.list({})).items.slice(1)) {
    const fields = (await world.admin.customfield.list({ brandId: brand.id })).items;
    expect([...new Set(fields.map((field) => field.type))].sort()).toEqual([...customTypes].sort());
    for (const { name } of fields)
      expect(people.some((one) => one.brand_id === brand.id && one[`custom_${name}`] !== undefined)).toBe(
        true,
      );
  }
});

test.each(statuses)("tickets are %s, in both brands", async (status) => {
  const { items } = await world.admin.ticket.list({ status, itemLimit: 99 });
  expect(new Set(items.map((one) => one.brand_id)).size).toBe(2);
  for (const { status, closed_at } of items) expect(closed_at === null).toBe(status !== "closed");
});

test("most tickets are somebody's, some wait, and one was given to a customer by hand", async () => {
  const waiting = (await world.admin.ticket.list({ linked: false, itemLimit: 99 })).items;
  const linked = (await world.admin.ticket.list({ linked: true, itemLimit: 99 })).items;
  expect(waiting.length).toBeGreaterThanOrEqual(8);
  expect(linked.length).toBeGreaterThan(5 * waiting.length);
  expect(linked.some((one) => one.from === "")).toBe(true);
  expect(waiting.some((one) => one.from === "")).toBe(true);
});

test("every contact that a seed customer has finds that customer; nobody's ticket goes to another brand", async () => {
  const people = new Map((await customers()).map((one) => [one.id, one]));
  for (const one of await tickets()) {
    if (one.customer_id === null) continue;
    const contact = one.direction === "inbound" ? one.from : one.to;
    const customer = people.get(one.customer_id);
    expect(customer?.brand_id).toBe(one.brand_id);
    if (contact !== "") expect(customer?.channels.map((channel) => channel.address)).toContain(contact);
  }
});

test("a timeline tells events, tickets, messages both ways and notes, all of 2026 and none from now", async () => {
  const [customer] = (await world.admin.customer.list({ query: "MK-20417" })).items;
  const { items } = await world.admin.customer.listTimeline({
    customerId: customer?.id ?? 0,
    getTicketHistory: true,
    itemLimit: 99,
  });
  expect([...new Set(items.map((one) => one.type))].sort()).toEqual(["event", "message", "note", "ticket"]);
  expect(new Set(items.map((one) => one.direction))).toEqual(new Set(["inbound", "outbound", undefined]));
  expect(items.every((one) => one.created_at.startsWith("2026-"))).toBe(true);
  expect(items.find((one) => one.event_id === "order-31044")).toMatchObject({
    event_type: "order",
    initiated_by: "Web shop",
    source_url: "https://shop.example.com/orders/31044",
  });
});

test("every link and address is one that is kept free for examples", () => {
  const text = JSON.stringify(seed);
  for (const [, host = ""] of text.matchAll(/(?:https?:\/\/|@)([a-z0-9-]+(?:\.[a-z0-9-]+)+)/g))
    expect(host).toMatch(/(^|\.)example\.(com|org|net)$/);
});

test("every telephone number is one that a country keeps free for stories, or cannot be anybody's", () => {
  const kept =
    /^\+(120255501|442079460|447700900|353209100|49(3023125|4066969|8999998|6990009|17139200)|33(19900|63998)|46701740[67])/;
  const numbers = JSON.stringify(seed).matchAll(/"(\+\d+)"/g);
  for (const [, number = ""] of numbers) expect(kept.test(number) || /0{4}/.test(number), number).toBe(true);
});

test("the misspelt name of the banner finds its customer", async () => {
  const { misspelt, added } = await seedDemo(db, builtinTypes);
  expect(added).toBeUndefined();
  const { items } = await world.admin.customer.list({ query: misspelt.query });
  expect(items.map((one) => `${one.firstname} ${one.lastname}`)).toContain(misspelt.finds);
});

test("the command line takes --demo and says what it is", () => {
  const run = fileURLToPath(new URL("../../scripts/run.mjs", import.meta.url));
  const help = (...args: string[]) =>
    execFileSync(process.execPath, [run, ...args, "--help"], { encoding: "utf8" });
  expect(help()).toContain("--demo");
  expect(help("serve")).toMatch(/--demo +add two brands/);
});
