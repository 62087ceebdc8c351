/**
 * What a CRM answers, as far as it is believed. The answer is a stranger's text: only own properties are looked at, only
 * at the places we know or the brand names, and a value that breaks our rules is left out and told. Empty never clears.
 */
import {
  api,
  type ChannelSent,
  type ChannelType,
  customFieldKey,
  type CustomSent,
  findType,
  normaliseAddress,
  textFault,
} from "@dossier/api";
import type { Brand } from "../brand/brand.ts";
import { looksLikeNone } from "../customer/identify.ts";

/** Why a CRM's answer is of no use: a sentence for whoever runs the CRM, without a word of the answer. */
export class CrmFailure extends Error {
  readonly code: "crm_failed" | "crm_timeout";
  /** seconds until it is worth asking again */
  readonly retryAfter: number | undefined;
  /** whether asking the same again can only fail again */
  readonly isFinal: boolean;
  constructor(
    message: string,
    {
      code = "crm_failed",
      retryAfter,
      isFinal = false,
    }: Partial<Pick<CrmFailure, "code" | "retryAfter" | "isFinal">> = {},
  ) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
    this.isFinal = isFinal;
  }
}

/** A result as it stands in an answer. */
export type Result = Readonly<Record<string, unknown>>;

/** Something of a result that is not taken over, and why; never with its value. */
export interface Skipped {
  field: string;
  message: string;
}

/** A result in our terms. */
export interface Mapped {
  primaryId: string | undefined;
  firstname: string | undefined;
  lastname: string | undefined;
  channels: ChannelSent[];
  custom: CustomSent[];
  skipped: Skipped[];
}

const mostResults = 50;
const deepest = 32;
const mostChannels = 50;
const mostCustoms = 100;

/**
 * The results of an answer; none: nobody is known.
 *
 * @throws CrmFailure when it is no answer to the question
 */
export function readResults({ status, body }: { status: number; body: Buffer }): Result[] {
  if (status === 204 || status === 404) return [];
  if (status === 400)
    throw new CrmFailure("The CRM answered 400: it does not take these parameters.", { isFinal: true });
  if (status !== 200) throw new CrmFailure(`The CRM answered with the status ${status}.`);
  const parsed = parse(body);
  if (!Array.isArray(parsed)) throw new CrmFailure("The CRM's answer is not a JSON array.");
  if (parsed.length > mostResults)
    throw new CrmFailure(`The CRM's answer has more than ${mostResults} results.`);
  if (!parsed.every(isObject))
    throw new CrmFailure("The CRM's answer holds something that is no JSON object.");
  return parsed;
}

function parse(body: Buffer): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    if (!isTooDeep(text)) return JSON.parse(text);
  } catch {
    throw new CrmFailure("The CRM's answer is not JSON in UTF-8.");
  }
  throw new CrmFailure(`The CRM's answer is nested more than ${deepest} levels deep.`);
}

function isTooDeep(text: string): boolean {
  let [depth, isQuoted] = [0, false];
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '"') isQuoted = !isQuoted;
    else if (isQuoted && letter === "\\") at += 1;
    else if (isQuoted) continue;
    else if (letter === "[" || letter === "{") depth += 1;
    else if (letter === "]" || letter === "}") depth -= 1;
    if (depth > deepest) return true;
  }
  return false;
}

