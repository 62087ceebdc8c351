// Isolation of brands: a key for one brand has no effect outside it, at any endpoint; only keys for all brands change
// and monitor what belongs to the whole installation. Read from the table, so a new endpoint is tested automatically.
import { permissions } from "@dossier/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import pg from "pg";
import { fingerprint } from "../support/table-fingerprint.ts";
import {
  calls,
  uniqueName,
  makeCustomer,
  startFixtureServer,
  sendValid,
  type Fixture,
  table,
} from "../support/requests.ts";

const world = await startFixtureServer();
const scene: Fixture = { world, brandId: await world.newBrand() };
const foreign: Fixture = { world, brandId: await world.newBrand() };
const limited = await world.keyFor([...permissions], [scene.brandId]);
const whole = await world.keyFor([...permissions]);
const installationWide = table.filter(({ row }) => row.scope === "installation");
const others = table.filter(({ row }) => row.scope !== "installation");

const sql = new pg.Client({ connectionString: world.databaseUrl });
beforeAll(() => sql.connect());
afterAll(() => sql.end());

test("the installation-wide endpoints are those that change channel types and which brands there are, or tell of the machine", () => {
  expect(installationWide.map(({ name }) => name)).toEqual([
    "brand.create",
    "brand.delete",
    "channel.create",
    "channel.update",
    "health.find",
    "backup.find",
  ]);
});

describe.each(installationWide)("$name", ({ name, row }) => {
  test("is refused to a key for some brands, in words, and without effect", async () => {
    const call = await calls[name]!(scene);
    const before = await fingerprint(world);
    for (const key of [limited, await world.keyFor([...permissions], [scene.brandId, foreign.brandId])]) {
      const answer = await sendValid(scene, name, { call, key });
      expect([answer.status, answer.body.code, answer.body.message]).toEqual([
        403,
        "permission_missing",
        `This key lacks the permission ${row.permission} for all brands.`,
      ]);
    }
    const keys = new Set(["api_key", "api_key_brand", "audit_entry", "row_count"]);
    const tablesOf = (print: string) => print.split("\n").filter((line) => !keys.has(line.split(" ")[0]!));
    expect(tablesOf(await fingerprint(world))).toEqual(tablesOf(before));
  });

  test("is refused before its fields are read, also for records that do not exist", async () => {
    const path = row.paths[0].replace("{id}", "888888888888");
    const answer = await sendValid(scene, name, { call: { path, fields: {} }, key: limited });
    expect([answer.status, answer.body.code]).toEqual([403, "permission_missing"]);
  });

  test("is open to a key for all brands with its permission alone", async () => {
    expect(row.permission).not.toBe("any");
    const key = await world.keyFor(permissions.filter((one) => one === row.permission));
    expect((await sendValid(scene, name, { key })).status).toBe(200);
  });
});

test("channel types stay readable by every key, and another brand's integration goes on by their numbers", async () => {
  const answer = await world.raw("PUT", "/channel/1", {
    key: await world.keyFor(["CHANNEL_CUD"], [scene.brandId]),
    form: { channel_id: "4711", name: "mail" },
  });
  expect(answer.body.code).toBe("permission_missing");
  const { id } = await makeCustomer(foreign);
  const key = await world.keyFor(["CUSTOMER_CUD"], [foreign.brandId]);
  const form = { customerChannelType_0: "1", customerChannelValue_0: `${uniqueName("w")}@example.org` };
  expect((await world.raw("PUT", `/customer/${id}`, { key, form })).status).toBe(200);
  const { body } = await world.raw("GET", "/channel", { key });
  expect(body.items?.[0]).toMatchObject({ id: 1, channel_id: 1, name: "email" });
});

test("/metrics counts all brands, and is for keys for all brands alone", async () => {
  for (const [key, status] of [
    [limited, 403],
    [await world.keyFor(["SETTINGS_CRUD"], [scene.brandId, foreign.brandId]), 403],
    [await world.keyFor(["SETTINGS_CRUD"]), 200],
  ] as const) {
    const answer = await fetch(`${world.url}/metrics`, { headers: { apiKey: key } });
    const text = await answer.text();
    expect([answer.status, text.includes("dossier_customers")]).toEqual([status, status === 200]);
    if (status === 403)
      expect(JSON.parse(text)).toMatchObject({
        code: "permission_missing",
        message: "This key lacks the permission METRICS_READ for all brands.",
      });
  }
});

