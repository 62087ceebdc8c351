// Written by `npm run client-types` from the endpoint table.
import type { ChannelInput, CustomValue } from "../../../input-values.ts";

/**
 * The fields of `customer.resolve`.
 *
 * @example
 * const input: CustomerResolveInput = { brandId: 1, primaryId: "K-17", firstname: "Ada", lastname: "Lovelace", custom: { tier: "gold" }, channels: [{ type: "email", address: "ada@example.org" }] };
 */
export interface CustomerResolveInput {
  /** The brand the customer belongs to. For example `1`. */
  brandId: number;
  /**
   * The caller's own id for the customer; unique in the brand. At most 255 characters. For example `K-17`.
   */
  primaryId?: string | undefined;
  /** An address to find the customer by. At most 255 characters. */
  searchValue?: string | undefined;
  /** Channel type of linkAddress, by number or name. At most 64 characters. */
  linkType?: string | undefined;
  /** An address to add. At most 255 characters. */
  linkAddress?: string | undefined;
  /** Do not link waiting tickets that match the channels named. */
  noSync?: boolean | undefined;
  /** The given name. At most 255 characters. For example `Ada`. */
  firstname?: string | undefined;
  /** The family name. At most 255 characters. For example `Lovelace`. */
  lastname?: string | undefined;
  /** A ticket to link at once. */
  ticketId?: number | undefined;
  /** Channels to add; one that the customer has already is no fault. */
  channels?: ChannelInput[] | undefined;
  /** Values of custom fields by their names, at most 100; null or empty text clears one. */
  custom?: Record<string, CustomValue | null> | undefined;
}

/**
 * The fields of `customer.updateAny`. It needs `customerId` or `primaryId`.
 *
 * @example
 * const input: CustomerUpdateAnyInput = { primaryId: "K-17", brandId: 1, lastname: "King", custom: { tier: "gold" } };
 */
export interface CustomerUpdateAnyInput {
  /** Dossier's own id of the customer. For example `7`. */
  customerId?: number | undefined;
  /**
   * The caller's own id for the customer; unique in the brand. At most 255 characters. For example `K-17`.
   */
  primaryId?: string | undefined;
  /** The brand the customer belongs to. For example `1`. */
  brandId?: number | undefined;
  /** The given name. At most 255 characters; empty text clears it. For example `Ada`. */
  firstname?: string | undefined;
  /** The family name. At most 255 characters; empty text clears it. For example `King`. */
  lastname?: string | undefined;
  /** Gives or changes the customer's primary id. At most 255 characters. */
  newPrimaryId?: string | undefined;
  /** Do not link waiting tickets that match the channels named. */
  noSync?: boolean | undefined;
  /** Channels to add; one that the customer has already is no fault. */
  channels?: ChannelInput[] | undefined;
  /** Values of custom fields by their names, at most 100; null or empty text clears one. */
  custom?: Record<string, CustomValue | null> | undefined;
}

/**
 * The fields of `customer.update`.
 *
 * @example
 * const input: CustomerUpdateInput = { id: 7, lastname: "King", channels: [{ type: "telephone", address: "+4930123456" }] };
 */
export interface CustomerUpdateInput {
  /** Dossier's own id of the customer. For example `7`. */
  id: number;
  /**
   * The caller's own id for the customer; unique in the brand. At most 255 characters. For example `K-17`.
   */
  primaryId?: string | undefined;
  /** The brand the customer belongs to. For example `1`. */
  brandId?: number | undefined;
  /** The given name. At most 255 characters; empty text clears it. For example `Ada`. */
  firstname?: string | undefined;
  /** The family name. At most 255 characters; empty text clears it. For example `King`. */
  lastname?: string | undefined;
  /** Gives or changes the customer's primary id. At most 255 characters. */
  newPrimaryId?: string | undefined;
  /** Do not link waiting tickets that match the channels named. */
  noSync?: boolean | undefined;
  /** Channels to add; one that the customer has already is no fault. */
  channels?: ChannelInput[] | undefined;
  /** Values of custom fields by their names, at most 100; null or empty text clears one. */
  custom?: Record<string, CustomValue | null> | undefined;
}

