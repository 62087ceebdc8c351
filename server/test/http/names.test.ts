// Names, ids and queries as people and their programs send them: any printable name is stored, what cannot be seen is
// nowhere, and a search box never answers 400.
import { expect, test } from "vitest";
import { startFixtureServer, uniqueName } from "../support/requests.ts";

const world = await startFixtureServer();
const brandId = await world.newBrand();

const create = (fields: Record<string, unknown>) =>
  world.admin.customer.create({ brandId, primaryId: uniqueName(), ...fields });
const resolve = (primaryId: string) => world.admin.customer.resolve({ brandId, primaryId });
const shown = async (id: number) => (await world.admin.customer.find({ id })).item;

test.each([
  ["3M", "3M"],
  ["7-Eleven", "7-Eleven"],
  ["No1", "No1"],
  ["Jean-Luc 2nd", "Jean-Luc 2nd"],
  ["X Æ A-12", "X Æ A-12"],
  ["Henry Ⅷ", "Henry Ⅷ"],
  ["AT&T", "AT&T"],
  ["Müller & Söhne", "Müller & Söhne"],
  ["Ada & Bob", "Ada & Bob"],
  ["Col·lell", "Col·lell"],
  ["Jean\u00a0Paul", "Jean Paul"],
  ["O‘Neil", "O'Neil"],
  ["O´Neil", "O'Neil"],
  ["O`Neil", "O'Neil"],
  ["O’Neil", "O’Neil"],
  ["O&#39;Neil", "O'Neil"],
  ["AT&amp;T", "AT&T"],
  ["Zo&euml; M&uuml;ller", "Zoë Müller"],
  ["&Eacute;ric &eacute;", "Éric é"],
  ["Smith &AMP; Sons", "Smith & Sons"],
  ["L&rsquo;Or&eacute;al &ndash; FR", "L’Oréal - FR"],
  ["&frac12; &Scaron;&shy;a", "½ Ša"],
  ["R&D; A&co;", "R&D; A&co;"],
  ["Anne‑Marie", "Anne-Marie"],
  ["Anne–Marie", "Anne-Marie"],
  ["\u202aAda\u202c", "Ada"],
  ["Ada\u200b", "Ada"],
  ["Ada 🌸", "Ada 🌸"],
  ["\ufeffAda\u2060 \u00adLovelace", "Ada Lovelace"],
  ["Ada\u3000\u2003Lovelace", "Ada Lovelace"],
  ["A\u200dda", "Ada"],
  ["علی\u200cرضا", "علی\u200cرضا"],
  ["\u200cعلی\u200c", "علی"],
  ["രാജന്\u200d", "രാജന്\u200d"],
  ["👨‍👩‍👧 Family", "👨‍👩‍👧 Family"],
  ["❤️ 1️⃣", "❤️ 1️⃣"],
  [
    "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} FC",
    "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} FC",
  ],
  ["🇩🇪 👍🏽", "🇩🇪 👍🏽"],
  ["葛\u{e0100}城", "葛城"],
  ['C/O + (Sons), Inc. #1 @home * 50% "q" a=b;c_d', 'C/O + (Sons), Inc. #1 @home * 50% "q" a=b;c_d'],
  ["山田・太郎", "山田・太郎"],
  ["Ke$ha! €5 ™", "Ke$ha! €5 ™"],
  ["हिन्दी", "हिन्दी"],
  ["Ǆ\u0301", "Ǆ\u0301"],
  ["minus \u2212 5", "minus - 5"],
])("the name %j is stored as %j", async (sent, stored) => {
  const { id } = await create({ firstname: sent, lastname: sent });
  expect([(await shown(id)).firstname, (await shown(id)).lastname]).toEqual([stored, stored]);
});

test.each([
  "<b>",
  "a>b",
  "&lt;",
  "tab\tin it",
  "line\nin it",
  "bell\u0007",
  "\0x",
  "\u0085x",
  "x".repeat(256),
])("the name %j is refused", async (firstname) => {
  const { status, body } = await world.raw("POST", "/customer", {
    json: { brand_id: brandId, primary_id: uniqueName(), firstname },
  });
  expect([status, body.errors?.map((one) => one.field)]).toEqual([400, ["firstname"]]);
});

