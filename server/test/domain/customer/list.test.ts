// Lists of customers by a filter, and in another order than the newest first: each holds exactly the customers it should,
// each once over all pages, and none of another brand; filters that no index bounds together are refused.
import type { RawClient as Client, RawCustomer as Customer } from "@dossier/api";
import { beforeAll, describe, expect, test } from "vitest";
import { waitForOlderTransactions } from "../../support/older-transactions.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const { admin } = world;
const [mine, other] = [await world.newBrand(), await world.newBrand()];
const reader = await world.clientFor(["CUSTOMER_READ"], [mine]);
const key = await world.keyFor(["CUSTOMER_READ"], [mine]);
const ids: Record<string, number> = {};

type ListInput = NonNullable<Parameters<Client["customer"]["list"]>[0]>;

const people: [string, string, [string, string][], Record<string, string | number | boolean>][] = [
  [
    "zoe",
    "Zöllner",
    [
      ["email", "zoe@list.example"],
      ["email", "zoe2@list.example"],
    ],
    { tier: "gold" },
  ],
  ["anna", "anders", [["telephone", "+49301111"]], { tier: "gold", orders: 7 }],
  [
    "oe",
    "Österreich",
    [
      ["email", "oe@list.example"],
      ["telephone", "+49302222"],
    ],
    { tier: "Gold" },
  ],
  ["oz", "Ozeanow", [["twitter", "oz_list"]], { orders: 7.5 }],
  ["none", "", [["livechat", "visitor-1"]], { newsletter: true }],
  ["cy", "Иванов", [["sms", "+49303333"]], { newsletter: false }],
  ["long", "Lang", [["whatsapp", "+49304444"]], { essay: `${"x".repeat(9000)}a` }],
  ["long2", "Lang", [["instagram", "lang.2"]], { essay: `${"x".repeat(9000)}b` }],
];

beforeAll(async () => {
  await admin.customfield.create({ brandId: mine, name: "orders", type: "number" });
  await admin.customfield.create({ brandId: mine, name: "newsletter", type: "boolean" });
  for (const brandId of [mine, other])
    for (const [name, lastname, channels, custom] of people) {
      const made = await admin.customer.create({
        brandId,
        primaryId: `list-${name}`,
        firstname: "List",
        lastname,
        channels: channels.map(([type, address]) => ({ type, address })),
        custom,
      });
      if (brandId === mine) ids[name] = made.id;
    }
});

const nameOf = (id: number) => Object.entries(ids).find(([, one]) => one === id)?.[0] ?? `stranger ${id}`;

/** The names of all customers of a list, read in pages of this size. */
async function namesIn(input: ListInput, itemLimit = 2): Promise<string[]> {
  const names: string[] = [];
  for await (const { id } of reader.customer.each({ ...input, itemLimit })) names.push(nameOf(id));
  return names;
}

const newest = people.map(([name]) => name).toReversed();

