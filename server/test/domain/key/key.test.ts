// API keys through the domain: their text, permissions of creation, visibility, and how soon each change applies.
import { createHash, randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { builtinTypes, DossierError, type Permission, permissions } from "@dossier/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Db } from "../../../src/db/database.ts";
import { openDatabase } from "../../../src/db/pool.ts";
import type { RequestContext } from "../../../src/domain/context.ts";
import { createBrand, deleteBrand } from "../../../src/domain/brand/brand.ts";
import {
  createFirstKey,
  createKey,
  createKeyring,
  listKeys,
  revokeKey,
} from "../../../src/domain/key/key.ts";
import { hashToken, isWellFormed, generateToken } from "../../../src/domain/key/token.ts";
import { createTestDatabase } from "../../support/database.ts";
import { noEgress } from "../../support/no-egress.ts";
import { unbatched } from "../../../src/domain/batcher.ts";

let db: Db;
const secret = { current: randomBytes(32) };
const opened: Db[] = [];

beforeAll(async () => void (db = await openFresh()));
afterAll(async () => {
  for (const one of opened) await one.close();
});

async function openFresh(): Promise<Db> {
  const fresh = openDatabase((await createTestDatabase()).connection);
  opened.push(fresh);
  return fresh;
}

function makeContext(
  brands: number[] | null = null,
  allowed: readonly Permission[] = permissions,
  more: Partial<RequestContext> = {},
): RequestContext {
  return {
    db,
    caller: { keyId: 0, name: "test", permissions: new Set(allowed), brands, source: "api" },
    operation: "test",
    entity: "test",
    secret,
    channelTypes: builtinTypes,
    egress: noEgress,
    batcher: unbatched,
    replayed: false,
    ...more,
  };
}

let names = 0;
async function makeBrand(): Promise<number> {
  names += 1;
  return (await createBrand(makeContext(), { name: `Brand ${names}` })).id;
}

async function makeKey(brandIds?: number[]) {
  return createKey(makeContext(), { name: "key", permissions: ["SETTINGS_CRUD"], brandIds });
}

async function refusal(work: Promise<unknown>): Promise<DossierError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof DossierError) return error;
  throw new Error("was not refused", { cause: error });
}

async function change(set: string, id: number): Promise<void> {
  await db.rows({ name: `test ${set}`, text: `UPDATE api_key SET ${set} WHERE id = $1` }, [id]);
}

/** A database that counts its statements by name. */
function counting(): { db: Db; count(name: string): number } {
  const seen: string[] = [];
  const note = <T extends Db["row"] | Db["rows"]>(ask: T): T =>
    ((statement: { name: string; text: string }, values?: readonly unknown[]) => {
      seen.push(statement.name);
      return ask.call(db, statement, values);
    }) as T;
  return {
    db: { ...db, row: note(db.row), rows: note(db.rows) },
    count: (name) => seen.filter((one) => one === name).length,
  };
}

test("a key's text is dsr_ and 49 base62 digits, and any one wrong character is noticed", () => {
  for (let round = 0; round < 200; round += 1) {
    const text = generateToken();
    expect(text).toMatch(/^dsr_[0-9A-Za-z]{49}$/);
    expect(isWellFormed(text)).toBe(true);
    const at = 4 + (round % 49);
    const other = text[at] === "a" ? "b" : "a";
    expect(isWellFormed(text.slice(0, at) + other + text.slice(at + 1))).toBe(false);
  }
});

test("a text that cannot be a key is refused without a statement", async () => {
  const watched = counting();
  const keyring = createKeyring(watched.db);
  const real = generateToken();
  const texts = [
    "",
    "dsr_",
    "x".repeat(53),
    real.slice(1),
    `${real}0`,
    ` ${real}`,
    `${real}\n`,
    real.replace("dsr", "DSR"),
    `${real.slice(0, -1)}é`,
    `${real.slice(0, -6)}000000`,
  ];
  for (const text of texts)
    expect(await refusal(keyring.authenticate(text))).toMatchObject({ code: "invalid_key" });
  expect(watched.count("key_by_hash")).toBe(0);
});

