// Written by `npm run client-types` from the endpoint table.

/**
 * One permission of a key.
 *
 * @example
 * const one: Permission = "CUSTOMER_READ";
 */
export type Permission =
  | "CUSTOMER_READ"
  | "CUSTOMER_CUD"
  | "CHANNEL_READ"
  | "CHANNEL_CUD"
  | "TICKET_READ"
  | "TICKET_CREATE"
  | "TICKET_UPDATE"
  | "MESSAGE_CREATE"
  | "SETTINGS_CRUD"
  | "METRICS_READ"
  | "AUDIT_READ"
  | "WEBHOOK_CUD";

/**
 * The effect of an operation on its record.
 *
 * @example
 * const one: Outcome = "created";
 */
export type Outcome = "created" | "updated" | "unchanged" | "deleted" | "restored" | "purged" | "unknown";

/**
 * One state of a ticket.
 *
 * @example
 * const one: TicketStatus = "new";
 */
export type TicketStatus = "new" | "open" | "pending" | "solved" | "closed";

/**
 * One type of timeline item.
 *
 * @example
 * const one: TimelineItemType = "event";
 */
export type TimelineItemType = "event" | "ticket" | "message" | "note";

/**
 * One event type of webhooks.
 *
 * @example
 * const one: EventType = "customer.created";
 */
export type EventType =
  | "customer.created"
  | "customer.updated"
  | "customer.deleted"
  | "customer.restored"
  | "customer.purged"
  | "customer.synced"
  | "channel.added"
  | "channel.removed"
  | "event.created"
  | "ticket.linked";

/**
 * What the values of a custom field are.
 *
 * @example
 * const one: CustomFieldType = "text";
 */
export type CustomFieldType = "text" | "number" | "boolean" | "date" | "select";
