// `dossier compare` against a stand-in for the original server: its requests, its reading of undocumented forms, the
// differences that a migration explains, and its behaviour when the old server answers unexpectedly.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { spreadPages } from "../../../src/cli/compare/sample.ts";
import { alignDifference } from "../../../src/cli/compare/show.ts";
import { widthOf } from "../../../src/cli/output/text-width.ts";
import { type CommandResult, run } from "../../support/run-cli.ts";
import { type LegacyCustomer, legacyKey, startLegacyServer } from "../../support/servers/original-server.ts";
import { seed } from "../../support/random-seed.ts";
import { startTestServer } from "../../support/test-server.ts";

interface Told {
  customer: string;
  field: string;
  old: string;
  new: string;
}

const [original, now] = await Promise.all([startLegacyServer(), startTestServer()]);
const env = { DOSSIER_URL: now.url, DOSSIER_KEY: now.adminKey, DOSSIER_FROM_KEY: legacyKey };
let brandId = 0;

function compare(words: string[] = [], from = original.url): Promise<CommandResult> {
  return run(["compare", "--from", from, "--brand", `4=${brandId}`, ...words], { env });
}

async function read(
  words: string[] = [],
): Promise<CommandResult & { told: Told[]; sum: Record<string, unknown> }> {
  const ran = await compare(["--json", ...words]);
  const lines = ran.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  return { ...ran, told: lines.slice(0, -1) as Told[], sum: lines.at(-1) as Record<string, unknown> };
}

let lastId = 500;
function person(given: Partial<LegacyCustomer>): LegacyCustomer {
  const names = { firstname: "Ada", lastname: "Lovelace" };
  const one = { id: (lastId += 1), external_primary_id: "", brand_name: "Desk", ...names, channels: [] };
  return { ...one, ...given };
}

function create(
  primaryId: string | undefined,
  channels: [type: string, address: string][],
  lastname = "Lovelace",
) {
  return now.admin.customer.create({
    brandId,
    ...(primaryId === undefined ? {} : { primaryId }),
    firstname: "Ada",
    lastname,
    channels: channels.map(([type, address]) => ({ type, address })),
  });
}

beforeEach(async () => {
  brandId = await now.newBrand();
  Object.assign(original, { people: [], timelines: {}, brands: { Desk: 4 }, asked: [], undocumented: [] });
  original.refusals = [];
  Object.assign(original, { busiest: 0, hold: 0 });
});

test("it asks what is documented and nothing else, four at a time at most", async () => {
  for (let n = 1; n <= 25; n += 1) {
    const address = `d${n}@example.org`;
    const lastname = `${String.fromCharCode(64 + n).repeat(6)}-Byron`; // of which the original accepts a part
    original.people.push(person({ external_primary_id: `D-${n}`, lastname, channels: [{ value: address }] }));
    await create(`D-${n}`, [["email", address]], lastname);
  }
  original.timelines["D-1"] = [{ type: "event", message: "Order 1", created_at: "2026-01-01 10:00:00" }];
  await now.admin.customer.addEvent({
    brandId,
    primaryId: "D-1",
    message: "Order 1",
    occurredAt: "2026-01-01T10:00:00Z",
  });
  original.hold = 20;
  const { told, sum, code } = await read();
  expect(told).toEqual([]);
  expect(code).toBe(0);
  expect(sum).toMatchObject({ customers: 25, compared: 25 * 5 + 1, differ: 0 });
  expect(original.undocumented).toEqual([]);
  expect(new Set(original.requests.map((asked) => asked.replace(/\d+/, "{id}")))).toEqual(
    new Set([
      "GET  itemStart itemLimit",
      "GET /{id}",
      "POST /SearchByPrimaryExternalID primary_id brand_id",
      "POST /SearchByCustomerChannelValue customerChannelValue brand_id",
      "GET /timelineByCustomerExternalID brand_id external_id getTicketHistory",
      "GET  query itemStart itemLimit",
    ]),
  );
  expect(original.maxConcurrent).toBeLessThanOrEqual(4);
});

