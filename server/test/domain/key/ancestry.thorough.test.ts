// Ancestry of keys: a key ends with its creator, whatever ends that, and has no more permissions; and an administrator
// key can be replaced without ending the keys it created.
import { type RawClient as Client, createClient, type Permission, permissions } from "@dossier/api";
import { expect, test, vi } from "vitest";
import { withSql } from "../../support/table-fingerprint.ts";
import { startFixtureServer } from "../../support/requests.ts";

const world = await startFixtureServer();
const { admin } = world;
const plainly = { idempotencyKeys: false, retry: false } as const;
const all = [...permissions];

interface Made {
  id: number;
  key: string;
  client: Client;
  expires_at: string | null;
}
type Wish = Partial<Parameters<Client["key"]["create"]>[0]>;

/** A key created by another. */
async function make(by: Client, wish: Wish = {}): Promise<Made> {
  const made = await by.key.create({ name: "key", permissions: all, ...wish });
  return { ...made, client: createClient({ url: world.url, key: made.key, ...plainly }).raw };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "works",
    (error: unknown) => (error as { code?: string }).code,
  );
const stateOf = ({ client }: Made) => codeOf(client.session.find());
const statesOf = (...keys: Made[]) => Promise.all(keys.map(stateOf));

const change = (set: string, id: number) =>
  withSql(world, (client) => client.query(`UPDATE api_key SET ${set} WHERE id = $1`, [id]));

async function shown(id: number, by: Client = admin) {
  for await (const one of by.key.each({}, { limit: 9999 })) if (one.id === id) return one;
  throw new Error(`key ${id} is not listed`);
}

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

/** A key, one that it created, one that this created, and one beside it. */
async function makeFamily(wish: Wish = {}) {
  const parent = await make(admin, wish);
  const child = await make(parent.client);
  const grandchild = await make(child.client);
  const sibling = await make(parent.client);
  return { parent, child, grandchild, sibling, made: [child, grandchild, sibling] };
}

test("revoking a key ends at once what it has made and what that has made, and says how many", async () => {
  const { parent, made } = await makeFamily();
  const stranger = await make(admin);
  expect(await statesOf(parent, ...made)).toEqual(["works", "works", "works", "works"]);
  const answer = await admin.key.revoke({ id: parent.id });
  expect(answer).toMatchObject({
    message: "API key revoked, and with it 3 keys that it had made.",
    outcome: "deleted",
    ended: 3,
  });
  expect(await statesOf(parent, ...made)).toEqual(Array(4).fill("invalid_key"));
  expect(await stateOf(stranger)).toBe("works");
  for (const { id } of made) expect((await shown(id)).revoked_at).toBe((await shown(parent.id)).revoked_at);
  const { items } = await admin.audit.list({ operation: "key.revoke", itemLimit: 4 });
  expect(new Set(items.map((one) => one.subject_id))).toEqual(
    new Set([parent.id, ...made.map(({ id }) => id)]),
  );
});

test("a key that ended with its ancestor cannot be revoked or taken over any more", async () => {
  const { parent, child, grandchild } = await makeFamily();
  await admin.key.revoke({ id: parent.id });
  expect(await codeOf(admin.key.revoke({ id: child.id, adopt: true }))).toBe("not_found");
  expect(await codeOf(admin.key.revoke({ id: child.id }))).toBe("not_found");
  expect(await stateOf(grandchild)).toBe("invalid_key");
});

test("a key made without an end has the end of the key that made it, and so has what that makes", async () => {
  const expiresAt = inAnHour();
  const { parent, made } = await makeFamily({ expiresAt });
  for (const { id, expires_at } of [parent, ...made]) {
    expect(expires_at).toBe(expiresAt);
    expect((await shown(id)).expires_at).toBe(expiresAt);
  }
  await change("expires_at = now()", parent.id);
  await vi.waitFor(async () => expect(await statesOf(...made)).toEqual(Array(3).fill("invalid_key")), {
    timeout: 15_000,
  });
});

