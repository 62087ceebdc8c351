// Metrics at /metrics: well-formed, exact, only for permitted keys, in a bounded number of series, without personal
// data.
import { once } from "node:events";
import { connect } from "node:net";
import { codes, errorShape, rows } from "@dossier/api";
import { expect, test, vi } from "vitest";
import { withSql } from "../support/table-fingerprint.ts";
import {
  encodeFields,
  calls,
  uniqueName,
  startFixtureServer,
  sendValid,
  type Fixture,
  sendBytes,
  rowOf,
  table,
} from "../support/requests.ts";
import { scrape } from "../support/scrape.ts";

// Retention runs only when the test starts it.
vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
const world = await startFixtureServer();
const limited = await startFixtureServer({ rateLimit: 3 });
const scene: Fixture = { world, brandId: await world.newBrand() };
const read = () => scrape(world.url, world.adminKey);
const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 15_000 });
const requests = "dossier_http_requests_total";
const timed = "dossier_http_request_duration_seconds_count";

const seriesHere = [
  "dossier_build_info",
  "dossier_http_requests_total",
  "dossier_http_request_duration_seconds",
  "dossier_http_requests_in_flight",
  "dossier_http_requests_rate_limited_total",
  "dossier_http_malformed_requests_total",
  "dossier_http_requests_shed_total",
  "dossier_http_connections",
  "dossier_http_connections_closed_total",
  "dossier_database_up",
  "dossier_database_migrations_current",
  "dossier_database_restarts_total",
  "dossier_db_pool_connections",
  "dossier_db_pool_max_connections",
  "dossier_db_pool_pending",
  "dossier_db_pool_acquire_waits_total",
  "dossier_db_pool_acquire_seconds_total",
  "dossier_db_pool_acquire_timeouts_total",
  "dossier_db_transaction_retries_total",
  "dossier_db_statement_timeouts_total",
  "dossier_database_size_bytes",
  "dossier_customers",
  "dossier_tickets",
  "dossier_jobs",
  "dossier_job_oldest_age_seconds",
  "dossier_retention_overdue_customers",
  "dossier_retention_overdue_seconds",
  "dossier_clock_difference_seconds",
  "dossier_retention_runs_total",
  "dossier_retention_erased_customers_total",
  "dossier_retention_expired_idempotency_keys_total",
  "dossier_retention_last_success_timestamp_seconds",
  "dossier_job_runs_total",
  "dossier_job_duration_seconds",
  "dossier_db_batches_total",
  "dossier_db_batch_calls_total",
  "dossier_db_batch_splits_total",
  "dossier_db_batch_failures_total",
  "dossier_db_batch_pending",
  "dossier_db_mutex_pending",
  "dossier_db_queue_refusals_total",
  "dossier_http_admission_limit",
  "dossier_http_admission_in_progress",
  "dossier_http_admission_pending",
  "dossier_change_streams",
  "dossier_change_stream_pending",
  "dossier_change_stream_events_total",
  "dossier_change_stream_resets_total",
];

test("is well-formed, Dossier's series first, named and explained as is the custom", async () => {
  const answer = await fetch(`${world.url}/metrics`, { headers: { apiKey: world.adminKey } });
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  const { families, value } = await read();
  const names = [...families.keys()];
  expect(names.slice(0, seriesHere.length)).toEqual(seriesHere);
  for (const name of names.slice(seriesHere.length)) expect(name).toMatch(/^(process|nodejs)_/);
  for (const { name, type, help } of families.values()) {
    expect([name, name.endsWith("_total")]).toEqual([name, type === "counter"]); // Node's too: promtool asks for it
    if (!name.startsWith("dossier_")) continue;
    expect([name, /^[A-Z].*\.$/.test(help)]).toEqual([name, true]);
    expect(name).not.toMatch(/milli|_ms\b|minutes|kilo|mega/);
  }
  for (const name of ["nodejs_eventloop_lag_p99_seconds", "process_resident_memory_bytes"])
    expect(value(name)).toBeGreaterThan(0);
  expect(names).toContain("nodejs_gc_duration_seconds");
  const { version } = (await (await fetch(`${world.url}/livez`)).json()) as { version: string };
  expect(value("dossier_build_info", { version })).toBe(1);
  expect(value("dossier_database_up")).toBe(1);
  expect(value("dossier_database_migrations_current")).toBe(1);
  expect(value("dossier_database_size_bytes")).toBeGreaterThan(1_000_000);
  expect(value("dossier_http_requests_in_flight")).toBe(1);
});

