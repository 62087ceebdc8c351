/**
 * Channels and channel types: the address rule of each type, and the endpoints of the types. Invariant:
 * `normaliseAddress` alone decides when two addresses are equal; uniqueness, search and linking use its result.
 */
import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { codePoints, normaliseText, validateText } from "../text.ts";
import { text } from "../text-field.ts";
import { described, filledByDecoder, identifier } from "../field.ts";
import type { ChannelInput } from "../input-values.ts";
import { listOf, paging, resultOf } from "../page.ts";

/**
 * The rules that addresses follow. A type that a tenant defines follows `plain`.
 *
 * @example
 * const rules: AddressRule[] = ["email", "phone", "twitter", "facebook", "plain"];
 */
export type AddressRule = (typeof addressRules)[number];
const addressRules = ["email", "phone", "twitter", "facebook", "plain"] as const;

/**
 * A channel type as the decoder needs it: `channel_id` is the number on the wire, `id` never changes.
 *
 * @example
 * const signal: ChannelType = { id: 9, channel_id: 100, name: "signal", rule: "plain" };
 */
export interface ChannelType {
  id: number;
  channel_id: number;
  name: string;
  rule: AddressRule;
}

// The only place that knows their numbers.
const builtins = [
  { id: 1, channel_id: 1, name: "email", rule: "email" },
  { id: 2, channel_id: 2, name: "telephone", rule: "phone" },
  { id: 3, channel_id: 3, name: "facebook", rule: "facebook" },
  { id: 4, channel_id: 4, name: "twitter", rule: "twitter" },
  { id: 5, channel_id: 5, name: "whatsapp", rule: "phone" },
  { id: 6, channel_id: 6, name: "instagram", rule: "plain" },
  { id: 7, channel_id: 7, name: "sms", rule: "phone" },
  { id: 8, channel_id: 8, name: "livechat", rule: "plain" },
] as const satisfies readonly ChannelType[];

/**
 * The types of every installation, by the `id` they start with.
 *
 * @example
 * builtinTypes.map(({ name }) => name); // ["email", "telephone", "facebook", …]
 */
export const builtinTypes: readonly ChannelType[] = builtins;

/**
 * The `id` of each built-in type, by the name it starts with. An operator may change names and numbers, but not this.
 *
 * @example
 * builtinTypes.find(({ id }) => id === builtinTypeId.livechat)?.rule; // "plain"
 */
export const builtinTypeId = Object.fromEntries(builtins.map(({ name, id }) => [name, id])) as Record<
  (typeof builtins)[number]["name"],
  number
>;

/** The internal channel type id of each of the four `extra_…` fields. */
export const extraFieldTypes: Record<string, number> = {
  extra_email: builtinTypeId.email,
  extra_telephone: builtinTypeId.telephone,
  extra_facebook: builtinTypeId.facebook,
  extra_twitter: builtinTypeId.twitter,
};

const typeAliases: Record<string, string> = {
  "e-mail": "email",
  phone: "telephone",
  phonenumber: "telephone",
};

/** A sent name has up to 64 letters, each of which may become three in NFC. */
const maxNameLength = 3 * 64;

/**
 * The channel type with this number, or with this name in any case.
 *
 * @example
 * findType(builtinTypes, "E-Mail")?.channel_id; // 1
 */
export function findType(types: readonly ChannelType[], nameOrNumber: string): ChannelType | undefined {
  const word = normaliseText(nameOrNumber.trim(), maxNameLength)?.toLowerCase();
  if (word === undefined) return undefined;
  if (/^[0-9]+$/.test(word)) return types.find((type) => type.channel_id === Number(word));
  const wanted = typeAliases[word] ?? word;
  const builtin = builtinTypes.find((type) => type.name === wanted)?.id;
  return (
    types.find((type) => type.name.toLowerCase() === wanted) ?? types.find((type) => type.id === builtin)
  );
}

/**
 * The channel type inferred from an address: e-mail if it contains `@`, telephone if it is `+` and digits.
 *
 * @example
 * inferType(builtinTypes, "+4930123456")?.name; // "telephone"
 */
export function inferType(types: readonly ChannelType[], address: string): ChannelType | undefined {
  if (address.includes("@")) return types.find((type) => type.id === builtinTypeId.email);
  if (!/^\+[0-9]+$/.test(address.trim())) return undefined;
  return types.find((type) => type.id === builtinTypeId.telephone);
}

/** Not by URL.canParse: optimised by Node 20, it rejects some domains with Latin letters that URL itself accepts. */
function hostOf(domain: string): string | undefined {
  try {
    return new URL(`http://${domain}`).hostname;
  } catch {
    return undefined;
  }
}

