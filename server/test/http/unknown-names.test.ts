// Names that an operation does not know: refused where they would widen an effect, listed where documented bodies are
// lenient; and the forms of names that PHP, Rails and qs send.
import { rows } from "@dossier/api";
import { expect, test } from "vitest";
import { unreachableUrl } from "../support/fixtures.ts";
import { startFixtureServer, uniqueName } from "../support/requests.ts";
import type { RawRequest } from "../support/test-server.ts";

const world = await startFixtureServer();
const lenient = await startFixtureServer({ unknownQuery: "ignore" });
const brandId = await world.newBrand();
const brand = String(brandId);
const newKey = { name: "k", permissions: "CUSTOMER_READ" };

async function expectUnknown(method: string, path: string, ask: RawRequest, field: string, hint?: string) {
  const { status, body } = await world.raw(method, path, ask);
  expect([path, field, status, body.code, body.errors?.[0]?.field]).toEqual([
    path,
    field,
    400,
    "unknown_field",
    field,
  ]);
  if (hint) expect(body.errors?.[0]?.message).toContain(`did you mean ${hint}?`);
}

test.each([
  "brandIds",
  "BRAND_IDS",
  "brand-ids",
  "BrandIds",
  "brandids",
  "brand_Ids",
  "brandIds[]",
  "brandIds[0]",
])("a key limited by %s is limited", async (name) => {
  const made = await world.raw("POST", "/apikey", { form: { ...newKey, [name]: brand } });
  expect([name, made.status]).toEqual([name, 200]);
  const { items } = await world.admin.key.list({ itemLimit: 99 });
  expect(items.find(({ id }) => id === made.body.id)?.brand_ids).toEqual([brandId]);
});

test.each([
  ["brandID", "brand_ids"],
  ["brand_id", "brand_ids"],
  ["brands", "brand_ids"],
  ["brand_idss", "brand_ids"],
  ["scopes", undefined],
  ["expiresat2", "expires_at"],
  ["expires", "expires_at"],
  ["permission", "permissions"],
  ["_token", undefined],
  ["constructor", undefined],
  ["brandıds", "brand_ids"],
])("a key with %s is refused, never wider", async (name, hint) => {
  for (const ask of [
    { form: { ...newKey, [name]: brand } },
    { json: { ...newKey, permissions: ["CUSTOMER_READ"], [name]: 1 } },
    { multipart: { ...newKey, [name]: brand } },
  ])
    await expectUnknown("POST", "/apikey", ask, name, hint);
});

test("a list under two names that differ is refused, and so is one that narrows in the query", async () => {
  const two = {
    json: { ...newKey, permissions: ["CUSTOMER_READ"], brand_ids: [brandId], brandIds: [brandId, 1] },
  };
  expect((await world.raw("POST", "/apikey", two)).status).toBe(400);
  await expectUnknown("POST", "/apikey", { form: newKey, query: `brand_ids=${brand}` }, "brand_ids");
  expect((await world.raw("POST", "/apikey", { form: newKey, query: "_=17" })).status).toBe(200);
});

test.each([
  ["customerID=0", "/ticket", 400, "invalid_field"],
  ["channelID=sms", "/ticket", 400, "unknown_field"],
  ["state=closed", "/ticket", 400, "unknown_field"],
  ["brand=1", "/ticket", 400, "unknown_field"],
  ["limit=5", "/ticket", 400, "unknown_field"],
  ["custom_tier=gold", "/customer", 400, "unknown_custom_field"],
  ["custom_tier=gold", "/ticket", 400, "unknown_field"],
  ["q=ada", "/customer", 400, "unknown_field"],
  ["firstname=Ada", "/customer", 400, "unknown_field"],
  ["item_limit=5", "/customer", 200, undefined],
  ["ITEM-LIMIT=5&_=1764446400&_dc=7", "/customer", 200, undefined],
  ["=x&", "/customer", 200, undefined],
  ["brandIds=1", "/customfield", 400, "unknown_field"],
  ["customerId=1", "/audit", 400, "unknown_field"],
])("the query %s of GET %s is %i", async (query, path, status, code) => {
  const answer = await world.raw("GET", path, { query });
  expect([answer.status, answer.body.code]).toEqual([status, code]);
});

test("the spelling of another operation narrows a list of tickets", async () => {
  const ticket = await world.admin.ticket.create({ brandId, channel: "email", title: "mine" });
  for (const name of ["brandID", "brand_id", "BRANDID", "brand-id"]) {
    const { body } = await world.raw("GET", "/ticket", { query: `${name}=${brand}` });
    expect(body.items?.map(({ id }: { id: number }) => id)).toEqual([ticket.id]);
  }
});

