/** Messages and notes: what is said in a ticket. A message belongs to the customer of its ticket. */
import { type Api, type ChannelType, type Decoded, notFound, type TicketStatus } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import { findBrandOrNone } from "../brand/brand.ts";
import type { Brand } from "../brand/row.ts";
import { distinctAddresses, recognisedAddresses } from "../address.ts";
import { type Call, defineCommand, run } from "../command.ts";
import { brandScope, canSeeBrand, type RequestContext } from "../context.ts";
import { chatType, requireChannelType } from "./contact.ts";
import { eventsOf, insertTickets, type NewTicket } from "./create.ts";
import { LineCutter, readTicketTexts } from "./intake.ts";
import { readParty } from "./party.ts";
import { bumpTickets, type LockedTicket, lockTickets } from "./row.ts";

/** A message or note to be inserted; a note has no channel type. */
interface MessageDraft {
  ticketId: number;
  type: ChannelType | undefined;
  direction: "inbound" | "outbound" | null;
  author: string;
  from: string;
  to: string;
  /** the addresses written to, as they are compared */
  recipients: readonly string[];
  content: string;
  occurredAt: Date | undefined;
}

type Input = Decoded<Api["message"]["create"]>;

/** A message, and which of its lines were cut. */
interface Sent extends Input {
  cut: { truncated?: string[] };
  /** to whom, as it was sent: what is shown may be cut */
  sentTo: string;
}

/** A message, the ticket it is in, and the status that it gives the ticket. */
interface MessagePlan {
  ticket: LockedTicket;
  draft: MessageDraft;
  status: TicketStatus;
}

const creation = defineCommand({
  name: "message.create",
  batchKey: ({ ctx }: Call<Sent>) => brandScope(ctx.caller)?.join() ?? "all",
  read: (tx, calls) =>
    lockTickets(
      tx,
      calls[0]?.ctx.caller,
      calls.map(({ input }) => input.ticketId),
    ),
  plan: ({ ctx, input }, tickets): MessagePlan => {
    const ticket = tickets.get(input.ticketId);
    if (!ticket) throw notFound("ticket");
    const draft = isNote(input) ? noteOf(ctx, input) : messageOf(ctx, ticket, input);
    return { ticket, draft, status: input.submitStatus ?? ticket.status };
  },
  claims: ({ ticket }) => [`ticket ${ticket.id}`],
  apply: async (tx, planned) => {
    const plans = planned.map(({ plan }) => plan);
    const inserted = await insertMessages(
      tx,
      plans.map(({ draft }) => draft),
    );
    const rows = plans.map((plan) => ({ ...plan, ...(inserted.get(plan.ticket.id) as InsertedMessage) }));
    await Promise.all([
      insertRecipients(tx, rows),
      bumpTickets(
        tx,
        rows.map(({ ticket, status, created_at }) => ({ id: ticket.id, status, at: created_at })),
      ),
    ]);
    return rows;
  },
  respond: ({ input }, { id, ticket }) => ({
    type: "result" as const,
    message: isNote(input) ? "Note created." : "Message created.",
    id,
    ticketID: ticket.id,
    outcome: "created" as const,
    ...input.cut,
    audit: { subjectId: ticket.id, brandId: ticket.brand_id },
  }),
});

/** Writes a message or a note into a ticket. */
export function createMessage(ctx: RequestContext, input: Input) {
  if (!isNote(input)) requireChannelType(ctx, "type", input.type);
  const { toAddress: sentTo = "" } = input;
  const cutter = new LineCutter(ctx);
  const toAddress = sentTo === "" ? undefined : cutter.fit("toAddress", sentTo);
  return run(creation, ctx, { ...input, toAddress, sentTo, cut: cutter.truncated });
}

function isNote({ type }: Input): boolean {
  return type.toLowerCase() === "note";
}

/** A contact speaks from their address and under their name, an agent for the key that was used. */
function messageOf(
  ctx: RequestContext,
  ticket: LockedTicket,
  { type, message, toAddress, sentTo, direction = "outbound", occurredAt }: Sent,
): MessageDraft {
  const isInbound = ticket.direction === "inbound";
  const contact = isInbound ? ticket.from_address : ticket.to_address;
  const desk = isInbound ? ticket.to_address : ticket.from_address;
  const parties =
    direction === "outbound"
      ? { author: ctx.caller.name, from: desk, to: toAddress ?? contact }
      : { author: isInbound ? ticket.from_name : "", from: contact, to: toAddress ?? desk };
  const channelType = requireChannelType(ctx, "type", type);
  const recipients = readParty(channelType, sentTo === "" ? parties.to : sentTo).addresses;
  const said = { content: message, occurredAt };
  return { ticketId: ticket.id, type: channelType, direction, ...parties, recipients, ...said };
}

function noteOf(ctx: RequestContext, { ticketId, message, occurredAt }: Input): MessageDraft {
  const author = ctx.caller.name;
  return {
    ticketId,
    type: undefined,
    direction: null,
    author,
    from: "",
    to: "",
    recipients: [],
    content: message,
    occurredAt,
  };
}

/** A chat: its ticket, and what was said. */
interface Chat {
  brandId: number;
  ticket: NewTicket;
  content: string;
  cut: { truncated?: string[] };
}

