// Two independent servers on one database: they share the content of the database, and nothing else.
import { createClient } from "@dossier/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase } from "../support/database.ts";
import { emptyFolder } from "../support/run-cli.ts";
import { poll } from "../support/embedded/harness.ts";
import { startReceiver } from "../support/servers/webhook-receiver.ts";
import { scrape } from "../support/scrape.ts";
import { adminKey, getOnce, type ServeProcess, serve } from "../support/servers/server-process.ts";

const receiver = await startReceiver();
const { url: databaseUrl } = await createTestDatabase();
let one: ServeProcess;
let other: ServeProcess;

beforeAll(async () => {
  const start = () =>
    serve([], emptyFolder(), {
      DATABASE_URL: databaseUrl,
      DOSSIER_SECRET: "cd".repeat(32),
      DOSSIER_EGRESS_ALLOW: receiver.place,
      DOSSIER_RATE_LIMIT: "200",
    });
  [one, other] = await Promise.all([start(), start()]);
}, 300_000);
afterAll(() => Promise.all([one.stop(), other.stop()]));

const statusOf = async (served: ServeProcess, path: string, headers: Record<string, string>) =>
  (await getOnce(`${served.url}/api/v2${path}`, headers)).status;

test("a cursor, a session and a key of one are good at the other, and a revoked key at neither", async () => {
  const admin = createClient({ url: one.url, key: adminKey }).raw;
  const made = await admin.key.create({ name: "till", permissions: ["SETTINGS_CRUD", "CUSTOMER_READ"] });
  for (const name of ["First", "Second"]) await admin.brand.create({ name });
  const { nextCursor } = await admin.brand.list({ itemLimit: 1 });
  const headers = { apiKey: made.key };
  expect(await statusOf(other, `/brand?itemLimit=1&cursor=${nextCursor}`, headers)).toBe(200);
  const opened = await fetch(`${one.url}/api/v2/session`, { method: "POST", headers });
  const cookie = (opened.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  expect(await statusOf(other, "/session", { cookie })).toBe(200);
  await admin.key.revoke({ id: made.id });
  for (const served of [one, other])
    await poll(async () => (await statusOf(served, "/brand", headers)) === 401);
  expect(await statusOf(other, "/session", { cookie })).toBe(401);
});

test("background work is done once, each counts what it did, and both see what is there", async () => {
  const [mine, theirs] = [one, other].map(({ url }) => createClient({ url, key: adminKey }).raw);
  const { id: brandId } = await mine!.brand.create({ name: "Hooked" });
  const url = receiver.urlOf("/two");
  await mine!.webhook.create({ url, events: ["customer.created"], brandIds: [brandId] });
  await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      (n % 2 === 0 ? mine! : theirs!).customer.create({ brandId, primaryId: `two-${n}` }),
    ),
  );
  await poll(() => receiver.at("/two").length >= 40);
  const both = () => Promise.all([one, other].map((served) => scrape(served.url, adminKey)));
  await poll(async () => (await both()).every(({ value }) => (value("dossier_jobs") ?? 0) === 0));
  const [here, there] = await both();
  expect(new Set(receiver.at("/two").map(({ headers }) => headers["webhook-id"])).size).toBe(40);
  expect(receiver.at("/two")).toHaveLength(40);
  const done = { kind: "webhook", outcome: "done" };
  const runs = [here, there].map((scraped) => scraped!.value("dossier_job_runs_total", done) ?? 0);
  expect(runs[0]! + runs[1]!).toBe(40);
  for (const scraped of [here, there]) expect(scraped!.value("dossier_customers")).toBe(40);
});

test("each has a limit of its own", async () => {
  const admin = createClient({ url: one.url, key: adminKey }).raw;
  const { key } = await admin.key.create({ name: "busy", permissions: ["CUSTOMER_READ"] });
  const through = async (served: ServeProcess) => {
    const all = await Promise.all(
      Array.from({ length: 230 }, () => statusOf(served, "/customer", { apiKey: key })),
    );
    return all.filter((status) => status === 200).length;
  };
  expect([await through(one), await through(other)]).toEqual([200, 200]);
});
