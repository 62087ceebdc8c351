/**
 * Decoder: turns the spellings of v2 (aliases of identifiers, `custom_…`, `extra_…`, `customerChannelType_n`) into our
 * own; `encode.ts` is the client's side. Invariant: decoding precedes authorisation, and behind the decoder there is
 * one spelling, so a check and a query cannot read different fields.
 */
import type * as z from "zod";
import { type ChannelType, findType } from "../endpoints/channel.ts";
import { decodeChannels } from "./channels.ts";
import { customFieldKey } from "../endpoints/custom-field.ts";
import { readArrayForms } from "./array-forms.ts";
import { customFieldsOf, isChannelName, isPrefixed } from "./custom-fields.ts";
import { readsQuery, type Decoded, type Endpoint } from "../endpoint.ts";
import { type Fault, invalid, notFound } from "../error.ts";
import { type FieldWire, textWire, wireOf } from "../field.ts";
import { isBlank } from "../visible-text.ts";
import { wireName } from "./encode.ts";
import {
  foldName,
  isFolded,
  lowerAscii,
  maxShownNames,
  shownName,
  shownNames,
  unknownNameMessage,
} from "./names.ts";
import { bracketIndex, countingName, singleValue, type RawField } from "./sent.ts";

const identifierFields = new Set(["brandId", "primaryId", "customerId", "id"]);
export const aliases: Record<string, string[]> = {
  brandId: ["brand_id", "brandid"],
  primaryId: ["primary_id", "primaryid", "externalprimaryid", "external_id", "external_primary_id"],
  customerId: ["customer_id", "customerid"],
};

/**
 * The name under which the caller sent one of our fields, or the endpoint's own name if it was not sent.
 *
 * @example
 * const sent: RawField[] = [{ name: "external_id", values: ["K-17"], list: false }];
 * sentName(api.customer.resolve, sent, "primaryId"); // "external_id"
 */
export function sentName(row: Endpoint, sent: readonly RawField[], name: string): string {
  return sent.find((one) => fieldOf(row, one) === name)?.name ?? wireName(row, name);
}

/** Our names of an endpoint's fields by their wire names. */
interface FieldIndex {
  /** in lower case, as the documented operations read the names of a body */
  lower: ReadonlyMap<string, string>;
  /** without `_` and `-` too, as every other name is read */
  folded: ReadonlyMap<string, string>;
  wires: ReadonlyMap<string, FieldWire>;
}

const fieldIndexes = new WeakMap<Endpoint, FieldIndex>();

/** Every wire name of an endpoint, with our name of the field. */
function fieldIndexOf(row: Endpoint): FieldIndex {
  const cached = fieldIndexes.get(row);
  if (cached) return cached;
  const lower = new Map<string, string>();
  for (const name of Object.keys(row.input.shape)) {
    if (name === "channels" || name === "custom" || name === "id") continue;
    lower.set(lowerAscii(wireName(row, name)), name);
    if (row.legacyWire) for (const alias of aliases[name] ?? []) lower.set(alias, name);
  }
  if (
    row.legacyWire &&
    row.entity === "customer" &&
    "id" in row.input.shape &&
    !("customerId" in row.input.shape)
  )
    for (const alias of aliases.customerId ?? []) lower.set(alias, "id");
  const shape: Record<string, z.ZodType> = row.input.shape;
  const index = {
    lower,
    folded: new Map([...lower].map(([name, ours]) => [foldName(name), ours])),
    wires: new Map(Object.entries(shape).map(([name, schema]) => [name, wireOf(schema)])),
  };
  fieldIndexes.set(row, index);
  return index;
}

/** Our name of a field that was sent, with or without brackets behind its name. */
function fieldOf(row: Endpoint, one: RawField): string | undefined {
  if (one.place !== undefined && !readsQuery(row)) return undefined;
  const name = countingName(one);
  const index = fieldIndexOf(row);
  const find = (written: string) =>
    isFolded(row, one) ? index.folded.get(foldName(written)) : index.lower.get(lowerAscii(written));
  const bracket = bracketIndex(name);
  return find(name) ?? (bracket < 0 ? undefined : find(name.slice(0, bracket)));
}

