// Custom fields through the domain: their names, their types, and that no value is lost without `force`.
import { randomBytes } from "node:crypto";
import type { CustomType } from "@dossier/api";
import fc from "fast-check";
import { expect, test } from "vitest";
import * as field from "../../../src/domain/custom-field/custom-field.ts";
import * as registry from "../../../src/domain/custom-field/registry.ts";
import {
  requestContext,
  db,
  makeBrand,
  makeField,
  readField,
  rejection,
  sample,
  valuesOf,
} from "../../support/data/custom-fields.ts";
import { seed } from "../../support/random-seed.ts";
import { untilWaiting } from "../../support/lock-watch.ts";

test("a field is created as text with its name as label, and listed as it was written", async () => {
  const brandId = await makeBrand();
  const made = await field.createField(requestContext(), { brandId, name: "Loyalty Tier" });
  expect(made).toEqual({
    type: "result",
    message: "Custom field created.",
    id: expect.any(Number),
    outcome: "created",
  });
  expect((await field.listFields(requestContext(), { brandId })).items).toEqual([
    {
      id: made.id,
      brand_id: brandId,
      name: "Loyalty Tier",
      label: "Loyalty Tier",
      type: "text",
      options: [],
    },
  ]);
});

test("two spellings of one name are one field: the second is refused on the name, in this brand only", async () => {
  const [brandId, other] = [await makeBrand(), await makeBrand()];
  await field.createField(requestContext(), { brandId, name: "Loyalty Tier" });
  for (const name of ["loyalty_tier", "LOYALTY-TIER", "Loyalty Tier", "\ufeffLoyalty\u00ad Tier\u200b"])
    expect(await rejection(field.createField(requestContext(), { brandId, name }))).toMatchObject({
      code: "invalid_field",
      errors: [{ field: "name" }],
    });
  expect(await field.createField(requestContext(), { brandId: other, name: "loyalty_tier" })).toMatchObject({
    outcome: "created",
  });
});

test("a name that is too long once it is folded is refused", async () => {
  const brandId = await makeBrand();
  const error = await rejection(field.createField(requestContext(), { brandId, name: "İ".repeat(64) }));
  expect(error).toMatchObject({ code: "invalid_field", errors: [{ field: "name" }] });
});

test("a select needs options, nothing else may have them, and each counts once", async () => {
  const brandId = await makeBrand();
  const create = (type: CustomType, options?: string[]) =>
    field.createField(requestContext(), { brandId, name: "x", type, options });
  const tooMany = Array.from({ length: 201 }, (_, n) => `option ${n}`);
  const wrong: [CustomType, string[]?][] = [
    ["select"],
    ["text", ["a"]],
    ["number", ["1"]],
    ["select", ["a", ""]],
    ["select", tooMany],
  ];
  for (const one of wrong)
    expect(await rejection(create(...one))).toMatchObject({
      code: "invalid_field",
      errors: [{ field: "options" }],
    });
  const { id } = await create("select", ["b", "a", "b"]);
  expect(await readField(id)).toMatchObject({ type: "select", options: ["b", "a"] });
});

test("a brand outside the caller's scope and its fields are refused exactly as ones that do not exist", async () => {
  const { brandId, id } = await makeField("text");
  const [mine, nobody] = [requestContext([1]), 999_999];
  const calls = [
    (to: { brandId: number }) => field.listFields(mine, { brandId: to.brandId }),
    (to: { brandId: number }) => field.createField(mine, { brandId: to.brandId, name: "x" }),
    (to: { id: number }) => field.updateField(mine, { id: to.id, name: "x" }),
    (to: { id: number }) => field.deleteField(mine, { id: to.id, force: true }),
  ];
  for (const call of calls) {
    const there = await rejection(call({ brandId, id }));
    const nowhere = await rejection(call({ brandId: nobody, id: nobody }));
    expect(there.code).toBe("not_found");
    expect({ ...there, message: there.message }).toEqual({ ...nowhere, message: nowhere.message });
  }
});

test("a key lists the fields of its own brands, page by page, or of one of them", async () => {
  const [one, two, other] = [await makeBrand(), await makeBrand(), await makeBrand()];
  for (const brandId of [one, other, two, one])
    await field.createField(requestContext(), { brandId, name: `f${randomBytes(4).toString("hex")}` });
  const mine = requestContext([one, two]);
  const first = await field.listFields(mine, { itemLimit: 2 });
  const second = await field.listFields(mine, { itemLimit: 2, cursor: first.nextCursor ?? "" });
  expect([...first.items, ...second.items].map((item) => item.brand_id)).toEqual([one, two, one]);
  expect(first.itemTotal).toBe(3);
  expect(second.nextCursor).toBeNull();
  expect(await field.listFields(mine, { brandId: two })).toMatchObject({
    itemTotal: 1,
    items: [{ brand_id: two }],
  });
  const foreign = field.listFields(mine, { brandId: two, itemLimit: 2, cursor: first.nextCursor ?? "" });
  expect(await rejection(foreign)).toMatchObject({ errors: [{ field: "cursor" }] });
});