test("unknown, expired, revoked and malformed keys are refused alike, byte for byte", async () => {
  const keyring = createKeyring(db);
  const [expired, revoked] = [await makeKey(), await makeKey()];
  await change("expires_at = now()", expired.id);
  await revokeKey(makeContext(), { id: revoked.id });
  const errors = [];
  for (const text of [generateToken(), expired.key, revoked.key, "garbage"]) {
    const error = await refusal(keyring.authenticate(text));
    errors.push(JSON.stringify({ ...error, message: error.message }));
  }
  expect(new Set(errors).size).toBe(1);
});

test("a key becomes the caller it was made for", async () => {
  const brandId = await makeBrand();
  const made = await createKey(makeContext(), {
    name: "till",
    permissions: ["CUSTOMER_READ", "CUSTOMER_CUD", "CUSTOMER_READ"],
    brandIds: [brandId, brandId],
  });
  expect(made).toMatchObject({ type: "result", outcome: "created" });
  const rights = {
    permissions: new Set(["CUSTOMER_READ", "CUSTOMER_CUD"]),
    brands: [brandId],
    strict: false,
  };
  const origin = { kind: "service", opensSessionsOnly: false, source: "api", expiresAt: null };
  const caller = { keyId: made.id, name: "till", ...rights, ...origin };
  expect(await createKeyring(db).authenticate(made.key)).toEqual(caller);
  expect((await createKeyring(db).authenticate((await makeKey()).key)).brands).toBeNull();
});

test("the database holds the hash of a key and its beginning, never the key", async () => {
  const { id, key } = await makeKey();
  const row = await db.row<{ hash: Buffer; whole: string }>(
    { name: "test_key", text: "SELECT hash, k::text AS whole FROM api_key k WHERE id = $1" },
    [id],
  );
  expect(row?.hash.equals(hashToken(key))).toBe(true);
  expect(row?.whole).not.toContain(key.slice(12));
  const { items } = await listKeys(makeContext(), { itemLimit: 99 });
  expect(items.find((one) => one.id === id)?.prefix).toBe(key.slice(0, 12));
});

test("the key of the environment is an administrator, whatever it looks like, and needs no database", async () => {
  const bootstrap = createHash("sha256").update("let me in").digest();
  const watched = counting();
  const keyring = createKeyring(watched.db, bootstrap);
  expect(await keyring.authenticate("let me in")).toEqual({
    keyId: 0,
    name: "bootstrap administrator",
    permissions: new Set(permissions),
    brands: null,
    source: "api",
  });
  expect(await refusal(keyring.authenticate("let me in "))).toMatchObject({ code: "invalid_key" });
  expect(watched.count("key_by_hash")).toBe(0);
});

test("a hot key costs one query, also when a hundred requests come at once", async () => {
  const { key } = await makeKey();
  const watched = counting();
  const keyring = createKeyring(watched.db);
  await Promise.all(Array.from({ length: 100 }, () => keyring.authenticate(key)));
  await keyring.authenticate(key);
  expect(watched.count("key_by_hash")).toBe(1);
});

test("a refused key is looked up again every time", async () => {
  const watched = counting();
  const keyring = createKeyring(watched.db);
  const text = generateToken();
  await refusal(keyring.authenticate(text));
  await refusal(keyring.authenticate(text));
  expect(watched.count("key_by_hash")).toBe(2);
});

test("a revoked key is refused at once here, and within a second elsewhere", async () => {
  const { id, key } = await makeKey();
  const [here, elsewhere] = [createKeyring(db), createKeyring(db)];
  await Promise.all([here.authenticate(key), elsewhere.authenticate(key)]);
  const answer = await revokeKey(makeContext(null, permissions, { invalidateKeys: here.invalidateKeys }), {
    id,
  });
  expect(answer).toEqual({ type: "result", message: "API key revoked.", id, outcome: "deleted" });
  expect(await refusal(here.authenticate(key))).toMatchObject({ code: "invalid_key" });
  await wait(1010);
  expect(await refusal(elsewhere.authenticate(key))).toMatchObject({ code: "invalid_key" });
});

