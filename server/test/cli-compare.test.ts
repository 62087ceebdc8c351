// `dossier compare`, as whoever moves runs it: between two Dossiers, where exactly what was changed is found, and
// against a stand-in for the original that answers and takes what its documentation prints, and nothing else.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run, type Ran } from "./cli-run.ts";
import { startWorld, type World } from "./world.ts";

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

const [old, now] = await Promise.all([startWorld(), startWorld()]);

/** The same people on both servers, whose brands have other numbers; times are given, so they are the same too. */
async function plant(world: World): Promise<number> {
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
  for (const n of [1, 2, 3])
    await world.admin.customer.addEvent({
      brandId,
      primaryId: "C-1",
      type: "order",
      message: `Order ${n}`,
      occurredAt: `2026-01-0${n}T00:00:00Z`,
    });
  return brandId;
}

let brands: { old: number; now: number };

beforeAll(async () => {
  await now.newBrand(); // so that the numbers differ
  brands = { old: await plant(old), now: await plant(now) };
  expect(brands.old).not.toBe(brands.now);
});

function compare(from: string, words: string[] = [], key = old.adminKey): Promise<Ran> {
  return run(["compare", "--from", from, "--brand", `${brands.old}=${brands.now}`, ...words], {
    env: { DOSSIER_URL: now.url, DOSSIER_KEY: now.adminKey, DOSSIER_FROM_KEY: key },
  });
}

async function compareToEnd(from: string, words: string[] = []): Promise<Ran & { told: Told[]; all: Told }> {
  const ran = await compare(from, ["--json", ...words]);
  const told = ran.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Told);
  return { ...ran, told: told.slice(0, -1), all: told.at(-1) ?? {} };
}

/** Everything that a server holds, by table; what only tells when a key was used is left out. */
async function holdings({ databaseUrl }: World): Promise<Record<string, unknown>[]> {
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
  const { all, code } = await compareToEnd(old.url, ["--at-most", "25"]);
  expect(all).toMatchObject({ customers: 25, differ: 0 });
  expect(code).toBe(0);
});

test("for people it counts the reads, and says what came of it", async () => {
  const { stdout, stderr, code } = await compare(old.url);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^read +compared +differ\n/);
  expect(stdout).toMatch(/timelineByCustomerExternalID +44 +0\n/);
  expect(stderr).toBe("239 of 239 reads of 45 customers are the same.\n");
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
  });

  test("it tells exactly these, and ends with 1", async () => {
    const { code, told, all } = await compareToEnd(old.url);
    expect(code).toBe(1);
    const byCustomer: Record<string, Told[]> = {};
    for (const one of told) (byCustomer[one.customer ?? ""] ??= []).push(one);
    expect(Object.keys(byCustomer).toSorted()).toEqual([
      "C-1",
      "C-10",
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
    expect(of("C-30", "channels")[0]).toMatchObject({ old: "c30@example.org", new: "none" });
    expect(of("C-30", "found")[0]).toMatchObject({ old: "C-30", new: "C-31" });
    expect(of("C-31", "channels")[0]).toMatchObject({ old: "none", new: "c30@example.org" });
    expect(of("C-1", "items in all")[0]).toMatchObject({ old: "3", new: "4" });
    expect(of("C-1", "item")[0]?.new).toMatch(/order: Order 4$/);
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
    const { stdout, stderr, code } = await compare(old.url);
    expect(code).toBe(1);
    expect(stdout.match(/\+ Adah\n/g)).toHaveLength(1);
    expect(stdout).toMatch(
      /C-10\n {2}firstname {2}SearchByPrimaryExternalID, SearchByCustomerChannelValue, GET \/customer\/\{id\}\n {4}- Ada\n {4}\+ Adah\n/,
    );
    expect(stderr).toMatch(/reads of 45 customers are the same; \d+ differ\.\n$/);
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
    expect(away.stderr).toContain(`Nobody answers at http://127.0.0.1:${closed}`);
    const refused = await compare(old.url, [], "wrong");
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("refuses the key of --key (401)");
    expect(await compare(old.url, ["--brand", "1=99"])).toMatchObject({ code: 2 });
    expect(await compare(old.url, ["--brand", "one"])).toMatchObject({ code: 2 });
    expect(await compare(old.url, ["--key", "a", "--from-key-file", "-"])).toMatchObject({ code: 2 });
    expect(await compare("desk.example.org")).toMatchObject({ code: 2 });
  });

  test("the old key can come as an argument, from a file or from standard input", async () => {
    const words = ["compare", "--from", old.url, "--brand", `${brands.old}=${brands.now}`, "--at-most", "1"];
    const env = { DOSSIER_URL: now.url, DOSSIER_KEY: now.adminKey };
    const ends = [
      await run([...words, "--key", old.adminKey], { env }),
      await run([...words, "--from-key-file", "-"], { env, input: `${old.adminKey}\n` }),
    ];
    for (const { stderr } of ends) expect(stderr).toMatch(/reads of 1 customers? are the same/);
    expect((await run(words, { env })).stderr).toContain("set DOSSIER_FROM_KEY");
  });
});

