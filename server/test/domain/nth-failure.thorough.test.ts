// Every write with its 1st, 2nd, … n-th statement failing, until it passes: afterwards all of it is stored or nothing,
// the response is never a 500, a repetition has one effect, and no connection or lock is left. By default a random part
// of the cases by the seed; `NTH_FAILURE=all` runs every one.
import { randomInt } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { acceptsIdempotencyKey, type Endpoint, readsBody } from "@dossier/api";
import pg from "pg";
import { afterAll, expect, test } from "vitest";
import { openDatabase } from "../../src/db/pool.ts";
import { openLog } from "../../src/log.ts";
import { createInProcessService } from "../../src/service/service.ts";
import { fingerprintOn } from "../support/table-fingerprint.ts";
import {
  type Call,
  calls,
  uniqueName,
  startFixtureServer,
  type Fixture,
  table,
} from "../support/requests.ts";
import { fixtureAllowlist } from "../support/fixtures.ts";
import { testConfig } from "../support/test-server.ts";

const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
const isWhole = process.env.NTH_FAILURE === "all";
const part = 16;
if (!isWhole) console.log(`one case of ${part}: repeat with SEED=${seed}, all of them with NTH_FAILURE=all`);

const world = await startFixtureServer();
const scene: Fixture = { world, brandId: await world.newBrand() };
const db = openDatabase({ connectionString: world.databaseUrl }, 4);
const service = await createInProcessService(
  testConfig(world.databaseUrl, { egressAllow: await fixtureAllowlist() }),
  openLog("silent", false),
  db,
);
const onlooker = new pg.Client({ connectionString: world.databaseUrl });
await onlooker.connect();
const fingerprint = () => fingerprintOn(onlooker);
afterAll(async () => {
  await onlooker.end();
  await service.stop();
  await db.close();
});

type Query = (...args: unknown[]) => unknown;
type Failure = (query: Query, client: pg.PoolClient, args: unknown[]) => unknown;

/** The server rejects a statement with this code, as it would in reality: the transaction is over. */
const refusedWith =
  (code: string): Failure =>
  (query, _client, args) => {
    const refusal = { text: `DO $$ BEGIN RAISE EXCEPTION 'planned' USING ERRCODE = '${code}'; END $$` };
    const callback = args.at(-1);
    return typeof callback === "function" ? query(refusal, callback) : query(refusal);
  };

const cut = (client: pg.PoolClient) =>
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();

const failures: Record<string, Failure> = {
  "a deadlock": refusedWith("40P01"),
  "a serialization failure": refusedWith("40001"),
  "the end of the session by an administrator": refusedWith("57P01"),
  "a statement time-out": refusedWith("57014"),
  "a cut before it": (query, client, args) => {
    cut(client);
    return query(...args);
  },
  // The server receives it, and runs it or not; its response is lost.
  "a cut behind it": (query, client, args) => {
    const answer = query(...args);
    setImmediate(() => cut(client));
    return answer;
  },
};

/** The next failure, and the statements seen since. */
const plan: { failAt: number; failure: Failure | undefined; seen: number } = {
  failAt: 0,
  failure: undefined,
  seen: 0,
};
db.pool.on("connect", (client) => {
  const query = client.query.bind(client) as Query;
  client.query = ((...args: unknown[]) => {
    const [config] = args as [{ name?: string; text?: string } | string];
    const text = typeof config === "string" ? config : (config.name ?? config.text ?? "");
    if (!plan.failure || /^ROLLBACK|^key_touch/.test(text)) return query(...args);
    plan.seen += 1;
    if (plan.seen !== plan.failAt) return query(...args);
    return plan.failure(query, client, args);
  }) as typeof client.query;
});

