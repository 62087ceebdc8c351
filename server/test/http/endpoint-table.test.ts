// Properties of every endpoint, read from the table: access, methods and spellings of a path, responses for missing
// records and those of other brands, and that responses contain only the listed fields.
import { METHODS } from "node:http";
import { type Endpoint, errorShape, includesPermission, permissions, readsBody } from "@dossier/api";
import { beforeAll, describe, expect, test } from "vitest";
import { eventsIn } from "../support/event-stream.ts";
import { generateToken } from "../../src/domain/key/token.ts";
import { fingerprint, withSql } from "../support/table-fingerprint.ts";
import {
  encodeFields,
  type Call,
  calls,
  uniqueName,
  idIn,
  makeCustomer,
  sendValid,
  rowOf,
  type Fixture,
  sendBytes,
  table,
  withoutId,
  type Answer,
  startFixtureServer,
} from "../support/requests.ts";

const world = await startFixtureServer();
const scene: Fixture = { world, brandId: await world.newBrand() };
const foreign: Fixture = { world, brandId: await world.newBrand() };
const badKeys = await makeBadKeys();
/** For each permission a key with all the others, without SETTINGS_CRUD for its parts. */
const locked = new Map<string, string>();
for (const one of permissions)
  locked.set(
    one,
    await world.keyFor(permissions.filter((each) => !includesPermission(new Set([each]), one))),
  );

async function makeBadKeys(): Promise<string[]> {
  const [revoked, expired] = [
    await world.admin.key.create({ name: "r", permissions: ["CUSTOMER_READ"] }),
    await world.admin.key.create({ name: "e", permissions: ["CUSTOMER_READ"] }),
  ];
  await world.admin.key.revoke({ id: revoked.id });
  await withSql(world, (client) =>
    client.query("UPDATE api_key SET expires_at = now() - interval '1 s' WHERE id = $1", [expired.id]),
  );
  const real = generateToken();
  const wrongSum = real.slice(0, -1) + (real.endsWith("a") ? "b" : "a");
  return [
    "garbage",
    "x".repeat(5000),
    wrongSum,
    real,
    real.toLowerCase(),
    revoked.key,
    expired.key,
    ` ${world.adminKey}x`,
    "null",
  ];
}

/** The methods that the table gives a path, with the implied ones. */
function allowedAt(path: string): string[] {
  const methods = table
    .filter(({ row }) => row.paths.some((one) => one.toLowerCase() === path.toLowerCase()))
    .map(({ row }) => row.method as string);
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].sort();
}

const listed = (answer: Answer) => (answer.headers.get("allow") ?? "").split(", ").sort();

/** The headers that are the same in every response of one kind. */
const lasting = (answer: Answer) =>
  [...answer.headers].filter(
    ([one]) => !/^(date|x-request-id|connection|keep-alive|transfer-encoding)$/.test(one),
  );

/** Exactly the fields of the envelope, of the right types. */
function expectError(answer: Answer, status: number, code: string): void {
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  expect(errorShape.strict().parse(answer.body)).toEqual(answer.body);
  expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.get("x-request-id")).toBe(answer.body.request_id);
}

