// Brands through the domain: visibility and creation, permitted settings, and conditions of deletion.
import { randomBytes } from "node:crypto";
import { brandShape, builtinTypes, DossierError, type Permission, permissions } from "@dossier/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Db } from "../../../src/db/database.ts";
import { openDatabase } from "../../../src/db/pool.ts";
import type { RequestContext } from "../../../src/domain/context.ts";
import * as brand from "../../../src/domain/brand/brand.ts";
import { brandSettings } from "../../../src/domain/brand/setting-table.ts";
import { createField } from "../../../src/domain/custom-field/custom-field.ts";
import { createKey, createKeyring } from "../../../src/domain/key/key.ts";
import { createTestDatabase } from "../../support/database.ts";
import { noEgress } from "../../support/no-egress.ts";
import { unbatched } from "../../../src/domain/batcher.ts";

let db: Db;
const secret = { current: randomBytes(32) };

beforeAll(async () => {
  db = openDatabase((await createTestDatabase()).connection);
});
afterAll(() => db.close());

function makeContext(brands: number[] | null = null, more: Partial<RequestContext> = {}): RequestContext {
  const caller = {
    keyId: 0,
    name: "test",
    permissions: new Set<Permission>(permissions),
    brands,
    source: "api" as const,
  };
  return {
    db,
    caller,
    operation: "test",
    entity: "test",
    secret,
    channelTypes: builtinTypes,
    egress: noEgress,
    batcher: unbatched,
    replayed: false,
    ...more,
  };
}

let names = 0;
async function makeBrand(): Promise<number> {
  names += 1;
  return (await brand.createBrand(makeContext(), { name: `Brand ${names}` })).id;
}

async function refusal(work: Promise<unknown>): Promise<DossierError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof DossierError) return error;
  throw new Error("was not refused", { cause: error });
}

async function addCustomer(brandId: number): Promise<void> {
  await db.rows({ name: "test_customer", text: "INSERT INTO customer (brand_id) VALUES ($1)" }, [brandId]);
}

test("a fresh installation has one brand, Main, with careful settings", async () => {
  const { item } = await brand.findBrandItem(makeContext(), { id: 1 });
  expect(item).toEqual({
    id: 1,
    name: "Main",
    search_by_channel: false,
    default_country: "",
    custom_fields: "open",
    taken_address: "refuse",
    placeholder_ids: "refuse",
    strict: false,
    crm_lookup_url: "",
    crm_headers: [],
    crm_field_map: {},
    crm_wins: false,
    crm_refresh_seconds: 0,
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    updated_at: item.created_at,
  });
});

test("the table of settings has every column of a brand, and every field that the wire shows", async () => {
  const rows = await db.rows<{ name: string }>(
    {
      name: "test_brand_columns",
      text: `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'brand'::regclass AND attnum > 0 AND NOT attisdropped`,
    },
    [],
  );
  const own = ["id", "created_at", "updated_at"];
  const columns = [...brandSettings.map(({ column }) => column), "crm_headers", ...own];
  expect(rows.map(({ name }) => name).sort()).toEqual(columns.sort());
  const shown = [...brandSettings.map(({ wireName }) => wireName), ...own];
  expect(Object.keys(brandShape.shape).sort()).toEqual(shown.sort());
});

test("a brand is created with its settings in one call", async () => {
  const made = await brand.createBrand(makeContext(), {
    name: "Acme",
    searchByChannel: true,
    defaultCountry: "de",
    customFields: "defined",
    takenAddress: "skip",
    placeholderIds: "allow",
  });
  expect(made).toEqual({
    type: "result",
    message: "Brand created.",
    id: expect.any(Number),
    outcome: "created",
  });
  expect((await brand.findBrandItem(makeContext(), made)).item).toMatchObject({
    name: "Acme",
    search_by_channel: true,
    default_country: "DE",
    custom_fields: "defined",
    taken_address: "skip",
    placeholder_ids: "allow",
  });
});

test("an update changes what was sent and nothing else", async () => {
  const id = await makeBrand();
  await brand.updateBrand(makeContext(), { id, defaultCountry: "at", takenAddress: "skip" });
  expect(await brand.updateBrand(makeContext(), { id, searchByChannel: true })).toMatchObject({
    id,
    outcome: "updated",
  });
  const { item } = await brand.findBrandItem(makeContext(), { id });
  expect(item).toMatchObject({ search_by_channel: true, default_country: "AT", taken_address: "skip" });
  expect(item.updated_at > item.created_at).toBe(true);
});

test("an update that changes nothing says so and leaves the time of the last change", async () => {
  const id = await makeBrand();
  const before = await brand.findBrandItem(makeContext(), { id });
  const { name } = before.item;
  expect(await brand.updateBrand(makeContext(), { id })).toMatchObject({ outcome: "unchanged" });
  expect(await brand.updateBrand(makeContext(), { id, name, defaultCountry: "" })).toMatchObject({
    outcome: "unchanged",
  });
  expect(await brand.findBrandItem(makeContext(), { id })).toEqual(before);
});

test("an empty default country clears it", async () => {
  const id = await makeBrand();
  await brand.updateBrand(makeContext(), { id, defaultCountry: "ch" });
  await brand.updateBrand(makeContext(), { id, defaultCountry: "" });
  expect((await brand.findBrandItem(makeContext(), { id })).item.default_country).toBe("");
});

test.each(["d", "1a", "ß", "ﬀ", "ée", "d "])(
  "%j is no country, and is refused before the brand is looked for",
  async (defaultCountry) => {
    const error = await refusal(brand.updateBrand(makeContext(), { id: 999_999, defaultCountry }));
    expect(error).toMatchObject({ code: "invalid_field", errors: [{ field: "default_country" }] });
  },
);

