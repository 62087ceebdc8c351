// Tickets as the tests of tickets, messages, linking and deletion make and look at them, all through the client.
import type { Api, Client, DossierError, Input, Ticket } from "@dossier/api";
import type pg from "pg";

export const mail = (address: string) => ({ type: "email", address });

/** A ticket by e-mail in one call; `more` says what is different about it. */
export async function openTicket(
  { ticket }: Client,
  brandId: number,
  from: string,
  more: Partial<Input<Api["ticket"]["create"]>> = {},
): Promise<number> {
  return (await ticket.create({ brandId, channel: "email", from, ...more })).id;
}

/** So many tickets of one address, ten at a time. Answers their ids, oldest first. */
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

const planted = `INSERT INTO ticket (brand_id, type_id, direction, contact, customer_id)
  SELECT $1::bigint, 1, 'inbound', $2::text, $3::bigint FROM generate_series(1, $4) RETURNING id`;

/** So many tickets by e-mail that no call could make as fast: a customer's, or waiting for one. Answers their ids. */
export async function plantTickets(
  pool: pg.Pool,
  brandId: number,
  contact: string,
  count: number,
  customerId: number | null = null,
): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(planted, [brandId, contact, customerId, count]);
  return rows.map((row) => row.id);
}

export async function readTicket({ ticket }: Client, id: number): Promise<Ticket> {
  return (await ticket.find({ id })).item;
}

/** Whose each of the tickets is; null is nobody's. */
export function ownersOf(client: Client, ids: readonly number[]): Promise<(number | null)[]> {
  return Promise.all(ids.map(async (id) => (await readTicket(client, id)).customer_id));
}

export const idsOf = (page: { items: { id: number }[] }) => page.items.map((one) => one.id);

/** What a call came to in one word: its outcome, or the code it was refused with. */
export function say(call: Promise<{ outcome: string }>): Promise<string> {
  return call.then(
    (one) => one.outcome,
    (error: unknown) => (error as DossierError).code,
  );
}