describe.each(table)("$name", ({ name, row }) => {
  const [template] = row.paths;
  const hasId = template.includes("{id}");
  const pathWith = (id: string) => template.replace("{id}", id);
  let call: Call;
  beforeAll(async () => void (call = await calls[name]!(scene)));

  test("asks for a key, and says so in the same words for every bad one", async () => {
    for (const key of [null, ""])
      expectError(await sendValid(scene, name, { call, key }), 401, "missing_key");
    const refusals = [];
    for (const key of badKeys) {
      const answer = await sendValid(scene, name, { call, key });
      expectError(answer, 401, "invalid_key");
      refusals.push(
        withoutId(answer) +
          JSON.stringify(
            [...answer.headers].filter(
              ([one]) => !/^(date|x-request-id|connection|keep-alive|transfer-encoding)$/.test(one),
            ),
          ),
      );
    }
    expect(new Set(refusals).size).toBe(1);
  });

  test("is closed to a key without its permission, which the refusal names", async () => {
    if (row.permission === "any")
      return void expect(
        (await sendValid(scene, name, { call, key: locked.get("CUSTOMER_READ")! })).status,
      ).toBe(200);
    const answer = await sendValid(scene, name, { call, key: locked.get(row.permission)! });
    expectError(answer, 403, "permission_missing");
    expect(answer.body.message).toContain(row.permission);
  });

  test("answers other methods 405 with Allow, and OPTIONS 200, before it asks for a key", async () => {
    for (const path of row.paths.map((one) => one.replace("{id}", "7"))) {
      const allowed = allowedAt(row.paths[row.paths.map((one) => one.replace("{id}", "7")).indexOf(path)]!);
      const options = await world.raw("OPTIONS", path, { key: null });
      expect([options.status, listed(options), options.text]).toEqual([200, allowed, ""]);
      for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "PROPFIND", "QUERY"].filter(
        (one) => !allowed.includes(one),
      )) {
        const answer = await world.raw(method, path, { key: null });
        if (method !== "HEAD") expectError(answer, 405, "method_not_allowed");
        expect([method, answer.status, listed(answer)]).toEqual([method, 405, allowed]);
      }
    }
  });

  test("is found in any case, with one slash behind it, by each of its paths", async () => {
    for (const path of row.paths) {
      const paths = [path, path.toUpperCase().replace("{ID}", "{id}"), path.toLowerCase(), `${path}/`];
      for (const one of paths) {
        const made = await calls[name]!(scene);
        const id = path.includes("{id}") ? idIn(made.path) : "";
        const answer = await sendValid(scene, name, { call: { ...made, path: one.replace("{id}", id) } });
        expect([one, answer.status]).toEqual([one, 200]);
      }
      expect(
        (await fetch(`${world.url}/API/V2${path.toUpperCase().replace("{ID}", "7")}`, { method: "OPTIONS" }))
          .status,
      ).toBe(200);
    }
  });

  test("answers the listed fields only, as JSON that nobody stores", async () => {
    const answer = await sendValid(scene, name);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toMatch(
      /^(application\/json|text\/event-stream); charset=utf-8$/,
    );
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const shown = row.stream ? eventsIn(answer.text) : [answer.body];
    expect(shown.map((one) => row.output.parse(one))).toEqual(shown);
    if (row.stream) return expect(shown).toHaveLength(1);
    const isOfCustomers = row.entity === "customer" && !name.endsWith("Timeline");
    const customers = isOfCustomers
      ? (answer.body.items ?? (answer.body.item ? [answer.body.item] : []))
      : [];
    for (const one of customers)
      expect(
        Object.keys(one)
          .filter((key) => !key.startsWith("custom_"))
          .sort(),
      ).toEqual(
        "brand_id brand_name channels created_at external_primary_id firstname id lastname updated_at version".split(
          " ",
        ),
      );
    expect(/^"[1-9][0-9]*"$/.test(answer.headers.get("etag") ?? "")).toBe(row.etag === true);
  });

  if (row.method === "GET")
    test("answers HEAD as GET, without the body", async () => {
      const [get, head] = [
        await sendValid(scene, name, { call }),
        await world.raw("HEAD", call.path, encodeFields(row, call.fields)),
      ];
      expect([head.status, head.text, lasting(head)]).toEqual([get.status, "", lasting(get)]);
      const refused = await world.raw("HEAD", call.path, { key: null });
      expect([refused.status, refused.text]).toEqual([401, ""]);
    });

  if (hasId)
    test("answers 404 for a malformed identifier and for an unknown one", async () => {
      const strange = [
        "0",
        "01",
        "abc",
        "1.5",
        "-1",
        "+1",
        "1e3",
        "%00",
        "%20",
        "1000000000000000",
        "7%2F7",
        "{id}",
        "%7Bid%7D",
        "%EF%BC%97",
        "constructor",
        "999999999999999",
      ];
      for (const id of strange) {
        const answer = await sendValid(scene, name, { call: { path: pathWith(id), fields: call.fields } });
        expectError(answer, 404, "not_found");
        expect([id, answer.body.message]).toEqual([id, `There is no such ${row.entity}.`]);
        const keyless = await sendValid(scene, name, { call: { path: pathWith(id), fields: {} }, key: null });
        expect([id, keyless.status]).toEqual([id, 401]);
      }
    });

  test("shows another brand's things exactly like missing ones", async () => {
    const own = await world.keyFor([...permissions], [scene.brandId]);
    for (const [place, theirs, nobodys] of await strangersOf(name, row)) {
      const [other, missing] = [
        await sendValid(scene, name, { call: theirs, key: own }),
        await sendValid(scene, name, { call: nobodys, key: own }),
      ];
      expect([place, withoutId(other)]).toEqual([place, withoutId(missing)]);
      expect(other.status).toBeGreaterThanOrEqual(400);
      const encoded = readsBody(row)
        ? [
            await sendValid(scene, name, { call: theirs, key: own, encoding: "json" }),
            await sendValid(scene, name, { call: theirs, key: own, encoding: "multipart" }),
          ]
        : [];
      for (const each of encoded) expect(withoutId(each)).toBe(withoutId(other));
    }
  });
});

