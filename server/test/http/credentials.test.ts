// Credentials: the places of a request that may carry the key, their precedence, and malformed keys.
import { permissions } from "@dossier/api";
import { expect, test } from "vitest";
import { sendBytes, startFixtureServer } from "../support/requests.ts";

const world = await startFixtureServer();
const closed = await startFixtureServer({ keyInQuery: false, adminKey: undefined });
const [listed, stranger] = ["https://desk.example.org", "https://evil.example.org"];
const open = await startFixtureServer({ corsOrigins: [listed] });
const key = await world.keyFor(["CUSTOMER_READ"]);
const name = { name: "test" };

/** The place of the key, and the outcome. */
const places: [string, Record<string, string>, string, number, string?][] = [
  ["the header", { apiKey: key }, "", 200],
  ["the header in another case", { APIKEY: key }, "", 200],
  ["the query", {}, `apiKey=${key}`, 200],
  ["the query in another case", {}, `_x=1&ApIkEy=${key}`, 200],
  ["the query, escaped", {}, `%61piKey=${key.replace("d", "%64")}`, 200],
  ["the query, twice the same", {}, `apiKey=${key}&apikey=${key}`, 200],
  ["the query, twice", {}, `apiKey=${key}&apiKey=${world.adminKey}`, 400, "invalid_field"],
  ["the query as a list", {}, `apiKey[]=${key}`, 400, "invalid_field"],
  ["Bearer", { authorization: `Bearer ${key}` }, "", 200],
  ["bearer in another case, with more blanks", { authorization: `bEARER   ${key}  ` }, "", 200],
  ["the apikey scheme", { authorization: `apikey ${key}` }, "", 200],
  ["the apiKey scheme", { authorization: `ApiKey ${key}` }, "", 200],
  ["the header before all others", { apiKey: key, authorization: "Bearer garbage" }, "apiKey=garbage", 200],
  ["the query before Authorization", { authorization: "Bearer garbage" }, `apiKey=${key}`, 200],
  [
    "a bad header, though the rest is good",
    { apiKey: "garbage", authorization: `Bearer ${key}` },
    `apiKey=${key}`,
    401,
    "invalid_key",
  ],
  [
    "an empty header, though the rest is good",
    { apiKey: "", authorization: `Bearer ${key}` },
    `apiKey=${key}`,
    401,
    "missing_key",
  ],
  [
    "an empty query, though Authorization is good",
    { authorization: `Bearer ${key}` },
    "apiKey=",
    401,
    "missing_key",
  ],
  ["Bearer alone", { authorization: "Bearer" }, "", 401, "missing_key"],
  ["Bearer and a blank", { authorization: "Bearer  " }, "", 401, "missing_key"],
  ["Basic", { authorization: `Basic ${Buffer.from(`x:${key}`).toString("base64")}` }, "", 401, "missing_key"],
  ["Basic beside the header", { apiKey: key, authorization: "Basic eDp5" }, "", 200],
  ["Digest beside the query", { authorization: "Digest x" }, `apiKey=${key}`, 200],
  ["a scheme that only begins like ours", { authorization: `Bearerx ${key}` }, "", 401, "missing_key"],
  ["no scheme", { authorization: key }, "", 401, "missing_key"],
  ["one header twice the same", { apiKey: `${key}, ${key}` }, "", 200],
  ["one header three times the same", { apiKey: `${key}, ${key},  ${key}` }, "", 200],
  ["two keys in one header", { apiKey: `${key}, ${world.adminKey}` }, "", 401, "invalid_key"],
  ["one header with an empty second value", { apiKey: `${key}, ` }, "", 401, "invalid_key"],
  ["a cookie", { cookie: `apiKey=${key}` }, "", 401, "missing_key"],
  ["another header", { "x-api-key": key }, "", 401, "missing_key"],
];

test.each(places)("a key in %s", async (_where, headers, query, status, code) => {
  const answer = await world.raw("GET", "/customer", { key: null, headers, query });
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  expect(answer.text).not.toContain(key);
  expect(answer.headers.get("www-authenticate") !== null).toBe(status === 401);
});

test("a key in the query works for every method, and is never taken for a field", async () => {
  const cud = await world.keyFor(["CUSTOMER_CUD"]);
  const made = await world.raw("POST", "/customer/createCustomerCRUD", {
    key: null,
    query: { apiKey: cud },
    form: { brandID: "1", firstname: "Ada", apiKey: "ignored" },
  });
  expect(made.status).toBe(200);
  expect(
    (
      await world.raw("PUT", `/customer/${made.body.id}`, {
        key: null,
        query: { apiKey: cud },
        form: { firstname: "Eve" },
      })
    ).status,
  ).toBe(200);
  const { item } = await world.admin.customer.find({ id: made.body.id });
  expect(Object.keys(item).filter((one) => /key/i.test(one))).toEqual([]);
  const search = await world.raw("POST", "/customer/SearchByPrimaryExternalID", {
    key: null,
    query: { apiKey: key, primary_id: "x" },
  });
  expect(search.status).toBe(200);
});

