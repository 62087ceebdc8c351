// Start links: a token opens one session of its key, once, within an hour, and is of no use for anything else.
import { permissions } from "@dossier/api";
import { expect, test, vi } from "vitest";
import { createStartLink } from "../../../src/domain/key/start-link.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const { db } = world.service;
const { id: keyId, key } = await world.admin.key.create({ name: "owner", permissions: [...permissions] });
const tokenOf = async (id?: number) => (await createStartLink(db, id))?.token ?? "";
const open = (token: string) => world.raw("POST", "/session", { key: token });
const codeOf = ({ status, text }: { status: number; text: string }) =>
  [status, (JSON.parse(text) as { code?: string }).code] as const;
const over = [410, "start_link_over"];

test("a link opens a session of its key, which does what the key may", async () => {
  const answer = await open(await tokenOf(keyId));
  const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  const { text } = await world.raw("GET", "/session", { key: null, headers: { cookie } });
  expect(JSON.parse(text)).toMatchObject({ item: { key_id: keyId, name: "owner", brand_ids: null } });
  const write = { key: null, headers: { cookie, origin: world.url }, form: { name: "Linked" } };
  expect((await world.raw("POST", "/brand", write)).status).toBe(200);
});

test("a link is refused once it was used, is over, or was never made", async () => {
  const [used, late] = [await tokenOf(keyId), await tokenOf(keyId)];
  expect((await open(used)).status).toBe(200);
  await db.pool.query("UPDATE start_link SET expires_at = now()");
  for (const token of [used, late, `${used.slice(0, -1)}0`, "dss_", `dss_${key.slice(4)}`])
    expect(codeOf(await open(token)), token).toEqual(over);
});

test("of twenty browsers that use a link at once, one gets in", async () => {
  const token = await tokenOf(keyId);
  const before = await countSessions();
  const answers = await Promise.all(Array.from({ length: 20 }, () => open(token)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter((one) => one.status !== 200).map(codeOf)).toEqual(
    Array.from({ length: 19 }, () => over),
  );
  expect(await countSessions()).toBe(before + 1);
});

async function countSessions(): Promise<number> {
  const { rows } = await db.pool.query<{ n: number }>("SELECT count(*)::int AS n FROM session");
  return rows[0]?.n ?? 0;
}

test("a link's token is no key, wherever it is sent, and is not used up by that", async () => {
  const token = await tokenOf(keyId);
  const calls = [
    world.raw("GET", "/session", { key: token }),
    world.raw("GET", "/customer", { key: null, headers: { authorization: `Bearer ${token}` } }),
    world.raw("GET", "/customer", { key: null, query: { apiKey: token } }),
    world.raw("DELETE", "/session", { key: token }),
  ];
  for (const call of calls) expect(codeOf(await call)).toEqual([403, "session_required"]);
  const metrics = await fetch(`${world.url}/metrics`, { headers: { apiKey: token } });
  expect(codeOf({ status: metrics.status, text: await metrics.text() })).toEqual([403, "session_required"]);
  expect((await open(token)).status).toBe(200);
});

test("the database holds no token, and links that are over go when another is made", async () => {
  const token = await tokenOf(keyId);
  await db.pool.query("UPDATE start_link SET expires_at = now() - interval '1 second'");
  await tokenOf(keyId);
  const { rows } = await db.pool.query<{ row: string }>("SELECT l::text AS row FROM start_link l");
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(token.slice(4, 20));
});

test("a link ends with its key, and none is made for a key that is over or may not do everything unasked", async () => {
  const limited = await world.admin.key.create({ name: "limited", permissions: ["CUSTOMER_READ"] });
  const token = await tokenOf(limited.id);
  expect((await createStartLink(db))?.keyId).toBe(keyId);
  await world.admin.key.revoke({ id: limited.id });
  await vi.waitFor(async () => expect(codeOf(await open(token))).toEqual([401, "invalid_key"]));
  expect(await createStartLink(db, limited.id)).toBeUndefined();
  await world.admin.key.revoke({ id: keyId });
  expect(await createStartLink(db)).toBeUndefined();
});
