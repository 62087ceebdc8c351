// Webhook events: every change of a customer, once, in order, in the transaction of the change; with ids and names of
// fields, and without personal data.
import { type RawClient as Client, eventTypes, type Input, type Api, webhookPayload } from "@dossier/api";
import { expect, test, vi } from "vitest";
import { runRetention } from "../../../src/domain/erasure/retention.ts";
import { openLog } from "../../../src/log.ts";
import { poll } from "../../support/embedded/harness.ts";
import { type Received, startReceiver } from "../../support/servers/webhook-receiver.ts";
import { withSql } from "../../support/table-fingerprint.ts";
import { uniqueName } from "../../support/requests.ts";
import { untilWaiting } from "../../support/lock-watch.ts";
import { startTestServer } from "../../support/test-server.ts";

vi.setConfig({ testTimeout: 120_000 });
const receiver = await startReceiver();
const lines: string[] = [];
const log = openLog("debug", false, { write: (line: string) => void lines.push(line) });
const world = await startTestServer({ egressAllow: [receiver.place] }, log);
const { admin } = world;

/** A brand of its own and a webhook for all its events. */
async function listen(more: Partial<Input<Api["webhook"]["create"]>> = {}) {
  const brandId = await world.newBrand();
  const path = `/${uniqueName("hook")}`;
  const url = receiver.urlOf(path);
  const { id } = await admin.webhook.create({ url, events: [...eventTypes], brandIds: [brandId], ...more });
  const got = () => receiver.at(path);
  const until = async (count: number) => {
    await poll(() => got().length >= count);
    return got();
  };
  return { brandId, id, got, until };
}

const typesOf = (received: Received[]) => received.map(({ payload }) => payload.type);
const deliveries = async (id: number) => (await admin.webhook.listDeliveries({ id, itemLimit: 99 })).items;
const email = () => ({ type: "email", address: `${uniqueName("mail")}@example.org` });

test("everything that happens to a customer is told once, in its order, by ids and names of fields", async () => {
  const { brandId, id, until } = await listen();
  const from = email();
  const { id: waiting } = await admin.ticket.create({ brandId, channel: "email", from: from.address });
  const made = await admin.customer.create({
    brandId,
    firstname: "Ada",
    channels: [from],
    custom: { tier: "gold" },
  });
  await admin.customer.update({ id: made.id, lastname: "King", firstname: "Ada" });
  const added = await admin.customer.addChannels({ customerId: made.id, channels: [email(), from] });
  await admin.customer.removeChannel({ id: added.channel_ids[0]! });
  const event = await admin.customer.addEvent({ customerId: made.id, message: "paid" });
  const { id: arrived } = await admin.ticket.create({ brandId, channel: "email", from: from.address });
  const { id: handed } = await admin.ticket.create({ brandId, channel: "email" });
  await admin.ticket.update({ id: handed, customerId: made.id, title: "Parcel" });
  await admin.customer.delete({ id: made.id });
  await admin.customer.restore({ id: made.id });
  await admin.customer.purge({ id: made.id });
  const { item: first } = await admin.webhook.find({ id });
  const told = (await until(14)).map(({ payload }) => webhookPayload.strict().parse(payload));
  const { items } = await admin.webhook.listDeliveries({ id, itemLimit: 99 });
  const channelId = expect.any(Number) as number;
  const subject = { brand_id: brandId, customer_id: made.id, sequence: expect.any(Number) as number };
  expect(told.map(({ type, data }) => ({ type, ...data }))).toEqual([
    {
      type: "customer.created",
      ...subject,
      version: 1,
      outcome: "created",
      fields: ["firstname", "channels", "custom_tier"],
    },
    { type: "channel.added", ...subject, version: 1, channel_ids: [channelId] },
    { type: "ticket.linked", ...subject, ticket_id: waiting },
    { type: "customer.updated", ...subject, version: 2, outcome: "updated", fields: ["lastname"] },
    { type: "customer.updated", ...subject, version: 3, outcome: "updated", fields: ["channels"] },
    { type: "channel.added", ...subject, version: 3, channel_ids: [added.channel_ids[0]] },
    { type: "customer.updated", ...subject, version: 4, outcome: "updated", fields: ["channels"] },
    { type: "channel.removed", ...subject, version: 4, channel_ids: [added.channel_ids[0]] },
    { type: "event.created", ...subject, event_id: event.id },
    { type: "ticket.linked", ...subject, ticket_id: arrived },
    { type: "ticket.linked", ...subject, ticket_id: handed },
    { type: "customer.deleted", ...subject, outcome: "deleted" },
    { type: "customer.restored", ...subject, version: 5, outcome: "restored" },
    { type: "customer.purged", ...subject, outcome: "purged" },
  ]);
  const sequences = told.map(({ data }) => data.sequence);
  expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
  expect(sequences).toEqual(items.map((one) => one.sequence).toReversed());
  expect(new Set(sequences).size).toBe(14);
  expect(first.state).toBe("active");
});

