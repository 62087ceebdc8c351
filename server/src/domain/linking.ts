/**
 * Linking of tickets and customers, from both sides. A ticket without a customer is unlinked; its contact's address, or
 * a call that names it, links it. A ticket that lost its customer by a deletion belongs to that one until the restore,
 * the purge or the expiry: no address links it, only a call that names it. A transaction that writes an address (a
 * ticket's contact, or a channel whose call links) first takes the advisory lock of the address and only then looks for
 * the other side, in a later statement: so a ticket and a channel that arrive at the same moment never miss each other.
 */
import { pipeline, type Queryable, type Statement, type Tx } from "../db/database.ts";
import { type Address, addressKey } from "./address.ts";
import type { DomainEvent } from "./outbox.ts";

// One number for each address; two addresses with one number merely wait for each other. The order is fixed, so there
// is no deadlock.
const acquireAddressLocks: Statement = {
  name: "link_lock_addresses",
  text: `SELECT count(pg_advisory_xact_lock(place)) FROM (
      SELECT DISTINCT hashtextextended($1::bigint || ' ' || channel_type_id || ' ' || normalised, 0) AS place
        FROM unnest($2::bigint[], $3::text[]) AS a (channel_type_id, normalised) ORDER BY 1) AS places`,
};

/**
 * Locks addresses until the transaction ends. Whatever a later statement does not find comes after this transaction.
 */
async function lockAddresses(tx: Tx, brandId: number, addresses: readonly Address[]): Promise<void> {
  await tx.row(acquireAddressLocks, [
    brandId,
    addresses.map((one) => one.typeId),
    addresses.map((one) => one.normalised),
  ]);
}

const ownersOfAddresses: Statement = {
  name: "link_select_owners",
  text: `SELECT a.channel_type_id, a.normalised, h.customer_id
    FROM unnest($2::bigint[], $3::text[]) AS a (channel_type_id, normalised)
      CROSS JOIN LATERAL (SELECT customer_id FROM customer_channel c
        WHERE c.brand_id = $1 AND c.channel_type_id = a.channel_type_id AND c.normalised = a.normalised LIMIT 1) AS h`,
};

/** Locks addresses until the transaction ends, and returns the customers that have them as channels. */
export async function findOwnersUnderLock(
  tx: Tx,
  brandId: number,
  addresses: readonly Address[],
): Promise<(place: Address) => number | undefined> {
  if (addresses.length === 0) return () => undefined;
  const values = [brandId, addresses.map((one) => one.typeId), addresses.map((one) => one.normalised)];
  const [, rows] = await pipeline(
    () => lockAddresses(tx, brandId, addresses),
    () =>
      tx.rows<{ channel_type_id: number; normalised: string; customer_id: number }>(
        ownersOfAddresses,
        values,
      ),
  );
  const owners = new Map(
    rows.map(({ channel_type_id, normalised, customer_id }) => [
      addressKey({ typeId: channel_type_id, normalised }),
      customer_id,
    ]),
  );
  return (place) => owners.get(addressKey(place));
}

/** Tickets are moved in chunks, so that no statement exceeds its timeout. */
const chunkSize = 1000;
const chunkTimeoutMs = 15_000;

/** Repeats a statement that moves a chunk, until it moves none. Returns the moved tickets. */
async function inChunks(tx: Tx, statement: Statement, values: readonly unknown[]): Promise<number[]> {
  const all: number[] = [];
  for (;;) {
    const moved = await tx.rows<{ id: number }>(statement, [...values, chunkSize]);
    if (moved.length === 0) return all;
    if (all.length === 0 && moved.length === chunkSize) await tx.setTimeouts(chunkTimeoutMs);
    for (const { id } of moved) all.push(id);
  }
}

/** The event that a ticket was linked to a customer. */
export function ticketLinkedEvent(brandId: number, customerId: number, ticketId: number): DomainEvent {
  return { type: "ticket.linked", brand_id: brandId, customer_id: customerId, ticket_id: ticketId };
}

// A ticket that a call took from a customer and gave to none is that customer's by the contact's address while they are
// deleted: it waits for no new owner of the address. OFFSET 0 keeps it a look-up by ticket: as a join it would read both
// tables whole when the statistics say that they are empty.
const isOfDeleted = `EXISTS (SELECT FROM ticket_former_link l JOIN deleted_customer_channel d ON d.customer_id = l.customer_id
            WHERE l.ticket_id = k.id AND d.channel_type_id = k.channel_type_id AND d.normalised = k.contact OFFSET 0)`;

// Waits, in the order of ids, for tickets that another call is linking. The outer condition repeats the inner one, here
// and below: only the outer one is checked again when the other call has committed first.
const linkUnlinkedChunk: Statement = {
  name: "link_link_unlinked",
  text: `UPDATE ticket SET customer_id = $2 WHERE id IN (
      SELECT t.id FROM unnest($3::bigint[], $4::text[]) AS a (channel_type_id, normalised)
        CROSS JOIN LATERAL (SELECT id FROM ticket k
          WHERE brand_id = $1 AND channel_type_id = a.channel_type_id AND contact = a.normalised
            AND customer_id IS NULL AND former_customer_id IS NULL AND NOT ${isOfDeleted}
          ORDER BY id LIMIT $5) AS t
      ORDER BY t.id LIMIT $5)
    AND customer_id IS NULL AND former_customer_id IS NULL RETURNING id`,
};

