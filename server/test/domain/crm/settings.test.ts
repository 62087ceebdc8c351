// CRM settings of a brand: visibility, faults, and that the headers' values are never shown, logged or stored in clear.
// Also the preview of a lookup, which changes nothing.
import { expect, test } from "vitest";
import { failing, startCrm } from "../../support/servers/crm-server.ts";
import { fingerprint, withSql } from "../../support/table-fingerprint.ts";
import { startFixtureServer } from "../../support/requests.ts";
import { openLog } from "../../../src/log.ts";

const lines: string[] = [];
const crm = await startCrm();
const elsewhere = await startCrm();
const world = await startFixtureServer(
  { egressAllow: [crm.hostPort, elsewhere.hostPort] },
  openLog("trace", false, { write: (line: string) => void lines.push(line) }),
);
const { admin } = world;

const secret = "Bearer s3cret-of-the-crm";

test("settings are kept as sent, shown to SETTINGS_CRUD only, and the headers by their names", async () => {
  const settings = {
    crmLookupUrl: `${crm.url}?tenant=1`,
    crmHeaders: { Authorization: secret, "X-Tenant": "acme" },
    crmFieldMap: { firstname: "/person/first", custom_tier: "/level" },
    crmWins: true,
    crmRefreshSeconds: 3600,
  };
  const brandId = await world.newBrand(settings);
  const shown = {
    crm_lookup_url: settings.crmLookupUrl,
    crm_headers: ["Authorization", "X-Tenant"],
    crm_field_map: settings.crmFieldMap,
    crm_wins: true,
    crm_refresh_seconds: 3600,
  };
  const answer = await world.raw("GET", `/brand/${brandId}`);
  expect(answer.body.item).toMatchObject(shown);
  expect(answer.text).not.toContain("s3cret");
  const reader = await world.keyFor(["CUSTOMER_READ", "CUSTOMER_CUD", "TICKET_READ"]);
  for (const path of [`/brand/${brandId}`, "/brand?itemLimit=99"]) {
    const { text } = await world.raw("GET", path, { key: reader });
    expect(text).not.toMatch(/crm_|tenant|person/);
  }
});

test("in the database and in the trail there is no value of a header", async () => {
  const brandId = await world.newBrand({ crmLookupUrl: crm.url, crmHeaders: { Authorization: secret } });
  await admin.brand.update({ id: brandId, crmHeaders: { Authorization: `${secret}-2` } });
  const [row] = await withSql(world, async (client) => {
    const { rows } = await client.query<{ text: string; sealed: Buffer }>(
      "SELECT to_jsonb(b)::text AS text, crm_headers AS sealed FROM brand b WHERE id = $1",
      [brandId],
    );
    return rows;
  });
  expect(row?.text).not.toContain("s3cret");
  expect(row?.sealed.toString("latin1")).not.toContain("s3cret");
  const { items } = await admin.audit.list({ brandId });
  expect(items[0]).toMatchObject({ operation: "brand.update", fields: ["crm_headers"] });
  expect(JSON.stringify(items)).not.toContain("s3cret");
});

test("the headers are sent, and those of before are gone when others are set or none", async () => {
  const brandId = await world.newBrand({
    crmLookupUrl: crm.url,
    crmHeaders: { Authorization: secret, A: "1" },
  });
  const ask = async () => {
    await admin.customer.syncWithCrm({ brandId, address: "+4930" });
    return crm.headers.at(-1);
  };
  expect(await ask()).toMatchObject({ authorization: secret, a: "1", accept: "application/json" });
  await admin.brand.update({ id: brandId, crmHeaders: { Accept: "application/vnd.crm+json" } });
  const second = await ask();
  expect(second).toMatchObject({ accept: "application/vnd.crm+json" });
  expect([second?.authorization, second?.a]).toEqual([undefined, undefined]);
  await admin.brand.update({ id: brandId, crmHeaders: "" });
  expect(await ask()).toMatchObject({ accept: "application/json" });
  expect((await admin.brand.find({ id: brandId })).item.crm_headers).toEqual([]);
});

test("maps are read from forms as JSON texts, from JSON as objects or texts", async () => {
  const id = await world.newBrand();
  const map = { firstname: "/a", custom_x: "/b/0" };
  const mapOf = async () => (await admin.brand.find({ id })).item.crm_field_map;
  for (const ask of [
    { form: { crm_field_map: JSON.stringify(map) } },
    { multipart: { crm_field_map: JSON.stringify(map) } },
    { json: { crm_field_map: map } },
    { json: { crm_field_map: JSON.stringify(map) } },
  ]) {
    await admin.brand.update({ id, crmFieldMap: {} });
    const { body } = await world.raw("PUT", `/brand/${id}`, ask);
    expect(body.outcome).toBe("updated");
    expect(await mapOf()).toEqual(map);
    expect((await world.raw("PUT", `/brand/${id}`, ask)).body.outcome).toBe("unchanged");
  }
  const elsewhere = await world.raw("PUT", `/brand/${id}`, { json: { name: { a: "b" } } });
  expect(elsewhere.body).toMatchObject({ code: "invalid_field", errors: [{ field: "name" }] });
});

