// Operation 3, resolve or create: identifying the customer, step by step, and the response.
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

test("the first call creates, the same call again finds: one customer, nothing changed", async () => {
  const brandId = await newBrand();
  const call = {
    brandId,
    primaryId: "K-1",
    firstname: "Ada",
    channels: [mail("ada@example.org")],
    custom: { tier: "gold" },
  };
  const first = await customer.resolve(call);
  expect(first).toEqual({
    type: "result",
    id: expect.any(Number),
    message: "User created and channel linked.",
    outcome: "created",
  });
  const again = await customer.resolve(call);
  expect(again).toEqual({ type: "result", id: first.id, message: "Customer updated.", outcome: "unchanged" });
  expect(await read(first.id)).toMatchObject({
    version: 1,
    external_primary_id: "K-1",
    firstname: "Ada",
    custom_tier: "gold",
  });
});

test("the four messages say whether somebody was found and whether a channel was stored", async () => {
  const brandId = await newBrand();
  const say = async (input: object) => (await customer.resolve({ brandId, ...input })).message;
  expect(await say({ primaryId: "A" })).toBe("User created.");
  expect(await say({ primaryId: "B", linkAddress: "b@example.org" })).toBe(
    "User created and channel linked.",
  );
  expect(await say({ primaryId: "B", firstname: "Bo" })).toBe("Customer updated.");
  expect(await say({ primaryId: "B", channels: [phone("+4930")] })).toBe(
    "Customer updated and channel linked.",
  );
  expect(await say({ primaryId: "B", channels: [phone("+4930")] })).toBe("Customer updated.");
});

test("step 1: the primary id takes precedence over the holders of the search value and of the addresses", async () => {
  const brandId = await newBrand({ searchByChannel: true });
  const { id } = await customer.create({ brandId, primaryId: "K" });
  await customer.create({ brandId, firstname: "Other", channels: [mail("x@example.org")] });
  const answer = await customer.resolve({
    brandId,
    primaryId: "K",
    searchValue: "x@example.org",
    lastname: "Lee",
  });
  expect(answer).toMatchObject({ id, outcome: "updated" });
  await expect(
    customer.resolve({ brandId, primaryId: "K", channels: [mail("x@example.org")] }),
  ).rejects.toMatchObject({ code: "channel_taken" });
});

test("step 2: without a primary id the brand must search by channels", async () => {
  const brandId = await newBrand();
  await expect(customer.resolve({ brandId, searchValue: "a@example.org" })).rejects.toMatchObject({
    code: "search_by_channel_disabled",
    status: 400,
  });
  await expect(customer.resolve({ brandId, linkAddress: "a@example.org" })).rejects.toMatchObject({
    code: "invalid_field",
    errors: [{ field: "primary_id" }],
  });
  await expect(customer.resolve({ brandId, firstname: "Ada" })).rejects.toMatchObject({
    code: "invalid_field",
  });
  expect((await customer.list({ brandId })).itemTotal).toBe(0);
});

test("step 3: the holder of the search value is meant, in any spelling and on any type of channel", async () => {
  const brandId = await newBrand({ searchByChannel: true });
  const { id } = await customer.create({
    brandId,
    channels: [
      mail("Ada@Example.org"),
      { type: "whatsapp", address: "+49301" },
      { type: "twitter", address: "@Ada_L" },
    ],
  });
  for (const searchValue of ["ADA@example.ORG", " ada@example.org ", "+49301", "ada_l", "@ADA_L"])
    expect(await customer.resolve({ brandId, searchValue })).toMatchObject({ id, outcome: "unchanged" });
});

