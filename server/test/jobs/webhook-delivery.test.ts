// Webhook deliveries: signed, one after the other for a customer, retried with the same bytes, until they succeed or
// the webhook is disabled; and repeated on request.
import { type Api, eventTypes, type Input, verifyWebhook, type WebhookPayload } from "@dossier/api";
import { Webhook } from "standardwebhooks";
import { expect, test, vi } from "vitest";
import { runRetention } from "../../src/domain/erasure/retention.ts";
import { openLog } from "../../src/log.ts";
import { poll } from "../support/embedded/harness.ts";
import { type Received, type Reply, startReceiver } from "../support/servers/webhook-receiver.ts";
import { withSql } from "../support/table-fingerprint.ts";
import { uniqueName } from "../support/requests.ts";
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

const addEvent = (customerId: number) => admin.customer.addEvent({ customerId, message: "paid" });
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

test("a delivery is signed so that the independent library takes it, and nothing that was touched", async () => {
  const { secret, customer, until } = await listen();
  await customer();
  const [one] = await until(1);
  const { headers, body } = one!;
  expect(headers["content-type"]).toBe("application/json");
  expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  const { data, ...envelope } = JSON.parse(body) as WebhookPayload;
  const { brand_id, customer_id, ...rest } = data;
  expect(await verifyWebhook(secret, headers, body)).toEqual({
    ...envelope,
    data: { brandId: brand_id, customerId: customer_id, ...rest },
  });
  expect(headers["webhook-signature"]).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
  expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow();
  expect(() => new Webhook(secret).verify(body, { ...headers, "webhook-id": "other" })).toThrow();
});

test("while a secret is rotated both sign, then the new one alone", async () => {
  const { id, secret, customer, until, find } = await listen();
  const rotated = await admin.webhook.rotateSecret({ id });
  const customerId = await customer();
  const [first] = await until(1);
  expect(first!.headers["webhook-signature"]?.split(" ").length).toBe(2);
  for (const one of [secret, rotated.secret]) new Webhook(one).verify(first!.body, first!.headers);
  await withSql(world, (client) =>
    client.query("UPDATE webhook SET previous_secret_until = now() - interval '1 second' WHERE id = $1", [
      id,
    ]),
  );
  expect((await find()).rotating_until).toBeNull();
  await addEvent(customerId);
  const [, second] = await until(2);
  new Webhook(rotated.secret).verify(second!.body, second!.headers);
  expect(() => new Webhook(secret).verify(second!.body, second!.headers)).toThrow();
});

test("a customer's deliveries keep their order while the first one fails, and hold back nobody else's", async () => {
  const refused = new Set<number>();
  const { customer, until, got, id, deliveries } = await listen(({ payload }) => ({
    status: refused.has(payload.data.customer_id) ? 503 : 204,
  }));
  const [slow, quick] = [await customer(), await customer()];
  await until(2);
  refused.add(slow);
  for (const one of [slow, slow, quick, quick]) await addEvent(one);
  const of = (one: number) => got().filter(({ payload }) => payload.data.customer_id === one);
  await poll(() => of(quick).length === 3 && of(slow).length === 2);
  await poll(async () => (await deliveries()).some((one) => one.attempts === 1 && one.state === "waiting"));
  const waiting = (await deliveries()).filter((one) => one.state === "waiting");
  expect(waiting.map(({ customer_id, attempts }) => [customer_id, attempts])).toEqual([
    [slow, 0],
    [slow, 1],
  ]);
  refused.clear();
  await poll(async () => {
    await letTimePass(id, 1);
    return of(slow).length === 4;
  });
  const sequences = of(slow).map(({ payload }) => payload.data.sequence);
  expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
  expect(new Set(sequences).size).toBe(3);
});

test("a delivery is sent once more on demand, byte for byte, under its old id", async () => {
  const { secret, customer, until, deliveries } = await listen();
  await customer();
  await until(1);
  await poll(async () => (await deliveries())[0]?.state === "delivered");
  const [one] = await deliveries();
  expect((await admin.webhook.redeliver({ id: one!.id })).outcome).toBe("updated");
  const [first, second] = await until(2);
  expect(second!.body).toBe(first!.body);
  expect(second!.headers["webhook-id"]).toBe(first!.headers["webhook-id"]);
  new Webhook(secret).verify(second!.body, second!.headers);
  await expect(admin.webhook.redeliver({ id: 987_654_321 })).rejects.toMatchObject({ code: "not_found" });
});

