// Written by `npm run client-types` from the endpoint table.
import type { RawResult } from "../../../envelope.ts";
import type { CallOptions } from "../../options.ts";
import type { MessageChatbotInput, MessageCreateInput } from "../message.ts";

/** What `message.create` did. */
export interface RawMessageCreateResult extends RawResult {
  /** The ticket it stands in. */
  ticketID: number;
  /** The fields of which only the first 255 characters are kept; absent: none. */
  truncated?: string[] | undefined;
}

/** What `message.chatbot` did. */
export interface RawMessageChatbotResult extends RawResult {
  /** The ticket it stands in. */
  ticketID: number;
  /** The fields of which only the first 255 characters are kept; absent: none. */
  truncated?: string[] | undefined;
  /** The customer it is linked to; null: none yet. */
  customer_id: number | null;
}

/** Messages and notes: what is said in tickets. */
export interface RawMessageMethods {
  /** Write a message or a note into a ticket. */
  create(input: MessageCreateInput, options?: CallOptions): Promise<RawMessageCreateResult>;
  /** Open a ticket with its first message. */
  chatbot(input: MessageChatbotInput, options?: CallOptions): Promise<RawMessageChatbotResult>;
}
