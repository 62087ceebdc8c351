/**
 * New tickets. A ticket finds its customer by the contact's address: the address is locked, its owner is looked up, and the
 * ticket is written with its customer. When that customer is deleted in between, the call is planned again.
 */
import { type Api, type ChannelType, type Decoded, notFound, type TicketStatus } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import { findBrandOrNone } from "../brand/brand.ts";
import type { Brand } from "../brand/row.ts";
import { defineCommand, run } from "../command.ts";
import { canSeeBrand, type RequestContext } from "../context.ts";
import { enqueueLookups, needsLookup } from "../crm/contact-lookup.ts";
import { findOwnersUnderLock, ticketLinkedEvent } from "../linking.ts";
import type { DomainEvent } from "../outbox.ts";
import { requireChannelType } from "./contact.ts";
import { LineCutter, readTicketTexts } from "./intake.ts";
import { addTicketTerms } from "./search.ts";

/** A ticket to be created, with everything understood. */
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

/** A ticket that was created. */
export interface CreatedTicket {
  id: number;
  customer_id: number | null;
}

/** A new ticket and its brand's id. */
interface Creation {
  brandId: number;
  ticket: NewTicket;
  cut: { truncated?: string[] };
}

const creation = defineCommand({
  name: "ticket.create",
  batchKey: ({ ctx, input }: { ctx: RequestContext; input: Creation }) =>
    canSeeBrand(ctx.caller, input.brandId) ? String(input.brandId) : undefined,
  read: (tx, calls) => findBrandOrNone(tx, calls[0]?.input.brandId as number),
  plan: ({ ctx, input }, brand): { brand: Brand; ticket: NewTicket } => {
    if (!brand || !canSeeBrand(ctx.caller, brand.id)) throw notFound("brand");
    return { brand, ticket: input.ticket };
  },
  apply: (tx, planned) =>
    insertTickets(
      tx,
      planned[0]?.plan.brand as Brand,
      planned.map(({ plan }) => plan.ticket),
    ),
  respond: ({ input: { brandId, cut } }, created) => ({
    type: "result" as const,
    message: "Ticket created.",
    id: created.id,
    ticketID: created.id,
    customer_id: created.customer_id,
    outcome: "created" as const,
    ...cut,
    audit: { brandId },
    events: eventsOf(brandId, created),
  }),
});

/** Creates a ticket. */
export function createTicket(ctx: RequestContext, input: Decoded<Api["ticket"]["create"]>) {
  const { direction = "inbound", from = "", fromName = "", to = "", title = "" } = input;
  const { status = "new", priority = "medium", occurredAt } = input;
  const type = requireChannelType(ctx, "channel", input.channel);
  const cutter = new LineCutter(ctx);
  const texts = readTicketTexts(cutter, { type, direction, from, fromName, to, title });
  const ticket = { ...texts, status, priority, occurredAt };
  return run(creation, ctx, { brandId: input.brandId, ticket, cut: cutter.truncated });
}

// Numbered in their order, which is that of the rows that come back.
const insertRows: Statement = {
  name: "ticket_insert",
  text: `INSERT INTO ticket (id, brand_id, channel_type_id, direction, from_address, from_name, to_address, contact, title, status,
      priority, customer_id, created_at, last_update, closed_at) OVERRIDING SYSTEM VALUE
    SELECT id, $1, channel_type_id, direction, from_address, from_name, to_address, contact, title, status, priority, customer_id,
        at, at, CASE WHEN status = 'closed' THEN at END
      FROM (SELECT nextval('ticket_id_seq') AS id, coalesce(s.occurred_at, clock_timestamp()) AS at, s.*
              FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                  $10::text[], $11::bigint[], $12::timestamptz[])
                AS s (channel_type_id, direction, from_address, from_name, to_address, contact, title, status, priority,
                  customer_id, occurred_at)) AS numbered
    RETURNING id, customer_id`,
};

/** Inserts tickets of a brand, each with its customer if one has its contact's address, and what it is found by. */
export async function insertTickets(
  tx: Tx,
  brand: Brand,
  all: readonly NewTicket[],
): Promise<CreatedTicket[]> {
  const addresses = all.flatMap(({ type, contact }) =>
    contact === undefined ? [] : [{ typeId: type.id, normalised: contact }],
  );
  const ownerOf = await findOwnersUnderLock(tx, brand.id, addresses);
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
      contact === undefined ? null : (ownerOf({ typeId: type.id, normalised: contact }) ?? null),
    ),
    all.map(({ occurredAt }) => occurredAt ?? null),
  ];
  const created = await tx.rows<CreatedTicket>(insertRows, values);
  const inserted = created.map((row, at) => ({ ...(all[at] as NewTicket), id: row.id }));
  await Promise.all([
    addTicketTerms(tx, brand.id, inserted),
    enqueueLookups(
      tx,
      brand.id,
      inserted.filter(({ type, contact }) => needsLookup(brand, type, contact)),
    ),
  ]);
  return created;
}

/** A ticket that has a customer from the beginning is reported as linked. */
export function eventsOf(brandId: number, { id, customer_id }: CreatedTicket): DomainEvent[] {
  return customer_id === null ? [] : [ticketLinkedEvent(brandId, customer_id, id)];
}
