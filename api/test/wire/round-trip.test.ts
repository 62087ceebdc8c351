// Round trip over the wire: the server decodes what the client encodes to the same input, and several spellings of one
// field are merged or rejected before any check.
import fc from "fast-check";
import { expect, test } from "vitest";
import { builtinTypes, DossierError, rows } from "../../src/index.ts";
import type { Endpoint } from "../../src/endpoint.ts";
import { wireOf } from "../../src/field.ts";
import { decode, encode, type RawField, wireName } from "../../src/wire/decode.ts";
import { seed } from "../../../server/test/support/random-seed.ts";

const row = (name: string): Endpoint => rows().find((one) => one.name === name)!.row;
const sent = (pairs: Record<string, string | string[]>): RawField[] =>
  Object.entries(pairs).map(([name, value]) => ({
    name,
    values: [value].flat(),
    list: Array.isArray(value),
  }));
const read = (name: string, pairs: Record<string, string | string[]>, id?: string) =>
  decode(row(name), sent(pairs), id, builtinTypes);

function refused(name: string, pairs: Record<string, string | string[]>, id?: string): [string, ...string[]] {
  try {
    read(name, pairs, id);
  } catch (error) {
    if (error instanceof DossierError) return [error.code, ...error.errors.map((one) => one.field)];
  }
  throw new Error("was not refused");
}

/** The fields as a body delivers them: every value is text. */
const arriving = (record: Record<string, unknown>): RawField[] =>
  Object.entries(record).map(([name, value]) => ({
    name,
    values: [value].flat().map((one) => (one === null ? "" : String(one as string | number | boolean))),
    list: Array.isArray(value),
  }));

const word = fc
  .string({ unit: fc.constantFrom(..."abcXYZ09é字😀 _-"), minLength: 1, maxLength: 12 })
  .filter((one) => one.trim() === one);
const letters = fc
  .string({ unit: fc.constantFrom(..."abcÉß'- "), minLength: 1, maxLength: 12 })
  .filter((one) => one.trim() === one && !one.includes("  "));
const inputs = fc.record(
  {
    brandId: fc.integer({ min: 1, max: 999_999_999_999_999 }),
    primaryId: word,
    firstname: letters,
    lastname: letters,
    noSync: fc.boolean(),
    ticketId: fc.integer({ min: 1, max: 9e14 }),
    channels: fc.uniqueArray(
      fc.integer({ min: 1, max: 1e6 }).map((n) => ({ type: "email", address: `a${n}@example.org` })),
      { maxLength: 50, selector: (one) => one.address },
    ),
    custom: fc.dictionary(
      fc.string({ unit: fc.constantFrom(..."abcé_"), minLength: 1, maxLength: 8 }),
      fc.oneof(word, fc.integer(), fc.boolean()),
      { maxKeys: 10 },
    ),
  },
  { requiredKeys: ["brandId"] },
);

test("the decoder returns what the client encoded", () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const { channels = [], custom = {}, ...plain } = input;
      const decoded = decode(
        row("customer.resolve"),
        arriving(encode(row("customer.resolve"), input)),
        undefined,
        builtinTypes,
      ) as typeof input & {
        channels: { address: string }[];
        custom: { name: string; value: string; bare: boolean }[];
      };
      const { channels: gotChannels, custom: gotCustom, ...got } = decoded;
      const named = Object.fromEntries(
        Object.entries(plain).map(([key, value]) => [
          key,
          typeof value === "string" ? value.normalize(key.endsWith("name") ? "NFC" : undefined) : value,
        ]),
      );
      expect(got).toEqual(named);
      expect(gotChannels.map((one) => one.address)).toEqual(channels.map((one) => one.address));
      expect(gotCustom.map((one) => [one.name, one.value, one.bare])).toEqual(
        Object.entries(custom).map(([key, value]) => [key, String(value), false]),
      );
    }),
    { seed: seed(), numRuns: 500 },
  );
});