test.each(["redeliver", "replay"] as const)(
  "what is asked for by %s while a delivery is on its way is sent, though that one succeeds",
  async (act) => {
    const since = new Date(Date.now() - 60_000).toISOString();
    const { id, customer, until, deliveries } = await listen(async () => {
      if (asked) return { status: 204 };
      asked = true;
      const [one] = await deliveries();
      await (act === "redeliver"
        ? admin.webhook.redeliver({ id: one!.id })
        : admin.webhook.replay({ id, since }));
      return { status: 204 };
    });
    let asked = false;
    await customer();
    const [first, second] = await until(2);
    expect(second!.body).toBe(first!.body);
    await poll(async () => (await deliveries())[0]?.state === "delivered");
    expect(await deliveries()).toHaveLength(1);
  },
);

test("another brand's delivery cannot be sent again", async () => {
  const { customer, deliveries } = await listen();
  await customer();
  const stranger = await world.clientFor(["SETTINGS_CRUD"], [await world.newBrand()]);
  const [one] = await deliveries();
  await expect(stranger.webhook.redeliver({ id: one!.id })).rejects.toMatchObject({ code: "not_found" });
});

test("a range is sent once more, in its order and nothing beyond it, byte for byte", async () => {
  const { id, customer, until, deliveries } = await listen();
  const customerId = await customer();
  for (const _ of [1, 2, 3, 4]) await addEvent(customerId);
  const before = [...(await until(5))];
  await poll(async () => (await deliveries()).every((one) => one.state === "delivered"));
  const times = (await deliveries()).map((one) => one.created_at).toReversed();
  const [since, until_] = [times[1]!, times[4]!];
  const answer = await admin.webhook.replay({ id, since, until: until_ });
  expect(answer).toMatchObject({ outcome: "updated", count: 3, next_since: null });
  const again = (await until(8)).slice(5);
  expect(again.map(({ body }) => body)).toEqual(before.slice(1, 4).map(({ body }) => body));
  expect(again.map(({ headers }) => headers["webhook-id"])).toEqual(
    before.slice(1, 4).map(({ headers }) => headers["webhook-id"]),
  );
  const nothing = await admin.webhook.replay({
    id,
    since: "2020-01-01T00:00:00Z",
    until: "2020-01-02T00:00:00Z",
  });
  expect(nothing).toMatchObject({ outcome: "unchanged", count: 0, next_since: null });
});

test("410 switches a webhook off at once; switched on, it gets what waited and what had failed, in order", async () => {
  let isGone = true;
  const { id, brandId, customer, until, got, find, deliveries } = await listen(() => ({
    status: isGone ? 410 : 204,
  }));
  const customerId = await customer();
  await poll(async () => (await find()).state === "off");
  expect(await find()).toMatchObject({ off_reason: "gone", off_at: expect.any(String) as string });
  expect((await deliveries())[0]).toMatchObject({ state: "failed", status: 410, attempts: 1 });
  await addEvent(customerId);
  await poll(async () => (await admin.job.list({ kind: "webhook", brandId })).items.length === 0);
  expect(got().length).toBe(1);
  isGone = false;
  await admin.webhook.update({ id, paused: false });
  const told = await until(3);
  expect(await find()).toMatchObject({ state: "active", off_reason: null, off_at: null });
  expect(told.slice(1).map(({ payload }) => payload.type)).toEqual(["customer.created", "event.created"]);
  expect(told[1]!.body).toBe(told[0]!.body);
  expect(lines.some((line) => line.includes('"reason":"gone"') && line.includes(`"webhook":${id}`))).toBe(
    true,
  );
});

