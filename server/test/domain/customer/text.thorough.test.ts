// Unicode text: names in every script, and a corpus of difficult strings through every field that stores text. Accepted
// texts come back byte for byte; the others are a 400 that names the field, never a 500.
import type { RawCustomer as Customer } from "@dossier/api";
import { expect, test } from "vitest";
import { tidyId, tidyName } from "../../../../api/src/visible-text.ts";
import { corpus } from "../../support/data/difficult-texts.ts";
import { readable } from "../../support/customer-response.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const { admin, newBrand } = world;
const raw = readable(world.raw);
const { customer } = admin;

const names: [sent: string, kept: string][] = [
  ["Łukasz", "Łukasz"],
  ["王小明", "王小明"],
  ["أحمد", "أحمد"],
  ["O’Brien", "O’Brien"],
  ["O'Brien", "O'Brien"],
  ["Anne-Marie", "Anne-Marie"],
  ["  Ada  ", "Ada"],
  ["Ada B. King", "Ada B. King"],
  ["Rene\u0301e", "Renée"],
  ["à-Þ", "à-Þ"],
  ["नरेन्द्र", "नरेन्द्र"],
  ["می\u200cخواهم", "می\u200cخواهم"],
  ["İstanbullu", "İstanbullu"],
  ["Ω", "Ω"],
  ["Ada7", "Ada7"],
  ["3M", "3M"],
  ["A,B; C&D @ E_F/G", "A,B; C&D @ E_F/G"],
  ["😀", "😀"],
  ["“A”", "“A”"],
  ["Ⅷ", "Ⅷ"],
  ["A\u200b", "A"],
  ["A\u00a0B", "A B"],
  ["A\u202eB\ufeff", "AB"],
  ["x".repeat(255), "x".repeat(255)],
  ["𠮷".repeat(255), "𠮷".repeat(255)],
  ["e\u0301".repeat(255), "é".repeat(255)],
];

test("names in any script are kept, composed and trimmed, on every road", async () => {
  const brandId = await newBrand();
  for (const [n, [sent, kept]] of names.entries()) {
    const primaryId = `K-${n}`;
    const { id } = await customer.create({ brandId, primaryId, firstname: sent });
    await raw("PUT", `/customer/${id}`, { form: { lastname: sent } });
    expect((await customer.find({ id })).item).toMatchObject({ firstname: kept, lastname: kept });
    for (const ask of [
      { form: { firstname: kept } },
      { multipart: { firstname: sent } },
      { json: { LASTNAME: sent } },
    ])
      expect((await raw("PUT", `/customer/${id}`, ask)).body, sent).toMatchObject({ outcome: "unchanged" });
    expect(await customer.resolve({ brandId, primaryId, firstname: sent, lastname: kept })).toMatchObject({
      outcome: "unchanged",
    });
  }
});

const refused = [
  "<b>",
  "a > b",
  "A\nB",
  "A\tB",
  "A\u0000",
  "A\u0007",
  "\ud800",
  "x".repeat(256),
  "𠮷".repeat(256),
];

test("names with anything else are 400 on their field, in whatever spelling it was sent", async () => {
  const brandId = await newBrand();
  const { id } = await customer.create({ brandId, primaryId: "K" });
  for (const text of refused)
    for (const [method, path, who, field] of [
      ["POST", "/customer", { brand_id: brandId, primary_id: "K" }, "firstname"],
      ["POST", "/customer/createCustomerCRUD", { brandID: brandId }, "lastname"],
      ["PUT", `/customer/${id}`, {}, "FirstName"],
    ] as const) {
      const { status, body } = await raw(method, path, { json: { ...who, [field]: text } });
      expect(
        [status, body.code, body.errors?.map((one: { field: string }) => one.field)],
        JSON.stringify(text),
      ).toEqual([400, "invalid_field", [field]]);
    }
});

