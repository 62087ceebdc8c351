// Rotation of the installation secret: everything issued or sealed under the old one stays valid while it is configured
// as the previous one, and sealed texts no longer need it after the first start.
import { randomBytes } from "node:crypto";
import { mkdtempSync, existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@dossier/api";
import { Webhook } from "standardwebhooks";
import { afterAll, expect, test } from "vitest";
import { openLog } from "../../src/log.ts";
import { type RunningService, startService } from "../../src/service/service.ts";
import { readSecrets } from "../../src/service/installation-secret.ts";
import { startCrm } from "../support/servers/crm-server.ts";
import { createTestDatabase } from "../support/database.ts";
import { poll } from "../support/embedded/harness.ts";
import { startReceiver } from "../support/servers/webhook-receiver.ts";
import { uniqueName } from "../support/requests.ts";
import { testConfig } from "../support/test-server.ts";

const receiver = await startReceiver();
const crm = await startCrm();

const [first, second, third] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const database = await createTestDatabase();
type Line = { msg: string; resealed?: number; unreadable?: number };
const lines: Line[] = [];
const log = openLog("info", false, { write: (line: string) => void lines.push(JSON.parse(line) as Line) });

/** Running services; they are stopped after the test file. */
const running = new Set<RunningService>();
afterAll(async () => void (await Promise.all([...running].map(stop))));

async function start(secret: Buffer, previousSecret?: Buffer): Promise<RunningService> {
  const egressAllow = [receiver.place, crm.hostPort];
  const service = await startService(testConfig(database.url, { secret, previousSecret, egressAllow }), log);
  running.add(service);
  return service;
}

async function stop(service: RunningService): Promise<void> {
  running.delete(service);
  await service.stop();
}

const [before, changed] = [await start(first), await start(second, first)];
const said = (msg: RegExp) => lines.filter((line) => msg.test(line.msg));
await poll(() => said(/re-encrypted/).length === 1); // of nothing yet: what follows is sealed under the first

const key = "test-administrator-key-0123456789";
const clientOf = ({ url }: RunningService) =>
  createClient({ url, key, idempotencyKeys: false, retry: false }).raw;
const admin = clientOf(before);

test("cursors and sessions that were given out go on, and new ones are of the new secret alone", async () => {
  for (const name of ["One", "Two"]) await admin.brand.create({ name });
  const { nextCursor: cursor } = await admin.brand.list({ itemLimit: 1 });
  const page = { itemLimit: 1, cursor: cursor ?? "" };
  expect((await clientOf(changed).brand.list(page)).items).toEqual((await admin.brand.list(page)).items);
  const { nextCursor: later } = await clientOf(changed).brand.list({ itemLimit: 1 });
  await expect(admin.brand.list({ itemLimit: 1, cursor: later ?? "" })).rejects.toMatchObject({
    code: "invalid_field",
  });
  const opened = await fetch(`${before.url}/api/v2/session`, { method: "POST", headers: { apiKey: key } });
  const cookie = (opened.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const statusAt = async (service: RunningService) =>
    (await fetch(`${service.url}/api/v2/session`, { headers: { cookie } })).status;
  expect([await statusAt(before), await statusAt(changed)]).toEqual([200, 200]);
});

/** The same creation, sent to one process or another. */
async function sendOnce(service: RunningService, token: string, primaryId: string, brandId: number) {
  const answer = await fetch(`${service.url}/api/v2/customer`, {
    method: "POST",
    headers: { apiKey: key, "content-type": "application/json", "idempotency-key": token },
    body: JSON.stringify({ brand_id: brandId, primary_id: primaryId, firstname: "Ada" }),
  });
  const body = (await answer.json()) as { id?: number; code?: string };
  return { status: answer.status, ...body, replayed: answer.headers.get("idempotency-replayed") };
}

test("a call is done once, whichever of both sides of the change it is repeated at", async () => {
  const { id: brandId } = await admin.brand.create({ name: "Repeated" });
  const after = await start(second);
  for (const [from, to] of [
    [before, changed],
    [changed, before],
    [changed, after],
    [after, changed],
  ] as const) {
    const [token, primaryId] = [uniqueName("token"), uniqueName()];
    const made = await sendOnce(from, token, primaryId, brandId);
    expect(made).toMatchObject({ status: 200, replayed: null });
    const again = await sendOnce(to, token, primaryId, brandId);
    expect(again).toMatchObject({ status: 200, id: made.id, replayed: "true" });
    expect(await sendOnce(to, token, uniqueName(), brandId)).toMatchObject({ code: "idempotency_conflict" });
  }
  const [token, primaryId] = [uniqueName("token"), uniqueName()];
  const all = [before, changed, changed, before, changed, before];
  const together = await Promise.all(all.map((one) => sendOnce(one, token, primaryId, brandId)));
  const done = together.filter(({ status }) => status === 200);
  expect(done.length).toBeGreaterThan(0);
  expect(new Set(done.map(({ id }) => id)).size).toBe(1);
  expect(together.filter(({ status, code }) => status !== 200 && code !== "idempotency_conflict")).toEqual(
    [],
  );
});

test("webhooks are signed and CRMs asked as before, and after one start without the previous secret too", async () => {
  const path = "/rotated";
  const { id: brandId } = await admin.brand.create({ name: "Sealed" });
  await admin.brand.update({
    id: brandId,
    crmLookupUrl: crm.url,
    crmHeaders: { authorization: "Bearer sesame" },
  });
  const sent = { url: receiver.urlOf(path), events: ["customer.created" as const], brandIds: [brandId] };
  const { secret } = await admin.webhook.create(sent);
  const check = async (service: RunningService, count: number) => {
    await clientOf(service).customer.create({ brandId, firstname: "Ada" });
    await poll(() => receiver.at(path).length === count);
    const { body, headers } = receiver.at(path).at(-1) ?? { body: "", headers: {} };
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    await clientOf(service).brand.crmTest({ id: brandId, primaryId: "1" });
    expect(crm.headers.at(-1)?.authorization).toBe("Bearer sesame");
  };
  await Promise.all([...running].filter((one) => one !== changed).map(stop)); // the caller knows both
  await check(changed, 1);
  lines.length = 0;
  const resealing = await start(second, first);
  await poll(() => said(/re-encrypted/).length === 1);
  expect(said(/re-encrypted/)).toMatchObject([{ resealed: 2, unreadable: 0 }]);
  await Promise.all([changed, resealing].map(stop));
  const alone = await start(second);
  await check(alone, 2);
  await stop(alone);
  lines.length = 0;
  await start(third, first);
  await poll(() => said(/cannot be decrypted/).length === 1);
  expect(said(/cannot be decrypted/)).toMatchObject([{ unreadable: 2 }]);
});

test("a data folder whose secret is put aside gets a new one, and knows the old one as the one before", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "dossier-secret-"));
  afterAll(() => rmSync(dataDir, { recursive: true }));
  const config = { ...testConfig("", { secret: undefined }), databaseUrl: undefined, dataDir };
  const old = readSecrets(config);
  expect(old.previous).toBeUndefined();
  renameSync(join(dataDir, "secret"), join(dataDir, "secret.previous"));
  const now = readSecrets(config);
  expect(existsSync(join(dataDir, "secret"))).toBe(true);
  expect(now.current).not.toEqual(old.current);
  expect(now.previous).toEqual(old.current);
  const given = readSecrets({ ...config, secret: first });
  expect(given).toEqual({ current: first, previous: now.current });
  expect(readFileSync(join(dataDir, "secret"), "utf8")).toBe(now.current.toString("hex"));
});
