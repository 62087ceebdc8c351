// Outage of the database: every request gets a correct response in time, and the service recovers without a restart.
import { setTimeout as wait } from "node:timers/promises";
import { errorShape } from "@dossier/api";
import { expect, test } from "vitest";
import { createTestDatabase } from "../support/database.ts";
import { makeRelay, urlThrough } from "../support/servers/tcp-relay.ts";
import { withSql } from "../support/table-fingerprint.ts";
import { uniqueName, sendBytes, type Answer, startFixtureServer } from "../support/requests.ts";
import { fastestOfThree } from "../support/lock-watch.ts";

const database = await createTestDatabase();
const relay = await makeRelay(database.connection as { host?: string; port?: number });
const world = await startFixtureServer({ databaseUrl: urlThrough(relay, database.connection) });
const key = await world.keyFor(["CUSTOMER_READ", "CUSTOMER_CUD"]);
const brandId = await world.newBrand();

const outside = async (path: string) => {
  const begun = performance.now();
  const answer = await fetch(world.url + path);
  return {
    status: answer.status,
    took: performance.now() - begun,
    body: (await answer.json()) as { status: string },
    headers: answer.headers,
  };
};

const requests: [string, () => Promise<Answer>][] = [
  ["a list", () => world.raw("GET", "/customer")],
  ["a read", () => world.raw("GET", "/customer/1", { key })],
  ["a search", () => world.raw("POST", "/customer/SearchByPrimaryExternalID", { form: { primary_id: "x" } })],
  [
    "a creation",
    () =>
      world.raw("POST", "/customer/createCustomerCRUD", {
        form: { brandID: String(brandId), primaryID: uniqueName() },
      }),
  ],
  [
    "a retried creation",
    () =>
      world.raw("POST", "/customer", {
        form: { brand_id: String(brandId), primary_id: uniqueName() },
        headers: { "idempotency-key": uniqueName() },
      }),
  ],
  ["a deletion", () => world.raw("DELETE", "/brand/999999")],
];

async function expectOutage(): Promise<void> {
  const tell = async ([what, send]: (typeof requests)[number]) => {
    const begun = performance.now();
    const answer = await send();
    const took = performance.now() - begun;
    expect([what, answer.status, answer.body.code, answer.headers.get("retry-after"), took < 3000]).toEqual([
      what,
      503,
      "unavailable",
      "1",
      true,
    ]);
    expect(errorShape.strict().parse(answer.body)).toEqual(answer.body);
    expect(answer.text).not.toMatch(/postgres|ECONN|timeout|pg|127\.0/i);
  };
  await Promise.all([...requests, ...requests].map(tell));
  const alive = async () => {
    const live = await outside("/livez");
    expect([live.status, live.body.status]).toEqual([200, "ok"]);
  };
  expect(await fastestOfThree(alive)).toBeLessThan(500);
  const ready = await outside("/readyz");
  expect([ready.status, ready.body.status, ready.headers.get("retry-after"), ready.took < 3000]).toEqual([
    503,
    "unavailable",
    "1",
    true,
  ]);
}

async function expectRecovery(): Promise<void> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await wait(50))
    if ((await world.raw("GET", "/customer", { key })).status === 200) break;
  for (const [what, send] of requests) expect([what, (await send()).status < 500]).toEqual([what, true]);
  expect((await outside("/readyz")).status).toBe(200);
}

test("alive and ready when all is well, without a key, with HEAD too", async () => {
  for (const path of ["/livez", "/readyz"]) {
    const { status, body, headers } = await outside(path);
    expect([status, body.status, headers.get("cache-control")]).toEqual([200, "ok", "no-store"]);
    expect((await fetch(world.url + path, { method: "HEAD" })).status).toBe(200);
  }
});

test("while the database refuses connections every request is 503 in time; then all is well again", async () => {
  await relay.cut();
  await expectOutage();
  await relay.restore();
  await expectRecovery();
});

test("while the database is silent every request is 503 in time; then all is well again", async () => {
  relay.freeze();
  await expectOutage();
  await relay.restore();
  await expectRecovery();
});

test("sessions that the database ended are replaced unseen", async () => {
  const { pool } = world.service.db;
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(Array.from({ length: 20 }, () => world.raw("GET", "/customer")));
    await withSql({ ...world, databaseUrl: database.url }, (client) =>
      client.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
      ),
    );
    for (const deadline = Date.now() + 10_000; pool.totalCount > 0 && Date.now() < deadline; ) await wait(5);
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.raw("GET", "/customer")));
    expect(new Set(answers.map((one) => one.status))).toEqual(new Set([200]));
  }
});

test("a refused request needs no database, and a request without a key none either", async () => {
  await relay.cut();
  for (const [method, path, ask, status] of [
    ["GET", "/nothing", {}, 404],
    ["PATCH", "/customer", {}, 405],
    ["OPTIONS", "/customer", {}, 200],
    ["GET", "/customer", { key: null }, 401],
    ["GET", "/customer", { key: "garbage" }, 401],
  ] as const)
    expect([path, (await world.raw(method, path, ask)).status]).toEqual([path, status]);
  expect(await sendBytes(world.url, "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).toMatch(
    /^HTTP\/1\.1 200 /,
  );
  await relay.restore();
  await expectRecovery();
});