async function ask(row: Endpoint, { path, fields }: Call, token?: string) {
  const query = readsBody(row) ? "" : `?${new URLSearchParams(fields).toString()}`;
  return service.request({
    method: row.method,
    path: `/api/v2${path}${query}`,
    headers: {
      apiKey: service.key,
      "content-type": "application/json",
      ...(token ? { "idempotency-key": token } : {}),
    },
    ...(readsBody(row) ? { body: JSON.stringify(fields) } : {}),
  });
}

/** Real leaks stay. A lock that is seen once and released a moment later is work that has not ended yet. */
async function expectNothingHeld(what: string): Promise<void> {
  let left: unknown;
  for (const deadline = Date.now() + 3000; Date.now() < deadline; await wait(20)) {
    const { rows } = await onlooker.query(
      `SELECT l.relation::regclass, l.mode FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE a.datname = current_database() AND a.state LIKE 'idle in transaction%' AND l.granted`,
    );
    left = { sessions: db.pool.totalCount - db.pool.idleCount, waiting: db.poolUsage().waiting, locks: rows };
    if (isDeepStrictEqual(left, { sessions: 0, waiting: 0, locks: [] })) return;
  }
  expect([what, left]).toEqual([what, { sessions: 0, waiting: 0, locks: [] }]);
}

const unknownOutcome = /so the outcome is unknown/;
const writes = table.filter(({ row }) => row.method !== "GET" && !row.search);
let ran = 0;

/** The number of statements of the call without a failure. */
async function countStatements(name: string, row: Endpoint): Promise<number> {
  const call = await calls[name]!(scene);
  Object.assign(plan, { failAt: Number.POSITIVE_INFINITY, failure: failures["a deadlock"], seen: 0 });
  const answer = await ask(row, call);
  plan.failure = undefined;
  expect([name, answer.text, answer.status]).toEqual([name, answer.text, 200]);
  return plan.seen;
}

/** Fails one statement of one call, checks what is left, and repeats the call. */
async function failOne(name: string, row: Endpoint, kind: string, failAt: number): Promise<void> {
  const what = `${name}: ${kind} at statement ${failAt}`;
  const call = await calls[name]!(scene);
  const token = acceptsIdempotencyKey(row) ? uniqueName("token") : undefined;
  const before = await fingerprint();
  Object.assign(plan, { failAt, failure: failures[kind], seen: 0 });
  const failed = await ask(row, call, token);
  plan.failure = undefined;
  const { code, message } = JSON.parse(failed.text || "{}") as { code?: string; message?: string };
  expect([what, code, [200, 503, 409].includes(failed.status)]).toEqual([what, code, true]);
  if (failed.status === 503) expect([what, failed.headers.get("retry-after")]).not.toEqual([what, null]);
  if (failed.status !== 200 && !unknownOutcome.test(message ?? ""))
    expect(`${what}\n${await fingerprint()}`).toBe(`${what}\n${before}`);
  await expectNothingHeld(what);
  const again = await ask(row, call, token);
  if (token) {
    expect([what, again.text, again.status]).toEqual([what, again.text, 200]);
    const after = await fingerprint();
    const third = await ask(row, call, token);
    expect([what, third.headers.get("idempotency-replayed"), third.text]).toEqual([what, "true", again.text]);
    expect(`${what}\n${await fingerprint()}`).toBe(`${what}\n${after}`);
  } else expect([what, again.status < 500]).toEqual([what, true]);
  ran += 1;
}

let random = seed;
/** A linear congruential generator: the selection of cases is repeatable. */
function isChosen(): boolean {
  random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
  return isWhole || (random >>> 8) % part === 0;
}

test.each(writes)("$name: all or nothing, whichever statement fails", async ({ name, row }) => {
  const statements = await countStatements(name, row);
  for (const kind of Object.keys(failures))
    for (let failAt = 1; failAt <= statements; failAt += 1)
      if (isChosen()) await failOne(name, row, kind, failAt);
});

test("there were cases to run", () => {
  console.log(`nth-failure endpoints=${writes.length} cases=${ran} seed=${seed}`);
  expect(ran).toBeGreaterThan(writes.length);
});
