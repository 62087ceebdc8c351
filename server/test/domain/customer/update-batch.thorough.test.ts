// Batches of customer changes. Rows and responses are the same as for single calls, and the failure of one call affects
// no other.
import { createClient, type RawResult } from "@dossier/api";
import { expect, test } from "vitest";
import { withSql } from "../../support/table-fingerprint.ts";
import { uniqueName } from "../../support/requests.ts";
import { dice } from "../../support/random-seed.ts";
import { dumpBrand } from "../../support/data/stored-customers.ts";
import { mail, openTicket, outcomeOf } from "../../support/data/tickets.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const { admin, newBrand } = world;
const { customer } = admin;
const count = 60;

const keyOf = (n: number) => `K-${String(n).padStart(2, "0")}`;
const ownOf = (n: number) => mail(`own${n}@example.org`);

/** Customers of a brand with an address each, and unlinked tickets of addresses they may get. */
async function makePeople(brandId: number): Promise<number[]> {
  for (let n = 0; n < 20; n += 1) await openTicket(admin, brandId, `new${n}@example.org`);
  const made = [];
  for (let n = 0; n < count; n += 1)
    made.push(
      await customer.create({ brandId, primaryId: keyOf(n), firstname: "Ada", channels: [ownOf(n)] }),
    );
  return made.map(({ id }) => id);
}

/** Changes of a brand's customers, one of each type, by their ids or primary ids. */
function inventChanges(below: (n: number) => number) {
  const pick = <T>(all: readonly T[]): T => all[below(all.length)] as T;
  const names = ["Ada", "Grace Brewster", "José María", "Łukasz", "", "O'Neil", "李小龍"];
  return Array.from({ length: count }, (_, n) => {
    const channels = [
      ...(below(2) ? [ownOf(n)] : []),
      ...(below(2) ? [mail(`new${n}@example.org`)] : []),
      ...(below(3)
        ? []
        : [mail(`NEW${n}@example.org`), { type: "telephone", address: `+4930${1_000_000 + n}` }]),
    ];
    const fields = {
      ...(below(3) ? { firstname: pick(names) } : {}),
      ...(below(2) ? { lastname: pick(names) } : {}),
    };
    const noSync = below(5) === 0;
    const kind = below(4);
    return (brandId: number, ids: readonly number[]) => {
      const [id, primaryId] = [ids[n] as number, keyOf(n)];
      if (kind === 0) return customer.update({ id, ...fields, channels, noSync });
      if (kind === 1) return customer.resolve({ brandId, primaryId, ...fields, channels, noSync });
      if (kind === 2)
        return customer.addChannels({ customerId: id, channels: [...channels, ownOf(n)], noSync });
      return customer.addChannels({ brandId, primaryId, channels: [...channels, ownOf(n)], noSync });
    };
  });
}

/** A response without the ids of rows. */
const plain = ({ id: _id, channel_ids = [], ...rest }: RawResult & { channel_ids?: number[] }) => ({
  ...rest,
  channels: channel_ids.map((id) => channel_ids.indexOf(id)),
});

test("a batch stores the same rows as its calls one by one", async () => {
  const changes = inventChanges(dice());
  const [apart, together] = [await newBrand(), await newBrand()];
  const [ids, otherIds] = [await makePeople(apart), await makePeople(together)];
  const one = [];
  for (const change of changes) one.push(await change(apart, ids));
  const other = await Promise.all(changes.map((change) => change(together, otherIds)));
  expect(other.map(plain)).toEqual(one.map(plain));
  expect(other.map(({ id }) => id)).toEqual(otherIds);
  expect(await dumpBrand(world, together)).toEqual(await dumpBrand(world, apart));
  const written = await withSql(world, async (client) => {
    const { rows } = await client.query<{ changed: number; transactions: number }>(
      `SELECT count(*)::int AS changed, count(DISTINCT xmin::text)::int AS transactions
        FROM customer WHERE brand_id = $1 AND version > 1`,
      [together],
    );
    return rows[0] ?? { changed: 0, transactions: 0 };
  });
  expect(written.changed).toBeGreaterThan(count / 2);
  expect(written.transactions).toBeLessThan(written.changed / 2);
});

