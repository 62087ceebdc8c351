// A small data set that is identical down to its pages, whatever makes it and when, and the measured operations. One
// connection writes everything, so that counters have one slot; only this file vacuums it; every table has fewer rows
// than ANALYZE samples, so that it reads all of them.
import type pg from "pg";
import { normaliseAddress } from "@dossier/api";
import type { Db } from "../../../src/db/database.ts";
import { openDatabase } from "../../../src/db/pool.ts";
import { readFeedEnd } from "../../../src/domain/change-feed.ts";
import { readEvents } from "../../../src/domain/change-stream/poller.ts";
import type { RequestContext } from "../../../src/domain/context.ts";
import { createCustomer } from "../../../src/domain/customer/create.ts";
import { addChannels } from "../../../src/domain/customer/update.ts";
import {
  findCustomer,
  listByChannel,
  listByPrimaryId,
  listCustomers,
} from "../../../src/domain/customer/read.ts";
import { resolveCustomer } from "../../../src/domain/customer/resolve.ts";
import { listTickets } from "../../../src/domain/ticket/read.ts";
import { createTicket } from "../../../src/domain/ticket/create.ts";
import { listTimeline } from "../../../src/domain/timeline/timeline.ts";
import { addEvent } from "../../../src/domain/timeline/event.ts";
import { insertBulkCustomers, generatePerson } from "../data/bulk-customers.ts";
import { createTestDatabase, testTimeouts } from "../database.ts";
import { waitForOlderTransactions } from "../older-transactions.ts";

/** Enough customers for the planner to prefer indexes, and few enough that ANALYZE reads every row of every table. */
const size = 1500;
const sample = 30_000;

/** SQL that adds events, tickets and messages of the customers. */
export const timelineStory = [
  `INSERT INTO event (customer_id, type, message, event_id, occurred_at)
     SELECT 1 + n % 300, CASE WHEN n % 3 = 0 THEN 'order' ELSE 'mailing' END, 'event ' || n, 'e' || n,
         '2026-01-01'::timestamptz + n * interval '1 min' FROM generate_series(1, 6000) n`,
  `INSERT INTO ticket (brand_id, channel_type_id, direction, from_address, contact, title, status, customer_id, created_at)
     SELECT c.brand_id, 1, 'inbound', 'c@example.org', 'c@example.org', 'parcel of ' || n,
         (ARRAY['new','open','closed'])[1 + n % 3], c.id, '2026-01-01'::timestamptz + n * interval '7 min'
       FROM generate_series(1, 2000) n JOIN customer c ON c.id = 1 + n % 400 ORDER BY n`,
  `INSERT INTO ticket (brand_id, channel_type_id, direction, from_address, contact, title, created_at)
     SELECT 1 + n % 2, 1, 'inbound', 'w@example.org', 'w' || n % 200 || '@example.org', 'parcel waits ' || n,
         '2026-02-01'::timestamptz + n * interval '1 min' FROM generate_series(1, 1000) n`,
  `INSERT INTO ticket_term (brand_id, type, term, ticket_id)
     SELECT brand_id, 'w'::"char", w, id FROM ticket, string_to_table(title, ' ') AS w ORDER BY id, w`,
  `INSERT INTO ticket_term (brand_id, type, term, ticket_id)
     SELECT brand_id, 'a'::"char", contact, id FROM ticket ORDER BY id`,
  `INSERT INTO message (ticket_id, customer_id, type, channel_type_id, direction, content, created_at)
     SELECT id, customer_id, 'message', 1, 'inbound', 'text', created_at + interval '1 min'
       FROM ticket WHERE customer_id IS NOT NULL ORDER BY id`,
  `INSERT INTO idempotency_key (key_id, operation, key_hash, fingerprint, response)
     SELECT 1 + n % 5, 'test', sha256(int4send(n)), '\\x00', '{}' FROM generate_series(1, 2000) n`,
];

/** Planner settings that would otherwise follow the machine's memory. */
const planning = "SET effective_cache_size = '1GB'; SET work_mem = '4MB'";

/**
 * Creates the data. Pages are half full, so that an updated row stays on its page: on a full one that depends on
 * whether an old version has been removed, and that on transactions in other databases.
 */
export async function createCostsDatabase(): Promise<Db> {
  const { connection } = await createTestDatabase();
  const db = openDatabase({ ...connection, ...testTimeouts, idleTimeoutMillis: 0 }, 1);
  await db.pool.query(planning);
  await db.pool.query(`DO $$ DECLARE t regclass; BEGIN
    FOR t IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
      EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false, toast.autovacuum_enabled = false, fillfactor = 50)', t);
    END LOOP; END $$`);
  await db.pool.query("INSERT INTO brand (name) VALUES ('Second')");
  await insertBulkCustomers(db, size, 500);
  for (const text of timelineStory) await db.pool.query(text);
  await waitForOlderTransactions(db.pool); // the feed of changes ends before the oldest open one
  await settle(db.pool);
  return db;
}

