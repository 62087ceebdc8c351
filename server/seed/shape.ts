/**
 * What the demo world is written in: plain data, in the order in which people come and things happen. Times are UTC,
 * `2026-03-04 09:12`. Everybody and everything is invented; addresses end in domains and begin with numbers that are
 * kept free for that, where a country keeps any, and cannot be anybody's elsewhere.
 */
import type { CustomType, CustomValue, TicketStatus } from "@dossier/api";

/** The channel types every Dossier has. */
export type Channel =
  | "email"
  | "telephone"
  | "facebook"
  | "twitter"
  | "whatsapp"
  | "instagram"
  | "sms"
  | "livechat";

/** A custom field of a brand. */
export interface SeedField {
  name: string;
  label: string;
  type: CustomType;
  options?: readonly string[];
}

/** What a program reported: when, what kind of event, its number there, what happened. */
export type SeedEvent = readonly [at: string, type: string, number: string, text: string];

/** A customer with the events of their timeline. */
export interface SeedCustomer {
  /** the primary id */
  id?: string;
  first?: string;
  last?: string;
  channels: Readonly<Partial<Record<Channel, string | readonly string[]>>>;
  custom?: Readonly<Record<string, CustomValue>>;
  events?: readonly SeedEvent[];
}

/** Who says something: the contact, an agent by name, or an agent to the others only. */
export type SeedLine = readonly [
  at: string,
  who: "contact" | `agent ${string}` | `note ${string}`,
  text: string,
];

/** A ticket. It finds its customer by the contact's address, or is given to one by `belongsTo`. */
export interface SeedTicket {
  at: string;
  channel: Channel;
  /** the contact's address; empty is withheld */
  contact: string;
  name?: string;
  direction?: "outbound";
  title: string;
  priority?: "low" | "high" | "urgent";
  /** the state it is in after the last line */
  status: TicketStatus;
  /** a primary id */
  belongsTo?: string;
  lines: readonly SeedLine[];
}

/** A brand with all that is its own. */
export interface SeedBrand {
  name: string;
  country: string;
  searchByChannel: boolean;
  fields: readonly SeedField[];
  /** where the desk is reached */
  desk: Readonly<Record<Channel, string>>;
  /** the program behind each kind of event, and where it shows one */
  programs: Readonly<Record<string, { name: string; url: string }>>;
  customers: readonly SeedCustomer[];
  tickets: readonly SeedTicket[];
}
