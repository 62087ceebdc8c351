// Written by `npm run client-types` from the endpoint table.
import type { AuditMethods } from "./audit.ts";
import type { BackupMethods } from "./backup.ts";
import type { BrandMethods } from "./brand.ts";
import type { ChangeMethods } from "./change.ts";
import type { ChannelMethods } from "./channel.ts";
import type { CustomerMethods } from "./customer/methods.ts";
import type { CustomFieldMethods } from "./customfield.ts";
import type { HealthMethods } from "./health.ts";
import type { JobMethods } from "./job.ts";
import type { KeyMethods } from "./key.ts";
import type { MessageMethods } from "./message.ts";
import type { SessionMethods } from "./session.ts";
import type { TicketMethods } from "./ticket.ts";
import type { WebhookMethods } from "./webhook.ts";

/**
 * Every endpoint as a method, by noun and verb.
 *
 * @example
 * const { customer }: Methods = dossier;
 */
export interface Methods {
  /** Customers: find, resolve, create, change, delete, restore, purge; their timelines and events. */
  customer: CustomerMethods;
  /** Tickets: what contacts open. A ticket finds its customer by the contact's address. */
  ticket: TicketMethods;
  /** Messages and notes: what is said in tickets. */
  message: MessageMethods;
  /** Brands and their settings. Every customer belongs to one. */
  brand: BrandMethods;
  /** API keys: who may do what, in which brands, until when. */
  key: KeyMethods;
  /** What a brand wants to know of its customers beyond their names. */
  customfield: CustomFieldMethods;
  /** Types of channel: e-mail, telephone, and those you define. */
  channel: ChannelMethods;
  /** Webhooks: which events are sent where, signed, and what became of each delivery. */
  webhook: WebhookMethods;
  /** Sessions: a key exchanged for a cookie, for pages that should not hold keys. */
  session: SessionMethods;
  /** Who did what, when; never with which values. */
  audit: AuditMethods;
  /** Background jobs: waiting, running, failed. */
  job: JobMethods;
  /** What is right with the installation, and what to do about what is not. */
  health: HealthMethods;
  /** Which customers and tickets change, told as it happens, in ids. */
  change: ChangeMethods;
  /** The scheduled backups: which there are, and when the next is due. */
  backup: BackupMethods;
}