/**
 * For each place where the endpoint takes an identifier: a request with another brand's record, and with a missing one.
 */
async function strangersOf(name: string, row: Endpoint): Promise<[string, Call, Call][]> {
  const [own, theirs] = [await calls[name]!(scene), await calls[name]!(foreign)];
  const customer = await makeCustomer(foreign);
  const nobody = "888888888888";
  const found: [string, Call, Call][] = [];
  if ("id" in row.input.shape && row.entity !== "channel type") {
    const { brandID: _b, primaryID: _p, ...fields } = own.fields;
    found.push([
      "path",
      { path: theirs.path, fields },
      { path: row.paths[0].replace("{id}", nobody), fields },
    ]);
  }
  const put = (field: string, value: string): Call => ({
    path: own.path,
    fields: { ...own.fields, [field]: value },
  });
  for (const field of ["brand_id", "brandID", "brand_ids"].filter((one) => one in own.fields))
    found.push([field, put(field, String(foreign.brandId)), put(field, nobody)]);
  const who = ["customer_id", "customerID"].find((one) => one in own.fields);
  const rest = Object.fromEntries(
    Object.entries(own.fields).filter(([one]) => !/^(primary|brand|customer)_?id$/i.test(one)),
  );
  if (who)
    found.push([
      who,
      { path: own.path, fields: { ...rest, [who]: String(customer.id) } },
      { path: own.path, fields: { ...rest, [who]: nobody } },
    ]);
  const primary = ["primary_id", "primaryID", "externalPrimaryID"].find(
    (one) => one in own.fields && "brandId" in row.input.shape && !("id" in row.input.shape),
  );
  const creates = ["customer.resolve", "customer.create", "customer.listByPrimaryId"].includes(name);
  if (primary && !creates)
    found.push([
      primary,
      { path: own.path, fields: { ...rest, [primary]: customer.primaryId } },
      { path: own.path, fields: { ...rest, [primary]: uniqueName() } },
    ]);
  return found;
}

test("a search never finds, and a list never counts, another brand's customers", async () => {
  const key = await world.keyFor(["CUSTOMER_READ"], [scene.brandId]);
  const { primaryId, email } = await makeCustomer(foreign);
  const empty = await world.raw("POST", "/customer/SearchByPrimaryExternalID", {
    key,
    form: { primary_id: uniqueName() },
  });
  for (const [path, form] of [
    ["SearchByPrimaryExternalID", { primary_id: primaryId }],
    ["SearchByCustomerChannelValue", { customerChannelValue: email }],
  ] as const)
    expect(withoutId(await world.raw("POST", `/customer/${path}`, { key, form }))).toBe(withoutId(empty));
  const { body } = await world.raw("GET", "/customer", { key, query: { itemLimit: "99" } });
  expect(body.items!.filter((one) => one.brand_id !== scene.brandId)).toEqual([]);
  expect((await world.raw("GET", "/customer", { key, query: { query: primaryId } })).body.itemTotal).toBe(0);
});

