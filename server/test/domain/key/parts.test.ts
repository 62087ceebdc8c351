// The parts of SETTINGS_CRUD: each opens its own endpoints and nothing else, SETTINGS_CRUD opens them all, and a key hands
// out no more than it has.
import type { Permission } from "@dossier/api";
import { createClient, partsOfSettings } from "@dossier/api";
import { expect, test } from "vitest";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const parts = [...partsOfSettings];

/** What a key may do, of what each part opens and of what only the whole does. */
async function openTo(key: string): Promise<string[]> {
  const client = createClient({ url: world.url, key, retry: false }).raw;
  const metrics = await fetch(`${world.url}/metrics`, { headers: { apiKey: key } });
  const calls: [string, () => Promise<unknown>][] = [
    ["METRICS_READ", () => (metrics.ok ? Promise.resolve() : Promise.reject(new Error("closed")))],
    ["AUDIT_READ", () => client.audit.list()],
    ["WEBHOOK_CUD", () => client.webhook.list()],
    ["keys", () => client.key.list()],
    ["jobs", () => client.job.list()],
    ["settings", () => client.brand.create({ name: `parts ${key.slice(-6)}` })],
  ];
  const open: string[] = [];
  for (const [what, call] of calls)
    await call().then(
      () => open.push(what),
      () => undefined,
    );
  return open;
}

test.each(parts)("%s opens its own endpoints and nothing else", async (one) => {
  expect(await openTo(await world.keyFor([one]))).toEqual([one]);
});

test("SETTINGS_CRUD opens them all", async () => {
  expect(await openTo(await world.keyFor(["SETTINGS_CRUD"]))).toEqual([...parts, "keys", "jobs", "settings"]);
});

test("other permissions are refused", async () => {
  expect(await openTo(await world.keyFor(["CUSTOMER_READ", "CUSTOMER_CUD", "TICKET_READ"]))).toEqual([]);
});

test("a key with SETTINGS_CRUD hands out its parts, which work as long as it has it", async () => {
  const key = await world.keyFor(["SETTINGS_CRUD"]);
  const client = createClient({ url: world.url, key, retry: false }).raw;
  const made = await client.key.create({ name: "monitor", permissions: parts });
  expect(await openTo(made.key)).toEqual(parts);
});

test.each<[Permission[], Permission]>([
  [["SETTINGS_CRUD"], "CUSTOMER_READ"],
  [["METRICS_READ", "CUSTOMER_READ"], "SETTINGS_CRUD"],
])("a key with %j does not hand out %s", async (own, wanted) => {
  const client = createClient({ url: world.url, key: await world.keyFor(own), retry: false }).raw;
  await expect(client.key.create({ name: "more", permissions: [wanted] })).rejects.toMatchObject({
    code: "permission_missing",
  });
});

test("a key for some brands sees its webhooks and its trail, and no metrics", async () => {
  const brandId = await world.newBrand();
  const client = await world.clientFor(["WEBHOOK_CUD", "AUDIT_READ"], [brandId]);
  const hook = { url: "https://hooks.example.org/", events: ["customer.created" as const] };
  const made = await client.webhook.create({ ...hook, brandIds: [brandId], paused: true });
  expect((await client.webhook.list()).items.map(({ id }) => id)).toEqual([made.id]);
  const { items } = await client.audit.list({});
  expect(items.map(({ operation }) => operation)).toContain("webhook.create");
  await expect(client.webhook.create(hook)).rejects.toMatchObject({
    code: "permission_missing",
    message: expect.stringContaining("WEBHOOK_CUD for all brands"),
  });
});
