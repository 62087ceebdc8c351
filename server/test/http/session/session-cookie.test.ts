// Sessions: a key is exchanged for a cookie, which is as good as the key for reads, and for writes from our own pages.
import { describe, expect, test, vi } from "vitest";
import { seal, tryToOpen } from "../../../src/domain/encryption.ts";
import { startFixtureServer } from "../../support/requests.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startFixtureServer();
const idle = await startTestServer({ sessionIdle: 3600 });
const elsewhere = await startTestServer({ databaseUrl: world.databaseUrl });
const key = await world.keyFor(["CUSTOMER_READ", "CUSTOMER_CUD"], [1]);

async function open(by = key): Promise<{ cookie: string; setCookie: string }> {
  const answer = await world.raw("POST", "/session", { key: by });
  expect(answer.status).toBe(200);
  const setCookie = answer.headers.get("set-cookie") ?? "";
  return { cookie: setCookie.split(";")[0] ?? "", setCookie };
}

const withCookie = (cookie: string, origin?: string) => ({
  key: null,
  headers: { cookie, ...(origin ? { origin } : {}) },
});

const customer = { brand_id: "1", primary_id: "S-1", firstname: "Grace" };

describe("a session", () => {
  test("says whose it is, and hides the key from scripts", async () => {
    const { cookie, setCookie } = await open();
    for (const part of ["HttpOnly", "SameSite=Strict", "Path=/api/v2", "Max-Age=43200"])
      expect(setCookie).toContain(part);
    expect(cookie).not.toContain(key);
    const { body } = await world.raw("GET", "/session", withCookie(cookie));
    expect(body.item).toMatchObject({
      name: "test",
      permissions: ["CUSTOMER_READ", "CUSTOMER_CUD"],
      brand_ids: [1],
    });
  });

  test("may write from a page of this server, and what it writes was set by an agent", async () => {
    const { cookie } = await open();
    const answer = await world.raw("POST", "/customer", { ...withCookie(cookie, world.url), form: customer });
    expect(answer.status).toBe(200);
    const { rows } = await world.service.db.pool.query("SELECT provenance FROM customer WHERE id = $1", [
      answer.body.id,
    ]);
    expect((rows[0] as { provenance: { firstname: string[] } }).provenance.firstname[0]).toBe("agent");
  });

  test.each([undefined, "https://evil.example", "null"])("may not write from %s", async (origin) => {
    const { cookie } = await open();
    const answer = await world.raw("POST", "/customer", { ...withCookie(cookie, origin), form: customer });
    expect([answer.status, answer.body.code]).toEqual([401, "invalid_key"]);
    expect((await world.raw("GET", "/customer", withCookie(cookie, origin))).status).toBe(200);
  });

  test("gives way to a key that is sent with it", async () => {
    const { cookie } = await open();
    const answer = await world.raw("GET", "/session", { headers: { cookie } });
    expect(answer.body.item?.key_id).toBe(0);
    expect((await world.raw("GET", "/session", { key: "", headers: { cookie } })).body.code).toBe(
      "missing_key",
    );
  });

  test("cannot be forged, and ends with its key or when it is closed", async () => {
    const { cookie } = await open();
    const at = cookie.length - 5;
    const forged = cookie.slice(0, at) + (cookie[at] === "A" ? "B" : "A") + cookie.slice(at + 1);
    for (const bad of [forged, "dossier_session=abc", `${cookie}AAAA`])
      expect((await world.raw("GET", "/session", withCookie(bad))).body.code).toBe("invalid_key");
    const closed = await world.raw("DELETE", "/session", withCookie(cookie, world.url));
    expect(closed.headers.get("set-cookie")).toContain("Max-Age=0");
    expect((await world.raw("GET", "/session", withCookie(cookie))).body.code).toBe("invalid_key");
    const other = await world.admin.key.create({ name: "gone", permissions: ["CUSTOMER_READ"] });
    const { cookie: last } = await open(other.key);
    expect((await world.raw("GET", "/session", withCookie(last))).body.item?.key_id).toBe(other.id);
    await world.admin.key.revoke({ id: other.id });
    expect((await world.raw("GET", "/session", withCookie(last))).body.code).toBe("invalid_key");
  });

  test("is of no use under another purpose: neither sealed for one, nor opened for one", async () => {
    const { cookie } = await open();
    const secret = { current: Buffer.alloc(32, 7) };
    const sealed = Buffer.from(cookie.slice("dossier_session=".length), "base64url");
    const content = tryToOpen(secret, "session cookie", sealed);
    expect(content?.length).toBe(48);
    expect(tryToOpen(secret, "webhook 1", sealed)).toBeUndefined();
    const cookieFor = (purpose: string) =>
      `dossier_session=${seal(secret, purpose, content ?? "").toString("base64url")}`;
    const codeAt = async (purpose: string) =>
      (await world.raw("GET", "/session", withCookie(cookieFor(purpose)))).body.code;
    expect([await codeAt("session cookie"), await codeAt("webhook 1")]).toEqual([undefined, "invalid_key"]);
  });

  test("can stand for the bootstrap administrator key", async () => {
    const answer = await world.raw("POST", "/session");
    const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect((await world.raw("GET", "/apikey", withCookie(cookie))).status).toBe(200);
  });
});

/** Opens a session through a session. */
async function renew(cookie: string): Promise<{ cookie: string; seconds: number }> {
  const answer = await world.raw("POST", "/session", withCookie(cookie, world.url));
  const setCookie = answer.headers.get("set-cookie") ?? "";
  const seconds = Number(/Max-Age=(\d+)/.exec(setCookie)?.[1]);
  return { cookie: setCookie.split(";")[0] ?? "", seconds };
}

