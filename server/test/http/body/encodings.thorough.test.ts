// Encodings: the same fields have the same effect in each of the three, for every endpoint with a body; an unreadable
// body gets the reason; and the requests printed in the original documentation work as printed.
import { readsBody, readsQuery } from "@dossier/api";
import { describe, expect, test } from "vitest";
import {
  encodeFields,
  type Call,
  calls,
  encodings,
  uniqueName,
  sendValid,
  rowOf,
  type Fixture,
  table,
  type Answer,
  startFixtureServer,
} from "../../support/requests.ts";

const world = await startFixtureServer();
const scene: Fixture = { world, brandId: await world.newBrand() };
const bodies = table.filter(({ row }) => readsBody(row) && Object.keys(row.input.shape).length > 0);

/** A response, or a record, without the parts that differ each time. */
function masked(value: unknown): unknown {
  const text = JSON.stringify(value)
    .replace(/[A-Za-z_]+[-_]\d+[-_]\d+/g, "word")
    .replace(/dsr_\w+/g, "key")
    .replace(/whsec_[\w+/]+=/g, "secret")
    .replace(/"\d{4}-\d\d-\d\dT[^"]*"/g, '"time"')
    .replace(/"(id|customer_id|channel_id|ticketID)":\d+/g, '"$1":0')
    .replace(/"milliseconds":\d+/g, '"milliseconds":0')
    .replace(/"channel_ids":\[[\d,]*\]/g, '"channel_ids":[]');
  return JSON.parse(text);
}

/** The effect of a call, as far as one endpoint shows it. */
async function effectOf(name: string, call: Call, answer: Answer): Promise<unknown> {
  const customerId =
    answer.body.customer_id ??
    (name.startsWith("customer.") && rowOf(name).permission === "CUSTOMER_CUD" ? answer.body.id : undefined);
  if (
    ["deleted", "purged"].includes(answer.body.outcome) &&
    name.startsWith("customer.") &&
    customerId === answer.body.id
  )
    return (await world.raw("GET", `/customer/${customerId}`)).status;
  if (customerId) return (await world.admin.customer.find({ id: customerId })).item;
  const noun = name.replace(/\..*/, "");
  const list = table.find((one) => one.name === `${noun}.list`)?.row.paths[0];
  if (!list) return undefined;
  const { items = [] } = (await world.raw("GET", list, { query: { itemLimit: "99" } })).body;
  return items.find((one) => one.id === answer.body.id) ?? call.path.replace(/\d+/, "0");
}

test.each(bodies)("$name does the same in every encoding", async ({ name }) => {
  const seen = [];
  for (const encoding of encodings) {
    const call = await calls[name]!(scene);
    const answer = await sendValid(scene, name, { call, encoding });
    expect([encoding, answer.status]).toEqual([encoding, 200]);
    seen.push(masked([answer.body, answer.headers.get("etag"), await effectOf(name, call, answer)]));
  }
  expect(seen[1]).toEqual(seen[0]);
  expect(seen[2]).toEqual(seen[0]);
});

const form = "application/x-www-form-urlencoded";
const part = (head: string, body = "x") => `--b\r\n${head}\r\n\r\n${body}\r\n--b--\r\n`;
const named = 'Content-Disposition: form-data; name="lastname"';

/** Unreadable bodies, by their type: the fault, the response, and the field it names, if any. */
const unreadable: [
  string,
  { type?: string; body: string; headers?: Record<string, string> },
  number,
  string,
  string?,
][] = [
  ["another type", { type: "text/plain", body: "a=b" }, 415, "unsupported_media_type"],
  ["XML", { type: "application/xml", body: "<a/>" }, 415, "unsupported_media_type"],
  ["no type", { body: "a=b" }, 415, "unsupported_media_type"],
  ["what is no type", { type: "constructor", body: "a=b" }, 415, "unsupported_media_type"],
  ["an empty type", { type: ";", body: "a=b" }, 415, "unsupported_media_type"],
  ["a name like one of ours", { type: "application/jsonp", body: "{}" }, 415, "unsupported_media_type"],
  [
    "a charset that hides in ASCII",
    { type: `${form}; charset=utf-7`, body: "a=b" },
    415,
    "unsupported_media_type",
  ],
  [
    "an unknown charset and no UTF-8",
    { type: 'application/json; x=1; Charset="IBM-037"', body: "\xc0" },
    415,
    "unsupported_media_type",
  ],
  [
    "compression",
    { type: form, body: "a=b", headers: { "content-encoding": "gzip" } },
    415,
    "unsupported_media_type",
  ],
  ["half JSON", { type: "application/json", body: '{"a":' }, 400, "invalid_request"],
  ["a JSON list", { type: "application/json", body: "[1]" }, 400, "invalid_request"],
  ["a JSON text", { type: "application/json", body: '"a"' }, 400, "invalid_request"],
  ["JSON null", { type: "application/json", body: "null" }, 400, "invalid_request"],
  ["deep JSON", { type: "application/json", body: '{"a":'.repeat(9000) }, 400, "invalid_request"],
  [
    "a nested object",
    { type: "application/json", body: '{"lastname":{"a":1}}' },
    400,
    "invalid_field",
    "lastname",
  ],
  [
    "a nested list",
    { type: "application/json", body: '{"lastname":[["a"]]}' },
    400,
    "invalid_field",
    "lastname",
  ],
  [
    "multipart without a boundary",
    { type: "multipart/form-data", body: part(named) },
    400,
    "invalid_request",
  ],
  [
    "multipart without a part",
    { type: "multipart/form-data; boundary=b", body: "hello" },
    400,
    "invalid_request",
  ],
  [
    "multipart that ends early",
    { type: "multipart/form-data; boundary=b", body: `--b\r\n${named}\r\n\r\nx` },
    400,
    "invalid_request",
  ],
  [
    "a file that ends early",
    { type: "multipart/form-data; boundary=b", body: `--b\r\n${named}; filename="a"\r\n\r\nx` },
    400,
    "invalid_request",
  ],
  [
    "a file",
    { type: "multipart/form-data; boundary=b", body: part(`${named}; filename="a.txt"`) },
    400,
    "invalid_field",
    "lastname",
  ],
  [
    "bytes",
    {
      type: "multipart/form-data; boundary=b",
      body: part(`${named}\r\nContent-Type: application/octet-stream`),
    },
    400,
    "invalid_field",
    "lastname",
  ],
  [
    "a part in a charset that hides in ASCII",
    {
      type: "multipart/form-data; boundary=b",
      body: part(`${named}\r\nContent-Type: text/plain; charset=utf-7`, "+AGE-"),
    },
    400,
    "invalid_field",
    "lastname",
  ],
];

