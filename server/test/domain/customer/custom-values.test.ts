// Custom fields of customers: their names, values and clearing, and their form in responses.
import { expect, test } from "vitest";
import type { CustomType, DossierError } from "@dossier/api";
import { readable } from "../../support/customer-response.ts";
import { untilWaiting } from "../../support/lock-watch.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const { admin, newBrand, service } = world;
const raw = readable(world.raw);
const { customer, customfield } = admin;

async function makeAda(settings: Parameters<typeof newBrand>[0] = {}) {
  const brandId = await newBrand(settings);
  const primaryId = `Ada of ${brandId}`;
  const { id } = await customer.create({ brandId, primaryId, firstname: "Ada" });
  return { brandId, id, primaryId };
}

async function customsOf(id: number) {
  const { item } = await customer.find({ id });
  return Object.fromEntries(Object.entries(item).filter(([name]) => name.startsWith("custom_")));
}

const namesIn = async (brandId: number) =>
  (await customfield.list({ brandId, itemLimit: 99 })).items.map((one) => one.name);

test("an unknown name becomes a text field, once for all spellings, shown as first written", async () => {
  const { brandId, id } = await makeAda();
  await raw("PUT", `/customer/${id}`, { form: { "custom_Loyalty Tier": "gold" } });
  for (const name of [
    "custom_loyalty_tier",
    "CUSTOM_LOYALTY-TIER",
    "custom_Loyalty.Tier",
    "loyalty_tier",
    "Loyalty Tier",
  ])
    expect((await raw("PUT", `/customer/${id}`, { form: { [name]: "gold" } })).body, name).toMatchObject({
      outcome: "unchanged",
    });
  expect(
    (await raw("PUT", `/customer/${id}`, { form: { "custom_loyalty-tier": "silver" } })).body,
  ).toMatchObject({ outcome: "updated" });
  expect(await customsOf(id)).toEqual({ "custom_Loyalty Tier": "silver" });
  await customer.update({ id, custom: { größe: "1", "王 小": "2", "e\u0301tat": "3", "\u00e9tat": "3" } });
  expect(await namesIn(brandId)).toEqual(["Loyalty Tier", "größe", "王 小", "e\u0301tat"]);
  const other = await makeAda();
  expect(await namesIn(other.brandId)).toEqual([]);
});

test("a bare name is a custom field only if the brand has it, on 3, 4, 5, 10 and 16 alike", async () => {
  const { brandId, id, primaryId } = await makeAda();
  await customfield.create({ brandId, name: "Tier" });
  const brand = { brand_id: String(brandId) };
  const roads: ["POST" | "PUT", string, Record<string, string>][] = [
    ["POST", "/customer", { ...brand, primary_id: primaryId }],
    ["PUT", "/customer", { customerID: String(id) }],
    ["PUT", `/customer/${id}`, {}],
    ["PUT", "/customer/updateCustomer", { ...brand, externalPrimaryID: primaryId }],
    ["POST", "/customer/createCustomerCRUD", { ...brand, primaryID: "new" }],
  ];
  for (const [n, [method, path, who]] of roads.entries()) {
    const { status, body } = await raw(method, path, {
      form: { ...who, tier: `v${n}`, unknown: "x", utm_source: "y" },
    });
    expect(status, path).toBe(200);
    expect(await customsOf(body.id)).toEqual({ custom_Tier: `v${n}` });
    const both = await raw(method, path, { form: { ...who, tier: "a", custom_tier: "b" } });
    expect(both.body, path).toMatchObject({ code: "invalid_field", errors: [{ field: "custom_tier" }] });
    const broken = await raw(method, path, { json: { ...who, tier: "a\u0001", unknown: "a\u0001" } });
    expect(broken.body, path).toMatchObject({ code: "invalid_field", errors: [{ field: "tier" }] });
  }
  const twice = { brandID: String(brandId), primaryID: "third", tier: "a", custom_tier: "b" };
  expect((await raw("POST", "/customer/createCustomerCRUD", { form: twice })).body).toMatchObject({
    code: "invalid_field",
    errors: [{ field: "custom_tier" }],
  });
  expect(
    (await raw("POST", "/customer/createCustomerCRUD", { form: { ...twice, tier: "b" } })).body,
  ).toMatchObject({ outcome: "created" });
  expect(await namesIn(brandId)).toEqual(["Tier"]);
});