describe("filters", () => {
  test.each<[ListInput, string[]]>([
    [{ channelType: "email" }, ["oe", "zoe"]],
    [{ channelType: "1" }, ["oe", "zoe"]],
    [{ has: "email" }, ["oe", "zoe"]],
    [{ has: "E-Mail" }, ["oe", "zoe"]],
    [{ has: "email", sort: "id" }, ["zoe", "oe"]],
    [{ has: "email", sort: "-id" }, ["oe", "zoe"]],
    [{ has: "telephone" }, ["oe", "anna"]],
    [{ has: "facebook" }, []],
    [{ channelType: "twitter" }, ["oz"]],
    [{ channelType: "livechat" }, ["none"]],
    [{ channelType: "sms" }, ["cy"]],
    [{ custom: { tier: "gold" } }, ["anna", "zoe"]],
    [{ custom: { tier: "gold" }, sort: "id" }, ["zoe", "anna"]],
    [{ custom: { tier: "Gold" } }, ["oe"]],
    [{ custom: { Tier: "gold" } }, ["anna", "zoe"]],
    [{ custom: { tier: "golden" } }, []],
    [{ custom: { tier: "gol" } }, []],
    [{ custom: { orders: 7 } }, ["anna"]],
    [{ custom: { orders: "7.0" } }, ["anna"]],
    [{ custom: { orders: "+7" } }, ["anna"]],
    [{ custom: { orders: 7.5 } }, ["oz"]],
    [{ custom: { newsletter: "yes" } }, ["none"]],
    [{ custom: { newsletter: false } }, ["cy"]],
    [{ custom: { newsletter: "off" } }, ["cy"]],
    [{ sort: "id" }, newest.toReversed()],
    [{ sort: "-id" }, newest],
    [{ sort: "updated" }, newest.toReversed()],
    [{ sort: "lastname" }, ["none", "anna", "long", "long2", "oe", "oz", "zoe", "cy"]],
    [{ createdSince: new Date(0) }, newest],
    [{ createdSince: new Date(Date.now() + 86_400_000) }, []],
  ])("%j", async (input, names) => {
    expect(await namesIn(input)).toEqual(names);
    expect(await namesIn({ ...input, brandId: mine }, 1)).toEqual(names);
    const page = await reader.customer.list({ ...input, itemStart: 1, itemLimit: 2 });
    expect(page).toMatchObject({ itemTotal: names.length, itemStart: 1 });
    expect(page.items.map(({ id }) => nameOf(id))).toEqual(names.slice(1, 3));
  });

  test("a custom field filters by its name in every spelling of a query", async () => {
    for (const name of [
      "CUSTOM_TIER",
      "custom[tier]",
      "custom[Tier]",
      "custom-tier",
      "customTier",
      "Custom_Tier",
    ]) {
      const { body } = await world.raw("GET", "/customer", { key, query: { [name]: "gold" } });
      const found = (body as { items?: { id: number }[] }).items?.map(({ id }) => nameOf(id));
      expect([name, found]).toEqual([name, ["anna", "zoe"]]);
    }
    for (const [query, code] of [
      ["custom[tier]=gold&custom_tier=Gold", "invalid_field"],
      ["custom[no_such]=gold", "unknown_custom_field"],
      ["custom[]=gold", "unknown_field"],
      ["custom[tier][0]=gold", "unknown_field"],
      ["customer=gold", "unknown_field"],
    ] as const) {
      const { body } = await world.raw("GET", "/customer", { key, query });
      expect([query, (body as { code?: string }).code]).toEqual([query, code]);
    }
  });

  test("a time whose plus is a blank, because it was not percent-encoded, is the time", async () => {
    await waitForOlderTransactions(world.service.db.pool);
    for (const name of ["created_since", "updated_since"]) {
      const { status, body } = await world.raw("GET", "/customer", {
        key,
        query: `${name}=2000-01-01T00:00:00+01:00`,
      });
      expect([name, status, (body as { itemTotal?: number }).itemTotal]).toEqual([name, 200, newest.length]);
    }
  });

  test("a long value is found by all of it", async () => {
    const found = async (query: Record<string, string>) => {
      const { body } = await world.raw("GET", "/customer", { key, query });
      return (body as { items: { id: number }[] }).items.map(({ id }) => nameOf(id));
    };
    const value = (end: string) => ({ custom_essay: `${"x".repeat(9000)}${end}` });
    for (const [end, name] of [
      ["a", "long"],
      ["b", "long2"],
    ] as const) {
      expect(await found(value(end))).toEqual([name]);
    }
    expect(await found(value("c"))).toEqual([]);
  });

  test("a customer created at the time is in the list since it, one before is not", async () => {
    const { item } = await admin.customer.find({ id: ids.oz as number });
    const since = await namesIn({ createdSince: item.created_at });
    expect(since).toEqual(newest.slice(0, newest.indexOf("oz") + 1));
  });

  test("a change moves a customer to the end of those by change, and nothing else does", async () => {
    const brandId = await world.newBrand();
    const made = [];
    for (const name of ["a", "b", "c"])
      made.push(
        (await admin.customer.create({ brandId, primaryId: `by-change-${name}`, firstname: name })).id,
      );
    const [a, b, c] = made as [number, number, number];
    await admin.customer.update({ id: a, firstname: "changed" });
    await admin.customer.update({ id: b, firstname: "b" });
    const page = await admin.customer.list({ brandId, sort: "updated" });
    expect(page.items.map(({ id }) => id)).toEqual([b, c, a]);
    await admin.customer.delete({ id: c });
    expect(await admin.customer.list({ brandId, sort: "updated" })).toMatchObject({
      itemTotal: 2,
      items: [{ id: b }, { id: a }],
      nextCursor: null,
    });
  });

  test("a change of the name between two pages leaves the others of the order as they are", async () => {
    const brandId = await world.newBrand();
    for (const lastname of ["A", "B", "C", "D"]) await admin.customer.create({ brandId, lastname });
    const first = await admin.customer.list({ brandId, sort: "lastname", itemLimit: 2 });
    const last = first.items[1] as Customer;
    await admin.customer.update({ id: last.id, lastname: "Z" });
    await admin.customer.delete({ id: (first.items[0] as Customer).id });
    const next = { brandId, sort: "lastname" as const, cursor: first.nextCursor as string };
    expect((await admin.customer.list(next)).items.map((one) => one.lastname)).toEqual(["C", "D", "Z"]);
  });

  test("a cursor holds no name", async () => {
    const { nextCursor } = await reader.customer.list({ sort: "lastname", itemLimit: 2 });
    const text = Buffer.from(nextCursor as string, "base64url").toString("latin1");
    expect(text).not.toMatch(/anders/i);
    const inner = /"([\w-]+)"/.exec(text)?.[1] ?? "";
    expect(Buffer.from(inner, "base64url").toString("latin1")).not.toMatch(/anders/i);
  });
});