test("is for keys with METRICS_READ, which SETTINGS_CRUD includes, sent in any of the ways", async () => {
  const key = await world.keyFor(["SETTINGS_CRUD"]);
  const other = await world.keyFor(["CUSTOMER_READ", "CUSTOMER_CUD", "AUDIT_READ", "WEBHOOK_CUD"]);
  const only = await world.keyFor(["METRICS_READ"]);
  const ask = async (headers: Record<string, string>, query = "") => {
    const answer = await fetch(`${world.url}/metrics${query}`, { headers });
    return [answer.status, await answer.text()] as const;
  };
  for (const [headers, query] of [
    [{ apiKey: key }, ""],
    [{ apiKey: only }, ""],
    [{ authorization: `Bearer ${key}` }, ""],
    [{ authorization: `apikey ${key}` }, ""],
    [{}, `?apiKey=${key}`],
  ] as const)
    expect((await ask(headers, query))[0]).toBe(200);
  for (const [headers, status, code] of [
    [{}, 401, "missing_key"],
    [{ apiKey: "dsr_wrong" }, 401, "invalid_key"],
    [{ apiKey: other }, 403, "permission_missing"],
  ] as [Record<string, string>, number, string][]) {
    const [got, text] = await ask(headers);
    expect([got, errorShape.strict().parse(JSON.parse(text)).code]).toEqual([status, code]);
    expect(text).not.toContain("dossier_");
  }
  expect((await fetch(`${world.url}/metrics`, { method: "POST", headers: { apiKey: key } })).status).toBe(
    405,
  );
});

test("requests are counted exactly, by endpoint, method, status and code, with how long they took", async () => {
  const before = await read();
  const made = await sendValid(scene, "customer.resolve");
  const [known, lost] = [`/customer/${made.body.id}`, "/customer/999999999"];
  const asks: [string, string, string | null, Record<string, string>][] = [
    ["GET", known, world.adminKey, { endpoint: "customer.find", method: "GET", status: "200", code: "ok" }],
    ["HEAD", known, world.adminKey, { endpoint: "customer.find", method: "HEAD", status: "200", code: "ok" }],
    ["GET", lost, world.adminKey, { endpoint: "customer.find", status: "404", code: "not_found" }],
    ["GET", known, null, { endpoint: "customer.find", status: "401", code: "missing_key" }],
    ["PATCH", known, world.adminKey, { endpoint: "none", method: "other", code: "method_not_allowed" }],
    ["OPTIONS", known, world.adminKey, { endpoint: "none", method: "OPTIONS", status: "200", code: "ok" }],
    [
      "GET",
      "/%zz",
      world.adminKey,
      { endpoint: "none", method: "GET", status: "404", code: "unknown_endpoint" },
    ],
  ];
  for (let twice = 0; twice < 2; twice += 1)
    for (const [method, path, key] of asks) await world.raw(method, path, { key });
  const after = await read();
  const rise = (name: string, labels: Record<string, string>) =>
    (after.value(name, labels) ?? 0) - (before.value(name, labels) ?? 0);
  for (const [, , , labels] of asks) expect([labels, rise(requests, labels)]).toEqual([labels, 2]);
  expect(rise(requests, { endpoint: "customer.find" })).toBe(8);
  expect(rise(timed, { endpoint: "customer.find" })).toBe(8);
  expect(rise(timed, { endpoint: "none" })).toBe(6);
  expect(rise("dossier_customers", { brand_id: String(scene.brandId) })).toBe(1);
  expect(rise(requests, { endpoint: "server.metrics", status: "200" })).toBe(1);
});

test("a request whose caller leaves is over, one that is none is counted apart", async () => {
  const before = await read();
  const { port } = new URL(world.url);
  const socket = connect(Number(port), "127.0.0.1");
  await once(socket, "connect");
  socket.write(
    `POST /api/v2/customer HTTP/1.1\r\nHost: x\r\napiKey: ${world.adminKey}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{`,
  );
  const untilInFlight = (count: number) =>
    eventually(async () => expect((await read()).value("dossier_http_requests_in_flight")).toBe(count));
  await untilInFlight(2);
  socket.destroy();
  await untilInFlight(1);
  await sendBytes(world.url, "hello\r\n\r\n");
  const after = await read();
  expect(after.value(requests, { endpoint: "customer.resolve", status: "none", code: "client_closed" })).toBe(
    1,
  );
  const unread = "dossier_http_malformed_requests_total";
  expect((after.value(unread) ?? 0) - (before.value(unread) ?? 0)).toBe(1);
});

test("refusals by the rate limit are counted, and every service counts for itself", async () => {
  const key = await limited.keyFor(["CUSTOMER_READ"]);
  for (let n = 0; n < 5; n += 1) await limited.raw("GET", "/customer", { key });
  const reader = await scrape(limited.url, await limited.keyFor(["SETTINGS_CRUD"]));
  expect(reader.value("dossier_http_requests_rate_limited_total")).toBe(2);
  expect(reader.value(requests, { endpoint: "customer.list", code: "rate_limited", status: "429" })).toBe(2);
  expect((await read()).value("dossier_http_requests_rate_limited_total")).toBe(0);
});

