// Spellings: every name that means one field, in every pair and every encoding: equal values count once, different ones
// are rejected before anything is looked up, and change nothing. Generated from the table and the aliases of
// api/src/wire.
import { type Endpoint, readsBody, readsQuery } from "@dossier/api";
import { expect, test } from "vitest";
import { aliases, wireName } from "../../../api/src/wire/decode.ts";
import { fingerprint } from "../support/table-fingerprint.ts";
import {
  encodeFields,
  type Call,
  calls,
  encodings,
  uniqueName,
  makeCustomer,
  rowOf,
  type Fixture,
  table,
  type Answer,
  startFixtureServer,
} from "../support/requests.ts";

const world = await startFixtureServer();
const scene: Fixture = { world, brandId: await world.newBrand() };
const other: Fixture = { world, brandId: await world.newBrand() };
const stranger = await makeCustomer(other);

/** Every spelling an operation has for one of its identifiers, in several cases too; nothing if it has none. */
function namesOf(name: string, ours: string): string[] {
  const row = rowOf(name);
  const meant = ours === "customerId" && "id" in row.input.shape && row.entity === "customer" ? "id" : ours;
  if (!row.legacyWire || !(meant in row.input.shape)) return [];
  const own = meant === "id" ? [] : [wireName(row, ours)];
  const documented = {
    brandId: ["brand_id", "brandID"],
    primaryId: ["primary_id", "primaryID", "externalPrimaryID", "external_id", "external_primary_id"],
    customerId: ["customer_id", "customerID"],
  }[ours]!;
  return [
    ...new Set([
      ...own,
      ...documented,
      documented[0]!.toUpperCase(),
      documented.at(-1)!.replace(/^./, (c) => c.toUpperCase()),
    ]),
  ];
}

let turn = 0; // the encodings take turns
const ideas = {
  brandId: String(other.brandId),
  primaryId: stranger.primaryId,
  customerId: String(stranger.id),
};
const doors = table
  .flatMap(({ name, row }) =>
    Object.keys(ideas).map((ours) => ({
      name,
      row,
      ours: ours as keyof typeof ideas,
      names: namesOf(name, ours),
    })),
  )
  .filter(({ names }) => names.length > 0);

/** What must not accompany an identifier: a call that names a customer by one does not name an address. */
const rivals = ["address", "channel"];

function without(call: Call, names: readonly string[]): Call {
  const others = call.path.endsWith("/syncWithCRM") && names.includes("primary_id") ? rivals : [];
  const gone = new Set([...names, ...others].map((one) => one.toLowerCase()));
  return {
    ...call,
    fields: Object.fromEntries(Object.entries(call.fields).filter(([one]) => !gone.has(one.toLowerCase()))),
  };
}

/** The valid request's own value of an identifier. */
const valueOf = (call: Call, names: readonly string[]) =>
  Object.entries(call.fields).find(([one]) =>
    names.some((each) => each.toLowerCase() === one.toLowerCase()),
  )?.[1] ?? call.path.split("/").at(-1)!;

test("the aliases are those of the contract", () => {
  const written = Object.fromEntries(
    Object.keys(ideas).map((ours) => [
      ours,
      new Set(namesOf("customer.updateAny", ours).map((one) => one.toLowerCase())),
    ]),
  );
  expect(Object.fromEntries(Object.entries(aliases).map(([ours, names]) => [ours, new Set(names)]))).toEqual(
    written,
  );
});