test("step 3: a holder with another primary id is passed over, one without takes the one sent", async () => {
  const brandId = await newBrand({ searchByChannel: true });
  const named = await customer.create({ brandId, primaryId: "K-1", channels: [mail("a@example.org")] });
  const other = await customer.resolve({ brandId, primaryId: "K-2", searchValue: "a@example.org" });
  expect(other).toMatchObject({ outcome: "created", message: "User created." });
  expect(other.id).not.toBe(named.id);
  const nameless = await customer.create({ brandId, channels: [mail("b@example.org")] });
  expect(await customer.resolve({ brandId, primaryId: "K-3", searchValue: "b@example.org" })).toMatchObject({
    id: nameless.id,
    outcome: "updated",
  });
  expect(await read(nameless.id)).toMatchObject({ external_primary_id: "K-3", version: 2 });
  expect(await customer.resolve({ brandId, primaryId: "K-3" })).toMatchObject({ id: nameless.id });
});

test("step 3: two holders of the search value are ambiguous, unless the primary id decides", async () => {
  const brandId = await newBrand({ searchByChannel: true });
  await customer.create({ brandId, channels: [phone("+4930")] });
  const { id } = await customer.create({
    brandId,
    primaryId: "K",
    channels: [{ type: "sms", address: "+4930" }],
  });
  await expect(customer.resolve({ brandId, searchValue: "+4930" })).rejects.toMatchObject({
    code: "ambiguous_customer",
    status: 409,
  });
  expect(await customer.resolve({ brandId, searchValue: "+4930", primaryId: "K" })).toMatchObject({ id });
});

test("the search value is not looked at while the brand does not search by channels", async () => {
  const brandId = await newBrand();
  const { id } = await customer.create({ brandId, channels: [mail("a@example.org")] });
  const answer = await customer.resolve({ brandId, primaryId: "K", searchValue: "a@example.org" });
  expect(answer).toMatchObject({ outcome: "created" });
  expect(answer.id).not.toBe(id);
});

test("step 4: the holder of an address to be added is meant, and takes the primary id sent", async () => {
  const brandId = await newBrand();
  const { id } = await customer.create({ brandId, firstname: "Ada", channels: [phone("+4930")] });
  const answer = await customer.resolve({
    brandId,
    primaryId: "K",
    channels: [mail("a@example.org"), phone("+4930")],
  });
  expect(answer).toMatchObject({ id, outcome: "updated", message: "Customer updated and channel linked." });
  expect(await read(id)).toMatchObject({
    external_primary_id: "K",
    firstname: "Ada",
    addresses: ["+4930", "a@example.org"],
  });
});

test("step 4: if the holder has another primary id, every such field is refused with its owner", async () => {
  const brandId = await newBrand();
  const [a, b] = [
    await customer.create({ brandId, primaryId: "A", channels: [mail("a@example.org")] }),
    await customer.create({ brandId, primaryId: "B", channels: [phone("+4930")] }),
  ];
  const form = {
    brand_id: String(brandId),
    primary_id: "C",
    customer_link_channel: "A@example.org",
    extra_telephone: "+4930",
    extra_twitter: "c",
  };
  const { status, body } = await raw("POST", "/customer", { multipart: form });
  expect([status, body.code, body.conflict]).toEqual([409, "channel_taken", { customer_id: a.id }]);
  expect(body.errors).toEqual([
    { field: "customer_link_channel", message: `already in use by customer ${a.id}` },
    { field: "extra_telephone", message: `already in use by customer ${b.id}` },
  ]);
  expect((await customer.listByPrimaryId({ brandId, primaryId: "C" })).items).toEqual([]);
});

test("a brand that skips taken addresses leaves them with their owners and says so, found or created", async () => {
  const brandId = await newBrand({ takenAddress: "skip" });
  const a = await customer.create({ brandId, primaryId: "A", channels: [mail("a@example.org")] });
  const channels = [mail("A@example.org"), phone("+4930")];
  const skipped_channels = [{ field: "customerChannelValue_0", address: "A@example.org", customer_id: a.id }];
  const made = await customer.resolve({ brandId, primaryId: "B", channels });
  expect(made).toMatchObject({
    outcome: "created",
    message: "User created and channel linked.",
    skipped_channels,
  });
  expect(await read(made.id)).toMatchObject({ external_primary_id: "B", addresses: ["+4930"] });
  expect((await customer.list({ brandId, query: "example.org" })).items.map((one) => one.id)).toEqual([a.id]);
  expect(await customer.resolve({ brandId, primaryId: "B", channels })).toMatchObject({
    id: made.id,
    outcome: "unchanged",
    skipped_channels,
  });
});