function asciiDomain(domain: string): string | undefined {
  if (/[\s@/?#:[\]\\%<>^|]/.test(domain) || !/^[^.]+(\.[^.]+)+$/.test(domain)) return undefined;
  const ascii = hostOf(domain);
  return /\.[0-9]+$/.test(ascii ?? "") || !ascii?.includes(".") ? undefined : ascii;
}

function normaliseEmail(address: string): string | undefined {
  const at = address.indexOf("@");
  const local = address.slice(0, at).normalize("NFC");
  if (at < 1 || address.includes("@", at + 1) || codePoints(local) > 64 || /\s/.test(address))
    return undefined;
  const domain = asciiDomain(address.slice(at + 1));
  const whole = `${local.toLowerCase()}@${domain}`;
  return domain === undefined || codePoints(whole) > 254 ? undefined : whole;
}

const rules: Record<AddressRule, { read: (address: string) => string | undefined; fault: string }> = {
  email: { read: normaliseEmail, fault: "must be an e-mail address such as ada@example.org" },
  phone: {
    read: (address) => (/^\+[0-9]{1,15}$/.test(address) ? address : undefined),
    fault: "must be a telephone number in international form: + and 1 to 15 digits",
  },
  twitter: {
    read: (address) =>
      /^@?[a-zA-Z0-9_ ]+$/.test(address) ? address.replace(/^@/, "").toLowerCase() : undefined,
    fault: "may hold letters, digits, _ and spaces only",
  },
  facebook: {
    read: (address) => (/^[A-Za-z0-9._-]+$/.test(address) ? address.toLowerCase() : undefined),
    fault: "must be an account number or name: letters, digits, full stop, _ and - only",
  },
  plain: { read: (address) => address.normalize("NFC"), fault: "must not be empty" },
};

/**
 * An address and its normalised form, or why the rule rejects it.
 *
 * @example
 * normaliseAddress("email", " Ada@Example.org "); // { address: "Ada@Example.org", normalised: "ada@example.org" }
 * normaliseAddress("phone", "030 123456"); // { fault: "must be a telephone number in international form: …" }
 */
export function normaliseAddress(
  rule: AddressRule,
  text: string,
): { address: string; normalised: string } | { fault: string } {
  const address = text.trim();
  const wrong = validateText(address, 255);
  if (wrong) return { fault: wrong };
  const normalised = rules[rule].read(address);
  return normalised === undefined || normalised.trim() === ""
    ? { fault: rules[rule].fault }
    : { address, normalised: normalised.trim() };
}

/** What carriers and exchanges send for a withheld number: its word on a keypad, such as ANONYMOUS, or only zeros. */
const withheldNumbers = new Set([
  "+266696687",
  "+7378742833",
  "+2562533",
  "+7748283",
  "+8656696",
  "+86282452253",
  "+94844353",
  "+10000000000",
  "+1000000000",
]);

/**
 * The same for an address that becomes a customer's channel. The number of every withheld caller is no one's: all of them
 * would become one customer.
 *
 * @example
 * channelAddress("phone", "+266696687"); // { fault: "is what carriers send for a withheld number" }
 */
export function channelAddress(rule: AddressRule, text: string): ReturnType<typeof normaliseAddress> {
  const read = normaliseAddress(rule, text);
  if (rule !== "phone" || "fault" in read) return read;
  const isWithheld = withheldNumbers.has(read.normalised) || /^\+0+$/.test(read.normalised);
  return isWithheld ? { fault: "is what carriers send for a withheld number" } : read;
}

/**
 * A channel to be added, as the domain gets it; `field` is the wire name of the address.
 *
 * @example
 * const decoded: DecodedChannel = {
 *   field: "extra_email",
 *   typeId: 1,
 *   typeName: "email",
 *   address: "Ada@Example.org",
 *   normalised: "ada@example.org",
 * };
 */
export interface DecodedChannel {
  field: string;
  typeId: number;
  typeName: string;
  address: string;
  normalised: string;
}

/** Channels to be added: `extra_…` fields and `customerChannelType_n`/`customerChannelValue_n` pairs on the wire. */
export const channelsField = filledByDecoder<DecodedChannel[], ChannelInput[]>({ type: "array" });

/** A channel of a customer on the wire. */
export const channelShape = z.object({
  id: z.number().int().describe("The channel row; what DELETE /customer/channel/{id} takes"),
  channel_id: z.number().int().describe("The channel type's number"),
  channel_name: z.string(),
  address: z.string(),
});

const typeShape = z.object({
  id: z.number().int(),
  channel_id: z.number().int().describe("The number this type has on the wire"),
  name: z.string(),
  icon: z.string(),
  rule: z
    .enum(addressRules)
    .describe(
      "What its addresses have to be; `plain`: any text, compared exactly, as for every type of your own",
    ),
});

const icon = described(text(64), "Name of an icon, free for the console to use");

export const channel = {
  list: endpoint({
    method: "GET",
    paths: ["/channel"],
    permission: "any",
    scope: "shared",
    entity: "channel type",
    summary: "List the channel types",
    description: "They are the same for all brands.",
    input: z.object({ ...paging }),
    output: listOf(typeShape),
    errors: [],
  }),
  create: endpoint({
    method: "POST",
    paths: ["/channel"],
    permission: "CHANNEL_CUD",
    scope: "installation",
    entity: "channel type",
    summary: "Define a channel type",
    description:
      "Types are the same for all brands. The new one gets the next free number from 100 on; its addresses are texts compared exactly.",
    input: z.object({ name: text(64), icon: icon.optional() }),
    output: resultOf({ channel_id: z.number().int() }),
    errors: [],
  }),
  update: endpoint({
    method: "PUT",
    paths: ["/channel/{id}"],
    permission: "CHANNEL_CUD",
    scope: "installation",
    entity: "channel type",
    summary: "Rename or renumber a channel type",
    description:
      "For all brands. `channel_id` gives the type another number on the wire, for clients that were written for other numbers.",
    input: z.object({
      id: identifier,
      name: text(64).optional(),
      icon: icon.optional(),
      channelId: identifier.optional(),
    }),
    output: resultOf({ channel_id: z.number().int() }),
    errors: ["not_found"],
  }),
};