test.each(doors)(
  "$name knows each spelling of $ours, alone and beside an equal or an empty one",
  async ({ name, row, names }) => {
    for (const [at, one] of names.entries()) {
      const duplicate = names[(at + 1) % names.length]!;
      for (const beside of [{}, { [duplicate]: "SAME" }, { [duplicate]: "" }, { [duplicate]: "  " }]) {
        const call = await calls[name]!(scene);
        const [bare, value] = [without(call, names), valueOf(call, names)];
        const twins = Object.fromEntries(
          Object.entries(beside).map(([key, text]) => [key, text === "SAME" ? value : text]),
        );
        turn += 1;
        const fields = { ...bare.fields, ...twins, [one]: value };
        const answer = await world.raw(row.method, call.path, encodeFields(row, fields, encodings[turn % 3]));
        expect([one, beside, answer.status, answer.text]).toEqual([one, beside, 200, answer.text]);
      }
    }
  },
);

test("two spellings that disagree are refused in every encoding, and nothing changes", async () => {
  const made = new Map<string, Call>();
  for (const { name } of doors) made.set(name, await calls[name]!(scene));
  const before = await fingerprint(world);
  let cases = 0;
  for (const { name, row, ours, names } of doors) {
    const call = made.get(name)!;
    const [bare, value] = [without(call, names), valueOf(call, names)];
    for (const a of names)
      for (const b of names.filter((one) => one !== a))
        for (const [one, two] of [
          [value, ideas[ours]],
          [ideas[ours], value],
        ] as const) {
          const fields = { ...bare.fields, [a]: one, [b]: two };
          const answer = await world.raw(
            row.method,
            call.path,
            encodeFields(row, fields, encodings[cases % 3]),
          );
          expect([name, a, b, answer.status, answer.body.code]).toEqual([
            name,
            a,
            b,
            400,
            "identifiers_disagree",
          ]);
          cases += 1;
        }
  }
  expect(await fingerprint(world)).toBe(before);
  console.log(`aliases cases=${cases} conflicts_accepted=0 foreign_effects=0`);
}, 60_000);

test("an identifier of the path and another of the body disagree", async () => {
  const { id } = await makeCustomer(scene);
  for (const fields of [
    { customer_id: String(stranger.id) },
    { customerID: "abc" },
    { CUSTOMER_ID: `${id}0` },
  ]) {
    const answer = await world.raw("PUT", `/customer/${id}`, { form: { ...fields, firstname: "Eve" } });
    expect([answer.status, answer.body.code]).toEqual([400, "identifiers_disagree"]);
  }
  expect(
    (await world.raw("PUT", `/customer/${id}`, { form: { customer_id: String(id), firstname: "Eve" } }))
      .status,
  ).toBe(200);
  const wrong = await world.raw("PUT", `/customer/${id}`, {
    form: { brandID: String(other.brandId), firstname: "Mallory" },
  });
  expect([wrong.status, wrong.body.code]).toEqual([400, "identifiers_disagree"]);
  expect((await world.admin.customer.find({ id })).item.firstname).toBe("Eve");
});

type Way = "form" | "multipart";

function sendPairs(row: Endpoint, path: string, pairs: [string, string][], way: Way): Promise<Answer> {
  return world.raw(
    row.method,
    path,
    row.method === "GET" ? { query: new URLSearchParams(pairs).toString() } : { [way]: pairs },
  );
}

test("every field may come twice with one value; with two it is refused, and so are brackets on a single field", async () => {
  for (const { name, row } of table.filter((one) => readsBody(one.row) || readsQuery(one.row))) {
    const { fields: some } = await calls[name]!(scene);
    for (const field of Object.keys(some)) {
      const call = await calls[name]!(scene);
      const rest = Object.entries(call.fields).filter(([one]) => one !== field);
      const value = call.fields[field]!;
      const lists = ["permissions", "brand_ids", "options", "events"];
      const list =
        lists.includes(field) ||
        (name.startsWith("ticket.") &&
          name !== "ticket.create" &&
          name !== "ticket.update" &&
          field === "status");
      const send = (pairs: [string, string][], way: Way = "form") => sendPairs(row, call.path, pairs, way);
      const ways: Way[] = row.method === "GET" ? ["form"] : ["form", "multipart"];
      for (const way of list ? [] : ways) {
        const two = await send([...rest, [field, value], [field, `${value}1`]], way);
        expect([name, field, two.status]).toEqual([name, field, 400]);
        const custom = field.startsWith("custom_"); // with brackets it is a name like any other
        for (const brackets of custom ? ["[]"] : ["[]", "[0]", "[x]"])
          expect([
            name,
            field,
            brackets,
            (await send([...rest, [`${field}${brackets}`, value]], way)).status,
          ]).toEqual([name, field, brackets, 400]);
      }
      const twice = await send([...rest, [field, value], [field, value]]);
      expect([name, field, twice.status, twice.text]).toEqual([name, field, 200, twice.text]);
    }
  }
});