const askedFor: [status: number, how: string, sent: () => string, atLeast: number][] = [
  [429, "seconds", () => "120", 120],
  [503, "a date", () => new Date(Date.now() + 600_000).toUTCString(), 560],
];
test.each(askedFor)("%i with Retry-After in %s is heeded", async (code, _how, sent, atLeast) => {
  const { customer, deliveries } = await listen(
    (): Reply => ({
      status: code,
      headers: { "retry-after": sent() },
    }),
  );
  await customer();
  await poll(async () => (await deliveries())[0]?.due_at);
  const [one] = await deliveries();
  expect(one!.status).toBe(code);
  const wait = (Date.parse(one!.due_at!) - Date.parse(one!.attempted_at!)) / 1000;
  expect(wait).toBeGreaterThanOrEqual(atLeast);
  expect(wait).toBeLessThan(700);
});

test("a redirection is a failure, and nobody follows it", async () => {
  const elsewhere = `/${uniqueName("elsewhere")}`;
  const { customer, deliveries } = await listen(status(302, { location: receiver.urlOf(elsewhere) }));
  await customer();
  await poll(async () => (await deliveries())[0]?.attempts === 1);
  expect((await deliveries())[0]).toMatchObject({ state: "waiting", status: 302 });
  expect(receiver.at(elsewhere)).toEqual([]);
});

test("a paused webhook's deliveries wait, and go out in their order when it is paused no more", async () => {
  const { id, brandId, customer, until, got, find } = await listen();
  const customerId = await customer();
  await until(1);
  await admin.webhook.update({ id, paused: true });
  for (const _ of [1, 2, 3]) await addEvent(customerId);
  await poll(async () => (await admin.job.list({ kind: "webhook", brandId })).items.length === 0);
  expect(await find()).toMatchObject({ state: "paused", waiting: 3 });
  expect(got().length).toBe(1);
  await admin.webhook.update({ id, paused: false });
  const sequences = (await until(4)).map(({ payload }) => payload.data.sequence);
  expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
  expect(new Set(sequences).size).toBe(4);
  await poll(async () => (await find()).waiting === 0);
});

test("deliveries are listed newest first, page by page, and by state", async () => {
  const { id, customer, until, deliveries } = await listen(({ payload }) => ({
    status: payload.type === "event.created" ? 500 : 204,
  }));
  const [first, second] = [await customer(), await customer()];
  await addEvent(first);
  await until(3);
  await poll(async () => (await deliveries()).filter((one) => one.attempts === 1).length === 3);
  const pages = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await admin.webhook.listDeliveries({ id, itemLimit: 1, ...(cursor ? { cursor } : {}) });
    expect(page.itemTotal).toBe(3);
    pages.push(...page.items);
    cursor = page.nextCursor;
  }
  expect(pages.map(({ event, customer_id }) => [event, customer_id])).toEqual([
    ["event.created", first],
    ["customer.created", second],
    ["customer.created", first],
  ]);
  const waiting = await admin.webhook.listDeliveries({ id, state: "waiting" });
  expect(waiting.itemTotal).toBe(1);
  expect(waiting.items.map(({ event }) => event)).toEqual(["event.created"]);
});

test("deliveries are deleted after thirty days, and waiting ones as well", async () => {
  const { id, customer, until, deliveries } = await listen();
  const customerId = await customer();
  await addEvent(customerId);
  await until(2);
  await poll(async () => (await deliveries()).every((one) => one.state === "delivered"));
  await withSql(world, (client) =>
    client.query(
      `UPDATE webhook_delivery SET created_at = now() - CASE WHEN event = 'customer.created'
        THEN interval '30 days 1 second' ELSE interval '29 days' END WHERE webhook_id = $1`,
      [id],
    ),
  );
  // The lowest ids are examined first: at this moment those of other tests are as old.
  await withSql(world, (client) =>
    client.query(
      "UPDATE webhook_delivery SET created_at = now() - interval '40 days' WHERE webhook_id <> $1 AND id < (SELECT min(id) FROM webhook_delivery WHERE webhook_id = $1)",
      [id],
    ),
  );
  expect((await runRetention(world.service.db, [])).deliveries).toBeGreaterThan(0);
  expect((await deliveries()).map(({ event }) => event)).toEqual(["event.created"]);
});
