// Written by `npm run client-types` from the endpoint table.
import type { CallOptions } from "../../options.ts";
import type { CustomerReads } from "./reads.ts";
import type {
  CustomerAddChannelsResult,
  CustomerAddEventResult,
  CustomerCreateResult,
  CustomerDeleteResult,
  CustomerPurgeAnyResult,
  CustomerPurgeResult,
  CustomerRemoveChannelResult,
  CustomerResolveResult,
  CustomerRestoreResult,
  CustomerSyncWithCrmResult,
  CustomerUpdateAnyResult,
  CustomerUpdateByPrimaryIdResult,
  CustomerUpdateResult,
} from "./results.ts";
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
} from "./write-inputs.ts";

/** Customers: find, resolve, create, change, delete, restore, purge; their timelines and events. */
export interface CustomerMethods extends CustomerReads {
  /**
   * Resolve or create a customer.
   *
   * Finds the customer by primary id, or by an address where the brand searches by channels, or makes a new
   * one; then sets names and custom fields and adds channels. Any number of simultaneous identical calls make
   * one customer.
   *
   * Needs the permission CUSTOMER_CUD.
   *
   * @throws {DossierError} `identifiers_disagree`: two identifiers, or two spellings of one, say different
   * things
   * @throws {DossierError} `search_by_channel_disabled`: the brand does not find customers by an address
   * @throws {DossierError} `unknown_custom_field`: the brand takes only custom fields that are defined
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `channel_taken`: an address belongs to another customer of the brand
   * @throws {DossierError} `ambiguous_customer`: several customers fit
   * @example
   * const result = await dossier.customer.resolve({ brandId: 1, primaryId: "K-17", firstname: "Ada", lastname: "Lovelace", custom: { tier: "gold" }, channels: [{ type: "email", address: "ada@example.org" }] });
   */
  resolve(input: CustomerResolveInput, options?: CallOptions): Promise<CustomerResolveResult>;
  /**
   * Update a customer named by any identifier.
   *
   * Needs the permission CUSTOMER_CUD.
   *
   * @throws {DossierError} `identifiers_disagree`: two identifiers, or two spellings of one, say different
   * things
   * @throws {DossierError} `unknown_custom_field`: the brand takes only custom fields that are defined
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `ambiguous_customer`: several customers fit
   * @throws {DossierError} `channel_taken`: an address belongs to another customer of the brand
   * @throws {DossierError} `primary_id_taken`: the primary id belongs to another customer of the brand
   * @throws {DossierError} `stale_version`: the customer has another version
   * @example
   * const result = await dossier.customer.updateAny({ primaryId: "K-17", brandId: 1, lastname: "King", custom: { tier: "gold" } });
   */
  updateAny(input?: CustomerUpdateAnyInput, options?: CallOptions): Promise<CustomerUpdateAnyResult>;
  /**
   * Update a customer and add channels.
   *
   * Needs the permission CUSTOMER_CUD.
   *
   * @throws {DossierError} `identifiers_disagree`: two identifiers, or two spellings of one, say different
   * things
   * @throws {DossierError} `unknown_custom_field`: the brand takes only custom fields that are defined
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `channel_taken`: an address belongs to another customer of the brand
   * @throws {DossierError} `primary_id_taken`: the primary id belongs to another customer of the brand
   * @throws {DossierError} `stale_version`: the customer has another version
   * @example
   * const result = await dossier.customer.update({ id: 7, lastname: "King", channels: [{ type: "telephone", address: "+4930123456" }] });
   */
  update(input: CustomerUpdateInput, options?: CallOptions): Promise<CustomerUpdateResult>;
  /**
   * Add channels to a customer.
   *
   * Needs the permission CUSTOMER_CUD.
   *
   * @throws {DossierError} `identifiers_disagree`: two identifiers, or two spellings of one, say different
   * things
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `ambiguous_customer`: several customers fit
   * @throws {DossierError} `channel_taken`: an address belongs to another customer of the brand
   * @throws {DossierError} `stale_version`: the customer has another version
   * @example
   * const result = await dossier.customer.addChannels({ customerId: 7, channels: [{ type: "telephone", address: "+4930123456" }] });
   */
  addChannels(input?: CustomerAddChannelsInput, options?: CallOptions): Promise<CustomerAddChannelsResult>;
  /**
   * Update the customer with a primary id.
   *
   * Needs the permission CUSTOMER_CUD.
   *
   * @throws {DossierError} `identifiers_disagree`: two identifiers, or two spellings of one, say different
   * things
   * @throws {DossierError} `unknown_custom_field`: the brand takes only custom fields that are defined
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `ambiguous_customer`: several customers fit
   * @throws {DossierError} `channel_taken`: an address belongs to another customer of the brand
   * @throws {DossierError} `primary_id_taken`: the primary id belongs to another customer of the brand
   * @throws {DossierError} `stale_version`: the customer has another version
   * @example
   * const result = await dossier.customer.updateByPrimaryId({ primaryId: "K-17", brandId: 1, lastname: "King", channels: [{ type: "telephone", address: "+4930123456" }] });
   */
  updateByPrimaryId(
    input: CustomerUpdateByPrimaryIdInput,
    options?: CallOptions,
  ): Promise<CustomerUpdateByPrimaryIdResult>;
  /**
   * Remove a channel from its customer.
   *
   * Needs the permission CUSTOMER_CUD.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `stale_version`: the customer has another version
   * @example
   * const result = await dossier.customer.removeChannel({ id: 12 });
   */
  removeChannel(
    input: CustomerRemoveChannelInput,
    options?: CallOptions,
  ): Promise<CustomerRemoveChannelResult>;
  /**
   * Look a customer up in the brand's CRM.
   *
   * Always asks the CRM anew, for at most 5 seconds. One result is taken over as `customer.resolve` would,
   * except that what people and programs have set stays unless the brand says `crmWins`. Nobody known:
   * outcome `unknown`, and nothing changed. Several are never guessed between.
   *
   * Needs the permission CUSTOMER_CUD.
   *
   * @throws {DossierError} `identifiers_disagree`: two identifiers, or two spellings of one, say different
   * things
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `channel_taken`: an address belongs to another customer of the brand
   * @throws {DossierError} `ambiguous_customer`: several customers fit
   * @throws {DossierError} `crm_not_configured`: the brand has no CRM
   * @throws {DossierError} `crm_several_results`: the CRM knows several by this address
   * @throws {DossierError} `crm_failed`: the brand's CRM did not answer as it should
   * @throws {DossierError} `crm_timeout`: the brand's CRM took longer than 5 seconds
   * @example
   * const result = await dossier.customer.syncWithCrm({ brandId: 1, channel: "phoneNumber", address: "+4930123456" });
   */
  syncWithCrm(input: CustomerSyncWithCrmInput, options?: CallOptions): Promise<CustomerSyncWithCrmResult>;
  /**
   * Create a customer, strictly.
   *
   * Never finds: a primary id or an address that is already held is refused with the owner's id.
   *
   * Needs the permission CUSTOMER_CUD.
   *
   * @throws {DossierError} `identifiers_disagree`: two identifiers, or two spellings of one, say different
   * things
   * @throws {DossierError} `unknown_custom_field`: the brand takes only custom fields that are defined
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `channel_taken`: an address belongs to another customer of the brand
   * @throws {DossierError} `primary_id_taken`: the primary id belongs to another customer of the brand
   * @example
   * const result = await dossier.customer.create({ brandId: 1, primaryId: "K-17", firstname: "Ada", lastname: "Lovelace", custom: { tier: "gold" }, channels: [{ type: "email", address: "ada@example.org" }] });
   */
  create(input: CustomerCreateInput, options?: CallOptions): Promise<CustomerCreateResult>;
  /**
   * Delete a customer.
   *
   * Gone from every read, search and count at once; primary id and addresses are free. Tickets stay, shown
   * without customer, and no new owner of an address gets them. `customer.restore` brings everything back
   * within 30 days; then it is erased.
   *
   * Needs the permission CUSTOMER_CUD.
   *
   * @throws {DossierError} `identifiers_disagree`: two identifiers, or two spellings of one, say different
   * things
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `stale_version`: the customer has another version
   * @example
   * const result = await dossier.customer.delete({ id: 7 });
   */
  delete(input: CustomerDeleteInput, options?: CallOptions): Promise<CustomerDeleteResult>;
  /**
   * Restore a deleted customer.
   *
   * With everything it had. A primary id or an address that others took meanwhile is refused, or left out
   * where you say so. Tickets come back too; `dropped` lists those that a call gave to others.
   *
   * Needs the permission CUSTOMER_CUD.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `channel_taken`: an address belongs to another customer of the brand
   * @throws {DossierError} `primary_id_taken`: the primary id belongs to another customer of the brand
   * @example
   * const result = await dossier.customer.restore({ id: 7, without: "conflicts" });
   */
  restore(input: CustomerRestoreInput, options?: CallOptions): Promise<CustomerRestoreResult>;
  /**
   * Erase a customer for good.
   *
   * Every personal datum of the customer, live or deleted, and of deleted customers of the brand with the
   * same primary id, out of every table, also from tickets that others have and from fields of others that
   * hold an address of theirs. It cannot be undone. Sent again, it answers the first receipt. Backups, the
   * database's log and freed places of its files are the operator's: see the page on operations.
   *
   * Needs the permission CUSTOMER_CUD.
   *
   * @throws {DossierError} `identifiers_disagree`: two identifiers, or two spellings of one, say different
   * things
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `stale_version`: the customer has another version
   * @example
   * const result = await dossier.customer.purge({ id: 7 });
   */
  purge(input: CustomerPurgeInput, options?: CallOptions): Promise<CustomerPurgeResult>;
  /**
   * Erase the customer named by any identifier for good.
   *
   * By primary id: its holder and every deleted customer that had it.
   *
   * Needs the permission CUSTOMER_CUD.
   *
   * @throws {DossierError} `identifiers_disagree`: two identifiers, or two spellings of one, say different
   * things
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `ambiguous_customer`: several customers fit
   * @throws {DossierError} `stale_version`: the customer has another version
   * @example
   * const result = await dossier.customer.purgeAny({ primaryId: "K-17", brandId: 1 });
   */
  purgeAny(input?: CustomerPurgeAnyInput, options?: CallOptions): Promise<CustomerPurgeAnyResult>;
  /**
   * Add an event to a customer's timeline.
   *
   * An order, a mailing, a delivery: whatever another program did. With an `eventId` it is added once,
   * however often it is sent.
   *
   * Needs the permission CUSTOMER_CUD.
   *
   * @throws {DossierError} `identifiers_disagree`: two identifiers, or two spellings of one, say different
   * things
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @throws {DossierError} `ambiguous_customer`: several customers fit
   * @example
   * const result = await dossier.customer.addEvent({ primaryId: "K-17", brandId: 1, message: "Order 1843 was paid", initiatedBy: "shop", sourceUrl: "https://shop.example.org/orders/1843", type: "order", eventId: "order-1843-paid" });
   */
  addEvent(input: CustomerAddEventInput, options?: CallOptions): Promise<CustomerAddEventResult>;
}
