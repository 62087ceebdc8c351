// Written by `npm run client-types` from the endpoint table.
import type { CallOptions } from "../../../options.ts";
import type {
  CustomerAddChannelsInput,
  CustomerAddEventInput,
  CustomerCreateInput,
  CustomerDeleteInput,
  CustomerPurgeAnyInput,
  CustomerPurgeInput,
  CustomerRemoveChannelInput,
  CustomerResolveInput,
  CustomerRestoreInput,
  CustomerSyncWithCrmInput,
  CustomerUpdateAnyInput,
  CustomerUpdateByPrimaryIdInput,
  CustomerUpdateInput,
} from "../../customer/write-inputs.ts";
import type { RawCustomerReads } from "./reads.ts";
import type {
  RawCustomerAddChannelsResult,
  RawCustomerAddEventResult,
  RawCustomerCreateResult,
  RawCustomerDeleteResult,
  RawCustomerPurgeAnyResult,
  RawCustomerPurgeResult,
  RawCustomerRemoveChannelResult,
  RawCustomerResolveResult,
  RawCustomerRestoreResult,
  RawCustomerSyncWithCrmResult,
  RawCustomerUpdateAnyResult,
  RawCustomerUpdateByPrimaryIdResult,
  RawCustomerUpdateResult,
} from "./results.ts";

/** Customers: find, resolve, create, change, delete, restore, purge; their timelines and events. */
export interface RawCustomerMethods extends RawCustomerReads {
  /** Resolve or create a customer. */
  resolve(input: CustomerResolveInput, options?: CallOptions): Promise<RawCustomerResolveResult>;
  /** Update a customer named by any identifier. */
  updateAny(input?: CustomerUpdateAnyInput, options?: CallOptions): Promise<RawCustomerUpdateAnyResult>;
  /** Update a customer and add channels. */
  update(input: CustomerUpdateInput, options?: CallOptions): Promise<RawCustomerUpdateResult>;
  /** Add channels to a customer. */
  addChannels(input?: CustomerAddChannelsInput, options?: CallOptions): Promise<RawCustomerAddChannelsResult>;
  /** Update the customer with a primary id. */
  updateByPrimaryId(
    input: CustomerUpdateByPrimaryIdInput,
    options?: CallOptions,
  ): Promise<RawCustomerUpdateByPrimaryIdResult>;
  /** Remove a channel from its customer. */
  removeChannel(
    input: CustomerRemoveChannelInput,
    options?: CallOptions,
  ): Promise<RawCustomerRemoveChannelResult>;
  /** Look a customer up in the brand's CRM. */
  syncWithCrm(input: CustomerSyncWithCrmInput, options?: CallOptions): Promise<RawCustomerSyncWithCrmResult>;
  /** Create a customer, strictly. */
  create(input: CustomerCreateInput, options?: CallOptions): Promise<RawCustomerCreateResult>;
  /** Delete a customer. */
  delete(input: CustomerDeleteInput, options?: CallOptions): Promise<RawCustomerDeleteResult>;
  /** Restore a deleted customer. */
  restore(input: CustomerRestoreInput, options?: CallOptions): Promise<RawCustomerRestoreResult>;
  /** Erase a customer for good. */
  purge(input: CustomerPurgeInput, options?: CallOptions): Promise<RawCustomerPurgeResult>;
  /** Erase the customer named by any identifier for good. */
  purgeAny(input?: CustomerPurgeAnyInput, options?: CallOptions): Promise<RawCustomerPurgeAnyResult>;
  /** Add an event to a customer's timeline. */
  addEvent(input: CustomerAddEventInput, options?: CallOptions): Promise<RawCustomerAddEventResult>;
}