describe.each(unreadable)("a body with %s", (_what, { headers = {}, ...given }, status, code, field) => {
  test(`is ${status} ${code} at every endpoint that takes one`, async () => {
    for (const { name, row } of bodies) {
      const call = await calls[name]!(scene);
      const body = Buffer.from(given.body, "latin1");
      const answer = await world.raw(row.method, call.path, { headers, raw: { ...given, body } });
      const isUnknown = field !== undefined && !row.legacyWire && !(field in row.input.shape);
      const expected = isUnknown ? "unknown_field" : code;
      expect([name, answer.status, answer.body.code]).toEqual([name, status, expected]);
      if (field) expect(answer.body.errors).toContainEqual({ field, message: expect.any(String) });
    }
  });
});

test("an empty body is no fields, whatever its type, its charset or its coding says", async () => {
  const types = [
    undefined,
    "text/plain",
    "application/json",
    "multipart/form-data",
    "image/png",
    "no type",
    `${form}; charset=utf-16`,
  ];
  for (const { name, row } of bodies) {
    const { path } = await calls[name]!(scene);
    const bare = await world.raw(row.method, path);
    for (const type of types) {
      const twice = ["customer.restore", "job.retry"]; // the second time is another record
      const once = row.method === "DELETE" || twice.includes(name);
      const at = once && bare.status === 200 ? (await calls[name]!(scene)).path : path;
      const answer = await world.raw(row.method, at, {
        raw: { ...(type ? { type } : {}), body: Buffer.alloc(0) },
        headers: { "content-encoding": "br" },
      });
      expect([name, type, answer.status, masked(answer.body.errors ?? answer.body)]).toEqual([
        name,
        type,
        bare.status,
        masked(bare.body.errors ?? bare.body),
      ]);
    }
  }
});

test("a type is read with parameters, in any case, and UTF-8 is UTF-8", async () => {
  const brand_id = scene.brandId;
  for (const [type, body] of [
    ["APPLICATION/JSON ;charset=utf8", JSON.stringify({ brand_id, primary_id: uniqueName() })],
    ["application/json", `\uFEFF${JSON.stringify({ brand_id, primary_id: uniqueName() })}`],
    [`${form}; Charset="UTF-8"`, `brand_id=${brand_id}&primary_id=${uniqueName()}&&=&=x&`],
    [
      "Multipart/Form-Data; boundary=b",
      `--b\r\nContent-Disposition: form-data; name="brand_id"\r\n\r\n${brand_id}\r\n${part('Content-Disposition: form-data; name="primary_id"', uniqueName())}`,
    ],
  ] as const) {
    const answer = await world.raw("POST", "/customer", { raw: { type, body: Buffer.from(body) } });
    expect([type, answer.status, answer.body.outcome]).toEqual([type, 200, "created"]);
  }
});

test("only the two searches and deletions read the query, and a GET reads no body", async () => {
  for (const { name, row } of table) {
    const { path, fields } = await calls[name]!(scene);
    if (row.method === "GET") continue;
    const answer = await world.raw(row.method, path, {
      query: { ...fields, brand_id: "0", brandID: "0", id: "0", itemLimit: "0" },
    });
    const reads = readsQuery(row);
    const refusedForQuery = (answer.body.errors ?? []).some((one) => /whole number/.test(one.message));
    if (row.search && reads) expect([name, answer.status, refusedForQuery]).toEqual([name, 400, true]);
    else if (!reads) expect([name, refusedForQuery]).toEqual([name, false]);
  }
  const { primary_id } = (await calls["customer.listByPrimaryId"]!(scene)).fields;
  const split = await world.raw("POST", "/customer/SearchByPrimaryExternalID", {
    query: { brand_id: String(scene.brandId) },
    form: { primary_id: primary_id! },
  });
  expect(split.body.itemTotal).toBe(1);
  const { path, fields } = await calls["customfield.delete"]!(scene);
  expect(
    (await world.raw("DELETE", path, encodeFields(rowOf("customfield.delete"), fields, "json"))).status,
  ).toBe(200);
});