const values: [type: CustomType, sent: unknown, comes: unknown][] = [
  ["text", " a\tb\r\nc ", " a\tb\r\nc "],
  ["text", 7, "7"],
  ["text", true, "true"],
  ["text", 0, "0"],
  ["text", "x".repeat(65_536), "x".repeat(65_536)],
  ["number", "7", 7],
  ["number", 7, 7],
  ["number", "-0", 0],
  ["number", " 7.50 ", 7.5],
  ["number", "1e3", 1000],
  ["number", -0.25, -0.25],
  ["number", 1e21, undefined],
  ["number", "9007199254740991", 9_007_199_254_740_991],
  ["number", "9007199254740993", undefined],
  ["number", "seven", undefined],
  ["number", "0x7", undefined],
  ["number", "1,5", undefined],
  ["number", "Infinity", undefined],
  ["boolean", true, true],
  ["boolean", "yes", true],
  ["boolean", "OFF", false],
  ["boolean", 0, false],
  ["boolean", "No", false],
  ["boolean", "anything", undefined],
  ["boolean", "n", false],
  ["boolean", "Y", true],
  ["date", "2024-02-29", "2024-02-29"],
  ["date", " 2026-11-23 ", "2026-11-23"],
  ["date", "2023-02-29", undefined],
  ["date", "23.11.2026", undefined],
  ["date", "2026-11-23T00:00:00Z", undefined],
  ["date", "2026-13-01", undefined],
  ["select", "gold", "gold"],
  ["select", "Gold", undefined],
  ["select", "bronze", undefined],
];

test("each type takes its values, gives them back as JSON of that type, and refuses the others on their field", async () => {
  const { brandId, id } = await makeAda();
  for (const type of ["text", "number", "boolean", "date", "select"] as const)
    await customfield.create({
      brandId,
      name: type,
      type,
      ...(type === "select" ? { options: ["gold", "silver"] } : {}),
    });
  for (const [type, sent, comes] of values) {
    const label = `${type} ${JSON.stringify(sent).slice(0, 40)}`;
    const { status, body } = await raw("PUT", `/customer/${id}`, { json: { [`custom_${type}`]: sent } });
    if (comes === undefined)
      expect([status, body.errors?.[0]?.field], label).toEqual([400, `custom_${type}`]);
    else expect((await customsOf(id))[`custom_${type}`], label).toBe(comes);
  }
  expect(await customsOf(id)).toMatchObject({
    custom_number: 9_007_199_254_740_991,
    custom_boolean: true,
    custom_date: "2026-11-23",
    custom_select: "gold",
  });
  const { body } = await raw("PUT", `/customer/${id}`, {
    form: { custom_number: "x", custom_date: "y", custom_select: "z", custom_text: "kept?" },
  });
  expect(body.errors?.map((one: { field: string }) => one.field)).toEqual([
    "custom_number",
    "custom_date",
    "custom_select",
  ]);
  expect((await customsOf(id)).custom_text).not.toBe("kept?");
});

test("equal values in another spelling change nothing", async () => {
  const { brandId, id } = await makeAda();
  await customfield.create({ brandId, name: "n", type: "number" });
  await customfield.create({ brandId, name: "b", type: "boolean" });
  await customer.update({ id, custom: { n: 7.5, b: false } });
  expect(
    (await raw("PUT", `/customer/${id}`, { form: { custom_n: "+7.50", custom_b: "off" } })).body,
  ).toMatchObject({ outcome: "unchanged" });
});

test("empty and null clear on an update, count as not sent on 3 and 16, and never make a field", async () => {
  const { brandId, id, primaryId } = await makeAda();
  await customer.update({ id, custom: { a: "1", b: "2", c: "3" } });
  await customer.resolve({ brandId, primaryId, custom: { a: "", b: null, d: "" } });
  expect(await customsOf(id)).toEqual({ custom_a: "1", custom_b: "2", custom_c: "3" });
  expect(await customer.update({ id, custom: { a: "", b: null, d: " " } })).toMatchObject({
    outcome: "updated",
  });
  expect(await customsOf(id)).toEqual({ custom_c: "3" });
  await raw("PUT", `/customer/${id}`, { form: { c: "" } });
  expect(await customsOf(id)).toEqual({});
  expect(await customer.update({ id, custom: { a: null } })).toMatchObject({ outcome: "unchanged" });
  const made = await customer.create({ brandId, firstname: "Bob", custom: { a: "", e: null } });
  expect(await customsOf(made.id)).toEqual({});
  expect(await namesIn(brandId)).toEqual(["a", "b", "c"]);
});

