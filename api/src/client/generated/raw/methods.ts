// Written by `npm run client-types` from the endpoint table.
import type { RawAuditMethods } from "./audit.ts";
import type { RawBackupMethods } from "./backup.ts";
import type { RawBrandMethods } from "./brand.ts";
import type { RawChangeMethods } from "./change.ts";
import type { RawChannelMethods } from "./channel.ts";
import type { RawCustomerMethods } from "./customer/methods.ts";
import type { RawCustomFieldMethods } from "./customfield.ts";
import type { RawHealthMethods } from "./health.ts";
import type { RawJobMethods } from "./job.ts";
import type { RawKeyMethods } from "./key.ts";
import type { RawMessageMethods } from "./message.ts";
import type { RawSessionMethods } from "./session.ts";
import type { RawTicketMethods } from "./ticket.ts";
import type { RawWebhookMethods } from "./webhook.ts";

/**
 * The same methods, whose results are as the wire has them: its names, in its envelopes.
 *
 * @example
 * const { item }: RawItem<RawCustomer> = await dossier.raw.customer.find({ id: 7 });
 * console.log(item.external_primary_id, item.custom_tier);
 */
export interface RawClient {
  /** Customers: find, resolve, create, change, delete, restore, purge; their timelines and events. */
  customer: RawCustomerMethods;
  /** Tickets: what contacts open. A ticket finds its customer by the contact's address. */
  ticket: RawTicketMethods;
  /** Messages and notes: what is said in tickets. */
  message: RawMessageMethods;
  /** Brands and their settings. Every customer belongs to one. */
  brand: RawBrandMethods;
  /** API keys: who may do what, in which brands, until when. */
  key: RawKeyMethods;
  /** What a brand wants to know of its customers beyond their names. */
  customfield: RawCustomFieldMethods;
  /** Types of channel: e-mail, telephone, and those you define. */
  channel: RawChannelMethods;
  /** Webhooks: which events are sent where, signed, and what became of each delivery. */
  webhook: RawWebhookMethods;
  /** Sessions: a key exchanged for a cookie, for pages that should not hold keys. */
  session: RawSessionMethods;
  /** Who did what, when; never with which values. */
  audit: RawAuditMethods;
  /** Background jobs: waiting, running, failed. */
  job: RawJobMethods;
  /** What is right with the installation, and what to do about what is not. */
  health: RawHealthMethods;
  /** Which customers and tickets change, told as it happens, in ids. */
  change: RawChangeMethods;
  /** The scheduled backups: which there are, and when the next is due. */
  backup: RawBackupMethods;
}
