/**
 * Channel decoding: the channel fields of the original API, `extra_…`, `customerChannelType_n` with
 * `customerChannelValue_n`, and the link fields, become one list. Each address occurs once in it.
 */
import {
  type DecodedChannel,
  type ChannelType,
  extraFieldTypes,
  findType,
  inferType,
  channelAddress,
} from "../endpoints/channel.ts";
import type { Fault } from "../error.ts";
import { countingName, singleValue, type RawField } from "./sent.ts";

const maxPairs = 50;

interface LinkAddress {
  field: string;
  address: string;
  /** undefined: to be inferred; null: sent, but unknown */
  type: ChannelType | null | undefined;
  typeField: string;
}

interface PositionedChannel {
  position: number;
  channel: DecodedChannel;
}

/**
 * Every channel that was sent, in that order (pairs by their number), each address once. Faults use the caller's
 * spelling.
 */
export function decodeChannels(
  fields: readonly RawField[],
  faults: Fault[],
  types: readonly ChannelType[],
  link?: LinkAddress,
): DecodedChannel[] {
  const found = [...readExtraFields(fields, faults, types), ...readPairs(fields, faults, types)].sort(
    (a, b) => a.position - b.position,
  );
  const linked = link && linkChannel(link, faults, types);
  const all = linked ? [linked, ...found.map((one) => one.channel)] : found.map((one) => one.channel);
  const seen = new Set<string>();
  return all.filter((one) => {
    const key = `${one.typeId} ${one.normalised}`;
    return !seen.has(key) && seen.add(key);
  });
}

function linkChannel(
  link: LinkAddress,
  faults: Fault[],
  types: readonly ChannelType[],
): DecodedChannel | undefined {
  if (link.type === null) return void faults.push({ field: link.typeField, message: "is no channel type" });
  const type = link.type ?? inferType(types, link.address);
  if (type) return decodeChannel(type, link.field, link.address, faults);
  return void faults.push({
    field: link.field,
    message: `is neither an e-mail address nor a telephone number: send ${link.typeField} with it`,
  });
}

function decodeChannel(
  type: ChannelType,
  field: string,
  value: string,
  faults: Fault[],
): DecodedChannel | undefined {
  const read = channelAddress(type.rule, value);
  if ("fault" in read) return void faults.push({ field, message: read.fault });
  return { field, typeId: type.id, typeName: type.name, ...read };
}

function* readExtraFields(
  fields: readonly RawField[],
  faults: Fault[],
  types: readonly ChannelType[],
): Generator<PositionedChannel> {
  for (const [at, one] of fields.entries()) {
    const name = countingName(one).toLowerCase();
    if (!name.startsWith("extra_")) continue;
    const type = types.find((candidate) => candidate.id === extraFieldTypes[name]);
    if (!type)
      faults.push({
        field: one.name,
        message: "is no channel field: use customerChannelType_n with customerChannelValue_n",
      });
    else {
      const text = singleText(one, faults);
      const channel = text === "" ? undefined : decodeChannel(type, one.name, text, faults);
      if (channel) yield { position: at, channel };
    }
  }
}

function singleText(one: RawField, faults: Fault[]): string {
  if (one.list) faults.push({ field: one.name, message: "takes one value, not a list" });
  return one.list
    ? ""
    : singleValue(
        one.name,
        one.values.filter((value) => value.trim() !== ""),
        faults,
      );
}

interface PairField {
  field: string;
  text: string;
  position: number;
}

interface PairFields {
  type?: PairField;
  value?: PairField;
}

function collectPairs(fields: readonly RawField[], faults: Fault[]): Map<number, PairFields> {
  const pairs = new Map<number, PairFields>();
  for (const [at, one] of fields.entries()) {
    const match = /^customerchannel(type|value)(.*)$/is.exec(countingName(one));
    if (!match) continue;
    const [, half, end = ""] = match;
    const n = end.slice(1);
    if (!/^_(0|[1-9][0-9]{0,3})$/.test(end)) {
      faults.push({
        field: one.name,
        message: "must end in _ and a number from 0 to 9999 without leading zeros",
      });
      continue;
    }
    const pair = pairs.get(Number(n)) ?? {};
    const text = singleText(one, faults);
    const key = half?.toLowerCase() === "type" ? "type" : "value";
    pair[key] = { field: one.name, text, position: at };
    pairs.set(Number(n), pair);
  }
  return pairs;
}

function* readPairs(
  fields: readonly RawField[],
  faults: Fault[],
  types: readonly ChannelType[],
): Generator<PositionedChannel> {
  const fieldsByNumber = collectPairs(fields, faults);
  if (fieldsByNumber.size > maxPairs)
    return void faults.push({
      field: "customerChannelType_n",
      message: `at most ${maxPairs} pairs may be sent at once`,
    });
  const pairs = [...fieldsByNumber].sort(([a], [b]) => a - b);
  const positions = pairs
    .map(([, { type, value }]) => Math.min(type?.position ?? Infinity, value?.position ?? Infinity))
    .sort((a, b) => a - b);
  for (const [index, [n, pair]] of pairs.entries()) {
    const channel = pairChannel(n, pair, faults, types);
    if (channel) yield { position: positions[index] ?? index, channel };
  }
}

function pairChannel(
  n: number,
  { type, value }: PairFields,
  faults: Fault[],
  types: readonly ChannelType[],
): DecodedChannel | undefined {
  if (!type?.text && !value?.text) return undefined;
  if (!value?.text)
    return void faults.push({ field: type?.field ?? "", message: `needs customerChannelValue_${n} with it` });
  if (!type?.text)
    return void faults.push({ field: value.field, message: `needs customerChannelType_${n} with it` });
  const channelType = findType(types, type.text);
  if (!channelType) return void faults.push({ field: type.field, message: "is no channel type" });
  return decodeChannel(channelType, value.field, value.text, faults);
}
