/**
 * Webhook events: the closed set of event types, and the one shape of every payload. Invariant: a payload contains ids
 * and field names, never values, because it leaves the installation.
 */
import * as z from "zod";

/**
 * Every event type a webhook can subscribe to.
 *
 * @example
 * await dossier.webhook.create({ url: "https://shop.example.org/dossier", events: [...eventTypes] });
 */
export const eventTypes = [
  "customer.created",
  "customer.updated",
  "customer.deleted",
  "customer.restored",
  "customer.purged",
  "customer.synced",
  "channel.added",
  "channel.removed",
  "event.created",
  "ticket.linked",
] as const;

/**
 * One event type.
 *
 * @example
 * const removals: EventType[] = ["customer.deleted", "customer.purged"];
 */
export type EventType = (typeof eventTypes)[number];

const id = z.number().int();

/**
 * The payload of a delivery: ids and the event type, never a name, an address or a text. Read the customer for those.
 *
 * @example
 * const body = '{"type":"customer.updated","timestamp":"2026-11-23T18:00:00.000Z","data":{"brand_id":1,"customer_id":7,"sequence":101}}';
 * const { type, data } = webhookPayload.parse(JSON.parse(body));
 * console.log(`${type} of customer ${data.customer_id}`);
 */
export const webhookPayload = z.object({
  type: z.enum(eventTypes).describe("What happened"),
  timestamp: z.string().describe("When it happened: RFC 3339, UTC, milliseconds"),
  data: z
    .object({
      brand_id: id.describe("The customer's brand"),
      customer_id: id.describe("Whom it happened to"),
      version: id.optional().describe("The customer's version after it; absent where it has none any more"),
      outcome: z.string().optional().describe("What became of the customer, such as `updated`"),
      fields: z
        .array(z.string())
        .optional()
        .describe("The names of the fields that changed, never their values"),
      channel_ids: z
        .array(id)
        .optional()
        .describe("Of `channel.added` and `channel.removed`: rows of channels"),
      event_id: id.optional().describe("Of `event.created`: the event's number, as in `event-12`"),
      ticket_id: id.optional().describe("Of `ticket.linked`"),
      sequence: id.describe(
        "Rises with every event of a customer that is sent to this webhook; a smaller one than you have seen is a repetition",
      ),
    })
    .describe("Who, and what in ids and names of fields"),
});

type DataField = keyof WebhookPayload["data"];

/**
 * The fields of the data of each event type, beside those of every event.
 *
 * @example
 * eventFields["channel.added"]; // ["version", "channel_ids"]
 */
export const eventFields: Readonly<Record<EventType, readonly DataField[]>> = {
  "customer.created": ["version", "outcome", "fields"],
  "customer.updated": ["version", "outcome", "fields"],
  "customer.deleted": ["outcome"],
  "customer.restored": ["version", "outcome"],
  "customer.purged": ["outcome"],
  "customer.synced": ["version", "outcome", "fields"],
  "channel.added": ["version", "channel_ids"],
  "channel.removed": ["version", "channel_ids"],
  "event.created": ["event_id"],
  "ticket.linked": ["ticket_id"],
};

/**
 * The payload of a delivery, as a type.
 *
 * @example
 * function isRemoval({ type }: WebhookPayload): boolean {
 *   return type === "customer.deleted" || type === "customer.purged";
 * }
 */
export type WebhookPayload = z.infer<typeof webhookPayload>;
