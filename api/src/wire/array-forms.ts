/**
 * Array forms: the spellings in which PHP, Rails and qs send lists and maps in a flat form, as the names of the original
 * API. Only what has one meaning is read; every other name stays as it was sent.
 */
import type { Endpoint } from "../endpoint.ts";
import { lowerAscii } from "./names.ts";
import type { RawField } from "./sent.ts";

/** Longer names are in no such form. */
const maxLength = 128;

/**
 * The fields with the names of the original API, under which they count, in `canonical`.
 *
 * @example
 * const sent: RawField[] = [{ name: "custom[tier]", values: ["gold"], list: false }];
 * readArrayForms(api.customer.resolve, sent)[0]?.canonical; // "custom_tier"
 */
export function readArrayForms(row: Endpoint, sent: readonly RawField[]): readonly RawField[] {
  const takesChannels = "channels" in row.input.shape;
  if (!takesChannels && !("custom" in row.input.shape)) return sent;
  return sent.flatMap((one) => {
    if (one.name.length > maxLength) return one;
    if (one.place !== undefined) return readFilterForm(one);
    if (isPlain(one.name)) return one;
    const pair = takesChannels ? readPairForm(one) : undefined;
    if (pair)
      return pair.index === undefined ? byPosition(one, pair.half) : named(one, pair.half, pair.index);
    const [, map, key] = /^(custom|extra)\[([^[\]]+)\]$/i.exec(one.name) ?? [];
    return map === undefined || (!takesChannels && lowerAscii(map) === "extra")
      ? one
      : { ...one, canonical: `${lowerAscii(map)}_${key}` };
  });
}

/** Whether a name is no array form: most are, and the patterns below are not tried on them. */
function isPlain(name: string): boolean {
  return /^customerchannel/i.test(name)
    ? /^customerChannel(?:Type|Value)_[0-9]+$/.test(name)
    : !name.includes("[");
}

/** In a query, names are read without `_`, `-` and camel case: `custom[tier]`, `custom-tier` and `customTier`. */
function readFilterForm(one: RawField): RawField {
  const [, bracketed, rest] = /^(?:custom\[([^[\]]+)\]|custom-(.+))$/i.exec(one.name) ?? [];
  const key = bracketed ?? rest ?? /^custom([A-Z].*)$/.exec(one.name)?.[1];
  return key === undefined ? one : { ...one, canonical: `custom_${key}` };
}

type Half = "Type" | "Value";

const named = (one: RawField, half: Half, index: number): RawField => ({
  ...one,
  canonical: `customerChannel${half}_${index}`,
});

/** Values without a number of their own: the first type belongs to the first value, and so on. */
function byPosition(one: RawField, half: Half): RawField[] {
  return one.values.map((value, at) => named({ ...one, values: [value], list: false }, half, at));
}

/** The half and the number of a pair; without a number it goes by the position of each value. */
function readPairForm({ name, list }: RawField): { half: Half; index: number | undefined } | undefined {
  const [, half, end = ""] = /^customerchannel(type|value)(.*)$/is.exec(name) ?? [];
  if (half !== undefined) {
    const [, plain, bracketed] = /^(?:[_.-]?([0-9]{1,4})|_?\[([0-9]{1,4})\])$/.exec(end) ?? [];
    const number = plain ?? bracketed;
    const isPosition = end === "" || end === "[]" || (end === "_" && list);
    return readPair(halves[lowerAscii(half)], number, isPosition);
  }
  const [, number, key = ""] = /^(?:customer_?)?channels?\[([0-9]{0,4})\]\[([a-z_]+)\]$/i.exec(name) ?? [];
  return readPair(halves[lowerAscii(key)], number === "" ? undefined : number, number === "");
}

function readPair(half: Half | undefined, number: string | undefined, isPosition: boolean) {
  if (half === undefined) return undefined;
  if (number !== undefined && String(Number(number)) === number) return { half, index: Number(number) };
  return isPosition ? { half, index: undefined } : undefined;
}

const halves: Readonly<Record<string, Half | undefined>> = {
  type: "Type",
  channel: "Type",
  channel_id: "Type",
  channel_type: "Type",
  channeltype: "Type",
  customerchanneltype: "Type",
  value: "Value",
  address: "Value",
  channelvalue: "Value",
  customerchannelvalue: "Value",
};
