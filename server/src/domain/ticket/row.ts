/** The ticket's row: locking, and set-based changes. Customers are locked before tickets, and tickets by their ids. */
import type { TicketStatus } from "@dossier/api";
import type { Queryable, Statement, Tx } from "../../db/database.ts";
import { type Caller, brandScope } from "../context.ts";

/** A ticket under lock. */
export interface LockedTicket {
  id: number;
  brand_id: number;
  channel_type_id: number;
  direction: "inbound" | "outbound";
  from_address: string;
  from_name: string;
  to_address: string;
  title: string;
  status: TicketStatus;
  priority: string;
  customer_id: number | null;
}

const selectForUpdate: Statement = {
  name: "ticket_lock",
  text: `SELECT id, brand_id, channel_type_id, direction, from_address, from_name, to_address, title, status, priority,
      customer_id
    FROM ticket WHERE id = ANY ($1::bigint[]) AND ($2::bigint[] IS NULL OR brand_id = ANY ($2))
    ORDER BY id FOR NO KEY UPDATE`,
};

/** Locks tickets the caller may know of, in the order of their ids; by id. */
export async function lockTickets(
  tx: Queryable,
  caller: Caller | undefined,
  ids: readonly number[],
): Promise<Map<number, LockedTicket>> {
  if (!caller || ids.length === 0) return new Map();
  const rows = await tx.rows<LockedTicket>(selectForUpdate, [ids, brandScope(caller)]);
  return new Map(rows.map((row) => [row.id, row]));
}

const selectCustomers: Statement = {
  name: "ticket_customers",
  text: "SELECT id, customer_id FROM ticket WHERE id = ANY ($1::bigint[]) AND customer_id IS NOT NULL",
};

/** The customers of tickets, by the tickets' ids. */
export async function readCustomersOfTickets(
  db: Queryable,
  ids: readonly number[],
): Promise<Map<number, number>> {
  const rows = await db.rows<{ id: number; customer_id: number }>(selectCustomers, [ids]);
  return new Map(rows.map((row) => [row.id, row.customer_id]));
}

const updateRows: Statement = {
  name: "ticket_update",
  text: `UPDATE ticket t SET title = s.title, status = s.status, priority = s.priority, last_update = clock.now,
      closed_at = CASE WHEN s.status = 'closed' THEN coalesce(t.closed_at, clock.now) END
    FROM (SELECT clock_timestamp() AS now) AS clock,
      unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS s (id, title, status, priority)
    WHERE t.id = s.id`,
};

/** Sets title, status and priority of tickets under lock. */
export async function updateTickets(
  tx: Tx,
  all: readonly Pick<LockedTicket, "id" | "title" | "status" | "priority">[],
): Promise<void> {
  if (all.length === 0) return;
  await tx.row(updateRows, [
    all.map(({ id }) => id),
    all.map(({ title }) => title),
    all.map(({ status }) => status),
    all.map(({ priority }) => priority),
  ]);
}

/** The state a message gives its ticket, and when something was last said in it. */
const bumpRows: Statement = {
  name: "ticket_bump",
  text: `UPDATE ticket t SET status = s.status, last_update = greatest(t.last_update, s.at),
      closed_at = CASE WHEN s.status = 'closed' THEN coalesce(t.closed_at, s.at) END
    FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) AS s (id, status, at) WHERE t.id = s.id`,
};

/** Records that something was said in tickets under lock. */
export async function bumpTickets(
  tx: Tx,
  all: readonly { id: number; status: TicketStatus; at: Date }[],
): Promise<void> {
  await tx.row(bumpRows, [all.map(({ id }) => id), all.map(({ status }) => status), all.map(({ at }) => at)]);
}
