/**
 * When two answers tell the same customer: by what a move must keep (names, primary id, addresses, custom fields), and
 * by nothing that a server gives out itself (ids, versions, numbers of channel types).
 */
import { type ChannelType, customFieldKey } from "@dossier/api";
import { isPlaceholder } from "../../domain/customer/identify.ts";
import { channelsOf, compareChannels, none, textOf, type Unlike } from "./channel.ts";
import type { Thing } from "./reader.ts";

/** What must be known of the two servers to compare their customers. */
export interface Knowledge {
  /** the new server's channel types */
  types: readonly ChannelType[];
  /** the old server tells custom fields: then one that it lacks is one more on the new */
  tellsCustom: boolean;
}

const containers = ["custom", "custom_fields", "customFields"];

/** The primary id; what broken callers write for none is none. */
export function primaryIdOf(one: Thing): string {
  const text = textOf(one.external_primary_id);
  return isPlaceholder(text) ? "" : text;
}

/** How a customer is told to people: the primary id, else the name. */
export function nameOf(one: Thing): string {
  return primaryIdOf(one) || `${textOf(one.firstname)} ${textOf(one.lastname)}`.trim() || "one without name";
}

/** A customer's custom fields that have a value, by what Dossier compares their names by. */
export function customOf(one: Thing): Map<string, unknown> {
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

/** An object by names, or a list of things with `name` and `value`. */
function pairsIn(container: unknown): [string, unknown][] {
  if (typeof container !== "object" || container === null) return [];
  if (!Array.isArray(container)) return Object.entries(container);
  return (container as Thing[]).map(({ name, value }) => [textOf(name), value]);
}

/** A customer twice; nobody of the new server's fields is asked for that only Dossier has. */
function compareCustomers(old: Thing, now: Thing, { types, tellsCustom }: Knowledge): Unlike[] {
  const fixed = ["firstname", "lastname"].flatMap((field) => unlike(field, old[field], now[field]));
  const primaryId = unlike("external_primary_id", primaryIdOf(old), primaryIdOf(now));
  const [was, is] = [customOf(old), customOf(now)];
  for (const name of is.keys()) if (!was.has(name) && name in old) was.set(name, old[name]); // without prefix
  const names = new Set([...was.keys(), ...(tellsCustom ? is.keys() : [])]);
  const custom = [...names].flatMap((name) =>
    isSame(was.get(name), is.get(name)) ? [] : unlike(`custom_${name}`, was.get(name), is.get(name)),
  );
  const channels = compareChannels(channelsOf(old, types), channelsOf(now, types), types);
  return [...primaryId, ...fixed, ...custom, ...channels];
}

/** A field that is not the same, if it is not. */
function unlike(field: string, old: unknown, now: unknown): Unlike[] {
  const [was, is] = [textOf(old), textOf(now)];
  return was === is ? [] : [{ field, old: was || none, new: is || none }];
}

/** A value that Dossier keeps as a number or as yes or no may have been written otherwise. */
function isSame(old: unknown, now: unknown): boolean {
  if (typeof now === "number") return textOf(old) !== "" && Number(textOf(old)) === now;
  if (typeof now === "boolean")
    return now ? /^(true|1|yes|on)$/i.test(textOf(old)) : /^(false|0|no|off)$/i.test(textOf(old));
  return textOf(old) === textOf(now);
}

/** Two lists of customers: who is found, and what differs of the one who is. */
export function compareLists(old: readonly Thing[], now: readonly Thing[], known: Knowledge): Unlike[] {
  const [before, after] = [old[0], now[0]];
  if (before && after && old.length + now.length === 2 && primaryIdOf(before) === primaryIdOf(after))
    return compareCustomers(before, after, known);
  const [was, is] = [namesOf(old), namesOf(now)];
  return was === is ? [] : [{ field: "found", old: was || "nobody", new: is || "nobody" }];
}

/** Several who share a primary id are one to Dossier. */
function namesOf(found: readonly Thing[]): string {
  return [...new Set(found.map(nameOf))].toSorted().join(", ");
}
