// Invariants of everything that belongs to customers: nothing is orphaned, nothing belongs twice, every count equals a
// recount, and the search index matches the rows. Read by SQL, because no response shows an orphan.
import type { ChannelType } from "@dossier/api";
import type pg from "pg";
import { termsOf } from "../../../src/domain/search/search.ts";

const live = "SELECT id FROM customer";
const known = `${live} UNION ALL SELECT id FROM deleted_customer`;

/** Each selects violations. */
const violations: Record<string, string> = {
  "both live and deleted": "SELECT id FROM customer JOIN deleted_customer USING (id)",
  "event of nobody": `SELECT id FROM event WHERE customer_id NOT IN (${known})`,
  "ticket of nobody": `SELECT id FROM ticket WHERE customer_id IS NOT NULL AND customer_id NOT IN (${live})`,
  "former ticket of nobody": `SELECT id FROM ticket WHERE former_customer_id IS NOT NULL
      AND former_customer_id NOT IN (SELECT id FROM deleted_customer)`,
  "former link of nobody": `SELECT customer_id FROM ticket_former_link WHERE customer_id NOT IN (${known})`,
  "message apart from its ticket": `SELECT m.id FROM message m JOIN ticket t ON t.id = m.ticket_id
    WHERE m.customer_id IS DISTINCT FROM t.customer_id`,
  "channel of nobody": `SELECT id FROM customer_channel WHERE customer_id NOT IN (${live})`,
  "deleted channel of nobody":
    "SELECT id FROM deleted_customer_channel WHERE customer_id NOT IN (SELECT id FROM deleted_customer)",
  "channel both live and deleted": "SELECT id FROM customer_channel JOIN deleted_customer_channel USING (id)",
  "value of nobody": `SELECT customer_id FROM customer_custom_value WHERE customer_id NOT IN (${live})`,
  "deleted value of nobody":
    "SELECT customer_id FROM deleted_customer_custom_value WHERE customer_id NOT IN (SELECT id FROM deleted_customer)",
  "search term of nobody": `SELECT customer_id FROM search_term WHERE customer_id NOT IN (${live})`,
  "timeline of another length": `SELECT customer_id, item_type FROM (
      SELECT customer_id, item_type, count AS n FROM timeline_count
      UNION ALL SELECT customer_id, 'event/' || type, -1 FROM event
      UNION ALL SELECT customer_id, 'ticket', -1 FROM ticket WHERE customer_id IS NOT NULL
      UNION ALL SELECT customer_id, type, -1 FROM message WHERE customer_id IS NOT NULL) AS counted
    GROUP BY 1, 2 HAVING sum(n) <> 0`,
  "rows of another number": `SELECT table_name, brand_id FROM (
      SELECT table_name, brand_id, count AS n FROM row_count WHERE table_name IN ('customer', 'ticket')
      UNION ALL SELECT 'customer', brand_id, -1 FROM customer
      UNION ALL SELECT 'ticket', brand_id, -1 FROM ticket) AS counted
    GROUP BY 1, 2 HAVING sum(n) <> 0`,
};

const customersSql = `SELECT id, firstname, lastname, primary_id AS "primaryId",
    ARRAY(SELECT json_build_object('rule', t.rule, 'normalised', h.normalised)
      FROM customer_channel h JOIN channel_type t ON t.id = h.channel_type_id WHERE h.customer_id = c.id) AS channels
  FROM customer c`;

interface Found {
  id: number;
  firstname: string;
  lastname: string;
  primaryId: string | null;
  channels: { rule: ChannelType["rule"]; normalised: string }[];
}

/** Every violation in the database, in words; empty if there is none. */
export async function findViolations(pool: pg.Pool): Promise<string[]> {
  const found: string[] = [];
  for (const [what, text] of Object.entries(violations))
    for (const row of (await pool.query<object>(text)).rows) found.push(`${what}: ${JSON.stringify(row)}`);
  const stored = await pool.query<{ term: string }>(
    "SELECT customer_id || ' ' || type::text || term AS term FROM search_term",
  );
  const there = new Set(stored.rows.map((row) => row.term));
  const wanted = (await pool.query<Found>(customersSql)).rows.flatMap(({ id, ...rest }) =>
    [...termsOf(rest)].map((term) => `${id} ${term}`),
  );
  for (const term of wanted) if (!there.delete(term)) found.push(`not found by: ${term}`);
  return [...found, ...[...there].map((term) => `found by what is not there: ${term}`)];
}
