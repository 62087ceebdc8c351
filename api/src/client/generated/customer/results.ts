// Written by `npm run client-types` from the endpoint table.
import type { Page, Result } from "../../../envelope.ts";
import type { Customer } from "./records.ts";

/** What `customer.resolve` did. */
export interface CustomerResolveResult extends Result {
  /** Addresses left out because another customer holds them; only with the brand's takenAddress = skip. */
  skippedChannels?:
    | {
        /** The field it was sent in. */
        field: string;
        /** The address as it was given. For example `ada@example.org`. */
        address: string;
        /** The customer who holds it. For example `7`. */
        customerId: number;
      }[]
    | undefined;
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** What `customer.updateAny` did. */
export interface CustomerUpdateAnyResult extends Result {
  /** Addresses left out because another customer holds them; only with the brand's takenAddress = skip. */
  skippedChannels?:
    | {
        /** The field it was sent in. */
        field: string;
        /** The address as it was given. For example `ada@example.org`. */
        address: string;
        /** The customer who holds it. For example `7`. */
        customerId: number;
      }[]
    | undefined;
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** What `customer.update` did. */
export interface CustomerUpdateResult extends Result {
  /** Addresses left out because another customer holds them; only with the brand's takenAddress = skip. */
  skippedChannels?:
    | {
        /** The field it was sent in. */
        field: string;
        /** The address as it was given. For example `ada@example.org`. */
        address: string;
        /** The customer who holds it. For example `7`. */
        customerId: number;
      }[]
    | undefined;
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** A page of the list, with what `customer.listByChannel` adds. */
export interface CustomerPage extends Page<Customer> {
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** What `customer.addChannels` did. */
export interface CustomerAddChannelsResult extends Result {
  /** The channels' rows, in the order sent. */
  channelIds: number[];
  /** Addresses left out because another customer holds them; only with the brand's takenAddress = skip. */
  skippedChannels?:
    | {
        /** The field it was sent in. */
        field: string;
        /** The address as it was given. For example `ada@example.org`. */
        address: string;
        /** The customer who holds it. For example `7`. */
        customerId: number;
      }[]
    | undefined;
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** What `customer.updateByPrimaryId` did. */
export interface CustomerUpdateByPrimaryIdResult extends Result {
  /** Addresses left out because another customer holds them; only with the brand's takenAddress = skip. */
  skippedChannels?:
    | {
        /** The field it was sent in. */
        field: string;
        /** The address as it was given. For example `ada@example.org`. */
        address: string;
        /** The customer who holds it. For example `7`. */
        customerId: number;
      }[]
    | undefined;
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** What `customer.removeChannel` did. */
export interface CustomerRemoveChannelResult extends Result {
  /** The customer. For example `7`. */
  customerId: number;
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** What `customer.syncWithCrm` did. */
export interface CustomerSyncWithCrmResult extends Omit<Result, "id"> {
  /** The customer; null when the CRM has no match. For example `7`. */
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
  /** Addresses left out because another customer holds them; only with the brand's takenAddress = skip. */
  skippedChannels?:
    | {
        /** The field it was sent in. */
        field: string;
        /** The address as it was given. For example `ada@example.org`. */
        address: string;
        /** The customer who holds it. For example `7`. */
        customerId: number;
      }[]
    | undefined;
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** What `customer.create` did. */
export interface CustomerCreateResult extends Result {
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** What `customer.delete` did. */
export interface CustomerDeleteResult extends Result {
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}

/** What `customer.restore` did. */
export interface CustomerRestoreResult extends Result {
  /** What was left out. */
  dropped?:
    | {
        /** `external_primary_id`, `channel`, `ticket` or `custom_<name>`. */
        field: string;
        /** Of a channel: the row that was left out. For example `1`. */
        channelId?: number | undefined;
        /** Of a ticket: one that the customer had, up to 1,000 of them. */
        ticketId?: number | undefined;
        /** Who has it now. For example `7`. */
        customerId?: number | undefined;
      }[]
    | undefined;
}

/** What `customer.purge` did. */
export interface CustomerPurgeResult extends Result {
  /** What was erased, without a word of whom. */
  receipt: {
    /** The receipt's own number. For example `7`. */
    id: number;
    /** When it was done. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
    purgedAt: string;
    /** Customers erased: the one named, and deleted ones of its primary id. */
    customers: number;
    /** Channels erased. */
    channels: number;
    /** Values of custom fields erased. */
    customValues: number;
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
  wordsPending?: boolean | undefined;
}

/** What `customer.purgeAny` did. */
export interface CustomerPurgeAnyResult extends Result {
  /** What was erased, without a word of whom. */
  receipt: {
    /** The receipt's own number. For example `7`. */
    id: number;
    /** When it was done. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
    purgedAt: string;
    /** Customers erased: the one named, and deleted ones of its primary id. */
    customers: number;
    /** Channels erased. */
    channels: number;
    /** Values of custom fields erased. */
    customValues: number;
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
  wordsPending?: boolean | undefined;
}

/** What `customer.addEvent` did. */
export interface CustomerAddEventResult extends Result {
  /** The customer. For example `7`. */
  customerId: number;
  /**
   * The names sent that this call does not know and left out, at most 20 of them; absent when there are none.
   */
  ignored?: string[] | undefined;
}
