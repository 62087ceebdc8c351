// Written by `npm run client-types` from the endpoint table.
import type { Page, Result } from "../../envelope.ts";
import type { CallOptions, ListOptions } from "../options.ts";

/** A type of channel. */
export interface ChannelTypeDefinition {
  /** Dossier's own id. For example `1`. */
  id: number;
  /** The number this type has on the wire. For example `1`. */
  channelId: number;
  /** The name. For example `email`. */
  name: string;
  /** The name of its icon; may be empty. For example `mail`. */
  icon: string;
  /**
   * What its addresses have to be; `plain`: any text, compared exactly, as for every type of your own. For
   * example `email`.
   */
  rule: "email" | "phone" | "twitter" | "facebook" | "plain";
}

/** What `channel.create` did. */
export interface ChannelCreateResult extends Result {
  /** The channel type's number. For example `1`. */
  channelId: number;
}

/** What `channel.update` did. */
export interface ChannelUpdateResult extends Result {
  /** The channel type's number. For example `1`. */
  channelId: number;
}

/**
 * The fields of `channel.list`.
 *
 * @example
 * const input: ChannelListInput = {};
 */
export interface ChannelListInput {
  /** How many to skip; default 0. */
  itemStart?: number | undefined;
  /**
   * How many to answer, from 1; default 15. More than 99 counts as 99, as the answer's itemLimit says. 1 or
   * more.
   */
  itemLimit?: number | undefined;
  /** `nextCursor` of the page before; not together with itemStart. At most 1,000 characters. */
  cursor?: string | undefined;
}

/**
 * The fields of `channel.create`.
 *
 * @example
 * const input: ChannelCreateInput = { name: "signal", icon: "message" };
 */
export interface ChannelCreateInput {
  /** The name. At most 64 characters. For example `signal`. */
  name: string;
  /** Name of an icon, free for the console to use. At most 64 characters. For example `message`. */
  icon?: string | undefined;
}

/**
 * The fields of `channel.update`.
 *
 * @example
 * const input: ChannelUpdateInput = { id: 6, name: "signal", channelId: 106 };
 */
export interface ChannelUpdateInput {
  /** Dossier's own id of the channel type. For example `6`. */
  id: number;
  /** The name. At most 64 characters. For example `signal`. */
  name?: string | undefined;
  /** Name of an icon, free for the console to use. At most 64 characters. */
  icon?: string | undefined;
  /** The number of the type on the wire. For example `106`. */
  channelId?: number | undefined;
}

/** Types of channel: e-mail, telephone, and those you define. */
export interface ChannelMethods {
  /**
   * List the channel types.
   *
   * They are the same for all brands.
   *
   * Any valid key may call it.
   *
   * @example
   * const { items, nextCursor } = await dossier.channel.list();
   */
  list(input?: ChannelListInput, options?: CallOptions): Promise<Page<ChannelTypeDefinition>>;
  /**
   * Iterates over the whole list of `list`, item by item; pages are fetched as needed.
   *
   * @example
   * for await (const item of dossier.channel.each({}, { limit: 500 })) console.log(item.id);
   */
  each(
    input?: ChannelListInput,
    options?: ListOptions,
  ): AsyncGenerator<ChannelTypeDefinition, void, undefined>;
  /**
   * Define a channel type.
   *
   * Types are the same for all brands. The new one gets the next free number from 100 on; its addresses are
   * texts compared exactly.
   *
   * Needs the permission CHANNEL_CUD for all brands.
   *
   * @example
   * const result = await dossier.channel.create({ name: "signal", icon: "message" });
   */
  create(input: ChannelCreateInput, options?: CallOptions): Promise<ChannelCreateResult>;
  /**
   * Rename or renumber a channel type.
   *
   * For all brands. `channelId` gives the type another number on the wire, for clients that were written for
   * other numbers.
   *
   * Needs the permission CHANNEL_CUD for all brands.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const result = await dossier.channel.update({ id: 6, name: "signal", channelId: 106 });
   */
  update(input: ChannelUpdateInput, options?: CallOptions): Promise<ChannelUpdateResult>;
}