/** Whether an identifier can be a field of the endpoint, and so contradict another spelling of itself. */
export function acceptsIdentifier(row: Endpoint): boolean {
  return [...fieldIndexOf(row).lower.values()].some((ours) => identifierFields.has(ours));
}

/** Whether an object was sent for a field that accepts one. */
function acceptsObject(row: Endpoint, one: RawField): boolean {
  const field = one.object && !one.list ? fieldOf(row, one) : undefined;
  return field !== undefined && fieldIndexOf(row).wires.get(field)?.object === true;
}

/** The values sent for one of our fields under all its names, and the first of these names. */
interface FieldValues {
  field: string;
  texts: string[];
  bracketed: boolean;
  /** a list under two spellings: what the first and what the others say must be the same */
  others: string[][];
}

function groupByField(
  row: Endpoint,
  rawFields: readonly RawField[],
): { values: Map<string, FieldValues>; rest: RawField[] } {
  const values = new Map<string, FieldValues>();
  const rest = new Map<string, RawField>();
  for (const one of rawFields) {
    const field = fieldOf(row, one);
    if (field === undefined) {
      const key = `${one.place ?? ""} ${lowerAscii(countingName(one))}`;
      rest.set(key, mergeRawFields(rest.get(key), one));
    } else {
      const before = values.get(field);
      const bracketed = one.list || bracketIndex(countingName(one)) >= 0;
      if (!before) values.set(field, { field: one.name, texts: [...one.values], bracketed, others: [] });
      else addValues(before, one, bracketed);
    }
  }
  return { values, rest: [...rest.values()] };
}

/** `tags[0]` and `tags[1]` are two parts of one list; `tags` and `Tags` are two lists. */
function addValues(before: FieldValues, one: RawField, bracketed: boolean): void {
  before.bracketed ||= bracketed;
  if (isSameSpelling(before.field, one.name)) before.texts.push(...one.values);
  else before.others.push(one.values);
}

function isSameSpelling(first: string, second: string): boolean {
  return withoutBrackets(first) === withoutBrackets(second);
}

function withoutBrackets(name: string): string {
  const bracket = bracketIndex(name);
  return bracket < 0 ? name : name.slice(0, bracket);
}

/** Joins the values of two spellings of one name. */
function mergeRawFields(first: RawField | undefined, second: RawField): RawField {
  if (!first) return second;
  return { ...first, values: [...first.values, ...second.values], list: first.list || second.list };
}

interface DecodeState {
  record: Record<string, unknown>;
  fields: Map<string, string>;
  faults: Fault[];
  identifiersDisagree: boolean;
}

function decodeField(row: Endpoint, name: string, values: FieldValues, state: DecodeState): void {
  const wire = fieldIndexOf(row).wires.get(name) ?? textWire;
  state.fields.set(name, values.field);
  if (wire.empty === "invalid" && [...values.texts, ...values.others.flat()].every(isBlank))
    state.faults.push({ field: values.field, message: "must not be empty; leave it out instead" });
  if (wire.list) {
    state.record[name] = values.texts;
    if (values.others.some((texts) => texts.join("\0") !== values.texts.join("\0")))
      state.faults.push({ field: values.field, message: "was sent under two names with different values" });
    return;
  }
  if (values.bracketed) {
    state.faults.push({ field: values.field, message: "takes one value, not a list" });
    return;
  }
  const sent = [...values.texts, ...values.others.flat()];
  const texts = wire.empty !== "absent" ? sent : sent.filter((text) => !isBlank(text));
  const faultsBefore = state.faults.length;
  const text = singleValue(values.field, texts, state.faults);
  if (state.faults.length > faultsBefore) state.identifiersDisagree ||= identifierFields.has(name);
  if (texts.length > 0) state.record[name] = text;
}

