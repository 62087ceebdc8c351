// Written by `npm run client-types` from the endpoint table.
import type { RawItem, RawPage } from "../../../../envelope.ts";
import type { CallOptions, ListOptions } from "../../../options.ts";
import type {
  CustomerCountTimelineInput,
  CustomerFindInput,
  CustomerListByChannelInput,
  CustomerListByPrimaryIdInput,
  CustomerListDeletedInput,
  CustomerListInput,
  CustomerListTimelineInput,
  CustomerSearchInput,
} from "../../customer/read-inputs.ts";
import type { RawTimelineItem } from "../timeline.ts";
import type { RawCustomer, RawCustomerChange, RawRestorableCustomer, RawTimelineCounts } from "./records.ts";
import type { RawCustomerPage } from "./results.ts";

/** Customers: find, resolve, create, change, delete, restore, purge; their timelines and events. */
export interface RawCustomerReads {
  /**
   * List or search customers.
   *
   * With `updatedSince` it is the feed of changes, whose items may be deleted customers.
   */
  list(
    input: CustomerListInput & { updatedSince: Date | string },
    options?: CallOptions,
  ): Promise<RawPage<RawCustomerChange>>;
  /** List or search customers. */
  list(input?: CustomerListInput, options?: CallOptions): Promise<RawPage<RawCustomer>>;
  /** Iterates over the whole list of `list`, item by item; pages are fetched as needed. */
  each(
    input: CustomerListInput & { updatedSince: Date | string },
    options?: ListOptions,
  ): AsyncGenerator<RawCustomerChange, void, undefined>;
  /** Iterates over the whole list of `list`, item by item; pages are fetched as needed. */
  each(input?: CustomerListInput, options?: ListOptions): AsyncGenerator<RawCustomer, void, undefined>;
  /**
   * Search customers without a word of it in the address.
   *
   * With `updatedSince` it is the feed of changes, whose items may be deleted customers.
   */
  search(
    input: CustomerSearchInput & { updatedSince: Date | string },
    options?: CallOptions,
  ): Promise<RawPage<RawCustomerChange>>;
  /** Search customers without a word of it in the address. */
  search(input?: CustomerSearchInput, options?: CallOptions): Promise<RawPage<RawCustomer>>;
  /** Iterates over the whole list of `search`, item by item; pages are fetched as needed. */
  eachSearch(
    input: CustomerSearchInput & { updatedSince: Date | string },
    options?: ListOptions,
  ): AsyncGenerator<RawCustomerChange, void, undefined>;
  /** Iterates over the whole list of `search`, item by item; pages are fetched as needed. */
  eachSearch(
    input?: CustomerSearchInput,
    options?: ListOptions,
  ): AsyncGenerator<RawCustomer, void, undefined>;
  /** Read one customer. */
  find(input: CustomerFindInput, options?: CallOptions): Promise<RawItem<RawCustomer>>;
  /** Search customers by primary id. */
  listByPrimaryId(input: CustomerListByPrimaryIdInput, options?: CallOptions): Promise<RawCustomerPage>;
  /** Iterates over the whole list of `listByPrimaryId`, item by item; pages are fetched as needed. */
  eachByPrimaryId(
    input: CustomerListByPrimaryIdInput,
    options?: ListOptions,
  ): AsyncGenerator<RawCustomer, void, undefined>;
  /** Search customers by an address. */
  listByChannel(input: CustomerListByChannelInput, options?: CallOptions): Promise<RawCustomerPage>;
  /** Iterates over the whole list of `listByChannel`, item by item; pages are fetched as needed. */
  eachByChannel(
    input: CustomerListByChannelInput,
    options?: ListOptions,
  ): AsyncGenerator<RawCustomer, void, undefined>;
  /** List the deleted customers that can be restored. */
  listDeleted(
    input?: CustomerListDeletedInput,
    options?: CallOptions,
  ): Promise<RawPage<RawRestorableCustomer>>;
  /** Iterates over the whole list of `listDeleted`, item by item; pages are fetched as needed. */
  eachDeleted(
    input?: CustomerListDeletedInput,
    options?: ListOptions,
  ): AsyncGenerator<RawRestorableCustomer, void, undefined>;
  /** Read a customer's timeline. */
  listTimeline(input?: CustomerListTimelineInput, options?: CallOptions): Promise<RawPage<RawTimelineItem>>;
  /** Iterates over the whole list of `listTimeline`, item by item; pages are fetched as needed. */
  eachTimeline(
    input?: CustomerListTimelineInput,
    options?: ListOptions,
  ): AsyncGenerator<RawTimelineItem, void, undefined>;
  /** Count the items of a customer's timeline. */
  countTimeline(
    input: CustomerCountTimelineInput,
    options?: CallOptions,
  ): Promise<RawItem<RawTimelineCounts>>;
}