test("each request on a connection has the key that it carries itself", async () => {
  const [own, other] = [await world.keyFor(["TICKET_READ"]), await world.keyFor(["CUSTOMER_READ"])];
  const head = (credential: string) => `GET /api/v2/ticket HTTP/1.1\r\nHost: x\r\n${credential}`;
  const sent = [
    `apiKey: ${own}`,
    `apiKey: ${other}`,
    `authorization: Bearer ${own}`,
    "apiKey: garbage",
    "x: x",
  ];
  const ends = [...sent, `apiKey: ${own}`].map((one) => `${head(one)}\r\n\r\n`).join("");
  const answers = await sendBytes(world.url, `${ends}${head("Connection: close")}\r\n\r\n`);
  const statuses = [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
  expect(statuses).toEqual([200, 403, 200, 401, 401, 200, 401]);
});

test("a body never carries a key", async () => {
  for (const ask of [{ form: { apiKey: key } }, { json: { apiKey: key } }, { multipart: { apiKey: key } }])
    expect(
      (await world.raw("POST", "/customer/SearchByPrimaryExternalID", { key: null, ...ask })).body.code,
    ).toBe("missing_key");
});

test("the operator can switch the query off: then it is as if it had not been sent", async () => {
  const first = closed.service.firstKey!;
  expect(first).toMatch(/^dsr_/);
  const answer = await closed.raw("GET", "/brand", { key: null, query: { apiKey: first } });
  expect([answer.status, answer.body.code]).toEqual([401, "missing_key"]);
  expect(answer.body.message).not.toContain("query");
  expect(
    (
      await closed.raw("GET", "/brand", {
        key: null,
        query: { apiKey: "x" },
        headers: { authorization: `Bearer ${first}` },
      })
    ).status,
  ).toBe(200);
  expect((await closed.raw("GET", "/brand", { key: first })).status).toBe(200);
});

test("the administrator key of the environment may do everything in every brand; without one it is nothing", async () => {
  const brandId = await world.newBrand();
  const made = await world.admin.key.create({ ...name, permissions: [...permissions], brandIds: [brandId] });
  expect(made.outcome).toBe("created");
  expect((await world.raw("GET", "/customer", { query: { brand_id: String(brandId) } })).status).toBe(200);
  expect((await closed.raw("GET", "/brand", { key: world.adminKey })).body.code).toBe("invalid_key");
  for (const wrong of [world.adminKey.toUpperCase(), `${world.adminKey}x`, world.adminKey.slice(1)])
    expect((await world.raw("GET", "/brand", { key: wrong })).body.code).toBe("invalid_key");
});

test("a revoked key is refused at the very next request", async () => {
  const made = await world.admin.key.create({ ...name, permissions: ["CUSTOMER_READ"] });
  for (const status of [200, 200])
    expect((await world.raw("GET", "/customer", { key: made.key })).status).toBe(status);
  await world.admin.key.revoke({ id: made.id });
  expect((await world.raw("GET", "/customer", { key: made.key })).status).toBe(401);
});

test("a key of another brand's making changes nothing: a key for no brand that is left sees nothing", async () => {
  const brandId = await world.newBrand();
  const lost = await world.keyFor(["CUSTOMER_READ", "SETTINGS_CRUD"], [brandId]);
  expect((await world.raw("GET", "/brand", { key: lost })).body.itemTotal).toBe(1);
  await world.admin.brand.delete({ id: brandId });
  for (const path of ["/customer", "/brand", "/apikey", "/customfield"]) {
    const { status, body } = await world.raw("GET", path, { key: lost });
    expect([path, status, body.itemTotal, body.items]).toEqual([path, 200, 0, []]);
  }
});

test("bytes in the header that are no text are a bad key", async () => {
  for (const value of ["\xff\xfe", "dsr_\x80", "a\tb", "'; --"]) {
    const answer = await sendBytes(
      world.url,
      Buffer.from(
        `GET /api/v2/brand HTTP/1.1\r\nHost: x\r\napiKey: ${value}\r\nConnection: close\r\n\r\n`,
        "latin1",
      ),
    );
    expect([value, answer.slice(9, 12)]).toEqual([value, "401"]);
  }
});

const from = (origin: string, method: string, more = {}) =>
  open.raw(method, "/customer", {
    ...(method === "OPTIONS" ? { key: null } : {}),
    headers: { origin, ...more },
  });

test("only pages of the origins the operator lists may read answers; OPTIONS says Allow to everybody", async () => {
  const preflight = {
    "access-control-request-method": "PUT",
    "access-control-request-headers": "apikey,content-type",
  };
  for (const [origin, allowed] of [
    [listed, listed],
    [stranger, null],
    [`${listed}.evil.org`, null],
    ["null", null],
  ] as const) {
    const [asked, got] = [await from(origin, "OPTIONS", preflight), await from(origin, "GET")];
    expect([
      origin,
      asked.status,
      asked.headers.get("allow"),
      asked.headers.get("access-control-allow-origin"),
    ]).toEqual([origin, 200, "GET, POST, PUT, HEAD, OPTIONS", allowed]);
    expect([origin, got.status, got.headers.get("access-control-allow-origin")]).toEqual([
      origin,
      200,
      allowed,
    ]);
    expect(got.headers.get("access-control-allow-credentials")).toBeNull();
  }
  expect((await from(listed, "OPTIONS")).headers.get("allow")).toBe("GET, POST, PUT, HEAD, OPTIONS");
  expect(
    (await world.raw("GET", "/customer", { headers: { origin: listed } })).headers.get(
      "access-control-allow-origin",
    ),
  ).toBeNull();
});