test("a field is renamed, its values stay, and a label that was the name follows it", async () => {
  const { brandId, id } = await makeField("text", ["kept"]);
  expect(await field.updateField(requestContext(), { id, name: "Other" })).toMatchObject({
    id,
    outcome: "updated",
    values_lost: 0,
  });
  expect(await readField(id)).toMatchObject({ name: "Other", label: "Other" });
  await field.updateField(requestContext(), { id, label: "Shown" });
  await field.updateField(requestContext(), { id, name: "other" });
  expect(await readField(id)).toMatchObject({ name: "other", label: "Shown" });
  await field.updateField(requestContext(), { id, label: "" });
  expect(await readField(id)).toMatchObject({ label: "other" });
  expect(await valuesOf(brandId)).toEqual([["kept", 1]]);
});

test("a rename onto another field's key is refused on the name", async () => {
  const { brandId, id } = await makeField("text");
  await field.createField(requestContext(), { brandId, name: "Taken" });
  expect(await rejection(field.updateField(requestContext(), { id, name: "TAKEN" }))).toMatchObject({
    code: "invalid_field",
    errors: [{ field: "name" }],
  });
});

const wanted = (name: string) => ({ name, key: name, field: `custom_${name}` });
const ensure = (brandId: number, ...names: string[]) =>
  db.transaction((tx) => registry.getOrCreateFields(tx, brandId, names.map(wanted)));

test("fields that are taken for granted are made as text, once, and answered", async () => {
  const { brandId, id } = await makeField("number");
  const fields = await ensure(brandId, "tier", "thing", "tier");
  expect([...fields.keys()].sort()).toEqual(["thing", "tier"]);
  expect(fields.get("thing")).toMatchObject({ id, type: "number", name: "Thing" });
  expect(fields.get("tier")).toMatchObject({
    brand_id: brandId,
    type: "text",
    name: "tier",
    label: "tier",
    options: [],
  });
  expect([...(await ensure(brandId, "tier")).keys()]).toEqual(["tier"]);
});

test("sixty-four customers who bring the same new field at once make one, and all of them succeed", async () => {
  const brandId = await makeBrand();
  const all = await Promise.all(Array.from({ length: 64 }, () => ensure(brandId, "tier")));
  expect(new Set(all.map((fields) => fields.get("tier")?.id)).size).toBe(1);
  expect((await field.listFields(requestContext(), { brandId })).itemTotal).toBe(1);
});

test("sixty-four customers who are written in the same transaction as their overlapping new fields all succeed", async () => {
  const brandId = await makeBrand();
  const text = "INSERT INTO customer (brand_id) VALUES ($1)";
  const work = (n: number) =>
    db.transaction(async (tx) => {
      await tx.rows({ name: "test_customer", text }, [brandId]);
      return registry.getOrCreateFields(tx, brandId, [wanted(`f${n % 5}`), wanted(`f${(n + 2) % 5}`)]);
    });
  await Promise.all(Array.from({ length: 64 }, (_, n) => work(n)));
  expect((await field.listFields(requestContext(), { brandId })).itemTotal).toBe(5);
});

test("a brand has at most 500 fields, however many are made at once", async () => {
  const brandId = await makeBrand();
  await ensure(brandId, ...Array.from({ length: 495 }, (_, n) => `f${n}`));
  const settled = await Promise.allSettled([
    ...Array.from({ length: 10 }, (_, n) => ensure(brandId, `wished${n}`)),
    ...Array.from({ length: 10 }, (_, n) =>
      field.createField(requestContext(), { brandId, name: `defined${n}` }),
    ),
  ]);
  const refused = settled.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  expect(refused).toHaveLength(15);
  for (const error of refused)
    expect(error).toMatchObject({
      code: "invalid_field",
      errors: [{ message: expect.stringContaining("500") }],
    });
  expect((await field.listFields(requestContext(), { brandId })).itemTotal).toBe(500);
  expect(await ensure(brandId, "f1", "f2")).toHaveProperty("size", 2);
  const error = await rejection(ensure(brandId, "f1", "one_more", "and_another"));
  expect(error.errors.map((fault) => fault.field)).toEqual(["custom_one_more", "custom_and_another"]);
});

test("a field that is held keeps its type until the transaction ends", async () => {
  const { brandId, id } = await makeField("text");
  const change = await db.transaction(async (tx) => {
    expect((await registry.lockFields(tx, brandId, ["thing"])).get("thing")?.type).toBe("text");
    const waiting = field.updateField(requestContext(), { id, type: "number" });
    await untilWaiting(db.pool);
    expect((await registry.lockFields(tx, brandId, ["thing"])).get("thing")?.type).toBe("text");
    return { waiting };
  });
  expect(await change.waiting).toMatchObject({ outcome: "updated" });
});

