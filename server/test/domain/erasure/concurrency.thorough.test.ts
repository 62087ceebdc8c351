// A purge waits for no other call and delays none: writers of its brand and of others, and other purges. The words of a
// name are pruned nevertheless, and customers who share a name stay findable.
import { afterEach, expect, test } from "vitest";
import type pg from "pg";
import { termsOf } from "../../../src/domain/search/search.ts";
import { findViolations } from "../../support/data/invariants.ts";
import { withSql } from "../../support/table-fingerprint.ts";
import { uniqueName, startFixtureServer } from "../../support/requests.ts";
import { dice } from "../../support/random-seed.ts";

const world = await startFixtureServer();
const { customer, brand, job } = world.admin;
const { pool } = world.service.db;

afterEach(async () => expect(await findViolations(pool)).toEqual([]));

async function purge(id: number) {
  const { status, body } = await world.raw("DELETE", `/customer/purgeData/${id}`);
  return { status, body, receipt: body.receipt as { id: number; customers: number } };
}

/** The words of a brand's dictionary, in both of its tables. */
async function wordsOf(brandId: number): Promise<string[][]> {
  const read = (table: string) =>
    withSql(world, (client) =>
      client.query<{ word: string }>(`SELECT DISTINCT word FROM ${table} WHERE brand_id = $1 ORDER BY 1`, [
        brandId,
      ]),
    );
  const tables = [await read("search_word"), await read("search_deletion_variant")];
  return tables.map(({ rows }) => rows.map(({ word }) => word));
}

/** Holds a transaction open that has given a customer of a brand a name, as a long write does. */
async function whileNaming<T>(
  brandId: number,
  words: string[],
  act: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const { id } = await customer.create({ brandId, primaryId: uniqueName() });
  return withSql(world, async (client) => {
    await client.query("BEGIN");
    await client.query("UPDATE customer SET firstname = $2 WHERE id = $1", [id, words.join(" ")]);
    await client.query(
      `WITH terms AS (INSERT INTO search_term SELECT $1::bigint, left(t, 1)::"char", substr(t, 2), $3::bigint FROM unnest($4::text[]) AS t)
        INSERT INTO search_word SELECT $1::bigint, w FROM unnest($2::text[]) AS w ON CONFLICT DO NOTHING`,
      [
        brandId,
        words,
        id,
        [...termsOf({ firstname: words.join(" "), lastname: "", primaryId: null, channels: [] })],
      ],
    );
    return act(client);
  });
}

test("a purge does not wait for a long transaction that holds the count of its brand, in whatever slots", async () => {
  const brandId = await world.newBrand();
  const people = await Promise.all(
    Array.from({ length: 16 }, () => customer.create({ brandId, primaryId: uniqueName() })),
  );
  const spare = await customer.create({ brandId, primaryId: uniqueName() });
  await withSql(world, async (client) => {
    await client.query("INSERT INTO row_count VALUES ('customer', $1, 999, 0)", [brandId]);
    await client.query("BEGIN");
    await client.query(
      "SELECT FROM row_count WHERE table_name = 'customer' AND brand_id = $1 AND slot <> 999 FOR UPDATE",
      [brandId],
    );
    for (const { id } of people) expect((await purge(id)).status).toBe(200);
    expect((await customer.delete({ id: spare.id })).outcome).toBe("deleted");
    await client.query("ROLLBACK");
  });
  expect((await customer.list({ brandId })).itemTotal).toBe(0);
});

test("while another brand's long write holds the dictionary, a purge ends and others are served; the words go when it has ended", async () => {
  const [busy, own, others] = [await world.newBrand(), await world.newBrand(), await world.newBrand()];
  const { id } = await customer.create({ brandId: own, firstname: "Ada", lastname: "Quendelbart" });
  const order: string[] = [];
  await whileNaming(busy, ["long", "write"], async (client) => {
    const purged = purge(id).then((answer) => {
      order.push("purged");
      return answer;
    });
    for (let n = 0; n < 12; n += 1) {
      const lastname = `Neu${"bcdfghjkmpqr"[n]!.repeat(3)}`;
      const made = await customer.create({ brandId: n % 2 === 0 ? others : own, firstname: "Ada", lastname });
      expect(made.outcome).toBe("created");
    }
    order.push("created");
    const { status, body, receipt } = await purged;
    expect([status, body.outcome, receipt.customers]).toEqual([200, "purged", 1]);
    expect(body.words_pending).toBe(true);
    const again = await purge(id);
    expect(again.body).toEqual({ ...body, outcome: "unchanged" });
    const { items } = await job.list({ kind: "erasure.words" });
    expect(items).toMatchObject([{ brand_id: own, customer_id: id }]);
    order.push("long write ends");
    await client.query("ROLLBACK");
  });
  expect(order.at(-1)).toBe("long write ends");
  await expect.poll(async () => (await purge(id)).body.words_pending, { timeout: 20_000 }).toBeUndefined();
  await expect
    .poll(async () => (await job.list({ kind: "erasure.words" })).itemTotal, { timeout: 20_000 })
    .toBe(0);
  const [words, spellings] = await wordsOf(own);
  expect(words).toEqual(spellings);
  expect(words).toContain("ada");
  expect(words).not.toContain("quendelbart");
});

