// Long storms on two instances of the service over one database: starts, crosswise pairs, and addresses as registers.
import { createClient, type DossierError } from "@dossier/api";
import pg from "pg";
import { expect, inject, test } from "vitest";
import { openDatabase } from "../../src/db/pool.ts";
import { migrate, readMigrations } from "../../src/db/migrate.ts";
import { termsOf } from "../../src/domain/search/search.ts";
import { testTimeouts } from "../support/database.ts";
import { dice } from "../support/random-seed.ts";
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
const lost = <T>(all: Outcome<T>[]) =>
  all.flatMap((one) => (one.status === "rejected" ? [one.reason as DossierError] : []));

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

// First, while the pools of the services are small: the packaged PostgreSQL has room for 60 sessions.
test("twenty starts at once on one empty database migrate it once, and all succeed", async () => {
  const { connection, run } = inject("postgres");
  const database = `test_${run}_starts`;
  const client = new pg.Client(connection);
  await client.connect();
  await client.query(`CREATE DATABASE ${database}`);
  await client.end();
  const starts = Array.from({ length: 20 }, async () => {
    const db = openDatabase({ ...connection, database, ...testTimeouts }, 1);
    const names = await migrate(db.pool);
    await db.close();
    return names;
  });
  const applied = (await Promise.all(starts)).filter((names) => names.length > 0);
  expect(applied).toEqual([readMigrations().map((one) => one.name)]);
});

const say = (call: Promise<{ outcome: string }>) =>
  call.then(
    (one) => one.outcome,
    (error: unknown) => (error as DossierError).code,
  );

// Each pair needs the other's records, in the other order. PostgreSQL cancels a deadlocked transaction after a second
// and it is retried: no caller would notice, so the server's own count of deadlocks is compared.
test("pairs that want the same things crosswise are answered without ever waiting in a circle", async () => {
  const brandId = await newBrand();
  const two = async (n: number) =>
    [
      await customer.create({ brandId, primaryId: `A${n}` }),
      await customer.create({ brandId, primaryId: `B${n}` }),
      await customer.create({ brandId, channels: [mail(`y${n}@example.org`)] }),
    ] as const;
  const fields = ["c0", "c1", "c2", "c3", "c4", "d0", "d1", "d2"].map((name) => [name, "x"]);
  await customer.create({ brandId, firstname: "First", custom: Object.fromEntries(fields) });
  const answers = { addresses: [] as string[], ids: [] as string[], adoption: [] as string[] };
  await Promise.all(
    Array.from({ length: 24 }, async (_, n) => {
      const [a, b] = await two(n);
      const wanted = Array.from({ length: 40 }, (_, at) => mail(`x${n}.${at}@example.org`));
      const name = (one: string) => ({
        firstname: `Word${one}${"abcdefghij"[n % 10]} Also${"abcdefghij"[n % 7]}`,
        custom: { [`c${n % 5}`]: one, [`d${n % 3}`]: one },
      });
      const crossed = [
        customer.update({ id: a.id, ...name("a"), channels: wanted }),
        other.customer.update({ id: b.id, ...name("b"), channels: wanted.toReversed() }),
      ];
      answers.addresses.push((await Promise.all(crossed.map(say))).sort().join());
      const swapped = [
        customer.update({ id: a.id, newPrimaryId: `B${n}` }),
        other.customer.update({ id: b.id, newPrimaryId: `A${n}` }),
      ];
      answers.ids.push((await Promise.all(swapped.map(say))).join());
      const adopt = {
        brandId,
        primaryId: `K${n}`,
        channels: [mail(`y${n}@example.org`), mail(`w${n}@example.org`)],
      };
      const made = { brandId, primaryId: `K${n}`, channels: [mail(`w${n}@example.org`)] };
      answers.adoption.push(
        (await Promise.all([other.customer.resolve(adopt), customer.resolve(made)].map(say))).sort().join(),
      );
    }),
  );
  expect(new Set(answers.addresses)).toEqual(new Set(["channel_taken,updated"]));
  expect(new Set(answers.ids)).toEqual(new Set(["primary_id_taken,primary_id_taken"]));
  for (const one of answers.adoption)
    expect(["channel_taken,created", "unchanged,updated", "updated,updated"]).toContain(one);
  await new Promise((resolve) => setTimeout(resolve, 1100)); // a backend reports its counts once a second
  await many(128, (_, at) => at.list({ brandId, itemLimit: 1 }));
  const { rows } = await pool.query(
    "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
  );
  expect(rows).toEqual([{ deadlocks: 0 }]);
});