const refused: [string, Record<string, unknown>, string][] = [
  ["http", { crm_lookup_url: "http://crm.example.com/x" }, "crm_lookup_url"],
  ["a private address", { crm_lookup_url: "https://10.0.0.1/x" }, "crm_lookup_url"],
  ["the cloud's metadata", { crm_lookup_url: "http://169.254.169.254/latest" }, "crm_lookup_url"],
  ["a fragment", { crm_lookup_url: "https://crm.example.com/x#y" }, "crm_lookup_url"],
  ["a password", { crm_lookup_url: "https://u:p@crm.example.com/x" }, "crm_lookup_url"],
  ["a line end in a value", { crm_headers: { "X-A": "a\r\nHost: b" } }, "crm_headers"],
  ["a line end in a name", { crm_headers: { "X-A\r\nB": "a" } }, "crm_headers"],
  ["no text of a value", { crm_headers: { "X-A": 1 } }, "crm_headers"],
  ["an empty value", { crm_headers: { "X-A": " " } }, "crm_headers"],
  ["letters beyond ASCII", { crm_headers: { "X-A": "grüß \u{1f600}" } }, "crm_headers"],
  ["Host", { crm_headers: { hOst: "a" } }, "crm_headers"],
  ["Content-Length", { crm_headers: { "Content-Length": "5" } }, "crm_headers"],
  ["Transfer-Encoding", { crm_headers: { "transfer-encoding": "chunked" } }, "crm_headers"],
  ["Connection", { crm_headers: { Connection: "close" } }, "crm_headers"],
  ["Proxy-Authorization", { crm_headers: { "Proxy-Authorization": "x" } }, "crm_headers"],
  ["one header twice", { crm_headers: { "X-A": "1", "x-a": "2" } }, "crm_headers"],
  [
    "21 headers",
    { crm_headers: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`x-${n}`, "1"])) },
    "crm_headers",
  ],
  ["9 KB of headers", { crm_headers: { "X-A": "a".repeat(8190) } }, "crm_headers"],
  ["no JSON", { crm_headers: "{" }, "crm_headers"],
  ["a list", { crm_headers: ["a"] }, "crm_headers"],
  ["a field that is none", { crm_field_map: { brand_id: "/a" } }, "crm_field_map"],
  ["__proto__ as a field", { crm_field_map: '{"__proto__":"/a"}' }, "crm_field_map"],
  ["no pointer", { crm_field_map: { firstname: "a.b" } }, "crm_field_map"],
  ["half an escape", { crm_field_map: { firstname: "/a~2" } }, "crm_field_map"],
  ["more than a year", { crm_refresh_seconds: 31_536_001 }, "crm_refresh_seconds"],
  ["less than none", { crm_refresh_seconds: -1 }, "crm_refresh_seconds"],
];
test.each(refused)("%s is refused on its field, without its value", async (_what, fields, field) => {
  const id = await world.newBrand();
  const { status, body, text } = await world.raw("PUT", `/brand/${id}`, { json: fields });
  expect([status, body.errors?.map((one) => one.field)]).toEqual([400, [field]]);
  expect(text).not.toMatch(/Host: b|grüß/);
});

test("the trial tells what was asked and what would be taken over, and changes nothing", async () => {
  const brandId = await world.newBrand({
    crmLookupUrl: `${crm.url}?tenant=1`,
    crmHeaders: { Authorization: secret },
    crmFieldMap: { custom_tier: "/level" },
  });
  await admin.customfield.create({ brandId, name: "size", type: "number" });
  crm.say = () => [
    { primary_id: "K-1", firstname: "Ada", level: "gold", custom_size: "7.0", telephone: "+4930" },
    { lastname: "<b>", custom_size: "large" },
  ];
  const before = await fingerprint(world);
  const answer = await world.raw("POST", `/brand/${brandId}/crmTest`, {
    form: { channel: "email", address: "ada@example.org" },
  });
  expect(await fingerprint(world)).toBe(before);
  expect(answer.body.item).toMatchObject({
    url: `${crm.url}?tenant=1&channelAddressType=email&address=ada%40example.org`,
    headers: ["Authorization"],
    status: 200,
    milliseconds: expect.any(Number),
    results: 2,
    failure: null,
    mapped: [
      {
        external_primary_id: "K-1",
        firstname: "Ada",
        lastname: "",
        channels: [{ channel_id: 2, channel_name: "telephone", address: "+4930" }],
        custom: [
          { field: "custom_size", value: "7" },
          { field: "custom_tier", value: "gold" },
        ],
        skipped: [],
      },
      {
        skipped: [{ field: "lastname" }, { field: "custom_size" }],
      },
    ],
  });
  expect(answer.text).not.toContain("s3cret");
  expect(crm.headers.at(-1)?.authorization).toBe(secret);
});

