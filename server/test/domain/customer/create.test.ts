// Operation 16, the strict create, and reading customers: 1, 2, 7 and 8.
import type { DossierError } from "@dossier/api";
import { expect, test } from "vitest";
import { readable } from "../../support/customer-response.ts";
import { untilWaiting } from "../../support/lock-watch.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const { admin, clientFor, newBrand, service } = world;
const raw = readable(world.raw);
const { customer } = admin;

const mail = (address: string) => ({ type: "email", address });
const pageOf = (answer: { items: { id: number }[]; itemTotal: number; nextCursor: string | null }) => [
  ids(answer),
  answer.itemTotal,
  answer.nextCursor !== null,
];
const ids = (page: { items: { id: number }[] }) => page.items.map((item) => item.id);

test("operation 16 creates with everything it was sent, and reads back just that", async () => {
  const brandId = await newBrand({ name: "Acme & Söhne" });
  const form = {
    brandID: String(brandId),
    primaryID: " K-17 ",
    firstname: "Ada",
    lastname: "Lovelace",
    custom_tier: "gold",
    customerChannelType_1: "email",
    customerChannelValue_1: "Ada@example.org",
  };
  const answer = await raw("POST", "/customer/createCustomerCRUD", { multipart: form });
  const { id } = answer.body;
  expect([answer.status, answer.headers.get("etag")]).toEqual([200, '"1"']);
  expect(answer.body).toEqual({
    type: "result",
    message: "Customer created.",
    id: expect.any(Number),
    outcome: "created",
  });
  const found = await raw("GET", `/customer/${id}`);
  expect(found.headers.get("etag")).toBe('"1"');
  const item = {
    id,
    external_primary_id: "K-17",
    brand_id: brandId,
    brand_name: "Acme & Söhne",
    firstname: "Ada",
    lastname: "Lovelace",
    channels: [{ id: expect.any(Number), channel_id: 1, channel_name: "email", address: "Ada@example.org" }],
    version: 1,
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    updated_at: expect.any(String),
    custom_tier: "gold",
  };
  expect(found.body).toEqual({ type: "item", item });
  expect((await raw("GET", "/customer", { query: { brand_id: String(brandId) } })).body.items).toEqual([
    found.body.item,
  ]);
  expect((await customer.listByPrimaryId({ primaryId: "K-17", brandId })).items).toEqual([found.body.item]);
});

test("a field that a customer lacks is the empty text, never null", async () => {
  const { id } = await customer.create({ brandId: await newBrand(), lastname: "Solo" });
  expect((await customer.find({ id })).item).toMatchObject({
    external_primary_id: "",
    firstname: "",
    lastname: "Solo",
    channels: [],
  });
});

test("operation 16 needs a primary id, a name or a channel", async () => {
  const brandId = await newBrand();
  for (const input of [{}, { custom: { tier: "gold" } }, { firstname: "", lastname: " ", primaryId: "" }])
    await expect(customer.create({ brandId, ...input })).rejects.toMatchObject({
      code: "invalid_field",
      errors: [{ field: "primaryID" }],
    });
  for (const input of [
    { primaryId: "K" },
    { firstname: "A" },
    { lastname: "B" },
    { channels: [mail("a@example.org")] },
  ])
    expect(await customer.create({ brandId, ...input })).toMatchObject({ outcome: "created" });
  expect((await customer.list({ brandId })).itemTotal).toBe(4);
});

test("operation 16 refuses what is held and names its owner; nothing is written, also where taken addresses are skipped", async () => {
  for (const settings of [{}, { takenAddress: "skip" as const, searchByChannel: true }]) {
    const brandId = await newBrand(settings);
    const [a, b] = [
      await customer.create({ brandId, primaryId: "A" }),
      await customer.create({ brandId, channels: [mail("b@example.org"), { type: "sms", address: "+1" }] }),
    ];
    await expect(customer.create({ brandId, primaryId: "A", custom: { fresh: "1" } })).rejects.toMatchObject({
      code: "primary_id_taken",
      status: 409,
      conflict: { customerId: a.id },
    });
    const call = customer.create({
      brandId,
      primaryId: "C",
      custom: { fresh: "1" },
      channels: [mail("c@example.org"), mail("B@example.org"), { type: "sms", address: "+1" }],
    });
    await expect(call).rejects.toMatchObject({
      code: "channel_taken",
      status: 409,
      conflict: { customerId: b.id },
      errors: [{ field: "customerChannelValue_1" }, { field: "customerChannelValue_2" }],
    });
    expect(await customer.list({ brandId })).toMatchObject({
      itemTotal: 2,
      items: [{ id: b.id }, { id: a.id }],
    });
    expect(await customer.list({ brandId, query: "c@example.org" })).toMatchObject({ itemTotal: 0 });
    expect((await admin.customfield.list({ brandId })).itemTotal).toBe(0);
    expect(await customer.create({ brandId: await newBrand(), primaryId: "A" })).toMatchObject({
      outcome: "created",
    });
  }
});