test("a key that is used all the time is refused as soon as its revocation was answered", async () => {
  const { id, key } = await makeKey();
  const keyring = createKeyring(db);
  let revoked = false;
  const late: unknown[] = [];
  const user = async () => {
    for (;;) {
      const startedLate = revoked;
      try {
        await keyring.authenticate(key);
        if (startedLate) late.push(key);
      } catch {
        return;
      }
      await wait(0);
    }
  };
  const users = Array.from({ length: 8 }, user);
  await wait(50);
  await revokeKey(makeContext(null, permissions, { invalidateKeys: keyring.invalidateKeys }), { id });
  revoked = true;
  await Promise.all(users);
  expect(late).toEqual([]);
});

test("revoking twice, or what the caller may not see, is 404", async () => {
  const [mine, other] = [await makeBrand(), await makeBrand()];
  const [all, foreign, own] = [await makeKey(), await makeKey([mine, other]), await makeKey([mine])];
  for (const { id } of [all, foreign, { id: 999_999 }])
    expect(await refusal(revokeKey(makeContext([mine]), { id }))).toMatchObject({
      code: "not_found",
      message: "There is no such key.",
    });
  await revokeKey(makeContext([mine]), { id: own.id });
  expect(await refusal(revokeKey(makeContext([mine]), { id: own.id }))).toMatchObject({ code: "not_found" });
  expect(await refusal(revokeKey(makeContext(), { id: own.id }))).toMatchObject({ code: "not_found" });
});