test("a key cannot be made to last longer than the one that makes it, only shorter", async () => {
  const end = inAnHour();
  const parent = await make(admin, { expiresAt: end });
  const shifted = (by: number) => new Date(Date.parse(end) + by).toISOString();
  const error = await parent.client.key
    .create({ name: "late", permissions: all, expiresAt: shifted(1) })
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: "invalid_field",
    errors: [
      {
        field: "expires_at",
        message: `must not be later than the end of the key that makes it, ${end}`,
      },
    ],
  });
  const soon = shifted(-1000);
  expect((await make(parent.client, { expiresAt: end })).expires_at).toBe(end);
  const shorter = await make(parent.client, { expiresAt: soon });
  expect(shorter.expires_at).toBe(soon);
  const below = await shorter.client.key.create({ name: "x", permissions: all });
  expect(below.expires_at).toBe(soon);
});

test("a key whose end is moved nearer later takes what it has made along, and its list says so", async () => {
  const { parent, grandchild } = await makeFamily();
  await change("expires_at = now() + interval '1 hour'", parent.id);
  expect((await shown(grandchild.id)).expires_at).toBe((await shown(parent.id)).expires_at);
  expect(await stateOf(grandchild)).toBe("works");
  await change("revoked_at = now()", parent.id);
  await vi.waitFor(async () => expect(await stateOf(grandchild)).toBe("invalid_key"), { timeout: 15_000 });
});

test("a key may no more than the line that made it, whatever has become of that since", async () => {
  const [one, other] = [await world.newBrand(), await world.newBrand()];
  const parent = await make(admin, { brandIds: [one, other] });
  const child = await make(parent.client, { brandIds: [one, other] });
  const grandchild = await make(child.client, { brandIds: [other, one] });
  const rights = async () => {
    const { item } = await grandchild.client.session.find();
    return [item.permissions, item.brand_ids];
  };
  expect(await rights()).toEqual([all, [one, other]]);
  await change("permissions = '{CUSTOMER_READ,TICKET_READ}'", parent.id);
  await withSql(world, (client) =>
    client.query("DELETE FROM api_key_brand WHERE key_id = $1 AND brand_id = $2", [child.id, other]),
  );
  const left = ["CUSTOMER_READ", "TICKET_READ"];
  await vi.waitFor(async () => expect(await rights()).toEqual([left, [one]]), { timeout: 15_000 });
  await withSql(world, (client) =>
    client.query("UPDATE api_key_brand SET brand_id = $3 WHERE key_id = $1 AND brand_id = $2", [
      child.id,
      one,
      other,
    ]),
  );
  await withSql(world, (client) =>
    client.query("DELETE FROM api_key_brand WHERE key_id = $1 AND brand_id = $2", [parent.id, other]),
  );
  await vi.waitFor(async () => expect(await rights()).toEqual([left, []]), { timeout: 15_000 });
});

test("who made a key is shown, by number and name; the bootstrap key's have nobody to end with", async () => {
  const brandId = await world.newBrand();
  const root = await make(admin, { name: "root" });
  const till = await make(root.client, { name: "till", brandIds: [brandId] });
  const below = await make(till.client, { name: "below", brandIds: [brandId] });
  expect((await shown(root.id)).created_by).toBeNull();
  expect((await shown(till.id)).created_by).toEqual({ id: root.id, name: "root" });
  expect((await shown(below.id)).created_by).toEqual({ id: till.id, name: "till" });
  expect(await till.client.key.create({ name: "x", permissions: all, brandIds: [brandId] })).toMatchObject({
    created_by: { id: till.id, name: "till" },
    expires_at: null,
  });
  // A key of the brand does not see the key for all brands: it gets its id, as in the audit trail, and not its name.
  expect((await shown(till.id, below.client)).created_by).toEqual({ id: root.id, name: null });
  expect((await shown(below.id, below.client)).created_by).toEqual({ id: till.id, name: "till" });
  expect((await world.raw("GET", "/apikey", { key: below.key })).text).not.toContain("root");
});

test("an administrator key is replaced by one that it made, which takes its place and what it has made", async () => {
  const { parent, child, grandchild, sibling } = await makeFamily({ name: "old" });
  const fresh = await make(parent.client, { name: "new" });
  const answer = await fresh.client.key.revoke({ id: parent.id, adopt: true });
  expect(answer).toMatchObject({
    message: "API key revoked; 2 keys that it had made are taken over.",
    adopted: 2,
  });
  expect(await statesOf(parent, fresh, child, grandchild, sibling)).toEqual([
    "invalid_key",
    ...Array<string>(4).fill("works"),
  ]);
  expect((await shown(fresh.id)).created_by).toBeNull();
  for (const { id } of [child, sibling])
    expect((await shown(id)).created_by).toEqual({ id: fresh.id, name: "new" });
  expect((await shown(grandchild.id)).created_by).toMatchObject({ id: child.id });
  const { items } = await admin.audit.list({ operation: "key.revoke", itemLimit: 4 });
  const handed = items.filter((one) => one.fields.includes("created_by")).map((one) => one.subject_id);
  expect(new Set(handed)).toEqual(new Set([child.id, sibling.id, fresh.id]));
  await admin.key.revoke({ id: fresh.id });
  expect(await statesOf(fresh, child, grandchild, sibling)).toEqual(Array(4).fill("invalid_key"));
});

