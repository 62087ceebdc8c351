/**
 * Anti-corruption layer for CRM responses. The response is untrusted text: only own properties are read, only at the
 * places that we know or the brand names, and a value that breaks our rules is skipped and reported. An empty value
 * never clears one.
 */
import {
  api,
  type DecodedChannel,
  type ChannelType,
  customFieldKey,
  type RawCustomField,
  findType,
  channelAddress,
  validateText,
} from "@dossier/api";
import { isDeeperThan } from "../../json-structure.ts";
import type { Brand } from "../brand/row.ts";
import { type CustomerField, type CustomerFields, customerFields } from "../customer-fields.ts";
import { isForbiddenPlaceholder } from "../customer/identify.ts";

/** Why a CRM's response is unusable: a sentence for the CRM's operator, without any text of the response. */
export class CrmError extends Error {
  readonly code: "crm_failed" | "crm_timeout";
  /** seconds until a retry makes sense */
  readonly retryAfter: number | undefined;
  /** whether the same request would only fail again */
  readonly isFinal: boolean;
  constructor(
    message: string,
    {
      code = "crm_failed",
      retryAfter,
      isFinal = false,
    }: Partial<Pick<CrmError, "code" | "retryAfter" | "isFinal">> = {},
  ) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
    this.isFinal = isFinal;
  }
}

/** A row of a response. */
type CrmRow = Readonly<Record<string, unknown>>;

/** A person of a response: one row, or several with one primary id, as a join of tables answers them. */
export type CrmResult = readonly CrmRow[];

/** A part of a result that is not applied, and why; never with its value. */
export interface SkippedValue {
  field: string;
  message: string;
}

/** A result in our terms. */
export interface MappedResult {
  /** the customer's own fields */
  fields: CustomerFields;
  channels: DecodedChannel[];
  custom: RawCustomField[];
  skipped: SkippedValue[];
}

const primaryIdField = customerFields.find(
  ({ name }) => name === "primaryId",
) as (typeof customerFields)[number];
const maxResults = 50;
const maxDepth = 32;
const maxChannels = 50;
const maxCustomFields = 100;

/**
 * The persons of a response; empty if the CRM knows no such customer. Rows with one primary id are one person, and so are
 * rows without one that are equal.
 *
 * @throws CrmError if the response does not fit the request
 */
export function parseResults(brand: Brand, response: { status: number; body: Buffer }): CrmResult[] {
  const persons = new Map<string, CrmRow[]>();
  for (const row of parseRows(response)) {
    const key = personKey(brand, row);
    const rows = persons.get(key);
    if (rows) rows.push(row);
    else persons.set(key, [row]);
  }
  return [...persons.values()];
}

/** What rows of one person have in common. */
function personKey(brand: Brand, row: CrmRow): string {
  const { name, crm } = primaryIdField;
  const id = new ResultReader(brand.crm_field_map, row, []).ownField(name, crm);
  return id === undefined || isForbiddenPlaceholder(brand, id) ? JSON.stringify(row) : `id ${id}`;
}

function parseRows({ status, body }: { status: number; body: Buffer }): CrmRow[] {
  if (status === 204 || status === 404) return [];
  if (status === 400)
    throw new CrmError("The CRM answered 400: it does not take these parameters.", { isFinal: true });
  if (status !== 200) throw new CrmError(`The CRM answered with the status ${status}.`);
  const parsed = parseJson(body);
  if (!Array.isArray(parsed)) throw new CrmError("The CRM's answer is not a JSON array.");
  if (parsed.length > maxResults) throw new CrmError(`The CRM's answer has more than ${maxResults} results.`);
  if (!parsed.every(isObject)) throw new CrmError("The CRM's answer holds something that is no JSON object.");
  return parsed;
}

function parseJson(body: Buffer): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    if (!isDeeperThan(text, maxDepth)) return JSON.parse(text);
  } catch {
    throw new CrmError("The CRM's answer is not JSON in UTF-8.");
  }
  throw new CrmError(`The CRM's answer is nested more than ${maxDepth} levels deep.`);
}

