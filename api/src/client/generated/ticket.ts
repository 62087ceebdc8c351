// Written by `npm run client-types` from the endpoint table.
import type { Page, Result } from "../../envelope.ts";
import type { CallOptions, ListOptions } from "../options.ts";
import type { TimelineItem } from "./timeline.ts";
import type { TicketStatus } from "./words.ts";

/** A ticket. */
export interface Ticket {
  /** Dossier's own id. For example `31`. */
  id: number;
  /** The brand it belongs to. For example `1`. */
  brandId: number;
  /** The brand's name. For example `Main`. */
  brandName: string;
  /** The channel type's number. For example `1`. */
  channelId: number;
  /** The channel type's name, such as `email`. */
  channelName: string;
  /** `inbound`: from the contact; `outbound`: to the contact. */
  direction: "inbound" | "outbound";
  /** The address it came from; may be empty. For example `ada@example.org`. */
  from: string;
  /** The sender's name as the channel says it; may be empty. For example `Ada Lovelace`. */
  fromName: string;
  /** The address it went to; may be empty. For example `desk@example.org`. */
  to: string;
  /** What it is about; may be empty. For example `Where is my parcel?`. */
  title: string;
  /** The ticket's state. */
  status: TicketStatus;
  /** How urgent it is. */
  priority: "low" | "medium" | "high" | "urgent";
  /** null: none yet. For example `7`. */
  customerId: number | null;
  /** When it was made. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  createdAt: string;
  /** When the ticket or its messages last changed. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  lastUpdate: string;
  /** When it was closed; null: it is not. RFC 3339, UTC. */
  closedAt: string | null;
  /**
   * Who wrote last: `customer` for an inbound message, `agent` for an outbound one; notes do not count. null:
   * no message among the newest 100 entries.
   */
  lastMessageBy: "customer" | "agent" | null;
  /** How many customers the brand's CRM knows by the address, when it knows several; else null. */
  crmCandidateCount: number | null;
}

/** A ticket with what its brand's CRM said, and on request with its messages. */
export interface TicketHistory {
  /** Dossier's own id. For example `31`. */
  id: number;
  /** The brand it belongs to. For example `1`. */
  brandId: number;
  /** The brand's name. For example `Main`. */
  brandName: string;
  /** The channel type's number. For example `1`. */
  channelId: number;
  /** The channel type's name, such as `email`. */
  channelName: string;
  /** `inbound`: from the contact; `outbound`: to the contact. */
  direction: "inbound" | "outbound";
  /** The address it came from; may be empty. For example `ada@example.org`. */
  from: string;
  /** The sender's name as the channel says it; may be empty. For example `Ada Lovelace`. */
  fromName: string;
  /** The address it went to; may be empty. For example `desk@example.org`. */
  to: string;
  /** What it is about; may be empty. For example `Where is my parcel?`. */
  title: string;
  /** The ticket's state. */
  status: TicketStatus;
  /** How urgent it is. */
  priority: "low" | "medium" | "high" | "urgent";
  /** null: none yet. For example `7`. */
  customerId: number | null;
  /** When it was made. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  createdAt: string;
  /** When the ticket or its messages last changed. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  lastUpdate: string;
  /** When it was closed; null: it is not. RFC 3339, UTC. */
  closedAt: string | null;
  /**
   * Who wrote last: `customer` for an inbound message, `agent` for an outbound one; notes do not count. null:
   * no message among the newest 100 entries.
   */
  lastMessageBy: "customer" | "agent" | null;
  /** How many customers the brand's CRM knows by the address, when it knows several; else null. */
  crmCandidateCount: number | null;
  /**
   * Why whom the brand's CRM knows by the address could not be taken over; null: nothing stood in the way.
   */
  crmConflict: "channel_taken" | "primary_id_taken" | "ambiguous_customer" | null;
  /** When the brand's CRM knows several by the address: how many, and their primary ids. */
  crmCandidates: {
    /** How many. */
    count: number;
    /** Their primary ids. */
    primaryIds: string[];
  } | null;
  /** With getTicketHistory: the newest 1,000 messages and notes, newest first. */
  timeline?: TimelineItem[] | undefined;
}

/** What `ticket.create` did. */
export interface TicketCreateResult extends Result {
  /** The ticket, as `id`. For example `31`. */
  ticketId: number;
  /** The customer it is linked to; null: none yet. For example `7`. */
  customerId: number | null;
  /** The fields of which only the first 255 characters are kept; absent: none. */
  truncated?: string[] | undefined;
}

/** What `ticket.update` did. */
export interface TicketUpdateResult extends Result {
  /** The ticket, as `id`. For example `31`. */
  ticketId: number;
  /** The customer it is linked to. For example `7`. */
  customerId: number | null;
  /** The fields of which only the first 255 characters are kept; absent: none. */
  truncated?: string[] | undefined;
}

