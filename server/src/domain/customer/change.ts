/** Change of a customer: what a call wants, what a plan writes, and what came of it. */
import type { DecodedChannel, Fault } from "@dossier/api";
import type { Address, AddressKey } from "../address.ts";
import type { RequestContext } from "../context.ts";
import type { CustomField } from "../custom-field/value.ts";
import type { CustomerFields } from "../customer-fields.ts";
import type { LockedCustomer } from "./row.ts";

/** What a call wants to do to a customer. */
export interface Change {
  fields: CustomerFields;
  channels: readonly DecodedChannel[];
  customs: readonly CustomChange[];
  /** custom fields that the brand lacks, and that the values are for */
  newFields?: readonly NewField[] | undefined;
  /** do not link unlinked tickets from one of the channels */
  noSync?: boolean | undefined;
  /** leave out what does not fit the bounds of a customer's size, and report it here; otherwise that is an error */
  omitted?: Fault[] | undefined;
}

/** A custom value to be written; the empty text clears. */
export interface CustomChange {
  /** negative for a field that is made with the change */
  fieldId: number;
  name: string;
  value: string;
  /** the name on the wire */
  field: string;
}

/** A custom field that is made with the change: `id` is a negative stand-in. */
export interface NewField extends Pick<CustomField, "id" | "name"> {
  key: string;
  field: string;
}

/** A channel that a customer has. */
export interface OwnChannel extends Address {
  id: number;
}

/** A channel that was sent and belongs to another customer. */
export interface SkippedChannel {
  field: string;
  address: string;
  customer_id: number;
}

/** What is written to one customer. Everything in it has been checked; only a constraint can still object. */
export interface CustomerPlan {
  ctx: RequestContext;
  /** the customer under lock; a new one is inserted without it */
  locked: LockedCustomer | undefined;
  /** of a new customer all fields, else those that differ */
  fields: CustomerFields;
  /** what the customer has before */
  own: readonly OwnChannel[];
  /** the channels sent that are the customer's afterwards, in the order sent */
  sent: readonly DecodedChannel[];
  /** those that are inserted, each address once */
  added: readonly DecodedChannel[];
  removed: readonly OwnChannel[];
  skipped: readonly SkippedChannel[];
  customs: readonly CustomChange[];
  newFields: readonly NewField[];
  noSync: boolean;
  /** a ticket that the call names */
  ticketId?: number | undefined;
}

/** What was done, and the names of the fields that changed by it. */
export interface ChangeResult {
  customer: LockedCustomer;
  isNew: boolean;
  changed: boolean;
  fields: string[];
  /** rows of the channels sent, in the order sent */
  channelIds: number[];
  newChannelIds: number[];
  skipped: readonly SkippedChannel[];
  /** the tickets that were linked by it */
  tickets: number[];
}

/** The owners of primary ids and addresses in a brand, as they were read. */
export interface Owners {
  byPrimaryId: ReadonlyMap<string, number>;
  byAddress: ReadonlyMap<AddressKey, AddressOwner>;
}

/** The customer that has an address, with its primary id, and the row of the channel. */
export interface AddressOwner {
  channelId: number;
  customer_id: number;
  primary_id: string | null;
}
