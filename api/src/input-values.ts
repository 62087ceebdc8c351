/** Values of requests that have a form of their own in our spelling. */

/**
 * A channel to be added, as the client takes it.
 *
 * @example
 * const channels: ChannelInput[] = [{ type: "email", address: "ada@example.org" }, { type: 2, address: "+4930123456" }];
 */
export interface ChannelInput {
  /** Type by number or name, for example `1`, `"email"` or `"telephone"`. */
  type: number | string;
  /** The address, for example `ada@example.org` or `+4930123456`; at most 255 characters. */
  address: string;
}

/**
 * A value of a custom field.
 *
 * @example
 * const custom: Record<string, CustomValue> = { tier: "gold", orders: 12, newsletter: true };
 * await dossier.customer.update({ id: 7, custom });
 */
export type CustomValue = string | number | boolean;

/**
 * The input of a method whose endpoint takes no fields; options of the call come after it.
 *
 * @example
 * const none: NoFields = {};
 * await dossier.session.find(none, { timeout: 2000 });
 */
export type NoFields = Record<string, never>;
