// Written by `npm run client-types` from the endpoint table.

/**
 * What the data of every event of a webhook has: ids, never a name, an address or a text.
 *
 * @example
 * const laneOf = ({ brandId, customerId }: WebhookEventIds) => `${brandId}/${customerId}`;
 */
export interface WebhookEventIds {
  /** The customer's brand. For example `1`. */
  brandId: number;
  /** Whom it happened to. For example `7`. */
  customerId: number;
  /**
   * Rises with every event of a customer that is sent to this webhook; a smaller one than you have seen is a
   * repetition. For example `101`.
   */
  sequence: number;
}

/**
 * A customer was made.
 *
 * @example
 * const isMine = (event: WebhookEvent): event is CustomerCreatedWebhookEvent => event.type === "customer.created";
 */
export interface CustomerCreatedWebhookEvent {
  /** What happened. */
  type: "customer.created";
  /** When it happened: RFC 3339, UTC, milliseconds. */
  timestamp: string;
  /** Who, and what in ids and names of fields. */
  data: WebhookEventIds & {
    /** The customer's version after it; absent where it has none any more. For example `3`. */
    version: number;
    /** What became of the customer, such as `updated`. */
    outcome: string;
    /** The names of the fields that changed, never their values. */
    fields: string[];
  };
}

/**
 * A customer's version rose: its fields, custom fields or channels changed.
 *
 * @example
 * const isMine = (event: WebhookEvent): event is CustomerUpdatedWebhookEvent => event.type === "customer.updated";
 */
export interface CustomerUpdatedWebhookEvent {
  /** What happened. */
  type: "customer.updated";
  /** When it happened: RFC 3339, UTC, milliseconds. */
  timestamp: string;
  /** Who, and what in ids and names of fields. */
  data: WebhookEventIds & {
    /** The customer's version after it; absent where it has none any more. For example `3`. */
    version: number;
    /** What became of the customer, such as `updated`. */
    outcome: string;
    /** The names of the fields that changed, never their values. */
    fields: string[];
  };
}

/**
 * A customer was deleted; it can be restored for 30 days.
 *
 * @example
 * const isMine = (event: WebhookEvent): event is CustomerDeletedWebhookEvent => event.type === "customer.deleted";
 */
export interface CustomerDeletedWebhookEvent {
  /** What happened. */
  type: "customer.deleted";
  /** When it happened: RFC 3339, UTC, milliseconds. */
  timestamp: string;
  /** Who, and what in ids and names of fields. */
  data: WebhookEventIds & {
    /** What became of the customer, such as `updated`. */
    outcome: string;
  };
}

/**
 * A deleted customer was restored.
 *
 * @example
 * const isMine = (event: WebhookEvent): event is CustomerRestoredWebhookEvent => event.type === "customer.restored";
 */
export interface CustomerRestoredWebhookEvent {
  /** What happened. */
  type: "customer.restored";
  /** When it happened: RFC 3339, UTC, milliseconds. */
  timestamp: string;
  /** Who, and what in ids and names of fields. */
  data: WebhookEventIds & {
    /** The customer's version after it; absent where it has none any more. For example `3`. */
    version: number;
    /** What became of the customer, such as `updated`. */
    outcome: string;
  };
}

/**
 * A customer was erased for good: erase your copies.
 *
 * @example
 * const isMine = (event: WebhookEvent): event is CustomerPurgedWebhookEvent => event.type === "customer.purged";
 */
export interface CustomerPurgedWebhookEvent {
  /** What happened. */
  type: "customer.purged";
  /** When it happened: RFC 3339, UTC, milliseconds. */
  timestamp: string;
  /** Who, and what in ids and names of fields. */
  data: WebhookEventIds & {
    /** What became of the customer, such as `updated`. */
    outcome: string;
  };
}

/**
 * A customer was looked up in the brand's CRM.
 *
 * @example
 * const isMine = (event: WebhookEvent): event is CustomerSyncedWebhookEvent => event.type === "customer.synced";
 */
export interface CustomerSyncedWebhookEvent {
  /** What happened. */
  type: "customer.synced";
  /** When it happened: RFC 3339, UTC, milliseconds. */
  timestamp: string;
  /** Who, and what in ids and names of fields. */
  data: WebhookEventIds & {
    /** The customer's version after it; absent where it has none any more. For example `3`. */
    version: number;
    /** What became of the customer, such as `updated`. */
    outcome: string;
    /** The names of the fields that changed, never their values. */
    fields: string[];
  };
}

/**
 * Channels were added to a customer.
 *
 * @example
 * const isMine = (event: WebhookEvent): event is ChannelAddedWebhookEvent => event.type === "channel.added";
 */
export interface ChannelAddedWebhookEvent {
  /** What happened. */
  type: "channel.added";
  /** When it happened: RFC 3339, UTC, milliseconds. */
  timestamp: string;
  /** Who, and what in ids and names of fields. */
  data: WebhookEventIds & {
    /** The customer's version after it; absent where it has none any more. For example `3`. */
    version: number;
    /** Of `channel.added` and `channel.removed`: rows of channels. */
    channelIds: number[];
  };
}

/**
 * A channel was removed from a customer.
 *
 * @example
 * const isMine = (event: WebhookEvent): event is ChannelRemovedWebhookEvent => event.type === "channel.removed";
 */
export interface ChannelRemovedWebhookEvent {
  /** What happened. */
  type: "channel.removed";
  /** When it happened: RFC 3339, UTC, milliseconds. */
  timestamp: string;
  /** Who, and what in ids and names of fields. */
  data: WebhookEventIds & {
    /** The customer's version after it; absent where it has none any more. For example `3`. */
    version: number;
    /** Of `channel.added` and `channel.removed`: rows of channels. */
    channelIds: number[];
  };
}

/**
 * An event was added to a customer's timeline.
 *
 * @example
 * const isMine = (event: WebhookEvent): event is EventCreatedWebhookEvent => event.type === "event.created";
 */
export interface EventCreatedWebhookEvent {
  /** What happened. */
  type: "event.created";
  /** When it happened: RFC 3339, UTC, milliseconds. */
  timestamp: string;
  /** Who, and what in ids and names of fields. */
  data: WebhookEventIds & {
    /** Of `event.created`: the event's number, as in `event-12`. */
    eventId: number;
  };
}

/**
 * A ticket became a customer's.
 *
 * @example
 * const isMine = (event: WebhookEvent): event is TicketLinkedWebhookEvent => event.type === "ticket.linked";
 */
export interface TicketLinkedWebhookEvent {
  /** What happened. */
  type: "ticket.linked";
  /** When it happened: RFC 3339, UTC, milliseconds. */
  timestamp: string;
  /** Who, and what in ids and names of fields. */
  data: WebhookEventIds & {
    /** Of `ticket.linked`. */
    ticketId: number;
  };
}

/**
 * The event of a delivery, as `verifyWebhook` returns it; `type` tells which, and so what `data` has.
 *
 * @example
 * const newVersion = (event: WebhookEvent) => (event.type === "customer.updated" ? event.data.version : undefined);
 */
export type WebhookEvent =
  | CustomerCreatedWebhookEvent
  | CustomerUpdatedWebhookEvent
  | CustomerDeletedWebhookEvent
  | CustomerRestoredWebhookEvent
  | CustomerPurgedWebhookEvent
  | CustomerSyncedWebhookEvent
  | ChannelAddedWebhookEvent
  | ChannelRemovedWebhookEvent
  | EventCreatedWebhookEvent
  | TicketLinkedWebhookEvent;
