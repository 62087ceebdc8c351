// Operations 4, 5 and 10: changing a customer by any identifier. Fields not sent stay, empty ones are cleared, channels
// are only added, and nothing moves a customer to another brand.
import type { DossierError } from "@dossier/api";
import { expect, test } from "vitest";
import { readable } from "../../support/customer-response.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const { admin, clientFor, newBrand } = world;
const raw = readable(world.raw);
const { customer } = admin;

const mail = (address: string) => ({ type: "email", address });

let made = 0;
async function makeAda(settings: Parameters<typeof newBrand>[0] = {}) {
  made += 1;
  const brandId = await newBrand(settings);
  const primaryId = `Ada-${made}`;
  const { id } = await customer.create({
    brandId,
    primaryId,
    firstname: "Ada",
    lastname: "Lovelace",
    channels: [mail("ada@example.org")],
    custom: { Tier: "gold" },
  });
  return { brandId, id, primaryId };
}

async function read(id: number) {
  const { item } = await customer.find({ id });
  return { ...item, addresses: item.channels.map((one) => one.address) };
}

type Ada = Awaited<ReturnType<typeof makeAda>>;

// The three operations for the same update, each with the identifiers in its own spelling.
const doors: [name: string, path: (ada: Ada) => string, who: (ada: Ada) => Record<string, string>][] = [
  ["PUT /customer by id", () => "/customer", ({ id }) => ({ customerID: String(id) })],
  [
    "PUT /customer by primary id",
    () => "/customer",
    ({ primaryId, brandId }) => ({ primaryID: primaryId, brandID: String(brandId) }),
  ],
  ["PUT /customer/{id}", ({ id }) => `/customer/${id}`, () => ({})],
  [
    "PUT /customer/updateCustomer",
    () => "/customer/updateCustomer",
    ({ primaryId }) => ({ externalPrimaryID: primaryId }),
  ],
];

test.each(doors)(
  "%s: not sent stays, empty clears, sent is set, equal changes nothing",
  async (_, path, who) => {
    const ada = await makeAda();
    const put = (fields: Record<string, string>) =>
      raw("PUT", path(ada), { form: { ...who(ada), ...fields } });
    const steps: [Record<string, string>, object][] = [
      [{}, { version: 1 }],
      [{ firstname: "Ada" }, { version: 1 }],
      [
        { firstname: "Augusta" },
        { version: 2, firstname: "Augusta", lastname: "Lovelace", custom_Tier: "gold" },
      ],
      [{ lastname: "" }, { version: 3, firstname: "Augusta", lastname: "", custom_Tier: "gold" }],
      [
        { custom_tier: "silver", custom_age: "36" },
        { version: 4, custom_Tier: "silver", custom_age: "36" },
      ],
      [{ TIER: "lead" }, { version: 5, custom_Tier: "lead" }],
      [
        { custom_tier: " ", firstname: "  " },
        { version: 6, firstname: "", custom_age: "36" },
      ],
      [{ custom_tier: "", lastname: "" }, { version: 6 }],
      [
        { extra_email: "", customerChannelType_0: "", customerChannelValue_0: "", new_primary_id: "" },
        { version: 6, external_primary_id: ada.primaryId },
      ],
      [
        { extra_email: "ada@example.com", customerChannelType_7: "sms", customerChannelValue_7: "+4930" },
        { version: 7 },
      ],
      [{ extra_email: "ADA@example.com" }, { version: 7 }],
    ];
    let version = 1;
    for (const [fields, expected] of steps) {
      const answer = await put(fields);
      const item = await read(ada.id);
      expect(item, JSON.stringify(fields)).toMatchObject(expected);
      expect(answer.body).toEqual({
        type: "result",
        message: "Customer updated.",
        id: ada.id,
        outcome: item.version === version ? "unchanged" : "updated",
      });
      expect(answer.headers.get("etag")).toBe(`"${item.version}"`);
      version = item.version;
    }
    const item = await read(ada.id);
    expect(item.addresses).toEqual(["ada@example.org", "ada@example.com", "+4930"]);
    expect(item).not.toHaveProperty("custom_Tier");
  },
);

test("null in JSON clears names and custom fields, and leaves channels and identifiers as they are", async () => {
  const { id, primaryId } = await makeAda();
  const json = {
    firstname: null,
    lastname: null,
    custom_tier: null,
    extra_email: null,
    new_primary_id: null,
    brandID: null,
    noSync: null,
  };
  expect((await raw("PUT", `/customer/${id}`, { json })).body).toMatchObject({ outcome: "updated" });
  const item = await read(id);
  expect(item).toMatchObject({
    firstname: "",
    lastname: "",
    external_primary_id: primaryId,
    addresses: ["ada@example.org"],
    version: 2,
  });
  expect(item).not.toHaveProperty("custom_Tier");
});

