// Traces beside the rows: PostgreSQL's statistics, and the bytes of freed space in its files. Found by unlikely words
// in every column, of many people, so that statistics would quote each.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type pg from "pg";
import { expect, inject, test } from "vitest";
import { personalDataLocations } from "../../../src/domain/erasure/personal-data.ts";
import { run } from "../../support/run-cli.ts";
import { withSql } from "../../support/table-fingerprint.ts";
import { uniqueName, startFixtureServer } from "../../support/requests.ts";

const world = await startFixtureServer();
const { customer, ticket, message } = world.admin;

/** Only words of the erased people contain this. */
const canary = "zyxq";
const isPackaged = inject("postgres").isPackaged;

const personal = personalDataLocations.flatMap(({ columns }) =>
  Object.entries(columns).flatMap(([table, names]) => names.map((name) => `${table}.${name}`)),
);

/** Columns of personal data whose statistics PostgreSQL may keep, and why. */
const quoted: Record<string, string> = {};

test("PostgreSQL keeps no statistics of a column with personal data", async () => {
  const { rows } = await withSql(world, (client) =>
    client.query<{ name: string; target: number }>(
      `SELECT c.relname || '.' || a.attname AS name, coalesce(a.attstattarget, -1)::int AS target
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped`,
    ),
  );
  const targets = new Map(rows.map(({ name, target }) => [name, target]));
  expect(personal.filter((name) => targets.get(name) !== 0 && !(name in quoted))).toEqual([]);
  const more = await withSql(world, (client) =>
    client.query(
      `SELECT stxname FROM pg_statistic_ext
        UNION ALL SELECT i.indexrelid::regclass::name FROM pg_index i, pg_attribute a
          WHERE a.attrelid = i.indexrelid AND i.indexprs IS NOT NULL AND i.indkey[a.attnum - 1] = 0
            AND coalesce(a.attstattarget, -1) <> 0 AND a.atttypid NOT IN ('boolean'::regtype, 'bigint'::regtype)
            AND i.indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)`,
    ),
  );
  expect(more.rows, "statistics of expressions, and extended ones").toEqual([]);
});

/** People with a value in every location, among others without. */
async function bring(brandId: number, many: number, word: string): Promise<number[]> {
  const ids: number[] = [];
  for (let n = 0; n < many; n += 1) {
    const own = `${word}${"bcdfghjkmp"[n % 10]}${"bcdfghjkmp"[Math.floor(n / 10)]}`;
    const address = `${own}@${word}.example`;
    const { id } = await customer.create(
      {
        brandId,
        primaryId: `${own}-id`,
        firstname: own,
        lastname: `${word} shared`,
        channels: [{ type: 1, address }],
        custom: { word: own },
      },
      { idempotencyKey: uniqueName() },
    );
    await customer.update({ id, firstname: `${own}new` });
    await customer.addEvent({ customerId: id, message: own, initiatedBy: own, eventId: own, type: own });
    const opened = await ticket.create({
      brandId,
      channel: "email",
      from: address,
      fromName: own,
      to: own,
      title: own,
    });
    await message.create({ ticketId: opened.id, type: "1", message: own, direction: "inbound" });
    await message.create({ ticketId: opened.id, type: "1", message: own, toAddress: `to-${address}` });
    ids.push(id);
  }
  return ids;
}

/** The statistics that quote the canary, by column. */
const quotations = (client: pg.Client) =>
  client.query<{ name: string }>(
    `SELECT tablename || '.' || attname AS name FROM pg_stats
      WHERE schemaname = 'public' AND lower(concat(most_common_vals, histogram_bounds, most_common_elems)) LIKE '%${canary}%'`,
  );

/** The relation files of this database that contain the canary. */
async function filesWithCanary(): Promise<string[]> {
  return withSql(world, async (client) => {
    await client.query("CHECKPOINT");
    const { rows } = await client.query<{ folder: string }>(
      `SELECT format('/proc/%s/cwd/base/%s', pg_backend_pid(), oid) AS folder FROM pg_database WHERE datname = current_database()`,
    );
    const folder = rows[0]!.folder;
    return readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(canary));
  });
}

test("after a purge no statistics quote the person, and after `dossier scrub` no file of the database does", async () => {
  const brandId = await world.newBrand();
  await bring(brandId, 30, "other");
  const ids = await bring(brandId, 60, canary);
  for (const id of ids.slice(0, 30)) await customer.delete({ id });
  await withSql(world, async (client) => {
    await client.query("ANALYZE");
    expect((await quotations(client)).rows).toEqual([]);
  });
  for (const id of ids) await customer.purge({ id });
  await withSql(world, async (client) => {
    expect((await quotations(client)).rows).toEqual([]);
    await client.query("VACUUM ANALYZE");
    expect((await quotations(client)).rows).toEqual([]);
  });
  if (!isPackaged) return; // the files are on another machine
  // VACUUM frees the space, and the bytes stay: as operations.md says.
  expect(await filesWithCanary()).not.toEqual([]);
  const scrubbed = await run(["scrub", "--yes"], {
    env: { DATABASE_URL: world.databaseUrl, DOSSIER_SECRET: "ab".repeat(32) },
  });
  expect(scrubbed).toMatchObject({ code: 0, stderr: "" });
  for (const name of new Set(personal.map((one) => one.split(".")[0])))
    expect(scrubbed.stdout).toMatch(new RegExp(`^${name}: written anew in `, "m"));
  expect(await filesWithCanary()).toEqual([]);
  // The server works, and everything that was not erased is there.
  expect((await customer.list({ brandId })).itemTotal).toBe(30);
  expect((await customer.list({ brandId, query: "otherbb" })).items).toHaveLength(1);
}, 300_000);

test("a table that is in use all the time is left, named, and nobody waits behind the command", async () => {
  const brandId = await world.newBrand();
  const { id } = await customer.create({ brandId, firstname: "Ada" });
  await withSql(world, async (client) => {
    await client.query("BEGIN");
    await client.query("SELECT FROM event LIMIT 1");
    const scrubbing = run(["scrub", "--yes", "--table", "event"], {
      env: { DATABASE_URL: world.databaseUrl, DOSSIER_SECRET: "ab".repeat(32) },
    });
    let events = 0;
    const over = new AbortController();
    void scrubbing.finally(() => over.abort());
    for (; !over.signal.aborted; events += 1) await customer.addEvent({ customerId: id, message: "Order 7" });
    await client.query("ROLLBACK");
    const ran = await scrubbing;
    expect(ran).toMatchObject({
      code: 1,
      stdout: "event: in use\n",
      stderr: expect.stringContaining("Not written anew: event") as string,
    });
    expect((await customer.listTimeline({ customerId: id })).itemTotal).toBe(events);
  });
});
