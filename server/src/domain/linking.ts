/**
 * Which tickets belong to which customers, from both sides. A ticket waits for a customer while it has none; it is
 * linked by its contact's address, or by name. Whoever writes an address (a ticket's contact, or a channel whose call
 * links) first takes the address's lock and only then looks for the other side, in a later statement: so a ticket and
 * a channel that come at the same moment never miss each other.
 */
import type { Statement, Tx } from "../db/database.ts";
import type { Happening } from "./outbox.ts";

/** An address as it is compared. */
export interface Place {
  typeId: number;
  normalised: string;
}

// One number an address; two addresses of one number merely wait for each other. In one order, so nobody waits in a
// circle.
const lockPlaces: Statement = {
  name: "link_lock_addresses",
  text: `SELECT count(pg_advisory_xact_lock(place)) FROM (
      SELECT DISTINCT hashtextextended($1::bigint || ' ' || type_id || ' ' || normalised, 0) AS place
        FROM unnest($2::bigint[], $3::text[]) AS a (type_id, normalised) ORDER BY 1) AS places`,
};

/** Holds addresses until the transaction ends. What is looked for afterwards is there or has not come yet. */
async function lockAddresses(tx: Tx, brandId: number, places: readonly Place[]): Promise<void> {
  await tx.row(lockPlaces, [brandId, places.map((one) => one.typeId), places.map((one) => one.normalised)]);
}

const holdersOfPlaces: Statement = {
  name: "link_holders",
  text: `SELECT h.type_id, h.normalised, h.customer_id FROM unnest($2::bigint[], $3::text[]) AS a (type_id, normalised)
    JOIN customer_channel h ON h.brand_id = $1 AND h.type_id = a.type_id AND h.normalised = a.normalised`,
};

const textOf = ({ typeId, normalised }: Place) => `${typeId} ${normalised}`;

/** Holds addresses until the transaction ends, and tells the customer who has one of them as a channel. */
export async function findHolders(
  tx: Tx,
  brandId: number,
  places: readonly Place[],
): Promise<(place: Place) => number | undefined> {
  if (places.length === 0) return () => undefined;
  const values = [brandId, places.map((one) => one.typeId), places.map((one) => one.normalised)];
  const [, rows] = await Promise.all([
    lockAddresses(tx, brandId, places),
    tx.rows<{ type_id: number; normalised: string; customer_id: number }>(holdersOfPlaces, values),
  ]);
  const holders = new Map(
    rows.map(({ type_id, normalised, customer_id }) => [
      textOf({ typeId: type_id, normalised }),
      customer_id,
    ]),
  );
  return (place) => holders.get(textOf(place));
}

/** Tickets are moved in portions: a statement must not take longer than statements may. */
const portion = 1000;
const patience = 15_000;

/** Repeats a statement that moves a portion, until it moves none. Which were moved. */
async function inPortions(tx: Tx, statement: Statement, values: readonly unknown[]): Promise<number[]> {
  const all: number[] = [];
  for (;;) {
    const moved = await tx.rows<{ id: number }>(statement, [...values, portion]);
    if (moved.length === 0) return all;
    if (all.length === 0 && moved.length === portion) await tx.allowWaiting(patience);
    for (const { id } of moved) all.push(id);
  }
}

/** That a ticket became a customer's. */
export function ticketNews(brandId: number, customerId: number, ticketId: number): Happening {
  return { type: "ticket.linked", brand_id: brandId, customer_id: customerId, ticket_id: ticketId };
}

// Tickets that another call is linking just now are waited for, in the order of ids. What such a ticket was chosen for
// is said again outside, here and below: only that is looked at once more when the other call has come first.
const linkSome: Statement = {
  name: "link_waiting",
  text: `UPDATE ticket SET customer_id = $2, former_customer_id = NULL WHERE id IN (
      SELECT t.id FROM unnest($3::bigint[], $4::text[]) AS a (type_id, normalised)
        CROSS JOIN LATERAL (SELECT id FROM ticket
          WHERE brand_id = $1 AND type_id = a.type_id AND contact = a.normalised AND customer_id IS NULL
          ORDER BY id LIMIT $5) AS t
      ORDER BY t.id LIMIT $5)
    AND customer_id IS NULL RETURNING id`,
};

