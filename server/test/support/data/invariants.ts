// What must hold of what belongs to customers, whatever happened: nothing belongs to nobody, nothing belongs twice,
// every count equals a recount, and the search finds by what is there. Read by SQL, since no answer shows an orphan.
import type { ChannelType } from "@dossier/api";
import type pg from "pg";
import { termsOf } from "../../../src/domain/search/search.ts";

const live = "SELECT id FROM customer";
const known = `${live} UNION ALL SELECT id FROM deleted_customer`;

/** Each selects what must not be. */
const wrongs: Record<string, string> = {
  "both live and deleted": "SELECT id FROM customer JOIN deleted_customer USING (id)",
  "event of nobody": `SELECT id FROM event WHERE customer_id NOT IN (${known})`,
  "ticket of nobody": `SELECT id FROM ticket WHERE customer_id IS NOT NULL AND customer_id NOT IN (${live})`,
  "former ticket of nobody": `SELECT id FROM ticket WHERE former_customer_id IS NOT NULL
      AND former_customer_id NOT IN (SELECT id FROM deleted_customer)`,
  "message apart from its ticket": `SELECT m.id FROM message m JOIN ticket t ON t.id = m.ticket_id
    WHERE m.customer_id IS DISTINCT FROM t.customer_id`,
  "channel of nobody": `SELECT id FROM customer_channel WHERE customer_id NOT IN (${live})`,
  "deleted channel of nobody":
    "SELECT id FROM deleted_channel WHERE customer_id NOT IN (SELECT id FROM deleted_customer)",
  "channel both live and deleted": "SELECT id FROM customer_channel JOIN deleted_channel USING (id)",
  "value of nobody": `SELECT customer_id FROM custom_value WHERE customer_id NOT IN (${live})`,
  "deleted value of nobody":
    "SELECT customer_id FROM deleted_value WHERE customer_id NOT IN (SELECT id FROM deleted_customer)",
  "search term of nobody": `SELECT customer_id FROM search_term WHERE customer_id NOT IN (${live})`,
  "timeline of another length": `SELECT customer_id, kind FROM (
      SELECT customer_id, kind, n FROM timeline_count
      UNION ALL SELECT customer_id, 'event/' || type, -1 FROM event
      UNION ALL SELECT customer_id, 'ticket', -1 FROM ticket WHERE customer_id IS NOT NULL
      UNION ALL SELECT customer_id, kind, -1 FROM message WHERE customer_id IS NOT NULL) AS counted
    GROUP BY 1, 2 HAVING sum(n) <> 0`,
  "rows of another number": `SELECT kind, brand_id FROM (
      SELECT kind, brand_id, n FROM row_count WHERE kind IN ('customer', 'ticket')
      UNION ALL SELECT 'customer', brand_id, -1 FROM customer
      UNION ALL SELECT 'ticket', brand_id, -1 FROM ticket) AS counted
    GROUP BY 1, 2 HAVING sum(n) <> 0`,
};

const people = `SELECT id, firstname, lastname, primary_id AS "primaryId",
    ARRAY(SELECT json_build_object('rule', t.rule, 'normalised', h.normalised)
      FROM customer_channel h JOIN channel_type t ON t.id = h.type_id WHERE h.customer_id = c.id) AS channels
  FROM customer c`;

interface Found {
  id: number;
  firstname: string;
  lastname: string;
  primaryId: string | null;
  channels: { rule: ChannelType["rule"]; normalised: string }[];
}

/** Everything in the database that is not as it must be, in words; nothing is as it should be. */
export async function findWrongs(pool: pg.Pool): Promise<string[]> {
  const found: string[] = [];
  for (const [what, text] of Object.entries(wrongs))
    for (const row of (await pool.query<object>(text)).rows) found.push(`${what}: ${JSON.stringify(row)}`);
  const stored = await pool.query<{ term: string }>(
    "SELECT customer_id || ' ' || kind::text || term AS term FROM search_term",
  );
  const there = new Set(stored.rows.map((row) => row.term));
  const wanted = (await pool.query<Found>(people)).rows.flatMap(({ id, ...rest }) =>
    [...termsOf(rest)].map((term) => `${id} ${term}`),
  );
  for (const term of wanted) if (!there.delete(term)) found.push(`not found by: ${term}`);
  return [...found, ...[...there].map((term) => `found by what is not there: ${term}`)];
}
