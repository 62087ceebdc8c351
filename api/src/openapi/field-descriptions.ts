/**
 * Field descriptions: sentences for the fields of the OpenAPI document that have none in the table. `Component.field`
 * applies to one component, a bare name to all.
 */
import type { JsonSchema } from "../field.ts";

/** Fields of requests, by our name. */
export const requestFieldTexts: Record<string, string> = {
  brandId: "The brand, by its id",
  channelId: "The number of the type on the wire",
  name: "The name",
  permissions: "What the key may do",
  value: "The address to search for",
};

/** Fields of responses, by wire name. */
const responseFieldTexts: Record<string, string> = {
  address: "The address as it was given",
  brand_id: "The brand it belongs to",
  brand_name: "The brand's name",
  channel_id: "The channel type's number",
  channel_name: "The channel type's name, such as `email`",
  created_at: "When it was made",
  direction: "`inbound`: from the contact; `outbound`: to the contact",
  expires_at: "When the key stops working; null: never",
  from: "The address it came from; may be empty",
  from_name: "The sender's name as the channel says it; may be empty",
  icon: "The name of its icon; may be empty",
  id: "Dossier's own id",
  items: "The items of this page",
  itemLimit: "How many items a page holds at most",
  label: "What people see",
  last_update: "When the ticket or its messages last changed",
  message: "What was done, in words for people",
  name: "The name",
  outcome: "What became of it",
  permissions: "What the key may do",
  request_id: "The request's own id, as the log has it: quote it when you ask for help",
  revoked_at: "When the key was revoked; null: it was not",
  status: "The ticket's state",
  ticket_id: "The ticket it belongs to",
  title: "What it is about; may be empty",
  to: "The address it went to; may be empty",
  type: "The kind of envelope",
  updated_at: "When it last changed",
  channel_ids: "The channels' rows, in the order sent",
  customer_id: "The customer",
  purged_at: "When it was done",
  receipt: "What was erased, without a word of whom",
  "receipt.channels": "Channels erased",
  "receipt.custom_values": "Values of custom fields erased",
  "receipt.events": "Events erased",
  "skipped_channels.customer_id": "The customer who holds it",
  "skipped_channels.field": "The field it was sent in",
  values_lost: "How many customers had a value that is gone now",
  "ApiError.code": "What is wrong, as a word of a closed set: what programs should go by",
  "ApiError.conflict": "What the request collided with",
  "ApiError.conflict.count": "How many customers fit",
  "ApiError.conflict.customer_id": "The customer who has it",
  "ApiError.errors": "Every fault of the request",
  "ApiError.errors.field": "The field, in the spelling it was sent in",
  "ApiError.errors.message": "What is wrong with it",
  "ApiError.status": "Always `error`",
  "ApiKey.created_at": "When the key was made",
  "ApiKey.prefix": "The beginning of the key's text, enough to recognise it by",
  "AuditEntry.at": "When it was done",
  "AuditEntry.brand_id": "The brand it was done in; null: in none",
  "AuditEntry.outcome": "What became of it, as the answer said",
  "AuditEntry.subject_id": "The id of what it was about",
  "Brand.custom_fields": "Unknown custom fields: `open` makes them, `defined` refuses them",
  "Brand.placeholder_ids": "Whether primary ids such as `null` or `0` are refused or allowed",
  "Brand.taken_address": "An address that another customer holds: `refuse` the call, or `skip` the address",
  "Customer.channels": "How the customer is reached, by id",
  "CustomField.type": "What its values are",
  "Ticket.priority": "How urgent it is",
  "Ticket.closed_at": "When it was closed; null: it is not",
  "TimelineItem.type": "The kind of item",
  "Webhook.brand_ids": "Whose events it hears of; null: of all brands",
  "Webhook.events": "Which events are sent",
  "Webhook.off_at": "When Dossier switched it off; null: it did not",
  "Webhook.url": "Where they are sent",
  "WebhookDelivery.attempted_at": "When it was last sent; null: not yet",
  "WebhookDelivery.attempts": "How often it was sent since it began to wait",
  "WebhookDelivery.delivered_at": "When the receiver took it; null: not yet",
  "WebhookDelivery.event": "What happened",
};

/** Components that extend another one. */
const kin: Record<string, string> = { TicketWithStory: "Ticket" };

/** Adds the missing description to every field of a response schema. References have their own. */
export function describeFields(component: string, schema: JsonSchema, within = ""): void {
  for (const [name, field] of Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>)) {
    const place = `${within}${name}`;
    const text =
      responseFieldTexts[`${kin[component] ?? component}.${place}`] ??
      responseFieldTexts[place] ??
      responseFieldTexts[name];
    if (field.description === undefined && field.$ref === undefined && text !== undefined)
      field.description = text;
    describeFields(component, field, `${place}.`);
    if (field.items) describeFields(component, field.items as JsonSchema, `${place}.`);
  }
}
