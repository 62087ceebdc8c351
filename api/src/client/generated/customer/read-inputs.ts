// Written by `npm run client-types` from the endpoint table.
import type { CustomValue } from "../../../input-values.ts";

/**
 * The fields of `customer.list`.
 *
 * @example
 * const input: CustomerListInput = {};
 */
export interface CustomerListInput {
  /** What to search for; anything typed or pasted, of which the first 255 characters count. */
  query?: string | undefined;
  /** The brand the customer belongs to. For example `1`. */
  brandId?: number | undefined;
  /**
   * Every change since then, also deletions, in their order. A `Date`, or RFC 3339 with the distance from
   * UTC.
   */
  updatedSince?: Date | string | undefined;
  /** Customers created then or later, newest first. A `Date`, or RFC 3339 with the distance from UTC. */
  createdSince?: Date | string | undefined;
  /** Customers with a channel of this type, by number or name. At most 64 characters. */
  channelType?: string | undefined;
  /** The same as `channelType`: `email`, `telephone`, … At most 64 characters. */
  has?: string | undefined;
  /** Customers with exactly this value of a custom field, for example `{ tier: "gold" }`. */
  custom?: Record<string, CustomValue | null> | undefined;
  /**
   * `-id` (default): newest first; `updated`: the change longest ago first; `lastname`: without case and
   * accents.
   */
  sort?: "id" | "-id" | "updated" | "lastname" | undefined;
  /** How many to skip; default 0. */
  itemStart?: number | undefined;
  /**
   * How many to answer, from 1; default 15. More than 99 counts as 99, as the answer's itemLimit says. 1 or
   * more.
   */
  itemLimit?: number | undefined;
  /** `nextCursor` of the page before; not together with itemStart. At most 1,000 characters. */
  cursor?: string | undefined;
}

/**
 * The fields of `customer.search`.
 *
 * @example
 * const input: CustomerSearchInput = { query: "ada love", brandId: 1 };
 */
export interface CustomerSearchInput {
  /**
   * What to search for; anything typed or pasted, of which the first 255 characters count. For example `ada
   * love`.
   */
  query?: string | undefined;
  /** The brand the customer belongs to. For example `1`. */
  brandId?: number | undefined;
  /**
   * Every change since then, also deletions, in their order. A `Date`, or RFC 3339 with the distance from
   * UTC.
   */
  updatedSince?: Date | string | undefined;
  /** Customers created then or later, newest first. A `Date`, or RFC 3339 with the distance from UTC. */
  createdSince?: Date | string | undefined;
  /** Customers with a channel of this type, by number or name. At most 64 characters. */
  channelType?: string | undefined;
  /** The same as `channelType`: `email`, `telephone`, … At most 64 characters. */
  has?: string | undefined;
  /** Values of custom fields by their names, at most 100; null or empty text clears one. */
  custom?: Record<string, CustomValue | null> | undefined;
  /**
   * `-id` (default): newest first; `updated`: the change longest ago first; `lastname`: without case and
   * accents.
   */
  sort?: "id" | "-id" | "updated" | "lastname" | undefined;
  /** How many to skip; default 0. */
  itemStart?: number | undefined;
  /**
   * How many to answer, from 1; default 15. More than 99 counts as 99, as the answer's itemLimit says. 1 or
   * more.
   */
  itemLimit?: number | undefined;
  /** `nextCursor` of the page before; not together with itemStart. At most 1,000 characters. */
  cursor?: string | undefined;
}

/**
 * The fields of `customer.find`.
 *
 * @example
 * const input: CustomerFindInput = { id: 7 };
 */
export interface CustomerFindInput {
  /** Dossier's own id of the customer. For example `7`. */
  id: number;
  /** Answer where each field came from, too. */
  provenance?: boolean | undefined;
}

/**
 * The fields of `customer.listByPrimaryId`.
 *
 * @example
 * const input: CustomerListByPrimaryIdInput = { primaryId: "K-17", brandId: 1 };
 */