test("the trial tells a failure, and needs the permission of settings", async () => {
  const brandId = await world.newBrand({ crmLookupUrl: crm.url });
  crm.say = failing(500);
  const { item } = await admin.brand.crmTest({ id: brandId, address: "+4930" });
  expect(item).toMatchObject({ status: 500, results: null, failure: { code: "crm_failed" }, mapped: [] });
  const other = await world.clientFor(["CUSTOMER_CUD", "CUSTOMER_READ"]);
  await expect(other.brand.crmTest({ id: brandId, address: "+4930" })).rejects.toMatchObject({
    code: "permission_missing",
  });
  await expect(admin.brand.crmTest({ id: await world.newBrand(), address: "+4930" })).rejects.toMatchObject({
    code: "crm_not_configured",
  });
});

const headersKept = { Authorization: secret };
const listening = async () => world.newBrand({ crmLookupUrl: crm.url, crmHeaders: headersKept });
const put = (id: number, fields: Record<string, unknown>) =>
  world.raw("PUT", `/brand/${id}`, { json: fields });

test("headers stay with the origin they were given for: another scheme, host or port needs them again", async () => {
  const scheme = crm.url.replace("http:", "https:");
  for (const url of [elsewhere.url, scheme, "https://crm.example.com/lookup"]) {
    const { body: found, text } = await put(await listening(), { crm_lookup_url: url });
    expect([url, found.errors?.map(({ field }) => field)]).toEqual([url, ["crm_headers"]]);
    expect(text).not.toContain("s3cret");
  }
  const id = await listening();
  const refusal = await put(id, { crm_lookup_url: elsewhere.url });
  expect([refusal.status, refusal.body.code, refusal.body.errors]).toEqual([
    400,
    "invalid_field",
    [
      {
        field: "crm_headers",
        message: `must be sent again with this crm_lookup_url, or empty: those kept were not given for http://${elsewhere.hostPort}`,
      },
    ],
  ]);
  expect((await admin.brand.find({ id })).item.crm_lookup_url).toBe(crm.url);
  expect((await put(id, { crm_lookup_url: `${crm.url}/v2?tenant=2` })).body.outcome).toBe("updated");
  crm.say = () => [];
  await admin.brand.crmTest({ id, address: "+4930" });
  expect(crm.headers.at(-1)?.authorization).toBe(secret);
});

test("with the new address the headers are sent again, or none", async () => {
  const id = await listening();
  await admin.brand.update({ id, crmLookupUrl: elsewhere.url, crmHeaders: { "X-New": "1" } });
  await admin.brand.crmTest({ id, address: "+4930" });
  expect([elsewhere.headers.at(-1)?.["x-new"], elsewhere.headers.at(-1)?.authorization]).toEqual([
    "1",
    undefined,
  ]);
  const other = await listening();
  expect((await put(other, { crm_lookup_url: elsewhere.url, crm_headers: "" })).body.outcome).toBe("updated");
  await admin.brand.crmTest({ id: other, address: "+4930" });
  expect(elsewhere.headers.at(-1)?.authorization).toBeUndefined();
});

test("an address that was taken away in between frees no header", async () => {
  const id = await listening();
  expect((await put(id, { crm_lookup_url: "" })).body.outcome).toBe("updated");
  expect((await put(id, { crm_lookup_url: elsewhere.url })).body.errors?.[0]?.field).toBe("crm_headers");
  expect((await put(id, { crm_lookup_url: crm.url })).body.outcome).toBe("updated");
  await admin.brand.crmTest({ id, address: "+4930" });
  expect(crm.headers.at(-1)?.authorization).toBe(secret);
});

test("headers without an address to keep them for are refused", async () => {
  const fields = { crm_headers: headersKept };
  const made = await world.raw("POST", "/brand", { json: { name: "No CRM", ...fields } });
  const changed = await put(await world.newBrand(), fields);
  for (const { status, body } of [made, changed])
    expect([status, body.errors?.[0]?.field]).toEqual([400, "crm_headers"]);
  expect((await put(await world.newBrand(), { crm_headers: "" })).status).toBe(200);
});

test("headers stored for another origin are sent nowhere, and the trial says so", async () => {
  const id = await listening();
  await withSql(world, (client) =>
    client.query("UPDATE brand SET crm_lookup_url = $2 WHERE id = $1", [id, elsewhere.url]),
  );
  const before = elsewhere.requests.length;
  const { item } = await admin.brand.crmTest({ id, address: "+4930" });
  expect(item).toMatchObject({ status: null, results: null, failure: { code: "crm_failed" } });
  expect(item.failure?.message).toMatch(/crm_headers do not open.*set them again/);
  await expect(admin.customer.syncWithCrm({ brandId: id, address: "+4930" })).rejects.toMatchObject({
    code: "crm_failed",
  });
  expect(elsewhere.requests.length).toBe(before);
});

test("the log of all this holds no header's value, no address and no query", () => {
  expect(lines.length).toBeGreaterThan(20);
  const withoutIds = lines.join("").replaceAll(/"request_id":"[0-9a-f-]{36}"/g, ""); // which may contain any digits
  expect(withoutIds).not.toMatch(/s3cret|ada(@|%40)example|4930|tenant=/);
});
