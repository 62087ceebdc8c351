/**
 * How v2 spells things and how we do, as they arrive (`wire-name.ts` is the client's side): aliases of identifiers,
 * `custom_…`, `extra_…`, `customerChannelType_n`. Everything is folded here, before anything is authorised, so that no
 * later check can read one spelling and a query another. From the decoder inward there is one spelling.
 */
import type * as z from "zod";
import { type ChannelType, findType } from "../endpoints/channel.ts";
import { channelsOf } from "./channels.ts";
import { customsOf } from "./custom-fields.ts";
import type { Decoded, Endpoint } from "../endpoint.ts";
import { type Fault, invalid, notFound } from "../error.ts";
import { wireOf } from "../field.ts";
import { wireName } from "./encode.ts";
import { agreed, type Sent } from "./sent.ts";

const identities = new Set(["brandId", "primaryId", "customerId", "id"]);
export const aliases: Record<string, string[]> = {
  brandId: ["brand_id", "brandid"],
  primaryId: ["primary_id", "primaryid", "externalprimaryid", "external_id", "external_primary_id"],
  customerId: ["customer_id", "customerid"],
};

/**
 * The name the caller used for one of our fields, or the endpoint's own where it was not sent.
 *
 * @example
 * const sent: Sent[] = [{ name: "external_id", values: ["K-17"], list: false }];
 * sentName(api.customer.resolve, sent, "primaryId"); // "external_id"
 */
export function sentName(row: Endpoint, sent: readonly Sent[], ours: string): string {
  const index = namesOf(row);
  return sent.find((one) => index.get(foldName(row, one.name)) === ours)?.name ?? wireName(row, ours);
}

const indexes = new WeakMap<Endpoint, Map<string, string>>();

/** Every name an endpoint knows, and which of our fields it means. */
function namesOf(row: Endpoint): Map<string, string> {
  const kept = indexes.get(row);
  if (kept) return kept;
  const index = new Map<string, string>();
  for (const ours of Object.keys(row.input.shape)) {
    if (ours === "channels" || ours === "custom" || ours === "id") continue;
    index.set(foldName(row, wireName(row, ours)), ours);
    if (row.original) for (const alias of aliases[ours] ?? []) index.set(alias, ours);
  }
  if (
    row.original &&
    row.about === "customer" &&
    "id" in row.input.shape &&
    !("customerId" in row.input.shape)
  )
    for (const alias of aliases.customerId ?? []) index.set(alias, "id");
  indexes.set(row, index);
  return index;
}

/** Whether an object was sent for a field that takes one. */
function isObjectMeant(row: Endpoint, { name, object, list }: Sent): boolean {
  const ours = object && !list ? namesOf(row).get(foldName(row, name)) : undefined;
  return ours !== undefined && wireOf(row.input.shape[ours] as z.ZodType).object === true;
}

/** Only the letters names are made of: no look-alike folds to one of them. */
function foldName(row: Endpoint, name: string): string {
  return row.original ? name.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase()) : name;
}

/** What was sent for one of our fields: under which name first, and which values under all its names. */
interface Meant {
  field: string;
  texts: string[];
  bracketed: boolean;
}

function sortNames(row: Endpoint, sent: readonly Sent[]): { meant: Map<string, Meant>; rest: Sent[] } {
  const index = namesOf(row);
  const meant = new Map<string, Meant>();
  const rest = new Map<string, Sent>();
  for (const one of sent) {
    const folded = foldName(row, one.name);
    const plain = folded.replace(/\[[^\]]*\]$/, "");
    const ours = index.get(folded) ?? index.get(plain);
    if (ours === undefined) rest.set(folded, joined(rest.get(folded), one));
    else {
      const before = meant.get(ours) ?? { field: one.name, texts: [], bracketed: false };
      before.texts.push(...one.values);
      before.bracketed ||= one.list || plain !== folded;
      meant.set(ours, before);
    }
  }
  return { meant, rest: [...rest.values()] };
}

/** What was sent under two spellings of one name. */
function joined(before: Sent | undefined, one: Sent): Sent {
  if (!before) return one;
  return { ...before, values: [...before.values, ...one.values], list: before.list || one.list };
}

interface Folding {
  record: Record<string, unknown>;
  fields: Map<string, string>;
  faults: Fault[];
  disagree: boolean;
}