test("a primary id is compared exactly: case, accents and inner blanks tell customers apart", async () => {
  const brandId = await newBrand();
  const different = ["k-1", "K-1", "K 1", "K  1", "\u00e9", "e\u0301", "1", "01", "1.0"];
  const made = [];
  for (const primaryId of different) made.push((await customer.create({ brandId, primaryId })).id);
  for (const [at, primaryId] of different.entries())
    expect(ids(await customer.listByPrimaryId({ brandId, primaryId }))).toEqual([made[at]]);
});

test("a deletion of the brand that comes between is a brand that does not exist", async () => {
  const brandId = await newBrand();
  const { pool } = service.db;
  const session = await pool.connect();
  try {
    await session.query("BEGIN");
    await session.query("DELETE FROM brand WHERE id = $1", [brandId]);
    const calls = [
      customer.create({ brandId, primaryId: "K" }),
      customer.resolve({ brandId, primaryId: "L" }),
    ].map((call) =>
      call.then(
        () => "done",
        (error: unknown) => (error as DossierError).code,
      ),
    );
    await untilWaiting(pool, 2);
    await session.query("COMMIT");
    expect(await Promise.all(calls)).toEqual(["not_found", "not_found"]);
  } finally {
    session.release();
  }
});

test("the list is newest first, pages by offset and by cursor, and counts exactly", async () => {
  const brandId = await newBrand();
  const made: number[] = [];
  for (let n = 0; n < 7; n += 1) made.unshift((await customer.create({ brandId, primaryId: `K-${n}` })).id);
  expect(await customer.list({ brandId })).toMatchObject({
    type: "list",
    itemStart: 0,
    itemTotal: 7,
    itemLimit: 15,
    nextCursor: null,
  });
  expect(ids(await customer.list({ brandId, itemStart: 2, itemLimit: 3 }))).toEqual(made.slice(2, 5));
  expect(await customer.list({ brandId, itemStart: 7 })).toMatchObject({
    itemStart: 7,
    itemTotal: 7,
    items: [],
    nextCursor: null,
  });
  const seen: number[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await customer.list({ brandId, itemLimit: 3, ...(cursor ? { cursor } : {}) });
    expect(page).toMatchObject({ itemStart: seen.length, itemTotal: 7 });
    seen.push(...ids(page));
    cursor = page.nextCursor;
  }
  expect(seen).toEqual(made);
});

test("operation 7 finds one customer per brand the key sees, nobody is an empty list", async () => {
  const brands = [await newBrand(), await newBrand(), await newBrand()];
  const made: number[] = [];
  for (const brandId of brands) made.push((await customer.create({ brandId, primaryId: "seven" })).id);
  expect(pageOf(await customer.listByPrimaryId({ primaryId: " seven " }))).toEqual([made, 3, false]);
  expect(pageOf(await customer.listByPrimaryId({ primaryId: "seven", brandId: brands[1] }))).toEqual([
    [made[1]],
    1,
    false,
  ]);
  const first = await customer.listByPrimaryId({ primaryId: "seven", itemLimit: 2 });
  expect(pageOf(first)).toEqual([made.slice(0, 2), 3, true]);
  expect(
    pageOf(
      await customer.listByPrimaryId({ primaryId: "seven", itemLimit: 2, cursor: first.nextCursor ?? "" }),
    ),
  ).toEqual([[made[2]], 3, false]);
  expect(pageOf(await customer.listByPrimaryId({ primaryId: "seven", itemStart: 1, itemLimit: 1 }))).toEqual([
    [made[1]],
    3,
    true,
  ]);
  const client = await clientFor(["CUSTOMER_READ"], brands.slice(0, 2));
  expect(pageOf(await client.customer.listByPrimaryId({ primaryId: "seven" }))).toEqual([
    made.slice(0, 2),
    2,
    false,
  ]);
  expect(pageOf(await customer.listByPrimaryId({ primaryId: "SEVEN" }))).toEqual([[], 0, false]);
  for (const ask of [
    { query: { external_id: "seven" } },
    { form: { externalPrimaryID: "seven" } },
    { json: { PRIMARY_ID: "seven" } },
  ])
    expect((await raw("POST", "/customer/searchByPrimaryExternalId/", ask)).body).toMatchObject({
      itemTotal: 3,
    });
  expect((await raw("POST", "/customer/SearchByPrimaryExternalID")).body).toMatchObject({
    code: "invalid_field",
    errors: [{ field: "primary_id" }],
  });
});