function isObject(value: unknown): value is CrmRow {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The part of a person that can be applied to a brand: of several rows the first that has a value, and all channels. */
export function mapResult(brand: Brand, types: readonly ChannelType[], rows: CrmResult): MappedResult {
  const [first, ...others] = rows.map((row) => mapRow(brand, types, row)) as [
    MappedResult,
    ...MappedResult[],
  ];
  return others.reduce(mergeRows, first);
}

function mergeRows(first: MappedResult, second: MappedResult): MappedResult {
  const fields = { ...first.fields };
  for (const { name } of customerFields) fields[name] ??= second.fields[name];
  const keys = new Set(first.custom.map(({ key }) => key));
  const known = new Set(first.skipped.map(({ field, message }) => `${field} ${message}`));
  return {
    fields,
    channels: uniqueChannels([...first.channels, ...second.channels]).slice(0, maxChannels),
    custom: [...first.custom, ...second.custom.filter(({ key }) => !keys.has(key))].slice(0, maxCustomFields),
    skipped: [
      ...first.skipped,
      ...second.skipped.filter(({ field, message }) => !known.has(`${field} ${message}`)),
    ],
  };
}

function mapRow(brand: Brand, types: readonly ChannelType[], result: CrmRow): MappedResult {
  const skipped: SkippedValue[] = [];
  const reader = new ResultReader(brand.crm_field_map, result, skipped);
  const fields: CustomerFields = {};
  for (const { name, crm } of customerFields) fields[name] = reader.ownField(name, crm);
  const isForbidden = fields.primaryId !== undefined && isForbiddenPlaceholder(brand, fields.primaryId);
  if (isForbidden) {
    skipped.push({ field: "primary_id", message: "looks like a placeholder for no id at all" });
    fields.primaryId = undefined;
  }
  return { fields, channels: channelsOf(reader, types), custom: customFieldsOf(reader), skipped };
}

/** Reads one result: first at the places that the brand names, then under our own names. */
class ResultReader {
  readonly map: Readonly<Record<string, string>>;
  readonly result: CrmRow;
  readonly skipped: SkippedValue[];
  constructor(map: Readonly<Record<string, string>>, result: CrmRow, skipped: SkippedValue[]) {
    this.map = map;
    this.result = result;
    this.skipped = skipped;
  }

  skip(field: string, message: string): undefined {
    this.skipped.push({ field, message });
  }

  /** The same for one of several, as an empty list. */
  skipItem(field: string, message: string): [] {
    this.skip(field, message);
    return [];
  }

  /** The values for a field, in the order of preference, without empty ones. */
  candidates(field: string, natural: readonly string[]): unknown[] {
    const pointer = Object.hasOwn(this.map, field) ? this.map[field] : undefined;
    const mapped = pointer === undefined ? [] : [resolvePointer(this.result, pointer)];
    return [...mapped, ...natural.map((name) => ownProperty(this.result, name))].filter(
      (value) => !isEmpty(value),
    );
  }

  /** The first of them that is a text, or contains one. */
  textField(field: string, natural: readonly string[]): string | undefined {
    const [value] = this.candidates(field, natural);
    return value === undefined ? undefined : this.toText(field, value);
  }

  toText(field: string, value: unknown): string | undefined {
    if (typeof value === "string") return value;
    if (typeof value === "boolean") return String(value);
    if (typeof value !== "number") return this.skip(field, "must be a text, a number or a boolean");
    if (Number.isInteger(value) && !Number.isSafeInteger(value))
      return this.skip(field, "is a number too large to be exact: send it as a text");
    return String(value);
  }

  /** One of the customer's own fields, by the rule of operation 3 for it. */
  ownField(ours: CustomerField, natural: readonly string[]): string | undefined {
    const [field = ours] = natural;
    const text = this.textField(field, natural);
    if (text === undefined) return undefined;
    const read = api.customer.resolve.input.shape[ours].safeParse(text);
    if (!read.success) return this.skip(field, read.error.issues[0]?.message ?? "is not valid");
    return read.data || undefined;
  }
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "string" && value.trim() === "");
}

function ownProperty(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function resolvePointer(value: unknown, pointer: string): unknown {
  const steps = pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  return steps.reduce(ownProperty, value);
}

function channelsOf(reader: ResultReader, types: readonly ChannelType[]): DecodedChannel[] {
  const found = [
    ...["email", "telephone"].map((type) => ({ field: type, type, value: reader.textField(type, [type]) })),
    ...channelEntries(reader),
  ];
  const channels = found.slice(0, maxChannels).flatMap(({ field, type, value }) => {
    if (value === undefined) return [];
    const channelType = findType(types, type);
    if (!channelType) return reader.skipItem(field, "is no channel type");
    const address = channelAddress(channelType.rule, value);
    if ("fault" in address) return reader.skipItem(field, address.fault);
    return [{ field, typeId: channelType.id, typeName: channelType.name, ...address }];
  });
  if (found.length > maxChannels)
    reader.skip("channels", `are more than ${maxChannels}: the rest is left out`);
  return uniqueChannels(channels);
}

/** Each address once. */
export function uniqueChannels(channels: readonly DecodedChannel[]): DecodedChannel[] {
  const seen = new Set<string>();
  return channels.filter(({ typeId, normalised }) => {
    const key = `${typeId} ${normalised}`;
    return !seen.has(key) && seen.add(key);
  });
}

function channelEntries(reader: ResultReader): { field: string; type: string; value: string | undefined }[] {
  const [list] = reader.candidates("channels", ["channels"]);
  if (list === undefined) return [];
  if (!Array.isArray(list))
    return reader.skipItem("channels", "must be a list of objects with type and value");
  return list.flatMap((one: unknown, place) => {
    const field = `channels.${place}`;
    const [type, value] = [ownProperty(one, "type"), ownProperty(one, "value")];
    if (isEmpty(value)) return [];
    if (typeof type !== "string" && typeof type !== "number")
      return reader.skipItem(field, "must have a type, by name or number");
    return [{ field, type: String(type), value: reader.toText(field, value) }];
  });
}

function customFieldsOf(reader: ResultReader): RawCustomField[] {
  const fields = [...Object.keys(reader.map), ...Object.keys(reader.result)].filter((name) =>
    name.startsWith("custom_"),
  );
  const customFields = new Map<string, RawCustomField>();
  for (const field of new Set(fields)) {
    const name = field.slice("custom_".length);
    const key = validateText(name, 64) === undefined ? customFieldKey(name) : undefined;
    const shown = validateText(field, 71) === undefined ? field : "custom_…";
    if (key === undefined) reader.skip(shown, "must be custom_ and a name of 1 to 64 characters");
    else if (!customFields.has(key)) {
      const value = reader.textField(field, [field]);
      const fault = value === undefined ? undefined : valueError(value);
      if (fault) reader.skip(field, fault);
      else if (value !== undefined) customFields.set(key, { field, name, key, value, bare: false });
    }
  }
  const all = [...customFields.values()];
  for (const { field } of all.slice(maxCustomFields))
    reader.skip(field, `is one of more than ${maxCustomFields}`);
  return all.slice(0, maxCustomFields);
}

function valueError(value: string): string | undefined {
  return Buffer.byteLength(value) > 64 * 1024 ? "is over 64 KiB" : validateText(value, 64 * 1024, true);
}
