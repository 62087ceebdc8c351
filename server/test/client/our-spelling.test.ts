// The client in our spelling against a real server: what every kind of result looks like, and that the items of a
// timeline and the events of webhooks have exactly the fields that the table gives their types.
import {
  createClient,
  eventFields,
  eventTypes,
  isDossierError,
  timelineFields,
  verifyWebhook,
  type WebhookEvent,
} from "@dossier/api";
import { expect, test } from "vitest";
import { poll } from "../support/embedded/harness.ts";
import { startReceiver } from "../support/servers/webhook-receiver.ts";
import { waitForOlderTransactions } from "../support/older-transactions.ts";
import { startTestServer } from "../support/test-server.ts";

const receiver = await startReceiver();
const world = await startTestServer({ egressAllow: [receiver.place] });
const dossier = createClient({ url: `${world.url}/api/v2/`, key: world.adminKey });

const camelCase = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const email = { type: "email", address: "ada@example.org" };

test("fields are read back under the names that they were written with", async () => {
  const brand = { name: "Names", searchByChannel: true, takenAddress: "skip", defaultCountry: "DE" } as const;
  const { id: brandId, outcome } = await dossier.brand.create(brand);
  expect(outcome).toBe("created");
  expect(await dossier.brand.find({ id: brandId })).toMatchObject({ id: brandId, ...brand });
  const written = { brandId, primaryId: "K-17", firstname: "Ada", custom: { brand_id: "x", Größe: "44" } };
  const { id } = await dossier.customer.create({ ...written, channels: [email] });
  const customer = await dossier.customer.find({ id });
  expect(customer).toMatchObject(written);
  expect(customer.channels).toMatchObject([{ channelName: "email", address: email.address }]);
  expect(Object.keys(customer).filter((name) => /_/.test(name))).toEqual([]);
  const { items, itemTotal, nextCursor } = await dossier.customer.list({ brandId });
  expect([items, itemTotal, nextCursor]).toEqual([[customer], 1, null]);
  expect((await dossier.raw.customer.find({ id })).item).toMatchObject({
    external_primary_id: "K-17",
    custom_brand_id: "x",
  });
});

test("whom an address belongs to is told in our spelling", async () => {
  const brandId = await world.newBrand();
  const { id } = await dossier.customer.create({ brandId, channels: [email] });
  const error: unknown = await dossier.customer
    .create({ brandId, channels: [email] })
    .catch((caught: unknown) => caught);
  if (!isDossierError(error, "channel_taken")) throw error;
  expect(error.conflict).toEqual({ customerId: id });
});

test("the feed of changes tells deleted customers from others", async () => {
  const brandId = await world.newBrand();
  const made = [];
  for (const firstname of ["Ada", "Grace"]) made.push(await dossier.customer.create({ brandId, firstname }));
  await dossier.customer.delete({ id: made[0]!.id });
  await waitForOlderTransactions(world.service.db.pool);
  const gone = [];
  for await (const change of dossier.customer.each({ brandId, updatedSince: new Date(0) }))
    gone.push("deletedAt" in change ? change.id : change.firstname);
  expect(new Set(gone)).toEqual(new Set(["Grace", made[0]!.id]));
});

test("an item of a timeline has the fields of its type", async () => {
  const brandId = await world.newBrand();
  const { id: customerId } = await dossier.customer.create({ brandId, channels: [email] });
  await dossier.customer.addEvent({ customerId, message: "paid", sourceUrl: "no address" });
  const { id: ticketId } = await dossier.ticket.create({ brandId, channel: "email", from: email.address });
  await dossier.message.create({ ticketId, type: "email", message: "It is on its way." });
  await dossier.message.create({ ticketId, type: "note", message: "Call back." });
  const common = ["id", "type", "createdAt", "description", "initiatedBy"];
  const seen = new Set<string>();
  for await (const item of dossier.customer.eachTimeline({ customerId, getTicketHistory: true })) {
    const { required, optional } = timelineFields[item.type];
    const names = Object.keys(item);
    expect(names).toEqual(expect.arrayContaining([...common, ...required.map(camelCase)]));
    const known = [...common, ...[...required, ...optional].map(camelCase)];
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
    seen.add(item.type);
    if (item.type === "event") expect([item.eventType, item.sourceRef]).toEqual(["event", "no address"]);
    if (item.type === "note") expect(item.content).toBe("Call back.");
  }
  expect([...seen].toSorted()).toEqual(Object.keys(timelineFields).toSorted());
  const history = await dossier.ticket.find({ id: ticketId, getTicketHistory: true });
  expect(history.timeline?.map(({ type }) => type).toSorted()).toEqual(["message", "note"]);
  expect(history.timeline?.every((item) => item.type !== "event" && item.ticketId === ticketId)).toBe(true);
});

test("an event of a webhook has the fields of its type", async () => {
  const brandId = await world.newBrand();
  const url = receiver.urlOf("/hook");
  const { secret } = await dossier.webhook.create({ url, events: [...eventTypes], brandIds: [brandId] });
  const { id } = await dossier.customer.create({ brandId, firstname: "Ada", channels: [email] });
  await dossier.customer.update({ id, lastname: "King" });
  await dossier.customer.addEvent({ customerId: id, message: "paid" });
  await dossier.ticket.create({ brandId, channel: "email", from: email.address });
  const { channels } = await dossier.customer.find({ id });
  await dossier.customer.removeChannel({ id: channels[0]!.id });
  await dossier.customer.delete({ id });
  await dossier.customer.restore({ id });
  await dossier.customer.purge({ id });
  const types = () => new Set(receiver.at("/hook").map(({ payload }) => payload.type));
  const expected = eventTypes.filter((type) => type !== "customer.synced"); // a CRM's
  await poll(() => types().size === expected.length);
  expect([...types()].toSorted()).toEqual(expected.toSorted());
  for (const { headers, body } of receiver.at("/hook")) {
    const { type, data }: WebhookEvent = await verifyWebhook(secret, headers, body);
    const names = ["brandId", "customerId", "sequence", ...eventFields[type].map(camelCase)];
    expect([type, Object.keys(data).toSorted()]).toEqual([type, names.toSorted()]);
  }
});
