// `dossier compare` between two Dossiers: it finds exactly the changes, and writes nothing on either server.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import pg from "pg";
import { beforeAll, describe, expect, test } from "vitest";
import { run, type CommandResult } from "../../support/run-cli.ts";
import { startTestServer, type TestServer } from "../../support/test-server.ts";

interface Told {
  read?: string;
  customer?: string;
  field?: string;
  old?: string;
  new?: string;
  compared?: number;
  differ?: number;
  customers?: number;
}

const [old, now] = await Promise.all([startTestServer(), startTestServer()]);

/** The same customers on both servers, whose brands have other ids; times are given, so they are the same too. */
async function plant(world: TestServer): Promise<number> {
  const brandId = await world.newBrand();
  for (let n = 1; n <= 45; n += 1)
    await world.admin.customer.create({
      brandId,
      ...(n === 45 ? {} : { primaryId: `C-${n}` }),
      firstname: "Ada",
      lastname: `Lovelace`,
      channels: [
        { type: "email", address: `c${n}@example.org` },
        ...(n % 3 === 1 ? [{ type: "sms", address: `+49301${n}` }] : []),
      ],
      custom: n % 5 === 0 ? { tier: "gold", points: n } : {},
    });
  await world.admin.customer.create({ brandId: 1, primaryId: "of-another-brand" });
  for (let n = 10; n < 30; n += 1)
    await world.admin.customer.addEvent({
      brandId,
      primaryId: "C-1",
      type: "order",
      message: `Order ${n}`,
      occurredAt: `2026-01-${n}T00:00:00Z`,
    });
  return brandId;
}

let brands: { old: number; now: number };

beforeAll(async () => {
  await now.newBrand(); // so that the ids differ
  brands = { old: await plant(old), now: await plant(now) };
  expect(brands.old).not.toBe(brands.now);
});

function compare(from: string, words: string[] = [], key = old.adminKey): Promise<CommandResult> {
  return run(["compare", "--from", from, "--brand", `${brands.old}=${brands.now}`, ...words], {
    env: { DOSSIER_URL: now.url, DOSSIER_KEY: now.adminKey, DOSSIER_FROM_KEY: key },
  });
}

async function compareToEnd(
  from: string,
  words: string[] = [],
): Promise<CommandResult & { told: Told[]; all: Told }> {
  const ran = await compare(from, ["--json", ...words]);
  const told = ran.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Told);
  return { ...ran, told: told.slice(0, -1), all: told.at(-1) ?? {} };
}

/** The content of a server, by table, without the times of key use. */
async function holdings({ databaseUrl }: TestServer): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'api_key' ORDER BY 1",
    );
    const held: Record<string, unknown>[] = [];
    for (const { name } of tables) {
      const text = `SELECT $1 AS name, count(*), md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM "${name}" t`;
      held.push(...(await client.query<Record<string, unknown>>(text, [name])).rows);
    }
    return held;
  } finally {
    await client.end();
  }
}

test("two servers with the same people differ in nothing, and neither is written to", async () => {
  const before = await Promise.all([holdings(old), holdings(now)]);
  const { code, told, all, stderr } = await compareToEnd(`${old.url}/api/v2/`);
  expect(stderr).toBe("");
  expect(told).toEqual([]);
  expect(all).toMatchObject({ customers: 45, differ: 0 });
  // by id and by primary id or address: 45 + 44 + 60 addresses, 45 names, 44 timelines, one total
  expect(all.compared).toBe(45 + 44 + 60 + 45 + 44 + 1);
  expect(code).toBe(0);
  expect(await Promise.all([holdings(old), holdings(now)])).toEqual(before);
});

test("a sample is spread over the whole list", async () => {
  const { all, code } = await compareToEnd(old.url, ["--limit", "25"]);
  expect(all.customers).toBeGreaterThanOrEqual(24); // customers of another brand may be among them
  expect(all.differ).toBe(0);
  expect(code).toBe(0);
});

test("for people it counts the reads, and says what came of it", async () => {
  const { stdout, stderr, code } = await compare(old.url);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^read +compared +differ\n/);
  expect(stdout).toMatch(/timelineByCustomerExternalID +44 +0\n/);
  expect(stdout).toMatch(/\n239 of 239 reads are the same, 0 differ; 45 customers compared\.\n$/);
  expect(stderr).toBe("Left out: 1 customer of another brand than --brand names.\n");
});

