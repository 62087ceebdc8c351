/** Messages and notes: what is said in a ticket. A message belongs to its ticket's customer, whoever that is. */
import type { Api, Decoded } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import type { Ask } from "../context.ts";
import { findBrand } from "../brand/brand.ts";
import { newsOf, type OpenTicket, openTickets } from "./create.ts";
import { chatType, contactOf, type HeldTicket, lockTicket, touchTicket, typeNamed } from "./update.ts";
import { write } from "../command.ts";

const insertMessage: Statement = {
  name: "message_insert",
  text: `INSERT INTO message (ticket_id, customer_id, kind, type_id, direction, author, from_address, to_address, content, created_at)
    SELECT id, customer_id, $2, $3, $4, $5, $6, $7, $8, coalesce($9, clock_timestamp()) FROM ticket WHERE id = $1
    RETURNING id, created_at`,
};

interface Said {
  typeId: number | null;
  direction: "inbound" | "outbound" | null;
  author: string;
  from: string;
  to: string;
  content: string;
  occurredAt: Date | undefined;
}

async function say(tx: Tx, ticketId: number, said: Said): Promise<{ id: number; created_at: Date }> {
  const kind = said.typeId === null ? "note" : "message";
  const { typeId, direction, author, from, to, content, occurredAt } = said;
  const values = [ticketId, kind, typeId, direction, author, from, to, content, occurredAt ?? null];
  return (await tx.row<{ id: number; created_at: Date }>(insertMessage, values)) as {
    id: number;
    created_at: Date;
  };
}

/** Writes a message or a note into a ticket. */
export function createMessage(ask: Ask, input: Decoded<Api["message"]["create"]>) {
  const isNote = input.type.toLowerCase() === "note";
  const type = isNote ? undefined : typeNamed(ask, "type", input.type);
  return write(ask, async (tx) => {
    const ticket = await lockTicket(tx, ask, input.ticketId);
    const said = type ? messageOf(ask, ticket, type.id, input) : noteOf(ask, input);
    const { id, created_at } = await say(tx, ticket.id, said);
    await touchTicket(tx, ticket, input.submitStatus ?? ticket.status, created_at);
    return {
      type: "result" as const,
      message: isNote ? "Note created." : "Message created.",
      id,
      ticketID: ticket.id,
      outcome: "created" as const,
      trail: { subjectId: ticket.id, brandId: ticket.brand_id },
    };
  });
}

/** A contact speaks from their address and under their name, an agent for the key that was used. */
function messageOf(
  ask: Ask,
  ticket: HeldTicket,
  typeId: number,
  { message, toAddress, direction = "outbound", occurredAt }: Decoded<Api["message"]["create"]>,
): Said {
  const inbound = ticket.direction === "inbound";
  const contact = inbound ? ticket.from_address : ticket.to_address;
  const desk = inbound ? ticket.to_address : ticket.from_address;
  const parties =
    direction === "outbound"
      ? { author: ask.caller.name, from: desk, to: toAddress ?? contact }
      : { author: inbound ? ticket.from_name : "", from: contact, to: toAddress ?? desk };
  return { typeId, direction, ...parties, content: message, occurredAt };
}

function noteOf(ask: Ask, { message, occurredAt }: Decoded<Api["message"]["create"]>): Said {
  return {
    typeId: null,
    direction: null,
    author: ask.caller.name,
    from: "",
    to: "",
    content: message,
    occurredAt,
  };
}

/** Opens a ticket with what a contact wrote to a program. */
export function createByChatbot(ask: Ask, input: Decoded<Api["message"]["chatbot"]>) {
  const { from, subject = "", message, occurredAt } = input;
  const type = chatType(ask, from);
  const contact = contactOf(ask, "from", type, from);
  return write(ask, async (tx) => {
    const brand = await findBrand(tx, ask.caller, input.brandId);
    const sent = { type, direction: "inbound" as const, from, fromName: "", to: "", contact, title: subject };
    const asked = { ...sent, status: "new" as const, priority: "medium", occurredAt };
    const [ticket] = (await openTickets(tx, brand, [asked])) as [OpenTicket];
    const said = { typeId: type.id, direction: "inbound" as const, author: "", from, to: "" };
    const { id } = await say(tx, ticket.id, { ...said, content: message, occurredAt });
    return {
      type: "result" as const,
      message: "Ticket created.",
      id,
      ticketID: ticket.id,
      customer_id: ticket.customer_id,
      outcome: "created" as const,
      trail: { subjectId: ticket.id, brandId: brand.id },
      news: newsOf(brand.id, ticket),
    };
  });
}
