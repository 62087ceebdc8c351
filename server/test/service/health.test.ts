// The health of an installation over HTTP: what the doctor checks, for keys that may see it, soon and without a word of
// anybody.
import { afterEach, expect, test, vi } from "vitest";
import type { Databases } from "../../src/service/databases.ts";
import { createHealthReader } from "../../src/service/health.ts";
import { version } from "../../src/version.ts";
import { startTestServer, testConfig } from "../support/test-server.ts";

const world = await startTestServer();
const other = await startTestServer();
afterEach(() => void vi.useRealTimers());

const read = async () => (await world.admin.health.find()).item;
type Report = Awaited<ReturnType<typeof read>>;
const named = (checks: Report["checks"], name: string) => checks.find((one) => one.name === name);

test("names release, Node.js and database, and every check with its state", async () => {
  const health = await read();
  expect(health).toMatchObject({ version, node: process.versions.node, is_embedded: false });
  expect(health.database).toMatch(/^\d+\.\d+/);
  expect(Date.now() - Date.parse(health.started_at)).toBeGreaterThanOrEqual(1000 * health.uptime - 50);
  expect(named(health.checks, "bootstrap key")).toMatchObject({
    state: "warning",
    hint: expect.stringContaining("dossier key create"),
  });
  expect(named(health.checks, "migrations")).toEqual({
    name: "migrations",
    state: "ok",
    message: "those of this release",
    hint: null,
  });
  const worst = ["error", "warning", "ok"].find((state) => health.checks.some((one) => one.state === state));
  expect(health.state).toBe(worst);
});

test("is for keys with METRICS_READ or SETTINGS_CRUD for all brands", async () => {
  for (const permission of ["METRICS_READ", "SETTINGS_CRUD"] as const) {
    const own = await world.clientFor([permission]);
    expect((await own.health.find()).item.version).toBe(version);
  }
  const others = [world.clientFor(["CUSTOMER_READ"]), world.clientFor(["METRICS_READ"], [1])];
  for (const one of others)
    await expect((await one).health.find()).rejects.toMatchObject({ code: "permission_missing" });
});

test("is read once for all who ask within some seconds", async () => {
  const reports = await Promise.all(Array.from({ length: 20 }, read));
  expect(new Set(reports.map((one) => one.checked_at)).size).toBe(1);
});

test("reports sealed secrets that do not open, and names no brand, webhook or customer", async () => {
  const brand = await other.newBrand({ name: "Canary Brand" });
  await other.admin.customer.create({ brandId: brand, primaryId: "canary-id", firstname: "Canaria" });
  const hook = {
    name: "canary hook",
    url: "http://127.0.0.1:9/canary",
    events: ["customer.created" as const],
  };
  await other.admin.webhook.create(hook);
  await other.service.db.pool.query("UPDATE webhook SET secret = 'garbage'");
  const { text } = await other.raw("GET", "/health");
  const { item } = JSON.parse(text) as { item: Report };
  expect(item.state).toBe("error");
  expect(named(item.checks, "sealed secrets")).toMatchObject({ state: "error" });
  expect(text).not.toMatch(/canar|garbage/i);
});

test("answers within three seconds when the database does not", async () => {
  vi.useFakeTimers();
  const never = () => new Promise<never>(() => undefined);
  const silent = { pool: { query: never, connect: never }, row: never, rows: never };
  const databases = { db: silent, monitoringDb: silent } as unknown as Databases;
  const cluster = { databaseState: () => ({ running: true, restarts: 0 }) };
  const report = createHealthReader({ config: testConfig(world.databaseUrl), databases, cluster })();
  await vi.advanceTimersByTimeAsync(3_000);
  const health = await report;
  expect([health.state, health.database]).toEqual(["error", null]);
  expect(named(health.checks, "database")?.message).toBe("does not answer in time.");
});
