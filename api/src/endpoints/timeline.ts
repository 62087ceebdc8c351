/**
 * Timeline endpoints: the events that other programs report, and the tickets and messages of a customer, in one list.
 */
import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { described, filter, identifier, presence } from "../field.ts";
import { idText, reference, multilineText, text, patternText } from "../text-field.ts";
import { instant, preciseInstant } from "../time-field.ts";
import { ignored, itemOf, listOf, paging, resultOf } from "../page.ts";

/**
 * The types of timeline items.
 *
 * @example
 * timelineItemTypes.join(" "); // "event ticket message note"
 */
export const timelineItemTypes = ["event", "ticket", "message", "note"] as const;

/**
 * One type of timeline item.
 *
 * @example
 * const type: TimelineItemType = "message";
 * const { items } = await dossier.customer.listTimeline({ customerId: 7, getTicketHistory: true, type });
 */
export type TimelineItemType = (typeof timelineItemTypes)[number];

const eventTypePattern = /^[a-z0-9_.-]{1,64}$/;
const eventTypeFault = "may hold up to 64 of the characters a-z, 0-9, _ . - only";

/**
 * An item of a timeline.
 *
 * @example
 * for await (const item of dossier.raw.customer.eachTimeline({ customerId: 7 }, { limit: 100 }))
 *   console.log(timelineItem.parse(item).description);
 */
export const timelineItem = z.object({
  id: z.string().describe("Kind and number, such as `event-12`"),
  type: z.enum(timelineItemTypes),
  created_at: z.string().describe("When it happened; the list's order"),
  description: z.string().describe("What happened: the text of an event or message, the title of a ticket"),
  initiated_by: z.string().describe("Who or what it came from; may be empty"),
  event_type: z.string().optional().describe("Of an event: what kind of event, such as `order`"),
  source_url: z.string().optional().describe("Of an event: where to read more; may be empty"),
  source_ref: z
    .string()
    .optional()
    .describe(
      "Of an event: what was sent as `source_url` and is no http or https address; absent when there is none",
    ),
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

const ticketFields = ["ticket_id", "status", "from", "to"] as const;
const channelFields = ["channel_id", "channel_name", "direction"] as const;

/**
 * The fields of an item of each type beside those of every item; those of `optional` may be absent.
 *
 * @example
 * timelineFields.event.required; // ["event_type", "source_url", "event_id"]
 */
export const timelineFields: Readonly<Record<TimelineItemType, TypeFields>> = {
  event: { required: ["event_type", "source_url", "event_id"], optional: ["source_ref"] },
  ticket: { required: [...ticketFields, ...channelFields, "title"], optional: [] },
  message: { required: [...ticketFields, "content"], optional: channelFields },
  note: { required: [...ticketFields, "content"], optional: channelFields },
};

interface TypeFields {
  required: readonly (keyof z.output<typeof timelineItem>)[];
  optional: readonly (keyof z.output<typeof timelineItem>)[];
}

const counted = {
  count: z.number().int().describe("How many there are; exact up to 10000"),
  capped: z.literal(true).optional().describe("Present when there are more than count says"),
};

/** How many items a timeline has. */
export const timelineCounts = z.object({
  id: z.number().int().describe("The customer"),
  ...counted,
  kinds: z
    .array(z.object({ type: z.enum(timelineItemTypes), ...counted }))
    .describe("By kind, each of them also where there is none; without notes if the key may not read these"),
  event_types: z
    .array(z.object({ event_type: z.string().describe("What kind of event, such as `order`"), ...counted }))
    .describe("Of the events, by type, most first; at most 100 types"),
  event_types_capped: z
    .literal(true)
    .optional()
    .describe("Present when there are more than 100 types of events"),
});

const ticketHistory = described(
  presence,
  "Sent with any value: include the customer's tickets, messages and, with TICKET_READ, notes",
);

export const timeline = {
  listTimeline: endpoint({
    method: "GET",
    paths: ["/customer/timelineByCustomerExternalID"],
    permission: "CUSTOMER_READ",
    scope: "brands",
    entity: "customer",
    summary: "Read a customer's timeline",
    description:
      "Newest first. `itemTotal` is exact up to 10,000. With `getTicketHistory`, tickets, messages and notes stand among the events; notes only for a key with TICKET_READ, and without it they are neither shown nor counted.",
    legacyWire: true,
    needs: [
      { anyOf: ["primaryId", "customerId"], message: "is required, or customer_id alone" },
      { anyOf: ["brandId", "customerId"], message: "is required, or customer_id alone" },
    ],
    input: z.object({
      brandId: described(identifier, "The brand the customer belongs to").optional(),
      primaryId: described(idText, "The caller's own id for the customer").optional(),
      customerId: described(identifier, "Dossier's own id of the customer, instead of the two").optional(),
      getTicketHistory: ticketHistory.optional(),
      type: filter(
        patternText(64, eventTypePattern, eventTypeFault),
        "Only items of this kind: `event`, `ticket`, `message`, `note`; any other word is a type of event",
      ),
      since: filter(instant, "Only what happened then or later"),
      until: filter(instant, "Only what happened before then"),
      ...paging,
    }),
    wireNames: { primaryId: "external_id", getTicketHistory: "getTicketHistory" },
    output: listOf(timelineItem),
    errors: ["identifiers_disagree", "not_found"],
  }),
  countTimeline: endpoint({
    method: "GET",
    paths: ["/customer/timelineCounts/{id}"],
    permission: "CUSTOMER_READ",
    scope: "brands",
    entity: "customer",
    summary: "Count the items of a customer's timeline",
    description:
      "Of each kind, and of each type of event. A count is exact up to 10,000. Notes are counted for a key with TICKET_READ only.",
    input: z.object({ id: described(identifier, "Dossier's own id of the customer") }),
    output: itemOf(timelineCounts),
    errors: ["not_found"],
  }),
  addEvent: endpoint({
    method: "POST",
    paths: ["/customer/externalEvent"],
    permission: "CUSTOMER_CUD",
    scope: "brands",
    entity: "customer",
    summary: "Add an event to a customer's timeline",
    description:
      "An order, a mailing, a delivery: whatever another program did. With an `event_id` it is added once, however often it is sent.",
    legacyWire: true,
    needs: [
      {
        anyOf: ["customerId", "primaryId"],
        message: "is required, or a primary id with or without a brand id",
      },
    ],
    input: z.object({
      customerId: described(identifier, "Dossier's own id of the customer").optional(),
      primaryId: described(idText, "The caller's own id for the customer").optional(),
      brandId: described(identifier, "The brand the customer belongs to").optional(),
      message: described(multilineText(64 * 1024), "What happened, as plain text of at most 64 KiB"),
      initiatedBy: described(text(255), "Who or what did it").optional(),
      sourceUrl: described(
        reference,
        "Where to read more: an http or https address; any other text is kept as the event's `source_ref`",
      ).optional(),
      type: described(
        patternText(64, eventTypePattern, eventTypeFault),
        "What kind of event, such as `order`; default `event`",
      ).optional(),
      eventId: described(text(255), "The caller's own id for the event: once for each customer").optional(),
      occurredAt: described(
        preciseInstant,
        "When it happened, exact to a microsecond for the order; default now",
      ).optional(),
    }),
    wireNames: { primaryId: "external_id" },
    output: resultOf({ customer_id: z.number().int(), ignored }),
    errors: ["identifiers_disagree", "not_found", "ambiguous_customer"],
  }),
};