test("a webhook for some brands is never one for all", async () => {
  const hook = { url: unreachableUrl, events: "ticket.linked" };
  await expectUnknown("POST", "/webhook", { form: { ...hook, brandID: brand } }, "brandID", "brand_ids");
  await expectUnknown("POST", "/webhook", { form: { ...hook, brand_id: brand } }, "brand_id", "brand_ids");
  const made = await world.raw("POST", "/webhook", { form: { ...hook, brandIds: brand } });
  const { item } = await world.admin.webhook.find({ id: made.body.id });
  expect(item.brand_ids).toEqual([brandId]);
});

test("no two fields of an operation are one name when folded", () => {
  for (const { name, row } of rows()) {
    const folded = Object.keys(row.input.shape).map((one) => one.toLowerCase());
    expect([name, new Set(folded).size]).toEqual([name, folded.length]);
  }
});

test("parameters that destroy or protect take exact values", async () => {
  const field = await world.admin.customfield.create({ brandId, name: uniqueName("f") });
  for (const force of ["yes", "nein", "2", "-", "on", "truee"])
    expect((await world.raw("DELETE", `/customfield/${field.id}`, { query: { force } })).body.errors).toEqual(
      [{ field: "force", message: "must be true, false, 1 or 0" }],
    );
  expect((await world.raw("DELETE", `/customfield/${field.id}`, { query: "force=True" })).status).toBe(200);
  for (const expires_at of ["", " ", "never", "2026-13-01T00:00:00Z", "1764446400", "2030-01-01"])
    expect(
      (await world.raw("POST", "/apikey", { form: { ...newKey, expires_at } })).body.errors?.[0]?.field,
    ).toBe("expires_at");
  for (const strict of ["", "maybe", "y"])
    expect((await world.raw("PUT", `/brand/${brand}`, { form: { strict } })).status).toBe(400);
});

const create = (more: Record<string, string>, ask: RawRequest = {}) =>
  world.raw("POST", "/customer/createCustomerCRUD", {
    form: { brandID: brand, primaryID: uniqueName(), ...more },
    ...ask,
  });

test.each([
  [{ first_name: "Ada" }, ["first_name"]],
  [{ first_name: "Ada", "last-name": "King" }, ["first_name", "last-name"]],
  [{ Email: "ada@example.org" }, ["Email"]],
  [{ "customer[firstname]": "Ada" }, ["customer[firstname]"]],
  [{ customer_channel: "x" }, ["customer_channel"]],
  [{ id: "7" }, ["id"]],
  [{ firstname: "Ada" }, undefined],
  [{ custom_tier: "gold", "custom[size]": "xl" }, undefined],
  [{ ["n".repeat(70)]: "x" }, [`${"n".repeat(63)}…`]],
  [{ "": "x" }, undefined],
])("a documented body with %j lists %j", async (fields, ignored) => {
  const answer = await create(fields);
  expect([answer.status, answer.body.ignored]).toEqual([200, ignored]);
});

test("the list of names is bounded, and no value is in it", async () => {
  const many = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`left_${n}`, "secret"]));
  const { body, text } = await create(many);
  expect(body.ignored).toHaveLength(20);
  expect(text).not.toContain("secret");
});

test("a name that is a custom field of the brand by now is not listed", async () => {
  const name = uniqueName("bare");
  expect((await create({ [name]: "gold" })).body.ignored).toEqual([name]);
  await create({ [`custom_${name}`]: "gold" });
  expect((await create({ [name]: "gold", other_name: "x" })).body.ignored).toEqual(["other_name"]);
});

test("every documented operation with a body lists what it leaves out, also what is in an unread query", async () => {
  const { id } = await world.admin.customer.create({ brandId, primaryId: uniqueName() });
  const form = { customer_id: String(id), message: "m", sourceUrl: "x" };
  const event = await world.raw("POST", "/customer/externalEvent", { form, query: "noise=1&_=2" });
  expect([event.status, event.body.ignored]).toEqual([200, ["noise", "sourceUrl"]]);
  const search = { form: { primary_id: "K", brandName: "x" } };
  const found = await world.raw("POST", "/customer/SearchByPrimaryExternalID", search);
  expect([found.status, found.body.ignored]).toEqual([200, ["brandName"]]);
  const gone = await world.raw("DELETE", `/customer/${id}`, { json: { reason: "asked" } });
  expect([gone.status, gone.body.ignored]).toEqual([200, ["reason"]]);
  await expectUnknown("DELETE", "/customer/purgeData", { query: `customerID=${id}&brand=1` }, "brand");
});

