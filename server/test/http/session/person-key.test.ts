// Keys of persons: they sign in on pages, are refused with calls unless that is allowed, and are otherwise keys like others.
import { createClient } from "@dossier/api";
import { expect, test } from "vitest";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const rights = { permissions: ["CUSTOMER_READ" as const, "CUSTOMER_CUD" as const], brandIds: [1] };
const mary = await world.admin.key.create({ name: "Mary Jackson", kind: "person", ...rights });
const codeOf = ({ status, text }: { status: number; text: string }) =>
  [status, (JSON.parse(text) as { code?: string }).code] as const;
const refused = [403, "session_required"];

async function signIn(key: string): Promise<string> {
  const answer = await world.raw("POST", "/session", { key });
  expect(answer.status).toBe(200);
  return answer.headers.get("set-cookie")?.split(";")[0] ?? "";
}

test("a person's key signs in, and its session does what the key may", async () => {
  const cookie = await signIn(mary.key);
  const { text } = await world.raw("GET", "/session", { key: null, headers: { cookie } });
  expect(JSON.parse(text)).toMatchObject({
    item: { key_id: mary.id, name: "Mary Jackson", kind: "person", permissions: rights.permissions },
  });
  const form = { brand_id: "1", primary_id: "M-1", firstname: "Katherine" };
  const write = await world.raw("POST", "/customer", {
    key: null,
    headers: { cookie, origin: world.url },
    form,
  });
  expect(write.status).toBe(200);
  const { items } = await world.admin.audit.list({ keyId: mary.id });
  expect(items[0]).toMatchObject({ key_id: mary.id, operation: "customer.resolve" });
});

test("it is refused with every other call, wherever it is sent, before anything else is said", async () => {
  const calls = [
    world.raw("GET", "/customer", { key: mary.key }),
    world.raw("GET", "/customer", { key: null, headers: { authorization: `Bearer ${mary.key}` } }),
    world.raw("GET", "/customer", { key: null, query: { apiKey: mary.key } }),
    world.raw("GET", "/apikey", { key: mary.key }),
    world.raw("GET", "/session", { key: mary.key }),
    world.raw("POST", "/customer", { key: mary.key, form: {} }),
  ];
  for (const call of calls) expect(codeOf(await call)).toEqual(refused);
  const reader = { name: "reader", kind: "person" as const, permissions: ["METRICS_READ" as const] };
  const { key } = await world.admin.key.create(reader);
  const metrics = await fetch(`${world.url}/metrics`, { headers: { apiKey: key } });
  expect(codeOf({ status: metrics.status, text: await metrics.text() })).toEqual(refused);
  const cookie = await signIn(key);
  expect((await world.raw("GET", "/health", { key: null, headers: { cookie } })).status).toBe(200);
});

test("with headers_allowed it is taken with calls too; a program's key always is", async () => {
  const own = { name: "Dorothy", kind: "person" as const, headersAllowed: true, ...rights };
  const allowed = await world.admin.key.create(own);
  const { item } = await createClient({ url: world.url, key: allowed.key }).raw.session.find();
  expect([item.kind, item.session]).toEqual(["person", null]);
  await expect(
    world.admin.key.create({ name: "shop", headersAllowed: false, ...rights }),
  ).rejects.toMatchObject({ code: "invalid_field", errors: [{ field: "headers_allowed" }] });
});

test("lists show the kind, and can be of one kind", async () => {
  const all = await world.admin.key.list({ itemLimit: 99 });
  for (const kind of ["person", "service"] as const) {
    const some = await world.admin.key.list({ kind, itemLimit: 99 });
    expect(some.items).toEqual(all.items.filter((one) => one.kind === kind));
    expect(some.itemTotal).toBe(some.items.length);
  }
  expect(all.items.find(({ id }) => id === mary.id)).toMatchObject({
    kind: "person",
    headers_allowed: false,
  });
  const { items } = await world.admin.key.list({ kind: "person", itemLimit: 1 });
  expect(items.map((one) => one.kind)).toEqual(["person"]);
  const service = await world.admin.key.create({ name: "shop", ...rights });
  const { items: services } = await world.admin.key.list({ kind: "service", itemLimit: 99 });
  expect(services.find(({ id }) => id === service.id)).toMatchObject({
    kind: "service",
    headers_allowed: true,
  });
});