test("every field of every endpoint has a name of its own on the wire, which decodes to it", () => {
  for (const { name, row: one } of rows()) {
    const fields = Object.keys(one.input.shape).filter(
      (ours) => !["id", "channels", "custom"].includes(ours),
    );
    const names = fields.map((ours) => wireName(one, ours));
    expect([name, new Set(names).size]).toEqual([name, fields.length]);
    expect([name, names.filter((each) => !/^[A-Za-z_]+$/.test(each))]).toEqual([name, []]);
    expect([
      name,
      fields.filter((ours) => wireOf(one.input.shape[ours] as never).json.type === undefined),
    ]).toEqual([name, []]);
  }
});

test("aliases fold to one value; empty ones are not sent; different ones disagree", () => {
  expect(
    read("customer.updateAny", {
      primaryID: "K",
      external_id: " K ",
      brand_id: "",
      brandID: "7",
      BRAND_ID: "7",
    }),
  ).toMatchObject({ primaryId: "K", brandId: 7 });
  expect(refused("customer.updateAny", { primaryID: "K", external_id: "L", firstname: "<" })).toEqual([
    "identifiers_disagree",
    "primaryID",
    "firstname",
  ]);
  expect(refused("customer.updateAny", { firstname: "A", FIRSTNAME: "B" })).toEqual([
    "invalid_field",
    "firstname",
    "customerID",
  ]);
  expect(refused("customer.update", { customer_id: "8" }, "7")[0]).toBe("identifiers_disagree");
  expect(read("customer.update", { customerID: "7" }, "7")).toMatchObject({ id: 7 });
  expect(refused("customer.update", {}, "abc")).toEqual(["not_found"]);
  expect(refused("customer.update", { lastname: "<" }, "abc")).toEqual(["invalid_field", "lastname"]);
  expect(read("brand.update", { NAME: "x" }, "7")).toEqual({ id: 7, name: "x" });
  expect(refused("brand.update", { NAME: "x", Brand_Id: "0" }, "7")).toEqual(["unknown_field", "Brand_Id"]);
});

test("empty clears names on updates, and is nothing on creations and in searches", () => {
  expect(
    read(
      "customer.update",
      { firstname: "", lastname: "  ", brandID: "", new_primary_id: "", noSync: "" },
      "7",
    ),
  ).toMatchObject({ firstname: "", lastname: "" });
  expect(read("customer.resolve", { brand_id: "1", firstname: "", primary_id: " " })).not.toHaveProperty(
    "firstname",
  );
  expect(read("customer.list", { query: "", itemStart: "", itemLimit: " ", cursor: "" })).toEqual({
    custom: [],
  });
  expect(refused("customer.create", { brandID: "" })).toEqual(["invalid_field", "primaryID", "brandID"]);
});

const pair = (n: string, type: string, value: string) => ({
  [`customerChannelType_${n}`]: type,
  [`customerChannelValue_${n}`]: value,
});

test("pairs: any start, gaps and order; halves, strangers and leading zeros are refused", () => {
  const { channels } = read(
    "customer.update",
    {
      ...pair("9999", "email", "z@example.org"),
      ...pair("0", "2", "+49"),
      extra_email: "e@example.org",
      ...pair("7", "E-MAIL", "Z@example.org"),
      ...pair("3", "", ""),
    },
    "7",
  ) as { channels: { address: string; typeId: number }[] };
  expect(channels.map((one) => [one.typeId, one.address])).toEqual([
    [2, "+49"],
    [1, "e@example.org"],
    [1, "Z@example.org"],
  ]);
  for (const n of ["-1", "007", "10000", "1e3", "", "x", "0 ", "1_1", "٣"])
    expect([n, refused("customer.update", { [`customerChannelType_${n}`]: "1" }, "7")]).toEqual([
      n,
      ["invalid_field", `customerChannelType_${n}`],
    ]);
  expect(refused("customer.update", { customerChannelType_1: "1" }, "7")).toEqual([
    "invalid_field",
    "customerChannelType_1",
  ]);
  expect(
    refused("customer.update", { customerChannelValue_1: "a@b.de", customerChannelType_2: "9" }, "7"),
  ).toEqual(["invalid_field", "customerChannelValue_1", "customerChannelType_2"]);
  expect(
    refused("customer.update", { ...pair("1", "nope", "a@b.de"), ...pair("2", "telephone", "49") }, "7"),
  ).toEqual(["invalid_field", "customerChannelType_1", "customerChannelValue_2"]);
  expect(
    refused("customer.update", { extra_email: "a@b.de", EXTRA_EMAIL: "c@d.de", extra_fax: "1" }, "7"),
  ).toEqual(["invalid_field", "extra_email", "extra_fax"]);
  expect(
    refused(
      "customer.update",
      { customerChannelType_1: "1", customerChannelValue_1: "a@b.de", CUSTOMERCHANNELVALUE_1: "c@d.de" },
      "7",
    ),
  ).toEqual(["invalid_field", "customerChannelValue_1"]);
});