test("names count in any case, those of our own operations without _ too", async () => {
  for (const { name, row } of table) {
    const call = await calls[name]!(scene);
    const upper = Object.fromEntries(
      Object.entries(call.fields).map(([one, value]) => [one.toUpperCase(), value]),
    );
    const answer = await world.raw(row.method, call.path, encodeFields(row, upper, "json"));
    expect([name, answer.status, answer.text]).toEqual([name, 200, answer.text]);
  }
  const mixed = await world.raw("POST", "/customer", {
    form: {
      brand_id: String(scene.brandId),
      primary_id: uniqueName(),
      extra_email: "one@example.org",
      EXTRA_Email: "two@example.org",
    },
  });
  expect([mixed.status, mixed.body.errors?.[0]?.field]).toEqual([400, "extra_email"]);
  const half = {
    brand_id: String(scene.brandId),
    primary_id: uniqueName(),
    customerChannelType_0: "1",
    CUSTOMERCHANNELVALUE_0: "a@example.org",
    customerChannelValue_0: "b@example.org",
  };
  expect((await world.raw("POST", "/customer", { form: half })).status).toBe(400);
  const custom = {
    brand_id: String(scene.brandId),
    primary_id: uniqueName(),
    custom_Tier: "gold",
    CUSTOM_tier: "iron",
  };
  expect((await world.raw("POST", "/customer", { json: custom })).status).toBe(400);
});

test("a look-alike of a name is an unknown field, and those are listed as ignored", async () => {
  const call = await calls["customer.updateAny"]!(scene);
  const strange = {
    "brand\u2009_id": "0",
    brаnd_id: "0",
    "brand_id ": "0",
    brand_ıd: "0",
    "brand_id\u200b": "0",
    __proto__x: "0",
    "brand-id": "0",
    brandid_: "0",
    constructor: "0",
    toString: "0",
    "": "0",
    id: "0",
  };
  for (const encoding of encodings) {
    const answer = await world.raw(
      "PUT",
      "/customer",
      encodeFields(rowOf("customer.updateAny"), { ...call.fields, ...strange }, encoding),
    );
    expect([encoding, answer.status, answer.text]).toEqual([encoding, 200, answer.text]);
    expect(answer.body.ignored).toContain("brand-id");
  }
  const repeated = await world.raw("PUT", "/customer", {
    form: [...Object.entries(call.fields), ["tag", "a"], ["tag", "b"], ["tag[]", "c"], ["tag[x]", "d"]],
  });
  expect(repeated.status).toBe(200);
  const json = `{"customer_id":${call.fields.customerID},"__proto__":"x","tag":[1,2],"constructor":null,"firstname":"Proto"}`;
  expect(
    (await world.raw("PUT", "/customer", { raw: { type: "application/json", body: json } })).status,
  ).toBe(200);
});

