/**
 * The kinds of field a request can carry. On the wire everything is text (forms know nothing else, JSON is folded
 * to it), so a kind says how text becomes a value, what is wrong when it does not, and how a document describes it.
 * Invariant: a kind's fault never repeats the value it refuses.
 */
import * as z from "zod";

/** A fragment of JSON Schema, as far as this document uses it. */
export type JsonSchema = Record<string, unknown>;

/** What a document and the decoder must know about a field beyond its type. */
export interface FieldWire {
  json: JsonSchema;
  /** what an empty text or null means: as if it had not been sent, or "clear the stored value" */
  empty: "absent" | "clears";
  list: boolean;
  /** in JSON it may also be an object; its text is that of the object */
  object?: true;
}

const wires = z.registry<FieldWire>();

/** The wire facts of a field's schema; optional wrappers are looked through. */
export function wireOf(schema: z.ZodType): FieldWire {
  const inner = schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
  return wires.get(inner) ?? { json: { type: "string" }, empty: "absent", list: false };
}

type Read<T> = (text: string, fault: (message: string) => undefined) => T | undefined;

function kind<T, In = T>(json: JsonSchema, read: Read<T>, empty: FieldWire["empty"] = "absent") {
  const schema = z.string().transform((text, context): T => {
    const value = read(text, (message) => void context.addIssue({ code: "custom", message }));
    if (value === undefined) return z.NEVER; // but null is a value: a field that was cleared
    return value;
  });
  wires.add(schema, { json, empty, list: false });
  return schema as unknown as z.ZodType<T, In>;
}

/** The same field with a sentence for the document. */
export function described<S extends z.ZodType>(schema: S, description: string): S {
  const wire = wireOf(schema);
  const copy = schema.describe(description);
  wires.add(copy, { ...wire, json: { ...wire.json, description } });
  return copy;
}

/** An identifier: 1 to 999,999,999,999,999. */
export const identifier = kind<number>(
  { type: "integer", format: "int64", minimum: 1, maximum: 999_999_999_999_999 },
  (text, fault) =>
    /^[1-9][0-9]{0,14}$/.test(text)
      ? Number(text)
      : fault("must be a whole number from 1 to 999999999999999"),
);

