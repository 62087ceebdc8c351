/** `application/json`: one flat object of texts, numbers, booleans and null, with lists of those. */
import { DossierError } from "@dossier/api";
import type { Entry } from "./body.ts";

/**
 * Reads a flat object. Numbers and booleans become their texts, null the empty one.
 *
 * @param valid whether the bytes were UTF-8: if not, what was not stands in the text as U+FFFD
 */
export function readJson(sent: string, valid = true): Entry[] {
  const text = sent.replace(/^\uFEFF/, "");
  const parsed = parse(text);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw unreadable("is not a JSON object");
  const members = isWhole(text, parsed) ? Object.entries(parsed) : membersOf(text);
  const entries = members.flatMap(([name, value]) => entriesOf(name, value));
  for (const entry of valid ? [] : entries)
    if (`${entry.name}${entry.value}`.includes("\uFFFD")) {
      entry.fault = "is not valid UTF-8";
      delete entry.object;
    }
  return entries;
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

/**
 * Whether the parsed object has every member, in the order written: each mark of quotation belongs to a name or a value
 * that it has, so no name came twice; and no name is a number, which would stand in front.
 */
function isWhole(text: string, parsed: object): boolean {
  if (text.includes("\\")) return false;
  let texts = 0;
  for (const [name, value] of Object.entries(parsed) as [string, unknown][]) {
    if (/^\d/.test(name) || (typeof value === "object" && value !== null)) return false;
    texts += typeof value === "string" ? 2 : 1;
  }
  let marks = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) marks += 1;
  return marks === 2 * texts;
}

/** Every member in the order written, with those that JSON.parse drops because their name comes again. */
function membersOf(text: string): [string, unknown][] {
  const members: [string, unknown][] = [];
  let depth = 0;
  let name: string | undefined;
  let from = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]+|\\.)*"|[{}[\],:]/g)) {
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") depth -= 1;
    const ends = depth === 0 || (depth === 1 && token === ",");
    if (ends && name !== undefined) {
      members.push([name, JSON.parse(text.slice(from, index))]);
      name = undefined;
    } else if (depth === 1 && name === undefined && token.startsWith('"')) name = JSON.parse(token) as string;
    else if (depth === 1 && token === ":") from = index + 1;
  }
  return members;
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

/** A number without an exponent. What is large enough to have one is no safe integer, so only small ones come here. */
function decimal(value: number): string {
  const text = String(value);
  const [, sign, whole, fraction = "", zeros] = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(text) ?? [];
  return zeros === undefined ? text : `${sign}0.${"0".repeat(Number(zeros) - 1)}${whole}${fraction}`;
}
