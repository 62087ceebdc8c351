// Operation 3, resolve or create: what it writes once the customer is identified, and what it rejects as a whole.
import { expect, test } from "vitest";
import { readable } from "../../support/customer-response.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const { admin, newBrand } = world;
const raw = readable(world.raw);
const { customer } = admin;

const mail = (address: string) => ({ type: "email", address });
const phone = (address: string) => ({ type: "telephone", address });

async function read(id: number) {
  const { item } = await customer.find({ id });
  return { ...item, addresses: item.channels.map((one) => one.address) };
}

test("the link's type is given by number or name, else inferred, else refused; without an address it is ignored", async () => {
  const brandId = await newBrand();
  const cases: [string, string | undefined, string | { field: string }][] = [
    ["a@example.org", undefined, "email"],
    ["+49301", undefined, "telephone"],
    ["+49302", "sms", "sms"],
    ["+49303", "5", "whatsapp"],
    ["b@example.org", "E-Mail", "email"],
    ["+49304", "phoneNumber", "telephone"],
    ["somebody", undefined, { field: "customer_link_channel" }],
    ["4930", undefined, { field: "customer_link_channel" }],
    ["+49305", "email", { field: "customer_link_channel" }],
    ["+49306", "pigeon", { field: "channel_id" }],
    ["+49307", "99", { field: "channel_id" }],
  ];
  for (const [n, [linkAddress, linkType, expected]] of cases.entries()) {
    const call = customer.resolve({
      brandId,
      primaryId: `K-${n}`,
      linkAddress,
      ...(linkType ? { linkType } : {}),
    });
    if (typeof expected !== "string")
      await expect(call).rejects.toMatchObject({ code: "invalid_field", errors: [expected] });
    else
      expect((await read((await call).id)).channels).toMatchObject([
        { channel_name: expected, address: linkAddress },
      ]);
  }
  for (const linkType of ["1", "pigeon", ""])
    expect(await customer.resolve({ brandId, primaryId: "K", linkType })).toMatchObject({
      message: expect.not.stringContaining("linked"),
    });
});

test("empty texts never wipe what a found customer has, whatever the encoding", async () => {
  const brandId = await newBrand();
  const { id } = await customer.create({
    brandId,
    primaryId: "K",
    firstname: "Ada",
    lastname: "Lovelace",
    custom: { tier: "gold" },
    channels: [mail("a@example.org")],
  });
  const blank = {
    brand_id: String(brandId),
    primary_id: "K",
    firstname: "",
    lastname: " ",
    custom_tier: "",
    tier: "",
    extra_email: "",
    customer_link_channel: "",
    search_customer_channel_value: "",
    channel_id: "",
    ticket_id: "",
    customerChannelType_1: "",
    customerChannelValue_1: "",
  };
  const json = Object.fromEntries(
    Object.entries(blank).map(([name, value]) => [name, value.trim() === "" ? null : value]),
  );
  for (const ask of [{ form: blank }, { multipart: blank }, { json: blank }, { json }])
    expect((await raw("POST", "/customer", ask)).body).toMatchObject({
      id,
      outcome: "unchanged",
      message: "Customer updated.",
    });
  expect(await read(id)).toMatchObject({
    firstname: "Ada",
    lastname: "Lovelace",
    custom_tier: "gold",
    addresses: ["a@example.org"],
    version: 1,
  });
});

test("a ticket that does not exist, or a brand that does not, is 404 and nothing is written", async () => {
  const brandId = await newBrand();
  await expect(customer.resolve({ brandId, primaryId: "K", ticketId: 4711 })).rejects.toMatchObject({
    code: "not_found",
    message: "There is no such ticket.",
  });
  await expect(customer.resolve({ brandId: 999_999, primaryId: "K" })).rejects.toMatchObject({
    code: "not_found",
    message: "There is no such brand.",
  });
  expect((await customer.list({ brandId })).itemTotal).toBe(0);
});

test("placeholders for no id are refused unless the brand allows them", async () => {
  const [strict, lax] = [await newBrand(), await newBrand({ placeholderIds: "allow" })];
  for (const primaryId of ["null", "NULL", "undefined", "None", "NaN", "[object Object]", "-1", "0", "000"]) {
    for (const operation of [customer.resolve, customer.create])
      await expect(operation({ brandId: strict, primaryId })).rejects.toMatchObject({
        code: "invalid_field",
      });
    expect(await customer.resolve({ brandId: lax, primaryId })).toMatchObject({ outcome: "created" });
  }
  for (const primaryId of ["00a", "-10", "nullable", "10"])
    expect(await customer.resolve({ brandId: strict, primaryId })).toMatchObject({ outcome: "created" });
});

test("all or nothing: what is refused at the end leaves no customer, no name, no custom field behind", async () => {
  const brandId = await newBrand();
  await customer.create({ brandId, primaryId: "A", channels: [mail("a@example.org")] });
  const { id } = await customer.create({ brandId, primaryId: "B" });
  const rest = {
    firstname: "New",
    custom: { fresh: "1" },
    channels: [phone("+4930"), mail("a@example.org")],
  };
  for (const primaryId of ["B", "C"])
    await expect(customer.resolve({ brandId, primaryId, ...rest })).rejects.toMatchObject({
      code: "channel_taken",
    });
  expect(await read(id)).toMatchObject({ firstname: "", addresses: [], version: 1 });
  expect((await customer.list({ brandId })).itemTotal).toBe(2);
  expect((await admin.customfield.list({ brandId })).items).toEqual([]);
  expect((await customer.listByChannel({ brandId, value: "+4930" })).items).toEqual([]);
});

test("identifiers that disagree are refused before anything is looked up, and the ETag is the version", async () => {
  const brandId = await newBrand();
  const twice = await raw("POST", "/customer", {
    form: { brand_id: String(brandId), brandID: "1", primary_id: "K", external_id: "K" },
  });
  expect([twice.status, twice.body.code]).toEqual([400, "identifiers_disagree"]);
  const form = {
    brand_id: String(brandId),
    brandID: String(brandId),
    primary_id: "K",
    external_primary_id: "K",
  };
  expect((await raw("POST", "/customer", { form })).headers.get("etag")).toBe('"1"');
  expect((await raw("POST", "/customer", { form: { ...form, firstname: "Ada" } })).headers.get("etag")).toBe(
    '"2"',
  );
  expect((await raw("POST", "/customer", { form: { ...form, firstname: "Ada" } })).headers.get("etag")).toBe(
    '"2"',
  );
});
