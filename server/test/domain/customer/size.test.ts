// Size limits of a customer: 256 KiB of custom values, in bytes, and 1,000 channels, by every kind of write. What
// exceeds them is rejected or left out and reported, loses nothing, and never prevents a write that makes a customer
// smaller.
import { isDossierError } from "@dossier/api";
import { expect, test } from "vitest";
import { startCrm } from "../../support/servers/crm-server.ts";
import { insertChannels, insertValues, sizeOf } from "../../support/data/large-customers.ts";
import { startTestServer } from "../../support/test-server.ts";

const crm = await startCrm();
const world = await startTestServer({ egressAllow: [crm.hostPort] });
const { admin, service } = world;
const { db } = service;
const { customer, customfield } = admin;
const limit = 256 * 1024;
const part = 64 * 1024;

let count = 0;
async function makeAda(settings: Parameters<typeof world.newBrand>[0] = {}) {
  const brandId = await world.newBrand(settings);
  count += 1;
  const primaryId = `Ada-${count}`;
  const { id } = await customer.create({ brandId, primaryId, firstname: "Ada" });
  return { brandId, id, primaryId };
}
type Made = Awaited<ReturnType<typeof makeAda>>;

/** Fills a customer up to so many bytes below the limit. */
async function fill({ id }: Made, left = 0) {
  for (const name of ["a", "b", "c"]) await customer.update({ id, custom: { [name]: "x".repeat(part) } });
  await customer.update({ id, custom: { d: "x".repeat(part - left) } });
}

/** The error code of a call, and its fields. */
async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    if (isDossierError(error)) return [error.code, error.errors.map(({ field }) => field)];
    throw error;
  }
  return "none";
}

const chats = (from: number, number: number, word: string) =>
  Array.from({ length: number }, (_, n) => ({ type: 8, address: `${word}${from + n}` }));

async function fillChannels({ id, brandId }: Made, number: number) {
  await insertChannels(db, { id, brandId }, number, `ada${id}-`);
}

test("custom values come to 256 KiB at most by every call that writes them, and one byte more is refused on its field", async () => {
  const ada = await makeAda();
  const { id, brandId, primaryId } = ada;
  await fill(ada, 1);
  const two = { custom_more: "12" };
  const calls = {
    update: () => world.raw("PUT", `/customer/${id}`, { form: two }),
    updateAny: () => world.raw("PUT", "/customer", { json: { customerID: id, ...two } }),
    updateByPrimaryId: () =>
      world.raw("PUT", "/customer/updateCustomer", {
        form: { externalPrimaryID: primaryId, brandID: String(brandId), ...two },
      }),
    resolve: () =>
      world.raw("POST", "/customer", {
        form: { brand_id: String(brandId), primary_id: primaryId, firstname: "Other", ...two },
      }),
    create: () =>
      world.raw("POST", "/customer/createCustomerCRUD", {
        json: {
          brandID: brandId,
          firstname: "New",
          ...Object.fromEntries(["a", "b", "c", "d"].map((name) => [`custom_${name}`, "x".repeat(part)])),
          ...two,
        },
      }),
  };
  for (const [name, call] of Object.entries(calls)) {
    const { status, body } = await call();
    const { code, errors } = body as { code: string; errors: { field: string; message: string }[] };
    expect([name, status, code, errors.map(({ field }) => field)]).toEqual([
      name,
      400,
      "invalid_field",
      ["custom_more"],
    ]);
    expect(errors[0]?.message).toMatch(/262144 bytes/);
  }
  expect(await sizeOf(db, id)).toMatchObject({ bytes: limit - 1 });
  expect((await customer.find({ id })).item.firstname).toBe("Ada");
  expect((await customer.list({ brandId })).itemTotal).toBe(1);
  expect(await customer.update({ id, custom: { more: "1" } })).toMatchObject({ outcome: "updated" });
  expect(await customer.update({ id, custom: { more: "2", a: "x".repeat(part) } })).toMatchObject({
    outcome: "updated",
  });
  expect(await sizeOf(db, id)).toMatchObject({ bytes: limit });
});

test("the limit counts bytes, and one call may move them from one value to another", async () => {
  const ada = await makeAda();
  const { id } = ada;
  await fill(ada, 2);
  expect(await customer.update({ id, custom: { e: "é" } })).toMatchObject({ outcome: "updated" });
  expect(await refusalOf(customer.update({ id, custom: { e: "字" } }))).toEqual([
    "invalid_field",
    ["custom_e"],
  ]);
  const swap = { f: "字".repeat(20_000), a: "" };
  expect(await customer.update({ id, custom: swap })).toMatchObject({ outcome: "updated" });
  expect(await sizeOf(db, id)).toMatchObject({ bytes: limit - part + 60_000 });
});

