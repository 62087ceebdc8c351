// Written by `npm run client-types` from the endpoint table.

/**
 * What every item of a timeline has.
 *
 * @example
 * const describe = ({ createdAt, description }: TimelineEntry) => `${createdAt}: ${description}`;
 */
export interface TimelineEntry {
  /** Kind and number, such as `event-12`. */
  id: string;
  /** When it happened; the list's order. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  createdAt: string;
  /**
   * What happened: the text of an event or message, the title of a ticket. For example `Order 1843 was paid`.
   */
  description: string;
  /** Who or what it came from; may be empty. For example `shop`. */
  initiatedBy: string;
}

/**
 * An event that another program reported.
 *
 * @example
 * for await (const item of dossier.customer.eachTimeline({ customerId: 7, getTicketHistory: true }))
 *   if (item.type === "event") console.log(item.eventType);
 */
export interface TimelineEvent extends TimelineEntry {
  /** The kind of item. */
  type: "event";
  /** Of an event: what kind of event, such as `order`. */
  eventType: string;
  /** Of an event: where to read more; may be empty. */
  sourceUrl: string;
  /** Of an event: what was sent as `sourceUrl` and is no http or https address; absent when there is none. */
  sourceRef?: string | undefined;
  /** Of an event: the caller's own id for it. */
  eventId: string | null;
}

/**
 * A ticket of the customer.
 *
 * @example
 * for await (const item of dossier.customer.eachTimeline({ customerId: 7, getTicketHistory: true }))
 *   if (item.type === "ticket") console.log(item.title);
 */
export interface TimelineTicket extends TimelineEntry {
  /** The kind of item. */
  type: "ticket";
  /** The ticket it belongs to. */
  ticketId: number;
  /** The ticket's status now. */
  status: string;
  /** The channel type's number. For example `1`. */
  channelId: number;
  /** The channel type's name, such as `email`. */
  channelName: string;
  /** `inbound`: from the contact; `outbound`: to the contact. */
  direction: "inbound" | "outbound";
  /** The address it came from; may be empty. For example `ada@example.org`. */
  from: string;
  /** The address it went to; may be empty. For example `desk@example.org`. */
  to: string;
  /** Of a ticket. For example `Where is my parcel?`. */
  title: string;
}

/**
 * A message of a ticket.
 *
 * @example
 * for await (const item of dossier.customer.eachTimeline({ customerId: 7, getTicketHistory: true }))
 *   if (item.type === "message") console.log(item.content);
 */
export interface TimelineMessage extends TimelineEntry {
  /** The kind of item. */
  type: "message";
  /** The ticket it belongs to. */
  ticketId: number;
  /** The ticket's status now. */
  status: string;
  /** The channel type's number. For example `1`. */
  channelId?: number | undefined;
  /** The channel type's name, such as `email`. */
  channelName?: string | undefined;
  /** `inbound`: from the contact; `outbound`: to the contact. */
  direction?: "inbound" | "outbound" | undefined;
  /** The address it came from; may be empty. For example `ada@example.org`. */
  from: string;
  /** The address it went to; may be empty. For example `desk@example.org`. */
  to: string;
  /** Of a message or note. */
  content: string;
}

/**
 * An internal note of a ticket, for keys with TICKET_READ.
 *
 * @example
 * for await (const item of dossier.customer.eachTimeline({ customerId: 7, getTicketHistory: true }))
 *   if (item.type === "note") console.log(item.content);
 */
export interface TimelineNote extends TimelineEntry {
  /** The kind of item. */
  type: "note";
  /** The ticket it belongs to. */
  ticketId: number;
  /** The ticket's status now. */
  status: string;
  /** The channel type's number. For example `1`. */
  channelId?: number | undefined;
  /** The channel type's name, such as `email`. */
  channelName?: string | undefined;
  /** `inbound`: from the contact; `outbound`: to the contact. */
  direction?: "inbound" | "outbound" | undefined;
  /** The address it came from; may be empty. For example `ada@example.org`. */
  from: string;
  /** The address it went to; may be empty. For example `desk@example.org`. */
  to: string;
  /** Of a message or note. */
  content: string;
}

/**
 * An item of a timeline; `type` tells which.
 *
 * @example
 * const textOf = (item: TimelineItem) => (item.type === "ticket" ? item.title : item.description);
 */
export type TimelineItem = TimelineEvent | TimelineTicket | TimelineMessage | TimelineNote;
