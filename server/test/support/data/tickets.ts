// Fixtures for tests of tickets, messages, linking and deletion, all through the client.
import type { Api, RawClient as Client, DossierError, Input, RawTicket as Ticket } from "@dossier/api";
import type pg from "pg";

export const mail = (address: string) => ({ type: "email", address });

/** A ticket by e-mail in one call; `more` overrides fields. */
export async function openTicket(
  { ticket }: Client,
  brandId: number,
  from: string,
  more: Partial<Input<Api["ticket"]["create"]>> = {},
): Promise<number> {
  return (await ticket.create({ brandId, channel: "email", from, ...more })).id;
}

/** So many tickets of one address, ten concurrently. Returns their ids, oldest first. */
export async function openTickets(client: Client, brandId: number, from: string, count: number) {
  const made: number[] = [];
  while (made.length < count) {
    const some = Array.from({ length: Math.min(10, count - made.length) }, () =>
      openTicket(client, brandId, from),
    );
    made.push(...(await Promise.all(some)));
  }
  return made.sort((a, b) => a - b);
}

const insertTicketsSql = `INSERT INTO ticket (brand_id, channel_type_id, direction, contact, customer_id)
  SELECT $1::bigint, 1, 'inbound', $2::text, $3::bigint FROM generate_series(1, $4) RETURNING id`;

/** So many tickets by e-mail, faster than by calls: linked to a customer, or unlinked. Returns their ids. */
export async function insertTicketRows(
  pool: pg.Pool,
  brandId: number,
  contact: string,
  count: number,
  customerId: number | null = null,
): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(insertTicketsSql, [brandId, contact, customerId, count]);
  return rows.map((row) => row.id);
}

export async function readTicket({ ticket }: Client, id: number): Promise<Ticket> {
  return (await ticket.find({ id })).item;
}

/** The customer of each of the tickets; null if it is unlinked. */
export function ownersOf(client: Client, ids: readonly number[]): Promise<(number | null)[]> {
  return Promise.all(ids.map(async (id) => (await readTicket(client, id)).customer_id));
}

export const idsOf = (page: { items: { id: number }[] }) => page.items.map((one) => one.id);

/** The outcome of a call in one word: its outcome, or its error code. */
export function outcomeOf(call: Promise<{ outcome: string }>): Promise<string> {
  return call.then(
    (one) => one.outcome,
    (error: unknown) => (error as DossierError).code,
  );
}