test("a brand with defined fields refuses every unknown name, and takes the known ones in any spelling", async () => {
  const { brandId, id, primaryId } = await makeAda({ customFields: "defined" });
  await customfield.create({ brandId, name: "Tier" });
  const call = { custom: { TIER: "gold", colour: "red", size: "7" } };
  const roads = [
    customer.update({ id, ...call }),
    customer.resolve({ brandId, primaryId, ...call }),
    customer.create({ brandId, firstname: "B", ...call }),
  ];
  const errors = [{ field: "custom_colour" }, { field: "custom_size" }];
  for (const road of await Promise.allSettled(roads))
    expect(road).toMatchObject({ reason: { code: "unknown_custom_field", status: 400, errors } });
  expect(await customer.update({ id, custom: { TIER: "gold" } })).toMatchObject({ outcome: "updated" });
  expect((await raw("PUT", `/customer/${id}`, { form: { tier: "lead", colour: "red" } })).body).toMatchObject(
    { outcome: "updated" },
  );
  expect(await customsOf(id)).toEqual({ custom_Tier: "lead" });
  expect((await customer.list({ brandId })).itemTotal).toBe(1);
});

test("malformed names and values are 400 on the caller's field", async () => {
  const { id } = await makeAda();
  const cases: Record<string, unknown>[] = [
    { custom_: "x" },
    { [`custom_${"x".repeat(65)}`]: "x" },
    { "custom_a\u0000b": "x" },
    { custom_a: "\u0000" },
    { custom_a: "\ud800" },
    { custom_a: "\u0007" },
    { custom_a: { b: 1 } },
    { custom_a: ["x"] },
    { "custom_a[]": "x" },
    { custom_a: 9_007_199_254_740_992 },
    { custom_a: "x".repeat(65_537) },
  ];
  for (const json of cases) {
    const { status, body } = await raw("PUT", `/customer/${id}`, { json });
    expect([status, body.errors?.[0]?.field], JSON.stringify(json).slice(0, 60)).toEqual([
      400,
      Object.keys(json)[0]?.replace("[]", ""),
    ]);
  }
  expect((await raw("PUT", `/customer/${id}`, { form: { custom_a: "x", "custom_A ": "y" } })).status).toBe(
    200,
  );
  expect(
    (await raw("PUT", `/customer/${id}`, { form: { custom_b: "x", custom_B: "y" } })).body,
  ).toMatchObject({ code: "invalid_field" });
  expect(
    (await raw("PUT", `/customer/${id}`, { form: { custom_b: "x", custom_B: "x" } })).body,
  ).toMatchObject({ outcome: "updated" });
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`custom_m${n}`, "x"]));
  expect((await raw("PUT", `/customer/${id}`, { form: many })).body).toMatchObject({ code: "invalid_field" });
  expect(Object.keys(await customsOf(id))).toHaveLength(3);
});

const some = (from: number) =>
  Object.fromEntries(Array.from({ length: 99 }, (_, n) => [`f${from + n}`, "x"]));

test("a brand has room for 500 fields: the call that would make more is refused, others go on", async () => {
  const { brandId, id } = await makeAda();
  for (const from of [0, 99, 198, 297, 396]) await customer.update({ id, custom: some(from) });
  const before = (await customer.find({ id })).item.version;
  const over = Object.fromEntries(
    ["a", "b", "c", "d", "e", "f", "f0"].map((name) => [`custom_${name}`, "y"]),
  );
  const { body } = await raw("PUT", `/customer/${id}`, { form: { ...over, firstname: "Late" } });
  expect(body).toMatchObject({ code: "invalid_field", errors: [{ field: "custom_f" }] });
  const clients = Array.from({ length: 12 }, (_, n) =>
    customer.update({ id, custom: { [`last${n}`]: "x" } }).then(
      () => 1,
      () => 0,
    ),
  );
  expect((await Promise.all(clients)).reduce<number>((sum, one) => sum + one, 0)).toBe(5);
  expect(await customfield.list({ brandId })).toMatchObject({ itemTotal: 500 });
  expect((await customer.find({ id })).item).toMatchObject({
    version: before + 5,
    firstname: "Ada",
    custom_f0: "x",
  });
});

test("a value is read by the type its field has when it is written: a change of type waits for it, or it for the change", async () => {
  const { brandId, id } = await makeAda();
  const field = await customfield.create({ brandId, name: "Size" });
  const session = await service.db.pool.connect();
  try {
    await session.query("BEGIN");
    await session.query("SELECT FROM custom_field WHERE id = $1 FOR UPDATE", [field.id]);
    await session.query("UPDATE custom_field SET type = 'number' WHERE id = $1", [field.id]);
    const call = customer.update({ id, custom: { size: "large" } }).then(
      () => "done",
      (error: unknown) => (error as DossierError).code,
    );
    await untilWaiting(service.db.pool);
    await session.query("COMMIT");
    expect(await call).toBe("invalid_field");
  } finally {
    session.release();
  }
  expect(await customsOf(id)).toEqual({});
});