test.each([
  "\u3164",
  "\u115f\u1160",
  "\uffa0",
  "\u200b",
  "\u2800",
  " \u00a0 ",
  "\ufe0f",
  "\u202e\u202c",
  "\u00ad",
  "\u2060\ufeff",
  "\u180e",
])("a name of %j alone is none: a strict create needs another, and an update clears", async (firstname) => {
  const { status, body } = await world.raw("POST", "/customer/createCustomerCRUD", {
    json: { brandID: brandId, firstname },
  });
  expect([status, body.code]).toEqual([400, "invalid_field"]);
  const { id } = await create({ firstname: "Ada" });
  await world.raw("PUT", `/customer/${id}`, { json: { firstname } });
  expect((await shown(id)).firstname).toBe("");
});

test("a primary id is the same with and without what cannot be seen", async () => {
  const primaryId = `K-${uniqueName()}`;
  const { id } = await create({ primaryId });
  for (const sent of [
    `${primaryId}\u200b`,
    `\ufeff${primaryId}`,
    `\u202a${primaryId}\u202c`,
    primaryId.replace("K-", "K\u2011"),
    primaryId.replace("K-", "K\u2010"),
    `\u00a0${primaryId}\u3164`,
    primaryId.replace("K-", "K\u00ad-"),
    primaryId.replace("K-", "K\u2060-"),
    primaryId.replace("K-", "K\ufe0f-"),
    primaryId.replace("K-", "K-\u200d"),
  ]) {
    expect([sent, (await resolve(sent)).id]).toEqual([sent, id]);
    const { items } = await world.admin.customer.listByPrimaryId({ primaryId: sent });
    expect([sent, items.map((one) => one.id)]).toEqual([sent, [id]]);
  }
  expect((await resolve(primaryId.replace("K-", "K–"))).id).not.toBe(id);
  const { status } = await world.raw("POST", "/customer/createCustomerCRUD", {
    json: { brandID: brandId, primaryID: "\u200b" },
  });
  expect(status).toBe(400);
});

const search = async (query: string, brand = brandId) => {
  const { status, body } = await world.raw("GET", "/customer", {
    query: new URLSearchParams({ query, brand_id: String(brand) }).toString(),
  });
  expect([query.slice(0, 50), status]).toEqual([query.slice(0, 50), 200]);
  return (body as unknown as { items: { id: number }[] }).items.map((one) => one.id);
};

