// The search whose words are in the body: the same list as with the words in the address, for every kind of caller and
// in every encoding, and nothing of it in the log or in the audit trail.
import { createClient } from "@dossier/api";
import { beforeAll, describe, expect, test } from "vitest";
import { openLog } from "../../../src/log.ts";
import { type Answer, startFixtureServer } from "../../support/fixtures.ts";

const lines: string[] = [];
const log = openLog("trace", false, { write: (line: string) => void lines.push(line) });
const world = await startFixtureServer({}, log);
const [brandId, other] = [await world.newBrand(), await world.newBrand()];
const key = await world.keyFor(["CUSTOMER_READ"], [brandId]);
const dossier = createClient({ url: world.url, key, retry: false });

const people: [string, string, string, [string, string][]][] = [
  ["se-1", "Anna", "Quastenberg", [["email", "anna@quastenberg.example"]]],
  ["se-2", "Anton", "Quast", [["telephone", "+4930776611"]]],
  ["se-3", "Aenne", "Quaste", [["twitter", "aenne_q"]]],
  ["se-4", "Bert", "Ziegel", []],
];

beforeAll(async () => {
  for (const brand of [brandId, other])
    for (const [primaryId, firstname, lastname, channels] of people)
      await world.admin.customer.create({
        brandId: brand,
        primaryId,
        firstname,
        lastname,
        channels: channels.map(([type, address]) => ({ type, address })),
        custom: { tier: primaryId === "se-4" ? "gold" : "none" },
      });
});

const search = (fields: Record<string, string>) =>
  world.raw("POST", "/customer/search", { key, form: fields });

describe("finds what the list finds", () => {
  test.each<Record<string, string>>([
    { query: "quast" },
    { query: "quast", brand_id: String(brandId) },
    { query: "qaust" },
    { query: "776611" },
    { query: "nobody is called so" },
    {},
    { sort: "lastname" },
    { has: "email" },
    { custom_tier: "gold" },
    { created_since: "2020-01-01T00:00:00Z" },
    { query: "quast", itemStart: "1", itemLimit: "1" },
  ])("for %o", async (fields) => {
    const [listed, found] = [
      await world.raw("GET", "/customer", { key, query: fields }),
      await search(fields),
    ];
    expect([listed.status, found.status]).toEqual([200, 200]);
    const idsOf = ({ items = [], ...page }: Answer["body"]) => [items.map(({ id }) => id), page];
    expect(idsOf(found.body)).toEqual(idsOf(listed.body));
  });

  test("in every encoding", async () => {
    const fields = { query: "Quast", itemLimit: "2" };
    for (const more of [{ json: fields }, { form: fields }, { multipart: fields }]) {
      const { status, body } = await world.raw("POST", "/customer/search", { key, ...more });
      expect([status, body.itemTotal, body.items?.length]).toEqual([200, 3, 2]);
    }
  });

  test("page by page, through the client", async () => {
    const seen: string[] = [];
    for await (const { primaryId, custom } of dossier.customer.eachSearch({ query: "quast", itemLimit: 1 }))
      seen.push(`${primaryId} ${String(custom.tier)}`);
    expect(seen).toEqual(["se-2 none", "se-1 none", "se-3 none"]);
  });

  test("with a cursor that the other one gave", async () => {
    const first = await search({ query: "quast", itemLimit: "1" });
    const cursor = String(first.body.nextCursor);
    const next = await world.raw("GET", "/customer", {
      key,
      query: { query: "quast", itemLimit: "1", cursor },
    });
    expect(next.body.items?.map((one) => one.external_primary_id)).toEqual(["se-1"]);
  });
});

describe("refuses", () => {
  test("words in the address, with the advice where to send them", async () => {
    const { status, body } = await world.raw("POST", "/customer/search", { key, query: { query: "quast" } });
    expect([status, body.code, body.errors]).toEqual([
      400,
      "unknown_field",
      [{ field: "query", message: "is not read from the query: send it in the body" }],
    ]);
  });

  test("a key that may not read customers, and a brand that the key does not see", async () => {
    const blind = await world.keyFor(["TICKET_READ"], [brandId]);
    const denied = await world.raw("POST", "/customer/search", { key: blind, form: { query: "quast" } });
    expect([denied.status, denied.body.code]).toEqual([403, "permission_missing"]);
    expect((await search({ query: "quast", brand_id: String(other) })).status).toBe(404);
  });

  test("filters that no index bounds together, as the list does", async () => {
    const { status, body } = await search({ query: "quast", has: "email" });
    expect([status, body.errors?.[0]?.field]).toEqual([400, "query"]);
  });
});

