/** Webhooks of the OpenAPI document: each event is one request, with three headers and one payload shape. */
import type { JsonSchema } from "../field.ts";
import { jsonOf, refTo } from "./schemas.ts";
import { eventTypes, type EventType, webhookPayload } from "../endpoints/webhook-event.ts";

/** What happened, in words. */
export const eventDescriptions: Record<EventType, string> = {
  "customer.created": "A customer was made",
  "customer.updated": "A customer's version rose: its fields, custom fields or channels changed",
  "customer.deleted": "A customer was deleted; it can be restored for 30 days",
  "customer.restored": "A deleted customer was restored",
  "customer.purged": "A customer was erased for good: erase your copies",
  "customer.synced": "A customer was looked up in the brand's CRM",
  "channel.added": "Channels were added to a customer",
  "channel.removed": "A channel was removed from a customer",
  "event.created": "An event was added to a customer's timeline",
  "ticket.linked": "A ticket became a customer's",
};

/** The payload's schema. */
export function payloadSchema(): JsonSchema {
  return jsonOf(webhookPayload, new Map());
}

const parameters: JsonSchema[] = [
  {
    name: "webhook-id",
    in: "header",
    required: true,
    description: "The same however often the delivery is sent",
    schema: { type: "string", format: "uuid" },
  },
  {
    name: "webhook-timestamp",
    in: "header",
    required: true,
    description: "When this try was sent, in seconds since 1970",
    schema: { type: "integer", format: "int64" },
  },
  {
    name: "webhook-signature",
    in: "header",
    required: true,
    description:
      "`v1,` and the base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`; two of them, with a blank between, while a secret is rotated",
    schema: { type: "string" },
  },
];

const examples: Record<EventType, JsonSchema> = {
  "customer.created": { version: 1, outcome: "created", fields: ["firstname", "channels"] },
  "customer.updated": { version: 3, outcome: "updated", fields: ["lastname"] },
  "customer.deleted": { outcome: "deleted" },
  "customer.restored": { version: 4, outcome: "restored" },
  "customer.purged": { outcome: "purged" },
  "customer.synced": { version: 3, outcome: "updated", fields: ["lastname"] },
  "channel.added": { version: 3, channel_ids: [12] },
  "channel.removed": { version: 4, channel_ids: [12] },
  "event.created": { event_id: 12 },
  "ticket.linked": { ticket_id: 31 },
};

function webhookOperation(type: EventType): JsonSchema {
  const data = { brand_id: 1, customer_id: 7, ...examples[type], sequence: 101 };
  return {
    post: {
      operationId: `told${type.replace(/(?:^|\.)([a-z])/g, (_, letter: string) => letter.toUpperCase())}`,
      tags: ["webhook"],
      summary: eventDescriptions[type],
      security: [],
      parameters,
      requestBody: {
        required: true,
        content: {
          "application/json": {
            schema: refTo("schemas", "WebhookPayload"),
            example: { type, timestamp: "2026-11-23T18:00:00.000Z", data },
          },
        },
      },
      responses: {
        "2XX": { description: "Taken" },
        "410": { description: "The receiver wants no more deliveries: the webhook is switched off" },
        default: { description: "Not taken: it is tried again, ten times in about three days" },
      },
    },
  };
}

/** Every event as a request. */
export const webhooks: JsonSchema = Object.fromEntries(
  eventTypes.map((type) => [type, webhookOperation(type)]),
);
