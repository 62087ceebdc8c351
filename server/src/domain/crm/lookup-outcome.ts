/**
 * Why a contact's lookup came to nobody, as its ticket carries it: what stood in the way, or how many the CRM knows by
 * the address. What a later lookup finds takes the place of what an earlier one did.
 */
import type { Ticket, TicketStory } from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";

/** As the wire shows it. */
export type Verdict = Pick<TicketStory, "crm_conflict" | "crm_candidates">;

const verdictOf: Statement = {
  name: "crm_verdict",
  text: `SELECT crm_conflict AS conflict, crm_candidates AS count, ARRAY(
      SELECT primary_id FROM ticket_candidate WHERE ticket_id = $1 ORDER BY place) AS primary_ids
    FROM ticket WHERE id = $1`,
};

/** Of a ticket that the caller may see. */
export async function readVerdict(db: Db, ticketId: Ticket["id"]): Promise<Verdict> {
  type Row = { conflict: Verdict["crm_conflict"]; count: number | null; primary_ids: string[] };
  const row = await db.row<Row>(verdictOf, [ticketId]);
  const { conflict = null, count = null, primary_ids = [] } = row ?? {};
  return { crm_conflict: conflict, crm_candidates: count === null ? null : { count, primary_ids } };
}

// A ticket without its contact's address was emptied by a purge since the question: nobody's ids come into it any more.
const setVerdict: Statement = {
  name: "crm_set_verdict",
  text: "UPDATE ticket SET crm_conflict = $2, crm_candidates = $3 WHERE id = $1 AND contact IS NOT NULL",
};

const forgetCandidates: Statement = {
  name: "crm_forget_candidates",
  text: "DELETE FROM ticket_candidate WHERE ticket_id = $1",
};

const addCandidates: Statement = {
  name: "crm_add_candidates",
  text: `INSERT INTO ticket_candidate (ticket_id, brand_id, place, primary_id)
    SELECT t.id, t.brand_id, c.place, c.primary_id
      FROM ticket t CROSS JOIN unnest($2::text[]) WITH ORDINALITY AS c (primary_id, place)
      WHERE t.id = $1 AND t.contact IS NOT NULL`,
};

/** Notes on a ticket what came of its lookup. */
export async function noteVerdict(
  tx: Tx,
  ticketId: number,
  { crm_conflict, crm_candidates }: Verdict,
): Promise<void> {
  await tx.rows(setVerdict, [ticketId, crm_conflict, crm_candidates?.count ?? null]);
  await tx.rows(forgetCandidates, [ticketId]);
  if (crm_candidates) await tx.rows(addCandidates, [ticketId, crm_candidates.primary_ids]);
}
