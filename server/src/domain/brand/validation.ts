/** Validation of the settings of a brand: each function returns the fault of what was sent, or undefined. */
import { customFieldKey, mappableFields } from "@dossier/api";
import { checkHeaders } from "../../egress/send.ts";
import type { RequestContext } from "../context.ts";

export function validateCountry(country: string): string | undefined {
  return /^([A-Za-z]{2})?$/.test(country) ? undefined : "must be the two letters of a country, or empty";
}

export function validateUrl(url: string, { egress }: RequestContext): string | undefined {
  return url === "" ? undefined : egress.validateUrl(url);
}

const maxHeaderBytes = 8192;

export function validateHeaders(headers: Record<string, string>): string | undefined {
  const names = Object.keys(headers);
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length)
    return "must not name a header twice";
  if (Object.entries(headers).flat().join("").length > maxHeaderBytes)
    return `must be at most ${maxHeaderBytes} characters in all`;
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

/** RFC 6901, except the pointer to the whole document. */
const jsonPointer = /^(\/([^/~]|~[01])*)+$/;

/** Every write of a customer reads its brand's map, and a page of brands reads 99 of them. */
const maxMapBytes = 16 * 1024;

export function validateFieldMap(map: Record<string, string>): string | undefined {
  if (Buffer.byteLength(JSON.stringify(map)) > maxMapBytes)
    return `must be at most ${maxMapBytes} bytes of JSON in all`;
  for (const [field, path] of Object.entries(map)) {
    const shown = JSON.stringify(field.slice(0, 80));
    const isCustom =
      field.startsWith("custom_") && customFieldKey(field.slice("custom_".length)) !== undefined;
    if (!mappableFields.includes(field) && !isCustom)
      return `must not hold ${shown}: only ${mappableFields.join(", ")} and custom_…`;
    if (path.length > 512 || !jsonPointer.test(path))
      return `must hold a JSON pointer such as /person/name for ${shown}`;
  }
  return undefined;
}
