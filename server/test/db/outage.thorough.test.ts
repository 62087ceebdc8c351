// Partial outages of the database: meanwhile calls succeed or get a 503 with Retry-After and none hangs; acknowledged
// writes are stored afterwards, once; and the service recovers without a restart. Refused and silent connections are in
// http/health.thorough.test.ts.
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { expect, inject, test } from "vitest";
import { createTestDatabase } from "../support/database.ts";
import { makeRelay, urlThrough } from "../support/servers/tcp-relay.ts";
import { uniqueName, startFixtureServer } from "../support/requests.ts";

const database = await createTestDatabase();
const relay = await makeRelay(database.connection as { host?: string; port?: number });
const world = await startFixtureServer({ databaseUrl: urlThrough(relay, database.connection) });
const key = await world.keyFor(["CUSTOMER_READ", "CUSTOMER_CUD"]);
const brandID = String(await world.newBrand());
const name = database.connection.database!;

/** Runs one statement on the server, outside of the tested database. */
async function onServer(text: string): Promise<void> {
  const client = new pg.Client(inject("postgres").connection);
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

const endSessions = () =>
  onServer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);

interface Seen {
  statuses: Map<string, number>;
  acknowledged: Map<string, number>;
}

/**
 * Eight callers that read and write until `over` resolves; creations are repeated with their key until they get a
 * response.
 */
async function callUntil(over: (seen: Seen) => Promise<void>): Promise<Seen> {
  const seen: Seen = { statuses: new Map(), acknowledged: new Map() };
  const state = { isOver: false };
  const end = over(seen).finally(() => (state.isOver = true));
  const note = (kind: string, status: number, retryAfter: string | null) => {
    expect([kind, status, [200, 503].includes(status)]).toEqual([kind, status, true]);
    if (status === 503) expect([kind, retryAfter]).not.toEqual([kind, null]);
    seen.statuses.set(`${kind} ${status}`, (seen.statuses.get(`${kind} ${status}`) ?? 0) + 1);
  };
  const create = async (primaryID: string) => {
    const answer = await world.raw("POST", "/customer/createCustomerCRUD", {
      key,
      form: { brandID, primaryID },
      headers: { "idempotency-key": primaryID },
    });
    note("create", answer.status, answer.headers.get("retry-after"));
    if (answer.status === 200) seen.acknowledged.set(primaryID, answer.body.id);
    return answer.status === 200;
  };
  const caller = async () => {
    while (!state.isOver) {
      const primaryID = uniqueName();
      while (!(await create(primaryID))) await pause(20);
      const list = await world.raw("GET", "/customer", { key, query: { itemLimit: "2" } });
      note("list", list.status, list.headers.get("retry-after"));
    }
  };
  await Promise.all([...Array.from({ length: 8 }, caller), end]);
  return seen;
}

const modes: [string, { begin(): unknown; end(): unknown }][] = [
  ["resets every connection, again and again", { begin: resetOften, end: () => clearInterval(resetting) }],
  ["answers three seconds late", { begin: () => relay.delay(3000), end: () => relay.restore() }],
  [
    "takes no new sessions",
    {
      begin: async () => {
        await onServer(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
        await endSessions();
      },
      end: () => onServer(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`),
    },
  ],
  [
    "is read only",
    {
      begin: async () => {
        await onServer(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
        await endSessions();
      },
      end: async () => {
        await onServer(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
        await endSessions();
      },
    },
  ],
];

let resetting: NodeJS.Timeout | undefined;

function resetOften(): void {
  resetting = setInterval(() => relay.reset(), 25);
}

const countOf = ({ statuses }: Seen, what: string) => statuses.get(what) ?? 0;

async function untilSeen(isSeen: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 60_000; !isSeen(); await pause(20))
    if (Date.now() > deadline) throw new Error("the calls saw nothing of it");
}

test.each(modes)("a database that %s: 200 or 503, nothing lost, nothing twice", async (_, mode) => {
  const { acknowledged } = await callUntil(async (seen) => {
    await untilSeen(() => countOf(seen, "create 200") >= 8);
    await mode.begin();
    await untilSeen(() => countOf(seen, "create 503") >= 16);
    await mode.end();
    const before = countOf(seen, "create 200");
    await untilSeen(() => countOf(seen, "create 200") >= before + 8);
  });
  for (const [primaryId, id] of acknowledged) {
    const { items } = await world.admin.customer.listByPrimaryId({ primaryId });
    expect([primaryId, items.map((item) => item.id)]).toEqual([primaryId, [id]]);
  }
});