test("values that are written while their field changes its type all fit the new type, and no writer fails", async () => {
  const { brandId, id } = await makeField(
    "text",
    Array.from({ length: 20 }, (_, n) => `${n}.50`),
  );
  const lockCustomer = {
    name: "test_lock",
    text: "SELECT id FROM customer WHERE brand_id = $1 ORDER BY id OFFSET $2 LIMIT 1 FOR NO KEY UPDATE",
  };
  const set = {
    name: "test_set",
    text: "UPDATE customer_custom_value SET value = $3 WHERE customer_id = $1 AND field_id = $2",
  };
  const writeValue = (n: number) =>
    db.transaction(async (tx) => {
      const customer = await tx.row<{ id: number }>(lockCustomer, [brandId, n % 20]);
      const thing = (await registry.lockFields(tx, brandId, ["thing"])).get("thing");
      const read = thing && field.readCustomValue(thing, `${n}.250`);
      if (read && "value" in read) await tx.rows(set, [customer?.id, id, read.value]);
    });
  const writers = Array.from({ length: 60 }, (_, n) => writeValue(n));
  const change = field.updateField(requestContext(), { id, type: "number" });
  await Promise.all([...writers, change, ...Array.from({ length: 20 }, (_, n) => writeValue(n))]);
  for (const [value] of await valuesOf(brandId)) expect(value).toMatch(/^\d+\.(25|5)$/);
});

test.each<[CustomType, string, string]>([
  ["number", "7.50", "7.5"],
  ["number", " +007 ", "7"],
  ["number", "-0.0", "0"],
  ["number", ".5", "0.5"],
  ["number", "1e-7", "1e-7"],
  ["number", "9007199254740991", "9007199254740991"],
  ["number", "7".padStart(64, "0"), "7"],
  ["boolean", "TRUE", "true"],
  ["boolean", "0", "false"],
  ["boolean", " No ", "false"],
  ["boolean", "off", "false"],
  ["boolean", "n", "false"],
  ["boolean", "F", "false"],
  ["boolean", "y", "true"],
  ["boolean", "t", "true"],
  ["boolean", "Yes", "true"],
  ["boolean", "ON", "true"],
  ["date", "2024-02-29", "2024-02-29"],
  ["select", "gold", "gold"],
  ["text", "  as it is\n", "  as it is\n"],
])("as %s, %j is stored as %j", (type, text, value) => {
  expect(field.readCustomValue(sample(type, ["gold"]), text)).toEqual({ value });
});

test.each<[CustomType, string]>([
  ["number", "seven"],
  ["number", "1,5"],
  ["number", "0x10"],
  ["number", "Infinity"],
  ["number", "1e400"],
  ["number", "9007199254740992"],
  ["number", "7".padStart(65, "0")],
  ["number", ""],
  ["number", "١"],
  ["boolean", " "],
  ["date", "2026-02-30"],
  ["date", "2025-02-29"],
  ["date", "2026-13-01"],
  ["date", "26-1-1"],
  ["date", "2026-01-01T00:00:00Z"],
  ["select", "Gold"],
  ["select", "gold "],
  ["select", ""],
])("as %s, %j is refused, and the fault does not repeat it", (type, text) => {
  const read = field.readCustomValue(sample(type, ["gold"]), text);
  expect(read).toEqual({ fault: expect.any(String) });
  if (text.trim().length > 4) expect((read as { fault: string }).fault).not.toContain(text.trim());
});

test("a stored text shows as the JSON value of its type", () => {
  expect(field.showCustomValue("number", "7.5")).toBe(7.5);
  expect(field.showCustomValue("boolean", "true")).toBe(true);
  expect(field.showCustomValue("boolean", "false")).toBe(false);
  expect(field.showCustomValue("date", "2026-11-23")).toBe("2026-11-23");
  expect(field.showCustomValue("text", "7")).toBe("7");
});

test("reading a canonical text again gives the same text, and what is shown can be sent back", () => {
  const types: CustomType[] = ["number", "boolean", "date", "select", "text"];
  const texts = fc.oneof(
    fc.string(),
    fc.double().map(String),
    fc.integer().map(String),
    fc.date({ noInvalidDate: true }).map((day) => day.toISOString().slice(0, 10)),
    fc.constant("gold"),
  );
  const property = fc.property(fc.constantFrom(...types), texts, (type, text) => {
    const read = field.readCustomValue(sample(type, ["gold"]), text);
    if ("fault" in read) return;
    expect(field.readCustomValue(sample(type, ["gold"]), read.value)).toEqual(read);
    const shown = String(field.showCustomValue(type, read.value));
    expect(field.readCustomValue(sample(type, ["gold"]), shown)).toEqual(read);
  });
  fc.assert(property, { seed: seed(), numRuns: 2000 });
});
