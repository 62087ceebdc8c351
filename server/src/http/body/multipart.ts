/**
 * Multipart reader: `multipart/form-data` (RFC 7578), in memory; no part becomes a file. Every byte is read a bounded
 * number of times, whatever is sent.
 */
import { isUtf8 } from "node:buffer";
import { DossierError } from "@dossier/api";
import { type Charset, charsetOf, utf8 } from "./charset.ts";
import type { Entry } from "./entry.ts";
import { charsetLabel, parametersIn } from "./header-value.ts";
import { readJsonValue } from "./json.ts";
import { maxEntries, maxFields, tooManyFields } from "./limits.ts";
import { type Head, readHead } from "./part.ts";
import { decodeTransfer } from "./transfer-encoding.ts";

const maxParts = maxFields + 1; // one may be the key
const maxHeadBytes = 16 * 1024;
const maxHeadsBytes = 256 * 1024; // enough for 200 names of maximum length
const maxBoundaryBytes = 250;
const maxLabelBytes = 64;
/** The field by which a form names its charset. */
const charsetField = "_charset_";
const hyphen = 0x2d;
const headEnd = "\r\n\r\n";

/** A part that names a field. */
interface Part {
  head: Head;
  content: Buffer;
}

/**
 * Reads the fields of a multipart body; skips parts without a name or a head. The charset of a part is the one that it
 * names, else that of the form: the field `_charset_` (RFC 7578), the parameter of the body's type, or UTF-8.
 */
export function readMultipart(body: Buffer, contentType: string): Entry[] {
  const parameters = parametersIn(contentType);
  const parts = fieldsIn(partsIn(body, boundaryOf(parameters)));
  const named = parts.find(isCharsetField);
  const label = named?.content.toString("latin1", 0, maxLabelBytes) ?? charsetLabel(parameters);
  const charset = charsetOf(label, true) ?? utf8;
  const entries: Entry[] = [];
  for (const part of parts) {
    if (!isCharsetField(part)) for (const entry of entriesOf(part, charset)) entries.push(entry);
    if (entries.length > maxEntries) throw tooManyFields(); // a list in JSON is many fields
  }
  return entries;
}

function isCharsetField({ head }: Part): boolean {
  return head.name.length === charsetField.length && head.name.toString("latin1") === charsetField;
}

/** The parts that name a field, with their heads read. */
function fieldsIn(parts: readonly Buffer[]): Part[] {
  let bytes = 0;
  return parts.flatMap((part) => {
    if (!endsItsLine(part)) throw malformed("a line begins with its boundary and goes on");
    const end = part.subarray(0, maxHeadBytes).indexOf(headEnd);
    if (end < 0 && part.length > maxHeadBytes)
      throw malformed(`the head of a part is over ${maxHeadBytes / 1024} KiB`);
    bytes += Math.max(0, end);
    if (bytes > maxHeadsBytes) throw malformed(`the heads of its parts are over ${maxHeadsBytes / 1024} KiB`);
    const head = end < 0 ? undefined : readHead(part.toString("latin1", 0, end));
    return head ? [{ head, content: part.subarray(end + headEnd.length) }] : [];
  });
}

function malformed(why: string): DossierError {
  return new DossierError("invalid_request", `The multipart body cannot be read: ${why}.`);
}

function boundaryOf(parameters: ReadonlyMap<string, string>): string {
  const boundary = parameters.get("boundary") ?? "";
  if (boundary === "" || Buffer.byteLength(boundary) > maxBoundaryBytes)
    throw new DossierError("invalid_request", "The multipart body has no boundary in its Content-Type.");
  return boundary;
}

/**
 * The parts between delimiters. Text before the first and after the last delimiter is ignored.
 *
 * @throws DossierError at the first part over the limit, and for a body that ends before its last delimiter
 */
function partsIn(body: Buffer, boundary: string): Buffer[] {
  const parts: Buffer[] = [];
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const opening = delimiter.subarray(2);
  let at = body.subarray(0, opening.length).equals(opening) ? 0 : body.indexOf(delimiter) + 2;
  if (at === 1) throw malformed("it ends early or is malformed");
  for (at += opening.length; !isLast(body, at); ) {
    if (parts.length === maxParts) throw tooManyFields();
    const end = body.indexOf(delimiter, at);
    if (end < 0) throw malformed("it ends early or is malformed");
    parts.push(body.subarray(at, end));
    at = end + delimiter.length;
  }
  return parts;
}

/** Whether the delimiter that ends here is the last one: two hyphens follow. */
function isLast(body: Buffer, at: number): boolean {
  return body[at] === hyphen && body[at + 1] === hyphen;
}

/** Whether only blanks follow the delimiter on its line. */
function endsItsLine(part: Buffer): boolean {
  const end = part.indexOf("\r\n");
  return /^[ \t]*$/.test(part.toString("latin1", 0, end < 0 ? part.length : end));
}

/** The field of a part; a list in JSON is several values. */
function entriesOf({ head, content }: Part, ofForm: Charset): Entry[] {
  const charset = head.charset === undefined ? ofForm : charsetOf(head.charset);
  const { text: written, fault: nameFault } = (isUtf8(head.name) ? utf8 : (charset ?? utf8)).decode(
    head.name,
  );
  const isList = written.endsWith("[]");
  const name = isList ? written.slice(0, -2) : written;
  const faulty = (fault: string) => [{ name, value: "", list: isList, fault }];
  if (head.isFile)
    return [{ name: written, value: "", list: false, fault: "is a file: send it as a plain field" }];
  if (!charset) return faulty("is in a charset that cannot be read: send it as UTF-8");
  const bytes = decodeTransfer(content, head.transferEncoding);
  if ("fault" in bytes) return faulty(bytes.fault);
  const { text, fault = nameFault } = charset.decode(bytes);
  if (head.isJson && fault === undefined) return readJsonValue(name, text, isList);
  return [{ name, value: text, list: isList, ...(fault === undefined ? {} : { fault }) }];
}