test("simultaneous calls together make no customer larger than it can be", async () => {
  const { id } = await makeAda();
  const calls = Array.from({ length: 12 }, (_, n) =>
    refusalOf(customer.update({ id, custom: { [`part${n}`]: "x".repeat(part) } })),
  );
  const told = await Promise.all(calls);
  expect(told.filter((one) => one === "none")).toHaveLength(4);
  expect(await sizeOf(db, id)).toMatchObject({ bytes: limit });
});

test("a customer that is too large already may stay as large or become smaller, and not larger", async () => {
  const ada = await makeAda();
  const { id } = ada;
  await insertValues(db, ada, 5, 64);
  const before = (await sizeOf(db, id)).bytes;
  expect(before).toBe(5 * part);
  expect(await refusalOf(customer.update({ id, custom: { more: "x" } }))).toEqual([
    "invalid_field",
    ["custom_more"],
  ]);
  expect(await customer.update({ id, firstname: "Bea" })).toMatchObject({ outcome: "updated" });
  expect(await customer.update({ id, custom: { big1: "y".repeat(part) } })).toMatchObject({
    outcome: "updated",
  });
  expect(await customer.update({ id, custom: { big1: "", more: "x" } })).toMatchObject({
    outcome: "updated",
  });
  expect(await sizeOf(db, id)).toMatchObject({ bytes: 4 * part + 1 });
});

test("a customer has 1,000 channels at most by every call that adds them, alone or among others", async () => {
  const ada = await makeAda();
  const { id, brandId, primaryId } = ada;
  await fillChannels(ada, 999);
  const two = chats(0, 2, "over");
  const pairs = {
    customerChannelType_0: "8",
    customerChannelValue_0: "over0",
    customerChannelType_1: "8",
    customerChannelValue_1: "over1",
  };
  const refused = ["invalid_field", ["customerChannelValue_1"]];
  for (const [method, path, who] of [
    ["PUT", `/customer/${id}`, {}],
    ["POST", "/customer/addChannelOnly", { customer_id: String(id) }],
    ["POST", "/customer", { brand_id: String(brandId), primary_id: primaryId }],
  ] as const) {
    const { body } = await world.raw(method, path, { form: { ...who, ...pairs } });
    const { code, errors } = body as { code: string; errors: { field: string; message: string }[] };
    expect([path, code, errors.map(({ field }) => field)]).toEqual([path, ...refused]);
    expect(errors[0]?.message).toMatch(/1000 channels/);
  }
  const custom = { tier: "gold" };
  expect(await refusalOf(customer.update({ id, custom, channels: two }))).toEqual(refused);
  expect(await refusalOf(customer.update({ id, newPrimaryId: "other", channels: two }))).toEqual(refused);
  const known = { type: 8, address: `ada${id}-1` };
  expect(await customer.addChannels({ customerId: id, channels: [known, known] })).toMatchObject({
    outcome: "unchanged",
  });
  const calls = Array.from({ length: 6 }, (_, n) =>
    refusalOf(customer.addChannels({ customerId: id, channels: chats(n, 1, "race") })),
  );
  expect((await Promise.all(calls)).filter((one) => one === "none")).toHaveLength(1);
  expect(await sizeOf(db, id)).toMatchObject({ channels: 1000 });
  const others = await Promise.all(
    Array.from({ length: 8 }, () => customer.create({ brandId, firstname: "Other" })),
  );
  const mixed = [id, ...others.map((one) => one.id)].map((customerId) =>
    refusalOf(customer.addChannels({ customerId, channels: chats(customerId, 1, "mixed") })),
  );
  expect((await Promise.all(mixed)).map((one) => one === "none")).toEqual([false, ...others.map(() => true)]);
});