test("the job finishes a purge that was interrupted, without another call", async () => {
  const brandId = await world.newBrand();
  const { id } = await customer.create({ brandId, firstname: "Quendelbart" });
  await whileNaming(brandId, ["long", "write"], async (client) => {
    expect((await purge(id)).body.words_pending).toBe(true);
    expect((await wordsOf(brandId))[1]).toContain("quendelbart");
    await client.query("ROLLBACK");
  });
  await expect.poll(() => wordsOf(brandId), { timeout: 20_000 }).toEqual([[], []]);
  await expect
    .poll(async () => (await job.list({ kind: "erasure.words" })).itemTotal, { timeout: 20_000 })
    .toBe(0);
});

test("a word that a write under way uses stays: the writer's customer is found with a typo when it is committed", async () => {
  const brandId = await world.newBrand();
  const { id } = await customer.create({ brandId, firstname: "Ada", lastname: "Quendelbart" });
  await whileNaming(brandId, ["quendelbart"], async (client) => {
    expect((await purge(id)).body.words_pending).toBe(true);
    await client.query("COMMIT");
  });
  const found = async () => (await customer.list({ brandId, query: "quendelbrat" })).items.length;
  expect(await found()).toBe(1);
  await expect.poll(() => wordsOf(brandId), { timeout: 20_000 }).toEqual([["quendelbart"], ["quendelbart"]]);
  expect(await found()).toBe(1);
});

test("a writer who adds a word anew holds up neither a purge of that word nor the forgetting of others", async () => {
  const brandId = await world.newBrand();
  const { id } = await customer.create({ brandId, firstname: "Sandoval", lastname: "Quendelbart" });
  const later = await customer.create({ brandId, firstname: "Ada", lastname: "Sandoval" });
  await customer.purge({ id });
  await customer.purge({ id: later.id });
  expect(await wordsOf(brandId)).toEqual([[], []]);
  const third = await customer.create({ brandId, firstname: "Rosamunde" });
  await whileNaming(brandId, ["sandoval"], async (client) => {
    // New customers are created while the dictionary row of this one word is not committed.
    expect((await customer.create({ brandId, firstname: "Grace" })).outcome).toBe("created");
    expect((await purge(third.id)).status).toBe(200);
    await client.query("ROLLBACK");
  });
  await expect.poll(() => wordsOf(brandId), { timeout: 20_000 }).toEqual([["grace"], ["grace"]]);
});

test("64 purges at once, of as many people of one name, all succeed; so do 64 of one person, with one receipt", async () => {
  const brandId = await world.newBrand();
  const make = () =>
    customer.create({ brandId, primaryId: uniqueName(), firstname: "Ada", lastname: "Quendelbart" });
  const people = await Promise.all(Array.from({ length: 64 }, make));
  const answers = await Promise.all(people.map(({ id }) => purge(id)));
  expect(answers.map(({ status }) => status)).toEqual(people.map(() => 200));
  expect(answers.every(({ receipt }) => receipt.customers === 1)).toBe(true);
  await expect.poll(() => wordsOf(brandId), { timeout: 20_000 }).toEqual([[], []]);
  const one = await make();
  const same = await Promise.all(Array.from({ length: 64 }, () => purge(one.id)));
  expect(same.map(({ status }) => status)).toEqual(same.map(() => 200));
  expect(new Set(same.map(({ receipt }) => receipt.id)).size).toBe(1);
  expect(same.filter(({ body }) => body.outcome === "purged")).toHaveLength(1);
  await expect.poll(() => wordsOf(brandId), { timeout: 20_000 }).toEqual([[], []]);
  await expect
    .poll(async () => (await job.list({ kind: "erasure.words" })).itemTotal, { timeout: 20_000 })
    .toBe(0);
});

test("64 empty brands deleted at once are all deleted", async () => {
  const ids = [];
  for (let n = 0; n < 64; n += 1) ids.push(await world.newBrand());
  const answers = await Promise.all(ids.map((id) => brand.delete({ id })));
  expect(answers.map(({ outcome }) => outcome)).toEqual(ids.map(() => "deleted"));
});

test("after concurrent creations, renames, deletions and purges each word belongs to a customer and finds one", async () => {
  const below = dice();
  const brandId = await world.newBrand();
  const names = ["Quendelbart", "Sandoval", "Rosamunde", "Hildegard"];
  const misspelt = ["quendelbrat", "sandovla", "rosamudne", "hildegadr"];
  const live = new Map<number, string>();
  const act = async () => {
    for (let round = 0; round < 12; round += 1) {
      const name = names[below(names.length)]!;
      const { id } = await customer.create({ brandId, firstname: name });
      live.set(id, name);
      // A created customer is found, whatever is purged at this moment.
      const { items } = await customer.list({
        brandId,
        query: misspelt[names.indexOf(name)]!,
        itemLimit: 99,
      });
      expect(items.map((one) => one.id)).toContain(id);
      const kind = below(4);
      if (kind === 0) {
        const other = names[below(names.length)]!;
        await customer.update({ id, firstname: other });
        live.set(id, other);
      }
      if (kind === 1) await customer.delete({ id });
      if (kind !== 3) {
        live.delete(id);
        await customer.purge({ id });
      }
    }
  };
  await Promise.all(Array.from({ length: 6 }, act));
  const left = [...new Set([...live.values()].map((name) => name.toLowerCase()))].sort();
  await expect.poll(() => wordsOf(brandId), { timeout: 20_000 }).toEqual([left, left]);
  for (const [at, name] of names.entries()) {
    const { items } = await customer.list({ brandId, query: misspelt[at]!, itemLimit: 99 });
    const expected = [...live].filter(([, own]) => own === name).map(([id]) => id);
    expect(items.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(expected.toSorted((a, b) => a - b));
  }
}, 120_000);
