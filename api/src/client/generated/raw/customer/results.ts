// Written by `npm run client-types` from the endpoint table.
import type { RawPage, RawResult } from "../../../../envelope.ts";
import type { RawCustomer } from "./records.ts";

/** What `customer.resolve` did. */
export interface RawCustomerResolveResult extends RawResult {
  /** Addresses left out because another customer holds them; only with the brand's taken_address = skip. */
  skipped_channels?:
    | {
        /** The field it was sent in. */
        field: string;
        /** The address as it was given. */
        address: string;
        /** The customer who holds it. */
        customer_id: number;
      }[]
    | undefined;
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** What `customer.updateAny` did. */
export interface RawCustomerUpdateAnyResult extends RawResult {
  /** Addresses left out because another customer holds them; only with the brand's taken_address = skip. */
  skipped_channels?:
    | {
        /** The field it was sent in. */
        field: string;
        /** The address as it was given. */
        address: string;
        /** The customer who holds it. */
        customer_id: number;
      }[]
    | undefined;
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** What `customer.update` did. */
export interface RawCustomerUpdateResult extends RawResult {
  /** Addresses left out because another customer holds them; only with the brand's taken_address = skip. */
  skipped_channels?:
    | {
        /** The field it was sent in. */
        field: string;
        /** The address as it was given. */
        address: string;
        /** The customer who holds it. */
        customer_id: number;
      }[]
    | undefined;
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** A page of the list, with what `customer.listByChannel` adds. */
export interface RawCustomerPage extends RawPage<RawCustomer> {
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** What `customer.addChannels` did. */
export interface RawCustomerAddChannelsResult extends RawResult {
  /** The channels' rows, in the order sent. */
  channel_ids: number[];
  /** Addresses left out because another customer holds them; only with the brand's taken_address = skip. */
  skipped_channels?:
    | {
        /** The field it was sent in. */
        field: string;
        /** The address as it was given. */
        address: string;
        /** The customer who holds it. */
        customer_id: number;
      }[]
    | undefined;
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** What `customer.updateByPrimaryId` did. */
export interface RawCustomerUpdateByPrimaryIdResult extends RawResult {
  /** Addresses left out because another customer holds them; only with the brand's taken_address = skip. */
  skipped_channels?:
    | {
        /** The field it was sent in. */
        field: string;
        /** The address as it was given. */
        address: string;
        /** The customer who holds it. */
        customer_id: number;
      }[]
    | undefined;
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** What `customer.removeChannel` did. */
export interface RawCustomerRemoveChannelResult extends RawResult {
  /** The customer. */
  customer_id: number;
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** What `customer.syncWithCrm` did. */
export interface RawCustomerSyncWithCrmResult extends Omit<RawResult, "id"> {
  /** The customer; null when the CRM has no match. */
  id: number | null;
  /** What of the CRM's answer was not taken over, and why. */
  skipped?:
    | {
        /** Our name of it, or where in the answer's `channels` it stands. */
        field: string;
        /** Why it was left out. */
        message: string;
      }[]
    | undefined;
  /** Addresses left out because another customer holds them; only with the brand's taken_address = skip. */
  skipped_channels?:
    | {
        /** The field it was sent in. */
        field: string;
        /** The address as it was given. */
        address: string;
        /** The customer who holds it. */
        customer_id: number;
      }[]
    | undefined;
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** What `customer.create` did. */
export interface RawCustomerCreateResult extends RawResult {
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** What `customer.delete` did. */
export interface RawCustomerDeleteResult extends RawResult {
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** What `customer.restore` did. */
export interface RawCustomerRestoreResult extends RawResult {
  /** What was left out. */
  dropped?:
    | {
        /** `external_primary_id`, `channel`, `ticket` or `custom_<name>`. */
        field: string;
        /** Of a channel: the row that was left out. */
        channel_id?: number | undefined;
        /** Of a ticket: one that the customer had, up to 1,000 of them. */
        ticket_id?: number | undefined;
        /** Who has it now. */
        customer_id?: number | undefined;
      }[]
    | undefined;
}

/** What `customer.purge` did. */
export interface RawCustomerPurgeResult extends RawResult {
  /** What was erased, without a word of whom. */
  receipt: {
    /** The receipt's own number. */
    id: number;
    /** When it was done. */
    purged_at: string;
    /** Customers erased: the one named, and deleted ones of its primary id. */
    customers: number;
    /** Channels erased. */
    channels: number;
    /** Values of custom fields erased. */
    custom_values: number;
    /** Events erased. */
    events: number;
    /** Tickets emptied, also those from their addresses that others have; ids, dates and states stay. */
    tickets: number;
    /** Messages emptied. */
    messages: number;
    /** Answers erased that were kept for retries; those calls are refused when they are sent again. */
    answers: number;
  };
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
  /**
   * Only if words of the name are still in the search's dictionary, because a write in progress may be using
   * them: they are deleted when it has ended. Send the call again to see whether they are.
   */
  words_pending?: boolean | undefined;
}

/** What `customer.purgeAny` did. */
export interface RawCustomerPurgeAnyResult extends RawResult {
  /** What was erased, without a word of whom. */
  receipt: {
    /** The receipt's own number. */
    id: number;
    /** When it was done. */
    purged_at: string;
    /** Customers erased: the one named, and deleted ones of its primary id. */
    customers: number;
    /** Channels erased. */
    channels: number;
    /** Values of custom fields erased. */
    custom_values: number;
    /** Events erased. */
    events: number;
    /** Tickets emptied, also those from their addresses that others have; ids, dates and states stay. */
    tickets: number;
    /** Messages emptied. */
    messages: number;
    /** Answers erased that were kept for retries; those calls are refused when they are sent again. */
    answers: number;
  };
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
  /**
   * Only if words of the name are still in the search's dictionary, because a write in progress may be using
   * them: they are deleted when it has ended. Send the call again to see whether they are.
   */
  words_pending?: boolean | undefined;
}

/** What `customer.addEvent` did. */
export interface RawCustomerAddEventResult extends RawResult {
  /** The customer. */
  customer_id: number;
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}
