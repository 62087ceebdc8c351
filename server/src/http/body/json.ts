/**
 * JSON reader: `application/json` with one flat object of texts, numbers, booleans and null, and lists of these.
 * Repeated names are kept, although JSON.parse drops them: a repeated identifier must be detected, not ignored.
 */
import { DossierError } from "@dossier/api";
import { charCode, walkJson } from "../../json-structure.ts";
import type { Entry } from "./entry.ts";
import { maxEntries, tooManyFields } from "./limits.ts";

const maxDepth = 20;
/**
 * Counted over the whole body, nested objects and lists included; nesting is invalid except for fields that accept an
 * object.
 */
const maxStructuralChars = 20_000;

/**
 * Reads a flat object. Numbers and booleans become text, null becomes empty text.
 *
 * @param fault why not all bytes were text, if so: the text has U+FFFD in place of those that were not
 */
export function readJson(sent: string, fault?: string): Entry[] {
  const text = sent.replace(/^\uFEFF/, "");
  const spans = membersIn(text);
  const parsed = parse(text);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw unreadable("is not a JSON object");
  const isExact = isInOrder(parsed, spans) && !hasEscapedName(text, spans);
  const members = isExact ? Object.entries(parsed) : spans.map((span) => memberAt(text, span));
  const entries = members.flatMap(([name, value]) => entriesOf(name, value));
  for (const entry of fault === undefined ? [] : entries)
    if (`${entry.name}${entry.value}`.includes("\uFFFD")) {
      if (fault !== undefined) entry.fault = fault;
      delete entry.object;
    }
  return entries;
}

/** The value of a part that is JSON: its values as of a member of that name. */
export function readJsonValue(name: string, sent: string, list: boolean): Entry[] {
  const text = sent.replace(/^\uFEFF/, "");
  try {
    membersIn(text);
    const entries = entriesOf(name, JSON.parse(text));
    return list ? entries.map((entry) => ({ ...entry, list })) : entries;
  } catch (error) {
    if (error instanceof SyntaxError) return [{ name, value: "", list, fault: "is not valid JSON" }];
    throw error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable("is not valid JSON");
  }
}

function unreadable(what: string): DossierError {
  return new DossierError("invalid_request", `The body ${what}.`);
}

/** The position of a member of the object: name, colon and value. */
interface Span {
  begin: number;
  colon: number;
  end: number;
}

/**
 * Every member in the order sent, including those that JSON.parse drops because their name is repeated.
 *
 * @throws DossierError at the first member over a limit
 */
function membersIn(text: string): Span[] {
  const spans: Span[] = [];
  let [begin, colon, chars, listed] = [0, -1, 0, 0];
  let isList = false;
  walkJson(text, (code, at, depth) => {
    if (depth > maxDepth) throw unreadable(`is nested more than ${maxDepth} levels deep`);
    if (++chars > maxStructuralChars)
      throw unreadable(`has over ${maxStructuralChars} brackets, commas and colons`);
    if (depth === 2 && (code === charCode.list || code === charCode.object)) isList = code === charCode.list;
    if (depth === 2 && code === charCode.comma && isList) listed += 1;
    if (spans.length + listed > maxEntries) throw tooManyFields();
    if (depth !== 1) return;
    if (code === charCode.colon) colon = at;
    else {
      if (colon >= begin) spans.push({ begin, colon, end: at });
      begin = at + 1;
    }
  });
  return spans;
}

/**
 * Whether the parsed object has all members in order: no name is repeated, and none is an integer, which sorts first.
 */
function isInOrder(parsed: object, spans: readonly Span[]): boolean {
  const names = Object.keys(parsed);
  return names.length === spans.length && !names.some((name) => /^\d/.test(name));
}

// V8 13.6 (Node 24) may take a name with an escape for that of an object it parsed before: a name of one quotation mark
// is read as a backslash after an object of the same shape whose name was a backslash. Alone, the name is read right.
function hasEscapedName(text: string, spans: readonly Span[]): boolean {
  if (!text.includes("\\")) return false;
  return spans.some(({ begin, colon }) => text.slice(begin, colon).includes("\\"));
}

function memberAt(text: string, { begin, colon, end }: Span): [string, unknown] {
  return [JSON.parse(text.slice(begin, colon)) as string, JSON.parse(text.slice(colon + 1, end))];
}

function entriesOf(written: string, value: unknown): Entry[] {
  const bracketed = written.endsWith("[]");
  const name = bracketed ? written.slice(0, -2) : written;
  if (!Array.isArray(value)) return [entryOf(name, value, bracketed)];
  if (value.length === 0) return [{ name, value: "", list: true }];
  return value.map((one) => entryOf(name, one, true));
}

function entryOf(name: string, value: unknown, list: boolean): Entry {
  if (value === null) return { name, value: "", list };
  if (typeof value === "string") return { name, value, list };
  if (typeof value === "boolean") return { name, value: String(value), list };
  if (typeof value !== "number") {
    const fault = "must be a text, a number, a boolean or null";
    return { name, value: JSON.stringify(value), list, fault, object: true };
  }
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
    return { name, value: "", list, fault: "is a number too large to be exact: send it as a text" };
  return { name, value: decimal(value), list };
}

/**
 * A number without an exponent. Numbers large enough to need one are no safe integers, so only small ones arrive here.
 */
function decimal(value: number): string {
  const text = String(value);
  const [, sign, whole, fraction = "", zeros] = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(text) ?? [];
  return zeros === undefined ? text : `${sign}0.${"0".repeat(Number(zeros) - 1)}${whole}${fraction}`;
}