test("a session may search from a page of this server", async () => {
  const opened = await world.raw("POST", "/session", { key });
  const cookie = (opened.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const from = (origin: string) =>
    world.raw("POST", "/customer/search", {
      key: null,
      headers: { cookie, origin },
      json: { query: "quast" },
    });
  expect((await from(world.url)).body.itemTotal).toBe(3);
  expect((await from("https://evil.example")).status).toBe(401);
});

test("leaves no trace: no audit entry, no stored response, no word in the log", async () => {
  const before = (await world.admin.audit.list()).itemTotal;
  const again = { "idempotency-key": "search-twice" };
  for (const query of ["quast", "ziegel"])
    expect(
      (await world.raw("POST", "/customer/search", { key, form: { query }, headers: again })).body.itemTotal,
    ).toBe(query === "quast" ? 3 : 1);
  expect((await world.admin.audit.list()).itemTotal).toBe(before);
  expect(lines.filter((line) => line.includes("customer.search")).length).toBeGreaterThan(0);
  expect(lines.filter((line) => /quast|ziegel/i.test(line))).toEqual([]);
});

describe("says how the query is like each customer", () => {
  const mine = { url: world.url, key: world.adminKey, retry: false } as const;
  const admin = createClient(mine);
  const made: Record<string, number> = {};

  beforeAll(async () => {
    const matched = await world.newBrand();
    const all: [string, string, string, string, [string, string][]][] = [
      ["whole", "M-1", "Ada", "Lovelace", []],
      ["begins", "M-2", "Adalbert", "Lovelacer", []],
      ["typo", "M-3", "Ada", "Lovelcae", []],
      ["umlaut", "M-4", "Jürgen", "Müller", []],
      ["address", "LOV-77", "", "", [["email", "lovelace@match.example"]]],
      ["number", "M-6", "Gottfried", "Leibniz", [["telephone", "+493077551"]]],
      ["account", "M-7", "", "", [["twitter", "gauss_k"]]],
      ["kyrillic", "M-8", "Иван", "Петров", []],
    ];
    for (const [name, primaryId, firstname, lastname, channels] of all)
      made[name] = (
        await admin.customer.create({
          brandId: matched,
          primaryId,
          firstname,
          lastname,
          channels: channels.map(([type, address]) => ({ type, address })),
        })
      ).id;
    made.brand = matched;
  });

  test.each<[string, string[]]>([
    ["lovelace", ["whole same name", "begins prefix name", "address prefix channel", "typo similar name"]],
    ["LOVELACE ada", ["whole same name", "begins prefix name", "typo similar name"]],
    ["lovelace@match.example", ["address same channel"]],
    ["match.example", ["address prefix channel"]],
    ["lov 77", ["address same primary_id"]],
    ["lov-7", ["address prefix primary_id"]],
    ["+49 30 77551", ["number same channel"]],
    ["7755", ["number prefix channel"]],
    ["jurgen muller", ["umlaut same name"]],
    ["mueller", ["umlaut similar name"]],
    ["petrow", ["kyrillic similar name"]],
    ["gauss_k", ["account same channel"]],
    ["gauss", ["account prefix channel"]],
  ])("%s", async (query, expected) => {
    const { items } = await admin.customer.search({ query, brandId: made.brand });
    const nameOf = (id: number) => Object.keys(made).find((name) => made[name] === id);
    const found = items.map(({ id, match }) => `${nameOf(id)} ${match?.class} ${match?.field}`);
    expect(found.toSorted()).toEqual(expected.toSorted());
  });

  test("and not of a list, nor in the documented operation", async () => {
    const { items } = await admin.customer.search({ brandId: made.brand });
    const listed = await admin.customer.list({ query: "lovelace", brandId: made.brand });
    expect(items).toHaveLength(8);
    expect([...items, ...listed.items].filter((one) => "match" in one)).toEqual([]);
  });

  test("also of customers so large that they are read while others are sent", async () => {
    const ids: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      const custom = { essay: "x".repeat(60_000) };
      ids.push(
        (await admin.customer.create({ brandId: made.brand as number, lastname: "Riesenhuber", custom })).id,
      );
    }
    const { items } = await admin.customer.search({ query: "riesen", brandId: made.brand });
    const match = { class: "prefix", field: "name" };
    expect(items.map((one) => [one.id, one.match])).toEqual(ids.map((id) => [id, match]));
  });
});
