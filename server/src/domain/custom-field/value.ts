/**
 * Values of custom fields. They are stored as text in the one canonical form of their type, so that equal values are
 * equal texts; reading a canonical text again gives the same text. A fault never repeats the value it refuses.
 */
import type { CustomType } from "@dossier/api";

/** A custom field of a brand. */
export interface CustomField {
  id: number;
  brand_id: number;
  name: string;
  name_key: string;
  label: string;
  type: CustomType;
  options: string[];
}

type Reading = { value: string } | { fault: string };

const readers: Record<CustomType, (text: string, field: CustomField) => Reading> = {
  text: (text) => ({ value: text }),
  number: (text) => readNumber(text.trim()),
  boolean: (text) => readBoolean(text.trim()),
  date: (text) => readDate(text.trim()),
  select: (text, { options }) =>
    options.includes(text) ? { value: text } : { fault: "must be one of the options of this field" },
};

/** The canonical text of what was sent for a field, or why it does not fit the field's type. */
export function readCustomValue(field: CustomField, text: string): Reading {
  return readers[field.type](text, field);
}

/** What JSON shows for a stored text. */
export function showCustomValue(type: CustomType, value: string): string | number | boolean {
  if (type === "number") return Number(value);
  return type === "boolean" ? value === "true" : value;
}

function readNumber(text: string): Reading {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) return { fault: "must be a number such as 7 or -7.5" };
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER)
    return { fault: "must be a number within ±9007199254740991" };
  return { value: String(value + 0) }; // -0 + 0 is 0
}

function readBoolean(text: string): Reading {
  if (text === "") return { fault: "must be true or false" };
  return { value: /^(false|0|no|off)$/i.test(text) ? "false" : "true" };
}

function readDate(text: string): Reading {
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  const exists = day && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
  return exists ? { value: text } : { fault: "must be a day such as 2026-11-23" };
}

/** A stored text, how many customers have it, and what it becomes: nothing, where it is lost. */
export interface Conversion {
  value: string;
  count: number;
  becomes: string | undefined;
}

/**
 * What a stored text becomes when its field changes. Stricter than a request about booleans: there every word is
 * true, here a word that means neither would be lost unnoticed.
 */
export function convertValue(field: CustomField, value: string): string | undefined {
  if (field.type === "boolean" && !/^(true|false|yes|no|1|0|on|off)$/i.test(value.trim())) return undefined;
  const reading = readCustomValue(field, value);
  return "value" in reading ? reading.value : undefined;
}