test("of a CRM's answer what does not fit is left out and reported, and the rest is taken", async () => {
  const ada = await makeAda({ crmLookupUrl: crm.url, crmWins: true });
  const { brandId, id, primaryId } = ada;
  await fill(ada, 5);
  await fillChannels(ada, 999);
  crm.say = () => [
    {
      primary_id: primaryId,
      firstname: "Grace",
      custom_big: "too large",
      custom_small: "fits",
      custom_d: "x".repeat(part),
      channels: chats(0, 3, "crm").map(({ address }) => ({ type: "livechat", value: address })),
    },
  ];
  const { skipped = [], outcome } = await customer.syncWithCrm({ brandId, primaryId });
  expect(outcome).toBe("updated");
  expect(skipped.map(({ field }) => field).toSorted()).toEqual([
    "channels.1",
    "channels.2",
    "custom_big",
    "custom_d",
  ]);
  expect(skipped.find(({ field }) => field === "custom_big")?.message).toMatch(/262144 bytes/);
  const { item } = await customer.find({ id });
  expect(item).toMatchObject({ firstname: "Grace", custom_small: "fits" });
  expect(await sizeOf(db, id)).toEqual({ bytes: limit - 1, channels: 1000 });
  const names = Array.from({ length: 5 }, (_, n) => `custom_n${n}`);
  await admin.brand.update({
    id: brandId,
    crmFieldMap: Object.fromEntries(names.map((name) => [name, "/text"])),
  });
  crm.say = () => [{ primary_id: "new", text: "x".repeat(part) }];
  const made = await customer.syncWithCrm({ brandId, primaryId: "new" });
  expect(made).toMatchObject({ outcome: "created", skipped: [{ field: "custom_n4" }] });
  expect(await sizeOf(db, made.id ?? 0)).toMatchObject({ bytes: limit });
  crm.say = () => [{ primary_id: "newer", text: "x".repeat(part) }];
  const { item: trial } = await admin.brand.crmTest({ id: brandId, primaryId: "newer" });
  expect(trial.mapped[0]?.skipped.map(({ field }) => field)).toEqual(["custom_n4"]);
});

test("a deleted customer that is too large comes back in part, and only when the call says so", async () => {
  const ada = await makeAda();
  const { id } = ada;
  await insertValues(db, ada, 5, 64);
  await fillChannels(ada, 1003);
  await customer.update({ id, custom: { big5: "x".repeat(100) } });
  await customer.delete({ id });
  expect(await refusalOf(customer.restore({ id }))).toEqual(["invalid_field", ["without"]]);
  const { dropped = [] } = await customer.restore({ id, without: "conflicts" });
  expect(dropped.map(({ field }) => field)).toEqual(["custom_big5", "channel", "channel", "channel"]);
  expect(await sizeOf(db, id)).toEqual({ bytes: limit, channels: 1000 });
});

test("a change of a field's type keeps values in bounds: what would outgrow them is lost, and only by force", async () => {
  const ada = await makeAda();
  const { id, brandId } = ada;
  await fill(ada, 3);
  await customer.update({ id, custom: { flag: "yes" } });
  const { id: other } = await customer.create({ brandId, firstname: "Bea", custom: { flag: "yes" } });
  const fields = (await customfield.list({ brandId })).items;
  const flag = fields.find(({ name }) => name === "flag")?.id ?? 0;
  expect(await refusalOf(customfield.update({ id: flag, type: "boolean" }))).toEqual([
    "invalid_field",
    ["force"],
  ]);
  expect(await customfield.update({ id: flag, type: "boolean", force: true })).toMatchObject({
    values_lost: 1,
  });
  expect((await customer.find({ id })).item.custom_flag).toBeUndefined();
  expect((await customer.find({ id: other })).item.custom_flag).toBe(true);
  expect(await sizeOf(db, id)).toMatchObject({ bytes: limit - 3 });
  const long = fields.find(({ name }) => name === "a")?.id ?? 0;
  await customer.update({ id: other, custom: { a: "7" } });
  const { version } = (await customer.find({ id })).item;
  expect(await customfield.update({ id: long, type: "number", force: true })).toMatchObject({
    values_lost: 1,
  });
  expect((await customer.find({ id })).item).toMatchObject({ version: version + 1 });
  expect((await customer.find({ id: other })).item.custom_a).toBe(7);
});

test("the definitions that are read with customers are bounded: options of a select, and a brand's field map", async () => {
  const brandId = await world.newBrand();
  const options = (bytes: number) => [
    "x".repeat(200),
    ...Array.from({ length: 150 }, (_, n) => `${n}`.padEnd(bytes, "y")),
  ];
  const select = (name: string, bytes: number) =>
    customfield.create({ brandId, name, type: "select", options: options(bytes) });
  expect(await refusalOf(select("large", 110))).toEqual(["invalid_field", ["options"]]);
  const { id } = await select("small", 100);
  expect(await refusalOf(customfield.update({ id, options: options(110) }))).toEqual([
    "invalid_field",
    ["options"],
  ]);
  const map = (bytes: number) =>
    Object.fromEntries(Array.from({ length: 99 }, (_, n) => [`custom_m${n}`, `/${"p".repeat(bytes)}`]));
  expect(await refusalOf(admin.brand.update({ id: brandId, crmFieldMap: map(200) }))).toEqual([
    "invalid_field",
    ["crm_field_map"],
  ]);
  expect(await admin.brand.update({ id: brandId, crmFieldMap: map(100) })).toMatchObject({
    outcome: "updated",
  });
});