test("booleans of our own: true, false, 1 and 0 in any case, empty is not sent, all else is refused", async () => {
  const id = scene.brandId;
  const read = async (ask: object) => {
    const { status } = await world.raw("PUT", `/brand/${id}`, ask);
    if (status !== 200) return status;
    return (await world.admin.brand.find({ id })).item.search_by_channel;
  };
  for (const text of ["false", "FALSE", "0", " false "]) {
    await world.admin.brand.update({ id, searchByChannel: true });
    expect([text, await read({ form: { search_by_channel: text } })]).toEqual([text, false]);
    for (const sent of ["", "  "])
      expect([sent, await read({ form: { search_by_channel: sent } })]).toEqual([sent, false]);
    for (const sent of ["true", "1", " True "])
      expect([sent, await read({ form: { search_by_channel: sent } })]).toEqual([sent, true]);
    for (const sent of ["yes", "no", "on", "Off", "x", "00", "null", "nein"])
      expect([sent, await read({ form: { search_by_channel: sent } })]).toEqual([sent, 400]);
    expect(await read({ json: { search_by_channel: null } })).toBe(true);
    for (const [sent, is] of [
      [false, false],
      [true, true],
      [0, false],
      [1, true],
      [2, 400],
    ])
      expect(await read({ json: { search_by_channel: sent } })).toBe(is);
  }
});

test("identifiers are decimal, from 1 to fifteen digits, as text or as a JSON number", async () => {
  const { path } = await calls["customer.listByPrimaryId"]!(scene);
  const search = (json: string) =>
    world.raw("POST", path, {
      raw: { type: "application/json", body: `{"primary_id":"x","brand_id":${json}}` },
    });
  for (const wrong of [
    '"0"',
    "0",
    '"01"',
    '"+1"',
    "-1",
    "1.5",
    '"1e3"',
    '"1 2"',
    "1000000000000000",
    "9007199254740993",
    "1e400",
    "-1e999",
    '"١"',
    "true",
    '"0x1"',
    "1e-7",
    "[1]",
    "{}",
    '"abc"',
  ]) {
    const answer = await search(wrong);
    expect([wrong, answer.status, answer.body.errors?.[0]?.field]).toEqual([wrong, 400, "brand_id"]);
  }
  for (const right of [
    `${scene.brandId}`,
    `"${scene.brandId}"`,
    `${scene.brandId}.0`,
    `${scene.brandId}e0`,
    "null",
    '""',
    '"  "',
  ])
    expect([right, (await search(right)).status]).toEqual([right, 200]);
  expect((await search("999999999999999")).status).toBe(404);
});

const make = async (body: string) =>
  world.raw("POST", "/customer", { raw: { type: "application/json", body } });

test("JSON: a number for a text is its decimal text, and a name that comes twice is seen twice", async () => {
  const brand = `"brand_id":${scene.brandId}`;
  for (const [sent, stored] of [
    ["17", "17"],
    ["1.50", "1.5"],
    ["-2", "-2"],
    ["1e3", "1000"],
    ["1.5e-9", "0.0000000015"],
    ["2e-7", "0.0000002"],
    ['"1e3"', "1e3"],
    ["9007199254740991", "9007199254740991"],
  ]) {
    const answer = await make(`{${brand},"primary_id":${sent}}`);
    expect([sent, answer.status]).toEqual([sent, 200]);
    expect((await world.admin.customer.find({ id: answer.body.id })).item.external_primary_id).toBe(stored);
  }
  for (const [body, status] of [
    [`{${brand},"primary_id":"a","primary_id":"b"}`, 400],
    [`{${brand},"primary_id"${" ".repeat(500)}:"a","primary_id":"b"}`, 400],
    [`{"x":"},{\\"","brand_id":99999,${brand},"primary_id":"a"}`, 400],
    [`{${brand},"brand_id":"${scene.brandId}","primary_id":"twice","primary_id":"twice"}`, 200],
    [`{${brand},"brand\\u005fid":77777,"primary_id":"a"}`, 400],
    [`{${brand},"primary_id":9007199254740993}`, 400],
    [`{${brand},"primary_id":1e999}`, 400],
    [`{${brand},"primary_id":"a","tag":{"b":1}}`, 400],
  ] as const)
    expect([body, (await make(body)).status]).toEqual([body, status]);
});
