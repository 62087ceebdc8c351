/**
 * The channels of a customer in whatever form they come, and when two are the same: by the name of the type, never by
 * its number, which each server gives; and by the address as its type's rule compares it.
 */
import { type ChannelType, findType, inferType, normaliseAddress } from "@dossier/api";
import type { Thing } from "./reader.ts";

/** A channel as it was read. */
export interface Channel {
  /** the type, where the answer names it */
  type?: ChannelType | undefined;
  /** its name as it is told; the type's own where it is known */
  name?: string | undefined;
  address: string;
}

/** What is not the same, in one field of an answer. */
export interface Unlike {
  field: string;
  old: string;
  new: string;
}

/** What is told where there is nothing. */
export const none = "none";

/** A value as text; whether a number was sent as one is not a difference. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return (typeof value === "string" ? value : JSON.stringify(value)).normalize("NFC").trim();
}

/** A list of things or of texts, or an object of them by the name of their type. */
export function channelsOf(one: Thing, types: readonly ChannelType[]): Channel[] {
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
  const thing = (typeof channel === "object" && channel !== null ? channel : { value: channel }) as Thing;
  const told = [thing.channel_name, thing.channelName, thing.type, thing.name, thing.channel, key];
  const name = told.map(textOf).find((text) => /\D/.test(text)); // a number is each server's own
  const type = name === undefined ? undefined : findType(types, name);
  const address = textOf(thing.address ?? thing.value ?? thing.channel_value ?? thing.customerChannelValue);
  return { type, name: type?.name ?? name?.toLowerCase(), address };
}

/** Whether the rule of its type refuses an address, so that it cannot have come along. */
export function isRefused({ type, address }: Channel): boolean {
  return type !== undefined && "fault" in normaliseAddress(type.rule, address);
}

/** What of the one has become of the other; addresses that are none to Dossier are left out. */
export function compareChannels(
  old: readonly Channel[],
  now: readonly Channel[],
  types: readonly ChannelType[],
): Unlike[] {
  const was = distinct(
    old.filter((channel) => !isRefused(channel)),
    types,
  );
  const left = [...now];
  const pairs = was.map((before) => {
    const same = left.filter((after) => normalOf(before, types) === normalOf(after, types));
    const after = same.find(({ name }) => before.name === undefined || name === before.name) ?? same[0];
    if (after) left.splice(left.indexOf(after), 1);
    return { before, after };
  });
  const changed = pairs.flatMap(({ before, after }): Unlike[] => {
    if (!after) return [{ field: "channels", old: tell(before), new: none }];
    if (before.name === undefined || before.name === after.name) return [];
    return [{ field: `channel of ${before.address}`, old: before.name, new: after.name ?? none }];
  });
  return [...changed, ...left.map((after) => ({ field: "channels", old: none, new: tell(after) }))];
}

function distinct(channels: readonly Channel[], types: readonly ChannelType[]): Channel[] {
  const seen = new Map(channels.map((one) => [`${one.name ?? ""} ${normalOf(one, types)}`, one]));
  return [...seen.values()];
}

/** By the rule of the type that is told, or that the address shows. */
function normalOf({ type, address }: Channel, types: readonly ChannelType[]): string {
  const rule = (type ?? inferType(types, address))?.rule ?? "plain";
  const read = normaliseAddress(rule, address);
  return "fault" in read ? address : read.normalised;
}

function tell({ name, address }: Channel): string {
  return name === undefined ? address : `${name} ${address}`;
}
