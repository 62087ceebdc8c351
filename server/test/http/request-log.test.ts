// The log reports the outcome of every request without personal data: no key, name, address, caller's own id or query
// string, for any request and any failure.
import { errorShape } from "@dossier/api";
import { expect, test } from "vitest";
import { openLog } from "../../src/log.ts";
import { withSql } from "../support/table-fingerprint.ts";
import {
  encodeFields,
  calls,
  sendValid,
  type Fixture,
  sendBytes,
  rowOf,
  table,
  startFixtureServer,
} from "../support/requests.ts";

const lines: string[] = [];
const world = await startFixtureServer(
  {},
  openLog("trace", false, { write: (line: string) => void lines.push(line) }),
);
const scene: Fixture = { world, brandId: await world.newBrand() };

const canary = "zebrafinch";
const fields = {
  brand_id: String(scene.brandId),
  primary_id: `${canary}-1`,
  firstname: canary,
  lastname: `${canary}y`,
  extra_email: `${canary}@example.org`,
  extra_telephone: "+49777123987",
  extra_twitter: canary,
  custom_note: `${canary} note`,
  [`custom_${canary}`]: "x",
};
const secrets = [canary, "49777123987", "dsr_", world.adminKey, "apikey=", "?", "@example.org"];
const headers = {
  "user-agent": canary,
  referer: `http://${canary}/`,
  cookie: `s=${canary}`,
  "x-forwarded-for": "203.0.113.77",
  "idempotency-key": canary,
};

interface Line {
  level: number;
  msg: string;
  request_id: string;
  key_id?: number;
  endpoint: string;
  method: string;
  status: number;
  code?: string;
  ms: number;
}
const parsed = () => lines.map((line) => JSON.parse(line) as Line);

test("no canary is in the log, for any request", async () => {
  const key = await world.keyFor(["CUSTOMER_READ", "CUSTOMER_CUD"]);
  for (const { name, row } of table) {
    const call = await calls[name]!(scene);
    for (const more of [
      fields,
      { ...fields, brand_id: "0", primary_id: `${canary}\0` },
      { brand_id: "77777", primary_id: canary },
    ])
      for (const one of [key, world.adminKey, `dsr_${canary}`])
        await sendValid(scene, name, {
          call: { ...call, fields: { ...call.fields, ...more } },
          key: one,
          headers,
        });
    await world.raw(row.method, call.path, { key: null, query: { apiKey: key, query: canary }, headers });
  }
  const form = { form: fields, headers };
  for (const path of [
    `/${canary}`,
    `/customer/${canary}`,
    `/customer/${canary}@example.org?x=${canary}`,
    `/customer/%zz${canary}`,
  ])
    await world.raw("POST", path, form);
  await world.raw("PUT", "/customer", { raw: { type: `text/${canary}`, body: canary } });
  await world.raw("PUT", "/customer", { raw: { type: "application/json", body: `{"${canary}` } });
  await world.raw("PUT", "/customer", { raw: { type: "text/plain", body: canary.repeat(120_000) } });
  await sendBytes(world.url, `${canary} / HTTP/1.1\r\n\r\n`);
  await sendBytes(
    world.url,
    `GET /${canary} HTTP/1.1\r\nHost: ${canary}\r\nX-Request-Id: ${canary}\t${canary}\r\nX: ${canary.repeat(2000)}\r\n\r\n`,
  );
  for (let twice = 0; twice < 2; twice += 1)
    await world.raw("POST", "/customer/createCustomerCRUD", {
      form: { ...fields, brandID: fields.brand_id, primaryID: canary },
    });
  expect(lines.length).toBeGreaterThan(200);
  expect(secrets.filter((secret) => lines.join("").toLowerCase().includes(secret.toLowerCase()))).toEqual([]);
});

