// Texts: what cannot be stored is rejected with the field's name, in every field of every endpoint and every encoding;
// everything else comes back as it was sent.
import type { Endpoint } from "@dossier/api";
import { expect, test } from "vitest";
import { fingerprint } from "../support/table-fingerprint.ts";
import {
  encodeFields,
  type Call,
  calls,
  type Encoding,
  encodings,
  uniqueName,
  sendValid,
  rowOf,
  type Fixture,
  table,
  type Answer,
  startFixtureServer,
} from "../support/requests.ts";

const world = await startFixtureServer();
const scene: Fixture = { world, brandId: await world.newBrand() };

const unfit: [string, string][] = [
  ["NUL", "a\0b"],
  ["half a pair", "a\ud800b"],
  ["the other half", "a\udfffb"],
  ["a bell", "a\u0007b"],
  ["an escape", "a\u001b[2J"],
  ["DEL", "a\u007fb"],
  ["a C1 control", "a\u0085b"],
];

const broken = ["a\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82"];

const part = (name: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

/** One field's bytes as no form would encode them. */
function bytesOf(call: Call, field: string, bytes: string, encoding: (typeof encodings)[number]) {
  const rest = Object.entries(call.fields).filter(([one]) => one !== field);
  const type = {
    json: "application/json",
    form: "application/x-www-form-urlencoded",
    multipart: "multipart/form-data; boundary=b",
  }[encoding];
  const body = {
    json: () =>
      `{${rest.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)},`).join("")}${JSON.stringify(field)}:"${bytes}"}`,
    form: () =>
      [...rest.map(([name, value]) => `${name}=${encodeURIComponent(value)}`), `${field}=${bytes}`].join("&"),
    multipart: () =>
      `${rest.map(([name, value]) => part(name, value)).join("")}${part(field, bytes)}--b--\r\n`,
  }[encoding]();
  return { raw: { type, body: Buffer.from(body, "latin1") } };
}

function expectNamed(where: unknown[], answer: Answer, field: string): void {
  expect([...where, answer.status, answer.body.errors?.map((one) => one.field)]).toEqual([
    ...where,
    400,
    [field],
  ]);
}

/** Only JSON can carry a lone surrogate; NUL is sent in every encoding; for the others the encodings take turns. */
function waysFor(row: Endpoint, what: string, text: string, turn: number): Encoding[] {
  if (row.method === "GET") return /\p{Cs}/u.test(text) ? [] : ["form"];
  if (/\p{Cs}/u.test(text)) return ["json"];
  return what === "NUL" ? encodings : [encodings[turn % 3]!];
}

/** Whether a field takes any text: what a person wrote or is called, in tickets and messages. */
function takesAnyText(row: Endpoint, field: string): boolean {
  return (
    row.intake === true &&
    ["from", "fromName", "to", "toAddress", "title", "subject", "message"].includes(field)
  );
}

test("NUL, half a surrogate pair and controls are 400 naming the field, in every field and encoding", async () => {
  let [cases, turn] = [0, 0];
  const made = new Map<string, Call>();
  for (const { name } of table) made.set(name, await calls[name]!(scene));
  const before = await fingerprint(world);
  for (const { name, row } of table)
    for (const field of Object.keys(made.get(name)!.fields).filter(
      (one) => one !== "query" && !takesAnyText(row, one),
    ))
      for (const [what, text] of unfit)
        for (const encoding of waysFor(row, what, text, (turn += 1))) {
          const call = made.get(name)!;
          const answer = await sendValid(scene, name, {
            call: { ...call, fields: { ...call.fields, [field]: text } },
            encoding,
          });
          expectNamed([name, field, what, encoding], answer, field);
          cases += 1;
        }
  expect(await fingerprint(world)).toBe(before);
  console.log(`texts refused=${cases}`);
}, 60_000);

test("a ticket or message takes NUL, half a surrogate pair and controls in what a person wrote, in every encoding", async () => {
  let taken = 0;
  for (const { name, row } of table)
    for (const field of Object.keys((await calls[name]!(scene)).fields).filter((one) =>
      takesAnyText(row, one),
    ))
      for (const [what, text] of unfit)
        for (const encoding of waysFor(row, what, text, (taken += 1))) {
          const call = await calls[name]!(scene);
          const fields = { ...call.fields, [field]: text };
          const answer = await sendValid(scene, name, { call: { ...call, fields }, encoding });
          expect([name, field, what, encoding, answer.status]).toEqual([name, field, what, encoding, 200]);
        }
  expect(taken).toBeGreaterThan(60);
}, 60_000);

test("bytes that are no UTF-8 are 400 naming the field, in every encoding and in the query", async () => {
  for (const { name, row } of table) {
    const call = await calls[name]!(scene);
    for (const field of Object.keys(call.fields))
      for (const bytes of name === "customer.resolve" ? broken : broken.slice(0, 1)) {
        if (row.method === "GET") {
          const { [field]: _, ...rest } = call.fields;
          const escaped = [...bytes].map((one) => `%${one.charCodeAt(0).toString(16)}`).join("");
          const query = `${new URLSearchParams(rest).toString()}&${field}=${escaped}`;
          expectNamed([name, field, bytes], await world.raw("GET", call.path, { query }), field);
          continue;
        }
        for (const encoding of encodings) {
          const answer = await world.raw(row.method, call.path, bytesOf(call, field, bytes, encoding));
          expectNamed([name, field, encoding, bytes], answer, field);
        }
      }
  }
});

test("every fault of a request is told at once, under the names the caller used", async () => {
  const { id } = (
    await world.raw("POST", "/customer", {
      form: { brand_id: String(scene.brandId), primary_id: uniqueName() },
    })
  ).body;
  const fields = {
    BRANDID: "x",
    FirstName: "<R2D2>",
    lastname: "a\0",
    new_primary_id: "x".repeat(256),
    extra_email: "no",
    extra_foo: "x",
    customerChannelType_0: "99",
    customerChannelValue_0: "x",
    customerChannelType_01: "1",
    customerChannelValue_5: "x",
    custom_: "x",
    custom_big: "x".repeat(64 * 1024 + 1),
    noSync: "a\u0001",
  };
  for (const encoding of encodings) {
    const answer = await world.raw(
      "PUT",
      `/customer/${id}`,
      encodeFields(rowOf("customer.update"), fields, encoding),
    );
    expect([answer.status, answer.body.code]).toEqual([400, "invalid_field"]);
    const named = answer.body.errors!.map((one) => one.field).sort();
    expect(named).toEqual(
      Object.keys(fields)
        .filter((one) => one !== "customerChannelValue_0")
        .sort(),
    );
    expect(answer.text).not.toMatch(/R2D2|xxxx/);
  }
  const none = await world.raw("POST", "/customer/createCustomerCRUD", {
    form: { firstname: "<1", lastname: "2>" },
  });
  expect(none.body.errors!.map((one) => one.field).sort()).toEqual(["brandID", "firstname", "lastname"]);
});

const good = [
  "null",
  "true",
  "NaN",
  "[object Object] ",
  "0x10",
  "1e5",
  "'; DROP TABLE brand; --",
  "<script>alert(1)</script>",
  "{{7*7}}",
  "%00",
  "%zz",
  "\\u0000",
  "a+b&c=d",
  '"quoted"',
  "back\\slash",
  "a  b",
  "…\u2026",
  "\u202Ertl\u202C",
  "\u2066isolate\u2069",
  "zero\u200Bwidth",
  "joi\u200Dner",
  "e\u0301\u0302\u0303\u0304tower",
  "é",
  "e\u0301",
  "👩‍👩‍👧‍👦",
  "🇩🇪",
  "𝒜𝓁𝒶",
  "İıŞş",
  "ß ẞ",
  "\u212Aelvin",
  "\uFFFD",
  "مرحبا",
  "שלום",
  "漢字",
  "ﬁ",
  "Ǆ",
  "\u00A0x",
  "x".repeat(255),
  "😀".repeat(255),
  "\u2028x",
  "-",
  "==",
  "=1+1",
];

test("a text that can be stored comes back as it was sent, in every encoding", async () => {
  for (const [at, sent] of good.entries()) {
    const stored = sent.trim();
    for (const encoding of encodings) {
      const primary = `${at}${encoding}${stored}`;
      const primary_id = [...primary].slice(0, 255).join("");
      const made = await world.raw(
        "POST",
        "/customer",
        encodeFields(
          rowOf("customer.resolve"),
          { brand_id: String(scene.brandId), primary_id, custom_note: sent },
          encoding,
        ),
      );
      expect([sent, encoding, made.status]).toEqual([sent, encoding, 200]);
      const { item } = await world.admin.customer.find({ id: made.body.id });
      const visible = primary_id
        .replace(/[\u200b\u202a-\u202e\u2066-\u2069]|(?<=i)\u200d/gu, "")
        .replace(/[\u00a0\u2028]/g, " ");
      expect([item.external_primary_id, item.custom_note]).toEqual([visible.trim(), sent]);
      const found = await world.raw(
        "POST",
        "/customer/SearchByPrimaryExternalID",
        encodeFields(rowOf("customer.listByPrimaryId"), { primary_id }, encoding),
      );
      expect(found.body.items!.map((one) => one.id)).toEqual([made.body.id]);
    }
  }
});

test("names keep what is printed and refuse controls and angle brackets", async () => {
  const { id } = await world.admin.customer.create({ brandId: scene.brandId, primaryId: uniqueName() });
  for (const [sent, stored] of [
    ["Zoë", "Zoë"],
    ["Zoe\u0308", "Zoë"],
    ["O'Brien", "O'Brien"],
    ["O’Brien", "O’Brien"],
    ["J. R.-S. Šž", "J. R.-S. Šž"],
    ["نرم\u200Cافزار", "نرم\u200Cافزار"],
    ["अनुष्का", "अनुष्का"],
    ["  王小明 ", "王小明"],
    ["𠮷野", "𠮷野"],
    ["Å".repeat(255), "Å".repeat(255)],
    ["", ""],
  ] as const)
    for (const encoding of encodings) {
      expect(
        (
          await world.raw(
            "PUT",
            `/customer/${id}`,
            encodeFields(rowOf("customer.update"), { firstname: sent }, encoding),
          )
        ).status,
      ).toBe(200);
      expect((await world.admin.customer.find({ id })).item.firstname).toBe(stored);
    }
  for (const sent of ["<b>", "a>b", "a\tb", "a\nb", "Å".repeat(256)]) {
    const answer = await world.raw("PUT", `/customer/${id}`, { json: { lastname: sent } });
    expectNamed([sent], answer, "lastname");
  }
});

test("tabs and line ends pass in custom texts alone", async () => {
  const made = await world.raw("POST", "/customer", {
    json: { brand_id: scene.brandId, primary_id: uniqueName(), custom_lines: "a\tb\r\nc\nd" },
  });
  expect((await world.admin.customer.find({ id: made.body.id })).item.custom_lines).toBe("a\tb\r\nc\nd");
  for (const field of ["primary_id", "firstname"])
    expectNamed(
      [field],
      await world.raw("POST", "/customer", {
        json: { brand_id: scene.brandId, primary_id: "x", [field]: "a\nb" },
      }),
      field,
    );
});

const nameOf = (length: number) =>
  world.raw("PUT", "/customer", {
    multipart: {
      brandID: String(scene.brandId),
      primaryID: "a".repeat(255),
      [`custom_${"😀字".repeat(length / 2)}`]: "x",
    },
  });

test("lengths count code points: 255 of the longest letters pass, 256 do not", async () => {
  for (const letter of ["a", "é", "字", "😀"]) {
    const send = (length: number) =>
      world.raw("POST", "/customer", {
        form: { brand_id: String(scene.brandId), primary_id: letter.repeat(length) },
      });
    expect([letter, (await send(255)).status, (await send(256)).status]).toEqual([letter, 200, 400]);
  }
  expect([(await nameOf(64)).status, (await nameOf(66)).status]).toEqual([200, 400]);
});