/**
 * How names that the endpoint does not know are treated.
 *
 * @example
 * const forOldClients: NamePolicy = { ignoreUnknownQuery: true };
 */
export interface NamePolicy {
  /** names of the query are left out, as a server for old clients may be set; otherwise refused */
  ignoreUnknownQuery?: boolean;
  /** in the body of a documented operation too they are refused, not left out */
  strict?: boolean;
}

/**
 * The input of an operation, and the names that were left out of it.
 *
 * @example
 * const sent: RawField[] = [{ name: "first_name", values: ["Ada"], list: false }];
 * const reading: Reading<typeof api.customer.delete> = readInput(api.customer.delete, sent, "7", builtinTypes);
 */
export interface Reading<E extends Endpoint> {
  input: Decoded<E>;
  /** bounded in number and length, without those that may be custom fields of the brand */
  ignored: string[];
}

/**
 * Decodes the fields of a request into the input of the endpoint's domain operation.
 *
 * @param types the channel types of the installation; their rules check the addresses
 * @throws DossierError `unknown_field`, `invalid_field` or `identifiers_disagree` with every fault, in the caller's own
 *   spelling; `not_found` if the only fault is that the id in the path is no identifier
 * @example
 * const sent: RawField[] = [{ name: "brandID", values: ["1"], list: false }];
 * decode(api.customer.resolve, sent, undefined, builtinTypes).brandId; // 1
 */
export function decode<E extends Endpoint>(
  row: E,
  sent: readonly RawField[],
  pathId: string | undefined,
  types: readonly ChannelType[],
): Decoded<E> {
  return readInput(row, sent, pathId, types).input;
}

/**
 * The same, with the names that were left out.
 *
 * @throws DossierError like `decode`
 * @example
 * const sent: RawField[] = [{ name: "first_name", values: ["Ada"], list: false }];
 * readInput(api.customer.delete, sent, "7", builtinTypes).ignored; // ["first_name"]
 */
export function readInput<E extends Endpoint>(
  row: E,
  fields: readonly RawField[],
  pathId: string | undefined,
  types: readonly ChannelType[],
  policy: NamePolicy = {},
): Reading<E> {
  const sent = readArrayForms(row, fields);
  const isRead = ({ place }: RawField) => place === undefined || readsQuery(row);
  const faults: Fault[] = sent.flatMap((one) =>
    one.fault && isRead(one) && !acceptsObject(row, one) ? [{ field: one.name, message: one.fault }] : [],
  );
  const { values, rest } = groupByField(row, sent);
  const { refused, ignored } = sortUnknown(row, rest, policy);
  const state: DecodeState = { record: {}, fields: new Map(), faults, identifiersDisagree: false };
  if (pathId !== undefined) {
    const named = values.get("id") ?? { field: "id", texts: [], bracketed: false, others: [] };
    values.set("id", { ...named, texts: [pathId, ...named.texts] });
  }
  for (const [name, one] of values) decodeField(row, name, one, state);
  decodeRest(row, rest, state, types);
  faults.push(...missingFieldFaults(row, state));
  const parsed = row.input.safeParse(state.record);
  const issues = parsed.success ? [] : parsed.error.issues;
  const named = issues.filter((issue) => pathId === undefined || issue.path[0] !== "id");
  for (const issue of named) faults.push(toFault(row, issue, state.fields));
  assertNoFault([...refused, ...faults], state.identifiersDisagree, refused.length > 0);
  if (issues.length > 0) throw notFound(row.entity);
  return { input: parsed.data as Decoded<E>, ignored };
}

function assertNoFault(faults: Fault[], identifiersDisagree: boolean, isUnknown: boolean): void {
  if (faults.length === 0) return;
  const code = isUnknown ? "unknown_field" : "invalid_field";
  throw invalid(firstFaultPerField(faults), identifiersDisagree ? "identifiers_disagree" : code);
}

