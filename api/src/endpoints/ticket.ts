/** Ticket endpoints: a ticket carries the address of its contact, and linking finds its customer by that address. */
import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { anyLine, idText, searchText, text } from "../text-field.ts";
import {
  choice,
  choices,
  described,
  exactFlag,
  filter,
  identifier,
  identifierOrNone,
  presence,
} from "../field.ts";
import { instant } from "../time-field.ts";
import { itemOf, listOf, pagingWithMaxLimit, resultOf, truncatedFields } from "../page.ts";
import { timelineItem } from "./timeline.ts";

/**
 * The states of a ticket.
 *
 * @example
 * const unsolved = ticketStatuses.slice(0, 3); // new, open, pending
 */
export const ticketStatuses = ["new", "open", "pending", "solved", "closed"] as const;
const priorities = ["low", "medium", "high", "urgent"] as const;
const directions = ["inbound", "outbound"] as const;

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
  customer_id: z.number().int().nullable().describe("null: none yet"),
  created_at: z.string(),
  last_update: z.string(),
  closed_at: z.string().nullable(),
  last_message_by: z
    .enum(["customer", "agent"])
    .nullable()
    .describe(
      "Who wrote last: `customer` for an inbound message, `agent` for an outbound one; notes do not count. null: no message among the newest 100 entries",
    ),
  crm_candidate_count: z
    .number()
    .int()
    .nullable()
    .describe("How many customers the brand's CRM knows by the address, when it knows several; else null"),
});

/** A ticket with its messages. */
export const ticketHistoryShape = ticketFields.extend({
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

const title = described(anyLine(), "What it is about; over 255 characters it is cut");
const status = described(choice(ticketStatuses), "Its state");
const priority = described(choice(priorities), "Default `medium`");
const ticketId = z.number().int().describe("The ticket, as `id`");

const listFields = {
  query: described(searchText, "Words of the title, or an address").optional(),
  status: filter(choices(ticketStatuses), "Tickets in this state, or in one of several"),
  brandId: filter(identifier, "Tickets of this brand"),
  customerId: filter(identifier, "Tickets of this customer"),
  linked: filter(exactFlag, "`1`: tickets with a customer; `0`: tickets without"),
  updatedSince: filter(instant, "Every change since then, in their order"),
  createdSince: filter(instant, "Tickets created then or later, newest first"),
  channelType: filter(text(64), "Tickets of this channel type, by number or name"),
  sort: described(
    choice(["id", "-id", "updated"]),
    "`-id` (default): newest first; `updated`: the change longest ago first",
  ).optional(),
  ...pagingWithMaxLimit(9999),
};

export const ticket = {
  list: endpoint({
    method: "GET",
    paths: ["/ticket"],
    permission: "TICKET_READ",
    scope: "brands",
    entity: "ticket",
    summary: "List or search tickets",
    description:
      "Newest first. With `query`: every word must begin a word of the title, or the whole query must be the contact's address. `updated_since` is a feed of changes in the order of their commits: a page always has a cursor to go on with, and an empty page means that nothing is left for now. `updated_since` goes alone, `created_since` with `customer_id` or alone, `channel_type` with `status`.",
    costs: { query: 5 },
    input: z.object(listFields),
    output: listOf(ticketFields),
    errors: ["not_found"],
  }),
  search: endpoint({
    method: "POST",
    paths: ["/ticket/search"],
    permission: "TICKET_READ",
    scope: "brands",
    entity: "ticket",
    summary: "Search tickets without a word of it in the address",
    description:
      "The same as `GET /ticket`, with its fields in the body only: what people type is in no log of a proxy.",
    search: true,
    costs: { query: 5 },
    input: z.object(listFields),
    output: listOf(ticketFields),
    errors: ["not_found"],
  }),
  find: endpoint({
    method: "GET",
    paths: ["/ticket/{id}"],
    permission: "TICKET_READ",
    scope: "brands",
    entity: "ticket",
    summary: "Read one ticket",
    input: z.object({
      id: identifier,
      getTicketHistory: described(
        presence,
        "Sent with any value: answer its messages and notes too",
      ).optional(),
    }),
    wireNames: { getTicketHistory: "getTicketHistory" },
    output: itemOf(ticketHistoryShape),
    errors: ["not_found"],
  }),
  create: endpoint({
    method: "POST",
    paths: ["/ticket"],
    permission: "TICKET_CREATE",
    scope: "brands",
    entity: "ticket",
    summary: "Open a ticket",
    description:
      "The contact's address is `from` of an inbound ticket and `to` of an outbound one. If a customer of the brand has it as a channel, the ticket is theirs at once. Any sender, recipient and title is taken: one that is no address of the channel type (a withheld number, a short code) is kept as sent and linked to no customer; of an e-mail sender such as `Ada L <ada@example.org>` the address becomes `from` and the name `fromName`; control characters become blanks; and what is over 255 characters is cut and listed in `truncated`.",
    intake: true,
    input: z.object({
      brandId: described(identifier, "The brand that was contacted"),
      channel: described(text(64), "Channel type, by number or name"),
      direction: described(choice(directions), "Who contacted whom; default `inbound`").optional(),
      from: described(anyLine(), "Who wrote or called, in any form").optional(),
      fromName: described(
        anyLine(),
        "Their name, as the channel says it; default that of the sender's e-mail header",
      ).optional(),
      to: described(anyLine(), "Who was written to or called, in any form").optional(),
      title: title.optional(),
      priority: priority.optional(),
      status: described(choice(ticketStatuses), "Its state; default `new`").optional(),
      occurredAt: described(
        instant,
        "When it happened, for tickets brought from elsewhere; default now",
      ).optional(),
    }),
    wireNames: { brandId: "brandID", channel: "channelID", fromName: "fromName" },
    output: resultOf({
      ticketID: ticketId,
      customer_id: z.number().int().nullable().describe("The customer it is linked to; null: none yet"),
      truncated: truncatedFields,
    }),
    errors: ["not_found"],
  }),
  update: endpoint({
    method: "PUT",
    paths: ["/ticket/{id}"],
    permission: "TICKET_UPDATE",
    scope: "brands",
    entity: "ticket",
    summary: "Change a ticket, or link it to a customer",
    intake: true,
    input: z.object({
      id: identifier,
      primaryId: described(
        idText,
        "Links the customer of the ticket's brand with this primary id",
      ).optional(),
      customerId: described(
        identifierOrNone,
        "Links this customer of the ticket's brand; empty unlinks",
      ).optional(),
      title: described(anyLine("clears"), "What it is about; over 255 characters it is cut").optional(),
      status: status.optional(),
      priority: described(choice(priorities), "How urgent it is").optional(),
    }),
    wireNames: { primaryId: "externalPrimaryID" },
    output: resultOf({
      ticketID: ticketId,
      customer_id: z.number().int().nullable().describe("The customer it is linked to"),
      truncated: truncatedFields,
    }),
    errors: ["not_found", "identifiers_disagree"],
  }),
};