function isObject(value: unknown): value is Result {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const names = {
  primaryId: ["primary_id", "external_primary_id", "primaryID", "id"],
  firstname: ["firstname"],
  lastname: ["lastname"],
} as const;

/** What of a result can be taken over into a brand. */
export function mapResult(brand: Brand, types: readonly ChannelType[], result: Result): Mapped {
  const skipped: Skipped[] = [];
  const read = new Reader(brand.crm_field_map, result, skipped);
  const primaryId = read.own("primaryId", "primary_id", names.primaryId);
  const refused = primaryId !== undefined && looksLikeNone(brand, primaryId);
  if (refused) skipped.push({ field: "primary_id", message: "looks like a placeholder for no id at all" });
  return {
    primaryId: refused ? undefined : primaryId,
    firstname: read.own("firstname", "firstname", names.firstname),
    lastname: read.own("lastname", "lastname", names.lastname),
    channels: channelsOf(read, types),
    custom: customsOf(read),
    skipped,
  };
}

/** Looks things up in one result: first where the brand says, then under our own names. */
class Reader {
  readonly map: Readonly<Record<string, string>>;
  readonly result: Result;
  readonly skipped: Skipped[];
  constructor(map: Readonly<Record<string, string>>, result: Result, skipped: Skipped[]) {
    this.map = map;
    this.result = result;
    this.skipped = skipped;
  }

  skip(field: string, message: string): undefined {
    this.skipped.push({ field, message });
  }

  /** The same of one of several, as a list of what remains of it. */
  leaveOut(field: string, message: string): [] {
    this.skip(field, message);
    return [];
  }

  /** What stands for a field, in the order in which it counts; empty things are passed over. */
  values(field: string, natural: readonly string[]): unknown[] {
    const pointer = Object.hasOwn(this.map, field) ? this.map[field] : undefined;
    const mapped = pointer === undefined ? [] : [at(this.result, pointer)];
    return [...mapped, ...natural.map((name) => member(this.result, name))].filter(
      (value) => !isEmpty(value),
    );
  }

  /** The first of them that is a text, or something with one. */
  text(field: string, natural: readonly string[]): string | undefined {
    const [value] = this.values(field, natural);
    return value === undefined ? undefined : this.textOf(field, value);
  }

  textOf(field: string, value: unknown): string | undefined {
    if (typeof value === "string") return value;
    if (typeof value === "boolean") return String(value);
    if (typeof value !== "number") return this.skip(field, "must be a text, a number or a boolean");
    if (Number.isInteger(value) && !Number.isSafeInteger(value))
      return this.skip(field, "is a number too large to be exact: send it as a text");
    return String(value);
  }

  /** One of the customer's own fields, by the rule of operation 3 for it. */
  own(
    ours: "primaryId" | "firstname" | "lastname",
    field: string,
    natural: readonly string[],
  ): string | undefined {
    const text = this.text(field, natural);
    if (text === undefined) return undefined;
    const read = api.customer.resolve.input.shape[ours].safeParse(text);
    if (!read.success) return this.skip(field, read.error.issues[0]?.message ?? "is not valid");
    return read.data || undefined;
  }
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "string" && value.trim() === "");
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** What a JSON pointer (RFC 6901) leads to. */
function at(value: unknown, pointer: string): unknown {
  const steps = pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  return steps.reduce(member, value);
}

function channelsOf(read: Reader, types: readonly ChannelType[]): ChannelSent[] {
  const found = [
    ...["email", "telephone"].map((type) => ({ field: type, type, value: read.text(type, [type]) })),
    ...listed(read),
  ];
  const channels = found.slice(0, mostChannels).flatMap(({ field, type, value }) => {
    if (value === undefined) return [];
    const meant = findType(types, type);
    if (!meant) return read.leaveOut(field, "is no channel type");
    const address = normaliseAddress(meant.rule, value);
    if ("fault" in address) return read.leaveOut(field, address.fault);
    return [{ field, typeId: meant.id, typeName: meant.name, ...address }];
  });
  if (found.length > mostChannels)
    read.skip("channels", `are more than ${mostChannels}: the rest is left out`);
  return once(channels);
}

/** Each address once. */
export function once(channels: readonly ChannelSent[]): ChannelSent[] {
  const seen = new Set<string>();
  return channels.filter(({ typeId, normalised }) => {
    const key = `${typeId} ${normalised}`;
    return !seen.has(key) && seen.add(key);
  });
}

function listed(read: Reader): { field: string; type: string; value: string | undefined }[] {
  const [list] = read.values("channels", ["channels"]);
  if (list === undefined) return [];
  if (!Array.isArray(list)) return read.leaveOut("channels", "must be a list of objects with type and value");
  return list.flatMap((one: unknown, place) => {
    const field = `channels.${place}`;
    const [type, value] = [member(one, "type"), member(one, "value")];
    if (isEmpty(value)) return [];
    if (typeof type !== "string" && typeof type !== "number")
      return read.leaveOut(field, "must have a type, by name or number");
    return [{ field, type: String(type), value: read.textOf(field, value) }];
  });
}

function customsOf(read: Reader): CustomSent[] {
  const fields = [...Object.keys(read.map), ...Object.keys(read.result)].filter((name) =>
    name.startsWith("custom_"),
  );
  const customs = new Map<string, CustomSent>();
  for (const field of new Set(fields)) {
    const name = field.slice("custom_".length);
    const key = textFault(name, 64) === undefined ? customFieldKey(name) : undefined;
    const shown = textFault(field, 71) === undefined ? field : "custom_…";
    if (key === undefined) read.skip(shown, "must be custom_ and a name of 1 to 64 characters");
    else if (!customs.has(key)) {
      const value = read.text(field, [field]);
      const fault = value === undefined ? undefined : valueFault(value);
      if (fault) read.skip(field, fault);
      else if (value !== undefined) customs.set(key, { field, name, key, value, bare: false });
    }
  }
  const all = [...customs.values()];
  for (const { field } of all.slice(mostCustoms)) read.skip(field, `is one of more than ${mostCustoms}`);
  return all.slice(0, mostCustoms);
}

function valueFault(value: string): string | undefined {
  return Buffer.byteLength(value) > 64 * 1024 ? "is over 64 KiB" : textFault(value, 64 * 1024, true);
}
