// Written by `npm run client-types` from the endpoint table.
import type { RawItem, RawPage, RawResult } from "../../../envelope.ts";
import type { CallOptions, ListOptions } from "../../options.ts";
import type {
  TicketCreateInput,
  TicketFindInput,
  TicketListInput,
  TicketSearchInput,
  TicketUpdateInput,
} from "../ticket.ts";
import type { TicketStatus } from "../words.ts";
import type { RawTimelineItem } from "./timeline.ts";

/** A ticket, as the wire has it. */
export interface RawTicket {
  /** Dossier's own id. */
  id: number;
  /** The brand it belongs to. */
  brand_id: number;
  /** The brand's name. */
  brand_name: string;
  /** The channel type's number. */
  channel_id: number;
  /** The channel type's name, such as `email`. */
  channel_name: string;
  /** `inbound`: from the contact; `outbound`: to the contact. */
  direction: "inbound" | "outbound";
  /** The address it came from; may be empty. */
  from: string;
  /** The sender's name as the channel says it; may be empty. */
  from_name: string;
  /** The address it went to; may be empty. */
  to: string;
  /** What it is about; may be empty. */
  title: string;
  /** The ticket's state. */
  status: TicketStatus;
  /** How urgent it is. */
  priority: "low" | "medium" | "high" | "urgent";
  /** null: none yet. */
  customer_id: number | null;
  /** When it was made. */
  created_at: string;
  /** When the ticket or its messages last changed. */
  last_update: string;
  /** When it was closed; null: it is not. */
  closed_at: string | null;
  /**
   * Who wrote last: `customer` for an inbound message, `agent` for an outbound one; notes do not count. null:
   * no message among the newest 100 entries.
   */
  last_message_by: "customer" | "agent" | null;
  /** How many customers the brand's CRM knows by the address, when it knows several; else null. */
  crm_candidate_count: number | null;
}

/** A ticket with what its brand's CRM said, and on request with its messages, as the wire has it. */
export interface RawTicketHistory {
  /** Dossier's own id. */
  id: number;
  /** The brand it belongs to. */
  brand_id: number;
  /** The brand's name. */
  brand_name: string;
  /** The channel type's number. */
  channel_id: number;
  /** The channel type's name, such as `email`. */
  channel_name: string;
  /** `inbound`: from the contact; `outbound`: to the contact. */
  direction: "inbound" | "outbound";
  /** The address it came from; may be empty. */
  from: string;
  /** The sender's name as the channel says it; may be empty. */
  from_name: string;
  /** The address it went to; may be empty. */
  to: string;
  /** What it is about; may be empty. */
  title: string;
  /** The ticket's state. */
  status: TicketStatus;
  /** How urgent it is. */
  priority: "low" | "medium" | "high" | "urgent";
  /** null: none yet. */
  customer_id: number | null;
  /** When it was made. */
  created_at: string;
  /** When the ticket or its messages last changed. */
  last_update: string;
  /** When it was closed; null: it is not. */
  closed_at: string | null;
  /**
   * Who wrote last: `customer` for an inbound message, `agent` for an outbound one; notes do not count. null:
   * no message among the newest 100 entries.
   */
  last_message_by: "customer" | "agent" | null;
  /** How many customers the brand's CRM knows by the address, when it knows several; else null. */
  crm_candidate_count: number | null;
  /**
   * Why whom the brand's CRM knows by the address could not be taken over; null: nothing stood in the way.
   */
  crm_conflict: "channel_taken" | "primary_id_taken" | "ambiguous_customer" | null;
  /** When the brand's CRM knows several by the address: how many, and their primary ids. */
  crm_candidates: {
    /** How many. */
    count: number;
    /** Their primary ids. */
    primary_ids: string[];
  } | null;
  /** With getTicketHistory: the newest 1,000 messages and notes, newest first. */
  timeline?: RawTimelineItem[] | undefined;
}

/** What `ticket.create` did. */
export interface RawTicketCreateResult extends RawResult {
  /** The ticket, as `id`. */
  ticketID: number;
  /** The customer it is linked to; null: none yet. */
  customer_id: number | null;
  /** The fields of which only the first 255 characters are kept; absent: none. */
  truncated?: string[] | undefined;
}

/** What `ticket.update` did. */
export interface RawTicketUpdateResult extends RawResult {
  /** The ticket, as `id`. */
  ticketID: number;
  /** The customer it is linked to. */
  customer_id: number | null;
  /** The fields of which only the first 255 characters are kept; absent: none. */
  truncated?: string[] | undefined;
}

/** Tickets: what contacts open. A ticket finds its customer by the contact's address. */
export interface RawTicketMethods {
  /** List or search tickets. */
  list(input?: TicketListInput, options?: CallOptions): Promise<RawPage<RawTicket>>;
  /** Iterates over the whole list of `list`, item by item; pages are fetched as needed. */
  each(input?: TicketListInput, options?: ListOptions): AsyncGenerator<RawTicket, void, undefined>;
  /** Search tickets without a word of it in the address. */
  search(input?: TicketSearchInput, options?: CallOptions): Promise<RawPage<RawTicket>>;
  /** Iterates over the whole list of `search`, item by item; pages are fetched as needed. */
  eachSearch(input?: TicketSearchInput, options?: ListOptions): AsyncGenerator<RawTicket, void, undefined>;
  /** Read one ticket. */
  find(input: TicketFindInput, options?: CallOptions): Promise<RawItem<RawTicketHistory>>;
  /** Open a ticket. */
  create(input: TicketCreateInput, options?: CallOptions): Promise<RawTicketCreateResult>;
  /** Change a ticket, or link it to a customer. */
  update(input: TicketUpdateInput, options?: CallOptions): Promise<RawTicketUpdateResult>;
}
