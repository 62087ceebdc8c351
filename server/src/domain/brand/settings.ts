/**
 * The settings of a brand as they are sent: checked together, so that every fault is told at once, and turned into
 * columns. The CRM's headers are secrets: they are sealed for their brand, and only their names are ever shown.
 */
import { isDeepStrictEqual } from "node:util";
import { type Api, customFieldKey, type Decoded, type Fault, invalid } from "@dossier/api";
import { checkHeaders } from "../../egress/send.ts";
import type { Ask } from "../context.ts";
import type { Brand } from "./brand.ts";
import { open, seal } from "../encryption.ts";

type Sent = Omit<Decoded<Api["brand"]["update"]>, "id">;

/** What was sent, by our columns; what was not sent is not there. */
export interface Settings {
  columns: Partial<Brand>;
  /** of the CRM, in the place of those before */
  headers?: { names: string[]; seal(brandId: number): Buffer } | undefined;
}

/**
 * Reads and checks what was sent.
 *
 * @throws DossierError naming every fault
 */
export function readSettings(ask: Ask, input: Sent): Settings {
  const faults: Record<string, string | undefined> = {
    default_country: countryFault(input.defaultCountry),
    crm_lookup_url: urlFault(ask, input.crmLookupUrl),
    crm_headers: headersFault(input.crmHeaders),
    crm_field_map: mapFault(input.crmFieldMap),
  };
  const found = Object.entries(faults).flatMap(([field, message]): Fault[] =>
    message === undefined ? [] : [{ field, message }],
  );
  if (found.length > 0) throw invalid(found);
  const names = input.crmHeaders && Object.keys(input.crmHeaders);
  const text = JSON.stringify(input.crmHeaders);
  return {
    columns: columnsOf(input, names),
    headers: names && { names, seal: (brandId) => seal(ask.secret, purposeOf(brandId), text) },
  };
}

function columnsOf(input: Sent, headerNames: string[] | undefined): Partial<Brand> {
  const columns = {
    name: input.name,
    search_by_channel: input.searchByChannel,
    default_country: input.defaultCountry?.toUpperCase(),
    custom_fields: input.customFields,
    taken_address: input.takenAddress,
    placeholder_ids: input.placeholderIds,
    crm_lookup_url: input.crmLookupUrl,
    crm_header_names: headerNames,
    crm_field_map: input.crmFieldMap,
    crm_wins: input.crmWins,
    crm_refresh_seconds: input.crmRefreshSeconds,
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

/** The names on the wire of what was sent; beside a brand, of what differs from it. */
export function namesOf({ columns, headers }: Settings, before?: Brand): string[] {
  const all = Object.keys(columns) as (keyof Brand)[];
  const changed = all.filter((name) => !before || !isDeepStrictEqual(columns[name], before[name]));
  const plain = changed.filter((name) => name !== "crm_header_names");
  return headers ? [...plain, "crm_headers"] : plain;
}

/**
 * The CRM's headers of a brand.
 *
 * @throws Error when they were sealed under another secret than the installation has now
 */
export function openHeaders(secret: Buffer, brandId: number, sealed: Buffer | null): Record<string, string> {
  if (sealed === null) return {};
  return JSON.parse(open(secret, purposeOf(brandId), sealed)) as Record<string, string>;
}

const purposeOf = (brandId: number) => `brand:${brandId} crm_headers`;

function countryFault(country: string | undefined): string | undefined {
  if (country === undefined || /^([A-Za-z]{2})?$/.test(country)) return undefined;
  return "must be the two letters of a country, or empty";
}

function urlFault({ outside }: Ask, url: string | undefined): string | undefined {
  return url === undefined || url === "" ? undefined : outside.fault(url);
}

const mostHeaderBytes = 8192;

function headersFault(headers: Record<string, string> | undefined): string | undefined {
  if (headers === undefined) return undefined;
  const names = Object.keys(headers);
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length)
    return "must not name a header twice";
  if (Object.entries(headers).flat().join("").length > mostHeaderBytes)
    return `must be at most ${mostHeaderBytes} characters in all`;
  for (const [name, value] of Object.entries(headers)) {
    const shown = JSON.stringify(name.slice(0, 64));
    if (value.trim() === "") return `must have a value for ${shown}`;
    if (!isSendable({ [name]: "" })) return `must not hold ${shown}: no header of a caller's own`;
    if (!isSendable({ [name]: value })) return `must hold visible ASCII characters only for ${shown}`;
  }
  return undefined;
}

function isSendable(headers: Record<string, string>): boolean {
  try {
    checkHeaders(headers);
    return true;
  } catch {
    return false;
  }
}

const mappable = ["primary_id", "firstname", "lastname", "email", "telephone", "channels"];
/** RFC 6901, but for the pointer to the whole. */
const pointer = /^(\/([^/~]|~[01])*)+$/;

function mapFault(map: Record<string, string> | undefined): string | undefined {
  for (const [field, path] of Object.entries(map ?? {})) {
    const shown = JSON.stringify(field.slice(0, 80));
    const isCustom =
      field.startsWith("custom_") && customFieldKey(field.slice("custom_".length)) !== undefined;
    if (!mappable.includes(field) && !isCustom)
      return `must not hold ${shown}: only ${mappable.join(", ")} and custom_…`;
    if (path.length > 512 || !pointer.test(path))
      return `must hold a JSON pointer such as /person/name for ${shown}`;
  }
  return undefined;
}
