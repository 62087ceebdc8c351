// Deliveries over a long time: retried until they succeed, spread over days, failed, and sent when the webhook is
// enabled.
import { type Api, eventTypes, type Input } from "@dossier/api";
import { Webhook } from "standardwebhooks";
import { expect, test, vi } from "vitest";
import { openLog } from "../../src/log.ts";
import { poll } from "../support/embedded/harness.ts";
import { type Received, type Reply, startReceiver } from "../support/servers/webhook-receiver.ts";
import { withSql } from "../support/table-fingerprint.ts";
import { uniqueName } from "../support/requests.ts";
import { unreachableUrl } from "../support/fixtures.ts";
import { startTestServer } from "../support/test-server.ts";

vi.setConfig({ testTimeout: 120_000 });
const receiver = await startReceiver();
const lines: string[] = [];
const log = openLog("warn", false, { write: (line: string) => void lines.push(line) });
const world = await startTestServer({ egressAllow: [receiver.place, "127.0.0.1:9"] }, log);
const { admin } = world;

type Settings = Partial<Input<Api["webhook"]["create"]>>;

/** A brand of its own with a webhook for all its events, and the deliveries received. */
async function listen(reply?: (received: Received) => Reply | Promise<Reply>, more: Settings = {}) {
  const brandId = await world.newBrand();
  const path = `/${uniqueName("hook")}`;
  if (reply) receiver.answer(path, reply);
  const sent = { url: receiver.urlOf(path), events: [...eventTypes], brandIds: [brandId], ...more };
  const { id, secret } = await admin.webhook.create(sent);
  return {
    brandId,
    id,
    secret,
    path,
    got: () => receiver.at(path),
    until: async (count: number) => {
      await poll(() => receiver.at(path).length >= count);
      return receiver.at(path);
    },
    find: async () => (await admin.webhook.find({ id })).item,
    deliveries: async () => (await admin.webhook.listDeliveries({ id, itemLimit: 99 })).items,
    async customer() {
      return (await admin.customer.create({ brandId, firstname: "Ada" })).id;
    },
  };
}
const status =
  (code: number, headers: Record<string, string> = {}) =>
  () => ({ status: code, headers });

/** Advances time: deliveries with so many attempts become due. A lane in progress is due within 3 s. */
const letTimePass = (webhookId: number, tries: number) =>
  world.service.db.pool.query(
    `UPDATE job_lane SET due_at = now()
      WHERE kind = 'webhook' AND lane LIKE $1 || ':%' AND due_at > now() + interval '3500 ms'
        AND EXISTS (SELECT FROM webhook_delivery d WHERE d.webhook_id = $1::bigint AND d.attempts = $2)`,
    [String(webhookId), tries],
  );

test("a failed delivery is sent again with the same id and bytes, a new time stamp and a new signature", async () => {
  let tries = 0;
  const { secret, customer, until, deliveries } = await listen(() => ({
    status: (tries += 1) === 1 ? 500 : 204,
  }));
  await customer();
  const [first, second] = await until(2);
  expect(second!.body).toBe(first!.body);
  expect(second!.headers["webhook-id"]).toBe(first!.headers["webhook-id"]);
  const waited = Number(second!.headers["webhook-timestamp"]) - Number(first!.headers["webhook-timestamp"]);
  expect(waited).toBeGreaterThanOrEqual(3); // seconds: five, minus a fifth, in whole ones
  new Webhook(secret).verify(second!.body, second!.headers);
  await poll(async () => (await deliveries())[0]?.state === "delivered");
  const [only] = await deliveries();
  expect(only).toMatchObject({
    event_id: first!.headers["webhook-id"],
    event: "customer.created",
    attempts: 2,
    status: 204,
    due_at: null,
  });
});

test("a delivery that waits for its next try goes out at once when it is asked for again", async () => {
  let isBroken = true;
  const { customer, until, deliveries } = await listen(() => ({ status: isBroken ? 500 : 204 }));
  await customer();
  await poll(async () => (await deliveries())[0]?.attempts === 1);
  await until(2);
  await poll(async () => (await deliveries())[0]?.attempts === 2); // the next attempt is in five minutes
  isBroken = false;
  await admin.webhook.redeliver({ id: (await deliveries())[0]!.id });
  await until(3);
  await poll(async () => (await deliveries())[0]?.state === "delivered");
  expect((await deliveries())[0]?.attempts).toBe(1);
});

test("after ten tries a webhook is switched off, with reason and time, and the log is warned", async () => {
  const { id, customer, got, find, deliveries } = await listen(status(500));
  await customer();
  for (let count = 1; count < 10; count += 1) {
    await poll(async () => (await deliveries())[0]?.attempts === count);
    expect((await find()).state).toBe("active");
    await poll(async () => {
      await letTimePass(id, count); // the attempt before may not have been recorded yet
      return got().length > count;
    });
  }
  await poll(async () => (await find()).state === "off");
  expect(await find()).toMatchObject({ off_reason: "failing" });
  expect((await deliveries())[0]).toMatchObject({ state: "failed", status: 500, attempts: 10 });
  expect(got().length).toBeGreaterThanOrEqual(10);
  expect(new Set(got().map(({ body }) => body)).size).toBe(1);
  const warning = lines.find(
    (line) => line.includes(`"webhook":${id},`) && line.includes("webhook disabled"),
  );
  expect(warning).toContain('"reason":"failing"');
  expect(warning).not.toContain("/hook");
});

test("the tries are spread over three days, give or take a fifth each", async () => {
  const { id, customer, deliveries } = await listen(status(500));
  await customer();
  const waits = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
  for (const [at, seconds] of waits.entries()) {
    await poll(async () => {
      const [one] = await deliveries();
      if (one!.attempts < at + 1) await letTimePass(id, at);
      return one!.attempts === at + 1 && one!.due_at !== null;
    });
    const [one] = await deliveries();
    const wait = (Date.parse(one!.due_at!) - Date.parse(one!.attempted_at!)) / 1000;
    expect(wait / seconds, `after try ${at + 1}`).toBeGreaterThanOrEqual(0.799);
    expect(wait / seconds, `after try ${at + 1}`).toBeLessThanOrEqual(1.201);
  }
  expect(waits.reduce((sum, one) => sum + one, 0) / 3600).toBeCloseTo(75.6, 1);
});

test("who cannot be reached has no status", async () => {
  const { customer, deliveries } = await listen(undefined, { url: unreachableUrl });
  await customer();
  await poll(async () => (await deliveries())[0]?.attempts === 1);
  expect((await deliveries())[0]).toMatchObject({ state: "waiting", status: null });
});

test("however many deliveries have waited, switching on sends every one, once", async () => {
  const { id, brandId, until, got, find } = await listen();
  await admin.webhook.update({ id, paused: true });
  const many = 1050;
  await withSql(world, (client) =>
    client.query(
      `INSERT INTO webhook_delivery (webhook_id, brand_id, customer_id, event, payload, created_at)
        SELECT $1, $2, 1 + n % 200, 'customer.updated', format('{"n":%s}', n), now() - interval '1 hour'
          FROM generate_series(1, $3) AS n`,
      [id, brandId, many],
    ),
  );
  expect((await find()).waiting).toBe(1000); // as far as they are counted
  await admin.webhook.update({ id, paused: false });
  for (let count = 100; count <= many; count += 50) await until(count);
  await poll(async () => (await admin.job.list({ brandId })).items.length === 0);
  expect(got().length).toBe(many);
  expect(new Set(got().map(({ body }) => body)).size).toBe(many);
  expect((await find()).waiting).toBe(0);
});