test("a name that another brand has is refused on create and on update", async () => {
  const id = await makeBrand();
  for (const work of [
    () => brand.createBrand(makeContext(), { name: "Main" }),
    () => brand.updateBrand(makeContext(), { id, name: "Main" }),
  ])
    expect(await refusal(work())).toMatchObject({
      status: 400,
      code: "invalid_field",
      errors: [{ field: "name" }],
    });
});

test("of ten simultaneous creations with one name one wins and nine are refused on the name", async () => {
  const tries = Array.from({ length: 10 }, () => brand.createBrand(makeContext(), { name: "Contested" }));
  const settled = await Promise.allSettled(tries);
  const losers = settled.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  expect(losers).toHaveLength(9);
  for (const loser of losers)
    expect(loser).toMatchObject({ code: "invalid_field", errors: [{ field: "name" }] });
});

test("a brand outside the caller's scope is refused exactly as one that does not exist", async () => {
  const id = await makeBrand();
  const calls = [
    (one: number) => brand.findBrandItem(makeContext([1]), { id: one }),
    (one: number) => brand.updateBrand(makeContext([1]), { id: one, name: "Taken over" }),
    (one: number) => brand.deleteBrand(makeContext([1]), { id: one }),
    (one: number) => brand.findBrandItem(makeContext([]), { id: one }),
  ];
  for (const call of calls) {
    const [there, nowhere] = [await refusal(call(id)), await refusal(call(999_999))];
    expect(there).toMatchObject({ code: "not_found", message: "There is no such brand." });
    expect({ ...there }).toEqual({ ...nowhere });
  }
});

test("a list shows the caller's brands only, page by page, by cursor and by offset", async () => {
  const ids = [await makeBrand(), await makeBrand(), await makeBrand()];
  const mine = makeContext(ids);
  const first = await brand.listBrands(mine, { itemLimit: 2 });
  expect(first).toMatchObject({
    type: "list",
    itemStart: 0,
    itemTotal: 3,
    itemLimit: 2,
    items: [{ id: ids[0] }, { id: ids[1] }],
  });
  const second = await brand.listBrands(mine, { itemLimit: 2, cursor: first.nextCursor ?? "" });
  expect(second).toMatchObject({ itemStart: 2, itemTotal: 3, items: [{ id: ids[2] }], nextCursor: null });
  expect((await brand.listBrands(mine, { itemStart: 1 })).items.map(({ id }) => id)).toEqual(ids.slice(1));
  expect(await brand.listBrands(makeContext([]), {})).toMatchObject({
    itemTotal: 0,
    items: [],
    nextCursor: null,
  });
});

test("a brand is deleted with its fields, and what is gone is not found again", async () => {
  const id = await makeBrand();
  await createField(makeContext(), { brandId: id, name: "tier" });
  expect(await brand.deleteBrand(makeContext(), { id })).toEqual({
    type: "result",
    message: "Brand deleted.",
    id,
    outcome: "deleted",
  });
  expect(await refusal(brand.deleteBrand(makeContext(), { id }))).toMatchObject({ code: "not_found" });
});

test("a brand with a customer is in use", async () => {
  const id = await makeBrand();
  await addCustomer(id);
  expect(await refusal(brand.deleteBrand(makeContext(), { id }))).toMatchObject({
    status: 409,
    code: "brand_in_use",
  });
  expect((await brand.findBrandItem(makeContext(), { id })).item.id).toBe(id);
});

test("a brand is deleted or gets its customer, never both, when the two happen at once", async () => {
  for (let round = 0; round < 10; round += 1) {
    const id = await makeBrand();
    const [deleted, added] = await Promise.allSettled([
      brand.deleteBrand(makeContext(), { id }),
      addCustomer(id),
    ]);
    expect([deleted.status, added.status].sort()).toEqual(["fulfilled", "rejected"]);
    if (deleted.status === "rejected") expect(deleted.reason).toMatchObject({ code: "brand_in_use" });
  }
});

test("a key made while its only brand is deleted sees nothing or was refused, and never sees everything", async () => {
  for (let round = 0; round < 10; round += 1) {
    const id = await makeBrand();
    const keyring = createKeyring(db);
    const [, made] = await Promise.allSettled([
      brand.deleteBrand(makeContext(null, { invalidateKeys: keyring.invalidateKeys }), { id }),
      createKey(makeContext(), { name: "racer", permissions: ["SETTINGS_CRUD"], brandIds: [id] }),
    ]);
    if (made.status === "rejected")
      expect(made.reason).toMatchObject({ code: "not_found", message: "There is no such brand." });
    else expect((await keyring.authenticate(made.value.key)).brands).toEqual([]);
  }
});

test("a key for some brands loses a deleted brand at once", async () => {
  const [kept, gone] = [await makeBrand(), await makeBrand()];
  const keyring = createKeyring(db);
  const { key } = await createKey(makeContext(), {
    name: "two",
    permissions: ["SETTINGS_CRUD"],
    brandIds: [gone, kept],
  });
  expect((await keyring.authenticate(key)).brands).toEqual([kept, gone]);
  await brand.deleteBrand(makeContext(null, { invalidateKeys: keyring.invalidateKeys }), { id: gone });
  expect((await keyring.authenticate(key)).brands).toEqual([kept]);
});

test("a repeated creation with one retry token creates one brand", async () => {
  const idempotencyKey = { keyHash: Buffer.from("t1"), fingerprint: Buffer.from("same") };
  const first = await brand.createBrand(makeContext(null, { idempotencyKey }), { name: "Once" });
  const again = makeContext(null, { idempotencyKey });
  expect(await brand.createBrand(again, { name: "Once" })).toEqual(first);
  expect(again.replayed).toBe(true);
});