const { pool } = world.service.db;
const waitOptions = { timeout: 15_000 };
const codeOf = async (cookie: string, url?: string) =>
  (await world.raw("GET", url ?? "/session", withCookie(cookie))).body.code;

describe("a session that is opened by a session", () => {
  test("is the same one and keeps its end, however often it is asked for", async () => {
    const { cookie } = await open();
    await pool.query("UPDATE session SET expires_at = now() + interval '100 seconds'");
    await vi.waitFor(async () => expect((await renew(cookie)).seconds).toBeLessThanOrEqual(100), waitOptions);
    let last = cookie;
    for (let n = 0; n < 5; n += 1) {
      const next = await renew(last);
      expect([next.cookie === last, next.seconds > 0 && next.seconds <= 100]).toEqual([false, true]);
      expect(await codeOf(next.cookie)).toBeUndefined();
      last = next.cookie;
    }
    await pool.query("UPDATE session SET expires_at = now()");
    for (const one of [cookie, last])
      await vi.waitFor(async () => expect(await codeOf(one)).toBe("invalid_key"), waitOptions);
    expect((await world.raw("POST", "/session", withCookie(last, world.url))).body.code).toBe("invalid_key");
  });

  test("ends with it: once closed, no cookie of either answers here, nor in another server on the database", async () => {
    const { cookie } = await open();
    const [again, other] = [await renew(cookie), await open()];
    const all = [cookie, again.cookie];
    const answered = async (one: string) =>
      ((await elsewhere.raw("GET", "/session", withCookie(one))).body as { code?: string }).code;
    for (const one of all) expect([await codeOf(one), await answered(one)]).toEqual([undefined, undefined]);
    await world.raw("DELETE", "/session", withCookie(again.cookie, world.url));
    for (const one of all) {
      expect(await codeOf(one)).toBe("invalid_key");
      await vi.waitFor(async () => expect(await answered(one)).toBe("invalid_key"), waitOptions);
      expect((await renew(one)).cookie).toBe("");
    }
    expect(await codeOf(other.cookie)).toBeUndefined();
  });
});

test("a key that opens more than a thousand sessions ends its oldest, and what is over leaves the table", async () => {
  const { id, key: many } = await world.admin.key.create({ name: "many", permissions: ["CUSTOMER_READ"] });
  const first = await open(many);
  await pool.query("UPDATE session SET expires_at = now() + interval '1 minute' WHERE key_id = $1", [id]);
  await pool.query(
    `INSERT INTO session (id, key_id, expires_at)
      SELECT decode(md5('s' || n), 'hex'), $1, now() + interval '1 hour' FROM generate_series(1, 999) AS n`,
    [id],
  );
  await pool.query(
    "INSERT INTO session (id, key_id, expires_at) VALUES (decode(md5('over'), 'hex'), 0, now() - interval '1 minute')",
  );
  const last = await open(many);
  const { rows } = await pool.query<{ n: number; over: number }>(
    "SELECT count(*)::int AS n, count(*) FILTER (WHERE expires_at <= now())::int AS over FROM session WHERE key_id IN ($1, 0)",
    [id],
  );
  expect([rows[0]?.n, rows[0]?.over]).toEqual([1000, 0]);
  expect(await codeOf(last.cookie)).toBeUndefined();
  await vi.waitFor(async () => expect(await codeOf(first.cookie)).toBe("invalid_key"), waitOptions);
});

interface SessionItem {
  opened_at: string;
  expires_at: string;
  idle_seconds: number;
}

describe("a session without use", () => {
  const openIdle = async () => {
    const answer = await idle.raw("POST", "/session");
    return { cookie: answer.headers.get("set-cookie")?.split(";")[0] ?? "", item: sessionOf(answer.text) };
  };
  const sessionOf = (text: string) =>
    (JSON.parse(text) as { item: { session: SessionItem | null } }).item.session;
  const find = (cookie: string) => idle.raw("GET", "/session", withCookie(cookie));
  const usedAgo = (ago: string) =>
    idle.service.db.pool.query("UPDATE session SET last_used_at = now() - $1::interval", [ago]);

  test("ends when its idle limit is over, and each use puts that off", async () => {
    const { cookie } = await openIdle();
    const used = async () => {
      const { rows } = await idle.service.db.pool.query<{ recent: boolean }>(
        "SELECT last_used_at > now() - interval '1 minute' AS recent FROM session",
      );
      return rows[0]?.recent;
    };
    await usedAgo("59 minutes");
    await vi.waitFor(async () => {
      expect((await find(cookie)).status).toBe(200);
      expect(await used()).toBe(true);
    }, waitOptions);
    await usedAgo("61 minutes");
    await vi.waitFor(async () => expect((await find(cookie)).status).toBe(401), waitOptions);
  });

  test("says when it ends, and a key has none", async () => {
    const { cookie, item } = await openIdle();
    const left = Date.parse(item?.expires_at ?? "") - Date.now();
    expect(left).toBeGreaterThan(11.9 * 3_600_000);
    expect(left).toBeLessThanOrEqual(12 * 3_600_000 + 5_000);
    expect(item?.idle_seconds).toBe(3600);
    expect(Date.parse(item?.expires_at ?? "") - Date.parse(item?.opened_at ?? "")).toBe(12 * 3_600_000);
    expect(sessionOf((await find(cookie)).text)).toEqual(item);
    expect(sessionOf((await idle.raw("GET", "/session")).text)).toBeNull();
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const { key: short } = await idle.admin.key.create({
      name: "short",
      permissions: ["CUSTOMER_READ"],
      expiresAt,
    });
    const { text } = await idle.raw("GET", "/session", { key: short });
    expect((JSON.parse(text) as { item: { expires_at: string } }).item.expires_at).toBe(expiresAt);
  });
});
