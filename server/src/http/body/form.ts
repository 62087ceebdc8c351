/**
 * Form reader: `application/x-www-form-urlencoded`, for bodies and query strings. It works on bytes, so that invalid
 * UTF-8 is detected.
 */
import { type Charset, charsetOf, utf8 } from "./charset.ts";
import type { Entry } from "./entry.ts";
import { maxNameBytes, maxEntries, maxValueBytes, tooManyFields } from "./limits.ts";

const ampersand = 0x26;
const percent = 0x25;
const plus = 0x2b;
const blank = 0x20;

/** How a form is read, other than a query string. */
interface FormOptions {
  limit?: number;
  maxBytes?: number;
  charset?: Charset;
}

/**
 * Reads a form, given as one character per byte. A `%` that begins no escape is literal.
 *
 * @throws DossierError at the first field over the limit
 */
export function readForm(
  form: string,
  { limit = maxEntries, maxBytes = maxValueBytes, charset = utf8 }: FormOptions = {},
): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < form.length; at += 1) {
    if (form.charCodeAt(at) === ampersand) continue;
    if (entries.length === limit) throw tooManyFields();
    const next = form.indexOf("&", at);
    const end = next < 0 ? form.length : next;
    entries.push(entryOf(form.slice(at, end), charset, maxBytes));
    at = end;
  }
  return entries;
}

/** The form of a body in a charset; without a label, a field `_charset_` may name it, as in the forms of browsers. */
export function readFormBody(body: Buffer, charset: Charset, isLabelled: boolean, maxBytes: number): Entry[] {
  const bytes = charset.isAsciiBased ? body : Buffer.from(charset.decode(body).text);
  const form = bytes.toString("latin1");
  const [, named] = /(?:^|&)_charset_=([\w.:-]{1,64})(?=&|$)/.exec(form) ?? [];
  const own = isLabelled || named === undefined ? charset : (charsetOf(named, true) ?? charset);
  const entries = readForm(form, { charset: own.isAsciiBased ? own : utf8, maxBytes });
  return named === undefined ? entries : entries.filter(({ name }) => name !== "_charset_");
}

function entryOf(part: string, charset: Charset, maxBytes: number): Entry {
  const equals = part.indexOf("=");
  const name = decode(equals < 0 ? part : part.slice(0, equals), charset, maxNameBytes);
  const value = decode(equals < 0 ? "" : part.slice(equals + 1), charset, maxBytes);
  const list = name.text.endsWith("[]");
  const entry: Entry = { name: list ? name.text.slice(0, -2) : name.text, value: value.text, list };
  const fault = name.fault ?? value.fault;
  if (fault !== undefined) entry.fault = fault;
  return entry;
}

/** Decodes a part; of a text over the limit, only enough to show that it is. */
function decode(part: string, charset: Charset, maxBytes: number): { text: string; fault?: string } {
  if (!/[%+\x1b\x80-\xff]/.test(part)) return { text: part };
  return charset.decode(unescape(part.slice(0, 3 * (maxBytes + 1))));
}

function unescape(part: string): Buffer {
  const bytes = Buffer.allocUnsafe(part.length);
  let count = 0;
  for (let at = 0; at < part.length; at += 1) {
    const code = part.charCodeAt(at);
    const byte = code === percent ? byteAt(part, at + 1) : -1;
    if (byte >= 0) at += 2;
    bytes[count++] = byte >= 0 ? byte : code === plus ? blank : code;
  }
  return bytes.subarray(0, count);
}

/** The byte of two hexadecimal digits, or -1. */
function byteAt(part: string, at: number): number {
  const [high, low] = [digitOf(part.charCodeAt(at)), digitOf(part.charCodeAt(at + 1))];
  return high < 0 || low < 0 ? -1 : 16 * high + low;
}

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