test("operation 8 finds each holder once, by every type that accepts the value; none is an empty list", async () => {
  const brands = [await newBrand(), await newBrand()] as const;
  const both = await customer.create({
    brandId: brands[0],
    channels: [
      { type: "telephone", address: "+4988" },
      { type: "whatsapp", address: "+4988" },
    ],
  });
  const sms = await customer.create({ brandId: brands[0], channels: [{ type: "sms", address: "+4988" }] });
  const far = await customer.create({
    brandId: brands[1],
    channels: [{ type: "livechat", address: "+4988" }, mail("Far@Example.org")],
  });
  const find = (value: string, more = {}) => customer.listByChannel({ value, ...more });
  expect(await find("+4988")).toMatchObject({
    itemTotal: 3,
    items: [{ id: both.id }, { id: sms.id }, { id: far.id }],
  });
  expect(ids(await find(" +4988 ", { brandId: brands[0] }))).toEqual([both.id, sms.id]);
  const first = await find("+4988", { itemLimit: 2 });
  expect(ids(await find("+4988", { itemLimit: 2, cursor: first.nextCursor }))).toEqual([far.id]);
  expect(ids(await find("fAR@example.ORG"))).toEqual([far.id]);
  for (const value of ["+49", "4988", "far@example.com", "x".repeat(256), "nobody"])
    expect(await find(value)).toMatchObject({ itemTotal: 0, items: [], nextCursor: null });
  expect(
    (
      await raw("POST", "/customer/searchbycustomerchannelvalue", {
        query: { CustomerChannelValue: "+4988" },
      })
    ).body.itemTotal,
  ).toBe(3);
  for (const value of ["", "a\u0000b"])
    expect(
      (await raw("POST", "/customer/SearchByCustomerChannelValue", { json: { customerChannelValue: value } }))
        .body,
    ).toMatchObject({ code: "invalid_field", errors: [{ field: "customerChannelValue" }] });
});

test("the very next search sees every write: created, renamed, renumbered, channel added, channel removed", async () => {
  const brandId = await newBrand();
  const { id } = await customer.create({
    brandId,
    primaryId: "KX-77-b",
    firstname: "Łukasz",
    lastname: "Żółć",
    channels: [mail("box@firma.example"), { type: "sms", address: "+4930998877" }],
  });
  const found = async (...queries: string[]) => {
    const hits: string[] = [];
    for (const query of queries)
      if (ids(await customer.list({ brandId, query })).includes(id)) hits.push(query);
    return hits;
  };
  const there = [
    "luk",
    "zolc",
    "ŁUKASZ ŻÓŁĆ",
    "zol lukasz",
    "kx-77",
    "KX-77-B",
    "box@fir",
    "firma.ex",
    "9988",
    "3099",
    "+4930998877",
  ];
  expect(await found(...there)).toEqual(there);
  await customer.update({
    id,
    firstname: "Jan",
    newPrimaryId: "NEW-1",
    channels: [mail("jan@other.example")],
  });
  expect(
    await found("luk", "kx-77", "jan", "new-1", "other.example", "jan@o", "zolc", "firma.example"),
  ).toEqual(["jan", "new-1", "other.example", "jan@o", "zolc", "firma.example"]);
  for (const channel of (await customer.find({ id })).item.channels.slice(0, 2))
    await customer.removeChannel({ id: channel.id });
  expect(await found("firma.example", "box@firma.example", "9988", "other.example")).toEqual([
    "other.example",
  ]);
  await customer.update({ id, lastname: "" });
  expect(await found("zolc", "jan")).toEqual(["jan"]);
});

test("a key for some brands lists, counts and searches in those alone", async () => {
  const [mine, theirs] = [await newBrand(), await newBrand()];
  for (const brandId of [mine, theirs, theirs])
    await customer
      .create({ brandId, firstname: "Scoped", channels: [mail(`s${brandId}@scoped.example`)] })
      .catch(() => customer.create({ brandId, firstname: "Scoped" }));
  const client = await clientFor(["CUSTOMER_READ"], [mine]);
  for (const input of [{}, { query: "scoped" }, { query: "scoped.example" }, { query: "scopad" }])
    expect(await client.customer.list(input)).toMatchObject({ itemTotal: 1, items: [{ brand_id: mine }] });
  const page = await customer.list({ query: "scoped", itemLimit: 1 });
  await expect(client.customer.list({ query: "scope", cursor: page.nextCursor ?? "" })).rejects.toMatchObject(
    { code: "invalid_field" },
  );
});