/**
 * The fields of `ticket.list`.
 *
 * @example
 * const input: TicketListInput = { brandId: 1, status: ["new", "open"], linked: false };
 */
export interface TicketListInput {
  /** Words of the title, or an address. */
  query?: string | undefined;
  /** Tickets in this state, or in one of several. */
  status?: TicketStatus | TicketStatus[] | undefined;
  /** Tickets of this brand. For example `1`. */
  brandId?: number | undefined;
  /** Tickets of this customer. For example `7`. */
  customerId?: number | undefined;
  /** `1`: tickets with a customer; `0`: tickets without. For example `false`. */
  linked?: boolean | undefined;
  /** Every change since then, in their order. A `Date`, or RFC 3339 with the distance from UTC. */
  updatedSince?: Date | string | undefined;
  /** Tickets created then or later, newest first. A `Date`, or RFC 3339 with the distance from UTC. */
  createdSince?: Date | string | undefined;
  /** Tickets of this channel type, by number or name. At most 64 characters. */
  channelType?: string | undefined;
  /** `-id` (default): newest first; `updated`: the change longest ago first. */
  sort?: "id" | "-id" | "updated" | undefined;
  /** How many to skip; default 0. */
  itemStart?: number | undefined;
  /**
   * How many to answer, from 1; default 15. More than 9999 counts as 9999, as the answer's itemLimit says. 1
   * or more.
   */
  itemLimit?: number | undefined;
  /** `nextCursor` of the page before; not together with itemStart. At most 1,000 characters. */
  cursor?: string | undefined;
}

/**
 * The fields of `ticket.search`.
 *
 * @example
 * const input: TicketSearchInput = { query: "parcel", brandId: 1 };
 */
export interface TicketSearchInput {
  /** Words of the title, or an address. For example `parcel`. */
  query?: string | undefined;
  /** Tickets in this state, or in one of several. */
  status?: TicketStatus | TicketStatus[] | undefined;
  /** Tickets of this brand. For example `1`. */
  brandId?: number | undefined;
  /** Tickets of this customer. For example `7`. */
  customerId?: number | undefined;
  /** `1`: tickets with a customer; `0`: tickets without. */
  linked?: boolean | undefined;
  /** Every change since then, in their order. A `Date`, or RFC 3339 with the distance from UTC. */
  updatedSince?: Date | string | undefined;
  /** Tickets created then or later, newest first. A `Date`, or RFC 3339 with the distance from UTC. */
  createdSince?: Date | string | undefined;
  /** Tickets of this channel type, by number or name. At most 64 characters. */
  channelType?: string | undefined;
  /** `-id` (default): newest first; `updated`: the change longest ago first. */
  sort?: "id" | "-id" | "updated" | undefined;
  /** How many to skip; default 0. */
  itemStart?: number | undefined;
  /**
   * How many to answer, from 1; default 15. More than 9999 counts as 9999, as the answer's itemLimit says. 1
   * or more.
   */
  itemLimit?: number | undefined;
  /** `nextCursor` of the page before; not together with itemStart. At most 1,000 characters. */
  cursor?: string | undefined;
}

/**
 * The fields of `ticket.find`.
 *
 * @example
 * const input: TicketFindInput = { id: 31 };
 */
export interface TicketFindInput {
  /** Dossier's own id of the ticket. For example `31`. */
  id: number;
  /** Sent with any value: answer its messages and notes too. */
  getTicketHistory?: boolean | string | undefined;
}

/**
 * The fields of `ticket.create`.
 *
 * @example
 * const input: TicketCreateInput = { brandId: 1, channel: "email", direction: "inbound", from: "ada@example.org", fromName: "Ada Lovelace", to: "desk@example.org", title: "Where is my parcel?" };
 */
export interface TicketCreateInput {
  /** The brand that was contacted. For example `1`. */
  brandId: number;
  /** Channel type, by number or name. At most 64 characters. For example `email`. */
  channel: string;
  /** Who contacted whom; default `inbound`. */
  direction?: "inbound" | "outbound" | undefined;
  /** Who wrote or called, in any form. For example `ada@example.org`. */
  from?: string | undefined;
  /**
   * Their name, as the channel says it; default that of the sender's e-mail header. For example `Ada
   * Lovelace`.
   */
  fromName?: string | undefined;
  /** Who was written to or called, in any form. For example `desk@example.org`. */
  to?: string | undefined;
  /** What it is about; over 255 characters it is cut. For example `Where is my parcel?`. */
  title?: string | undefined;
  /** Default `medium`. */
  priority?: "low" | "medium" | "high" | "urgent" | undefined;
  /** Its state; default `new`. */
  status?: TicketStatus | undefined;
  /**
   * When it happened, for tickets brought from elsewhere; default now. A `Date`, or RFC 3339 with the
   * distance from UTC.
   */
  occurredAt?: Date | string | undefined;
}

