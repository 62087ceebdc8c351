// Repeated seeding of the demo data: by two processes at once, after a partial failure, on two databases, and by a
// start.
import { builtinTypes } from "@dossier/api";
import { expect, test } from "vitest";
import { openDatabase } from "../src/db/pool.ts";
import { seedDemo } from "../src/demo.ts";
import { readChannelTypes } from "../src/domain/channel-type.ts";
import { openLog } from "../src/log.ts";
import { startService } from "../src/service/service.ts";
import { createTestDatabase } from "./support/database.ts";
import { testConfig, startTestServer } from "./support/test-server.ts";

const world = await startTestServer();
const { db } = world.service;
const demo = await seedDemo(db, await readChannelTypes(db));

async function openFresh() {
  return openDatabase({ connectionString: (await createTestDatabase()).url }, 4);
}

test("a second time adds nothing, and leaves what a person has changed", async () => {
  const [customer] = (await world.admin.customer.list({ query: "MK-21902" })).items;
  await world.admin.customer.update({ id: customer?.id ?? 0, lastname: "Lindquist-Berg" });
  const before = await rowsOf(db);
  const again = await seedDemo(db, builtinTypes);
  expect(again.added).toBeUndefined();
  expect(await rowsOf(db)).toEqual(before);
});

/** The content of every table, without the database's own times. */
async function rowsOf(db: { pool: ReturnType<typeof openDatabase>["pool"] }) {
  const ours = "message|event|ticket"; // of these every time comes from the demo data
  const { rows: tables } = await db.pool.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'row_count' ORDER BY 1",
  );
  const found: Record<string, string[]> = {};
  for (const { name } of tables) {
    const ofTime: Record<string, string> = { record_change: " - '{position,horizon,changed_at}'::text[]" };
    const clock =
      ofTime[name] ??
      (new RegExp(`^(${ours})$`).test(name)
        ? ""
        : " - '{created_at,updated_at,set_at,at,provenance,applied_at}'::text[]");
    const { rows } = await db.pool.query<{ row: string }>(
      `SELECT (to_jsonb(t)${clock})::text AS row FROM "${name}" AS t ORDER BY 1`,
    );
    found[name] = rows.map((one) => one.row);
  }
  return found;
}

test("two starts at once plant one world", async () => {
  const own = await openFresh();
  try {
    const started = await Promise.all([seedDemo(own, builtinTypes), seedDemo(own, builtinTypes)]);
    expect(started.filter((one) => one.added).length).toBe(1);
    const { rows } = await own.pool.query<{ count: number }>("SELECT count(*)::int FROM customer");
    expect(rows[0]?.count).toBe(demo.added?.customers);
  } finally {
    await own.close();
  }
});

test("a world that cannot be planted whole is not planted at all", async () => {
  const own = await openFresh();
  try {
    await own.pool.query("ALTER TABLE ticket ADD CHECK (title NOT LIKE 'Left my hearing aid%')"); // one of the last
    await expect(seedDemo(own, builtinTypes)).rejects.toThrow("ticket_title_check");
    const { rows } = await own.pool.query<{ count: number }>("SELECT count(*)::int FROM brand");
    expect(rows[0]?.count).toBe(1);
  } finally {
    await own.close();
  }
});

test("two databases are equal row by row", async () => {
  const [one, two] = [await openFresh(), await openFresh()];
  try {
    await seedDemo(one, builtinTypes);
    await seedDemo(two, builtinTypes);
    expect(await rowsOf(one)).toEqual(await rowsOf(two));
  } finally {
    await one.close();
    await two.close();
  }
});

test("a start plants it when it is asked to, and not otherwise", async () => {
  const config = testConfig((await createTestDatabase()).url);
  const quiet = openLog("silent", false);
  const without = await startService(config, quiet);
  await without.stop();
  const first = await startService(config, quiet, { demo: true });
  await first.stop();
  const second = await startService(config, quiet, { demo: true });
  await second.stop();
  expect(without.demo).toBeUndefined();
  expect(first.demo?.added?.customers).toBeGreaterThanOrEqual(60);
  expect(second.demo).toMatchObject({ brands: ["Morgenkrug", "Sternfahrt Travel"], added: undefined });
});
