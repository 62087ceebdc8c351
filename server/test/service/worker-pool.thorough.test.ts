// Several processes on one port: `serve --workers 3` on its own PostgreSQL. Any worker can handle any request; a killed
// one loses nothing acknowledged; one that is stopped leaves nothing behind.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { createClient, permissions } from "@dossier/api";
import { beforeAll, expect, test } from "vitest";
import { readRuntimeState } from "../../src/db/embedded/socket.ts";
import { emptyFolder, run, runJson } from "../support/run-cli.ts";
import { poll } from "../support/embedded/harness.ts";
import { readExposition } from "../support/prometheus-text.ts";
import { startReceiver } from "../support/servers/webhook-receiver.ts";
import {
  adminKey,
  getOnce,
  getMany,
  isAlive,
  type ServeProcess,
  serve,
} from "../support/servers/server-process.ts";

const cwd = emptyFolder();
const receiver = await startReceiver();
let served: ServeProcess;
const api = (path: string) => `${served.url}/api/v2${path}`;
const clientFor = (key: string) => createClient({ url: served.url, key }).raw;
const admin = () => clientFor(adminKey);
const times = 9; // each of three workers, three times

beforeAll(async () => {
  const env = { DOSSIER_EGRESS_ALLOW: receiver.place, DOSSIER_RATE_LIMIT: "60" };
  served = await serve(["--workers", "3"], cwd, env);
}, 300_000);

/** Each test has keys of its own, because the limit is for each key. */
const newKey = () => admin().key.create({ name: "test", permissions: [...permissions] });

/** The processes started by the primary, PostgreSQL among them. */
function children(): number[] {
  const text = execFileSync("ps", ["-o", "pid=", "--ppid", String(served.pid)], { encoding: "utf8" });
  return text.trim().split(/\s+/).map(Number);
}

async function readMetrics(key: string) {
  const answer = await getOnce(`${served.url}/metrics`, { apiKey: key });
  expect(answer.status, answer.text).toBe(200);
  const families = readExposition(answer.text);
  return (name: string, labels: Record<string, string> = {}) =>
    [...families.values()]
      .flatMap((family) => family.samples)
      .filter(
        (one) => one.name === name && Object.entries(labels).every(([at, text]) => one.labels[at] === text),
      )
      .reduce((sum, one) => sum + one.value, 0);
}

