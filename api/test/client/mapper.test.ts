// The client's results in our spelling, against a stubbed network: only fields of the table are renamed, and names that
// others have made stay as they are.
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { type Client, verifyWebhook } from "../../src/index.ts";
import { stub } from "../support/stub-network.ts";

/** A client of a server that answers every call with this body. */
function answering(body: object): Client {
  return stub({}, () => Response.json(body)).dossier;
}

const wire = {
  id: 7,
  external_primary_id: "K-17",
  brand_id: 1,
  brand_name: "Main",
  firstname: "Ada",
  lastname: "Lovelace",
  channels: [{ id: 12, channel_id: 1, channel_name: "email", address: "ada@example.org" }],
  version: 3,
  created_at: "2026-11-23T18:00:00.000Z",
  updated_at: "2026-11-23T18:00:00.000Z",
};

const ours = {
  id: 7,
  primaryId: "K-17",
  brandId: 1,
  brandName: "Main",
  firstname: "Ada",
  lastname: "Lovelace",
  channels: [{ id: 12, channelId: 1, channelName: "email", address: "ada@example.org" }],
  version: 3,
  createdAt: "2026-11-23T18:00:00.000Z",
  updatedAt: "2026-11-23T18:00:00.000Z",
  custom: {},
};

const page = { type: "list", itemStart: 0, itemTotal: 1, itemLimit: 15, nextCursor: null };

test("an item comes without its envelope, and `raw` gives the body as it is", async () => {
  const body = { type: "item", item: wire };
  expect(await answering(body).customer.find({ id: 7 })).toEqual(ours);
  expect(await answering(body).raw.customer.find({ id: 7 })).toEqual(body);
});

test("custom fields are in one object, under names that nobody changes", async () => {
  const names = [
    "brand_id",
    "fields",
    "values",
    "custom_id",
    "created_at",
    "__proto__",
    "constructor",
    "größe",
  ];
  const sent = Object.fromEntries(names.map((name, at) => [`custom_${name}`, at]));
  const { custom, ...own } = await answering({ type: "item", item: { ...wire, ...sent } }).customer.find({
    id: 7,
  });
  expect({ ...own, custom: {} }).toEqual(ours);
  expect(Object.entries(custom)).toEqual(names.map((name, at) => [name, at]));
  expect(Object.getPrototypeOf(custom)).toBe(Object.prototype);
});

test("maps that others have made and fields of a newer server keep their names", async () => {
  const brand = {
    id: 1,
    search_by_channel: true,
    crm_field_map: { primary_id: "/contact_id", custom_tier: "/brand_id" },
    next_feature: { brand_id: 1, customer_id: { created_at: "x" } },
  };
  expect(await answering({ type: "item", item: brand }).brand.find({ id: 1 })).toEqual({
    id: 1,
    searchByChannel: true,
    crmFieldMap: { primary_id: "/contact_id", custom_tier: "/brand_id" },
    next_feature: { brand_id: 1, customer_id: { created_at: "x" } },
  });
});

test("a list has its items and its position, and a deleted customer has no custom fields", async () => {
  const gone = { id: 8, brand_id: 1, deleted_at: "2026-11-23T18:00:00.000Z" };
  const dossier = answering({ ...page, items: [{ ...wire, custom_tier: "gold" }, gone] });
  const items = [
    { ...ours, custom: { tier: "gold" } },
    { id: 8, brandId: 1, deletedAt: "2026-11-23T18:00:00.000Z" },
  ];
  expect(await dossier.customer.list({ updatedSince: "2026-11-23T18:00:00Z" })).toEqual({
    itemStart: 0,
    itemTotal: 1,
    itemLimit: 15,
    nextCursor: null,
    items,
  });
  const seen: unknown[] = [];
  for await (const item of dossier.customer.each({ updatedSince: new Date(0) })) seen.push(item);
  expect(seen).toEqual(items);
  const raw: unknown[] = [];
  for await (const item of dossier.raw.customer.each({}, { limit: 1 })) raw.push(item);
  expect(raw).toEqual([{ ...wire, custom_tier: "gold" }]);
});

test("a result has its id, its outcome and what the operation adds", async () => {
  const result = { type: "result", message: "Done.", id: 7, outcome: "updated" };
  const skipped = [{ field: "extra_email", address: "ada@example.org", customer_id: 9 }];
  expect(await answering({ ...result, skipped_channels: skipped }).customer.update({ id: 7 })).toEqual({
    message: "Done.",
    id: 7,
    outcome: "updated",
    skippedChannels: [{ field: "extra_email", address: "ada@example.org", customerId: 9 }],
  });
  expect(await answering({ ...result, ticketID: 31, customer_id: null }).ticket.update({ id: 31 })).toEqual({
    message: "Done.",
    id: 7,
    outcome: "updated",
    ticketId: 31,
    customerId: null,
  });
});

test("the address may end with the path of the API", async () => {
  const addresses = [
    "http://dossier.test",
    "http://dossier.test/",
    "http://dossier.test/api/v2",
    "http://dossier.test//api/v2//",
  ];
  for (const url of addresses) {
    const { dossier, seen } = stub({ url });
    await dossier.brand.delete({ id: 9 });
    expect(seen[0]?.url.href).toBe("http://dossier.test/api/v2/brand/9");
  }
  const { dossier, seen } = stub({ url: "http://proxy.test/dossier/api/v2" });
  await dossier.brand.delete({ id: 9 });
  expect(seen[0]?.url.href).toBe("http://proxy.test/dossier/api/v2/brand/9");
});

test("the event of a verified delivery is in our spelling", async () => {
  const secret = "whsec_AFQ3sWoXyK2lMhvDzTtEu8p1N4jcRbGm5VYZdS07Oiw=";
  const data = { brand_id: 1, customer_id: 7, version: 3, channel_ids: [12], sequence: 101 };
  const body = JSON.stringify({ type: "channel.added", timestamp: "2026-11-23T18:00:00.000Z", data });
  const at = new Date();
  const headers = {
    "webhook-id": "m-1",
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign("m-1", at, body),
  };
  const event = await verifyWebhook(secret, headers, body);
  if (event.type !== "channel.added") throw new Error("is another event");
  expect(event.data.channelIds).toEqual([12]);
  expect(event.data).toEqual({ brandId: 1, customerId: 7, version: 3, channelIds: [12], sequence: 101 });
});
