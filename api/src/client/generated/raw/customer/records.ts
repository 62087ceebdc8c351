// Written by `npm run client-types` from the endpoint table.
import type { CustomValue } from "../../../../input-values.ts";
import type { TimelineItemType } from "../../words.ts";

/** An item of the feed of changes, as the wire has it. */
export type RawCustomerChange = RawCustomer | RawDeletedCustomer;

/** A customer, as the wire has it. */
export interface RawCustomer {
  /** Dossier's own id. */
  id: number;
  /** The caller's own id; empty when there is none. */
  external_primary_id: string;
  /** The brand it belongs to. */
  brand_id: number;
  /** The brand's name. */
  brand_name: string;
  /** The given name; empty when there is none. */
  firstname: string;
  /** The family name; empty when there is none. */
  lastname: string;
  /** How the customer is reached, by id. */
  channels: RawChannel[];
  /** Rises with every change; the ETag. */
  version: number;
  /** When it was made. */
  created_at: string;
  /** When it last changed. */
  updated_at: string;
  /**
   * Only of a customer larger than one can become (256 KiB of custom values, 1,000 channels): what is left
   * out here, `channels` or `custom_…`.
   */
  truncated?: string[] | undefined;
  /** Of one customer, where it was asked for: the origin of each field. */
  provenance?:
    | {
        /** `external_primary_id`, `firstname`, `lastname`, `custom_…` or `channels`. */
        field: string;
        /** Which of the channels, by its `id`. */
        channel?: number | undefined;
        /** Who set it: a program, an agent, the brand's CRM, or an import. */
        source: "api" | "agent" | "crm" | "import";
        /** The key that set it; 0 is the administrator, null: no key. */
        key_id: number | null;
        /** That key's name, also once it is revoked; null: no key, or the key that asks does not see it. */
        key_name: string | null;
        /** When it was set. */
        at: string;
        /**
         * Of a channel: when the customer last wrote or called by it, as its three newest tickets tell; null: not
         * yet.
         */
        last_seen_at?: string | null | undefined;
      }[]
    | undefined;
  /** Of a customer that the `query` of `POST /customer/search` found: how the query is like it. */
  match?:
    | {
        /**
         * `same`: every word of the query is a word of the name, or all of it is the primary id or an address;
         * `prefix`: it begins or is a part of these; `similar`: another spelling, or a typo.
         */
        class: "same" | "prefix" | "similar";
        /** What the query is like. */
        field: "name" | "primary_id" | "channel";
      }
    | undefined;
  /** A custom field that has a value. */
  [field: `custom_${string}`]: CustomValue;
}

/** A channel of a customer: a type and an address, as the wire has it. */
export interface RawChannel {
  /** The channel row; what DELETE /customer/channel/{id} takes. */
  id: number;
  /** The channel type's number. */
  channel_id: number;
  /** The channel type's name, such as `email`. */
  channel_name: string;
  /** The address as it was given. */
  address: string;
}

/** A deleted or purged customer in the feed of changes: no word of it, as the wire has it. */
export interface RawDeletedCustomer {
  /** Dossier's own id. */
  id: number;
  /** The brand it belongs to. */
  brand_id: number;
  /** When it was deleted. */
  deleted_at: string;
}

/** A deleted customer that can be restored, as the wire has it. */
export interface RawRestorableCustomer {
  /** Dossier's own id. */
  id: number;
  /** The brand it belongs to. */
  brand_id: number;
  /** The brand's name. */
  brand_name: string;
  /** The caller's own id; empty when there is none. */
  external_primary_id: string;
  /** The given name; empty when there is none. */
  firstname: string;
  /** The family name; empty when there is none. */
  lastname: string;
  /** When it was deleted. */
  deleted_at: string;
  /** Until when it can be restored; then it is erased. */
  restorable_until: string;
  /** The key that deleted it; 0 is the administrator, null: no key, or no entry of the audit trail. */
  key_id: number | null;
}

/** How many items a timeline has, as the wire has it. */
export interface RawTimelineCounts {
  /** The customer. */
  id: number;
  /** How many there are; exact up to 10000. */
  count: number;
  /** Present when there are more than count says. */
  capped?: true | undefined;
  /** By kind, each of them also where there is none; without notes if the key may not read these. */
  kinds: {
    /** The kind of envelope. */
    type: TimelineItemType;
    /** How many there are; exact up to 10000. */
    count: number;
    /** Present when there are more than count says. */
    capped?: true | undefined;
  }[];
  /** Of the events, by type, most first; at most 100 types. */
  event_types: {
    /** What kind of event, such as `order`. */
    event_type: string;
    /** How many there are; exact up to 10000. */
    count: number;
    /** Present when there are more than count says. */
    capped?: true | undefined;
  }[];
  /** Present when there are more than 100 types of events. */
  event_types_capped?: true | undefined;
}