const chat = defineCommand({
  name: "message.chatbot",
  batchKey: ({ ctx, input }: Call<Chat>) =>
    canSeeBrand(ctx.caller, input.brandId) ? String(input.brandId) : undefined,
  read: (tx, calls) => findBrandOrNone(tx, calls[0]?.input.brandId as number),
  plan: ({ ctx, input }, brand): { brand: Brand; ticket: NewTicket; content: string } => {
    if (!brand || !canSeeBrand(ctx.caller, brand.id)) throw notFound("brand");
    return { brand, ticket: input.ticket, content: input.content };
  },
  apply: async (tx, planned) => {
    const plans = planned.map(({ plan }) => plan);
    const tickets = await insertTickets(
      tx,
      plans[0]?.brand as Brand,
      plans.map(({ ticket }) => ticket),
    );
    const drafts = plans.map(
      ({ ticket: { type, from, fromName, occurredAt }, content }, at): MessageDraft => {
        const parties = { author: fromName, from, to: "", recipients: [] };
        return {
          ticketId: tickets[at]?.id as number,
          type,
          direction: "inbound",
          ...parties,
          content,
          occurredAt,
        };
      },
    );
    const messages = await insertMessages(tx, drafts);
    return tickets.map((ticket) => ({ ticket, id: messages.get(ticket.id)?.id as number }));
  },
  respond: ({ input: { brandId, cut } }, { ticket, id }) => ({
    type: "result" as const,
    message: "Ticket created.",
    id,
    ticketID: ticket.id,
    customer_id: ticket.customer_id,
    outcome: "created" as const,
    ...cut,
    audit: { subjectId: ticket.id, brandId },
    events: eventsOf(brandId, ticket),
  }),
});

/** Creates a ticket with what a contact wrote to a program. */
export function createByChatbot(ctx: RequestContext, input: Decoded<Api["message"]["chatbot"]>) {
  const { brandId, from = "", subject: title = "", message: content, occurredAt } = input;
  const cutter = new LineCutter(ctx);
  const parties = { type: chatType(ctx, from), direction: "inbound" as const, from, fromName: "", to: "" };
  const texts = readTicketTexts(cutter, { ...parties, title }, { title: "subject" });
  const ticket = { ...texts, status: "new" as const, priority: "medium", occurredAt };
  return run(chat, ctx, { brandId, ticket, content, cut: cutter.truncated });
}

interface InsertedMessage {
  id: number;
  created_at: Date;
}

const insertRows: Statement = {
  name: "message_insert",
  text: `INSERT INTO message (ticket_id, customer_id, type, channel_type_id, direction, author, from_address, to_address, content,
      created_at)
    SELECT t.id, t.customer_id, s.type, s.channel_type_id, s.direction, s.author, s.from_address, s.to_address, s.content,
        coalesce(s.occurred_at, clock_timestamp())
      FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
          $9::timestamptz[])
        AS s (ticket_id, type, channel_type_id, direction, author, from_address, to_address, content, occurred_at)
        JOIN ticket t ON t.id = s.ticket_id
    RETURNING id, ticket_id, created_at`,
};

/** Inserts messages into different tickets; by ticket. */
async function insertMessages(tx: Tx, all: readonly MessageDraft[]): Promise<Map<number, InsertedMessage>> {
  const rows = await tx.rows<InsertedMessage & { ticket_id: number }>(insertRows, [
    all.map(({ ticketId }) => ticketId),
    all.map(({ type }) => (type ? "message" : "note")),
    all.map(({ type }) => type?.id ?? null),
    all.map(({ direction }) => direction),
    all.map(({ author }) => author),
    all.map(({ from }) => from),
    all.map(({ to }) => to),
    all.map(({ content }) => content),
    all.map(({ occurredAt }) => occurredAt ?? null),
  ]);
  return new Map(rows.map(({ ticket_id, ...row }) => [ticket_id, row]));
}

// Of a message to another address than the ticket's, so that a purge of its customer finds the message.
const insertRecipientRows: Statement = {
  name: "message_recipient_insert",
  text: `INSERT INTO message_recipient (brand_id, channel_type_id, normalised, message_id)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[])`,
};

/** Records to which addresses messages were sent, unless their tickets say so themselves. */
async function insertRecipients(tx: Tx, all: readonly (MessagePlan & { id: number })[]): Promise<void> {
  const recipients = all.flatMap(({ ticket, draft: { type, to, recipients: addresses }, id }) => {
    if (!type || !isOtherAddress(ticket, to)) return [];
    const own = addresses.map((normalised) => ({ typeId: type.id, normalised }));
    return distinctAddresses([...own, ...recognisedAddresses(to)]).map((one) => ({
      ...one,
      brandId: ticket.brand_id,
      id,
    }));
  });
  if (recipients.length === 0) return;
  await tx.row(insertRecipientRows, [
    recipients.map(({ brandId }) => brandId),
    recipients.map(({ typeId }) => typeId),
    recipients.map(({ normalised }) => normalised),
    recipients.map(({ id }) => id),
  ]);
}

function isOtherAddress({ from_address, to_address }: LockedTicket, to: string): boolean {
  return to !== "" && to !== from_address && to !== to_address;
}