/**
 * The fields of `ticket.update`.
 *
 * @example
 * const input: TicketUpdateInput = { id: 31, customerId: 7, status: "open" };
 */
export interface TicketUpdateInput {
  /** Dossier's own id of the ticket. For example `31`. */
  id: number;
  /**
   * Links the customer of the ticket's brand with this primary id. At most 255 characters. For example
   * `K-17`.
   */
  primaryId?: string | undefined;
  /** Links this customer of the ticket's brand; empty unlinks. For example `7`. */
  customerId?: number | null | undefined;
  /**
   * What it is about; over 255 characters it is cut. Empty text clears it. For example `Where is my parcel?`.
   */
  title?: string | undefined;
  /** Its state. For example `open`. */
  status?: TicketStatus | undefined;
  /** How urgent it is. */
  priority?: "low" | "medium" | "high" | "urgent" | undefined;
}

/** Tickets: what contacts open. A ticket finds its customer by the contact's address. */
export interface TicketMethods {
  /**
   * List or search tickets.
   *
   * Newest first. With `query`: every word must begin a word of the title, or the whole query must be the
   * contact's address. `updatedSince` is a feed of changes in the order of their commits: a page always has a
   * cursor to go on with, and an empty page means that nothing is left for now. `updatedSince` goes alone,
   * `createdSince` with `customerId` or alone, `channelType` with `status`.
   *
   * Needs the permission TICKET_READ. With `query` a call counts as 5 requests against the limit of its key.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const { items, nextCursor } = await dossier.ticket.list({ brandId: 1, status: ["new", "open"], linked: false });
   */
  list(input?: TicketListInput, options?: CallOptions): Promise<Page<Ticket>>;
  /**
   * Iterates over the whole list of `list`, item by item; pages are fetched as needed.
   *
   * @example
   * for await (const item of dossier.ticket.each({ brandId: 1, status: ["new", "open"], linked: false }, { limit: 500 })) console.log(item.id);
   */
  each(input?: TicketListInput, options?: ListOptions): AsyncGenerator<Ticket, void, undefined>;
  /**
   * Search tickets without a word of it in the address.
   *
   * The same as `ticket.list`, with its fields in the body only: what people type is in no log of a proxy.
   *
   * Needs the permission TICKET_READ. With `query` a call counts as 5 requests against the limit of its key.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const { items, nextCursor } = await dossier.ticket.search({ query: "parcel", brandId: 1 });
   */
  search(input?: TicketSearchInput, options?: CallOptions): Promise<Page<Ticket>>;
  /**
   * Iterates over the whole list of `search`, item by item; pages are fetched as needed.
   *
   * @example
   * for await (const item of dossier.ticket.eachSearch({ query: "parcel", brandId: 1 }, { limit: 500 })) console.log(item.id);
   */
  eachSearch(input?: TicketSearchInput, options?: ListOptions): AsyncGenerator<Ticket, void, undefined>;
  /**
   * Read one ticket.
   *
   * Needs the permission TICKET_READ.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const ticketHistory = await dossier.ticket.find({ id: 31 });
   */
  find(input: TicketFindInput, options?: CallOptions): Promise<TicketHistory>;
  /**
   * Open a ticket.
   *
   * The contact's address is `from` of an inbound ticket and `to` of an outbound one. If a customer of the
   * brand has it as a channel, the ticket is theirs at once. Any sender, recipient and title is taken: one
   * that is no address of the channel type (a withheld number, a short code) is kept as sent and linked to no
   * customer; of an e-mail sender such as `Ada L <ada@example.org>` the address becomes `from` and the name
   * `fromName`; control characters become blanks; and what is over 255 characters is cut and listed in
   * `truncated`.
   *
   * Needs the permission TICKET_CREATE.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const result = await dossier.ticket.create({ brandId: 1, channel: "email", direction: "inbound", from: "ada@example.org", fromName: "Ada Lovelace", to: "desk@example.org", title: "Where is my parcel?" });
   */
  create(input: TicketCreateInput, options?: CallOptions): Promise<TicketCreateResult>;
  /**
   * Change a ticket, or link it to a customer.
   *
   * Needs the permission TICKET_UPDATE.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `identifiers_disagree`: two identifiers, or two spellings of one, say different
   * things
   * @example
   * const result = await dossier.ticket.update({ id: 31, customerId: 7, status: "open" });
   */
  update(input: TicketUpdateInput, options?: CallOptions): Promise<TicketUpdateResult>;
}