test("entries without a brand are visible to keys for all brands alone", async () => {
  await world.admin.channel.create({ name: uniqueName("signal") });
  const read = async (key: string) => (await world.raw("GET", "/audit?itemLimit=99", { key })).body.items!;
  expect((await read(whole)).map((one) => one.brand_id)).toContain(null);
  await makeCustomer(scene);
  const seen = await read(limited);
  expect(new Set(seen.map((one) => one.brand_id))).toEqual(new Set([scene.brandId]));
  const about = "?kind=channel+type&subject_id=1";
  expect((await world.raw("GET", `/audit${about}`, { key: limited })).body.itemTotal).toBe(0);
});

/** The rows of a table outside brand $1, by a condition; a table with a column `brand_id` needs none here. */
const elsewhere: Record<string, string> = {
  api_key: "all_brands OR EXISTS (SELECT FROM api_key_brand b WHERE b.key_id = t.id AND b.brand_id <> $1)",
  audit_entry: "brand_id <> $1", // the key's changes without a brand are in the trail too
  brand: "id <> $1",
  change_clock: "true",
  channel_type: "true",
  deleted_customer_channel: ofCustomer("t.customer_id"),
  disk_probe: "true",
  event: ofCustomer("t.customer_id"),
  former_identifier: ofCustomer("t.customer_id"),
  former_word: ofCustomer("t.customer_id"),
  heartbeat: "false", // of the readiness of the server
  idempotency_key: "false", // the caller's own
  job_lane: "false", // of the jobs, which have a brand
  message: "EXISTS (SELECT FROM ticket i WHERE i.id = t.ticket_id AND i.brand_id <> $1)",
  purge_receipt: "false", // numbers, found by the tombstone alone
  row_count: "brand_id NOT IN (0, $1)",
  schema_migration: "true",
  secret_use: "true",
  session: "false", // the caller's own
  start_link: "true",
  ticket_former_link: ofCustomer("t.customer_id"),
  timeline_count: ofCustomer("t.customer_id"),
  webhook:
    "all_brands OR EXISTS (SELECT FROM webhook_brand b WHERE b.webhook_id = t.id AND b.brand_id <> $1)",
};

function ofCustomer(id: string): string {
  const of = (name: string) => `SELECT FROM ${name} c WHERE c.id = ${id} AND c.brand_id <> $1`;
  return `EXISTS (${of("customer")}) OR EXISTS (${of("deleted_customer")})`;
}

/** Everything outside the fixture's brand, table by table. */
async function outsideOf({ brandId }: Fixture): Promise<string[]> {
  const { rows: tables } = await sql.query<{ name: string; branded: boolean }>(
    `SELECT tablename AS name, EXISTS (SELECT FROM information_schema.columns
        WHERE table_name = tablename AND column_name = 'brand_id') AS branded
      FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  );
  const found: string[] = [];
  for (const { name, branded } of tables) {
    const where = elsewhere[name] ?? (branded ? "brand_id IS DISTINCT FROM $1" : undefined);
    if (where === undefined) throw new Error(`${name}: which of its rows are another brand's?`);
    const { rows } = await sql.query<{ text: string }>(
      `SELECT (to_jsonb(t) - 'last_used_at')::text AS text FROM "${name}" t
        WHERE (${where}) AND $1::bigint IS NOT NULL ORDER BY 1`,
      [brandId],
    );
    found.push(...rows.map(({ text }) => `${name} ${text}`));
  }
  return found;
}

test.each(others)("$name by a key for one brand changes nothing outside it", async ({ name }) => {
  await makeCustomer(foreign);
  const call = await calls[name]!(scene);
  const before = await outsideOf(scene);
  expect(before.length).toBeGreaterThan(20);
  const answer = await sendValid(scene, name, { call, key: limited });
  expect(answer.status).toBe(200);
  expect(await outsideOf(scene)).toEqual(before);
});
