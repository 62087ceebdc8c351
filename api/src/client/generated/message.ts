// Written by `npm run client-types` from the endpoint table.
import type { Result } from "../../envelope.ts";
import type { CallOptions } from "../options.ts";
import type { TicketStatus } from "./words.ts";

/** What `message.create` did. */
export interface MessageCreateResult extends Result {
  /** The ticket it stands in. For example `31`. */
  ticketId: number;
  /** The fields of which only the first 255 characters are kept; absent: none. */
  truncated?: string[] | undefined;
}

/** What `message.chatbot` did. */
export interface MessageChatbotResult extends Result {
  /** The ticket it stands in. For example `31`. */
  ticketId: number;
  /** The fields of which only the first 255 characters are kept; absent: none. */
  truncated?: string[] | undefined;
  /** The customer it is linked to; null: none yet. For example `7`. */
  customerId: number | null;
}

/**
 * The fields of `message.create`.
 *
 * @example
 * const input: MessageCreateInput = { ticketId: 31, type: "email", message: "It is on its way.", submitStatus: "pending" };
 */
export interface MessageCreateInput {
  /** The ticket. For example `31`. */
  ticketId: number;
  /**
   * A channel type, by number or name, or `note` for what only agents see. At most 64 characters. For example
   * `email`.
   */
  type: string;
  /**
   * The text, as long as a body may be; may be empty. Empty text clears it. For example `It is on its way.`.
   */
  message: string;
  /** To whom, in any form; default the ticket's contact. */
  toAddress?: string | undefined;
  /** The state the ticket gets with it. For example `pending`. */
  submitStatus?: TicketStatus | undefined;
  /** `inbound`: the contact wrote it; default `outbound`. */
  direction?: "inbound" | "outbound" | undefined;
  /**
   * When it was said, for messages brought from elsewhere; default now. A `Date`, or RFC 3339 with the
   * distance from UTC.
   */
  occurredAt?: Date | string | undefined;
}

/**
 * The fields of `message.chatbot`.
 *
 * @example
 * const input: MessageChatbotInput = { brandId: 1, message: "Where is my parcel?", subject: "Parcel", from: "ada@example.org" };
 */
export interface MessageChatbotInput {
  /** The brand that was contacted. For example `1`. */
  brandId: number;
  /**
   * The text, as long as a body may be; may be empty. Empty text clears it. For example `Where is my
   * parcel?`.
   */
  message: string;
  /** The ticket's title; over 255 characters it is cut. For example `Parcel`. */
  subject?: string | undefined;
  /** Who wrote, in any form. For example `ada@example.org`. */
  from?: string | undefined;
  /**
   * When it was said, for messages brought from elsewhere; default now. A `Date`, or RFC 3339 with the
   * distance from UTC.
   */
  occurredAt?: Date | string | undefined;
}

/** Messages and notes: what is said in tickets. */
export interface MessageMethods {
  /**
   * Write a message or a note into a ticket.
   *
   * Dossier keeps what was said; sending it is the desk's business. Control characters other than tabs and
   * line ends become blanks.
   *
   * Needs the permission MESSAGE_CREATE.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const result = await dossier.message.create({ ticketId: 31, type: "email", message: "It is on its way.", submitStatus: "pending" });
   */
  create(input: MessageCreateInput, options?: CallOptions): Promise<MessageCreateResult>;
  /**
   * Open a ticket with its first message.
   *
   * For a chat that a program held. The channel shows in `from`: an e-mail address, a telephone number, else
   * livechat. Any `from`, subject and message is taken, as for tickets.
   *
   * Needs the permission MESSAGE_CREATE.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const result = await dossier.message.chatbot({ brandId: 1, message: "Where is my parcel?", subject: "Parcel", from: "ada@example.org" });
   */
  chatbot(input: MessageChatbotInput, options?: CallOptions): Promise<MessageChatbotResult>;
}