/** An identifier, or nothing: empty clears what stood there. */
export const identifierOrNone = kind<number | null>(
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
export function whole(minimum: number, maximum: number) {
  const format = maximum > 2 ** 31 - 1 ? { format: "int64" } : {};
  return kind<number>({ type: "integer", ...format, minimum, maximum }, (text, fault) => {
    const value = /^(0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : -1;
    return value >= minimum && value <= maximum
      ? value
      : fault(`must be a whole number from ${minimum} to ${maximum}`);
  });
}

/** A boolean: `false`, `0`, `no`, `off` in any case are false, everything else sent is true. */
export const flag = kind<boolean>({ type: "boolean" }, (sent, fault) => {
  const wrong = textFault(sent.trim(), 64 * 1024);
  return wrong ? fault(wrong) : !/^(false|0|no|off)$/i.test(sent.trim());
});

/** A field whose being there is all that counts, whatever its value, the empty one too. */
export const presence = kind<true, boolean | string>(
  { type: "string" },
  (sent, fault) => {
    const wrong = textFault(sent, 64 * 1024);
    return wrong ? fault(wrong) : true;
  },
  "clears",
);

/** One of a closed set of words. */
export function choice<const T extends string>(words: readonly T[]) {
  return kind<T>({ type: "string", enum: [...words] }, (text, fault) =>
    words.includes(text as T) ? (text as T) : fault(`must be one of ${words.join(", ")}`),
  );
}

/** How many code points a text has: the unit of every length in this API. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/**
 * Why a text cannot be stored as it is, or nothing. Tabs and line ends pass only where `lines` says so.
 *
 * @example
 * textFault("two\nlines", 255); // "must not contain control characters"
 * textFault("two\nlines", 255, true); // undefined
 */
export function textFault(text: string, maximum: number, lines = false): string | undefined {
  if (text.includes("\0")) return "must not contain a NUL character";
  if (/\p{Cs}/u.test(text)) return "must not contain half of a surrogate pair";
  if ((lines ? /[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/ : /[\x01-\x1f\x7f-\x9f]/).test(text))
    return "must not contain control characters";
  if (codePoints(text) > maximum) return `must be at most ${maximum} characters`;
  return undefined;
}

/** A text of at most so many code points, trimmed, without control characters. */
export function text(maximum: number, empty: FieldWire["empty"] = "absent") {
  return textOf(maximum, undefined, "", empty);
}

/** A text with its lines kept: blanks around it, tabs and line ends are part of it. At most so many bytes of UTF-8. */
export function prose(maximumBytes: number) {
  return kind<string>({ type: "string", maxLength: maximumBytes }, (sent, fault) => {
    const wrong = textFault(sent, maximumBytes, true);
    if (wrong) return fault(wrong);
    return new TextEncoder().encode(sent).length <= maximumBytes
      ? sent
      : fault(`must be at most ${maximumBytes} bytes`);
  });
}

/** A web address that people may follow: http or https, without credentials; empty means none. */
export const link = kind<string>({ type: "string", maxLength: 2048, format: "uri" }, (sent, fault) => {
  const value = sent.trim();
  const wrong = textFault(value, 2048);
  if (wrong) return fault(wrong);
  const url = /^https?:\/\//i.test(value) && URL.canParse(value) ? new URL(value) : undefined;
  if (!url || /\s/.test(value)) return fault("must be a web address that begins with http:// or https://");
  return url.username === "" && url.password === "" ? value : fault("must not hold a user name or password");
});

/** The same of certain characters only. */
export function textOf(
  maximum: number,
  pattern: RegExp | undefined,
  otherwise: string,
  empty: FieldWire["empty"] = "absent",
) {
  const json = { type: "string", maxLength: maximum, ...(pattern ? { pattern: pattern.source } : {}) };
  return kind<string>(
    json,
    (sent, fault) => {
      const value = sent.trim();
      const wrong = textFault(value, maximum) ?? (pattern?.test(value) === false ? otherwise : undefined);
      return wrong ? fault(wrong) : value;
    },
    empty,
  );
}

const namePattern = /^[\p{L}\p{M}\u200C\u200D.\-'’ ]*$/u;

function nameKind(empty: FieldWire["empty"]) {
  const json = { type: "string", maxLength: 255, pattern: "^[\\p{L}\\p{M}\\u200C\\u200D.\\-'’ ]*$" };
  return kind<string>(
    json,
    (sent, fault) => {
      const value = sent.normalize("NFC").trim();
      const wrong = textFault(value, 255);
      if (wrong) return fault(wrong);
      return namePattern.test(value)
        ? value
        : fault("may hold letters, spaces, full stops, hyphens and apostrophes only");
    },
    empty,
  );
}

/** Texts by their names: an object in JSON, and in forms the JSON text of one; empty is the empty object. */
export function textMap(most: number) {
  const schema = kind<Record<string, string>, Record<string, string> | "">(
    { type: "object", additionalProperties: { type: "string" }, maxProperties: most },
    (sent, fault) => {
      const entries = mapEntries(sent.trim() || "{}");
      if (!entries) return fault("must be a JSON object whose values are texts");
      if (entries.length > most) return fault(`must hold at most ${most} names`);
      const wrong = entries
        .flat()
        .map((text) => textFault(text, 8192))
        .find(Boolean);
      return wrong ? fault(wrong) : Object.fromEntries(entries);
    },
    "clears",
  );
  wires.add(schema, { ...wireOf(schema), object: true });
  return schema;
}

function mapEntries(json: string): [string, string][] | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    const entries = Object.entries(value as Record<string, unknown>);
    return entries.every((pair): pair is [string, string] => typeof pair[1] === "string")
      ? entries
      : undefined;
  } catch {
    return undefined;
  }
}

/** A part of a person's name; empty is as if it had not been sent. */
export const name = nameKind("absent");
/** A part of a person's name in an update; empty clears it. */
export const clearableName = nameKind("clears");

/** An instant: RFC 3339. */
export const instant = kind<Date, string>({ type: "string", format: "date-time" }, (text, fault) => {
  const shape = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text);
  const value = new Date(text.replace(" ", "T").toUpperCase());
  return shape && isDay(text) && !Number.isNaN(value.getTime())
    ? value
    : fault("must be a time such as 2026-11-23T18:00:00Z");
});

/** Whether the calendar has this day: `Date` turns 30 February into 2 March. */
function isDay(text: string): boolean {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10));
}

/** Several values of one kind: a repeated name, `name[]`, or a JSON list. */
export function list<T, In>(of: z.ZodType<T, In>, minimum = 0): z.ZodType<T[], In[]> {
  const schema = z.array(of).min(minimum, "must name at least one");
  wires.add(schema, {
    json: { type: "array", items: wireOf(of).json, minItems: minimum },
    empty: "absent",
    list: true,
  });
  return schema;
}

/** A field that the decoder fills itself (channels, custom fields) and that only needs a type and a description. */
export function folded<T, In>(json: JsonSchema): z.ZodType<T, In> {
  const schema = z.custom<T>(() => true);
  wires.add(schema, { json, empty: "absent", list: true });
  return schema as unknown as z.ZodType<T, In>;
}