describe("after changes", () => {
  beforeAll(async () => {
    const brandId = brands.now;
    const { admin } = now;
    await admin.channel.update({ id: 7, channelId: 51 }); // a renumbered type is no difference
    await admin.customer.updateByPrimaryId({
      brandId,
      primaryId: "C-10",
      firstname: "Adah",
      custom: { tier: "silver" },
    });
    const { items } = await admin.customer.list({ brandId, query: "C-20" });
    await admin.customer.delete({ id: items[0]!.id });
    const [moved] = (await admin.customer.listByPrimaryId({ brandId, primaryId: "C-30" })).items;
    const email = moved!.channels.find((one) => one.channel_name === "email")!;
    await admin.customer.removeChannel({ id: email.id });
    await admin.customer.updateByPrimaryId({
      brandId,
      primaryId: "C-31",
      channels: [{ type: "email", address: "c30@example.org" }],
    });
    await admin.customer.addEvent({ brandId, primaryId: "C-1", type: "order", message: "Order 4" });
    const lost = { primaryId: "C-2", message: "Lost", occurredAt: "2026-02-01T00:00:00Z" };
    await old.admin.customer.addEvent({ brandId: brands.old, ...lost });
    // Stored differently but equal: an address in other case, a number that was a text.
    await admin.customfield.create({ brandId, name: "level", type: "number" });
    await admin.customer.updateByPrimaryId({ brandId, primaryId: "C-3", custom: { level: 7 } });
    await old.admin.customer.updateByPrimaryId({
      brandId: brands.old,
      primaryId: "C-3",
      custom: { level: "7.0" },
    });
    const [third] = (await admin.customer.listByPrimaryId({ brandId, primaryId: "C-3" })).items;
    await admin.customer.removeChannel({ id: third!.channels[0]!.id });
    const channels = [{ type: "email", address: "C3@Example.org" }];
    await admin.customer.updateByPrimaryId({ brandId, primaryId: "C-3", channels });
  });

  test("it tells exactly these, and ends with 1", async () => {
    const { code, told, all } = await compareToEnd(old.url);
    expect(code).toBe(1);
    const byCustomer: Record<string, Told[]> = {};
    for (const one of told) (byCustomer[one.customer ?? ""] ??= []).push(one);
    expect(Object.keys(byCustomer).toSorted()).toEqual([
      "C-1",
      "C-10",
      "C-2",
      "C-20",
      "C-30",
      "C-31",
      `all of brand ${brands.old}`,
    ]);
    const of = (customer: string, field: string) =>
      byCustomer[customer]?.filter((one) => one.field === field) ?? [];
    expect(of("C-10", "firstname")).toHaveLength(4); // by its two addresses, too
    expect(of("C-10", "firstname")[0]).toMatchObject({ old: "Ada", new: "Adah" });
    expect(of("C-10", "custom_tier")[0]).toMatchObject({ old: "gold", new: "silver" });
    expect(of("C-20", "found").map(({ read }) => read)).toContain("GET /customer/{id}");
    expect(of("C-30", "channels")[0]).toMatchObject({ old: "email c30@example.org", new: "none" });
    expect(of("C-30", "found")[0]).toMatchObject({ old: "C-30", new: "C-31" });
    expect(of("C-31", "channels")[0]).toMatchObject({ old: "none", new: "email c30@example.org" });
    expect(byCustomer["C-1"]).toMatchObject([
      { field: "items in all", old: "20", new: "21" },
      { field: "item", old: "none", new: expect.stringMatching(/event: Order 4$/) },
    ]);
    expect(byCustomer["C-2"]).toMatchObject([
      { field: "items in all", old: "1", new: "0" },
      { field: "item", old: "2026-02-01T00:00:00Z event: Lost", new: "none" },
    ]);
    expect(byCustomer[`all of brand ${brands.old}`]).toEqual([
      {
        read: "GET /customer",
        customer: `all of brand ${brands.old}`,
        field: "itemTotal",
        old: "45",
        new: "44",
      },
    ]);
    expect(all.differ).toBeGreaterThan(8);
  });

  test("for people each is told once, with the reads that show it", async () => {
    const { stdout, code } = await compare(old.url);
    expect(code).toBe(1);
    expect(stdout.match(/\+ Adah\n/g)).toHaveLength(1);
    expect(stdout).toMatch(
      /C-10\n {2}firstname\n {4}- Ada\n {4}\+ Adah\n {4}SearchByPrimaryExternalID, SearchByCustomerChannelValue, GET \/customer\/\{id\}\n/,
    );
    expect(stdout).toMatch(/reads are the same, \d+ differ; 45 customers compared\.\n$/);
  });
});

describe("what cannot be compared", () => {
  test("a server that is not there is 3, a key that is refused 1, words that cannot be meant 2", async () => {
    const closed = await new Promise<number>((found) => {
      const server = createServer().listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo;
        server.close(() => found(port));
      });
    });
    const away = await compare(`http://127.0.0.1:${closed}`);
    expect(away).toMatchObject({ code: 3, stdout: "" });
    expect(away.stderr).toContain(`No server answers at http://127.0.0.1:${closed}`);
    const refused = await compare(old.url, [], "wrong");
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("refuses the key of the old server (401)");
    expect(await compare(old.url, ["--brand", "1=99"])).toMatchObject({ code: 2 });
    expect(await compare(old.url, ["--brand", "one"])).toMatchObject({ code: 2 });
    expect(await compare(old.url, ["--brand", `9=${brands.now}`])).toMatchObject({ code: 2 });
    expect(await compare(old.url, ["--key", "a", "--from-key-file", "-"])).toMatchObject({ code: 2 });
    expect(await compare("desk.example.org")).toMatchObject({ code: 2 });
  });

  test("the old key can come as an argument, from a file or from standard input", async () => {
    const words = ["compare", "--from", old.url, "--brand", `${brands.old}=${brands.now}`, "--limit", "2"];
    const env = { DOSSIER_URL: now.url, DOSSIER_KEY: now.adminKey };
    const ends = [
      await run([...words, "--key", old.adminKey], { env }),
      await run([...words, "--from-key-file", "-"], { env, input: `${old.adminKey}\n` }),
    ];
    // The total differs by now; of two customers one is of another brand.
    for (const { stdout } of ends) expect(stdout).toMatch(/ 1 differ; 1 customer compared\.\n$/);
    expect((await run(words, { env })).stderr).toContain("set DOSSIER_FROM_KEY");
  });
});