/** Gives a customer every waiting ticket of the brand that came from one of these addresses; which those were. */
export async function linkWaiting(
  tx: Tx,
  customer: { id: number; brand_id: number },
  places: readonly Place[],
): Promise<number[]> {
  if (places.length === 0) return [];
  const { brand_id, id } = customer;
  const values = [brand_id, id, places.map((one) => one.typeId), places.map((one) => one.normalised)];
  const [, linked] = await Promise.all([
    lockAddresses(tx, brand_id, places),
    inPortions(tx, linkSome, values),
  ]);
  return linked;
}

const someWaiting: Statement = {
  name: "link_some_waiting",
  text: `SELECT t.id FROM unnest($2::bigint[], $3::text[]) AS a (type_id, normalised)
      CROSS JOIN LATERAL (SELECT id FROM ticket
        WHERE brand_id = $1 AND type_id = a.type_id AND contact = a.normalised AND customer_id IS NULL LIMIT 1) AS t
    LIMIT 1`,
};

/** Holds addresses until the transaction ends, and says whether a ticket waits for one of them. */
export async function isWaitedFor(tx: Tx, brandId: number, places: readonly Place[]): Promise<boolean> {
  if (places.length === 0) return false;
  const values = [brandId, places.map((one) => one.typeId), places.map((one) => one.normalised)];
  const [, waiting] = await Promise.all([lockAddresses(tx, brandId, places), tx.row(someWaiting, values)]);
  return waiting !== undefined;
}

const linkNamed: Statement = {
  name: "link_ticket",
  text: `UPDATE ticket SET customer_id = $3, former_customer_id = NULL
    WHERE id = $1 AND brand_id = $2 AND customer_id IS DISTINCT FROM $3 RETURNING id`,
};

/** Gives a customer a ticket of the brand, whosever it was, or nobody (null). Whether that was a change. */
export async function linkTicket(
  tx: Tx,
  ticket: { id: number; brandId: number },
  customerId: number | null,
): Promise<boolean> {
  return (await tx.row(linkNamed, [ticket.id, ticket.brandId, customerId])) !== undefined;
}

const ticketOfBrand: Statement = {
  name: "link_ticket_of_brand",
  text: "SELECT id FROM ticket WHERE id = $1 AND brand_id = $2",
};

/** Whether the brand has such a ticket. Tickets never go. */
export async function hasTicket(tx: Tx, id: number, brandId: number): Promise<boolean> {
  return (await tx.row(ticketOfBrand, [id, brandId])) !== undefined;
}

const leaveSome: Statement = {
  name: "link_leave",
  text: `UPDATE ticket SET customer_id = NULL, former_customer_id = $1
    WHERE id IN (SELECT id FROM ticket WHERE customer_id = $1 ORDER BY id LIMIT $2)
    AND customer_id = $1 RETURNING id`,
};

/** Takes a customer's tickets from it, and remembers whose they were. */
export function leaveTickets(tx: Tx, customerId: number): Promise<number[]> {
  return inPortions(tx, leaveSome, [customerId]);
}

const returnSome: Statement = {
  name: "link_return",
  text: `UPDATE ticket SET customer_id = $1, former_customer_id = NULL
    WHERE id IN (SELECT id FROM ticket WHERE former_customer_id = $1 ORDER BY id LIMIT $2)
    AND former_customer_id = $1 RETURNING id`,
};

/** Gives a restored customer back the tickets that nobody else got meanwhile. */
export function returnTickets(tx: Tx, customerId: number): Promise<number[]> {
  return inPortions(tx, returnSome, [customerId]);
}
