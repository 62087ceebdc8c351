/** Opening and changing tickets. */
import {
  type Api,
  type ChannelType,
  type Decoded,
  findType,
  inferType,
  invalid,
  normaliseAddress,
  notFound,
  type TicketStatus,
} from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import { type Ask, scopeOf, spelledBy } from "../context.ts";
import { findBrand } from "../brand/brand.ts";
import { lockCustomer, lockHolder } from "../customer/row.ts";
import { checkSame } from "../customer/identify.ts";
import { linkTicket } from "../linking.ts";
import { answerOf, type NewTicket, newsOf, type OpenTicket, openTickets } from "./create.ts";
import { changeTicketTerms } from "./search.ts";
import { openTogether } from "../ticket-together.ts";
import { write } from "../command.ts";

/** The channel type a request names. */
export function typeNamed(ask: Ask, ours: string, sent: string): ChannelType {
  const type = findType(ask.types, sent);
  if (!type) throw invalid([{ field: spelledBy(ask, ours), message: "is no channel type" }]);
  return type;
}

/** An address in the form in which it is compared; empty is none. */
export function contactOf(ask: Ask, ours: string, type: ChannelType, sent: string): string | undefined {
  if (sent === "") return undefined;
  const read = normaliseAddress(type.rule, sent);
  if ("fault" in read) throw invalid([{ field: spelledBy(ask, ours), message: read.fault }]);
  return read.normalised;
}

/** Opens a ticket. */
export async function createTicket(ask: Ask, input: Decoded<Api["ticket"]["create"]>) {
  const { direction = "inbound", from = "", fromName = "", to = "", title = "" } = input;
  const { status = "new", priority = "medium", occurredAt } = input;
  const type = typeNamed(ask, "channel", input.channel);
  const [ours, address] = direction === "inbound" ? ["from", from] : ["to", to];
  const contact = contactOf(ask, ours, type, address);
  const sent = { type, direction, from, fromName, to, contact, title, status, priority, occurredAt };
  return (await openTogether(ask, input.brandId, sent)) ?? (await openAlone(ask, input.brandId, sent));
}

function openAlone(ask: Ask, brandId: number, ticket: NewTicket) {
  return write(ask, async (tx) => {
    const brand = await findBrand(tx, ask.caller, brandId);
    const [made] = await openTickets(tx, brand, [ticket]);
    return answerOf(brand.id, made as OpenTicket);
  });
}

/** A ticket under lock. */
export interface HeldTicket {
  id: number;
  brand_id: number;
  type_id: number;
  direction: "inbound" | "outbound";
  from_address: string;
  from_name: string;
  to_address: string;
  title: string;
  status: TicketStatus;
  priority: string;
  customer_id: number | null;
}

const columns =
  "id, brand_id, type_id, direction, from_address, from_name, to_address, title, status, priority, customer_id";

const ticketById: Statement = {
  name: "ticket_brand",
  text: "SELECT brand_id FROM ticket WHERE id = $1 AND ($2::bigint[] IS NULL OR brand_id = ANY ($2))",
};

const lockById: Statement = {
  name: "ticket_lock",
  text: `SELECT ${columns} FROM ticket
    WHERE id = $1 AND ($2::bigint[] IS NULL OR brand_id = ANY ($2)) FOR NO KEY UPDATE`,
};

/** Locks a ticket the caller may know of. */
export async function lockTicket(tx: Tx, ask: Ask, id: number): Promise<HeldTicket> {
  const held = await tx.row<HeldTicket>(lockById, [id, scopeOf(ask.caller)]);
  if (!held) throw notFound("ticket");
  return held;
}

type Change = Decoded<Api["ticket"]["update"]>;

/** Changes a ticket, or links it. The customer is locked before the ticket, as everywhere. */
export function updateTicket(ask: Ask, input: Change) {
  return write(ask, async (tx) => {
    const there = await tx.row<{ brand_id: number }>(ticketById, [input.id, scopeOf(ask.caller)]);
    if (!there) throw notFound("ticket");
    const customerId = await customerMeant(tx, ask, there.brand_id, input);
    const held = await lockTicket(tx, ask, input.id);
    const fields = await saveTicket(tx, held, input);
    const ticket = { id: held.id, brandId: held.brand_id };
    const linked = customerId !== undefined && (await linkTicket(tx, ticket, customerId));
    if (linked) fields.push("customer_id");
    const outcome = fields.length > 0 ? ("updated" as const) : ("unchanged" as const);
    return {
      type: "result" as const,
      message: fields.length > 0 ? "Ticket updated." : "Nothing to change.",
      id: held.id,
      ticketID: held.id,
      customer_id: customerId === undefined ? held.customer_id : customerId,
      outcome,
      trail: { brandId: held.brand_id, fields },
      news: linked ? newsOf(held.brand_id, { id: held.id, customer_id: customerId }) : [],
    };
  });
}

/** Whose the ticket shall be: a customer of its brand, nobody (null), or as it is (nothing). */
async function customerMeant(
  tx: Tx,
  ask: Ask,
  brandId: number,
  { customerId, primaryId }: Change,
): Promise<number | null | undefined> {
  if (customerId === null && primaryId !== undefined)
    throw invalid([
      { field: spelledBy(ask, "customerId"), message: "unlinks; leave out the primary id with it" },
    ]);
  if (customerId === null || (customerId === undefined && primaryId === undefined)) return customerId;
  const held =
    customerId === undefined
      ? await lockHolder(tx, brandId, primaryId ?? "")
      : await lockCustomer(tx, ask, customerId);
  if (held?.brand_id !== brandId) throw notFound("customer");
  checkSame(held, { primaryId });
  return held.id;
}

const updateColumns: Statement = {
  name: "ticket_update",
  text: `UPDATE ticket SET title = $2, status = $3, priority = $4, last_update = clock.now,
      closed_at = CASE WHEN $3 = 'closed' THEN coalesce(closed_at, clock.now) END
    FROM (SELECT clock_timestamp() AS now) AS clock WHERE id = $1`,
};

async function saveTicket(tx: Tx, held: HeldTicket, input: Change): Promise<string[]> {
  const { title = held.title, status = held.status, priority = held.priority } = input;
  const now = { title, status, priority };
  const names = ["title", "status", "priority"] as const;
  const fields = names.filter((name) => now[name] !== held[name]);
  if (fields.length === 0) return [];
  await tx.row(updateColumns, [held.id, title, status, priority]);
  if (fields.includes("title")) await changeTicketTerms(tx, { id: held.id, brandId: held.brand_id, title });
  return [...fields];
}

/** The state a message gives its ticket, and when something was last said in it. */
const touch: Statement = {
  name: "ticket_touch",
  text: `UPDATE ticket SET status = $2, last_update = greatest(last_update, $3::timestamptz),
      closed_at = CASE WHEN $2 = 'closed' THEN coalesce(closed_at, $3::timestamptz) END WHERE id = $1`,
};

/** Notes that something was said in a ticket. */
export async function touchTicket(tx: Tx, ticket: HeldTicket, status: TicketStatus, at: Date): Promise<void> {
  await tx.row(touch, [ticket.id, status, at]);
}

/** The type of a chat's channel: what its contact's address shows, else livechat. */
export function chatType(ask: Ask, from: string): ChannelType {
  const type = inferType(ask.types, from) ?? ask.types.find((one) => one.id === 8);
  if (!type) throw new Error("the built-in channel types are not there");
  return type;
}