/**
 * The fields of `customer.addChannels`. It needs `customerId` or `primaryId`, and `channels`.
 *
 * @example
 * const input: CustomerAddChannelsInput = { customerId: 7, channels: [{ type: "telephone", address: "+4930123456" }] };
 */
export interface CustomerAddChannelsInput {
  /** Dossier's own id of the customer. For example `7`. */
  customerId?: number | undefined;
  /**
   * The caller's own id for the customer; unique in the brand. At most 255 characters. For example `K-17`.
   */
  primaryId?: string | undefined;
  /** The brand the customer belongs to. For example `1`. */
  brandId?: number | undefined;
  /** Do not link waiting tickets that match the channels named. */
  noSync?: boolean | undefined;
  /** Channels to add; one that the customer has already is no fault. */
  channels?: ChannelInput[] | undefined;
}

/**
 * The fields of `customer.updateByPrimaryId`.
 *
 * @example
 * const input: CustomerUpdateByPrimaryIdInput = { primaryId: "K-17", brandId: 1, lastname: "King", channels: [{ type: "telephone", address: "+4930123456" }] };
 */
export interface CustomerUpdateByPrimaryIdInput {
  /**
   * The caller's own id for the customer; unique in the brand. At most 255 characters. For example `K-17`.
   */
  primaryId: string;
  /** The brand the customer belongs to. For example `1`. */
  brandId?: number | undefined;
  /** Dossier's own id of the customer. For example `7`. */
  customerId?: number | undefined;
  /** The given name. At most 255 characters; empty text clears it. For example `Ada`. */
  firstname?: string | undefined;
  /** The family name. At most 255 characters; empty text clears it. For example `King`. */
  lastname?: string | undefined;
  /** Gives or changes the customer's primary id. At most 255 characters. */
  newPrimaryId?: string | undefined;
  /** Do not link waiting tickets that match the channels named. */
  noSync?: boolean | undefined;
  /** Channels to add; one that the customer has already is no fault. */
  channels?: ChannelInput[] | undefined;
  /** Values of custom fields by their names, at most 100; null or empty text clears one. */
  custom?: Record<string, CustomValue | null> | undefined;
}

/**
 * The fields of `customer.removeChannel`.
 *
 * @example
 * const input: CustomerRemoveChannelInput = { id: 12 };
 */
export interface CustomerRemoveChannelInput {
  /** The channel row's id, as in the customer's `channels`. For example `12`. */
  id: number;
}

/**
 * The fields of `customer.syncWithCrm`. It needs `address` or `primaryId`.
 *
 * @example
 * const input: CustomerSyncWithCrmInput = { brandId: 1, channel: "phoneNumber", address: "+4930123456" };
 */
export interface CustomerSyncWithCrmInput {
  /** The brand the customer belongs to. For example `1`. */
  brandId: number;
  /** `phoneNumber` (the default), `telephone` or `email`. At most 64 characters. */
  channel?: string | undefined;
  /** The address to look up. At most 255 characters. For example `+4930123456`. */
  address?: string | undefined;
  /** Looks up by primary id, in the place of an address. At most 255 characters. For example `K-17`. */
  primaryId?: string | undefined;
}

/**
 * The fields of `customer.create`. It needs `primaryId` or `firstname` or `lastname` or `channels`.
 *
 * @example
 * const input: CustomerCreateInput = { brandId: 1, primaryId: "K-17", firstname: "Ada", lastname: "Lovelace", custom: { tier: "gold" }, channels: [{ type: "email", address: "ada@example.org" }] };
 */