test("a search accepts any typed or pasted text, and finds what is meant", async () => {
  const brand = await world.newBrand();
  const make = async (fields: Record<string, unknown>) =>
    (await world.admin.customer.create({ brandId: brand, ...fields })).id;
  const guid = "{550e8400-e29b-41d4-a716-446655440000}";
  const mail = (address: string) => [{ type: "email", address }];
  const long = `${"a".repeat(60)}@${"b".repeat(57)}.example`;
  const byGuid = await make({ primaryId: guid });
  const firm = await make({ lastname: "Smith & Sons" });
  const zoe = await make({ firstname: "Zoë", lastname: "Müller" });
  const pat = await make({ primaryId: "pat", channels: mail("pat@example.org") });
  const linda = await make({ primaryId: "l", channels: mail("linda.mcclung@mail.example.com") });
  const brien = await make({ firstname: "O‘Brien" });
  const byLong = await make({ channels: mail(long) });
  const flower = await make({ firstname: "🌸" });
  const invoice = await make({ primaryId: "AB-001234" });
  const handles = await make({
    primaryId: "h",
    channels: [
      { type: "twitter", address: "tweety_b" },
      { type: "facebook", address: "ada.handle" },
      { type: "instagram", address: "Insta.Gram_9" },
      { type: "livechat", address: "visitor-77" },
    ],
  });
  const nobody: number[] = [];
  const cases: [string, number[]][] = [
    [guid, [byGuid]],
    ["550E8400-E29B-41D4-A716-446655440000", [byGuid]],
    ["550e8400e29b41d4a716446655440000", [byGuid]],
    ["446655440000", [byGuid]],
    ["Smith & Sons", [firm]],
    ['"Smith & Sons"', [firm]],
    ["Smith &amp; Sons", [firm]],
    ["Zo&euml; M&uuml;ller", [zoe]],
    ["O&#39;Brien", [brien]],
    ["Zo&euml;&nbsp;Mueller", [zoe]],
    ['"Zoë Müller"', [zoe]],
    ["Müller;Zoë", [zoe]],
    ["Müller, Zoë", [zoe]],
    ["zoe\tmueller\r\n", [zoe]],
    ["«Zoë»", [zoe]],
    ["<pat@example.org>", [pat]],
    ["Pat P <pat@example.org>", [pat]],
    ["(pat@example.org).", [pat]],
    ["From: Pat P <pat@example.org>\r\nTo: desk@shop.example.org", [pat]],
    ["To: pat@example.org", [pat]],
    ["Zoë Müller <zoe@new.example>", [zoe]],
    ['"Müller, Zoë" <zoe@new.example>', [zoe]],
    ["From: Zoë Müller <zoe@new.example>", [zoe]],
    ["Zoë Nobody <zoe@new.example>", nobody],
    ["<zoe@new.example>", nobody],
    ["pat@example.org\tPat\tBerlin", [pat]],
    ["Pat pat@example.org", [pat]],
    ["&lt;pat@example.org&gt;", [pat]],
    ["mailto:pat@example.org?subject=Hello", [pat]],
    ["pat@example.org,", [pat]],
    ["pat\u200b@example.org", [pat]],
    ["linda*", [linda]],
    ["mcclung", [linda]],
    ["linda mcclung", [linda]],
    ["McClung Linda", [linda]],
    ["mcclung@mail.example.com", [linda]],
    ["mcclung@", [linda]],
    ["@mail.example.com", [linda]],
    ["@example.com", [linda]],
    ["example.com", [linda]],
    ["O‘Brien", [brien]],
    ["O’Brien", [brien]],
    ["obri", [brien]],
    [long, [byLong]],
    ["🌸", [flower]],
    ["AB-001234", [invoice]],
    ["#AB-001234", [invoice]],
    ["AB001234", [invoice]],
    ["ab 001234", [invoice]],
    ["001234", [invoice]],
    ["tweety_b", [handles]],
    ["@tweety_b", [handles]],
    ["ada.handle", [handles]],
    ["handle", [handles]],
    ["insta.gram_9", [handles]],
    ["visitor-77", [handles]],
    ["visitor 77", [handles]],
    ["!!!", nobody],
    ['"', nobody],
    ["*", nobody],
    ["%_%", nobody],
    ["\\", nobody],
    ["<>", nobody],
    ["@", nobody],
    ["q\u0007\0z", nobody],
    ["' OR 1=1 --", nobody],
    ["{{q*z}}", nobody],
    ["x".repeat(5000), nobody],
    ["word ".repeat(400), nobody],
    ["\ufffd\uffff", nobody],
  ];
  for (const [query, ids] of cases) expect([query, await search(query, brand)]).toEqual([query, ids]);
  expect(await search("\u200b", brand)).toHaveLength(10);
  const gone = [linda, handles, invoice];
  for (const id of gone) await world.admin.customer.delete({ id });
  for (const query of ["mcclung", "tweety_b", "001234", "visitor-77", "linda mcclung"])
    expect([query, await search(query, brand)]).toEqual([query, nobody]);
});

test("a handle that is removed finds its holder no more", async () => {
  const brand = await world.newBrand();
  const { id } = await world.admin.customer.create({
    brandId: brand,
    channels: [{ type: "twitter", address: "old_handle" }],
  });
  expect(await search("old_handle", brand)).toEqual([id]);
  const [channel] = (await shown(id)).channels;
  await world.admin.customer.removeChannel({ id: channel!.id });
  expect(await search("old_handle", brand)).toEqual([]);
});

test("tickets are looked for by anything that is typed, too", async () => {
  for (const query of ['"parcel"', "a;b*", "<x@example.org>", "\0", "x".repeat(3000)])
    expect(
      (await world.raw("GET", "/ticket", { query: new URLSearchParams({ query }).toString() })).status,
    ).toBe(200);
});
