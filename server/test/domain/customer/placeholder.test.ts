// Placeholders in the place of an id or a number: refused, so that unrelated people do not become one customer; ids that
// only look like them are taken.
import { expect, test } from "vitest";
import { isPlaceholder } from "../../../src/domain/customer/placeholder.ts";
import { startFixtureServer, uniqueName } from "../../support/requests.ts";

const world = await startFixtureServer();
const brandId = await world.newBrand({ searchByChannel: true });
const brand = String(brandId);

const placeholders = [
  "null",
  "NULL",
  "nil",
  "Nil",
  "None",
  "undefined",
  "NaN",
  "N/A",
  "n/a",
  "#N/A",
  "#REF!",
  "#VALUE!",
  "#NV",
  "-",
  "--",
  "---",
  "(null)",
  "<null>",
  "\\N",
  "0",
  "000",
  "-1",
  "-0",
  "0.0",
  "0x0",
  "00000000-0000-0000-0000-000000000000",
  "{00000000-0000-0000-0000-000000000000}",
  "00000000000000000000000000000000",
  "[object Object]",
  "unknown",
  "Unknown",
  "{{id}}",
  "{{ customer.id }}",
  "${id}",
  "${customer.id}",
  "%ID%",
  "%%ID%%",
  "[[customer]]",
  "<id>",
  "{customer.id}",
  "#{id}",
  "$id",
  "<%= id %>",
  "{% id %}",
  "*|ID|*",
  "__ID__",
  "%(id)s",
  "%s",
  "[ID]",
  "$(id)",
  "@{id}",
  "<<id>>",
  "?",
  ".",
  "*",
  "…",
  "keine",
  "ninguno",
  "нет",
  "無",
  "なし",
  "未知",
  "System.Guid",
  "Optional.empty",
  "&nbsp;",
  "'null'",
  '"null"',
  '""',
  "''",
  "n.a.",
  "not set",
  "anonymous",
  "(none)",
  "<nil>",
  "DBNull",
  "-1.0",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
  "urn:uuid:00000000-0000-0000-0000-000000000000",
  "ｎｕｌｌ",
  "０",
  "false",
];

const ids = [
  "NA-17",
  "Nil12",
  "0-42",
  "NA",
  "na17",
  "null-17",
  "None1",
  "K-0",
  "00012",
  "0.5",
  "-12",
  "10",
  "0x1f",
  "A",
  "00000000-0000-0000-0000-000000000001",
  "{6f9619ff-8b86-d011-b42d-00c04fc964ff}",
  "[K-17]x",
  "K{17}",
  "100%",
  "$17",
  "#17",
  "<17",
  "17%",
  "nullius",
  "Keiner-17",
  "無-17",
  "无锡17",
  "Leer",
  "unknown-7",
  "anonymous@shop",
  "ada@example.org",
  "user_17",
  "Ｋ-17",
  "客户17",
  "true-17",
  "{17}",
  "[17]",
  "<17>",
  "%17%",
  "n/a-17",
  "_17_",
  "NAN-7",
  "nan.singh",
  "Nullmeier",
  "guest-17",
  "O'Null",
  "O-0",
];

test("placeholders for no id are recognised, and similar ids are ids", () => {
  expect(placeholders.filter((id) => !isPlaceholder(id))).toEqual([]);
  expect(ids.filter(isPlaceholder)).toEqual([]);
});

test.each(["#N/A", "N/A", "00000000-0000-0000-0000-000000000000", "{{id}}", "nil"])(
  "%s becomes nobody's primary id, unless the brand allows it",
  async (id) => {
    for (const [path, fields] of [
      ["/customer", { brand_id: brand, primary_id: id }],
      ["/customer/createCustomerCRUD", { brandID: brand, primaryID: id }],
    ] as const)
      expect((await world.raw("POST", path, { form: fields })).status).toBe(400);
    const open = await world.newBrand({ placeholderIds: "allow" });
    const form = { brand_id: String(open), primary_id: id };
    expect((await world.raw("POST", "/customer", { form })).status).toBe(200);
  },
);

test.each([
  "+266696687",
  "+7378742833",
  "+2562533",
  "+8656696",
  "+86282452253",
  "+0",
  "+0000000",
  "+10000000000",
])("withheld callers with %s do not become one customer", async (number) => {
  for (const fields of [
    { customer_link_channel: number, channel_id: "telephone" },
    { customer_link_channel: number },
    { search_customer_channel_value: number },
    { primary_id: uniqueName(), extra_telephone: number },
    { primary_id: uniqueName(), customerChannelType_0: "whatsapp", customerChannelValue_0: number },
  ] as Record<string, string>[]) {
    const answer = await world.raw("POST", "/customer", {
      form: { brand_id: brand, firstname: "Ann", ...fields },
    });
    expect([fields, answer.status]).toEqual([fields, 400]);
  }
  const ticket = { brandID: brand, channelID: "telephone", from: number };
  const { status, body } = await world.raw("POST", "/ticket", { form: ticket });
  expect([status, body.customer_id]).toEqual([200, null]);
});

test.each(["+26669668712", "+4930123456", "+100000000001", "+73787428331"])(
  "the number %s is somebody's",
  async (number) => {
    const form = { brand_id: brand, customer_link_channel: number };
    expect((await world.raw("POST", "/customer", { form })).status).toBe(200);
  },
);

test("a boolean of a brand takes the words of yes and no, and no other", async () => {
  await world.admin.customfield.create({ brandId, name: "newsletter", type: "boolean" });
  for (const [word, value] of [
    ...["n", "f", "N", "F", "no", "NO", "off", "false", "0", " n "].map((one) => [one, false] as const),
    ...["y", "t", "Y", "T", "yes", "on", "TRUE", "1", "On"].map((one) => [one, true] as const),
    ...["nein", "ja", "2", "maybe", "нет", "-", "null", "x", "oui", "00", "nope"].map(
      (one) => [one, undefined] as const,
    ),
  ]) {
    const form = { brand_id: brand, primary_id: uniqueName(), custom_newsletter: word };
    const made = await world.raw("POST", "/customer", { form });
    expect([word, made.status]).toEqual([word, value === undefined ? 400 : 200]);
    if (value !== undefined)
      expect((await world.admin.customer.find({ id: made.body.id })).item.custom_newsletter).toBe(value);
  }
});
