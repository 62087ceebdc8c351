// Overwriting by a CRM: which values it may overwrite, and what it may not restore: every source of a field, empty or
// filled, with and without crm_wins; settings that change and customers purged during the request.
import type { Source } from "../../../src/domain/context.ts";
import { expect, test } from "vitest";
import { startCrm } from "../../support/servers/crm-server.ts";
import { startTestServer } from "../../support/test-server.ts";

const crm = await startCrm();
const world = await startTestServer({ egressAllow: [crm.hostPort] });
const { admin, service } = world;

const sources: Source[] = ["api", "agent", "import", "crm"];
const cases = sources.flatMap((source) =>
  [true, false].flatMap((filled) => [true, false].map((wins) => ({ source, filled, wins }))),
);

test.each(cases)("set by $source, filled: $filled, crm_wins: $wins", async ({ source, filled, wins }) => {
  const brandId = await world.newBrand({ crmLookupUrl: crm.url, crmWins: wins });
  const before = filled ? "Old" : "";
  const { id } = await admin.customer.create({
    brandId,
    primaryId: "K",
    firstname: "Old",
    lastname: "Old",
    custom: { tier: "Old" },
  });
  if (!filled) await admin.customer.update({ id, firstname: "", lastname: "", custom: { tier: "" } });
  const { pool } = service.db;
  const changeSource =
    "UPDATE customer SET provenance = (SELECT jsonb_object_agg(key, jsonb_build_array($2::text, 0, now())) FROM jsonb_each(provenance)) WHERE id = $1";
  await pool.query(changeSource, [id, source]);
  await pool.query("UPDATE customer_custom_value SET source = $2 WHERE customer_id = $1", [id, source]);

  crm.say = () => [{ primary_id: "K", firstname: "New", lastname: "New", custom_tier: "New" }];
  const { skipped = [] } = await admin.customer.syncWithCrm({ brandId, primaryId: "K" });
  const overwrites = !filled || wins || source === "crm";
  const { item } = await admin.customer.find({ id, provenance: true });
  const value = overwrites ? "New" : before;
  expect([item.firstname, item.lastname, item.custom_tier]).toEqual([value, value, value]);
  expect(skipped.map(({ field }) => field)).toEqual(
    overwrites ? [] : ["firstname", "lastname", "custom_tier"],
  );
  const told = Object.fromEntries((item.provenance ?? []).map((one) => [one.field, one]));
  for (const field of ["firstname", "lastname", "custom_tier"])
    expect(told[field]).toMatchObject(overwrites ? { source: "crm", key_id: null } : { source, key_id: 0 });
  expect(told.external_primary_id).toMatchObject({ source });
});

test("provenance is shown where it is asked for, and channels by their ids", async () => {
  const brandId = await world.newBrand({ crmLookupUrl: crm.url });
  const { id } = await admin.customer.create({
    brandId,
    firstname: "Ada",
    channels: [{ type: "email", address: "shown@example.org" }],
  });
  crm.say = () => [{ primary_id: "S-1", lastname: "Lovelace", telephone: "+4977" }];
  await admin.customer.syncWithCrm({ brandId, channel: "email", address: "shown@example.org" });
  const { item } = await admin.customer.find({ id, provenance: true });
  const [mail, phone] = item.channels.map((one) => one.id);
  const bootstrap = "bootstrap administrator";
  expect(item.provenance).toEqual([
    { field: "external_primary_id", source: "crm", key_id: null, key_name: null, at: expect.any(String) },
    { field: "firstname", source: "api", key_id: 0, key_name: bootstrap, at: item.created_at },
    { field: "lastname", source: "crm", key_id: null, key_name: null, at: expect.any(String) },
    {
      field: "channels",
      channel: mail,
      source: "api",
      key_id: 0,
      key_name: bootstrap,
      at: item.created_at,
      last_seen_at: null,
    },
    {
      field: "channels",
      channel: phone,
      source: "crm",
      key_id: null,
      key_name: null,
      at: expect.any(String),
      last_seen_at: null,
    },
  ]);
  const plain = await world.raw("GET", `/customer/${id}`);
  expect(plain.text).not.toContain("provenance");
  const stranger = await world.clientFor(["CUSTOMER_READ"], [await world.newBrand()]);
  await expect(stranger.customer.find({ id, provenance: true })).rejects.toMatchObject({ code: "not_found" });
});

