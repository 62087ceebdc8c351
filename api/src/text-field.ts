/** Field types of texts: their length, what they may hold, and how they are folded. */
import { type FieldWire, fieldType, type JsonSchema, sentAsObject } from "./field.ts";
import { normaliseText, validateText } from "./text.ts";
import { tidyId, tidyName, tidyQuery } from "./visible-text.ts";

/** A text of limited length in code points, trimmed, without control characters. */
export function text(maximum: number, empty: FieldWire["empty"] = "absent") {
  return patternText(maximum, undefined, "", empty);
}

/** A text with lines: surrounding blanks, tabs and line ends are kept. The limit is in bytes of UTF-8. */
export function multilineText(maximumBytes: number) {
  return fieldType<string>({ type: "string", maxLength: maximumBytes }, (sent, fault) => {
    const wrong = validateText(sent, maximumBytes, true);
    if (wrong) return fault(wrong);
    return new TextEncoder().encode(sent).length <= maximumBytes
      ? sent
      : fault(`must be at most ${maximumBytes} bytes`);
  });
}

/**
 * A text written elsewhere, on one line: nothing in it is a fault. Line ends, tabs and other control characters become
 * blanks, and half of a surrogate pair becomes U+FFFD. The domain cuts it to the length that is stored.
 */
export function anyLine(empty: FieldWire["empty"] = "absent") {
  return fieldType<string>({ type: "string" }, (sent) => cleanLine(sent), empty);
}

/** A text written elsewhere, with its lines and surrounding blanks; even an empty one counts. */
export const anyLines = fieldType<string>(
  { type: "string" },
  (sent) => withoutHalves(sent).replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, " "),
  "clears",
);

/**
 * A text on one line, without control characters.
 *
 * @example
 * cleanLine("Re: your\r\n order\t1843 "); // "Re: your order 1843"
 */
export function cleanLine(sent: string): string {
  const joined = sent.replace(/[ \x00-\x1f\x7f-\x9f\u2028\u2029]+/g, (run) => (/[^ ]/.test(run) ? " " : run));
  return withoutHalves(joined).trim();
}

/** The text with U+FFFD in place of halves of surrogate pairs, which no database stores. */
function withoutHalves(text: string): string {
  return text.replace(/\p{Cs}/gu, "\uFFFD");
}

/**
 * The web address that a text is, if it can be a link.
 *
 * @example
 * parseWebUrl("https://shop.example.org/7")?.host; // "shop.example.org"
 * parseWebUrl("/orders/7"); // undefined
 */
export function parseWebUrl(text: string): URL | undefined {
  return /^https?:\/\/\S+$/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}

/** What begins like an address that must never be a link. */
const foreignUrl = /^(?:[a-z][a-z0-9+.-]{0,30}:\/\/|(?:javascript|vbscript|data|file|blob):)/i;

/** A web address, http or https without credentials, or another reference to a place; empty text means none. */
export const reference = fieldType<string>({ type: "string", maxLength: 2048 }, (sent, fault) => {
  const value = sent.trim();
  const wrong = validateText(value, 2048);
  if (wrong) return fault(wrong);
  // With blanks in it an address is no link, but still a reference.
  const url = /^https?:\/\//i.test(value) && URL.canParse(value) ? new URL(value) : undefined;
  if (url?.username || url?.password) return fault("must not hold a user name or password");
  return url || !foreignUrl.test(value)
    ? value
    : fault(
        "must be a web address that begins with http:// or https://, or a text that is no address of another kind",
      );
});

/** A text of certain characters only. */
export function patternText(
  maximum: number,
  pattern: RegExp | undefined,
  message: string,
  empty: FieldWire["empty"] = "absent",
) {
  const json = { type: "string", maxLength: maximum, ...(pattern ? { pattern: pattern.source } : {}) };
  return fieldType<string>(
    json,
    (sent, fault) => {
      const value = sent.trim();
      const wrong = validateText(value, maximum) ?? (pattern?.test(value) === false ? message : undefined);
      return wrong ? fault(wrong) : value;
    },
    empty,
  );
}

/** A text as visible-text.ts folds it. Its length counts after that. */
function foldedText(
  maximum: number,
  json: JsonSchema,
  {
    fold,
    refuse,
  }: { fold: (text: string) => string | undefined; refuse?: (value: string) => string | undefined },
  empty: FieldWire["empty"] = "absent",
) {
  return fieldType<string>(
    { type: "string", maxLength: maximum, ...json },
    (sent, fault) => {
      const tooLong = `must be at most ${maximum} characters`;
      if (sent.length > maxSentUnits * maximum) return fault(tooLong);
      const value = fold(sent);
      if (value === undefined) return fault(tooLong);
      const wrong = validateText(value, maximum) ?? refuse?.(value);
      return wrong ? fault(wrong) : value;
    },
    empty,
  );
}

/** What is folded may have so many code units for each code point that is allowed. */
const maxSentUnits = 12;

/** A name in NFC; undefined if that is too long. */
const composedName = (sent: string) => normaliseText(tidyName(sent), 255);

const nameJson = { pattern: "^[^<>\\u0000-\\u001F\\u007F-\\u009F]*$" };
const refuseBrackets = (value: string) =>
  /[<>]/.test(value) ? "may hold any printable character but < and >" : undefined;

/** A primary id of a customer: at most 255 characters, compared exactly after invisible characters are dropped. */
export const idText = foldedText(255, {}, { fold: tidyId });

/** The longest query of a search; what is beyond is not looked for. */
const maxQueryLength = 255;

/** What is typed or pasted into a search box: never refused. */
export const searchText = fieldType<string>({ type: "string" }, (sent) => tidyQuery(sent, maxQueryLength));

/** A map of texts: an object in JSON, and the JSON text of one in forms; empty text is the empty object. */
export function textMap(maxEntries: number) {
  const schema = fieldType<Record<string, string>, Record<string, string> | "">(
    { type: "object", additionalProperties: { type: "string" }, maxProperties: maxEntries },
    (sent, fault) => {
      const entries = mapEntries(sent.trim() || "{}");
      if (!entries) return fault("must be a JSON object whose values are texts");
      if (entries.length > maxEntries) return fault(`must hold at most ${maxEntries} names`);
      const wrong = entries
        .flat()
        .map((text) => validateText(text, 8192))
        .find(Boolean);
      return wrong ? fault(wrong) : Object.fromEntries(entries);
    },
    "clears",
  );
  return sentAsObject(schema);
}

/** A string in JSON, or what is left of one that does not end. */
const jsonString = /"(?:[^"\\]|\\.?)*("|$)/gs;

/** The entries of a JSON object of texts. Nesting is found before the parser: it takes 40 ms for 100,000 brackets. */
function mapEntries(json: string): [string, string][] | undefined {
  if (/[[{]/.test(json.replace(jsonString, "").slice(1))) return undefined;
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

/** A part of a person's name; empty text counts as not sent. */
export const name = foldedText(255, nameJson, { fold: composedName, refuse: refuseBrackets });
/** A part of a person's name in an update; empty text clears it. */
export const clearableName = foldedText(
  255,
  nameJson,
  { fold: composedName, refuse: refuseBrackets },
  "clears",
);
