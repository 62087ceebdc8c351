// Webhooks as a resource: created, read, changed, paused, rotated and deleted, by permitted keys only.
import { type RawClient as Client, createClient, DossierError, eventTypes } from "@dossier/api";
import { expect, test } from "vitest";
import { withSql } from "../../support/table-fingerprint.ts";
import { startTestServer } from "../../support/test-server.ts";

/** An address without a listener. */
const url = "http://127.0.0.1:9/hook";
const world = await startTestServer();
const { admin } = world;

const settle = (work: Promise<unknown>) => work.then(() => "done", codeOf);
const codeOf = (error: unknown) => (error instanceof DossierError ? error.code : String(error));

function make(client: Client, brandIds?: number[]) {
  return client.webhook.create({ url, events: ["customer.created"], ...(brandIds ? { brandIds } : {}) });
}

test("a webhook is made with a secret that is shown this once, and read without it", async () => {
  const brandId = await world.newBrand();
  const events = ["ticket.linked", "customer.created", "ticket.linked"] as const;
  const made = await admin.webhook.create({ url, events: [...events], name: "shop", brandIds: [brandId] });
  expect(made.outcome).toBe("created");
  expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const { item } = await admin.webhook.find({ id: made.id });
  expect(item).toMatchObject({
    id: made.id,
    name: "shop",
    url,
    events: ["customer.created", "ticket.linked"], // each once, in the table's order
    brand_ids: [brandId],
    state: "active",
    off_reason: null,
    off_at: null,
    waiting: 0,
    rotating_until: null,
  });
  expect(JSON.stringify(item)).not.toContain(made.secret.slice(6));
});

test("the database holds no secret as it is", async () => {
  const { id, secret } = await make(admin);
  const { secret: second } = await admin.webhook.rotateSecret({ id });
  const row = await withSql(world, async (client) => {
    const { rows } = await client.query<{ row: string }>(
      "SELECT w::text AS row FROM webhook w WHERE id = $1",
      [id],
    );
    return rows[0]?.row ?? "";
  });
  expect(row).toContain(url);
  for (const one of [secret, second])
    for (const held of [
      one,
      one.slice(6),
      Buffer.from(one).toString("hex"),
      Buffer.from(one.slice(6), "base64").toString("hex"),
    ])
      expect(row).not.toContain(held);
});

test("an update changes the fields sent and no others", async () => {
  const { id } = await make(admin);
  expect((await admin.webhook.update({ id, name: "till" })).outcome).toBe("updated");
  expect((await admin.webhook.update({ id, name: "till" })).outcome).toBe("unchanged");
  expect((await admin.webhook.update({ id, events: [...eventTypes] })).outcome).toBe("updated");
  const moved = `${url}/moved`;
  await admin.webhook.update({ id, url: moved, paused: true });
  const { item } = await admin.webhook.find({ id });
  expect(item).toMatchObject({
    name: "till",
    url: moved,
    events: eventTypes,
    brand_ids: null,
    state: "paused",
  });
  await admin.webhook.update({ id, name: "", paused: false });
  expect((await admin.webhook.find({ id })).item).toMatchObject({ name: "", state: "active" });
});

test("an address that can be no target is refused when it is typed, in words about it", async () => {
  const { id } = await make(admin);
  for (const wrong of ["http://hooks.example.org/", "https://127.0.0.1/", "ftp://example.org/", "shop"]) {
    const refused = { code: "invalid_field", fields: { url: expect.any(String) as string } };
    await expect(admin.webhook.create({ url: wrong, events: ["customer.created"] })).rejects.toMatchObject(
      refused,
    );
    await expect(admin.webhook.update({ id, url: wrong })).rejects.toMatchObject(refused);
  }
  expect((await admin.webhook.find({ id })).item.url).toBe(url);
});

test("an event that does not exist, and no event at all, are refused", async () => {
  const ask = (events: string[]) => world.raw("POST", "/webhook", { json: { url, events } });
  for (const events of [[], ["customer.moved"], ["customer.created", "*"]])
    expect((await ask(events)).status, events.join()).toBe(400);
});

test("a key for some brands sees, changes and deletes the webhooks of its brands alone", async () => {
  const [mine, other] = [await world.newBrand(), await world.newBrand()];
  const client = await world.clientFor(["SETTINGS_CRUD"], [mine]);
  const own = await make(client, [mine]);
  const foreign = [await make(admin, [other]), await make(admin, [mine, other]), await make(admin)];
  expect((await client.webhook.list()).items.map((one) => one.id)).toEqual([own.id]);
  expect((await client.webhook.list()).itemTotal).toBe(1);
  for (const { id } of foreign) {
    const answers = [
      client.webhook.find({ id }),
      client.webhook.update({ id, paused: true }),
      client.webhook.delete({ id }),
      client.webhook.rotateSecret({ id }),
      client.webhook.listDeliveries({ id }),
      client.webhook.replay({ id, since: "2026-01-01T00:00:00Z" }),
    ].map(settle);
    expect(new Set(await Promise.all(answers))).toEqual(new Set(["not_found"]));
  }
  expect(await settle(make(client))).toBe("permission_missing");
  expect(await settle(make(client, [mine, other]))).toBe("not_found");
  expect(await settle(make(admin, [987_654]))).toBe("not_found");
  expect(await settle(client.webhook.delete({ id: own.id }))).toBe("done");
  expect(await settle(admin.webhook.find({ id: own.id }))).toBe("not_found");
});

test("a webhook whose brands are all gone is seen by keys for all brands alone", async () => {
  const brandId = await world.newBrand();
  const client = await world.clientFor(["SETTINGS_CRUD"], [brandId, 1]);
  const { id } = await make(client, [brandId]);
  await admin.brand.delete({ id: brandId });
  expect(await settle(client.webhook.find({ id }))).toBe("not_found");
  expect((await admin.webhook.find({ id })).item.brand_ids).toEqual([]);
});

test("only keys with WEBHOOK_CUD come near webhooks", async () => {
  const key = await world.keyFor(["CUSTOMER_READ", "CUSTOMER_CUD"]);
  const client = createClient({ url: world.url, key, retry: false }).raw;
  expect(await settle(client.webhook.list())).toBe("permission_missing");
  expect(await settle(make(client))).toBe("permission_missing");
});

test("a new secret is another one, and for a day the webhook says that both count", async () => {
  const { id, secret } = await make(admin);
  const rotated = await admin.webhook.rotateSecret({ id });
  expect(rotated.secret).toMatch(/^whsec_/);
  expect(rotated.secret).not.toBe(secret);
  const { item } = await admin.webhook.find({ id });
  expect(item.rotating_until).toBe(rotated.rotating_until);
  const hours = (Date.parse(rotated.rotating_until) - Date.parse(item.updated_at)) / 3_600_000;
  expect(hours).toBeCloseTo(24, 3);
});

test("the audit trail tells which fields of a webhook changed, and no value", async () => {
  const { id } = await make(admin);
  await admin.webhook.update({ id, url: `${url}/audited`, paused: true });
  await admin.webhook.rotateSecret({ id });
  await admin.webhook.delete({ id });
  const { items } = await admin.audit.list({ kind: "webhook", subjectId: id });
  expect(items.map(({ operation, fields, outcome }) => [operation, fields, outcome])).toEqual([
    ["webhook.delete", [], "deleted"],
    ["webhook.rotateSecret", ["secret"], "updated"],
    ["webhook.update", ["url", "paused"], "updated"],
    ["webhook.create", [], "created"],
  ]);
  expect(JSON.stringify(items)).not.toContain("audited");
});
