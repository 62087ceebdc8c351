// A small world that is the same down to its pages, whoever makes it and when, and the operations that are measured in
// it. One session writes everything, so that counters have one slot; nothing but this file's VACUUM passes over it; every table
// has fewer rows than ANALYZE takes for a sample, so that it sees all of them.
import type pg from "pg";
import { normaliseAddress } from "@dossier/api";
import { type Db, openDatabase } from "../../../src/db/database.ts";
import type { Ask } from "../../../src/domain/context.ts";
import { addChannels, createCustomer } from "../../../src/domain/customer/update.ts";
import { findCustomer, listByChannel, listByPrimaryId, listCustomers } from "../../../src/domain/customer/read.ts";
import { resolveCustomer } from "../../../src/domain/customer/resolve.ts";
import { listTickets } from "../../../src/domain/ticket/read.ts";
import { createTicket } from "../../../src/domain/ticket/update.ts";
import { listTimeline } from "../../../src/domain/timeline/timeline.ts";
import { addEvent } from "../../../src/domain/timeline/event.ts";
import { insertCrowd, inventPerson } from "../data/bulk-customers.ts";
import { freshDatabase, patience } from "../database.ts";

/** So many customers that the planner prefers indexes, and so few that ANALYZE reads every row of every table. */
const size = 1500;
const sample = 30_000;

const story = [
  `INSERT INTO event (customer_id, type, message, event_id, occurred_at)
     SELECT 1 + n % 300, CASE WHEN n % 3 = 0 THEN 'order' ELSE 'mailing' END, 'event ' || n, 'e' || n,
         '2026-01-01'::timestamptz + n * interval '1 min' FROM generate_series(1, 6000) n`,
  `INSERT INTO ticket (brand_id, type_id, direction, from_address, contact, title, status, customer_id, created_at)
     SELECT c.brand_id, 1, 'inbound', 'c@example.org', 'c@example.org', 'parcel of ' || n,
         (ARRAY['new','open','closed'])[1 + n % 3], c.id, '2026-01-01'::timestamptz + n * interval '7 min'
       FROM generate_series(1, 2000) n JOIN customer c ON c.id = 1 + n % 400 ORDER BY n`,
  `INSERT INTO ticket (brand_id, type_id, direction, from_address, contact, title, created_at)
     SELECT 1 + n % 2, 1, 'inbound', 'w@example.org', 'w' || n % 200 || '@example.org', 'parcel waits ' || n,
         '2026-02-01'::timestamptz + n * interval '1 min' FROM generate_series(1, 1000) n`,
  `INSERT INTO ticket_term (brand_id, kind, term, ticket_id)
     SELECT brand_id, 'w'::"char", w, id FROM ticket, string_to_table(title, ' ') AS w ORDER BY id, w`,
  `INSERT INTO ticket_term (brand_id, kind, term, ticket_id)
     SELECT brand_id, 'a'::"char", contact, id FROM ticket ORDER BY id`,
  `INSERT INTO message (ticket_id, customer_id, kind, type_id, direction, content, created_at)
     SELECT id, customer_id, 'message', 1, 'inbound', 'text', created_at + interval '1 min'
       FROM ticket WHERE customer_id IS NOT NULL ORDER BY id`,
  `INSERT INTO idempotency (key_id, operation, token, fingerprint, answer)
     SELECT 1 + n % 5, 'test', sha256(int4send(n)), '\\x00', '{}' FROM generate_series(1, 2000) n`,
];

/** What the settings for a machine's memory would make different from one to the next. */
const planning = "SET effective_cache_size = '1GB'; SET work_mem = '4MB'";

/**
 * Makes the world. Pages are half full, so that a row that is changed stays on its page: on a full one that depends on
 * whether a former version has been cleared away, and that on transactions in other databases.
 */
export async function makeWorld(): Promise<Db> {
  const { connection } = await freshDatabase();
  const db = openDatabase({ ...connection, ...patience, idleTimeoutMillis: 0 }, 1);
  await db.pool.query(planning);
  await db.pool.query(`DO $$ DECLARE t regclass; BEGIN
    FOR t IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
      EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false, toast.autovacuum_enabled = false, fillfactor = 50)', t);
    END LOOP; END $$`);
  await db.pool.query("INSERT INTO brand (name) VALUES ('Second')");
  await insertCrowd(db, size, 500);
  for (const text of story) await db.pool.query(text);
  await settle(db.pool);
  return db;
}

/** A snapshot that anybody holds just now (autovacuum looks at the catalog) keeps pages from being all visible. */
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

interface Measured {
  what: string;
  /** `round` is another one each time, for what can be done once only */
  run(ask: Ask, round: number): Promise<unknown>;
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

const somebody = inventPerson(17);

/**
 * Of brand 1, one for each round: when PostgreSQL clears former versions of a row away depends on what else it does, so no
 * row is changed twice.
 */
const known = Array.from({ length: 100 }, (_, n) => inventPerson(20 + n)).filter(
  ({ brandId }) => brandId === 1,
);

/** In their order: what reads first, as what writes changes the pages. */
export const operations: Measured[] = [
  { what: "get by id", run: (ask) => findCustomer(ask, { id: 77 }) },
  { what: "search by primary id", run: (ask) => listByPrimaryId(ask, { primaryId: "K-0000017" }) },
  {
    what: "search by channel",
    run: (ask) => listByChannel(ask, { value: somebody.channels[0]?.normalised ?? "" }),
  },
  { what: "search a rare name", run: (ask) => listCustomers(ask, { query: somebody.lastname }) },
  { what: "search a common name", run: (ask) => listCustomers(ask, { query: "maria" }) },
  { what: "search a misspelt name", run: (ask) => listCustomers(ask, { query: "shcmidt" }) },
  { what: "search a prefix", run: (ask) => listCustomers(ask, { query: "sch" }) },
  { what: "list, first page", run: (ask) => listCustomers(ask, {}) },
  {
    what: "timeline, a page",
    run: (ask) => listTimeline(ask, { customerId: 7, getTicketHistory: true }),
  },
  { what: "tickets, first page", run: (ask) => listTickets(ask, {}) },
  {
    what: "create",
    run: (ask, round) => createCustomer(ask, nova(`new-${round}`, `new${round}@example.org`)),
  },
  {
    what: "resolve a new one",
    run: (ask, round) => resolveCustomer(ask, nova(`resolved-${round}`, `resolved${round}@example.org`)),
  },
  {
    what: "resolve an existing one",
    run: (ask, round) =>
      resolveCustomer(ask, {
        ...nova(known[round]?.primaryId ?? "", `known${round}@example.org`),
        lastname: `Nova${round}`,
      }),
  },
  {
    what: "addChannelOnly",
    run: (ask, round) =>
      addChannels(ask, { customerId: 178 + round, channels: email(`more${round}@example.org`) }),
  },
  {
    what: "externalEvent",
    run: (ask, round) => addEvent(ask, { customerId: 207 + round, message: "paid", eventId: `new-${round}` }),
  },
  {
    what: "ticket that is linked",
    run: (ask, round) =>
      createTicket(ask, {
        brandId: 1,
        channel: "email",
        from: `known${round}@example.org`,
        title: `Where is parcel ${round}`,
      }),
  },
];
