// The list of deleted customers: those that can be restored and no others, with what the restoring agent needs to know.
import { createClient } from "@dossier/api";
import { expect, test } from "vitest";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const [brandId, other] = [await world.newBrand(), await world.newBrand()];
const { key, id: keyId } = await world.admin.key.create({
  name: "desk",
  permissions: ["CUSTOMER_READ", "CUSTOMER_CUD"],
  brandIds: [brandId],
});
const desk = createClient({ url: world.url, key, retry: false });

async function makeDeleted(lastname: string, brand = brandId, client = desk): Promise<number> {
  const { id } = await world.admin.customer.create({
    brandId: brand,
    primaryId: lastname,
    firstname: "Ada",
    lastname,
  });
  await client.customer.delete({ id });
  return id;
}

const admin = createClient({ url: world.url, key: world.adminKey, retry: false });
const ids = [await makeDeleted("One"), await makeDeleted("Two"), await makeDeleted("Three", brandId, admin)];
const elsewhere = await makeDeleted("Elsewhere", other, admin);

test("has names, primary id, the key that deleted, and until when a restore is possible", async () => {
  const { items, itemTotal } = await desk.customer.listDeleted();
  expect([itemTotal, items.map(({ id }) => id)]).toEqual([3, ids.toReversed()]);
  expect(items.map((one) => one.keyId)).toEqual([0, keyId, keyId]);
  expect(items[2]).toMatchObject({ brandId, firstname: "Ada", lastname: "One", primaryId: "One" });
  for (const { deletedAt, restorableUntil } of items)
    expect(Date.parse(restorableUntil) - Date.parse(deletedAt)).toBe(30 * 24 * 3600 * 1000);
});

test("is read page by page, of the brands that the key sees", async () => {
  const seen: number[] = [];
  for await (const { id } of desk.customer.eachDeleted({ itemLimit: 1 })) seen.push(id);
  expect(seen).toEqual(ids.toReversed());
  const everywhere = await admin.customer.listDeleted();
  expect(everywhere.items.map(({ id }) => id)).toContain(elsewhere);
  await expect(desk.customer.listDeleted({ brandId: other })).rejects.toMatchObject({ code: "not_found" });
  expect((await admin.customer.listDeleted({ brandId: other })).items.map(({ id }) => id)).toEqual([
    elsewhere,
  ]);
});

test("loses who is restored or purged, and whose time is over", async () => {
  const brand = await world.newBrand();
  const [restored, purged, due, left] = [
    await makeDeleted("Restored", brand, admin),
    await makeDeleted("Purged", brand, admin),
    await makeDeleted("Due", brand, admin),
    await makeDeleted("Left", brand, admin),
  ];
  await admin.customer.restore({ id: restored });
  await admin.customer.purge({ id: purged });
  const late = "UPDATE deleted_customer SET deleted_at = now() - interval '30 days' WHERE id = $1";
  await world.service.db.pool.query(late, [due]);
  const { items, itemTotal } = await admin.customer.listDeleted({ brandId: brand });
  expect([itemTotal, items.map(({ id }) => id)]).toEqual([1, [left]]);
});

test("a key that may not read customers gets no word of them", async () => {
  const writer = createClient({
    url: world.url,
    key: await world.keyFor(["CUSTOMER_CUD"], [brandId]),
    retry: false,
  });
  const { items } = await writer.customer.listDeleted();
  expect(items.map(({ id }) => id)).toEqual(ids.toReversed());
  expect(items.map(({ firstname, lastname, primaryId }) => firstname + lastname + primaryId)).toEqual([
    "",
    "",
    "",
  ]);
});

test("needs the permission of a restore", async () => {
  const reader = await world.clientFor(["CUSTOMER_READ"], [brandId]);
  await expect(reader.customer.listDeleted()).rejects.toMatchObject({ code: "permission_missing" });
});
