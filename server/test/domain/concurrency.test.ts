// Concurrency on two instances of the service over one database: one customer for one person, one owner for one
// address, nothing lost, no deadlock, and a search index that matches the rows.
import { createClient, type DossierError, type Input, type Api } from "@dossier/api";
import { expect, test } from "vitest";
import { termsOf } from "../../src/domain/search/search.ts";
import { overtaken } from "../support/lock-watch.ts";
import { testConfig, startInstance, startTestServer } from "../support/test-server.ts";

const { admin, adminKey, databaseUrl, newBrand, service } = await startTestServer();
const second = await startInstance(testConfig(databaseUrl));
const other = createClient({ url: second.url, key: adminKey }).raw;
const { pool } = service.db;
const { customer } = admin;

const mail = (address: string) => ({ type: "email", address });
const many = <T>(count: number, call: (n: number, at: typeof customer) => Promise<T>) =>
  Promise.allSettled(
    Array.from({ length: count }, (_, n) => call(n, n % 2 === 0 ? customer : other.customer)),
  );
type Outcome<T> = PromiseSettledResult<T>;
const won = <T>(all: Outcome<T>[]) => all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
const lost = <T>(all: Outcome<T>[]) =>
  all.flatMap((one) => (one.status === "rejected" ? [one.reason as DossierError] : []));
const codesOf = (errors: DossierError[]) => [...new Set(errors.map((error) => error.code))];

/** Invariants of a brand: its count is exact, and its search terms are those of its rows. */
async function checkStored(brandId: number): Promise<void> {
  const people = await pool.query<{
    id: number;
    firstname: string;
    lastname: string;
    primary_id: string | null;
    channels: { rule: "email"; normalised: string }[];
  }>(
    `SELECT id, firstname, lastname, primary_id, ARRAY(SELECT json_build_object('rule', t.rule, 'normalised', h.normalised)
        FROM customer_channel h JOIN channel_type t ON t.id = h.channel_type_id WHERE h.customer_id = c.id) AS channels
      FROM customer c WHERE brand_id = $1`,
    [brandId],
  );
  const stored = await pool.query<{ term: string }>(
    "SELECT customer_id || ' ' || type::text || term AS term FROM search_term WHERE brand_id = $1",
    [brandId],
  );
  const terms = people.rows.flatMap(({ id, primary_id, ...rest }) =>
    [...termsOf({ ...rest, primaryId: primary_id })].map((term) => `${id} ${term}`),
  );
  expect(stored.rows.map((row) => row.term).sort()).toEqual(terms.sort());
  expect((await customer.list({ brandId, itemLimit: 1 })).itemTotal).toBe(people.rows.length);
}

const storms: [what: string, call: (n: number) => Partial<Input<Api["customer"]["resolve"]>>][] = [
  ["by primary id", () => ({ primaryId: "K", firstname: "Ada", channels: [mail("ada@example.org")] })],
  ["by an address", () => ({ searchValue: "ada@example.org", firstname: "Ada" })],
  ["by an address to be added", () => ({ linkAddress: "Ada@Example.org", firstname: "Ada" })],
  [
    "half by primary id, half by address",
    (n) => (n % 2 ? { searchValue: "ada@example.org" } : { primaryId: "K", linkAddress: "ada@example.org" }),
  ],
  [
    "with custom fields nobody has defined",
    (n) => ({ primaryId: "K", custom: { [`field ${n % 8}`]: "x", [`field ${(n + 3) % 8}`]: "x" } }),
  ],
];

test.each(storms)(
  "64 simultaneous calls to resolve one person, %s, make one customer and all succeed",
  async (_, call) => {
    const brandId = await newBrand({ searchByChannel: true });
    const all = await many(64, (n, at) => at.resolve({ brandId, ...call(n) }));
    expect(lost(all)).toEqual([]);
    expect(new Set(won(all).map((one) => one.id)).size).toBe(1);
    expect(won(all).filter((one) => one.outcome === "created")).toHaveLength(1);
    expect((await customer.list({ brandId })).items).toMatchObject([{ id: won(all)[0]?.id }]);
    await checkStored(brandId);
  },
);

test("64 simultaneous strict creates of one address or one primary id: one wins, 63 are told its id", async () => {
  const brandId = await newBrand();
  const inputs = [
    {
      code: "channel_taken",
      call: (n: number) => ({
        firstname: "Ada",
        primaryId: `K-${n}`,
        channels: [mail(`a${n}@example.org`), mail("one@example.org")],
      }),
    },
    {
      code: "primary_id_taken",
      call: (n: number) => ({ primaryId: "one", channels: [mail(`b${n}@example.org`)] }),
    },
  ];
  for (const { code, call } of inputs) {
    const all = await many(64, (n, at) => at.create({ brandId, ...call(n) }));
    expect(won(all)).toHaveLength(1);
    expect(lost(all)).toHaveLength(63);
    for (const error of lost(all))
      expect(error).toMatchObject({ code, status: 409, conflict: { customerId: won(all)[0]?.id } });
  }
  expect((await customer.list({ brandId })).itemTotal).toBe(2);
  await checkStored(brandId);
});

