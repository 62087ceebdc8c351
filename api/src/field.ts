/**
 * Field types of requests. On the wire every value is text (forms have no other type, and JSON is converted to it), so
 * a field type defines how text becomes a value, the fault if it does not, and the JSON Schema. Invariant: a fault
 * never repeats the rejected value.
 */
import * as z from "zod";
import { validateText } from "./text.ts";

/** The subset of JSON Schema that the document uses. */
export type JsonSchema = Record<string, unknown>;

/** What the document and the decoder need to know of a field beyond its type. */
export interface FieldWire {
  json: JsonSchema;
  /** the meaning of empty text or null: not sent, "clear the stored value", or a fault like any other wrong value */
  empty: "absent" | "clears" | "invalid";
  list: boolean;
  /** JSON may also send an object; the value is the object's text */
  object?: true;
}

const wires = z.registry<FieldWire>();
/** The wire facts of a field of plain text. */
export const textWire: FieldWire = { json: { type: "string" }, empty: "absent", list: false };

/** The wire facts of a field's schema; looks through optional wrappers. */
export function wireOf(schema: z.ZodType): FieldWire {
  const inner = schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
  return wires.get(inner) ?? textWire;
}

type ParseText<T> = (text: string, fault: (message: string) => undefined) => T | undefined;

/** A field type: how text becomes a value, and its schema. */
export function fieldType<T, In = T>(
  json: JsonSchema,
  read: ParseText<T>,
  empty: FieldWire["empty"] = "absent",
) {
  const schema = z.string().transform((text, context): T => {
    const value = read(text, (message) => void context.addIssue({ code: "custom", message }));
    if (value === undefined) return z.NEVER; // null is a value: it clears the field
    return value;
  });
  wires.add(schema, { json, empty, list: false });
  return schema as unknown as z.ZodType<T, In>;
}

/** The same field with a description for the document. */
export function described<S extends z.ZodType>(schema: S, description: string): S {
  const wire = wireOf(schema);
  const copy = schema.describe(description);
  wires.add(copy, { ...wire, json: { ...wire.json, description } });
  return copy;
}

/**
 * An optional field that narrows a list. Empty text is a fault: without the filter the list would have more than was
 * meant, as for `customer_id=$ID` in a script where `ID` is not set.
 */
export function filter<T, In>(schema: z.ZodType<T, In>, description: string) {
  const copy = described(schema, description);
  wires.add(copy, { ...wireOf(copy), empty: "invalid" });
  return copy.optional();
}

/** The same field, whose value JSON may also send as an object. */
export function sentAsObject<S extends z.ZodType>(schema: S): S {
  wires.add(schema, { ...wireOf(schema), object: true });
  return schema;
}

/** An identifier: 1 to 999,999,999,999,999. */
export const identifier = fieldType<number>(
  { type: "integer", format: "int64", minimum: 1, maximum: 999_999_999_999_999 },
  (text, fault) =>
    /^[1-9][0-9]{0,14}$/.test(text)
      ? Number(text)
      : fault("must be a whole number from 1 to 999999999999999"),
);

/** An identifier or null; empty text clears the stored value. */
export const identifierOrNone = fieldType<number | null>(
  { type: ["integer", "null"], format: "int64", minimum: 1, maximum: 999_999_999_999_999 },
  (text, fault) => {
    if (text.trim() === "") return null;
    return /^[1-9][0-9]{0,14}$/.test(text)
      ? Number(text)
      : fault("must be a whole number from 1 to 999999999999999, or empty");
  },
  "clears",
);

