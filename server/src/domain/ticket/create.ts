/**
 * New tickets, for one caller or for many at once. A new ticket finds its customer by the contact's address: the address is
 * locked, who has it is looked up, and the ticket is written with its customer. A customer who leaves in between makes the
 * caller look again.
 */
import { type ChannelType, notFound, type TicketStatus } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import { violated } from "../../db/errors.ts";
import type { Brand } from "../brand/brand.ts";
import { enqueueLookups, isLookedUp } from "../crm/contact-lookup.ts";
import { findHolders, ticketNews } from "../linking.ts";
import type { Happening } from "../outbox.ts";
import { addTicketTerms } from "./search.ts";
import { Raced } from "../command.ts";

/** A ticket to be opened, with everything understood. */
export interface NewTicket {
  type: ChannelType;
  direction: "inbound" | "outbound";
  from: string;
  fromName: string;
  to: string;
  /** the contact's address as it is compared; none of a withheld one */
  contact: string | undefined;
  title: string;
  status: TicketStatus;
  priority: string;
  occurredAt: Date | undefined;
}

/** A ticket that was opened. */
export interface OpenTicket {
  id: number;
  customer_id: number | null;
}

// Numbered in their order, which is that of the rows that come back.
const insertRows: Statement = {
  name: "ticket_insert",
  text: `INSERT INTO ticket (id, brand_id, type_id, direction, from_address, from_name, to_address, contact, title, status,
      priority, customer_id, created_at, last_update, closed_at) OVERRIDING SYSTEM VALUE
    SELECT id, $1, type_id, direction, from_address, from_name, to_address, contact, title, status, priority, customer_id,
        at, at, CASE WHEN status = 'closed' THEN at END
      FROM (SELECT nextval('ticket_id_seq') AS id, coalesce(s.occurred_at, clock_timestamp()) AS at, s.*
              FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                  $10::text[], $11::bigint[], $12::timestamptz[])
                AS s (type_id, direction, from_address, from_name, to_address, contact, title, status, priority,
                  customer_id, occurred_at)) AS numbered
    RETURNING id, customer_id`,
};

/** Writes tickets of a brand, each with its customer, if one has its contact's address, and what it is found by. */
export async function openTickets(tx: Tx, brand: Brand, all: readonly NewTicket[]): Promise<OpenTicket[]> {
  const placed = all.flatMap(({ type, contact }) =>
    contact === undefined ? [] : [{ typeId: type.id, normalised: contact }],
  );
  const holderOf = await findHolders(tx, brand.id, placed);
  const values = [
    brand.id,
    all.map(({ type }) => type.id),
    all.map(({ direction }) => direction),
    all.map(({ from }) => from),
    all.map(({ fromName }) => fromName),
    all.map(({ to }) => to),
    all.map(({ contact }) => contact ?? null),
    all.map(({ title }) => title),
    all.map(({ status }) => status),
    all.map(({ priority }) => priority),
    all.map(({ type, contact }) =>
      contact === undefined ? null : (holderOf({ typeId: type.id, normalised: contact }) ?? null),
    ),
    all.map(({ occurredAt }) => occurredAt ?? null),
  ];
  const made = await tx.rows<OpenTicket>(insertRows, values).catch(refuse);
  const opened = made.map((row, at) => ({ ...(all[at] as NewTicket), id: row.id }));
  await Promise.all([
    addTicketTerms(tx, brand.id, opened),
    enqueueLookups(
      tx,
      brand.id,
      opened.filter(({ type, contact }) => isLookedUp(brand, type, contact)),
    ),
  ]);
  return made;
}

function refuse(error: unknown): never {
  const promise = violated(error);
  if (promise === "ticket_customer") throw new Raced(); // the customer has left meanwhile
  throw promise === "ticket_brand_id_fkey" ? notFound("brand") : error;
}

/** What is answered of a new ticket, and told. */
export function answerOf(brandId: number, made: OpenTicket) {
  return {
    type: "result" as const,
    message: "Ticket created.",
    id: made.id,
    ticketID: made.id,
    customer_id: made.customer_id,
    outcome: "created" as const,
    trail: { brandId },
    news: newsOf(brandId, made),
  };
}

/** A ticket that has a customer from the beginning is news. */
export function newsOf(brandId: number, { id, customer_id }: OpenTicket): Happening[] {
  return customer_id === null ? [] : [ticketNews(brandId, customer_id, id)];
}