test("of ten simultaneous revocations one wins", async () => {
  const { id } = await makeKey();
  const settled = await Promise.allSettled(
    Array.from({ length: 10 }, () => revokeKey(makeContext(), { id })),
  );
  expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("a key hands out only permissions it has; the refusal names the first that is missing", async () => {
  const weak = makeContext(null, ["SETTINGS_CRUD", "CUSTOMER_READ"]);
  const error = await refusal(
    createKey(weak, { name: "strong", permissions: ["CUSTOMER_READ", "TICKET_READ", "CUSTOMER_CUD"] }),
  );
  expect(error).toMatchObject({
    status: 403,
    code: "permission_missing",
    message: expect.stringContaining("TICKET_READ"),
  });
  expect(error.message).not.toContain("CUSTOMER_CUD");
  expect(await createKey(weak, { name: "weak", permissions: ["CUSTOMER_READ"] })).toMatchObject({
    outcome: "created",
  });
});

test("a key hands out only brands it sees, and a limited one cannot leave them out", async () => {
  const [mine, other] = [await makeBrand(), await makeBrand()];
  const rights = { name: "new", permissions: ["SETTINGS_CRUD" as const] };
  expect(await refusal(createKey(makeContext([mine]), rights))).toMatchObject({
    status: 403,
    code: "permission_missing",
  });
  const [foreign, absent] = [
    await refusal(createKey(makeContext([mine]), { ...rights, brandIds: [mine, other] })),
    await refusal(createKey(makeContext(), { ...rights, brandIds: [mine, 999_999] })),
  ];
  expect(foreign).toMatchObject({ code: "not_found", message: "There is no such brand." });
  expect({ ...absent }).toEqual({ ...foreign });
  expect(await createKey(makeContext([mine]), { ...rights, brandIds: [mine] })).toMatchObject({
    outcome: "created",
  });
});

test("a refused creation leaves no key behind", async () => {
  const { itemTotal } = await listKeys(makeContext(), {});
  await refusal(
    createKey(makeContext(), { name: "orphan", permissions: ["CUSTOMER_READ"], brandIds: [999_999] }),
  );
  expect((await listKeys(makeContext(), {})).itemTotal).toBe(itemTotal);
});

test("a key that would be born expired is refused", async () => {
  const error = await refusal(
    createKey(makeContext(), {
      name: "late",
      permissions: ["CUSTOMER_READ"],
      expiresAt: new Date(Date.now() - 1000),
    }),
  );
  expect(error).toMatchObject({ code: "invalid_field", errors: [{ field: "expires_at" }] });
});

test("a key works until it expires by the database's clock", async () => {
  const { id, key } = await createKey(makeContext(), {
    name: "short",
    permissions: ["CUSTOMER_READ"],
    expiresAt: new Date(Date.now() + 3_600_000),
  });
  const keyring = createKeyring(db);
  expect((await keyring.authenticate(key)).keyId).toBe(id);
  await change("expires_at = now()", id);
  keyring.invalidateKeys();
  expect(await refusal(keyring.authenticate(key))).toMatchObject({ code: "invalid_key" });
});

test("a limited key lists the keys whose brands are all among its own; a key without any brand left is seen by none of them", async () => {
  const [mine, other, gone] = [await makeBrand(), await makeBrand(), await makeBrand()];
  const own = await makeKey([mine]);
  await makeKey([other]);
  await makeKey([mine, other]);
  await makeKey();
  const orphan = await makeKey([gone]);
  await deleteBrand(makeContext(), { id: gone });
  const seen = await listKeys(makeContext([mine]), {});
  expect(seen).toMatchObject({
    itemTotal: 1,
    items: [{ id: own.id, brand_ids: [mine], permissions: ["SETTINGS_CRUD"] }],
  });
  expect(await listKeys(makeContext([]), {})).toMatchObject({ itemTotal: 0, items: [] });
  const all = await listKeys(makeContext(), { itemLimit: 99 });
  expect(all.items.find(({ id }) => id === orphan.id)?.brand_ids).toEqual([]);
});

test("a list goes on where its cursor points and shows times with milliseconds", async () => {
  const mine = await makeBrand();
  const ids = [(await makeKey([mine])).id, (await makeKey([mine])).id, (await makeKey([mine])).id];
  await revokeKey(makeContext(), { id: ids[0] ?? 0 });
  const first = await listKeys(makeContext([mine]), { itemLimit: 2 });
  const second = await listKeys(makeContext([mine]), { itemLimit: 2, cursor: first.nextCursor ?? "" });
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
  expect(second.nextCursor).toBeNull();
  expect(first.items[0]?.revoked_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(first.items[1]).toMatchObject({ revoked_at: null, expires_at: null, last_used_at: null });
});

test("the last use is noted at most once a minute, and a failure to note it fails nobody", async () => {
  const { id, key } = await makeKey();
  const lastUse = async () =>
    (await listKeys(makeContext(), { itemLimit: 99 })).items.find((one) => one.id === id)?.last_used_at ??
    null;
  await createKeyring(db).authenticate(key);
  await expect.poll(lastUse).not.toBeNull();
  await change("last_used_at = now() - interval '59 seconds'", id);
  const noted = await lastUse();
  const watched = counting();
  await createKeyring(watched.db).authenticate(key);
  expect(watched.count("key_touch")).toBe(0);
  expect(await lastUse()).toBe(noted);
  await change("last_used_at = now() - interval '61 seconds'", id);
  const failing: Db = { ...db, row: db.row.bind(db), rows: () => Promise.reject(new Error("read-only")) };
  expect((await createKeyring(failing).authenticate(key)).keyId).toBe(id);
});

test("a retry token never keeps a key: the same call twice makes two", async () => {
  const idempotencyKey = { keyHash: Buffer.from("t"), fingerprint: Buffer.from("x") };
  const twice = makeContext(null, permissions, { idempotencyKey });
  const first = await createKey(twice, { name: "a", permissions: ["CUSTOMER_READ"] });
  const second = await createKey(twice, { name: "a", permissions: ["CUSTOMER_READ"] });
  expect(first.key).not.toBe(second.key);
  const kept = await db.rows({
    name: "test_kept",
    text: "SELECT 1 FROM idempotency_key WHERE operation = 'key.create'",
  });
  expect(kept).toEqual([]);
});

test("twenty first starts at once make one administrator key, and later starts make none", async () => {
  const own = await openFresh();
  const kept: string[] = [];
  const made = await Promise.all(
    Array.from({ length: 20 }, () => createFirstKey(own, (key) => void kept.push(key))),
  );
  const texts = made.filter((text) => text !== undefined);
  const caller = await createKeyring(own).authenticate(texts[0] ?? "");
  expect(caller).toMatchObject({ name: "administrator", permissions: new Set(permissions), brands: null });
  await revokeKey({ ...makeContext(), db: own }, { id: caller.keyId });
  expect(await createFirstKey(own, (key) => void kept.push(key))).toBeUndefined();
  expect([texts.length, kept]).toEqual([1, texts]);
});