test("a comparison reads fields that the documentation leaves open in any form, and ignores what a move changes", async () => {
  original.people = [
    person({ external_primary_id: "D-1", channels: { email: "ADA@example.org", phone: "+4930" } }),
    person({ external_primary_id: "D-2", firstname: " Ada ", channels: [{ type: 51, value: "+4931" }] }),
    person({ external_primary_id: "null", channels: ["d3@example.org"] }),
    person({ external_primary_id: "D-4", channels: [{ channel_name: "Phone", value: "030 12" }] }),
    person({ external_primary_id: "D-5", channels: [{ value: "d5@example.org" }] }),
    person({ external_primary_id: "D-5", firstname: "Augusta", channels: [{ value: "d6@example.org" }] }),
    person({}),
    person({ external_primary_id: "X-1", brand_name: "Till" }),
  ];
  original.brands = { Till: 9, Desk: 4 };
  await create("D-1", [
    ["email", "ada@example.org"],
    ["telephone", "+4930"],
  ]); // prettier-ignore
  await create("D-2", [["sms", "+4931"]]);
  await create(undefined, [["email", "d3@example.org"]]);
  await create("D-4", []);
  await create("D-5", [
    ["email", "d5@example.org"],
    ["email", "d6@example.org"],
  ]); // prettier-ignore
  await create(undefined, []);
  const { told, sum, code } = await read();
  expect(told).toEqual([]);
  expect(code).toBe(0);
  expect(sum).toMatchObject({
    customers: 6,
    omitted: { other_brand: 1, duplicate_primary_id: 2, unidentifiable: 1, refused: 1 },
  });
  const people = await compare();
  expect(people.stdout).toMatch(/reads are the same, 0 differ; 6 customers compared\.\n$/);
  expect(people.stderr).toContain("Left out: 1 customer of another brand than --brand names.");
  expect(people.stderr).toContain("Left out: 1 address that");
});

test("a lost, a changed and a moved item of a timeline are told, however long it is", async () => {
  const at = (n: number) => new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString();
  original.people = [person({ external_primary_id: "D-1" })];
  await create("D-1", []);
  const item = (n: number) => ({ type: "externalEvent", description: `Order ${n}`, date: at(n) });
  original.timelines["D-1"] = Array.from({ length: 130 }, (_, n) => item(n)).toReversed();
  for (let n = 0; n < 130; n += 1)
    await now.admin.customer.addEvent({
      brandId,
      primaryId: "D-1",
      message: `Order ${n}`,
      occurredAt: at(n),
    });
  expect((await read()).told).toEqual([]);
  const [newest, next] = original.timelines["D-1"] as ReturnType<typeof item>[];
  newest!.description = "Order one hundred and twenty-nine";
  original.timelines["D-1"].push({ ...next!, description: "Lost" });
  const { told } = await read();
  expect(told.map(({ field, old, new: is }) => [field, old, is])).toEqual([
    ["items in all", "131", "130"],
    [
      "item",
      `${at(129).replace(".000", "")} event: Order one hundred and twenty-nine`,
      `${at(129).replace(".000", "")} event: Order 129`,
    ],
    ["item", `${at(128).replace(".000", "")} event: Lost`, "none"],
  ]);
  original.timelines["D-1"] = [item(5), item(9)];
  const turned = await read();
  expect(turned.told.filter(({ field }) => field === "order")).toMatchObject([
    {
      old: expect.stringMatching(/Order 5, then .*Order 9$/),
      new: expect.stringMatching(/Order 9, then .*Order 5$/),
    },
  ]);
});

test("names of the old server cannot command the terminal, and nothing of them is lost in JSON", async () => {
  original.people = [person({ external_primary_id: "D-1", firstname: "A\x1b[2Jd\x9ba\u202e" })];
  await create("D-1", []);
  const people = await compare();
  expect(people.stdout).toContain("    - A\uFFFD[2Jd\uFFFDa\uFFFD\n    + Ada\n");
  const programs = await compare(["--json"]);
  expect(programs.stdout).not.toMatch(/[\x1b\x9b\u202e]/);
  expect(JSON.parse(programs.stdout.split("\n")[0] ?? "")).toMatchObject({ old: "A\x1b[2Jd\x9ba\u202e" });
});