// R5: each address is a register of its own. A tenure is one row of it; what the responses prove about tenures must
// never require two owners at one time.
interface Tenure {
  address: string;
  owner: number;
  mayBegin: number;
  began: number;
  ending: number;
  mayEnd: number;
}

test("64 writers over 200 addresses: never two owners, and in the end what the answers said", async () => {
  const brandId = await newBrand();
  const tenures = new Map<number, Tenure>();
  const refusals: { address: string; owner: number; from: number; to: number }[] = [];
  const shared: number[] = [];
  for (let n = 0; n < 24; n += 1) shared.push((await customer.create({ brandId, primaryId: `S${n}` })).id);
  const below = dice();
  const address = () => `r${below(200)}@example.org`;
  const spell = (text: string) => (below(2) ? text.toUpperCase() : text);

  const note = (row: number, address: string, owner: number, from: number) => {
    const known = tenures.get(row);
    if (known)
      Object.assign(known, {
        mayBegin: Math.min(known.mayBegin, from),
        began: Math.min(known.began, performance.now()),
      });
    else
      tenures.set(row, {
        address,
        owner,
        mayBegin: from,
        began: performance.now(),
        ending: Infinity,
        mayEnd: Infinity,
      });
  };
  const refused = (wanted: string[], from: number) => (error: DossierError) => {
    expect(error).toMatchObject({ code: "channel_taken", status: 409 });
    for (const { field, message } of error.errors)
      refusals.push({
        address: wanted[Number(/\d+$/.exec(field)?.[0])] ?? "",
        owner: Number(/\d+$/.exec(message)?.[0]),
        from,
        to: performance.now(),
      });
  };
  const steps = [
    async (at: typeof customer, from: number, wanted: string[]) => {
      const { id } = await at.create({ brandId, channels: wanted.map((one) => mail(spell(one))) });
      const { item } = await at.find({ id });
      for (const row of item.channels) note(row.id, row.address.toLowerCase(), id, from);
    },
    async (at: typeof customer, from: number, wanted: string[]) => {
      const owner = shared[below(shared.length)] ?? 0;
      const { channel_ids: rows } = await at.addChannels({
        customerId: owner,
        channels: wanted.map((one) => mail(spell(one))),
      });
      for (const [n, row] of rows.entries()) note(row, wanted[n] ?? "", owner, from);
    },
    async (at: typeof customer, from: number) => {
      const rows = [...tenures].filter(([, tenure]) => tenure.ending === Infinity);
      const [row, tenure] = rows[below(rows.length || 1)] ?? [];
      if (row === undefined || !tenure) return;
      tenure.ending = Math.min(tenure.ending, from);
      await at.removeChannel({ id: row }).then(
        () => (tenure.mayEnd = performance.now()),
        (error: unknown) => expect(error).toMatchObject({ code: "not_found" }),
      );
    },
  ];
  await many(64, async (_, at) => {
    for (let n = 0; n < 24; n += 1) {
      const wanted = [...new Set([address(), address()])];
      const from = performance.now();
      await steps[below(3)]?.(at, from, wanted).catch(refused(wanted, from));
    }
  }).then((all) => expect(lost(all)).toEqual([]));

  const byAddress = new Map<string, Tenure[]>();
  for (const one of tenures.values())
    byAddress.set(one.address, [...(byAddress.get(one.address) ?? []), one]);
  for (const held of byAddress.values()) {
    const inOrder = held.sort((a, b) => a.began - b.began);
    for (const [n, one] of inOrder.entries())
      for (const next of inOrder.slice(n + 1))
        expect(Math.max(one.began, next.began)).toBeGreaterThan(Math.min(one.ending, next.ending));
  }
  for (const { address, owner, from, to } of refusals)
    expect(
      byAddress.get(address)?.some((one) => one.owner === owner && one.mayBegin <= to && one.mayEnd >= from),
    ).toBe(true);
  const { rows } = await pool.query<{ id: number; customer_id: number; normalised: string }>(
    "SELECT id, customer_id, normalised FROM customer_channel WHERE brand_id = $1 ORDER BY id",
    [brandId],
  );
  const left = [...tenures].filter(([, tenure]) => tenure.mayEnd === Infinity).sort(([a], [b]) => a - b);
  expect(rows.map((row) => [row.id, row.customer_id, row.normalised])).toEqual(
    left.map(([id, { owner, address }]) => [id, owner, address]),
  );
  expect(refusals.length).toBeGreaterThan(50);
  await checkStored(brandId);
}, 180_000);
