// Written by `npm run client-types` from the endpoint table.
import type { RawPage, RawResult } from "../../../envelope.ts";
import type { CallOptions, ListOptions } from "../../options.ts";
import type { ChannelCreateInput, ChannelListInput, ChannelUpdateInput } from "../channel.ts";

/** A type of channel, as the wire has it. */
export interface RawChannelTypeDefinition {
  /** Dossier's own id. */
  id: number;
  /** The number this type has on the wire. */
  channel_id: number;
  /** The name. */
  name: string;
  /** The name of its icon; may be empty. */
  icon: string;
  /** What its addresses have to be; `plain`: any text, compared exactly, as for every type of your own. */
  rule: "email" | "phone" | "twitter" | "facebook" | "plain";
}

/** What `channel.create` did. */
export interface RawChannelCreateResult extends RawResult {
  /** The channel type's number. */
  channel_id: number;
}

/** What `channel.update` did. */
export interface RawChannelUpdateResult extends RawResult {
  /** The channel type's number. */
  channel_id: number;
}

/** Types of channel: e-mail, telephone, and those you define. */
export interface RawChannelMethods {
  /** List the channel types. */
  list(input?: ChannelListInput, options?: CallOptions): Promise<RawPage<RawChannelTypeDefinition>>;
  /** Iterates over the whole list of `list`, item by item; pages are fetched as needed. */
  each(
    input?: ChannelListInput,
    options?: ListOptions,
  ): AsyncGenerator<RawChannelTypeDefinition, void, undefined>;
  /** Define a channel type. */
  create(input: ChannelCreateInput, options?: CallOptions): Promise<RawChannelCreateResult>;
  /** Rename or renumber a channel type. */
  update(input: ChannelUpdateInput, options?: CallOptions): Promise<RawChannelUpdateResult>;
}
