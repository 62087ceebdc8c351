// The document against the server: a proxy validates both directions of every documented call, and the response of every
// call that is refused. What the document does not declare is a violation.
import { basePath, type Endpoint, rows } from "@dossier/api";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { documentSchemas } from "../../../api/test/support/document-schemas.ts";
import { startValidatingProxy } from "../support/document/validating-proxy.ts";
import type { OpenApiDocument } from "../support/document/operations.ts";
import {
  type Call,
  calls,
  type Encoding,
  encodings,
  type Fixture,
  makeCustomer,
  rowOf,
  sendValid,
  startFixtureServer,
  uniqueName,
} from "../support/requests.ts";
import { send, type RawRequest } from "../support/test-server.ts";

const world = await startFixtureServer();
const proxy = await startValidatingProxy(world.url);
const through = {
  ...world,
  raw: (method: string, path: string, ask: RawRequest = {}) => send(proxy.url, method, path, ask),
} as Fixture["world"];
const scene = { world: through, brandId: await world.newBrand({ searchByChannel: true }) };
const document = (await (await fetch(`${world.url}/openapi.json`)).json()) as OpenApiDocument & {
  components: { schemas: Record<string, { properties: Record<string, { type?: unknown }> }> };
};
const fromText = documentSchemas(document, { fromText: true });

/** An installation that permits two calls a minute, behind a proxy, where the key may not be in the query. */
const strict = await startFixtureServer({ rateLimit: 2, trustedProxies: ["127.0.0.1"], keyInQuery: false });
const beforeStrict = await startValidatingProxy(strict.url);

afterAll(() => Promise.all([proxy.stop(), beforeStrict.stop()]));
afterEach(() => void proxy.violations.splice(0));

const table = rows();
/** The violations, or those of one direction, as text. */
const violations = (wanted = "request response") =>
  proxy.violations
    .filter(({ direction }) => wanted.includes(direction))
    .map(({ direction, operation, faults }) => `${operation} ${direction}: ${faults.join("; ")}`);

function operationOf({ method, paths }: Endpoint) {
  return document.paths[basePath + paths[0]]![method.toLowerCase()]!;
}

/** The fields as the document spells them: booleans as words, and in JSON every value in its type. */
function asDocumented(name: string, { path, fields }: Call, encoding?: Encoding): Call {
  const row = rowOf(name);
  const schema = `${name.replace(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase())}Input`;
  const { properties = {} } = document.components.schemas[schema] ?? {};
  const { parameters = [] } = operationOf(row);
  const typeOf = (field: string) =>
    properties[field]?.type ?? parameters.find((one) => one.name === field)?.schema.type;
  const words: Record<string, unknown> = Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      field,
      typeOf(field) === "boolean" ? ({ "1": "true", "0": "false" }[value] ?? value) : value,
    ]),
  );
  if (encoding === "json") fromText(`#/components/schemas/${schema}`, words); // converts them in place
  return { path, fields: words as Record<string, string> };
}

describe.each(table)("$name keeps to the document", ({ name, row }) => {
  const ways = operationOf(row).requestBody ? encodings : [undefined];

  test.each(ways)("when it is called as documented (%s)", async (encoding) => {
    const call = asDocumented(name, await calls[name]!(scene), encoding);
    const answer = await sendValid(scene, name, { call, ...(encoding ? { encoding } : {}) });
    expect([answer.status, answer.text.slice(0, 200), violations()]).toEqual([200, expect.any(String), []]);
    expect(proxy.seen.size).toBeGreaterThan(0);
  });

  test("when it is refused", async () => {
    const call = await calls[name]!(scene);
    const ask = (more: RawRequest & { call?: Call }) => sendValid(scene, name, { call, ...more });
    const statuses = [
      await ask({ key: null }),
      await ask({ key: "unknown-key-0123456789" }),
      await ask({
        key: await world.keyFor(row.permission === "CHANNEL_READ" ? ["TICKET_READ"] : ["CHANNEL_READ"]),
      }),
      await ask({ query: { surprise: "1" } }),
      await ask({ call: { ...call, path: call.path.replace(/\d+/, "999999999") } }),
      ...(row.method === "GET"
        ? []
        : [
            await ask({ raw: { type: "application/json", body: "{" }, ...none }),
            await ask({ raw: { type: "text/plain", body: "x" }, ...none }),
            await ask({ raw: { type: "application/json", body: " ".repeat(1024 * 1024 + 1) }, ...none }),
          ]),
    ].map(({ status }) => status);
    expect(statuses.slice(0, 2)).toEqual([401, 401]);
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
    if (row.method !== "GET") expect(statuses.slice(-3)).toEqual([400, 415, 413]);
    expect(violations("response")).toEqual([]);
  });
});

/** Takes the fields of the valid call away. */
const none = { form: undefined, json: undefined, multipart: undefined } as unknown as RawRequest;