test.each(["refuse", "skip"] as const)(
  "addresses decide in the order link, e-mail, telephone, pairs; the others must be free or theirs (%s)",
  async (takenAddress) => {
    const brandId = await newBrand({ searchByChannel: true, takenAddress });
    const ids: number[] = [];
    for (const n of [1, 2, 3, 4])
      ids.push(
        (await customer.create({ brandId, channels: [phone(`+${n}`), mail(`m${n}@example.org`)] })).id,
      );
    const fields: [string, string][] = [
      ["customerChannelType_1", "telephone"],
      ["customerChannelValue_1", "+4"],
      ["extra_telephone", "+3"],
      ["extra_email", "m2@example.org"],
      ["customer_link_channel", "+1"],
    ];
    for (const [first, id] of ids.entries()) {
      const sent = fields.slice(0, fields.length - first);
      const { body } = await raw("POST", "/customer", { form: [["brand_id", String(brandId)], ...sent] });
      const others = 3 - first;
      if (others === 0 || takenAddress === "skip") expect(body).toMatchObject({ id, outcome: "unchanged" });
      else
        expect(body).toMatchObject({ code: "channel_taken", conflict: { customer_id: expect.any(Number) } });
      const named = body.errors ?? body.skipped_channels ?? [];
      expect(named).toHaveLength(others);
      expect(named.map((one: { field: string }) => one.field)).not.toContain(sent.at(-1)?.[0]);
    }
    expect((await customer.list({ brandId })).itemTotal).toBe(4);
  },
);

test("step 5: without a primary id the search value becomes a channel, so that the same call finds the customer", async () => {
  const brandId = await newBrand({ searchByChannel: true });
  for (const [searchValue, channel_name] of [
    ["Ada@example.org", "email"],
    ["+4930123", "telephone"],
  ] as const) {
    const made = await customer.resolve({ brandId, searchValue, firstname: "Ada" });
    expect(made).toMatchObject({ outcome: "created", message: "User created and channel linked." });
    expect((await read(made.id)).channels).toMatchObject([{ channel_name, address: searchValue }]);
    expect(await customer.resolve({ brandId, searchValue: searchValue.toUpperCase() })).toMatchObject({
      id: made.id,
      outcome: "unchanged",
    });
  }
  const both = await customer.resolve({
    brandId,
    searchValue: "b@example.org",
    linkAddress: "B@example.org",
  });
  expect((await read(both.id)).addresses).toEqual(["B@example.org"]);
  const named = await customer.resolve({ brandId, searchValue: "c@example.org", primaryId: "K" });
  expect((await read(named.id)).addresses).toEqual([]);
});

test("step 5: with nothing to identify by, nobody is created", async () => {
  const brandId = await newBrand({ searchByChannel: true });
  const cases: [object, string][] = [
    [{}, "primary_id"],
    [{ firstname: "Ada", custom: { tier: "gold" } }, "primary_id"],
    [{ searchValue: "somebody" }, "search_customer_channel_value"],
    [{ searchValue: "not@an@address" }, "search_customer_channel_value"],
    [{ primaryId: "  ", firstname: "Ada" }, "primary_id"],
  ];
  for (const [input, field] of cases)
    await expect(customer.resolve({ brandId, ...input })).rejects.toMatchObject({
      code: "invalid_field",
      errors: [{ field }],
    });
  expect(await customer.list({ brandId })).toMatchObject({ itemTotal: 0, items: [] });
  const made = await customer.resolve({
    brandId,
    searchValue: "visitor 7",
    linkAddress: "visitor 7",
    linkType: "livechat",
  });
  expect(await customer.resolve({ brandId, searchValue: "visitor 7" })).toMatchObject({
    id: made.id,
    outcome: "unchanged",
  });
});