test("resolve or create tells of the one it makes, then of what it changes, and of nothing where nothing changes", async () => {
  const { brandId, until } = await listen();
  const sent = { brandId, primaryId: uniqueName(), firstname: "Ada", extra_email: email().address };
  const { id: ticketId } = await admin.ticket.create({ brandId, channel: "email" });
  await admin.customer.resolve(sent);
  await admin.customer.resolve(sent);
  await admin.customer.resolve({ ...sent, ticketId });
  await admin.customer.resolve({ ...sent, ticketId, firstname: "Grace" });
  const told = await until(4);
  expect(typesOf(told)).toEqual(["customer.created", "channel.added", "ticket.linked", "customer.updated"]);
});

test("a call that is refused, changes nothing or is a repetition emits no event", async () => {
  const { brandId, id } = await listen();
  const [mine, theirs] = [email(), email()];
  const { id: customerId } = await admin.customer.create({
    brandId,
    primaryId: uniqueName(),
    channels: [mine],
  });
  await admin.customer.create({ brandId, channels: [theirs] });
  const before = (await deliveries(id)).length;
  const ask = {
    json: { customer_id: customerId, message: "paid" },
    headers: { "idempotency-key": uniqueName() },
  };
  for (const _ of [1, 2]) expect((await world.raw("POST", "/customer/externalEvent", ask)).status).toBe(200);
  expect((await deliveries(id)).length).toBe(before + 1);
  const refused = [
    admin.customer.update({ id: customerId, firstname: "Grace", channels: [email(), theirs] }),
    admin.customer.update({ id: customerId, firstname: "Grace" }, { ifMatch: 99 }),
    admin.customer.create({ brandId, firstname: "Ada", channels: [theirs] }),
  ].map((one) =>
    one.then(
      () => "done",
      () => "refused",
    ),
  );
  expect(await Promise.all(refused)).toEqual(["refused", "refused", "refused"]);
  await admin.customer.update({ id: customerId, firstname: "" });
  await admin.customer.addChannels({ customerId, channels: [mine] });
  expect((await deliveries(id)).length).toBe(before + 1);
});

test("a webhook hears only the events it names, of only its brands; one for all brands hears every brand", async () => {
  const one = await listen({ events: ["channel.added"] });
  const other = await listen({ events: ["customer.created"] });
  const all = await listen({ events: ["customer.created"] });
  await admin.webhook.delete({ id: all.id });
  const path = `/${uniqueName("all")}`;
  const everywhere = await admin.webhook.create({
    url: receiver.urlOf(path),
    events: ["customer.created", "customer.purged"],
  });
  for (const { brandId } of [one, other, all])
    await admin.customer.create({ brandId, firstname: "Ada", channels: [email()] });
  const eventsOf = async (id: number) =>
    (await deliveries(id)).map(({ event, brand_id }) => [event, brand_id]);
  expect(await eventsOf(one.id)).toEqual([["channel.added", one.brandId]]);
  expect(await eventsOf(other.id)).toEqual([["customer.created", other.brandId]]);
  expect(await eventsOf(everywhere.id)).toEqual(
    [all, other, one].map(({ brandId }) => ["customer.created", brandId]),
  );
  await poll(() => receiver.at(path).length === 3);
  expect(all.got()).toEqual([]);
  await admin.webhook.delete({ id: everywhere.id });
});

test("a customer erased because its time is over is told of like one that was purged", async () => {
  const { brandId, until } = await listen({ events: ["customer.purged"] });
  const { id } = await admin.customer.create({ brandId, firstname: "Ada" });
  await admin.customer.delete({ id });
  await withSql(world, (client) =>
    client.query("UPDATE deleted_customer SET deleted_at = now() - interval '31 days' WHERE id = $1", [id]),
  );
  await runRetention(world.service.db, []);
  const [told] = await until(1);
  expect(told?.payload).toMatchObject({ type: "customer.purged", data: { customer_id: id } });
});

test("a purge by primary id tells of every customer it erases", async () => {
  const { brandId, until } = await listen({ events: ["customer.purged"] });
  const primaryId = uniqueName();
  const ids: number[] = [];
  for (const _ of [1, 2, 3]) {
    const { id } = await admin.customer.create({ brandId, primaryId, firstname: "Ada" });
    ids.push(id);
    if (ids.length < 3) await admin.customer.delete({ id });
  }
  await admin.customer.purgeAny({ primaryId, brandId });
  const told = await until(3);
  expect(told.map(({ payload }) => payload.data.customer_id).toSorted((a, b) => a - b)).toEqual(ids);
});

