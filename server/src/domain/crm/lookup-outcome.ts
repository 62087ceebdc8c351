/**
 * Outcome of a contact's lookup that found no single customer, stored on its ticket: the failure, or how many customers
 * the CRM knows by the address. A later lookup replaces the outcome of an earlier one.
 */
import type { RawTicket as Ticket, RawTicketHistory as TicketHistory } from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";

export type LookupOutcome = Pick<TicketHistory, "crm_conflict" | "crm_candidates">;

const selectOutcome: Statement = {
  name: "crm_select_outcome",
  text: `SELECT crm_conflict AS conflict, crm_candidates AS count, ARRAY(
      SELECT primary_id FROM ticket_crm_candidate WHERE ticket_id = $1 ORDER BY position) AS primary_ids
    FROM ticket WHERE id = $1`,
};

/** Of a ticket that the caller may see. */
export async function readOutcome(db: Db, ticketId: Ticket["id"]): Promise<LookupOutcome> {
  type Row = { conflict: LookupOutcome["crm_conflict"]; count: number | null; primary_ids: string[] };
  const row = await db.row<Row>(selectOutcome, [ticketId]);
  const { conflict = null, count = null, primary_ids = [] } = row ?? {};
  return { crm_conflict: conflict, crm_candidates: count === null ? null : { count, primary_ids } };
}

// A ticket without its contact's address was emptied by a purge since the request: it takes no customer ids any more.
const updateOutcome: Statement = {
  name: "crm_update_outcome",
  text: "UPDATE ticket SET crm_conflict = $2, crm_candidates = $3 WHERE id = $1 AND contact IS NOT NULL",
};

const deleteCandidates: Statement = {
  name: "crm_delete_candidates",
  text: "DELETE FROM ticket_crm_candidate WHERE ticket_id = $1",
};

const insertCandidates: Statement = {
  name: "crm_insert_candidates",
  text: `INSERT INTO ticket_crm_candidate (ticket_id, brand_id, position, primary_id)
    SELECT t.id, t.brand_id, c.position, c.primary_id
      FROM ticket t CROSS JOIN unnest($2::text[]) WITH ORDINALITY AS c (primary_id, position)
      WHERE t.id = $1 AND t.contact IS NOT NULL`,
};

export async function saveOutcome(
  tx: Tx,
  ticketId: number,
  { crm_conflict, crm_candidates }: LookupOutcome,
): Promise<void> {
  await tx.rows(updateOutcome, [ticketId, crm_conflict, crm_candidates?.count ?? null]);
  await tx.rows(deleteCandidates, [ticketId]);
  if (crm_candidates) await tx.rows(insertCandidates, [ticketId, crm_candidates.primary_ids]);
}