test("customers and tickets are counted by id of the brand, of the hundred oldest brands", async () => {
  const brandId = await world.newBrand();
  const own: Fixture = { world, brandId };
  for (let n = 0; n < 3; n += 1) await sendValid(own, "customer.resolve");
  for (let n = 0; n < 2; n += 1) await sendValid(own, "ticket.create");
  const { value } = await read();
  expect([value("dossier_customers", { brand_id: String(brandId) })]).toEqual([3]);
  expect([value("dossier_tickets", { brand_id: String(brandId) })]).toEqual([2]);
  await withSql(world, (client) =>
    client.query("INSERT INTO brand (name) SELECT 'many ' || n FROM generate_series(1, 150) n"),
  );
  expect((await read()).families.get("dossier_customers")?.samples).toHaveLength(100);
  await withSql(world, (client) => client.query("DELETE FROM brand WHERE name LIKE 'many %'"));
});

test("runs of retention, and what they let go", async () => {
  const { value } = await read();
  const last = "dossier_retention_last_success_timestamp_seconds";
  expect(value(last)).toBeUndefined();
  const gone = [await sendValid(scene, "customer.resolve"), await sendValid(scene, "customer.resolve")];
  for (const { body } of gone) await world.raw("DELETE", `/customer/${body.id}`);
  await sendValid(scene, "customer.resolve", { headers: { "idempotency-key": uniqueName() } });
  await withSql(world, async (client) => {
    await client.query("UPDATE deleted_customer SET deleted_at = now() - interval '31 days'");
    await client.query("UPDATE idempotency_key SET created_at = now() - interval '2 days'");
  });
  const due = await read();
  expect(due.value("dossier_retention_overdue_customers")).toBe(2);
  expect(due.value("dossier_retention_overdue_seconds")).toBeGreaterThanOrEqual(86_400);
  const run = async (outcome: string, count: number) => {
    vi.advanceTimersByTime(600_000);
    await eventually(async () =>
      expect((await read()).value("dossier_retention_runs_total", { outcome })).toBe(count),
    );
    return read();
  };
  const done = await run("done", 1);
  expect(done.value("dossier_retention_erased_customers_total")).toBe(2);
  expect(done.value("dossier_retention_expired_idempotency_keys_total")).toBe(1);
  expect(done.value("dossier_retention_overdue_customers")).toBe(0);
  expect(Math.abs((done.value(last) ?? 0) - Date.now() / 1000)).toBeLessThan(60);
  await withSql(world, (client) => client.query("ALTER TABLE idempotency_key RENAME TO gone"));
  const failed = await run("failed", 1);
  await withSql(world, (client) => client.query("ALTER TABLE gone RENAME TO idempotency_key"));
  expect(failed.value(last)).toBe(done.value(last));
});

const canary = "zebrafinch";

test("labels are of closed lists: whatever is asked for, nothing of it is there, and no series more", async () => {
  const fields = {
    brand_id: String(await world.newBrand({ name: canary })),
    primary_id: `${canary}-1`,
    firstname: canary,
    extra_email: `${canary}@example.org`,
    custom_note: canary,
    [`custom_${canary}`]: "x",
  };
  const named = await world.admin.key.create({
    name: canary,
    permissions: ["CUSTOMER_READ", "CUSTOMER_CUD"],
  });
  const headers = { "user-agent": canary, "x-request-id": `${canary}-0001`, "idempotency-key": canary };
  for (const { name, row } of table) {
    const call = await calls[name]!(scene);
    for (const key of [named.key, world.adminKey, `dsr_${canary}`])
      await sendValid(scene, name, {
        call: { ...call, fields: { ...call.fields, ...fields } },
        key,
        headers,
      });
    await world.raw(row.method, call.path, { key: null, query: { apiKey: canary, query: canary }, headers });
  }
  await world.raw("POST", "/customer", { ...encodeFields(rowOf("customer.resolve"), fields), headers });
  for (let n = 0; n < 50; n += 1)
    for (const method of ["GET", "DELETE", "PROPFIND"])
      await world.raw(method, `/${canary}/${n}?${canary}=${n}`, { headers });
  for (const path of [`/${canary}`, `/docs/${canary}`, `/livez/${canary}`, `/metrics?${canary}`])
    await fetch(world.url + path);
  const { text, families } = await read();
  const secrets = [canary, "dsr_", world.adminKey, "@example.org", "?"];
  expect(secrets.filter((secret) => text.toLowerCase().includes(secret.toLowerCase()))).toEqual([]);
  const own = ["none", "server.livez", "server.docs", "server.metrics", "server.readyz", "server.openapi"];
  const endpoints = new Set([...own, ...rows().map((one) => one.name)]);
  for (const { labels } of families.get(requests)!.samples) {
    expect(endpoints).toContain(labels.endpoint);
    expect(["ok", "client_closed", ...Object.keys(codes)]).toContain(labels.code);
    expect(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "other"]).toContain(labels.method);
  }
  const unknown = families.get(requests)!.samples.filter(({ labels }) => labels.endpoint === "none");
  expect(unknown.length).toBeLessThan(12);
});