/** Links every unlinked ticket of the brand from one of these addresses to a customer; returns them. */
export async function linkUnlinkedTickets(
  tx: Tx,
  customer: { id: number; brand_id: number },
  addresses: readonly Address[],
): Promise<number[]> {
  if (addresses.length === 0) return [];
  const { brand_id, id } = customer;
  const values = [brand_id, id, addresses.map((one) => one.typeId), addresses.map((one) => one.normalised)];
  const [, linked] = await pipeline(
    () => lockAddresses(tx, brand_id, addresses),
    () => inChunks(tx, linkUnlinkedChunk, values),
  );
  return linked;
}

const anyUnlinkedTicket: Statement = {
  name: "link_select_unlinked",
  text: `SELECT t.id FROM unnest($2::bigint[], $3::text[]) AS a (channel_type_id, normalised)
      CROSS JOIN LATERAL (SELECT id FROM ticket k
        WHERE brand_id = $1 AND channel_type_id = a.channel_type_id AND contact = a.normalised
          AND customer_id IS NULL AND former_customer_id IS NULL AND NOT ${isOfDeleted} LIMIT 1) AS t
    LIMIT 1`,
};

/** Locks addresses until the transaction ends, and returns whether one of them has an unlinked ticket. */
export async function hasUnlinkedTickets(
  tx: Tx,
  brandId: number,
  addresses: readonly Address[],
): Promise<boolean> {
  if (addresses.length === 0) return false;
  const values = [brandId, addresses.map((one) => one.typeId), addresses.map((one) => one.normalised)];
  const [, unlinked] = await pipeline(
    () => lockAddresses(tx, brandId, addresses),
    () => tx.row(anyUnlinkedTicket, values),
  );
  return unlinked !== undefined;
}

// What it takes the ticket from is recorded: a customer, or the deleted one whose restore it waited for. A ticket that is
// unlinked waits for that restore again.
const setTicketCustomer: Statement = {
  name: "link_set_customer",
  text: `WITH held AS (
      SELECT id, customer_id, former_customer_id FROM ticket
        WHERE id = $1 AND brand_id = $2 AND customer_id IS DISTINCT FROM $3 FOR NO KEY UPDATE),
    taken AS (
      INSERT INTO ticket_former_link AS l (customer_id, ticket_id, by_deletion)
      SELECT coalesce(customer_id, former_customer_id), id, customer_id IS NULL FROM held
        WHERE coalesce(customer_id, former_customer_id) IS NOT NULL
      ON CONFLICT (customer_id, ticket_id) DO UPDATE SET by_deletion = l.by_deletion OR excluded.by_deletion)
    UPDATE ticket t SET customer_id = $3, former_customer_id = CASE WHEN $3 IS NULL THEN (
        SELECT l.customer_id FROM ticket_former_link l JOIN deleted_customer d ON d.id = l.customer_id
          WHERE l.ticket_id = t.id AND l.by_deletion ORDER BY d.deleted_at DESC LIMIT 1) END
      FROM held WHERE t.id = held.id RETURNING t.id`,
};

/**
 * Links a ticket of the brand to a customer, or to none (null), whatever its link before. Returns whether that was a
 * change.
 */
export async function linkTicket(
  tx: Tx,
  ticket: { id: number; brandId: number },
  customerId: number | null,
): Promise<boolean> {
  return (await tx.row(setTicketCustomer, [ticket.id, ticket.brandId, customerId])) !== undefined;
}

const selectTicketsOfBrand: Statement = {
  name: "link_select_tickets",
  text: "SELECT id FROM ticket WHERE id = ANY ($1::bigint[]) AND brand_id = $2",
};

/** Those of these tickets that belong to the brand; queries nothing for an empty list. Tickets are never deleted. */
export async function findTicketsOfBrand(
  tx: Queryable,
  brandId: number,
  ids: readonly number[],
): Promise<Set<number>> {
  const rows = ids.length === 0 ? [] : await tx.rows<{ id: number }>(selectTicketsOfBrand, [ids, brandId]);
  return new Set(rows.map(({ id }) => id));
}

const unlinkChunk: Statement = {
  name: "link_unlink_all",
  text: `UPDATE ticket SET customer_id = NULL, former_customer_id = $1
    WHERE id IN (SELECT id FROM ticket WHERE customer_id = $1 ORDER BY id LIMIT $2)
    AND customer_id = $1 RETURNING id`,
};

/** Unlinks a customer's tickets, and stores whose they were. */
export function unlinkAllTickets(tx: Tx, customerId: number): Promise<number[]> {
  return inChunks(tx, unlinkChunk, [customerId]);
}

const relinkChunk: Statement = {
  name: "link_relink_all",
  text: `UPDATE ticket SET customer_id = $1, former_customer_id = NULL
    WHERE id IN (SELECT id FROM ticket WHERE former_customer_id = $1 ORDER BY id LIMIT $2)
    AND former_customer_id = $1 RETURNING id`,
};

/** A ticket that a restore does not bring back, and the customer that has it (null: none). */
export interface TakenTicket {
  ticket_id: number;
  customer_id: number | null;
}

/** A restore reports so many tickets, the first ones. */
const maxTakenTickets = 1000;

const endDeletion: Statement = {
  name: "link_end_deletion",
  text: `WITH ended AS (
      UPDATE ticket_former_link SET by_deletion = false WHERE customer_id = $1 AND by_deletion RETURNING ticket_id)
    SELECT t.id AS ticket_id, t.customer_id FROM ended e JOIN ticket t ON t.id = e.ticket_id
      WHERE t.customer_id IS DISTINCT FROM $1 ORDER BY t.id LIMIT ${maxTakenTickets}`,
};

/** Links the tickets of a restored customer again; returns those that calls have given to others meanwhile. */
export async function relinkAllTickets(tx: Tx, customerId: number): Promise<TakenTicket[]> {
  await inChunks(tx, relinkChunk, [customerId]);
  return tx.rows<TakenTicket>(endDeletion, [customerId]);
}