test("a new primary id is given, changed, and its old one is free at once", async () => {
  const { brandId, id, primaryId } = await makeAda();
  const bob = await customer.create({ brandId, firstname: "Bob" });
  expect(await customer.update({ id: bob.id, newPrimaryId: " B " })).toMatchObject({ outcome: "updated" });
  expect(await customer.update({ id: bob.id, newPrimaryId: "B" })).toMatchObject({ outcome: "unchanged" });
  await expect(customer.update({ id, newPrimaryId: "B", firstname: "X" })).rejects.toMatchObject({
    code: "primary_id_taken",
    conflict: { customerId: bob.id },
  });
  expect(await read(id)).toMatchObject({ version: 1, firstname: "Ada", external_primary_id: primaryId });
  await customer.updateByPrimaryId({ brandId, primaryId: "B", newPrimaryId: "C" });
  expect(await customer.update({ id, newPrimaryId: "B" })).toMatchObject({ outcome: "updated" });
  await expect(customer.updateByPrimaryId({ brandId, primaryId })).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(customer.update({ id, newPrimaryId: "undefined" })).rejects.toMatchObject({
    errors: [{ field: "new_primary_id" }],
  });
  const other = await makeAda();
  expect(await customer.update({ id: other.id, newPrimaryId: "B" })).toMatchObject({ outcome: "updated" });
});

test("a customer id that comes with other identifiers must agree with them; the brand never moves", async () => {
  const [ada, bob] = [await makeAda(), await makeAda()];
  const { id, brandId, primaryId } = ada;
  for (const who of [{}, { brandId }, { primaryId }, { brandId, primaryId }]) {
    expect(await customer.updateAny({ customerId: id, ...who })).toMatchObject({ id });
    expect(await customer.update({ id, ...who })).toMatchObject({ id });
  }
  for (const who of [
    { brandId: bob.brandId },
    { primaryId: bob.primaryId },
    { brandId, primaryId: "nobody" },
    { brandId: 999_999 },
  ]) {
    const refused = { code: "identifiers_disagree", status: 400 };
    await expect(customer.updateAny({ customerId: id, ...who, firstname: "X" })).rejects.toMatchObject(
      refused,
    );
    await expect(customer.update({ id, ...who, firstname: "X" })).rejects.toMatchObject(refused);
    await expect(
      customer.addChannels({ customerId: id, ...who, channels: [mail("x@example.org")] }),
    ).rejects.toMatchObject(refused);
  }
  await expect(customer.updateByPrimaryId({ primaryId, customerId: bob.id })).rejects.toMatchObject({
    code: "identifiers_disagree",
  });
  const { status, body } = await raw("PUT", `/customer/${id}`, { form: { customer_id: String(bob.id) } });
  expect([status, body.code]).toEqual([400, "identifiers_disagree"]);
  expect(await read(id)).toMatchObject({ version: 1, brand_id: brandId });
});

test("a primary id alone means the one customer of the brands the key sees; several are ambiguous, none is 404", async () => {
  const brands = [await newBrand(), await newBrand(), await newBrand()];
  const ids = [];
  for (const brandId of brands.slice(0, 2))
    ids.push((await customer.create({ brandId, primaryId: "shared-by-two" })).id);
  const call = { primaryId: "shared-by-two", firstname: "Ada" };
  await expect(customer.updateByPrimaryId(call)).rejects.toMatchObject({
    code: "ambiguous_customer",
    status: 409,
  });
  await expect(customer.updateAny(call)).rejects.toMatchObject({ code: "ambiguous_customer" });
  await expect(
    customer.addChannels({ primaryId: "shared-by-two", channels: [mail("x@example.org")] }),
  ).rejects.toMatchObject({ code: "ambiguous_customer" });
  expect(await customer.updateByPrimaryId({ ...call, brandId: brands[1] })).toMatchObject({ id: ids[1] });
  for (const [at, brandId] of brands.entries()) {
    const client = await clientFor(["CUSTOMER_CUD"], [brandId]);
    const answer = client.customer.updateByPrimaryId(call);
    if (at < 2) expect(await answer).toMatchObject({ id: ids[at] });
    else
      await expect(answer).rejects.toMatchObject({
        code: "not_found",
        message: "There is no such customer.",
      });
  }
});