function foldField(row: Endpoint, ours: string, meant: Meant, folding: Folding): void {
  const wire = wireOf(row.input.shape[ours] as z.ZodType);
  folding.fields.set(ours, meant.field);
  if (wire.list) {
    folding.record[ours] = meant.texts;
    return;
  }
  if (meant.bracketed) {
    folding.faults.push({ field: meant.field, message: "takes one value, not a list" });
    return;
  }
  const texts = wire.empty === "clears" ? meant.texts : meant.texts.filter((text) => text.trim() !== "");
  const before = folding.faults.length;
  const text = agreed(meant.field, texts, folding.faults);
  if (folding.faults.length > before) folding.disagree ||= identities.has(ours);
  if (texts.length > 0) folding.record[ours] = text;
}

/**
 * Turns what was sent into what the endpoint's domain call takes.
 *
 * @param types the installation's channel types: addresses are checked by the rule of theirs
 * @throws DossierError `invalid_field` or `identifiers_disagree` with every fault, in the caller's own spelling;
 *   `not_found` when nothing but the id of the path is no identifier
 * @example
 * const sent: Sent[] = [{ name: "brandID", values: ["1"], list: false }];
 * decode(api.customer.resolve, sent, undefined, builtinTypes).brandId; // 1
 */
export function decode<E extends Endpoint>(
  row: E,
  sent: readonly Sent[],
  pathId: string | undefined,
  types: readonly ChannelType[],
): Decoded<E> {
  const faults: Fault[] = sent.flatMap((one) =>
    one.fault && !isObjectMeant(row, one) ? [{ field: one.name, message: one.fault }] : [],
  );
  const { meant, rest } = sortNames(row, sent);
  const folding: Folding = { record: {}, fields: new Map(), faults, disagree: false };
  if (pathId !== undefined) {
    const named = meant.get("id") ?? { field: "id", texts: [], bracketed: false };
    meant.set("id", { ...named, texts: [pathId, ...named.texts] });
  }
  for (const [ours, one] of meant) foldField(row, ours, one, folding);
  const { record } = folding;
  if ("channels" in row.input.shape) {
    const before = faults.length;
    record.channels = channelsOf(rest, faults, types, linkOf(row, folding, types));
    if (faults.length > before) folding.fields.set("channels", "channels"); // sent, if not well
  }
  if ("custom" in row.input.shape) record.custom = customsOf(rest, faults, row.bareCustom === true);
  faults.push(...missingOf(row, folding));
  const parsed = row.input.safeParse(record);
  const issues = parsed.success ? [] : parsed.error.issues;
  const named = issues.filter((issue) => pathId === undefined || issue.path[0] !== "id");
  for (const issue of named) faults.push(faultOf(row, issue, folding.fields));
  if (faults.length > 0)
    throw invalid(dropRepeats(faults), folding.disagree ? "identifiers_disagree" : "invalid_field");
  if (issues.length > 0) throw notFound(row.about);
  return parsed.data as Decoded<E>;
}

function faultOf(row: Endpoint, issue: z.core.$ZodIssue, fields: Map<string, string>): Fault {
  const ours = String(issue.path[0] ?? "");
  const field = fields.get(ours) ?? wireName(row, ours);
  return { field, message: issue.code === "invalid_type" ? "is required" : issue.message };
}

function dropRepeats(faults: Fault[]): Fault[] {
  return faults.filter((one, at) => faults.findIndex((other) => other.field === one.field) === at);
}

/** What the endpoint needs one of, and was sent none of. */
function missingOf(row: Endpoint, { record, fields }: Folding): Fault[] {
  return (row.needs ?? []).flatMap(({ anyOf, field, message }) => {
    const sent = anyOf.some((ours) => isThere(record[ours]) || (ours === "channels" && fields.has(ours)));
    return sent ? [] : [{ field: field ?? wireName(row, anyOf[0]), message }];
  });
}

function isThere(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== "";
}

/** The address of `customer_link_channel`, where the endpoint has it. */
function linkOf(row: Endpoint, { record, fields }: Folding, types: readonly ChannelType[]) {
  if (!("linkAddress" in row.input.shape) || typeof record.linkAddress !== "string") return undefined;
  const sentType = typeof record.linkType === "string" ? record.linkType : undefined;
  return {
    field: fields.get("linkAddress") ?? "customer_link_channel",
    address: record.linkAddress,
    type: sentType === undefined ? undefined : (findType(types, sentType) ?? null),
    typeField: fields.get("linkType") ?? "channel_id",
  };
}

export { encode, wireName } from "./encode.ts";
export type { Sent };