test("concurrent calls with such names share statements, and each is answered for its own brand", async () => {
  const [lenientBrand, strictBrand] = [brandId, await world.newBrand({ strict: true })];
  const { admin, service } = world;
  const ids = await Promise.all(
    [lenientBrand, strictBrand].map(
      async (of) => (await admin.customer.create({ brandId: of, firstname: "A" })).id,
    ),
  );
  const counts = () => service.batcher.counts()["customer.unknown_names"]?.batches ?? 0;
  const before = counts();
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      world.raw("POST", "/customer/externalEvent", {
        form: { customer_id: String(ids[n % 2]), message: "m", [`note_${n}`]: "x" },
      }),
    ),
  );
  for (const [n, { status, body }] of answers.entries())
    expect([n, status, n % 2 === 0 ? body.ignored : body.errors?.[0]?.field]).toEqual(
      n % 2 === 0 ? [n, 200, [`note_${n}`]] : [n, 400, `note_${n}`],
    );
  expect(counts() - before).toBeLessThan(20);
});

test("a strict brand and a strict key refuse what others list", async () => {
  const strictBrand = String(await world.newBrand({ strict: true }));
  await expectUnknown(
    "POST",
    "/customer/createCustomerCRUD",
    { form: { brandID: strictBrand, primaryID: uniqueName(), first_name: "Ada" } },
    "first_name",
    "firstname",
  );
  const { id } = await world.admin.customer.create({ brandId: Number(strictBrand), primaryId: uniqueName() });
  await expectUnknown("PUT", `/customer/${id}`, { form: { surname: "King" } }, "surname");
  await expectUnknown("DELETE", `/customer/${id}`, { form: { reason: "asked" } }, "reason");
  expect(
    (await world.raw("PUT", `/customer/${id}`, { form: { lastname: "King", custom_x: "1" } })).status,
  ).toBe(200);
  const made = await world.admin.key.create({ name: "s", permissions: ["CUSTOMER_CUD"], strict: true });
  const form = { brandID: brand, primaryID: uniqueName(), vip: "1" };
  await expectUnknown("POST", "/customer/createCustomerCRUD", { key: made.key, form }, "vip");
});

test("an operator may have unknown names of a query left out", async () => {
  const answer = await lenient.raw("GET", "/ticket", { query: "state=closed" });
  expect(answer.status).toBe(200);
  expect((await lenient.raw("POST", "/apikey", { form: { ...newKey, brandID: "1" } })).status).toBe(400);
});

const mail = () => `${uniqueName("m")}@example.org`;

test.each<[string, (address: string) => [string, string][]]>([
  [
    "PHP's indexes",
    (to) => [
      ["customerChannelType[0]", "email"],
      ["customerChannelValue[0]", to],
    ],
  ],
  [
    "PHP's lists",
    (to) => [
      ["customerChannelType[]", "email"],
      ["customerChannelValue[]", to],
    ],
  ],
  [
    "no number",
    (to) => [
      ["customerChannelType", "email"],
      ["customerChannelValue", to],
    ],
  ],
  [
    "a number at once",
    (to) => [
      ["customerChannelType0", "1"],
      ["customerChannelValue0", to],
    ],
  ],
  [
    "a full stop",
    (to) => [
      ["customerChannelType.3", "email"],
      ["customerChannelValue.3", to],
    ],
  ],
  [
    "qs",
    (to) => [
      ["channels[0][type]", "email"],
      ["channels[0][address]", to],
    ],
  ],
  [
    "qs by the wire's names",
    (to) => [
      ["channels[2][channel_id]", "1"],
      ["channels[2][value]", to],
    ],
  ],
  [
    "Rails",
    (to) => [
      ["channels[][type]", "email"],
      ["channels[][value]", to],
    ],
  ],
  [
    "the name of one",
    (to) => [
      ["customerChannel[1][type]", "email"],
      ["customerChannel[1][value]", to],
    ],
  ],
  [
    "any case",
    (to) => [
      ["CUSTOMERCHANNELTYPE[0]", "EMAIL"],
      ["customerchannelvalue_0", to],
    ],
  ],
  ["a map of extras", (to) => [["extra[email]", to]]],
])("an address in the form of %s is read", async (_form, fieldsFor) => {
  const address = mail();
  const form: [string, string][] = [["brandID", brand], ["primaryID", uniqueName()], ...fieldsFor(address)];
  for (const ask of [{ form }, { multipart: form }] satisfies RawRequest[]) {
    const made = await world.raw("POST", "/customer/createCustomerCRUD", ask);
    expect([made.status, made.body.ignored]).toEqual([200, undefined]);
    const { item } = await world.admin.customer.find({ id: made.body.id });
    expect(item.channels.map((one) => one.address)).toEqual([address]);
    await world.admin.customer.delete({ id: made.body.id });
  }
});

