// Written by `npm run client-types` from the endpoint table.
import type { CustomValue } from "../../../input-values.ts";
import type { TimelineItemType } from "../words.ts";

/** An item of the feed of changes. */
export type CustomerChange = Customer | DeletedCustomer;

/** A customer. */
export interface Customer {
  /** Dossier's own id. For example `7`. */
  id: number;
  /** The caller's own id; empty when there is none. For example `K-17`. */
  primaryId: string;
  /** The brand it belongs to. For example `1`. */
  brandId: number;
  /** The brand's name. For example `Main`. */
  brandName: string;
  /** The given name; empty when there is none. For example `Ada`. */
  firstname: string;
  /** The family name; empty when there is none. For example `Lovelace`. */
  lastname: string;
  /** How the customer is reached, by id. */
  channels: Channel[];
  /** Rises with every change; the ETag. For example `3`. */
  version: number;
  /** When it was made. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  createdAt: string;
  /** When it last changed. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  updatedAt: string;
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
        keyId: number | null;
        /** That key's name, also once it is revoked; null: no key, or the key that asks does not see it. */
        keyName: string | null;
        /** When it was set. RFC 3339, UTC. */
        at: string;
        /**
         * Of a channel: when the customer last wrote or called by it, as its three newest tickets tell; null: not
         * yet. RFC 3339, UTC.
         */
        lastSeenAt?: string | null | undefined;
      }[]
    | undefined;
  /** Of a customer that the `query` of `customer.search` found: how the query is like it. */
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
  /** The custom fields that have a value, by their own names, for example `{ tier: "gold" }`. */
  custom: Record<string, CustomValue>;
}

/** A channel of a customer: a type and an address. */
export interface Channel {
  /** The channel row; what `customer.removeChannel` takes. For example `12`. */
  id: number;
  /** The channel type's number. For example `1`. */
  channelId: number;
  /** The channel type's name, such as `email`. */
  channelName: string;
  /** The address as it was given. For example `ada@example.org`. */
  address: string;
}

/** A deleted or purged customer in the feed of changes: no word of it. */
export interface DeletedCustomer {
  /** Dossier's own id. For example `7`. */
  id: number;
  /** The brand it belongs to. For example `1`. */
  brandId: number;
  /** When it was deleted. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  deletedAt: string;
}

/** A deleted customer that can be restored. */
export interface RestorableCustomer {
  /** Dossier's own id. For example `7`. */
  id: number;
  /** The brand it belongs to. For example `1`. */
  brandId: number;
  /** The brand's name. For example `Main`. */
  brandName: string;
  /** The caller's own id; empty when there is none. For example `K-17`. */
  primaryId: string;
  /** The given name; empty when there is none. For example `Ada`. */
  firstname: string;
  /** The family name; empty when there is none. For example `Lovelace`. */
  lastname: string;
  /** When it was deleted. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  deletedAt: string;
  /**
   * Until when it can be restored; then it is erased. RFC 3339, UTC. For example `2026-12-23T18:00:00.000Z`.
   */
  restorableUntil: string;
  /** The key that deleted it; 0 is the administrator, null: no key, or no entry of the audit trail. */
  keyId: number | null;
}

/** How many items a timeline has. */
export interface TimelineCounts {
  /** The customer. For example `7`. */
  id: number;
  /** How many there are; exact up to 10000. For example `3`. */
  count: number;
  /** Present when there are more than count says. */
  capped?: true | undefined;
  /** By kind, each of them also where there is none; without notes if the key may not read these. */
  kinds: {
    /** The kind of envelope. */
    type: TimelineItemType;
    /** How many there are; exact up to 10000. For example `3`. */
    count: number;
    /** Present when there are more than count says. */
    capped?: true | undefined;
  }[];
  /** Of the events, by type, most first; at most 100 types. */
  eventTypes: {
    /** What kind of event, such as `order`. */
    eventType: string;
    /** How many there are; exact up to 10000. For example `3`. */
    count: number;
    /** Present when there are more than count says. */
    capped?: true | undefined;
  }[];
  /** Present when there are more than 100 types of events. */
  eventTypesCapped?: true | undefined;
}