test("a brand alone or nothing at all names nobody: 400 with every fault, before anything is looked up", async () => {
  const cases: ["PUT" | "POST", string, string, string[]][] = [
    ["PUT", "/customer", "", ["customerID"]],
    ["PUT", "/customer", "brandID=1", ["customerID"]],
    ["PUT", "/customer", "brandID=999999&customerID=", ["customerID"]],
    ["PUT", "/customer/updateCustomer", "brandID=1&firstname=A", ["externalPrimaryID"]],
    ["POST", "/customer/addChannelOnly", "brand_id=1", ["customer_id", "extra_email"]],
    ["POST", "/customer/addChannelOnly", "brand_id=1&extra_email=a@example.org", ["customer_id"]],
    ["POST", "/customer/addChannelOnly", "customer_id=999999", ["extra_email"]],
    [
      "PUT",
      "/customer",
      "brandID=x&firstname=%3C&extra_email=no",
      ["brandID", "firstname", "extra_email", "customerID"],
    ],
  ];
  for (const [method, path, body, fields] of cases) {
    const answer = await raw(method, path, { raw: { type: "application/x-www-form-urlencoded", body } });
    expect([answer.status, answer.body.code], body).toEqual([400, "invalid_field"]);
    expect(answer.body.errors?.map((one: { field: string }) => one.field).sort()).toEqual(fields.sort());
  }
});

const say = (error: unknown) => `${(error as DossierError).code}: ${(error as DossierError).message}`;

test("a customer, a brand or a channel outside the key's brands is answered exactly as one that does not exist", async () => {
  const [mine, ada] = [await newBrand(), await makeAda()];
  const client = await clientFor(["CUSTOMER_CUD", "CUSTOMER_READ"], [mine]);
  const channel = (await read(ada.id)).channels[0]?.id ?? 0;
  const calls = (id: number, primaryId: string, brandId: number, row: number) => [
    client.customer.find({ id }),
    client.customer.update({ id, firstname: "X" }),
    client.customer.updateAny({ customerId: id, brandId, firstname: "X" }),
    client.customer.updateAny({ primaryId, brandId, firstname: "X" }),
    client.customer.updateByPrimaryId({ primaryId, firstname: "X" }),
    client.customer.addChannels({ customerId: id, channels: [mail("x@example.org")] }),
    client.customer.removeChannel({ id: row }),
    client.customer.resolve({ brandId, primaryId }),
    client.customer.create({ brandId, primaryId }),
    client.customer.list({ brandId }),
    client.customer.listByPrimaryId({ brandId, primaryId }),
    client.customer.listByChannel({ brandId, value: "ada@example.org" }),
  ];
  const foreign = await Promise.all(
    calls(ada.id, ada.primaryId, ada.brandId, channel).map((call) => call.then(() => "done", say)),
  );
  const missing = await Promise.all(
    calls(999_999, "nobody", 999_999, 999_999).map((call) => call.then(() => "done", say)),
  );
  expect(foreign).toEqual(missing);
  expect(foreign.every((one) => one.startsWith("not_found"))).toBe(true);
  expect((await client.customer.listByPrimaryId({ primaryId: ada.primaryId })).items).toEqual([]);
  expect(await read(ada.id)).toMatchObject({ version: 1 });
});

test("an update is all or none, and a brand that skips taken addresses writes the rest", async () => {
  for (const takenAddress of ["refuse", "skip"] as const) {
    const { id, brandId } = await makeAda({ takenAddress });
    const bob = await customer.create({ brandId, firstname: "Bob" });
    const call = customer.update({
      id: bob.id,
      lastname: "Lee",
      custom: { fresh: "1" },
      channels: [mail("bob@example.org"), mail("ADA@example.org")],
    });
    if (takenAddress === "refuse") {
      await expect(call).rejects.toMatchObject({
        code: "channel_taken",
        conflict: { customerId: id },
        errors: [{ field: "customerChannelValue_1" }],
      });
      expect(await read(bob.id)).toMatchObject({ lastname: "", addresses: [], version: 1 });
      expect((await admin.customfield.list({ brandId })).itemTotal).toBe(1);
    } else {
      const skipped = { field: "customerChannelValue_1", address: "ADA@example.org", customer_id: id };
      expect(await call).toMatchObject({ outcome: "updated", skipped_channels: [skipped] });
      expect(await read(bob.id)).toMatchObject({
        lastname: "Lee",
        custom_fresh: "1",
        addresses: ["bob@example.org"],
        version: 2,
      });
    }
  }
});

test("a stale version is refused before anything is written, the current one passes", async () => {
  const { id } = await makeAda();
  await customer.update({ id, firstname: "Augusta" }, { ifMatch: 1 });
  const stale = { code: "stale_version", status: 412 };
  await expect(customer.update({ id, firstname: "Late" }, { ifMatch: 1 })).rejects.toMatchObject(stale);
  await expect(
    customer.addChannels({ customerId: id, channels: [mail("x@example.org")] }, { ifMatch: 1 }),
  ).rejects.toMatchObject(stale);
  expect(await customer.updateAny({ customerId: id, firstname: "Augusta" }, { ifMatch: 2 })).toMatchObject({
    outcome: "unchanged",
  });
});
