/**
 * Customer equality: two responses describe the same customer if names, primary id, addresses and custom fields are
 * equal. Values that each server assigns itself (ids, versions, channel type numbers) do not count.
 */
import { type ChannelType, customerTexts, customFieldKey } from "@dossier/api";
import { isPlaceholder } from "../../domain/customer/placeholder.ts";
import { channelsOf, compareChannels, textOf } from "./channel.ts";
import { none, type FieldDifference } from "./difference.ts";
import type { JsonObject } from "./reader.ts";

/** Facts of the two servers that the comparison of customers needs. */
export interface CompareContext {
  /** the new server's channel types */
  types: readonly ChannelType[];
  /** the old server returns custom fields: one that exists only on the new server is then a difference */
  oldHasCustomFields: boolean;
  /** the texts that the old server returns, by wire name; any other exists only on the new server */
  oldTexts: readonly string[];
}

const containers = ["custom", "custom_fields", "customFields"];

/** The primary id; a placeholder for "none" counts as none. */
export function primaryIdOf(one: JsonObject): string {
  const text = textOf(one.external_primary_id);
  return isPlaceholder(text) ? "" : text;
}

/** The customer's name in the report: the primary id, else the name. */
export function nameOf(one: JsonObject): string {
  return primaryIdOf(one) || searchableTextOf(one) || "unnamed customer";
}

function searchableTextOf(one: JsonObject): string {
  const texts = customerTexts.map(({ wire, searchable }) => (searchable ? textOf(one[wire]) : ""));
  return texts.filter((text) => text !== "").join(" ");
}

/** The texts that any of these customers has, by wire name. */
export function textsOf(customers: readonly JsonObject[]): string[] {
  return customerTexts.map(({ wire }) => wire).filter((wire) => customers.some((one) => wire in one));
}

/** A customer's custom fields with a value, by normalised key. */
export function customOf(one: JsonObject): Map<string, unknown> {
  const inside = containers.flatMap((name) => pairsIn(one[name]));
  const beside = Object.entries(one)
    .filter(([name, value]) => name.startsWith("custom_") && (typeof value !== "object" || value === null))
    .map(([name, value]): [string, unknown] => [name.slice("custom_".length), value]);
  const all = [...inside, ...beside].map(([name, value]): [string, unknown] => [
    customFieldKey(name.replace(/^custom_/, "")) ?? name,
    value,
  ]);
  return new Map(all.filter(([, value]) => textOf(value) !== ""));
}

/** Entries of an object, or of a list of objects with `name` and `value`. */
function pairsIn(container: unknown): [string, unknown][] {
  if (typeof container !== "object" || container === null) return [];
  if (!Array.isArray(container)) return Object.entries(container);
  return (container as JsonObject[]).map(({ name, value }) => [textOf(name), value]);
}

/** Compares two versions of a customer; fields that only Dossier has do not count. */
function compareCustomers(
  old: JsonObject,
  now: JsonObject,
  { types, oldHasCustomFields, oldTexts }: CompareContext,
): FieldDifference[] {
  const texts = oldTexts.flatMap((field) => diffField(field, old[field], now[field]));
  const primaryId = diffField("external_primary_id", primaryIdOf(old), primaryIdOf(now));
  const [was, is] = [customOf(old), customOf(now)];
  for (const name of is.keys()) if (!was.has(name) && name in old) was.set(name, old[name]); // without prefix
  const names = new Set([...was.keys(), ...(oldHasCustomFields ? is.keys() : [])]);
  const custom = [...names].flatMap((name) =>
    isSame(was.get(name), is.get(name)) ? [] : diffField(`custom_${name}`, was.get(name), is.get(name)),
  );
  const channels = compareChannels(channelsOf(old, types), channelsOf(now, types), types);
  return [...primaryId, ...texts, ...custom, ...channels];
}

/** The difference of a field, if there is one. */
function diffField(field: string, old: unknown, now: unknown): FieldDifference[] {
  const [was, is] = [textOf(old), textOf(now)];
  return was === is ? [] : [{ field, old: was || none, new: is || none }];
}

/** Compares by the type of the new value, because numbers and booleans have several spellings. */
function isSame(old: unknown, now: unknown): boolean {
  if (typeof now === "number") return textOf(old) !== "" && Number(textOf(old)) === now;
  if (typeof now === "boolean")
    return now ? /^(true|1|yes|on)$/i.test(textOf(old)) : /^(false|0|no|off)$/i.test(textOf(old));
  return textOf(old) === textOf(now);
}

/** Compares two lists of customers: the customers found, and the fields if both found one. */
export function compareLists(
  old: readonly JsonObject[],
  now: readonly JsonObject[],
  context: CompareContext,
): FieldDifference[] {
  const [before, after] = [old[0], now[0]];
  if (before && after && old.length + now.length === 2 && primaryIdOf(before) === primaryIdOf(after))
    return compareCustomers(before, after, context);
  const [was, is] = [namesOf(old), namesOf(now)];
  return was === is ? [] : [{ field: "found", old: was || "no customer", new: is || "no customer" }];
}

/** The distinct names; customers with the same primary id count once. */
function namesOf(found: readonly JsonObject[]): string {
  return [...new Set(found.map(nameOf))].toSorted().join(", ");
}
