// Plans on stale statistics: a connection plans a statement when it uses it first, which in a new installation is while
// its tables are empty, and PostgreSQL keeps the plan until it analyses them. Until then, too, no statement may read the
// whole brand for a few customers.
import type pg from "pg";
import { afterAll, expect, test } from "vitest";
import type { Db, Statement } from "../../src/db/database.ts";
import { openDatabase } from "../../src/db/pool.ts";
import type { RequestContext } from "../../src/domain/context.ts";
import { deleteCustomer, restoreCustomer } from "../../src/domain/customer/delete.ts";
import { purgeCustomer } from "../../src/domain/erasure/purge.ts";
import { createMessage } from "../../src/domain/ticket/message.ts";
import { updateTicket } from "../../src/domain/ticket/update.ts";
import { createTestDatabase, testTimeouts } from "../support/database.ts";
import { generatePerson, insertCustomers } from "../support/data/bulk-customers.ts";
import { operations as everyday, timelineStory } from "../support/query-plans/costs-world.ts";
import { contextOf, operations as hot, recordingDb } from "../support/query-plans/explain-operation.ts";
import { type Cost, explain, explainPrepared, prepareNow } from "../support/query-plans/explain.ts";
import { waitForOlderTransactions } from "../support/older-transactions.ts";

const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

async function connect(db: Db): Promise<pg.PoolClient> {
  const client = await db.pool.connect();
  ends.push(() => client.release());
  return client;
}

/** An empty database that is never analysed by itself. */
async function emptyDatabase(): Promise<Db> {
  const { connection } = await createTestDatabase();
  const db = openDatabase({ ...connection, ...testTimeouts, idleTimeoutMillis: 0 }, 2);
  ends.push(() => db.close());
  await db.pool.query(`DO $$ DECLARE t regclass; BEGIN
    FOR t IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
      EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', t);
    END LOOP; END $$`);
  await db.pool.query("INSERT INTO brand (name) VALUES ('Second')");
  return db;
}

async function fill(db: Db): Promise<void> {
  for (let from = 0; from < 1500; from += 500)
    await insertCustomers(
      db,
      Array.from({ length: 500 }, (_, at) => generatePerson(from + at)),
    );
  for (const text of timelineStory) await db.pool.query(text);
  await waitForOlderTransactions(db.pool); // the feed of changes ends before the oldest open one
}

/** Its index pays in a large table only, and the planner must see that it is one. */
const exempt = new Set(["erase_responses"]);

type Examine = (client: pg.ClientBase, statement: Statement, values: readonly unknown[]) => Promise<Cost>;

/** Writes that the lists of the other tests lack. */
const others: { what: string; run(ctx: RequestContext): Promise<unknown> }[] = [
  { what: "ticket: status", run: (ctx) => updateTicket(ctx, { id: 500, status: "closed" }) },
  {
    what: "ticket: customer",
    run: (ctx) => updateTicket(ctx, { id: 600, customerId: 300 }),
  },
  {
    what: "message",
    run: (ctx) => createMessage(ctx, { ticketId: 700, type: "email", message: "On its way." }),
  },
  { what: "delete", run: (ctx) => deleteCustomer(ctx, { id: 900 }) },
  { what: "restore", run: (ctx) => restoreCustomer(ctx, { id: 900 }) },
  { what: "purge", run: (ctx) => purgeCustomer(ctx, { id: 950 }) },
];

async function runAll(client: pg.ClientBase, examine: Examine): Promise<void> {
  for (const { what, run } of [...everyday, ...hot, ...others]) {
    const { db } = recordingDb(client, examine);
    const keyHash = Buffer.from(what);
    await run({ ...contextOf(db), idempotencyKey: { keyHash, fingerprint: Buffer.alloc(32) } }, 1);
  }
}

test("statements that were planned on empty tables read few rows", async () => {
  const analysed = await emptyDatabase();
  await fill(analysed);
  await analysed.pool.query("VACUUM (ANALYZE)");
  const all = new Map<string, { statement: Statement; values: readonly unknown[]; rows: number }>();
  const first = await connect(analysed);
  await runAll(first, async (client, statement, values) => {
    const cost = await explain(client, statement, values);
    const rows = Math.max(all.get(statement.name)?.rows ?? 0, cost.rows);
    all.set(statement.name, { statement, values, rows });
    return cost;
  });
  expect(all.size).toBeGreaterThan(20);

  const wasteful = new Map<string, string>();
  const compare = (when: string, examine: Examine): Examine => {
    return async (client, statement, values) => {
      const cost = await examine(client, statement, values);
      const few = 2 * (all.get(statement.name)?.rows ?? 0) + 20;
      if (cost.rows > few && !exempt.has(statement.name))
        wasteful.set(`${statement.name}, ${when}`, `${cost.rows} rows: ${cost.shape}`);
      return cost;
    };
  };
  const stale = await emptyDatabase();
  const second = await connect(stale);
  for (const { statement, values } of all.values()) await prepareNow(second, statement, values);
  await fill(stale);
  await runAll(second, compare("planned on empty tables", explainPrepared));
  const unanalysed = await emptyDatabase();
  await fill(unanalysed);
  await runAll(await connect(unanalysed), compare("planned without statistics", explain));
  expect(Object.fromEntries(wasteful)).toEqual({});
}, 120_000);
