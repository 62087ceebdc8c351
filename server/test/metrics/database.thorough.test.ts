// Database metrics at /metrics, with a fully used and with an unreachable database. Monitoring gets a response in time
// in either case.
import { setTimeout as wait } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import type { Statement } from "../../src/db/database.ts";
import { createTestDatabase } from "../support/database.ts";
import { makeRelay, urlThrough } from "../support/servers/tcp-relay.ts";
import { startFixtureServer } from "../support/requests.ts";
import { type Scrape, scrape } from "../support/scrape.ts";

const database = await createTestDatabase();
const relay = await makeRelay(database.connection as { host?: string; port?: number });
const world = await startFixtureServer({ databaseUrl: urlThrough(relay, database.connection) });
const { db } = world.service;
const waitOptions = { timeout: 15_000 };
const reader = await world.keyFor(["SETTINGS_CRUD"]);
const read = (key = reader) => scrape(world.url, key);

async function inTime(key = reader): Promise<Scrape> {
  const begun = performance.now();
  const found = await read(key);
  expect(performance.now() - begun).toBeLessThan(4000);
  return found;
}

const sleep: Statement = { name: "test_sleep", text: "SELECT pg_sleep($1)" };
const failWith = (code: string): Statement => ({
  name: `test_fail_${code}`,
  text: `DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '${code}'; END $$`,
});

test("a pool in full use is seen as that, by a session that is not its own", async () => {
  const before = await read();
  expect(before.value("dossier_db_pool_max_connections")).toBe(16);
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  // Two requesters, because one alone has only a share of the connections.
  const holders = Array.from({ length: 16 }, (_, n) =>
    db.forRequester({ key: 1000 + (n % 2) }).transaction(() => held),
  );
  await vi.waitFor(() => expect(db.poolUsage().used).toBe(16), waitOptions);
  const waiters = Array.from({ length: 5 }, () => db.rows(sleep, [0]));
  await wait(20);
  const full = await inTime();
  expect(full.value("dossier_database_up")).toBe(1);
  expect(full.value("dossier_db_pool_connections", { state: "used" })).toBe(16);
  expect(full.value("dossier_db_pool_connections", { state: "idle" })).toBe(0);
  expect(full.value("dossier_db_pool_pending")).toBeGreaterThanOrEqual(5);
  release();
  await Promise.all([...holders, ...waiters]);
  const after = await vi.waitFor(async () => {
    const found = await read(world.adminKey);
    expect(found.value("dossier_db_pool_pending")).toBe(0);
    return found;
  }, waitOptions);
  const rise = (name: string) => (after.value(name) ?? 0) - (before.value(name) ?? 0);
  expect(rise("dossier_db_pool_acquire_waits_total")).toBeGreaterThanOrEqual(5);
  expect(rise("dossier_db_pool_acquire_seconds_total")).toBeGreaterThan(0.1);
  expect(rise("dossier_db_pool_acquire_timeouts_total")).toBe(0);
});

test.each([
  ["40P01", "reason", "deadlock", 0],
  ["40001", "reason", "serialization", 0],
  ["55P03", "reason", "lock", 1],
])(
  "a transaction that ends with %s is run again, and counted once by its %s %s",
  async (code, label, reason, late) => {
    const [before, again] = [await read(), "dossier_db_transaction_retries_total"];
    let attempts = 0;
    const answer = await db.transaction(async (tx) => {
      attempts += 1;
      if (attempts === 1) await tx.rows(failWith(code));
      return attempts;
    });
    const after = await read();
    expect(answer).toBe(2);
    expect(
      (after.value(again, { [label]: reason }) ?? 0) - (before.value(again, { [label]: reason }) ?? 0),
    ).toBe(1);
    expect((after.value(again) ?? 0) - (before.value(again) ?? 0)).toBe(1);
    const timeouts = "dossier_db_statement_timeouts_total";
    expect((after.value(timeouts) ?? 0) - (before.value(timeouts) ?? 0)).toBe(late);
  },
);