const link = (fields: Record<string, string>) =>
  (
    read("customer.resolve", { brand_id: "1", ...fields }) as {
      channels: { typeId: number; field: string }[];
    }
  ).channels;

test("the link's type is the one sent, or the one its address shows; a type without an address is ignored", () => {
  expect(link({ customer_link_channel: "a@b.de" })).toMatchObject([
    { typeId: 1, field: "customer_link_channel" },
  ]);
  expect(link({ customer_link_channel: "+49", CHANNEL_ID: "whatsapp" })).toMatchObject([{ typeId: 5 }]);
  expect(link({ channel_id: "nonsense" })).toEqual([]);
  expect(refused("customer.resolve", { brand_id: "1", customer_link_channel: "ada" })).toEqual([
    "invalid_field",
    "customer_link_channel",
  ]);
  expect(
    refused("customer.resolve", { brand_id: "1", customer_link_channel: "ada", channel_id: "x" }),
  ).toEqual(["invalid_field", "channel_id"]);
});

test("custom fields: by their key, once each; a bare name waits to be known; lists and clashes are refused", () => {
  const custom = (fields: Record<string, string | string[]>) =>
    (
      read("customer.update", fields, "7") as { custom: { name: string; value: string; bare: boolean }[] }
    ).custom.map((one) => [one.name, one.value, one.bare]);
  expect(custom({ custom_Tier: "gold", CUSTOM_tier: "gold", tier: "x", custom_empty: "" })).toEqual(
    [
      ["Tier", "gold", false],
      ["tier", "x", true],
      ["empty", "", false],
    ].sort((a, b) => Number(a[2]) - Number(b[2]) && 0),
  );
  expect(refused("customer.update", { custom_tier: "gold", custom_TIER: "iron" }, "7")[0]).toBe(
    "invalid_field",
  );
  expect(
    refused(
      "customer.update",
      { custom_tier: ["a"], custom_: "x", [`custom_${"x".repeat(65)}`]: "x", custom_nul: "\0" },
      "7",
    ),
  ).toHaveLength(5);
  const bare = read("customer.update", { tag: ["a", "b"], nul: "\0", "": "x", fine: "x" }, "7") as {
    custom: { name: string; fault?: string }[];
  };
  expect(bare.custom.map((one) => [one.name, one.fault !== undefined])).toEqual([
    ["tag", true],
    ["nul", true],
    ["fine", false],
  ]);
  expect(
    read("customer.addChannels", { custom_tier: "x", customer_id: "7", extra_email: "a@b.org" }),
  ).not.toHaveProperty("custom");
});

test("faults found while the body was read stand among the others, once for each field", () => {
  const broken: RawField[] = [
    { name: "brandID", values: [""], list: false, fault: "is over 64 KiB" },
    { name: "unknown", values: [""], list: false, fault: "is a file" },
    { name: "firstname", values: ["<"], list: false },
  ];
  let faults: string[] = [];
  try {
    decode(row("customer.create"), broken, undefined, builtinTypes);
  } catch (error) {
    faults = (error as DossierError).errors.map((one) => `${one.field} ${one.message}`);
  }
  expect(faults).toEqual([
    "brandID is over 64 KiB",
    "unknown is a file",
    expect.stringContaining("firstname may hold"),
  ]);
});