test("simultaneous updates of other fields lose nothing, and the version counts each of them", async () => {
  const brandId = await newBrand();
  const { id } = await customer.create({ brandId, primaryId: "K" });
  const all = await many(64, (n, at) =>
    n === 0
      ? at.update({ id, firstname: "Ada" })
      : n === 1
        ? at.updateByPrimaryId({ brandId, primaryId: "K", lastname: "Lovelace" })
        : n % 3 === 0
          ? at.addChannels({ customerId: id, channels: [mail(`m${n}@example.org`)] })
          : at.updateAny({ customerId: id, custom: { [`f${n}`]: String(n) } }),
  );
  expect(lost(all)).toEqual([]);
  const { item } = await customer.find({ id });
  expect(item).toMatchObject({ firstname: "Ada", lastname: "Lovelace", version: 65 });
  for (let n = 2; n < 64; n += 1)
    if (n % 3 === 0) expect(item.channels.map((one) => one.address)).toContain(`m${n}@example.org`);
    else expect(item[`custom_f${n}`]).toBe(String(n));
  await checkStored(brandId);
});

test("a primary id taken while a call waits to give it to a customer is an answer, whatever else the call writes", async () => {
  const brandId = await newBrand();
  for (let n = 0; n < 8; n += 1) {
    await customer.create({ brandId, channels: [mail(`y${n}@example.org`)] });
    const channels = Array.from({ length: 20 }, (_, at) =>
      mail(`${at === 0 ? "y" : `w${at}.`}${n}@example.org`),
    );
    const taken: [string, unknown[]][] = [
      ["INSERT INTO customer (brand_id, primary_id) VALUES ($1, $2)", [brandId, `K${n}`]],
    ];
    const call = () => customer.resolve({ brandId, primaryId: `K${n}`, channels });
    await expect(overtaken(pool, taken, call)).rejects.toMatchObject({ code: "channel_taken" });
  }
});

test("of simultaneous changes that name the version they have read, one is made", async () => {
  const { id } = await customer.create({ brandId: await newBrand(), firstname: "Ada" });
  const all = await many(32, (n, at) => at.update({ id, custom: { n: String(n) } }, { ifMatch: 1 }));
  expect([won(all).length, codesOf(lost(all))]).toEqual([1, ["stale_version"]]);
  expect((await customer.find({ id })).item.version).toBe(2);
});

test("a channel removed by many at once is removed once", async () => {
  const brandId = await newBrand();
  const { id } = await customer.create({ brandId, channels: [mail("ada@example.org")] });
  const row = (await customer.find({ id })).item.channels[0]?.id ?? 0;
  const all = await many(16, (_, at) => at.removeChannel({ id: row }));
  expect([won(all).length, codesOf(lost(all))]).toEqual([1, ["not_found"]]);
  expect((await customer.find({ id })).item.version).toBe(2);
  await checkStored(brandId);
});

test("who has lost the address or the primary id while a call waited for them is not who the call meant", async () => {
  const brandId = await newBrand({ searchByChannel: true });
  for (const call of [{ searchValue: "a@example.org" }, { linkAddress: "b@example.org" }]) {
    const { id } = await customer.create({
      brandId,
      channels: [mail("a@example.org"), mail("b@example.org")],
    });
    const gone: [string, unknown[]][] = [
      ["SELECT FROM customer WHERE id = $1 FOR UPDATE", [id]],
      ["DELETE FROM customer_channel WHERE customer_id = $1", [id]],
    ];
    const answer = await overtaken(pool, gone, () => customer.resolve({ brandId, ...call }));
    expect(answer.outcome).toBe("created");
    await pool.query("DELETE FROM customer_channel WHERE customer_id = $1", [answer.id]);
  }
  for (const [primaryId, more] of [
    ["Old", {}],
    ["Older", { brandId }],
  ] as const) {
    const { id } = await customer.create({ brandId, primaryId });
    const renamed: [string, unknown[]][] = [
      ["UPDATE customer SET primary_id = $2 WHERE id = $1", [id, `not ${primaryId}`]],
    ];
    const call = () => customer.updateByPrimaryId({ primaryId, ...more, newPrimaryId: `new ${primaryId}` });
    await expect(overtaken(pool, renamed, call)).rejects.toMatchObject({ code: "not_found" });
  }
});
