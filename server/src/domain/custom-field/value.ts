/**
 * Values of custom fields. They are stored as text in the one canonical form of their type, so that equal values are
 * equal texts; reading a canonical text again returns the same text. A fault never repeats the rejected value.
 */
import { type CustomType, readBoolean } from "@dossier/api";

export interface CustomField {
  id: number;
  brand_id: number;
  name: string;
  name_key: string;
  label: string;
  type: CustomType;
  options: string[];
}

/** Maximum size of all custom values of one customer, in bytes of UTF-8. */
export const maxCustomBytes = 256 * 1024;

type ParsedValue = { value: string } | { fault: string };

/** The longest texts that can be values of a type, without surrounding blanks: longer ones are not matched. */
const maxLength = { number: 64, date: 10 };

const parsers: Record<CustomType, (text: string, field: Pick<CustomField, "options">) => ParsedValue> = {
  text: (text) => ({ value: text }),
  number: (text) => parseNumber(text.trim()),
  boolean: (text) => parseBoolean(text.trim()),
  date: (text) => parseDate(text.trim()),
  select: (text, { options }) =>
    options.includes(text) ? { value: text } : { fault: "must be one of the options of this field" },
};

/** The canonical text of a value sent, or why it does not fit the field's type. */
export function parseCustomValue(field: Pick<CustomField, "type" | "options">, text: string): ParsedValue {
  return parsers[field.type](text, field);
}

export function toWireCustomValue(type: CustomType, value: string): string | number | boolean {
  if (type === "number") return Number(value);
  return type === "boolean" ? value === "true" : value;
}

function parseNumber(text: string): ParsedValue {
  if (text.length > maxLength.number)
    return { fault: `must be a number of at most ${maxLength.number} characters` };
  const value = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) return { fault: "must be a number such as 7 or -7.5" };
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER)
    return { fault: "must be a number within ±9007199254740991" };
  return { value: String(value + 0) }; // -0 + 0 is 0
}

function parseBoolean(text: string): ParsedValue {
  const value = readBoolean(text);
  return value === undefined
    ? { fault: "must be true or false, yes or no, on or off, 1 or 0" }
    : { value: String(value) };
}

function parseDate(text: string): ParsedValue {
  const isShaped = text.length === maxLength.date && /^(?!0000)\d{4}-\d\d-\d\d$/.test(text);
  const day = isShaped ? new Date(`${text}T00:00:00Z`) : undefined;
  const exists = day && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
  return exists ? { value: text } : { fault: "must be a day such as 2026-11-23" };
}

/** A stored text, the number of customers with it, and its new form: undefined if it is lost. */
export interface Conversion {
  value: string;
  count: number;
  converted: string | undefined;
}

/** The new form of a stored text when its field changes. */
export function convertValue(field: CustomField, value: string): string | undefined {
  const reading = parseCustomValue(field, value);
  return "value" in reading ? reading.value : undefined;
}