test("a server that asks to wait is waited for; one that refuses one read is told of it", async () => {
  original.people = [person({ external_primary_id: "D-1" })];
  await create("D-1", []);
  original.refusals = [
    { status: 429, headers: { "retry-after": "0" } },
    { status: 503, headers: { "retry-after": new Date().toUTCString() } },
    { status: 500, when: /timeline/ },
  ];
  const { told, code } = await read();
  expect(original.refusals).toEqual([]);
  expect(told).toMatchObject([{ customer: "D-1", field: "status", old: "500", new: "200" }]);
  expect(code).toBe(1);
});

test("customers of several brands go where --brand says, and a sample has as many as asked for", async () => {
  const other = await now.newBrand();
  original.brands = { Till: 9, Desk: 4 };
  for (let n = 0; n < 30; n += 1) {
    const brand_name = n % 3 === 0 ? "Desk" : "Till";
    original.people.push(person({ external_primary_id: `D-${n}`, brand_name }));
    const names = { firstname: "Ada", lastname: "Lovelace" };
    await now.admin.customer.create({
      brandId: n % 3 === 0 ? brandId : other,
      primaryId: `D-${n}`,
      ...names,
    });
  }
  const both = await read(["--brand", `9=${other}`, "--limit", "12"]);
  expect(both).toMatchObject({ code: 0, told: [], sum: { customers: 12 } });
  const starts = original.requests.filter((asked) => asked === "GET  itemStart itemLimit");
  expect(starts.length).toBeGreaterThan(5); // from many places of the list
  const one = await read();
  expect(one).toMatchObject({ code: 0, told: [], sum: { customers: 10, omitted: { other_brand: 20 } } });
});

test("a server without the API is an error, never an empty answer", async () => {
  const answers: [number, string, Record<string, string>?][] = [
    [200, "<html></html>"],
    [200, '{"status":"ok"}'],
    [404, "{}"],
    [302, "", { location: "https://desk.example.org/" }],
  ];
  let at = 0;
  const server = createServer((_request, response) => {
    const [status, body, headers] = answers[at] ?? [500, ""];
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  for (; at < answers.length; at += 1) {
    const ran = await compare([], `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(ran, JSON.stringify(answers[at])).toMatchObject({ code: 3, stdout: "" });
  }
  await new Promise((closed) => server.close(closed));
  original.people = [person({ external_primary_id: "D-1", brand_name: "Till" })];
  const none = await compare();
  expect(none).toMatchObject({ code: 1, stdout: "" });
  expect(none.stderr).toContain("is of brand 4");
});

test("pages of a sample hold as many as are wanted, from all over the list, none outside it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 100_000 }), (count, more) => {
      const total = count + more;
      const pages = spreadPages(total, count, Math.max(1, Math.min(20, Math.ceil(count / 10))));
      expect(pages.reduce((sum, { length }) => sum + length, 0)).toBe(count);
      expect(pages[0]?.start).toBe(0);
      for (const { start, length } of pages) expect(start + length).toBeLessThanOrEqual(total);
      expect(pages.at(-1)!.start).toBeGreaterThanOrEqual(Math.floor(total * (1 - 1 / pages.length)));
    }),
    { seed: seed() },
  );
});

test("two long texts are shown where they begin to differ", () => {
  const [one, other] = alignDifference(`${"x".repeat(500)}a tail`, `${"x".repeat(500)}b tail`, 40);
  expect(one).toMatch(/^…x+a tail$/);
  expect(other).toMatch(/^…x+b tail$/);
  expect([widthOf(one), widthOf(other)].every((width) => width <= 40)).toBe(true);
  expect(alignDifference("same", "sane", 40)).toEqual(["same", "sane"]);
});
