// The catalogue of errors: every code is reached through HTTP, and the response is the one in docs/errors.md and the
// OpenAPI document, except for numbers and for names that differ from case to case.
import { type Code, codes, codeTexts, errorShape } from "@dossier/api";
import { expect, test, vi } from "vitest";
import { createStartLink } from "../../src/domain/key/start-link.ts";
import { failing, startCrm } from "../support/servers/crm-server.ts";
import { createTestDatabase } from "../support/database.ts";
import { withSql } from "../support/table-fingerprint.ts";
import { type Answer, uniqueName, startFixtureServer } from "../support/requests.ts";
import { type RawRequest, testConfig, startInstance } from "../support/test-server.ts";

const crm = await startCrm();
const world = await startFixtureServer({ egressAllow: [crm.hostPort] });
const limited = await startFixtureServer({ rateLimit: 3 });
const ending = await createTestDatabase();
const orphan = await startInstance(testConfig(ending.url));
const brandId = await world.newBrand({ customFields: "defined" });
const brand = String(brandId);
const email = `${uniqueName("taken")}@example.org`;
const primaryId = uniqueName();
const { id } = await world.admin.customer.create({
  brandId,
  primaryId,
  channels: [{ type: "email", address: email }],
});
const create = (fields: Record<string, string>, ask: RawRequest = {}) =>
  world.raw("POST", "/customer/createCustomerCRUD", { form: { brandID: brand, ...fields }, ...ask });

const sync = (brandID: number) =>
  world.raw("POST", "/customer/syncWithCRM", {
    form: { brandID: String(brandID), channel: "email", address: email },
  });

/** How each code is caused. */
const causes: Record<Code, () => Promise<Answer>> = {
  invalid_request: () =>
    world.raw("POST", "/customer", { raw: { type: "application/json", body: '{"brand_id":' } }),
  invalid_field: () => world.raw("POST", "/customer", { form: { primary_id: uniqueName() } }),
  unknown_field: () =>
    world.raw("POST", "/apikey", { form: { name: "k", permissions: "CUSTOMER_READ", brandID: brand } }),
  identifiers_disagree: () =>
    world.raw("POST", "/customer", { form: { brand_id: brand, brandID: "77", primary_id: uniqueName() } }),
  search_by_channel_disabled: () =>
    world.raw("POST", "/customer", { form: { brand_id: brand, search_customer_channel_value: email } }),
  unknown_custom_field: () => create({ primaryID: uniqueName(), custom_teir: "gold" }),
  missing_key: () => world.raw("GET", "/customer", { key: null }),
  invalid_key: () => world.raw("GET", "/customer", { key: "dsr_no-such-key" }),
  permission_missing: async () =>
    world.raw("GET", "/apikey", { key: await world.keyFor(["CUSTOMER_READ"], [brandId]) }),
  session_required: async () => {
    const { id } = await world.admin.key.create({ name: uniqueName(), permissions: ["CUSTOMER_READ"] });
    return world.raw("GET", "/customer", { key: (await createStartLink(world.service.db, id))?.token ?? "" });
  },
  start_link_over: () => world.raw("POST", "/session", { key: "dss_no-such-link" }),
  not_found: () => world.raw("GET", "/customer/999999999"),
  unknown_endpoint: () => world.raw("GET", "/custommer"),
  method_not_allowed: () => world.raw("GET", "/customer/updateCustomer"),
  channel_taken: () => create({ extra_email: email }),
  primary_id_taken: () => create({ primaryID: primaryId }),
  ambiguous_customer: async () => {
    await world.admin.customer.create({ brandId: await world.newBrand(), primaryId });
    return world.raw("PUT", "/customer", { form: { primaryID: primaryId, firstname: "Ada" } });
  },
  crm_not_configured: async () => sync(await world.newBrand()),
  crm_several_results: async () => {
    crm.say = () => [{ primary_id: "1" }, { primary_id: "2" }];
    return sync(await world.newBrand({ crmLookupUrl: crm.url }));
  },
  crm_failed: async () => {
    crm.say = failing(500);
    return sync(await world.newBrand({ crmLookupUrl: crm.url }));
  },
  crm_timeout: async () => {
    crm.say = () => undefined;
    return sync(await world.newBrand({ crmLookupUrl: crm.url }));
  },
  idempotency_conflict: async () => {
    const headers = { "idempotency-key": uniqueName() };
    expect((await create({ firstname: "Ada" }, { headers })).status).toBe(200);
    return create({ firstname: "Grace" }, { headers });
  },
  brand_in_use: () => world.raw("DELETE", `/brand/${brand}`),
  stale_version: () =>
    world.raw("PUT", `/customer/${id}`, { form: { firstname: "Ada" }, headers: { "if-match": '"99"' } }),
  too_large: () => create({ firstname: "A".repeat(2 ** 20) }),
  unsupported_media_type: () => world.raw("POST", "/customer", { raw: { type: "text/plain", body: "a=b" } }),
  rate_limited: async () => {
    for (let n = 0; n < 3; n += 1) expect((await limited.raw("GET", "/session")).status).toBe(200);
    return limited.raw("GET", "/session");
  },
  internal: async () => {
    const broken = vi.spyOn(world.service.db, "forRequester").mockImplementation(() => {
      throw new TypeError("not foreseen");
    });
    const answer = await world.raw("GET", "/brand");
    broken.mockRestore();
    return answer;
  },
  unavailable: async () => {
    await closeDatabase(String(ending.connection.database));
    const answer = await fetch(`${orphan.url}/api/v2/customer`, { headers: { apiKey: world.adminKey } });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: JSON.parse(text) };
  },
};

/** Rejects all connections to a database, as a server that shuts down does. */
function closeDatabase(name: string): Promise<unknown> {
  return withSql(world, async (client) => {
    await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'",
      [name],
    );
  });
}

/** Parts of the message that belong to the installation, not to the catalogue. */
function masked(text: string): string {
  return text.replace("{about}", "customer").replaceAll("{field}", "brand_id").replace(/\d+/g, "0");
}

/** The headers expected beside the envelope. */
const headers: Partial<Record<Code, string>> = {
  missing_key: "www-authenticate",
  invalid_key: "www-authenticate",
  method_not_allowed: "allow",
  rate_limited: "retry-after",
  unavailable: "retry-after",
};

test.each(Object.keys(codes) as Code[])("%s comes as it is documented", async (code) => {
  const { says, errors = [], conflict } = codeTexts[code];
  const { status, body, ...answer } = await causes[code]();
  expect([status, body.code]).toEqual([codes[code], code]);
  expect(errorShape.strict().parse(body)).toEqual(body);
  expect(masked(body.message)).toBe(masked(says));
  expect(body.conflict ? Object.keys(body.conflict) : undefined).toEqual(conflict && Object.keys(conflict));
  const faults = (body.errors ?? []).map((fault: object) => JSON.stringify(fault));
  expect(faults.map(masked)).toEqual(errors.map((fault) => masked(JSON.stringify(fault))));
  expect(answer.headers.get("x-request-id")).toBe(body.request_id);
  const header = headers[code];
  if (header) expect(answer.headers.get(header)).toMatch(/./);
});