/** Decodes channels and custom fields. */
function decodeRest(
  row: Endpoint,
  rest: readonly RawField[],
  state: DecodeState,
  types: readonly ChannelType[],
): void {
  const { record, faults, fields } = state;
  const body = rest.filter(({ place }) => place === undefined);
  const read = readsQuery(row) ? rest : body;
  if ("channels" in row.input.shape) {
    const faultsBefore = faults.length;
    record.channels = decodeChannels(body, faults, types, linkAddressOf(row, state, types));
    if (faults.length > faultsBefore) fields.set("channels", "channels"); // sent, but invalid
  }
  if ("custom" in row.input.shape)
    record.custom = customFieldsOf(read, faults, row.unprefixedCustomFields === true);
}

/** Sorts the names that are no field of the endpoint: some are refused, some are left out. */
function sortUnknown(
  row: Endpoint,
  rest: readonly RawField[],
  { ignoreUnknownQuery = false, strict = false }: NamePolicy,
): { refused: Fault[]; ignored: string[] } {
  const unknown = rest.filter((one) => one.name.trim() !== "" && !isOfRest(row, one));
  const isRefused = (one: RawField) =>
    strict ||
    (one.place === undefined ? !row.legacyWire : !ignoreUnknownQuery && (!row.legacyWire || readsQuery(row)));
  const refused = unknown.filter(isRefused).slice(0, maxShownNames);
  return {
    refused: refused.map((one) => ({ field: shownName(one.name), message: unknownNameMessage(row, one) })),
    ignored: shownNames(unknown.filter((one) => !isRefused(one)).map(({ name }) => name)),
  };
}

/** Whether a name is read although it is no field: of a channel, of a custom field, or one that a proxy or cache adds. */
function isOfRest(row: Endpoint, one: RawField): boolean {
  const name = countingName(one);
  if (one.place !== undefined && name.startsWith("_")) return true;
  if (one.place !== undefined && !readsQuery(row)) return false;
  if ("channels" in row.input.shape && isChannelName(name)) return true;
  if (!("custom" in row.input.shape)) return false;
  return isPrefixed(name) || (row.unprefixedCustomFields === true && customFieldKey(name) !== undefined);
}

function toFault(row: Endpoint, issue: z.core.$ZodIssue, fields: Map<string, string>): Fault {
  const name = String(issue.path[0] ?? "");
  const field = fields.get(name) ?? wireName(row, name);
  return { field, message: issue.code === "invalid_type" ? "is required" : issue.message };
}

function firstFaultPerField(faults: Fault[]): Fault[] {
  return faults.filter((one, at) => faults.findIndex((other) => other.field === one.field) === at);
}

/** The groups of `needs` of which no field was sent. */
function missingFieldFaults(row: Endpoint, { record, fields }: DecodeState): Fault[] {
  return (row.needs ?? []).flatMap(({ anyOf, field, message }) => {
    const sent = anyOf.some((ours) => isPresent(record[ours]) || (ours === "channels" && fields.has(ours)));
    return sent ? [] : [{ field: field ?? wireName(row, anyOf[0]), message }];
  });
}

function isPresent(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== "";
}

/** The address of `customer_link_channel`, for endpoints with that field. */
function linkAddressOf(row: Endpoint, { record, fields }: DecodeState, types: readonly ChannelType[]) {
  if (!("linkAddress" in row.input.shape) || typeof record.linkAddress !== "string") return undefined;
  const sentType = typeof record.linkType === "string" ? record.linkType : undefined;
  return {
    field: fields.get("linkAddress") ?? "customer_link_channel",
    address: record.linkAddress,
    type: sentType === undefined ? undefined : (findType(types, sentType) ?? null),
    typeField: fields.get("linkType") ?? "channel_id",
  };
}

export { shownName, shownNames, unknownNameMessage } from "./names.ts";
export { encode, wireName } from "./encode.ts";
export type { RawField };