/** What a request to the stand-in was like. */
interface Seen {
  method: string;
  path: string;
  query: Record<string, string>;
  key: string | undefined;
  type: string;
  fields: Record<string, string>;
}

const seen: Seen[] = [];
let refusals = 2;

async function see(request: IncomingMessage): Promise<Seen> {
  const url = new URL(request.url ?? "", "http://localhost");
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const type = request.headers["content-type"] ?? "";
  const answer = new Response(Buffer.concat(parts), type ? { headers: { "content-type": type } } : {});
  // oxlint-disable-next-line typescript/no-deprecated -- a few fields of our own
  const form = type ? await answer.formData() : [];
  return {
    method: request.method ?? "",
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    key: request.headers.apikey as string | undefined,
    type: type.split(";")[0] ?? "",
    fields: Object.fromEntries(form) as Record<string, string>,
  };
}

// Two people, of whom the second has no primary id; answers hold the six documented fields.
const people = [
  {
    id: 501,
    external_primary_id: "C-2",
    brand_name: "Desk",
    firstname: "Ada",
    lastname: "Lovelace",
    channels: [],
  },
  {
    id: 502,
    external_primary_id: "",
    brand_name: "Desk",
    firstname: "Ada",
    lastname: "Lovelace",
    channels: [{ type: "email", value: "c45@example.org" }],
  },
];

function answer({ path, fields, query }: Seen): [status: number, body: unknown] {
  const list = (items: unknown[]) => ({
    type: "text",
    itemStart: 0,
    itemTotal: items.length,
    itemLimit: 15,
    items,
  });
  const found = (id: string) => people.filter((one) => String(one.id) === id);
  if (path === "/api/v2/customer") return [200, list(query.query ? [] : people)];
  if (path === "/api/v2/customer/SearchByPrimaryExternalID")
    return [200, list(people.filter((one) => one.external_primary_id === fields.primary_id))];
  if (path === "/api/v2/customer/SearchByCustomerChannelValue")
    return [
      200,
      list(people.filter((one) => one.channels.some(({ value }) => value === fields.customerChannelValue))),
    ];
  if (path === "/api/v2/customer/timelineByCustomerExternalID") return [200, list([])];
  const [one] = found(path.slice("/api/v2/customer/".length));
  return one ? [200, { type: "item", item: one }] : [404, {}];
}

describe("against the original", () => {
  const original = createServer((request, response) => {
    void see(request).then((one) => {
      seen.push(one);
      if (refusals > 0) {
        refusals -= 1;
        response.writeHead(429, { "retry-after": "0" }).end();
        return;
      }
      const [status, body] = answer(one);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  beforeAll(() => new Promise<void>((ready) => original.listen(0, "127.0.0.1", ready)));
  afterAll(() => new Promise((closed) => original.close(closed)));

  test("it asks as documented, waits when told to, and compares what is documented", async () => {
    const { port } = original.address() as AddressInfo;
    const { told, all } = await compareToEnd(`http://127.0.0.1:${port}`);
    expect(refusals).toBe(0);
    expect(all.customers).toBe(2);
    // No custom fields, versions or sms are told there; addresses of C-2 are, and the total differs.
    expect(told.map(({ customer, field }) => `${customer} ${field}`).toSorted()).toEqual([
      "C-2 channels",
      "C-2 channels",
      `all of brand ${brands.old} itemTotal`,
    ]);
    expect(new Set(seen.map(({ key }) => key))).toEqual(new Set([old.adminKey]));
    const posts = seen.filter(({ method }) => method === "POST");
    expect(posts.map(({ path, type, fields }) => [path.split("/").at(-1), type, fields])).toEqual([
      [
        "SearchByPrimaryExternalID",
        "multipart/form-data",
        { primary_id: "C-2", brand_id: String(brands.old) },
      ],
      [
        "SearchByCustomerChannelValue",
        "multipart/form-data",
        { customerChannelValue: "c45@example.org", brand_id: String(brands.old) },
      ],
    ]);
    const gets = seen.filter(({ method }) => method === "GET");
    expect(gets.length + posts.length).toBe(seen.length);
    expect(gets.find(({ path }) => path.endsWith("timelineByCustomerExternalID"))?.query).toMatchObject({
      brand_id: String(brands.old),
      external_id: "C-2",
      getTicketHistory: "1",
    });
    for (const { path, query } of gets)
      if (path === "/api/v2/customer") expect(Object.keys(query)).not.toContain("brand_id");
  });
});