describe("refusals", () => {
  const fault = async (query: Record<string, string>) => {
    const { status, body } = await world.raw("GET", "/customer", { key, query });
    expect(status).toBe(400);
    const { code, message } = body as { code: string; message: string };
    return `${code} ${message}`;
  };

  test.each<[Record<string, string>, string]>([
    [{ query: "ada", sort: "id" }, "query: cannot be sent together with sort=id: it goes alone"],
    [{ query: "ada", has: "email" }, "query: cannot be sent together with has: it goes alone"],
    [{ query: "ada", sort: "-id" }, "query: cannot be sent together with sort=-id: it goes alone"],
    [
      { channel_type: "email", custom_tier: "gold" },
      "channel_type: cannot be sent together with custom_<name>: it goes with sort=id, sort=-id",
    ],
    [
      { has: "email", channel_type: "telephone" },
      "channel_type: cannot be sent together with has: it goes with sort=id, sort=-id",
    ],
    [
      { has: "email", sort: "lastname" },
      "has: cannot be sent together with sort=lastname: it goes with sort=id, sort=-id",
    ],
    [
      { updated_since: "2026-01-01T00:00:00Z", sort: "id" },
      "updated_since: cannot be sent together with sort=id: it goes with sort=updated",
    ],
    [
      { updated_since: "2026-01-01T00:00:00Z", created_since: "2026-01-01T00:00:00Z", has: "email" },
      "updated_since: cannot be sent together with created_since and has: it goes with sort=updated",
    ],
    [
      { created_since: "2026-01-01T00:00:00Z", sort: "-id" },
      "created_since: cannot be sent together with sort=-id: it goes alone",
    ],
    [
      { custom_tier: "gold", custom_orders: "7" },
      "custom_orders: is one custom field too many: one is taken",
    ],
    [{ custom_tier: " " }, "custom_tier: must not be empty: a value is looked for"],
    [{ custom_orders: "many" }, "custom_orders: must be a number such as 7 or -7.5"],
    [{ has: "pigeon" }, "has: must be one channel type, by number or name"],
    [{ has: "email,telephone" }, "has: must be one channel type, by number or name"],
    [{ sort: "firstname" }, "sort: must be one of id, -id, updated, lastname"],
    [
      { updated_since: "yesterday" },
      "updated_since: must be a time with its distance from UTC, such as 2026-11-23T18:00:00Z or 2026-11-23T19:00:00+01:00",
    ],
    [
      { created_since: "2026-02-30T00:00:00Z" },
      "created_since: must be a time with its distance from UTC, such as 2026-11-23T18:00:00Z or 2026-11-23T19:00:00+01:00",
    ],
    [
      { updated_since: "2026-01-01T00:00:00Z", itemStart: "15" },
      "itemStart: cannot be sent together with updated_since: use cursor",
    ],
  ])("%j", async (query, message) => {
    expect(await fault(query)).toBe(`invalid_field ${message}`);
  });

  test("a field that no brand of the key has", async () => {
    expect(await fault({ custom_nothing: "gold" })).toBe(
      "unknown_custom_field custom_nothing: is no custom field of the brand",
    );
  });

  test("a cursor of another filter or order", async () => {
    const { nextCursor } = await reader.customer.list({ sort: "lastname", itemLimit: 1 });
    for (const query of [{ sort: "updated" }, { sort: "id" }, { has: "email" }, {}])
      expect(await fault({ ...query, cursor: nextCursor as string })).toContain("invalid_field cursor");
  });
});