test("a key further down the line takes over too, and the line is no circle then", async () => {
  const { parent, child, grandchild, sibling } = await makeFamily();
  expect(await grandchild.client.key.revoke({ id: parent.id, adopt: true })).toMatchObject({ adopted: 2 });
  expect(await statesOf(child, grandchild, sibling)).toEqual(["works", "works", "works"]);
  expect((await shown(child.id)).created_by).toMatchObject({ id: grandchild.id });
  expect((await shown(grandchild.id)).created_by).toBeNull();
  expect(await grandchild.client.key.revoke({ id: child.id })).not.toHaveProperty("ended");
  expect(await stateOf(grandchild)).toBe("works");
});

test("an heir beside the key, and the bootstrap administrator, take over as well", async () => {
  const { parent, child } = await makeFamily();
  const heir = await make(admin);
  await heir.client.key.revoke({ id: parent.id, adopt: true });
  expect((await shown(child.id)).created_by).toMatchObject({ id: heir.id });
  await admin.key.revoke({ id: heir.id, adopt: true });
  expect((await shown(child.id)).created_by).toBeNull();
  expect(await stateOf(child)).toBe("works");
});

test("taking over needs every permission and brand of the key, and is nothing for the key itself", async () => {
  const { parent, child } = await makeFamily();
  const brandId = await world.newBrand();
  const weak = await make(admin, { permissions: ["SETTINGS_CRUD", "CUSTOMER_READ"] as Permission[] });
  const limited = await make(admin, { brandIds: [brandId] });
  expect(await codeOf(weak.client.key.revoke({ id: parent.id, adopt: true }))).toBe("permission_missing");
  expect(await codeOf(limited.client.key.revoke({ id: parent.id, adopt: true }))).toBe("not_found");
  expect(await codeOf(parent.client.key.revoke({ id: parent.id, adopt: true }))).toBe("invalid_field");
  expect(await statesOf(parent, child)).toEqual(["works", "works"]);
  expect(await weak.client.key.revoke({ id: parent.id })).toMatchObject({ ended: 3 });
});

test("taking over moves no end: neither the heir nor what it takes over lasts longer than before", async () => {
  const expiresAt = inAnHour();
  const { parent, child } = await makeFamily({ expiresAt });
  const heir = await make(parent.client);
  await change("expires_at = NULL", child.id);
  await heir.client.key.revoke({ id: parent.id, adopt: true });
  for (const { id } of [heir, child]) expect((await shown(id)).expires_at).toBe(expiresAt);
});

test("twenty keys that take over from each other at once make no circle and end what is revoked", async () => {
  const root = await make(admin);
  const keys = await Promise.all(Array.from({ length: 20 }, () => make(root.client)));
  const revoked = new Set<number>();
  await Promise.all(
    keys.map(async ({ client }, at) => {
      const { id } = keys[(at + 7) % keys.length]!;
      if ((await codeOf(client.key.revoke({ id, adopt: true }))) === "works") revoked.add(id);
    }),
  );
  expect(revoked.size).toBeGreaterThan(0);
  const states = await statesOf(...keys);
  keys.forEach(({ id }, at) =>
    expect([id, states[at]]).toEqual([id, revoked.has(id) ? "invalid_key" : "works"]),
  );
  await admin.key.revoke({ id: root.id });
  expect(new Set(await statesOf(...keys))).toEqual(new Set(["invalid_key"]));
});

test("keys that make each other end in a line of sixteen", async () => {
  let last = await make(admin);
  for (let length = 2; length <= 16; length += 1) last = await make(last.client);
  const error = await last.client.key.create({ name: "x", permissions: all }).catch((one: unknown) => one);
  expect(error).toMatchObject({
    code: "permission_missing",
    message:
      "This key is the 16th of keys that made each other, and may make no other. Use one that came before it.",
  });
});