test("two lists make pairs in their order; a rest without its half is refused", async () => {
  const [a, b] = [mail(), "+4930123456"];
  const form: [string, string][] = [
    ["customerChannelType[]", "email"],
    ["customerChannelType[]", "telephone"],
    ["customerChannelValue[]", a],
    ["customerChannelValue[]", b],
    ["custom[tier]", "gold"],
  ];
  const who: [string, string][] = [
    ["brandID", brand],
    ["primaryID", uniqueName()],
  ];
  const made = await world.raw("POST", "/customer/createCustomerCRUD", { form: [...who, ...form] });
  const { item } = await world.admin.customer.find({ id: made.body.id });
  expect([item.channels.map((one) => one.address), item.custom_tier]).toEqual([[a, b], "gold"]);
  for (const wrong of [
    [["customerChannelType[]", "email"]],
    [["customerChannelType[x]", "email"]],
    [["customerChannelType[0][0]", "email"]],
    [["customerChannelTypes_0", "email"]],
    [
      ["customerChannelType[00]", "email"],
      ["customerChannelValue[00]", mail()],
    ],
  ] as [string, string][][])
    expect(
      (await world.raw("POST", "/customer/createCustomerCRUD", { form: [...who, ...wrong] })).status,
    ).toBe(400);
});

test.each([
  ["firstname='Ada'&lastname=''", "Ada", ""],
  ['firstname="Ada"&lastname="King"', "Ada", "King"],
  [`"firstname='Ada'&lastname='King'"`, "Ada", "King"],
  [`'firstname="Ada"&lastname=""'`, "Ada", ""],
  ["'firstname='Ada'&lastname='King''", "Ada", "King"],
  ["'firstname='Ada'&lastname='''", "Ada", ""],
  ['"firstname="Ada"&lastname="King""\r\n', "Ada", "King"],
  ["firstname='Ada'&lastname='King'\n", "Ada", "King"],
  ["firstname=%27Ada%27&lastname=%27%27", "Ada", ""],
  ["firstname='O'Neil'&lastname='D''", "O'Neil", "D'"],
])("the form %s is read without its quotes", async (body, firstname, lastname) => {
  const { id } = await world.admin.customer.create({ brandId, firstname: "B", lastname: "C" });
  const raw = { type: "application/x-www-form-urlencoded", body };
  const answer = await world.raw("PUT", `/customer/${id}`, { raw });
  expect([answer.status, answer.body.ignored]).toEqual([200, undefined]);
  const { item } = await world.admin.customer.find({ id });
  expect([item.firstname, item.lastname]).toEqual([firstname, lastname]);
});

test.each([
  ["firstname='Ada'&lastname=King", "'Ada'", "King"],
  ["custom_a='x'&firstname='Ada'&lastname=", "'Ada'", ""],
  [`firstname='Ada'&lastname='King'&custom_q="x"`, "'Ada'", "'King'"],
])("the form %s keeps its quotes", async (body, firstname, lastname) => {
  const { id } = await world.admin.customer.create({ brandId, firstname: "B", lastname: "C" });
  await world.raw("PUT", `/customer/${id}`, { raw: { type: "application/x-www-form-urlencoded", body } });
  const { item } = await world.admin.customer.find({ id });
  expect([item.firstname, item.lastname]).toEqual([firstname, lastname]);
});

test("a page larger than the maximum is the maximum, and says so", async () => {
  for (const limit of ["100", "1000", "99999999999999999999", "99"]) {
    const { status, body } = await world.raw("GET", "/customer", { query: { itemLimit: limit } });
    expect([limit, status, body.itemLimit]).toEqual([limit, 200, 99]);
  }
  expect((await world.raw("GET", "/ticket", { query: "itemLimit=10000" })).body.itemLimit).toBe(9999);
  for (const limit of ["0", "-1", "1e3", "ten", "5.5", "9".repeat(65)])
    expect((await world.raw("GET", "/customer", { query: { itemLimit: limit } })).status).toBe(400);
});