/** Makes the CRM delay its first response until an action has finished. */
function holdFirst(results: unknown[], meanwhile: () => Promise<unknown>) {
  let isFirst = true;
  crm.requests.length = 0;
  crm.say = async () => {
    if (isFirst) {
      isFirst = false;
      await meanwhile();
    }
    return results;
  };
}

test("a customer who is purged while the CRM is asked stays purged", async () => {
  const brandId = await world.newBrand({ crmLookupUrl: crm.url });
  const address = "purged@example.org";
  const { id } = await admin.customer.create({
    brandId,
    primaryId: "P-1",
    channels: [{ type: "email", address }],
  });
  holdFirst([{ primary_id: "P-1", firstname: "Ada" }], () => admin.customer.purge({ id }));
  expect(await admin.customer.syncWithCrm({ brandId, channel: "email", address })).toMatchObject({
    id: null,
    outcome: "unknown",
  });
  expect((await admin.customer.list({ brandId })).itemTotal).toBe(0);
  expect(crm.requests).toHaveLength(1);
});

test("a deleted customer who is purged meanwhile is not brought back by the primary id", async () => {
  const brandId = await world.newBrand({ crmLookupUrl: crm.url });
  const { id } = await admin.customer.create({ brandId, primaryId: "P-2" });
  await admin.customer.delete({ id });
  holdFirst([{ primary_id: "P-2", firstname: "Ada" }], () => admin.customer.purge({ id }));
  expect(await admin.customer.syncWithCrm({ brandId, primaryId: "P-2" })).toMatchObject({
    outcome: "unknown",
  });
  expect((await admin.customer.list({ brandId })).itemTotal).toBe(0);
});

test("when somebody else is purged meanwhile, the CRM is asked anew", async () => {
  const brandId = await world.newBrand({ crmLookupUrl: crm.url });
  const { id } = await admin.customer.create({ brandId, primaryId: "P-3" });
  holdFirst([{ primary_id: "P-4" }], () => admin.customer.purge({ id }));
  expect(await admin.customer.syncWithCrm({ brandId, primaryId: "P-4" })).toMatchObject({
    outcome: "created",
  });
  expect(crm.requests).toHaveLength(2);
});

test("settings that change meanwhile are the ones that count", async () => {
  const brandId = await world.newBrand({ crmLookupUrl: crm.url });
  const result = { primary_id: "M-1", firstname: "Old", person: { name: "New" } };
  holdFirst([result], () =>
    admin.brand.update({
      id: brandId,
      crmFieldMap: { firstname: "/person/name" },
      crmHeaders: { "x-new": "1" },
    }),
  );
  const { id } = await admin.customer.syncWithCrm({ brandId, primaryId: "M-1" });
  expect((await admin.customer.find({ id: id ?? 0 })).item.firstname).toBe("New");
  expect(crm.requests).toHaveLength(2);
  holdFirst([result], () => admin.brand.update({ id: brandId, crmLookupUrl: "" }));
  await expect(admin.customer.syncWithCrm({ brandId, primaryId: "M-2" })).rejects.toMatchObject({
    code: "crm_not_configured",
  });
});

test("a customer who is deleted and restored keeps where its fields came from", async () => {
  const brandId = await world.newBrand({ crmLookupUrl: crm.url });
  crm.say = () => [{ primary_id: "D-1", firstname: "Ada", custom_tier: "gold" }];
  const { id } = await admin.customer.syncWithCrm({ brandId, address: "+4912" });
  const before = (await admin.customer.find({ id: id ?? 0, provenance: true })).item.provenance;
  const synced = "SELECT crm_synced_at FROM customer WHERE id = $1";
  const { rows } = await service.db.pool.query(synced, [id]);
  await admin.customer.delete({ id: id ?? 0 });
  await admin.customer.restore({ id: id ?? 0 });
  expect((await admin.customer.find({ id: id ?? 0, provenance: true })).item.provenance).toEqual(before);
  expect((await service.db.pool.query(synced, [id])).rows).toEqual(rows);
});