/** A whole number within bounds. */
export function integer(minimum: number, maximum: number) {
  const format = maximum > 2 ** 31 - 1 ? { format: "int64" } : {};
  return fieldType<number>({ type: "integer", ...format, minimum, maximum }, (text, fault) => {
    const value = /^(0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : -1;
    return value >= minimum && value <= maximum
      ? value
      : fault(`must be a whole number from ${minimum} to ${maximum}`);
  });
}

/** The words of no, and those of yes, in lower case. */
const noWords = ["false", "0", "no", "n", "off", "f"];
const yesWords = ["true", "1", "yes", "y", "on", "t"];

/**
 * The boolean that a word says, in any case; undefined if it says neither. Words of other languages say neither: one
 * word can be yes in one language and no in another.
 *
 * @example
 * readBoolean("Y"); // true
 * readBoolean("nein"); // undefined
 */
export function readBoolean(text: string): boolean | undefined {
  const word = text.length > 16 ? "" : text.trim().toLowerCase();
  return noWords.includes(word) ? false : yesWords.includes(word) ? true : undefined;
}

/** A boolean of a documented operation: a word of no is false, every other value is true. */
export const flag = fieldType<boolean>({ type: "boolean" }, (sent, fault) => {
  const text = sent.trim();
  const wrong = validateText(text, 64 * 1024);
  return wrong ? fault(wrong) : readBoolean(text) !== false;
});

function exactFlagType(empty: FieldWire["empty"]) {
  return fieldType<boolean>(
    { type: "boolean" },
    (sent, fault) => {
      const text = sent.length > 16 ? "" : sent.trim().toLowerCase();
      if (text === "true" || text === "1") return true;
      return text === "false" || text === "0" ? false : fault("must be true, false, 1 or 0");
    },
    empty,
  );
}

/** A boolean of every other operation: `true`, `1`, `false` or `0`. */
export const exactFlag = exactFlagType("absent");
/** The same where its absence would do more than was meant: empty text is a fault too. */
export const protectiveFlag = exactFlagType("invalid");

/** A field whose presence is its value; even an empty text counts. */
export const presence = fieldType<true, boolean | string>(
  { type: "string" },
  (sent, fault) => {
    const wrong = validateText(sent, 64 * 1024);
    return wrong ? fault(wrong) : true;
  },
  "clears",
);

/** A whole number of at least this; what is above the maximum counts as the maximum. */
export function cappedInteger(minimum: number, maximum: number) {
  return fieldType<number>({ type: "integer", format: "int64", minimum }, (text, fault) => {
    const value = text.length <= 64 && /^(0|[1-9][0-9]*)$/.test(text) ? Number(text) : -1;
    return value >= minimum
      ? Math.min(value, maximum)
      : fault(`must be a whole number of at least ${minimum}`);
  });
}

/** One of a closed set of words. */
export function choice<const T extends string>(values: readonly T[]) {
  return fieldType<T>({ type: "string", enum: [...values] }, (text, fault) =>
    values.includes(text as T) ? (text as T) : fault(`must be one of ${values.join(", ")}`),
  );
}

/** Several values of one field type: a repeated name, `name[]`, or a JSON list. */
export function list<T, In>(of: z.ZodType<T, In>, minimum = 0): z.ZodType<T[], In[]> {
  const schema = z.array(of).min(minimum, "must name at least one");
  wires.add(schema, {
    json: { type: "array", items: wireOf(of).json, minItems: minimum },
    empty: "absent",
    list: true,
  });
  return schema;
}

/** Several of a closed set of words: repeated, `name[]`, a JSON list, or joined by commas; each counts once. */
export function choices<const T extends string>(values: readonly T[]): z.ZodType<T[], T | T[]> {
  const schema = z.array(z.string()).transform((texts, context): T[] => {
    const words = texts.slice(0, maxChoices).flatMap((one) => one.slice(0, maxChoices).split(","));
    const sent = new Set(words.map((word) => word.trim()).filter((word) => word !== ""));
    const isKnown = (word: string): word is T => values.includes(word as T);
    if (sent.size > 0 && [...sent].every(isKnown)) return [...sent].filter(isKnown);
    context.addIssue({ code: "custom", message: `must be one of ${values.join(", ")}, or several` });
    return z.NEVER;
  });
  const items = { type: "string", enum: [...values] };
  wires.add(schema, { json: { type: "array", items }, empty: "absent", list: true });
  return schema as unknown as z.ZodType<T[], T | T[]>;
}

/** How many texts are read as choices, and how many characters of each. */
const maxChoices = 1000;

/** A field that the decoder fills itself (channels, custom fields): only a type and a description. */
export function filledByDecoder<T, In>(json: JsonSchema): z.ZodType<T, In> {
  const schema = z.custom<T>(() => true);
  wires.add(schema, { json, empty: "absent", list: true });
  return schema as unknown as z.ZodType<T, In>;
}