test("requests are answered by three processes, and what one gave out the others know", async () => {
  const { key } = await newKey();
  await Promise.all([1, 2, 3].map((n) => clientFor(key).brand.create({ name: `Brand ${n}` })));
  const page = JSON.parse((await getOnce(api("/brand?itemLimit=1"), { apiKey: key })).text) as {
    nextCursor: string;
  };
  const pages = await getMany(times, api(`/brand?itemLimit=1&cursor=${page.nextCursor}`), { apiKey: key });
  expect(new Set(pages.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(pages[0]?.status).toBe(200);
  const opened = await fetch(api("/session"), { method: "POST", headers: { apiKey: key } });
  const cookie = (opened.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const before = served.log.length;
  const sessions = await getMany(times, api("/session"), { cookie });
  expect(sessions.map(({ status }) => status)).toEqual(Array(times).fill(200));
  await poll(() => served.pids(before).size === 3);
  expect(served.pids(before)).not.toContain(served.pid);
  const ready = await getMany(3, `${served.url}/readyz`, {});
  expect(ready.map(({ status }) => status)).toEqual([200, 200, 200]);
});

test("a key may make as many requests a minute as the limit says, over all workers", async () => {
  const { key } = await newKey();
  const before = served.log.length;
  const answers = await Promise.all(
    Array.from({ length: 180 }, () => getOnce(api("/brand"), { apiKey: key })),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(60);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(120);
  const left = answers.map(({ headers }) => Number(headers["ratelimit-remaining"]));
  expect([...new Set(left)].sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n));
  await poll(() => served.pids(before).size === 3);
});

test("a key that was revoked is refused by all, and a type of channel that was made is known to all", async () => {
  const { id, key } = await newKey();
  const warm = await getMany(times, api("/brand"), { apiKey: key });
  expect(warm.map(({ status }) => status)).toEqual(Array(times).fill(200));
  const { key: mine } = await newKey();
  await clientFor(mine).key.revoke({ id });
  await poll(async () =>
    (await getMany(times, api("/brand"), { apiKey: key })).every(({ status }) => status === 401),
  );
  const { key: other } = await newKey();
  await clientFor(other).channel.create({ name: "Pigeon" });
  const path = api("/customer/SearchByChannel?channel_type=Pigeon&value=coop-7");
  const { key: searcher } = await newKey();
  await poll(async () =>
    (await getMany(3, path, { apiKey: searcher })).every(({ status }) => status !== 400),
  );
});

test("a session that was closed is refused by all as soon as that is answered", async () => {
  const { key } = await newKey();
  const late: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    const opened = await fetch(api("/session"), { method: "POST", headers: { apiKey: key } });
    const cookie = (opened.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const warm = await getMany(times, api("/session"), { cookie });
    expect(warm.map(({ status }) => status)).toEqual(Array(times).fill(200));
    await fetch(api("/session"), { method: "DELETE", headers: { cookie, origin: served.url } });
    late.push(...(await getMany(times, api("/session"), { cookie })).map(({ status }) => status));
  }
  expect(late.filter((status) => status !== 401)).toEqual([]);
});

test("background work is done once, whichever worker queued it", async () => {
  const { key } = await newKey();
  const { id: brandId } = await clientFor(key).brand.create({ name: "Hooked" });
  const url = receiver.urlOf("/once");
  await clientFor(key).webhook.create({ url, events: ["customer.created"], brandIds: [brandId] });
  const clients = await Promise.all([1, 2, 3].map(async () => clientFor((await newKey()).key)));
  await Promise.all(
    Array.from({ length: 30 }, (_, n) =>
      clients[n % 3]!.customer.create({ brandId, primaryId: `once-${n}` }),
    ),
  );
  await poll(() => receiver.at("/once").length >= 30);
  await poll(async () => (await readMetrics(key))("dossier_jobs") === 0);
  const value = await readMetrics(key);
  expect(receiver.at("/once")).toHaveLength(30);
  expect(new Set(receiver.at("/once").map(({ headers }) => headers["webhook-id"])).size).toBe(30);
  expect(value("dossier_job_runs_total", { kind: "webhook", outcome: "done" })).toBe(30);
});

test("each worker answers the metrics of all, and they do not fall when one is killed", async () => {
  const { key } = await newKey();
  await getMany(times, api("/customfield"), { apiKey: key });
  const counted = { endpoint: "customfield.list" };
  const before = served.log.length;
  for (const name of ["dossier_http_requests_total", "dossier_http_request_duration_seconds_count"])
    for (let reader = 0; reader < 3; reader += 1) expect((await readMetrics(key))(name, counted)).toBe(times);
  await poll(() => served.pids(before).size === 3);
  const value = await readMetrics(key);
  expect(value("dossier_build_info")).toBe(1);
  expect(value("dossier_database_up")).toBe(1);
  expect(value("dossier_db_pool_max_connections")).toBe(48);
  expect(value("dossier_customers")).toBe(30);
  expect(value("dossier_http_requests_in_flight")).toBe(1);
  const [victim = 0] = served.pids(before);
  process.kill(victim, "SIGKILL");
  await poll(() => served.log.some((line) => line.msg === "replacement worker is ready"));
  for (let reader = 0; reader < 4; reader += 1)
    expect((await readMetrics(key))("dossier_http_requests_total", counted)).toBe(times);
});

test("the kill of a worker loses nothing that was answered, and another takes its place", async () => {
  const { key } = await newKey();
  const { id: brandId } = await clientFor(key).brand.create({ name: "Killed" });
  const writers = await Promise.all([1, 2, 3, 4].map(async () => clientFor((await newKey()).key)));
  const back = () => served.log.filter((line) => line.msg === "replacement worker is ready").length;
  const earlier = back();
  const before = served.log.length;
  const written = await Promise.all(
    writers.map(async (client, writer) => {
      const ids: number[] = [];
      for (let n = 0; n < 20; n += 1) {
        ids.push((await client.customer.create({ brandId, primaryId: `K-${writer}-${n}` })).id);
        if (writer === 0 && n === 8) {
          await poll(() => served.pids(before).size > 0);
          const [victim = 0] = served.pids(before);
          process.kill(victim, "SIGKILL");
        }
      }
      return ids;
    }),
  );
  await poll(() => back() === earlier + 1);
  const lost = served.log.filter((line) => line.msg.startsWith("a worker ended unexpectedly"));
  expect(lost).toHaveLength(earlier + 1);
  const reader = clientFor((await newKey()).key);
  const found = await reader.customer.list({ brandId, itemLimit: 99 });
  expect(found.itemTotal).toBe(80);
  expect(new Set(found.items.map(({ id }) => id))).toEqual(new Set(written.flat()));
  const { key: last } = await newKey();
  const after = served.log.length;
  await getMany(times, api("/brand"), { apiKey: last });
  await poll(() => served.pids(after).size === 3);
});

test("a database that dies under them is started again, and every worker knows", async () => {
  const { key } = await newKey();
  const { postgres = 0 } = readRuntimeState(join(cwd, "dossier-data")) ?? {};
  process.kill(postgres, "SIGKILL");
  const restarts = async () => {
    const answer = await getOnce(`${served.url}/metrics`, { apiKey: key });
    return /^dossier_database_restarts_total (\d+)$/m.exec(answer.text)?.[1];
  };
  await poll(async () => (await restarts()) === "1");
  expect([await restarts(), await restarts(), await restarts()]).toEqual(["1", "1", "1"]);
  await poll(async () =>
    (await getMany(3, `${served.url}/readyz`, {})).every(({ status }) => status === 200),
  );
});

test("status and dossier.json know the server, by its first process", async () => {
  const told = await runJson(["status"], { cwd });
  expect(told).toMatchObject({ state: "ready", url: served.url, process: served.pid });
  expect(told.data).toBe(join(cwd, "dossier-data"));
});

test("an interrupt from the terminal ends all of them in order, and leaves none", async () => {
  const all = [...children(), served.pid];
  expect(all.length).toBeGreaterThanOrEqual(5);
  served.signal("SIGINT", true);
  expect(await served.ended).toBe(0);
  expect(all.filter(isAlive)).toEqual([]);
  expect(served.log.filter((line) => line.msg.startsWith("a worker ended"))).toHaveLength(2);
  expect(await run(["status"], { cwd })).toMatchObject({ code: 3 });
});