const broken: [string, string, string][] = [
  [
    "a table that is gone",
    "ALTER TABLE customer_channel RENAME TO gone",
    "ALTER TABLE gone RENAME TO customer_channel",
  ],
  [
    "a constraint nobody knows",
    `ALTER TABLE customer ADD CONSTRAINT strange CHECK (firstname <> '${canary}') NOT VALID`,
    "ALTER TABLE customer DROP CONSTRAINT strange",
  ],
  [
    "a trigger that quotes values",
    "CREATE FUNCTION quote() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no %', NEW.firstname USING DETAIL = NEW.firstname; END $$; CREATE TRIGGER quoting BEFORE INSERT ON customer FOR EACH ROW EXECUTE FUNCTION quote()",
    "DROP TRIGGER quoting ON customer",
  ],
];

test.each(broken)(
  "an internal error (%s) is told by its request's id alone, and logged without anybody's data",
  async (_what, breakIt, mendIt) => {
    const from = lines.length;
    await withSql(world, (client) => client.query(breakIt));
    const own = {
      ...fields,
      primary_id: `${canary}-${from}`,
      extra_email: `${canary}${from}@example.org`,
      extra_telephone: `+4977712398${from}`,
      extra_twitter: `${canary}${from}`,
    };
    const answer = await world.raw("POST", "/customer", {
      ...encodeFields(rowOf("customer.resolve"), own),
      headers: { "user-agent": canary },
    });
    await withSql(world, (client) => client.query(mendIt));
    expect([answer.status, errorShape.strict().parse(answer.body).code]).toEqual([500, "internal"]);
    expect(answer.text).not.toMatch(
      new RegExp(
        `${canary}|relation|column|constraint|strange|gone|varying|select|insert|\\.ts|node_modules`,
        "i",
      ),
    );
    const logged = parsed()
      .slice(from)
      .filter((line) => line.request_id === answer.body.request_id);
    expect(logged.map((line) => [line.level, line.code])).toEqual([
      [50, "internal"],
      [30, "internal"],
    ]);
    expect(JSON.stringify(logged[0])).toMatch(/"code":"(42P01|23514|P0001)"/);
    expect(secrets.filter((secret) => lines.slice(from).join("").includes(secret))).toEqual([]);
  },
);

test("every request has its line: who by id, which endpoint, what came of it, how long it took", async () => {
  const made = await world.admin.key.create({ name: canary, permissions: ["CUSTOMER_READ"] });
  const answers = [
    [await world.raw("GET", "/customer", { key: made.key }), "customer.list", 200, undefined, made.id],
    [await world.raw("GET", "/customer/0", { key: made.key }), "customer.find", 404, "not_found", made.id],
    [
      await world.raw("PUT", "/customer", { key: made.key }),
      "customer.updateAny",
      403,
      "permission_missing",
      made.id,
    ],
    [await world.raw("GET", "/customer", { key: null }), "customer.list", 401, "missing_key", undefined],
    [await world.raw("GET", "/nothing"), "none", 404, "unknown_endpoint", undefined],
    [await world.raw("PATCH", "/brand"), "none", 405, "method_not_allowed", undefined],
    [await world.raw("GET", "/%zz"), "none", 404, "unknown_endpoint", undefined],
  ] as const;
  for (const [answer, endpoint, status, code, key_id] of answers) {
    const id = answer.headers.get("x-request-id");
    const logged = parsed().filter((line) => line.request_id === id);
    expect(logged).toEqual([
      expect.objectContaining({
        level: 30,
        msg: "request",
        endpoint,
        status,
        method: expect.any(String),
        ms: expect.any(Number),
      }),
    ]);
    expect([logged[0]?.code, logged[0]?.key_id]).toEqual([code, key_id]);
  }
});

test("a caller's own request id is kept if it is harmless, and replaced if not", async () => {
  const own = "trace-0001.a_B";
  const answer = await world.raw("GET", "/nothing", { headers: { "x-request-id": own } });
  expect([answer.headers.get("x-request-id"), answer.body.request_id]).toEqual([own, own]);
  for (const bad of [
    "short",
    "x".repeat(65),
    "a b c d e f g",
    "<script>alert</script>",
    '"},{"x":"',
    "é".repeat(10),
  ]) {
    const { body } = await world.raw("GET", "/nothing", { headers: { "x-request-id": bad } });
    expect(body.request_id).toMatch(/^[0-9a-f-]{36}$/);
  }
});
