/** The timeline of a customer: what programs report (events), and what was said in tickets. */
import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { described, identifier, instant, link, presence, prose, text, textOf } from "../field.ts";
import { listOf, paging, resultOf } from "../page.ts";

/**
 * What a timeline's items can be.
 *
 * @example
 * itemKinds.join(" "); // "event ticket message note"
 */
export const itemKinds = ["event", "ticket", "message", "note"] as const;

/**
 * One of the kinds of item on a timeline.
 *
 * @example
 * const kind: ItemKind = "message";
 * const { items } = await dossier.customer.listTimeline({ customerId: 7, getTicketHistory: true, type: kind });
 */
export type ItemKind = (typeof itemKinds)[number];

const eventTypePattern = /^[a-z0-9_.-]{1,64}$/;
const eventTypeFault = "may hold up to 64 of the characters a-z, 0-9, _ . - only";

/**
 * An item of a timeline.
 *
 * @example
 * for await (const item of dossier.customer.eachTimeline({ customerId: 7 }, { limit: 100 }))
 *   console.log(timelineItem.parse(item).description);
 */
export const timelineItem = z.object({
  id: z.string().describe("Kind and number, such as `event-12`"),
  type: z.enum(itemKinds),
  created_at: z.string().describe("When it happened; the list's order"),
  description: z.string().describe("What happened: the text of an event or message, the title of a ticket"),
  initiated_by: z.string().describe("Who or what it came from; may be empty"),
  event_type: z.string().optional().describe("Of an event: what kind of event, such as `order`"),
  source_url: z.string().optional().describe("Of an event: where to read more; may be empty"),
  event_id: z.string().nullable().optional().describe("Of an event: the caller's own id for it"),
  ticket_id: z.number().int().optional(),
  status: z.string().optional().describe("The ticket's status now"),
  channel_id: z.number().int().optional(),
  channel_name: z.string().optional(),
  direction: z.enum(["inbound", "outbound"]).optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  title: z.string().optional().describe("Of a ticket"),
  content: z.string().optional().describe("Of a message or note"),
});

const ticketHistory = described(presence, "Sent with any value: include the customer's tickets and messages");

export const timeline = {
  listTimeline: endpoint({
    method: "GET",
    paths: ["/customer/timelineByCustomerExternalID"],
    permission: "CUSTOMER_READ",
    about: "customer",
    summary: "Read a customer's timeline",
    description:
      "Newest first. `itemTotal` is exact up to 10,000. With `getTicketHistory`, tickets, messages and notes stand among the events.",
    original: true,
    needs: [
      { anyOf: ["primaryId", "customerId"], message: "is required, or customer_id alone" },
      { anyOf: ["brandId", "customerId"], message: "is required, or customer_id alone" },
    ],
    input: z.object({
      brandId: described(identifier, "The brand the customer belongs to").optional(),
      primaryId: described(text(255), "The caller's own id for the customer").optional(),
      customerId: described(identifier, "Dossier's own id of the customer, instead of the two").optional(),
      getTicketHistory: ticketHistory.optional(),
      type: described(
        textOf(64, eventTypePattern, eventTypeFault),
        "Only items of this kind: `event`, `ticket`, `message`, `note`; any other word is a type of event",
      ).optional(),
      ...paging,
    }),
    spelling: { primaryId: "external_id", getTicketHistory: "getTicketHistory" },
    output: listOf(timelineItem),
    errors: ["identifiers_disagree", "not_found"],
  }),
  addEvent: endpoint({
    method: "POST",
    paths: ["/customer/externalEvent"],
    permission: "CUSTOMER_CUD",
    about: "customer",
    summary: "Add an event to a customer's timeline",
    description:
      "An order, a mailing, a delivery: whatever another program did. With an `event_id` it is added once, however often it is sent.",
    original: true,
    needs: [
      {
        anyOf: ["customerId", "primaryId"],
        message: "is required, or a primary id with or without a brand id",
      },
    ],
    input: z.object({
      customerId: described(identifier, "Dossier's own id of the customer").optional(),
      primaryId: described(text(255), "The caller's own id for the customer").optional(),
      brandId: described(identifier, "The brand the customer belongs to").optional(),
      message: described(prose(64 * 1024), "What happened, as plain text of at most 64 KiB"),
      initiatedBy: described(text(255), "Who or what did it").optional(),
      sourceUrl: described(link, "Where to read more: an http or https address").optional(),
      type: described(
        textOf(64, eventTypePattern, eventTypeFault),
        "What kind of event, such as `order`; default `event`",
      ).optional(),
      eventId: described(text(255), "The caller's own id for the event: once for each customer").optional(),
      occurredAt: described(instant, "When it happened; default now").optional(),
    }),
    spelling: { primaryId: "external_id" },
    output: resultOf({ customer_id: z.number().int() }),
    errors: ["identifiers_disagree", "not_found", "ambiguous_customer"],
  }),
};
