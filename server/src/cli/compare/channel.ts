/**
 * Channel comparison: reads a customer's channels from any documented form. Two channels are equal if their types have
 * the same name (numbers differ between servers) and their addresses are equal under the rule of that type.
 */
import { type ChannelType, findType, inferType, normaliseAddress } from "@dossier/api";
import type { JsonObject } from "./reader.ts";
import { type FieldDifference, none } from "./difference.ts";

/** A channel as it was read. */
export interface Channel {
  /** the type, if the response names it */
  type?: ChannelType | undefined;
  /** its name for the report; that of the type where it is known */
  name?: string | undefined;
  address: string;
}

/** A value as text: a number and its text are equal. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return (typeof value === "string" ? value : JSON.stringify(value)).normalize("NFC").trim();
}

/** Channels from a list of objects or texts, or from an object by type name. */
export function channelsOf(one: JsonObject, types: readonly ChannelType[]): Channel[] {
  const { channels } = one;
  if (typeof channels !== "object" || channels === null) return [];
  const entries = Object.entries(channels).flatMap(([key, value]) =>
    [value as unknown].flat().map((channel) => ({ key, channel })),
  );
  return entries
    .map(({ key, channel }) => channelFrom(key, channel, types))
    .filter(({ address }) => address !== "");
}

function channelFrom(key: string, channel: unknown, types: readonly ChannelType[]): Channel {
  const object = (
    typeof channel === "object" && channel !== null ? channel : { value: channel }
  ) as JsonObject;
  const names = [object.channel_name, object.channelName, object.type, object.name, object.channel, key];
  const name = names.map(textOf).find((text) => /\D/.test(text)); // numbers differ between servers
  const type = name === undefined ? undefined : findType(types, name);
  const address = textOf(
    object.address ?? object.value ?? object.channel_value ?? object.customerChannelValue,
  );
  return { type, name: type?.name ?? name?.toLowerCase(), address };
}

/** Whether the rule of its type rejects the address, so that the new server cannot have it. */
export function isRefused({ type, address }: Channel): boolean {
  return type !== undefined && "fault" in normaliseAddress(type.rule, address);
}

/** Compares the channels of one customer; skips addresses that Dossier rejects. */
export function compareChannels(
  old: readonly Channel[],
  now: readonly Channel[],
  types: readonly ChannelType[],
): FieldDifference[] {
  const was = distinct(
    old.filter((channel) => !isRefused(channel)),
    types,
  );
  const remaining = [...now];
  const pairs = was.map((before) => {
    const same = remaining.filter((after) => normalOf(before, types) === normalOf(after, types));
    const after = same.find(({ name }) => before.name === undefined || name === before.name) ?? same[0];
    if (after) remaining.splice(remaining.indexOf(after), 1);
    return { before, after };
  });
  const changed = pairs.flatMap(({ before, after }): FieldDifference[] => {
    if (!after) return [{ field: "channels", old: formatChannel(before), new: none }];
    if (before.name === undefined || before.name === after.name) return [];
    return [{ field: `channel of ${before.address}`, old: before.name, new: after.name ?? none }];
  });
  return [
    ...changed,
    ...remaining.map((after) => ({ field: "channels", old: none, new: formatChannel(after) })),
  ];
}

function distinct(channels: readonly Channel[], types: readonly ChannelType[]): Channel[] {
  const seen = new Map(channels.map((one) => [`${one.name ?? ""} ${normalOf(one, types)}`, one]));
  return [...seen.values()];
}

/** The address normalised by the rule of its type, or of the type inferred from its form. */
function normalOf({ type, address }: Channel, types: readonly ChannelType[]): string {
  const rule = (type ?? inferType(types, address))?.rule ?? "plain";
  const read = normaliseAddress(rule, address);
  return "fault" in read ? address : read.normalised;
}

function formatChannel({ name, address }: Channel): string {
  return name === undefined ? address : `${name} ${address}`;
}