export interface CustomerListByPrimaryIdInput {
  /**
   * The caller's own id for the customer; unique in the brand. At most 255 characters. For example `K-17`.
   */
  primaryId: string;
  /** The brand the customer belongs to. For example `1`. */
  brandId?: number | undefined;
  /** How many to skip; default 0. */
  itemStart?: number | undefined;
  /**
   * How many to answer, from 1; default 15. More than 99 counts as 99, as the answer's itemLimit says. 1 or
   * more.
   */
  itemLimit?: number | undefined;
  /** `nextCursor` of the page before; not together with itemStart. At most 1,000 characters. */
  cursor?: string | undefined;
}

/**
 * The fields of `customer.listByChannel`.
 *
 * @example
 * const input: CustomerListByChannelInput = { value: "ada@example.org", brandId: 1 };
 */
export interface CustomerListByChannelInput {
  /** The address to search for. At most 65,536 characters. For example `ada@example.org`. */
  value: string;
  /** The brand the customer belongs to. For example `1`. */
  brandId?: number | undefined;
  /** How many to skip; default 0. */
  itemStart?: number | undefined;
  /**
   * How many to answer, from 1; default 15. More than 99 counts as 99, as the answer's itemLimit says. 1 or
   * more.
   */
  itemLimit?: number | undefined;
  /** `nextCursor` of the page before; not together with itemStart. At most 1,000 characters. */
  cursor?: string | undefined;
}

/**
 * The fields of `customer.listDeleted`.
 *
 * @example
 * const input: CustomerListDeletedInput = {};
 */
export interface CustomerListDeletedInput {
  /** Deleted customers of this brand. For example `1`. */
  brandId?: number | undefined;
  /** How many to skip; default 0. */
  itemStart?: number | undefined;
  /**
   * How many to answer, from 1; default 15. More than 99 counts as 99, as the answer's itemLimit says. 1 or
   * more.
   */
  itemLimit?: number | undefined;
  /** `nextCursor` of the page before; not together with itemStart. At most 1,000 characters. */
  cursor?: string | undefined;
}

/**
 * The fields of `customer.listTimeline`. It needs `primaryId` or `customerId`, and `brandId` or `customerId`.
 *
 * @example
 * const input: CustomerListTimelineInput = { brandId: 1, primaryId: "K-17", getTicketHistory: "1" };
 */
export interface CustomerListTimelineInput {
  /** The brand the customer belongs to. For example `1`. */
  brandId?: number | undefined;
  /** The caller's own id for the customer. At most 255 characters. For example `K-17`. */
  primaryId?: string | undefined;
  /** Dossier's own id of the customer, instead of the two. For example `7`. */
  customerId?: number | undefined;
  /**
   * Sent with any value: include the customer's tickets, messages and, with TICKET_READ, notes. For example
   * `1`.
   */
  getTicketHistory?: boolean | string | undefined;
  /**
   * Only items of this kind: `event`, `ticket`, `message`, `note`; any other word is a type of event. At most
   * 64 characters.
   */
  type?: string | undefined;
  /**
   * Only what happened then or later. A `Date`, or RFC 3339 with the distance from UTC. For example
   * `2026-11-23T18:00:00.000Z`.
   */
  since?: Date | string | undefined;
  /** Only what happened before then. A `Date`, or RFC 3339 with the distance from UTC. */
  until?: Date | string | undefined;
  /** How many to skip; default 0. */
  itemStart?: number | undefined;
  /**
   * How many to answer, from 1; default 15. More than 99 counts as 99, as the answer's itemLimit says. 1 or
   * more.
   */
  itemLimit?: number | undefined;
  /** `nextCursor` of the page before; not together with itemStart. At most 1,000 characters. */
  cursor?: string | undefined;
}

/**
 * The fields of `customer.countTimeline`.
 *
 * @example
 * const input: CustomerCountTimelineInput = { id: 7 };
 */
export interface CustomerCountTimelineInput {
  /** Dossier's own id of the customer. For example `7`. */
  id: number;
}
