/** The channel fields of the original API: `extra_…`, `customerChannelType_n` with `customerChannelValue_n`, and the link. */
import {
  type ChannelSent,
  type ChannelType,
  extraTypes,
  findType,
  inferType,
  normaliseAddress,
} from "../endpoints/channel.ts";
import type { Fault } from "../error.ts";
import { agreed, type Sent } from "./sent.ts";

const mostPairs = 50;

interface Link {
  field: string;
  address: string;
  /** undefined: to be inferred; null: sent, but no such type */
  type: ChannelType | null | undefined;
  typeField: string;
}

interface Found {
  at: number;
  channel: ChannelSent;
}

/**
 * Every channel an endpoint was sent, in the order sent (pairs by their number), each address once.
 * Faults are added in the caller's spelling.
 */
export function channelsOf(
  sent: readonly Sent[],
  faults: Fault[],
  types: readonly ChannelType[],
  link?: Link,
): ChannelSent[] {
  const found = [...extrasOf(sent, faults, types), ...pairsOf(sent, faults, types)].sort(
    (a, b) => a.at - b.at,
  );
  const linked = link && linkChannel(link, faults, types);
  const all = linked ? [linked, ...found.map((one) => one.channel)] : found.map((one) => one.channel);
  const seen = new Set<string>();
  return all.filter((one) => {
    const key = `${one.typeId} ${one.normalised}`;
    return !seen.has(key) && seen.add(key);
  });
}

function linkChannel(link: Link, faults: Fault[], types: readonly ChannelType[]): ChannelSent | undefined {
  if (link.type === null) return void faults.push({ field: link.typeField, message: "is no channel type" });
  const type = link.type ?? inferType(types, link.address);
  if (type) return makeChannel(type, link.field, link.address, faults);
  return void faults.push({
    field: link.field,
    message: `is neither an e-mail address nor a telephone number: send ${link.typeField} with it`,
  });
}

function makeChannel(
  type: ChannelType,
  field: string,
  value: string,
  faults: Fault[],
): ChannelSent | undefined {
  const read = normaliseAddress(type.rule, value);
  if ("fault" in read) return void faults.push({ field, message: read.fault });
  return { field, typeId: type.id, typeName: type.name, ...read };
}

function* extrasOf(sent: readonly Sent[], faults: Fault[], types: readonly ChannelType[]): Generator<Found> {
  for (const [at, one] of sent.entries()) {
    const name = one.name.toLowerCase();
    if (!name.startsWith("extra_")) continue;
    const type = types.find((candidate) => candidate.id === extraTypes[name]);
    if (!type)
      faults.push({
        field: one.name,
        message: "is no channel field: use customerChannelType_n with customerChannelValue_n",
      });
    else {
      const text = single(one, faults);
      const channel = text === "" ? undefined : makeChannel(type, one.name, text, faults);
      if (channel) yield { at, channel };
    }
  }
}

function single(one: Sent, faults: Fault[]): string {
  if (one.list) faults.push({ field: one.name, message: "takes one value, not a list" });
  return one.list
    ? ""
    : agreed(
        one.name,
        one.values.filter((value) => value.trim() !== ""),
        faults,
      );
}

interface Half {
  field: string;
  text: string;
  at: number;
}

interface Halves {
  type?: Half;
  value?: Half;
}

function collectHalves(sent: readonly Sent[], faults: Fault[]): Map<number, Halves> {
  const pairs = new Map<number, Halves>();
  for (const [at, one] of sent.entries()) {
    const match = /^customerchannel(type|value)_(.*)$/is.exec(one.name);
    if (!match) continue;
    const [, half, n = ""] = match;
    if (!/^(0|[1-9][0-9]{0,3})$/.test(n)) {
      faults.push({ field: one.name, message: "must end in a number from 0 to 9999 without leading zeros" });
      continue;
    }
    const pair = pairs.get(Number(n)) ?? {};
    const text = single(one, faults);
    const key = half?.toLowerCase() === "type" ? "type" : "value";
    pair[key] = { field: one.name, text, at };
    pairs.set(Number(n), pair);
  }
  return pairs;
}

function* pairsOf(sent: readonly Sent[], faults: Fault[], types: readonly ChannelType[]): Generator<Found> {
  const halves = collectHalves(sent, faults);
  if (halves.size > mostPairs)
    return void faults.push({
      field: "customerChannelType_n",
      message: `at most ${mostPairs} pairs may be sent at once`,
    });
  const pairs = [...halves].sort(([a], [b]) => a - b);
  const places = pairs
    .map(([, { type, value }]) => Math.min(type?.at ?? Infinity, value?.at ?? Infinity))
    .sort((a, b) => a - b);
  for (const [index, [n, pair]] of pairs.entries()) {
    const channel = pairChannel(n, pair, faults, types);
    if (channel) yield { at: places[index] ?? index, channel };
  }
}

function pairChannel(
  n: number,
  { type, value }: Halves,
  faults: Fault[],
  types: readonly ChannelType[],
): ChannelSent | undefined {
  if (!type?.text && !value?.text) return undefined;
  if (!value?.text)
    return void faults.push({ field: type?.field ?? "", message: `needs customerChannelValue_${n} with it` });
  if (!type?.text)
    return void faults.push({ field: value.field, message: `needs customerChannelType_${n} with it` });
  const meant = findType(types, type.text);
  if (!meant) return void faults.push({ field: type.field, message: "is no channel type" });
  return makeChannel(meant, value.field, value.text, faults);
}