test("a key that may only read changes no row, whatever it tries", async () => {
  const reading = permissions.filter((one) => one.endsWith("_READ"));
  const [key, made] = [await world.keyFor(reading), new Map<string, Call>()];
  for (const { name } of table) made.set(name, await calls[name]!(scene));
  const before = await fingerprint(world);
  for (const { name, row } of table) {
    if (name === "session.open") continue; // signing in is an entry of the audit trail
    const reads = row.permission === "any" || row.permission.endsWith("_READ");
    const answer = await sendValid(scene, name, {
      call: made.get(name)!,
      key,
      headers: { "idempotency-key": uniqueName() },
    });
    expect([name, answer.status]).toEqual([name, reads ? 200 : 403]);
  }
  expect(await fingerprint(world)).toBe(before);
});

test("every literal wins over {id}, with any method", async () => {
  for (const [method, path, allow] of [
    ["GET", "/customer/updateCustomer", "PUT, OPTIONS"],
    ["DELETE", "/customer/addchannelonly/", "POST, OPTIONS"],
    ["PUT", "/customer/CREATECUSTOMERCRUD", "POST, OPTIONS"],
    ["GET", "/customer/SearchByPrimaryExternalId", "POST, OPTIONS"],
  ] as const) {
    const answer = await world.raw(method, path);
    expectError(answer, 405, "method_not_allowed");
    expect(answer.headers.get("allow")).toBe(allow);
  }
});

test("a path that nobody serves is 404 with any method and any key", async () => {
  const paths = [
    "/nothing",
    "/",
    "",
    "//customer",
    "/customer/7/8",
    "/customer/channel",
    "/customers",
    "/customer%2F7",
    "/api%E2%84%AAey",
    `/${"x".repeat(3000)}`,
    "/__proto__",
    "/constructor",
  ];
  for (const path of paths)
    for (const method of ["GET", "POST", "DELETE", "OPTIONS"]) {
      const answer = await fetch(`${world.url}/api/v2${path}`, { method, headers: { apiKey: "garbage" } });
      const known = path === "/customer/channel" || path === "/customer%2F7";
      expect([path, method, answer.status]).toEqual([
        path,
        method,
        known && answer.status !== 404 ? answer.status : 404,
      ]);
    }
  for (const path of ["/api/v3/customer", "/customer", "/nothing"])
    expectError(await world.raw("GET", `//..${path}`), 404, "unknown_endpoint");
  expectError(await world.raw("GET", "/brand/7/8", { key: null }), 404, "unknown_endpoint");
});

test("no method that Node can read is let through or ends the connection without an answer", async () => {
  for (const method of METHODS.filter((one) => !["GET", "HEAD", "POST", "PUT", "CONNECT"].includes(one))) {
    const answer = await sendBytes(
      world.url,
      `${method} /api/v2/customer HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
    expect([method, answer.slice(9, 12)]).toEqual([method, method === "OPTIONS" ? "200" : "405"]);
  }
});

test("a request as a proxy is asked, with the whole address, is answered", async () => {
  const answer = await sendBytes(
    world.url,
    `GET http://any.host/api/v2/brand?apiKey=${world.adminKey} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
});

test("a path whose escapes cannot be read is 404 in the one format of errors", async () => {
  const answer = await world.raw("GET", "/nothing/%zz");
  expectError(answer, 404, "unknown_endpoint");
  for (const id of ["%zz", "%C0%AF"]) expect((await world.raw("GET", `/customer/${id}`)).status).toBe(404);
});

test("a header cannot change the method", async () => {
  const { id } = await makeCustomer(scene);
  const headers = { "x-http-method-override": "PUT", "x-method-override": "PUT", "x-http-method": "PUT" };
  expect(
    (await world.raw("POST", `/customer/${id}`, { headers, form: { _method: "PUT", firstname: "Eve" } }))
      .status,
  ).toBe(405);
  expect(rowOf("customer.update").method).toBe("PUT");
});
