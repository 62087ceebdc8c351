// Written by `npm run client-types` from the endpoint table.
import type { Page } from "../../../envelope.ts";
import type { CallOptions, ListOptions } from "../../options.ts";
import type { TimelineItem } from "../timeline.ts";
import type {
  CustomerCountTimelineInput,
  CustomerFindInput,
  CustomerListByChannelInput,
  CustomerListByPrimaryIdInput,
  CustomerListDeletedInput,
  CustomerListInput,
  CustomerListTimelineInput,
  CustomerSearchInput,
} from "./read-inputs.ts";
import type { Customer, CustomerChange, RestorableCustomer, TimelineCounts } from "./records.ts";
import type { CustomerPage } from "./results.ts";

/** Customers: find, resolve, create, change, delete, restore, purge; their timelines and events. */
export interface CustomerReads {
  /**
   * List or search customers.
   *
   * With `updatedSince` it is the feed of changes, whose items may be deleted customers.
   *
   * Without `query`: newest first. With it: every word must begin a word of the name, or the whole query must
   * begin the primary id, an account name, an e-mail address or its domain, or the end of one of these behind
   * a sign, or be four or more digits in a row of a telephone number. Customers of another spelling come
   * behind: words joined or split, umlauts with two letters, Cyrillic and Greek in Latin, the inside of words
   * without blanks. If that finds less than a page, typos are forgiven. No query is refused: what no index
   * holds is ignored. `updatedSince` is a feed of changes in the order of their commits: a page always has a
   * cursor to go on with, and an empty page means that nothing is left for now; a deleted customer is an item
   * of `id`, `brandId` and `deletedAt`. `custom.<name>` finds the customers with exactly this value of a
   * custom field. One of these filters at a time: `query`; `updatedSince`; `createdSince`; `channelType`,
   * `has` or `custom.<name>`, with `sort` of `id` or `-id`.
   *
   * Needs the permission CUSTOMER_READ. With `query` a call counts as 5 requests against the limit of its
   * key.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `unknown_custom_field`: the brand takes only custom fields that are defined
   * @example
   * const { items, nextCursor } = await dossier.customer.list({ updatedSince: "2026-11-23T18:00:00Z" });
   */
  list(
    input: CustomerListInput & { updatedSince: Date | string },
    options?: CallOptions,
  ): Promise<Page<CustomerChange>>;
  /**
   * List or search customers.
   *
   * Without `query`: newest first. With it: every word must begin a word of the name, or the whole query must
   * begin the primary id, an account name, an e-mail address or its domain, or the end of one of these behind
   * a sign, or be four or more digits in a row of a telephone number. Customers of another spelling come
   * behind: words joined or split, umlauts with two letters, Cyrillic and Greek in Latin, the inside of words
   * without blanks. If that finds less than a page, typos are forgiven. No query is refused: what no index
   * holds is ignored. `updatedSince` is a feed of changes in the order of their commits: a page always has a
   * cursor to go on with, and an empty page means that nothing is left for now; a deleted customer is an item
   * of `id`, `brandId` and `deletedAt`. `custom.<name>` finds the customers with exactly this value of a
   * custom field. One of these filters at a time: `query`; `updatedSince`; `createdSince`; `channelType`,
   * `has` or `custom.<name>`, with `sort` of `id` or `-id`.
   *
   * Needs the permission CUSTOMER_READ. With `query` a call counts as 5 requests against the limit of its
   * key.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `unknown_custom_field`: the brand takes only custom fields that are defined
   * @example
   * const { items, nextCursor } = await dossier.customer.list();
   */
  list(input?: CustomerListInput, options?: CallOptions): Promise<Page<Customer>>;
  /**
   * Iterates over the whole list of `list`, item by item; pages are fetched as needed.
   *
   * With `updatedSince` it is the feed of changes, whose items may be deleted customers.
   *
   * @example
   * for await (const change of dossier.customer.each({ updatedSince: "2026-11-23T18:00:00Z" }))
   *   console.log(change.id, "deletedAt" in change);
   */
  each(
    input: CustomerListInput & { updatedSince: Date | string },
    options?: ListOptions,
  ): AsyncGenerator<CustomerChange, void, undefined>;
  /**
   * Iterates over the whole list of `list`, item by item; pages are fetched as needed.
   *
   * @example
   * for await (const item of dossier.customer.each({}, { limit: 500 })) console.log(item.id);
   */
  each(input?: CustomerListInput, options?: ListOptions): AsyncGenerator<Customer, void, undefined>;
  /**
   * Search customers without a word of it in the address.
   *
   * With `updatedSince` it is the feed of changes, whose items may be deleted customers.
   *
   * The same as `customer.list`, with its fields in the body only: what people type is in no log of a proxy.
   * Each customer that `query` finds has `match`, how its words are like the query.
   *
   * Needs the permission CUSTOMER_READ. With `query` a call counts as 5 requests against the limit of its
   * key.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `unknown_custom_field`: the brand takes only custom fields that are defined
   * @example
   * const { items, nextCursor } = await dossier.customer.search({ updatedSince: "2026-11-23T18:00:00Z" });
   */
  search(
    input: CustomerSearchInput & { updatedSince: Date | string },
    options?: CallOptions,
  ): Promise<Page<CustomerChange>>;
  /**
   * Search customers without a word of it in the address.
   *
   * The same as `customer.list`, with its fields in the body only: what people type is in no log of a proxy.
   * Each customer that `query` finds has `match`, how its words are like the query.
   *
   * Needs the permission CUSTOMER_READ. With `query` a call counts as 5 requests against the limit of its
   * key.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `unknown_custom_field`: the brand takes only custom fields that are defined
   * @example
   * const { items, nextCursor } = await dossier.customer.search({ query: "ada love", brandId: 1 });
   */
  search(input?: CustomerSearchInput, options?: CallOptions): Promise<Page<Customer>>;
  /**
   * Iterates over the whole list of `search`, item by item; pages are fetched as needed.
   *
   * With `updatedSince` it is the feed of changes, whose items may be deleted customers.
   *
   * @example
   * for await (const change of dossier.customer.eachSearch({ updatedSince: "2026-11-23T18:00:00Z" }))
   *   console.log(change.id, "deletedAt" in change);
   */
  eachSearch(
    input: CustomerSearchInput & { updatedSince: Date | string },
    options?: ListOptions,
  ): AsyncGenerator<CustomerChange, void, undefined>;
  /**
   * Iterates over the whole list of `search`, item by item; pages are fetched as needed.
   *
   * @example
   * for await (const item of dossier.customer.eachSearch({ query: "ada love", brandId: 1 }, { limit: 500 })) console.log(item.id);
   */
  eachSearch(input?: CustomerSearchInput, options?: ListOptions): AsyncGenerator<Customer, void, undefined>;
  /**
   * Read one customer.
   *
   * Needs the permission CUSTOMER_READ.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const customer = await dossier.customer.find({ id: 7 });
   */
  find(input: CustomerFindInput, options?: CallOptions): Promise<Customer>;
  /**
   * Search customers by primary id.
   *
   * Needs the permission CUSTOMER_READ.
   *
   * @throws {DossierError} `identifiers_disagree`: two identifiers, or two spellings of one, say different
   * things
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const { items, nextCursor } = await dossier.customer.listByPrimaryId({ primaryId: "K-17", brandId: 1 });
   */
  listByPrimaryId(input: CustomerListByPrimaryIdInput, options?: CallOptions): Promise<CustomerPage>;
  /**
   * Iterates over the whole list of `listByPrimaryId`, item by item; pages are fetched as needed.
   *
   * @example
   * for await (const item of dossier.customer.eachByPrimaryId({ primaryId: "K-17", brandId: 1 }, { limit: 500 })) console.log(item.id);
   */
  eachByPrimaryId(
    input: CustomerListByPrimaryIdInput,
    options?: ListOptions,
  ): AsyncGenerator<Customer, void, undefined>;
  /**
   * Search customers by an address.
   *
   * Exact: the value is normalised by the rule of each channel type that accepts it.
   *
   * Needs the permission CUSTOMER_READ.
   *
   * @throws {DossierError} `identifiers_disagree`: two identifiers, or two spellings of one, say different
   * things
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const { items, nextCursor } = await dossier.customer.listByChannel({ value: "ada@example.org", brandId: 1 });
   */
  listByChannel(input: CustomerListByChannelInput, options?: CallOptions): Promise<CustomerPage>;
  /**
   * Iterates over the whole list of `listByChannel`, item by item; pages are fetched as needed.
   *
   * @example
   * for await (const item of dossier.customer.eachByChannel({ value: "ada@example.org", brandId: 1 }, { limit: 500 })) console.log(item.id);
   */
  eachByChannel(
    input: CustomerListByChannelInput,
    options?: ListOptions,
  ): AsyncGenerator<Customer, void, undefined>;
  /**
   * List the deleted customers that can be restored.
   *
   * Those with the newest ids first. Names and primary ids are shown to keys with CUSTOMER_READ; for others
   * they are empty. `customer.restore` brings one back; after 30 days it is erased, and gone from this list.
   *
   * Needs the permission CUSTOMER_CUD.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const { items, nextCursor } = await dossier.customer.listDeleted();
   */
  listDeleted(input?: CustomerListDeletedInput, options?: CallOptions): Promise<Page<RestorableCustomer>>;
  /**
   * Iterates over the whole list of `listDeleted`, item by item; pages are fetched as needed.
   *
   * @example
   * for await (const item of dossier.customer.eachDeleted({}, { limit: 500 })) console.log(item.id);
   */
  eachDeleted(
    input?: CustomerListDeletedInput,
    options?: ListOptions,
  ): AsyncGenerator<RestorableCustomer, void, undefined>;
  /**
   * Read a customer's timeline.
   *
   * Newest first. `itemTotal` is exact up to 10,000. With `getTicketHistory`, tickets, messages and notes
   * stand among the events; notes only for a key with TICKET_READ, and without it they are neither shown nor
   * counted.
   *
   * Needs the permission CUSTOMER_READ.
   *
   * @throws {DossierError} `identifiers_disagree`: two identifiers, or two spellings of one, say different
   * things
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const { items, nextCursor } = await dossier.customer.listTimeline({ brandId: 1, primaryId: "K-17", getTicketHistory: "1" });
   */
  listTimeline(input?: CustomerListTimelineInput, options?: CallOptions): Promise<Page<TimelineItem>>;
  /**
   * Iterates over the whole list of `listTimeline`, item by item; pages are fetched as needed.
   *
   * @example
   * for await (const item of dossier.customer.eachTimeline({ brandId: 1, primaryId: "K-17", getTicketHistory: "1" }, { limit: 500 })) console.log(item.id);
   */
  eachTimeline(
    input?: CustomerListTimelineInput,
    options?: ListOptions,
  ): AsyncGenerator<TimelineItem, void, undefined>;
  /**
   * Count the items of a customer's timeline.
   *
   * Of each kind, and of each type of event. A count is exact up to 10,000. Notes are counted for a key with
   * TICKET_READ only.
   *
   * Needs the permission CUSTOMER_READ.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const timelineCounts = await dossier.customer.countTimeline({ id: 7 });
   */
  countTimeline(input: CustomerCountTimelineInput, options?: CallOptions): Promise<TimelineCounts>;
}