describe("the document holds", () => {
  test.each(table.flatMap(({ name, row }) => row.paths.slice(1).map((path) => ({ name, row, path }))))(
    "for $name at $path",
    async ({ name, row, path }) => {
      const call = asDocumented(name, await calls[name]!(scene));
      const { path: first } = call;
      const id = /\d+/.exec(first)?.[0] ?? "";
      const answer = await sendValid(scene, name, { call: { ...call, path: path.replace("{id}", id) } });
      expect([row.method, answer.status, violations()]).toEqual([row.method, 200, []]);
    },
  );

  test.each([
    ["the header apiKey", (key: string) => ({ headers: { apiKey: key } })],
    ["the header in another case", (key: string) => ({ headers: { APIKEY: key } })],
    ["a bearer token", (key: string) => ({ headers: { authorization: `Bearer ${key}` } })],
    ["the word apikey", (key: string) => ({ headers: { authorization: `apikey ${key}` } })],
    ["the query", (key: string) => ({ query: { apiKey: key } })],
  ])("for a key in %s", async (_, credential) => {
    const answer = await through.raw("GET", "/customer", { key: null, ...credential(world.adminKey) });
    expect([answer.status, violations()]).toEqual([200, []]);
  });

  test("for the cookie of a session", async () => {
    const opened = await through.raw("POST", "/session");
    const [cookie = ""] = (opened.headers.get("set-cookie") ?? "").split(";");
    const answer = await through.raw("GET", "/session", { key: null, headers: { cookie } });
    expect([answer.status, violations()]).toEqual([200, []]);
  });

  test("for a search by the query alone, and for one by both places", async () => {
    const { primaryId } = await makeCustomer(scene);
    const path = "/customer/SearchByPrimaryExternalID";
    for (const more of [{}, { json: { itemLimit: 5 } }]) {
      const answer = await through.raw("POST", path, { query: { primary_id: primaryId }, ...more });
      expect([answer.status, answer.body.itemTotal, violations()]).toEqual([200, 1, []]);
    }
  });

  test("for a deletion that names its customer in the query", async () => {
    const { primaryId } = await makeCustomer(scene);
    const query = { primaryID: primaryId, brandID: String(scene.brandId) };
    const answer = await through.raw("DELETE", "/customer/purgeData", { query });
    expect([answer.status, answer.body.outcome, violations()]).toEqual([200, "purged", []]);
  });

  test("for conditions, repetitions and conflicts", async () => {
    const { id, primaryId } = await makeCustomer(scene);
    const path = `/customer/${id}`;
    const put = (version: string) =>
      through.raw("PUT", path, { json: { lastname: uniqueName() }, headers: { "if-match": version } });
    const post = (json: object, key = uniqueName()) =>
      through.raw("POST", "/customer/createCustomerCRUD", { json, headers: { "idempotency-key": key } });
    const fields = { brandID: scene.brandId, primaryID: uniqueName() };
    const statuses = [
      await put('"1"'),
      await put('"1"'),
      await post(fields, fields.primaryID),
      await post(fields, fields.primaryID),
      await post({ ...fields, lastname: "Other" }, fields.primaryID),
      await post({ brandID: scene.brandId, primaryID: primaryId }),
      await through.raw("DELETE", `/brand/${scene.brandId}`),
    ].map(({ status, body }) => `${status} ${body.code ?? body.outcome}`);
    expect(statuses).toEqual([
      "200 updated",
      "412 stale_version",
      "200 created",
      "200 created",
      "409 idempotency_conflict",
      "409 primary_id_taken",
      "409 brand_in_use",
    ]);
    expect(violations()).toEqual([]);
  });

  test("for the server's own paths", async () => {
    for (const path of ["/livez", "/readyz", "/metrics", "/openapi.json"]) {
      const answer = await fetch(proxy.url + path, { headers: { apiKey: world.adminKey } });
      expect([path, answer.status]).toEqual([path, 200]);
    }
    expect((await fetch(`${proxy.url}/metrics`)).status).toBe(401);
    expect(violations("response")).toEqual([]);
  });

  test("and no operation of it was left out", () => {
    const operations = Object.values(document.paths).flatMap((item) =>
      Object.values(item).map((one) => `${one.operationId} 200`),
    );
    expect(operations.filter((one) => !proxy.seen.has(one))).toEqual([]);
  });
});

test("a key over its limit is answered as documented", async () => {
  const statuses = [];
  for (let call = 0; call < 3; call += 1)
    statuses.push((await send(beforeStrict.url, "GET", "/brand", { key: strict.adminKey })).status);
  expect([statuses, beforeStrict.violations]).toEqual([[200, 200, 429], []]);
});

describe("the document of an installation", () => {
  const read = async (url: string, headers: Record<string, string> = {}) =>
    (await (await fetch(`${url}/openapi.json`, { headers })).json()) as typeof document & {
      servers: { url: string }[];
    };

  test("names the address at which it was asked", async () => {
    expect((await read(world.url)).servers).toMatchObject([{ url: world.url }]);
    const headers = { "x-forwarded-host": "customers.example.org", "x-forwarded-proto": "https" };
    expect((await read(strict.url, headers)).servers).toMatchObject([
      { url: "https://customers.example.org" },
    ]);
    const odd = { ...headers, "x-forwarded-host": 'x"/../<b>' };
    expect((await read(strict.url, odd)).servers).toMatchObject([{ url: "/" }]);
  });

  test("lists the key in the query only where it is accepted", async () => {
    const schemesOf = async (url: string) => Object.keys((await read(url)).components.securitySchemes);
    expect(await schemesOf(world.url)).toContain("apiKeyInQuery");
    expect(await schemesOf(strict.url)).not.toContain("apiKeyInQuery");
    const query = { apiKey: strict.adminKey };
    expect((await send(strict.url, "GET", "/brand", { key: null, query })).status).toBe(401);
  });
});