export interface CustomerCreateInput {
  /** The brand the customer belongs to. For example `1`. */
  brandId: number;
  /**
   * The caller's own id for the customer; unique in the brand. At most 255 characters. For example `K-17`.
   */
  primaryId?: string | undefined;
  /** The given name. At most 255 characters. For example `Ada`. */
  firstname?: string | undefined;
  /** The family name. At most 255 characters. For example `Lovelace`. */
  lastname?: string | undefined;
  /** Do not link waiting tickets that match the channels named. */
  noSync?: boolean | undefined;
  /** Channels to add; one that the customer has already is no fault. */
  channels?: ChannelInput[] | undefined;
  /** Values of custom fields by their names, at most 100; null or empty text clears one. */
  custom?: Record<string, CustomValue | null> | undefined;
}

/**
 * The fields of `customer.delete`.
 *
 * @example
 * const input: CustomerDeleteInput = { id: 7 };
 */
export interface CustomerDeleteInput {
  /** Dossier's own id of the customer. For example `7`. */
  id: number;
}

/**
 * The fields of `customer.restore`.
 *
 * @example
 * const input: CustomerRestoreInput = { id: 7, without: "conflicts" };
 */
export interface CustomerRestoreInput {
  /** Dossier's own id of the customer. For example `7`. */
  id: number;
  /**
   * `conflicts`: leave out a primary id or addresses that others have now, and what is over the size a
   * customer can have.
   */
  without?: "conflicts" | undefined;
}

/**
 * The fields of `customer.purge`.
 *
 * @example
 * const input: CustomerPurgeInput = { id: 7 };
 */
export interface CustomerPurgeInput {
  /** Dossier's own id of the customer. For example `7`. */
  id: number;
}

/**
 * The fields of `customer.purgeAny`. It needs `customerId` or `primaryId`.
 *
 * @example
 * const input: CustomerPurgeAnyInput = { primaryId: "K-17", brandId: 1 };
 */
export interface CustomerPurgeAnyInput {
  /** Dossier's own id of the customer. For example `7`. */
  customerId?: number | undefined;
  /** The caller's own id for the customer. At most 255 characters. For example `K-17`. */
  primaryId?: string | undefined;
  /** The brand the customer belongs to. For example `1`. */
  brandId?: number | undefined;
}

/**
 * The fields of `customer.addEvent`. It needs `customerId` or `primaryId`.
 *
 * @example
 * const input: CustomerAddEventInput = { primaryId: "K-17", brandId: 1, message: "Order 1843 was paid", initiatedBy: "shop", sourceUrl: "https://shop.example.org/orders/1843", type: "order", eventId: "order-1843-paid" };
 */
export interface CustomerAddEventInput {
  /** Dossier's own id of the customer. For example `7`. */
  customerId?: number | undefined;
  /** The caller's own id for the customer. At most 255 characters. For example `K-17`. */
  primaryId?: string | undefined;
  /** The brand the customer belongs to. For example `1`. */
  brandId?: number | undefined;
  /**
   * What happened, as plain text of at most 64 KiB. At most 65,536 characters. For example `Order 1843 was
   * paid`.
   */
  message: string;
  /** Who or what did it. At most 255 characters. For example `shop`. */
  initiatedBy?: string | undefined;
  /**
   * Where to read more: an http or https address; any other text is kept as the event's `sourceRef`. At most
   * 2,048 characters. For example `https://shop.example.org/orders/1843`.
   */
  sourceUrl?: string | undefined;
  /** What kind of event, such as `order`; default `event`. At most 64 characters. */
  type?: string | undefined;
  /**
   * The caller's own id for the event: once for each customer. At most 255 characters. For example
   * `order-1843-paid`.
   */
  eventId?: string | undefined;
  /**
   * When it happened, exact to a microsecond for the order; default now. A `Date`, or RFC 3339 with the
   * distance from UTC.
   */
  occurredAt?: Date | string | undefined;
}