test("the sequence of a customer never goes backwards, however many calls and arriving tickets come at once", async () => {
  const { brandId, id, until } = await listen();
  const address = email();
  const made = await admin.customer.create({ brandId, firstname: "Ada", channels: [address] });
  const calls = Array.from({ length: 60 }, (_, at) => {
    if (at % 3 === 0) return admin.ticket.create({ brandId, channel: "email", from: address.address });
    if (at % 3 === 1) return admin.customer.addEvent({ customerId: made.id, message: `event ${at}` });
    return admin.customer.update({
      id: made.id,
      lastname: at % 2 === 0 ? "King" : "Byron",
      firstname: `A${"a".repeat(at)}`,
    });
  });
  await Promise.all(calls);
  const told = await until((await deliveries(id)).length);
  expect(told.length).toBe(62);
  const sequences = told.map(({ payload }) => payload.data.sequence);
  expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
  const versions = told.flatMap(({ payload }) => payload.data.version ?? []);
  expect(versions).toEqual(versions.toSorted((a, b) => a - b));
});

test("a sequence number is drawn only by who holds the lane, so that it has its place in the order of commits", async () => {
  const { brandId, id, until } = await listen();
  const { id: customerId } = await admin.customer.create({ brandId, firstname: "Ada" });
  await until(1);
  await poll(async () => (await admin.job.list({ kind: "webhook", brandId })).items.length === 0);
  await withSql(world, async (client) => {
    const drawn = async () =>
      (await client.query<{ last: string }>("SELECT last_value AS last FROM webhook_delivery_id_seq")).rows[0]
        ?.last;
    await client.query("BEGIN");
    await client.query("INSERT INTO job_lane (kind, lane) VALUES ('webhook', $1)", [`${id}:${customerId}`]);
    const before = await drawn();
    const call = admin.customer.addEvent({ customerId, message: "paid" });
    await untilWaiting(world.service.db.pool);
    expect(await drawn()).toBe(before);
    await client.query("ROLLBACK");
    await call;
    expect(await drawn()).not.toBe(before);
  });
  await until(2);
});

/** Words that a payload would contain if it contained personal data. */
const canaries = {
  firstname: "Zanzibara",
  lastname: "Quetzalcoatl",
  primaryId: "canary-primary-4711",
  address: "canary.address@example.org",
  text: "canary words of an event",
  title: "canary title of a ticket",
  value: "canary-value-of-a-field",
};

test("no payload, no row of a delivery and no line of the log holds a name, an address or a text", async () => {
  const { brandId, id, until } = await listen();
  const { firstname, lastname, primaryId, address, text, title, value } = canaries;
  const channels = [{ type: "email", address }];
  const made = await admin.customer.resolve({
    brandId,
    primaryId,
    firstname,
    lastname,
    channels,
    custom: { tier: value },
  });
  await admin.customer.update({ id: made.id, lastname: `${lastname}a`, custom: { tier: `${value}2` } });
  await admin.customer.addEvent({ customerId: made.id, message: text, initiatedBy: text, eventId: text });
  await admin.ticket.create({ brandId, channel: "email", from: address, fromName: firstname, title });
  await admin.customer.delete({ id: made.id });
  await admin.customer.restore({ id: made.id });
  await admin.customer.purge({ id: made.id });
  const told = await until((await deliveries(id)).length);
  expect(told.length).toBeGreaterThanOrEqual(8);
  const rows = await withSql(world, async (client) => {
    const found = await client.query<{ row: string }>("SELECT d::text AS row FROM webhook_delivery d");
    return found.rows.map(({ row }) => row).join("\n");
  });
  expect(rows).toContain("customer.purged");
  const said = [rows, lines.join("\n"), ...told.map(({ headers, body }) => JSON.stringify(headers) + body)];
  for (const word of Object.values(canaries))
    for (const one of said) expect(one.toLowerCase()).not.toContain(word.toLowerCase());
});

test("a webhook that is deleted is sent nothing more, and its customers' calls go on", async () => {
  const { brandId, id, got } = await listen();
  const client: Client = admin;
  const { id: customerId } = await client.customer.create({ brandId, firstname: "Ada" });
  await poll(() => got().length === 1);
  await client.webhook.delete({ id });
  await client.customer.update({ id: customerId, firstname: "Grace" });
  const jobs = await client.job.list({ kind: "webhook", brandId });
  expect(jobs.items).toEqual([]);
  expect(got().length).toBe(1);
});