test("of many at once each is answered for itself: changed, or refused for what is its own", async () => {
  const [brandId, elsewhere] = [await newBrand(), await newBrand()];
  const ids = await makePeople(brandId);
  const [first = 0, second = 0] = ids;
  const foreign = await customer.create({ brandId: elsewhere, primaryId: keyOf(0) });
  const gone = await customer.create({ brandId, primaryId: "gone" });
  await customer.delete({ id: gone.id });
  const update = (id: number, more: Partial<Parameters<typeof customer.update>[0]> = {}) =>
    customer.update({ id, lastname: "Lovelace", ...more });
  const toldOf = async (calls: Promise<{ outcome: string }>[]) => Promise.all(calls.map(outcomeOf));
  // Excluded beforehand: the others still share a batch.
  const own = ids.slice(10, 20);
  const told = await toldOf([
    ...own.map((id) => update(id)),
    update(foreign.id),
    update(gone.id),
    update(second, { newPrimaryId: keyOf(2) }),
    customer.update({ id: ids[3] ?? 0, lastname: "Stale" }, { ifMatch: 7 }),
    update(ids[4] ?? 0, { brandId: elsewhere }),
    customer.addChannels({ primaryId: keyOf(0), channels: [mail("whose@example.org")] }),
    update(ids[8] ?? 0, { custom: { size: 7 } }),
  ]);
  expect(told).toEqual([
    ...Array.from({ length: 11 }, () => "updated"),
    "not_found",
    "primary_id_taken",
    "stale_version",
    "identifiers_disagree",
    "ambiguous_customer",
    "updated",
  ]);
  expect((await customer.find({ id: ids[3] ?? 0 })).item).toMatchObject({ lastname: "", version: 1 });
  // Found during the batch: every call then runs alone.
  const [taken, ...others] = await toldOf([
    update(first, { channels: [ownOf(1)] }),
    customer.addChannels({ customerId: ids[6] ?? 0, channels: [mail("one@example.org")] }),
    customer.addChannels({ customerId: ids[7] ?? 0, channels: [mail("one@example.org")] }),
    ...own.map((id) => update(id, { firstname: "Grace" })),
  ]);
  expect(taken).toBe("channel_taken");
  expect(others.slice(0, 2).toSorted()).toEqual(["channel_taken", "updated"]);
  expect(others.slice(2)).toEqual(own.map(() => "updated"));
  expect((await customer.find({ id: first })).item).toMatchObject({ lastname: "", version: 1 });
});

test("many changes of one customer are all made, one after the other", async () => {
  const brandId = await newBrand();
  for (let round = 0; round < 3; round += 1) {
    const { id } = await customer.create({ brandId, primaryId: `one ${round}` });
    const calls = Array.from({ length: 30 }, (_, n) =>
      n % 2 || round === 0
        ? customer.update({ id, firstname: `Name${"abcdef"[n % 6]}${"abcde"[Math.floor(n / 6)]}` })
        : customer.addChannels({ customerId: id, channels: [mail(`n${n}.${round}@example.org`)] }),
    );
    expect(await Promise.all(calls.map(outcomeOf))).toEqual(calls.map(() => "updated"));
    const { item } = await customer.find({ id });
    expect([item.version, item.channels.length]).toEqual([31, round === 0 ? 0 : 15]);
  }
});

test("twins with one Idempotency-Key among many change once, and both get its answer", async () => {
  const ids = await makePeople(await newBrand());
  const client = createClient({
    url: world.url,
    key: world.adminKey,
    retry: false,
    idempotencyKeys: false,
  }).raw;
  const add = (customerId: number, address: string, idempotencyKey: string) =>
    client.customer.addChannels({ customerId, channels: [mail(address)] }, { idempotencyKey });
  const [token, id] = [uniqueName("token"), ids[0] as number];
  const [first, second] = await Promise.all([
    add(id, "duplicate@example.org", token),
    add(id, "duplicate@example.org", token),
    ...ids.slice(1, 10).map((other) => add(other, `other${other}@example.org`, uniqueName("token"))),
  ]);
  expect(first.outcome).toBe("updated");
  expect(second).toEqual(first);
  expect(await add(id, "duplicate@example.org", token)).toEqual(first);
  expect((await customer.find({ id })).item).toMatchObject({ version: 2, channels: { length: 2 } });
});

test("a key changes nobody whom it does not see, also in the company of those who may", async () => {
  const [mine, theirs] = [await newBrand(), await newBrand()];
  const ids = await makePeople(mine);
  const trent = await customer.create({ brandId: theirs, primaryId: keyOf(0) });
  const stranger = await world.clientFor(["CUSTOMER_CUD"], [theirs]);
  await stranger.customer.update({ id: trent.id, firstname: "Trent" }); // the key is known from here on
  const all = await Promise.allSettled([
    ...ids.slice(1, 9).map((id) => customer.update({ id, firstname: "Eve" })),
    stranger.customer.update({ id: ids[0] as number, firstname: "Mallory" }),
    stranger.customer.resolve({ brandId: mine, primaryId: keyOf(0), firstname: "Mallory" }),
    stranger.customer.resolve({ brandId: theirs, primaryId: keyOf(0), firstname: "Peggy" }),
  ]);
  expect(all.map(({ status }) => status === "fulfilled")).toEqual([
    ...Array.from({ length: 8 }, () => true),
    false,
    false,
    true,
  ]);
  for (const at of [8, 9]) expect(all[at]).toMatchObject({ reason: { code: "not_found" } });
  expect((await customer.find({ id: ids[0] as number })).item.firstname).toBe("Ada");
  expect((await customer.find({ id: trent.id })).item.firstname).toBe("Peggy");
});
