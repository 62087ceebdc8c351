/** Tickets: what contacts open. A ticket carries its contact's address and finds its customer by it. */
import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { choice, described, flag, identifier, instant, identifierOrNone, presence, text } from "../field.ts";
import { itemOf, listOf, pagingUpTo, resultOf } from "../page.ts";
import { timelineItem } from "./timeline.ts";

/** The states of a ticket. */
export const ticketStatuses = ["new", "open", "pending", "solved", "closed"] as const;
const priorities = ["low", "medium", "high", "urgent"] as const;
const directions = ["inbound", "outbound"] as const;

/**
 * One of the states of a ticket.
 *
 * @example
 * const status: TicketStatus = "solved";
 * await dossier.ticket.update({ id: 12, status });
 */
export type TicketStatus = (typeof ticketStatuses)[number];

const ticketFields = z.object({
  id: z.number().int(),
  brand_id: z.number().int(),
  brand_name: z.string(),
  channel_id: z.number().int(),
  channel_name: z.string(),
  direction: z.enum(directions),
  from: z.string(),
  from_name: z.string(),
  to: z.string(),
  title: z.string(),
  status: z.enum(ticketStatuses),
  priority: z.enum(priorities),
  customer_id: z.number().int().nullable().describe("null: nobody yet"),
  created_at: z.string(),
  last_update: z.string(),
  closed_at: z.string().nullable(),
});

/**
 * A ticket on the wire.
 *
 * @example
 * const open: Ticket[] = [];
 * for await (const ticket of dossier.ticket.each({ status: "open" }, { limit: 500 })) open.push(ticket);
 */
export type Ticket = z.output<typeof ticketFields>;

/** A ticket with what was said in it. */
export const ticketStoryShape = ticketFields.extend({
  crm_conflict: z
    .enum(["channel_taken", "primary_id_taken", "ambiguous_customer"])
    .nullable()
    .describe(
      "Why whom the brand's CRM knows by the address could not be taken over; null: nothing stood in the way",
    ),
  crm_candidates: z
    .object({ count: z.number().int(), primary_ids: z.array(z.string()) })
    .nullable()
    .describe("When the brand's CRM knows several by the address: how many, and their primary ids"),
  timeline: z
    .array(timelineItem)
    .optional()
    .describe("With getTicketHistory: the newest 1,000 messages and notes, newest first"),
});

/**
 * A ticket as `GET /ticket/{id}` shows it.
 *
 * @example
 * const { item }: { item: TicketStory } = await dossier.ticket.find({ id: 12 });
 * if (item.crm_candidates) console.log(`the CRM knows ${item.crm_candidates.count} by this address`);
 */
export type TicketStory = z.output<typeof ticketStoryShape>;

const title = described(text(255), "What it is about");
const status = described(choice(ticketStatuses), "Its state");
const priority = described(choice(priorities), "Default `medium`");
const ticketId = z.number().int().describe("The ticket, as `id`");

export const ticket = {
  list: endpoint({
    method: "GET",
    paths: ["/ticket"],
    permission: "TICKET_READ",
    about: "ticket",
    summary: "List or search tickets",
    description:
      "Newest first. With `query`: every word must begin a word of the title, or the whole query must be the contact's address.",
    input: z.object({
      query: described(text(255), "Words of the title, or an address").optional(),
      status: status.optional(),
      brandId: described(identifier, "Tickets of this brand").optional(),
      customerId: described(identifier, "Tickets of this customer").optional(),
      linked: described(flag, "`1`: tickets with a customer; `0`: tickets without").optional(),
      ...pagingUpTo(9999),
    }),
    output: listOf(ticketFields),
    errors: ["not_found"],
  }),
  find: endpoint({
    method: "GET",
    paths: ["/ticket/{id}"],
    permission: "TICKET_READ",
    about: "ticket",
    summary: "Read one ticket",
    input: z.object({
      id: identifier,
      getTicketHistory: described(
        presence,
        "Sent with any value: answer its messages and notes too",
      ).optional(),
    }),
    spelling: { getTicketHistory: "getTicketHistory" },
    output: itemOf(ticketStoryShape),
    errors: ["not_found"],
  }),
  create: endpoint({
    method: "POST",
    paths: ["/ticket"],
    permission: "TICKET_CREATE",
    about: "ticket",
    summary: "Open a ticket",
    description:
      "The contact's address is `from` of an inbound ticket and `to` of an outbound one. If a customer of the brand has it as a channel, the ticket is theirs at once.",
    input: z.object({
      brandId: described(identifier, "The brand that was contacted"),
      channel: described(text(64), "Channel type, by number or name"),
      direction: described(choice(directions), "Who contacted whom; default `inbound`").optional(),
      from: described(text(255), "Who wrote or called").optional(),
      fromName: described(text(255), "Their name, as the channel says it").optional(),
      to: described(text(255), "Who was written to or called").optional(),
      title: title.optional(),
      priority: priority.optional(),
      status: described(choice(ticketStatuses), "Its state; default `new`").optional(),
      occurredAt: described(
        instant,
        "When it happened, for tickets brought from elsewhere; default now",
      ).optional(),
    }),
    spelling: { brandId: "brandID", channel: "channelID", fromName: "fromName" },
    output: resultOf({
      ticketID: ticketId,
      customer_id: z.number().int().nullable().describe("The customer it is linked to; null: nobody yet"),
    }),
    errors: ["not_found"],
  }),
  update: endpoint({
    method: "PUT",
    paths: ["/ticket/{id}"],
    permission: "TICKET_UPDATE",
    about: "ticket",
    summary: "Change a ticket, or link it to a customer",
    input: z.object({
      id: identifier,
      primaryId: described(
        text(255),
        "Links the customer of the ticket's brand with this primary id",
      ).optional(),
      customerId: described(
        identifierOrNone,
        "Links this customer of the ticket's brand; empty unlinks",
      ).optional(),
      title: described(text(255, "clears"), "What it is about").optional(),
      status: status.optional(),
      priority: described(choice(priorities), "How urgent it is").optional(),
    }),
    spelling: { primaryId: "externalPrimaryID" },
    output: resultOf({
      ticketID: ticketId,
      customer_id: z.number().int().nullable().describe("The customer it is linked to"),
    }),
    errors: ["not_found", "identifiers_disagree"],
  }),
};