/** How a text comes back; elsewhere trimmed. */
const keptOf: Record<string, (text: string) => string> = {
  custom_text: (text) => text,
  firstname: (text) => tidyName(text).normalize("NFC"),
  primaryID: tidyId,
};

/**
 * The fields that store text: how a text is sent, and where it comes back; names are separate, with a rule of their
 * own.
 */
const fields: [field: string, sent: (text: string) => object, back: (item: Customer) => unknown][] = [
  ["primaryID", (text) => ({ primaryID: text, firstname: "A" }), (item) => item.external_primary_id],
  ["firstname", (text) => ({ firstname: text, lastname: "A" }), (item) => item.firstname],
  ["custom_text", (text) => ({ custom_text: text, lastname: "A" }), (item) => item.custom_text ?? ""],
  ...(["email", "telephone", "facebook", "twitter", "livechat"] as const).map(
    (type) =>
      [
        "customerChannelValue_1",
        (text: string) => ({ customerChannelType_1: type, customerChannelValue_1: text, lastname: "A" }),
        (item: Customer) => item.channels[0]?.address,
      ] as [string, (text: string) => object, (item: Customer) => unknown],
  ),
];

test.each(fields.map((one, n) => [n, ...one] as const))(
  "the corpus comes back unchanged or is refused by name (%i: %s)",
  async (_, field, sent, back) => {
    const stored = new Set<string>();
    for (const text of corpus) {
      const label = JSON.stringify(text).slice(0, 60);
      const answer = await raw("POST", "/customer/createCustomerCRUD", {
        json: { brandID: await newBrand(), ...sent(text) },
      });
      if (answer.status === 200) {
        const { item } = await customer.find({ id: answer.body.id });
        expect(back(item), label).toBe(keptOf[field]?.(text) ?? text.trim());
        stored.add(text);
      } else expect([answer.status, answer.body.errors?.[0]?.field], label).toEqual([400, field]);
    }
    for (const text of ["a\u0000b", "\ud800", "a\u0007b", "a\u009fb"]) expect(stored.has(text)).toBe(false);
    expect(stored.size).toBeGreaterThan(0);
  },
);

test("a primary id or an address that was accepted is found again as it was sent, in forms as in JSON", async () => {
  const brandId = await newBrand({ placeholderIds: "allow" });
  const owners = new Map<string, number>();
  for (const text of corpus.filter((one) => !/\p{Cs}/u.test(one))) {
    const form = { brand_id: String(brandId), primary_id: text };
    const { status, body } = await raw("POST", "/customer", { form });
    if (status !== 200) continue;
    const again = await raw("POST", "/customer", { multipart: form });
    expect(again.body, JSON.stringify(text)).toMatchObject({ id: body.id, outcome: "unchanged" });
    expect(owners.get(tidyId(text)) ?? body.id).toBe(body.id);
    owners.set(tidyId(text), body.id);
    const found = await raw("POST", "/customer/SearchByPrimaryExternalID", { query: form });
    expect(
      found.body.items.map((item: { id: number }) => item.id),
      JSON.stringify(text),
    ).toEqual([body.id]);
  }
  expect(new Set(owners.values()).size).toBe(owners.size);
});

test("bytes that are no UTF-8 are 400 and name the field", async () => {
  const { id } = await customer.create({ brandId: await newBrand(), firstname: "Ada" });
  for (const bytes of ["%ff", "%c0%80", "%ed%a0%80", "%f4%90%80%80", "a%c3"]) {
    const { status, body } = await raw("PUT", `/customer/${id}`, {
      raw: { type: "application/x-www-form-urlencoded", body: `lastname=${bytes}&custom_a=b` },
    });
    expect([status, body.errors?.[0]?.field], bytes).toEqual([400, "lastname"]);
  }
  const json = Buffer.concat([Buffer.from('{"lastname":"'), Buffer.from([0xff]), Buffer.from('"}')]);
  expect(
    (await raw("PUT", `/customer/${id}`, { raw: { type: "application/json", body: json } })).status,
  ).toBe(400);
});
