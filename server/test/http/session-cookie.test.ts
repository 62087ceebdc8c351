// Sessions: a key becomes a cookie, which is as good as the key for reading, and for writing from our own pages.
import { describe, expect, test } from "vitest";
import { openWorld } from "../support/requests.ts";

const world = await openWorld();
const key = await world.keyFor(["CUSTOMER_READ", "CUSTOMER_CUD"], [1]);

async function open(): Promise<{ cookie: string; setCookie: string }> {
  const answer = await world.raw("POST", "/session", { key });
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
    const { body } = await world.raw("GET", "/session", withCookie(cookie));
    await world.admin.key.revoke({ id: body.item?.key_id as number });
    expect((await world.raw("GET", "/session", withCookie(cookie))).body.code).toBe("invalid_key");
  });

  test("can stand for the bootstrap administrator key", async () => {
    const answer = await world.raw("POST", "/session");
    const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect((await world.raw("GET", "/apikey", withCookie(cookie))).status).toBe(200);
  });
});