/** A snapshot held by another process (autovacuum reads the catalog) keeps pages from being all-visible. */
async function settle(pool: pg.Pool): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    await pool.query("VACUUM (FREEZE, ANALYZE)");
    const { rows } = await pool.query<{ seen: boolean; most: number }>(
      `SELECT bool_and(relallvisible = relpages) AS seen, max(reltuples)::int AS most
         FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
    );
    if ((rows[0]?.most ?? 0) >= sample) throw new Error("a table is larger than the sample ANALYZE takes");
    if (rows[0]?.seen) return;
  }
  throw new Error("the pages did not become visible to all");
}

interface MeasuredOperation {
  what: string;
  /** `round` differs each time, for operations that succeed once only */
  run(ctx: RequestContext, round: number): Promise<unknown>;
}

function email(address: string) {
  const read = normaliseAddress("email", address);
  if ("fault" in read) throw new Error(read.fault);
  return [{ field: "extra_email", typeId: 1, typeName: "email", ...read }];
}

const nova = (primaryId: string, address: string) => ({
  brandId: 1,
  primaryId,
  firstname: "Nova",
  channels: email(address),
  custom: [],
});

const somebody = generatePerson(17);

/**
 * In brand 1, one for each round: when PostgreSQL removes old versions of a row depends on its other work, so no row is
 * changed twice.
 */
const known = Array.from({ length: 100 }, (_, n) => generatePerson(20 + n)).filter(
  ({ brandId }) => brandId === 1,
);

/** The first chunk of changes of a type, among all that there are. */
async function readChunk({ db }: RequestContext, type: string): Promise<unknown> {
  const { horizon } = await readFeedEnd(db);
  const events = readEvents(db, null, new Set([type]), { from: 0, to: horizon });
  const chunk = await events.next();
  await events.return();
  return chunk.value;
}

/** In this order: reads first, because writes change the pages. */
export const operations: MeasuredOperation[] = [
  { what: "get by id", run: (ctx) => findCustomer(ctx, { id: 77 }) },
  { what: "search by primary id", run: (ctx) => listByPrimaryId(ctx, { primaryId: "K-0000017" }) },
  {
    what: "search by channel",
    run: (ctx) => listByChannel(ctx, { value: somebody.channels[0]?.normalised ?? "" }),
  },
  { what: "search a rare name", run: (ctx) => listCustomers(ctx, { query: somebody.lastname }) },
  { what: "search a common name", run: (ctx) => listCustomers(ctx, { query: "maria" }) },
  { what: "search a misspelt name", run: (ctx) => listCustomers(ctx, { query: "shcmidt" }) },
  { what: "search a prefix", run: (ctx) => listCustomers(ctx, { query: "sch" }) },
  { what: "list, first page", run: (ctx) => listCustomers(ctx, {}) },
  {
    what: "timeline, a page",
    run: (ctx) => listTimeline(ctx, { customerId: 7, getTicketHistory: true }),
  },
  { what: "tickets, first page", run: (ctx) => listTickets(ctx, {}) },
  { what: "stream of changes, a look at the feed", run: (ctx) => readFeedEnd(ctx.db) },
  { what: "stream of changes, a chunk of customers", run: (ctx) => readChunk(ctx, "customer") },
  { what: "stream of changes, a chunk of tickets", run: (ctx) => readChunk(ctx, "ticket") },
  {
    what: "create",
    run: (ctx, round) => createCustomer(ctx, nova(`new-${round}`, `new${round}@example.org`)),
  },
  {
    what: "resolve a new one",
    run: (ctx, round) => resolveCustomer(ctx, nova(`resolved-${round}`, `resolved${round}@example.org`)),
  },
  {
    what: "resolve an existing one",
    run: (ctx, round) =>
      resolveCustomer(ctx, {
        ...nova(known[round]?.primaryId ?? "", `known${round}@example.org`),
        lastname: `Nova${round}`,
      }),
  },
  {
    what: "addChannelOnly",
    run: (ctx, round) =>
      addChannels(ctx, { customerId: 178 + round, channels: email(`more${round}@example.org`) }),
  },
  {
    what: "externalEvent",
    run: (ctx, round) => addEvent(ctx, { customerId: 207 + round, message: "paid", eventId: `new-${round}` }),
  },
  {
    what: "ticket that is linked",
    run: (ctx, round) =>
      createTicket(ctx, {
        brandId: 1,
        channel: "email",
        from: `known${round}@example.org`,
        title: `Where is parcel ${round}`,
      }),
  },
];