test("a statement that runs too long is counted", async () => {
  const [before, timeouts] = [await read(), "dossier_db_statement_timeouts_total"];
  const slow = db.transaction(async (tx) => {
    await tx.setTimeouts(20);
    await tx.rows(sleep, [5]);
  });
  await expect(slow).rejects.toThrow("please retry");
  const after = await read();
  const rise = (limit: string) =>
    (after.value(timeouts, { limit }) ?? 0) - (before.value(timeouts, { limit }) ?? 0);
  expect([rise("statement"), rise("lock"), rise("client")]).toEqual([1, 0, 0]);
});

async function expectAway(): Promise<void> {
  await wait(1100); // keys are cached for a second
  for (const key of [reader, world.adminKey]) {
    const away = await inTime(key);
    expect(away.value("dossier_database_up")).toBe(0);
    for (const name of [
      "dossier_database_size_bytes",
      "dossier_database_migrations_current",
      "dossier_customers",
      "dossier_tickets",
    ])
      expect([name, away.value(name)]).toEqual([name, undefined]);
    expect(away.value("dossier_http_requests_in_flight")).toBeGreaterThanOrEqual(1);
    expect(away.value("process_resident_memory_bytes")).toBeGreaterThan(0);
  }
}

const isBack = () =>
  vi.waitFor(async () => expect((await read()).value("dossier_database_up")).toBe(1), waitOptions);

test("while the database is away only callers that have read before may read; afterwards all may again", async () => {
  const [stranger, revoked] = [await world.keyFor(["SETTINGS_CRUD"]), await world.keyFor(["SETTINGS_CRUD"])];
  await read(revoked);
  const { items } = await world.admin.key.list({ itemLimit: 99 });
  await world.admin.key.revoke({ id: Math.max(...items.map((one) => one.id)) });
  await expect(read(revoked)).rejects.toThrow("invalid_key");
  await read(); // a change of a key invalidates all cached readers
  await read(world.adminKey);
  await relay.cut();
  await expectAway();
  for (const key of [stranger, revoked]) await expect(read(key)).rejects.toThrow("unavailable");
  await relay.restore();
  await isBack();
});

test("a key that was revoked and never tried since reads nothing while the database is away; others still do", async () => {
  const made = await world.admin.key.create({ name: "gone", permissions: ["SETTINGS_CRUD"] });
  for (const key of [reader, made.key]) await read(key);
  await world.admin.key.revoke({ id: made.id });
  await read();
  await relay.cut();
  await expectAway();
  await expect(read(made.key)).rejects.toThrow("unavailable");
  await relay.restore();
  await isBack();
});

test("a key revoked where nobody told this server reads for an hour at most while the database is away", async () => {
  const made = await world.admin.key.create({ name: "gone", permissions: ["SETTINGS_CRUD"] });
  await read(made.key);
  await db.rows({ name: "test_revoke", text: "UPDATE api_key SET revoked_at = now() WHERE id = $1" }, [
    made.id,
  ]);
  await relay.cut();
  await expectAway();
  expect((await inTime(made.key)).value("dossier_database_up")).toBe(0);
  const real = performance.now.bind(performance);
  const later = vi.spyOn(performance, "now").mockImplementation(() => real() + 3_600_000);
  await expect(read(made.key)).rejects.toThrow("unavailable");
  later.mockRestore();
  await relay.restore();
  await isBack();
});

test("while the database is silent readers are answered in time", async () => {
  relay.freeze();
  await expectAway();
  await relay.restore();
  await isBack();
});

test("a database whose tables are not ours is up, but not current", async () => {
  await db.rows({ name: "test_rename", text: "ALTER TABLE row_count RENAME TO gone" });
  const strange = await read(world.adminKey);
  await db.rows({ name: "test_rename_back", text: "ALTER TABLE gone RENAME TO row_count" });
  expect(strange.value("dossier_database_up")).toBe(1);
  expect(strange.value("dossier_database_migrations_current")).toBe(0);
  expect((await read()).value("dossier_database_migrations_current")).toBe(1);
});
