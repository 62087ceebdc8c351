/**
 * Body reader: turns the query and the body of any encoding into one flat list of names with values. Invariants: limits
 * apply before anything is parsed, and nothing is written to a file.
 */
import { isUtf8 } from "node:buffer";
import { DossierError, type Endpoint, readsBody, type RawField } from "@dossier/api";
import type { FastifyRequest } from "fastify";
import { type Charset, charsetOf, isUnknown, utf8 } from "./charset.ts";
import { readForm, readFormBody } from "./form.ts";
import { charsetLabel, mainValue, parametersIn } from "./header-value.ts";
import { readJson } from "./json.ts";
import { maxBodyBytes, maxFields, maxNameBytes, maxValueBytes, tooManyFields } from "./limits.ts";
import { readMultipart } from "./multipart.ts";
import { withoutQuotes } from "./quoted-form.ts";
import type { Entry } from "./entry.ts";

const maxDrainedBytes = 8 * maxBodyBytes;

/** Reads every field of a request; those of a query that the endpoint does not read are there by their names. */
export async function readFields(row: Endpoint, request: FastifyRequest): Promise<RawField[]> {
  const maxBytes = row.intake ? maxBodyBytes : maxValueBytes;
  const query = withoutKey(readForm(queryOf(request)));
  const body = readsBody(row) ? withoutKey(await readEntries(row, request, maxBytes)) : [];
  if (query.length + body.length > maxFields) throw tooManyFields();
  return [
    ...groupByName(query, maxBytes).map((field) => ({ ...field, place: "query" as const })),
    ...groupByName(body, maxBytes),
  ];
}

function withoutKey(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ name }) => name.toLowerCase() !== "apikey");
}

/** The query string as sent, without the question mark. */
export function queryOf(request: FastifyRequest): string {
  const url = request.raw.url ?? "";
  const mark = url.indexOf("?");
  return mark < 0 ? "" : url.slice(mark + 1);
}

async function readEntries(row: Endpoint, request: FastifyRequest, maxBytes: number): Promise<Entry[]> {
  const body = await readBytes(request);
  if (body.length === 0) return [];
  const contentType = contentTypeOf(request.raw.rawHeaders);
  const { "content-encoding": coding = "identity" } = request.headers;
  const media = mainValue(contentType);
  const label = charsetLabel(parametersIn(contentType));
  const charset = charsetOf(label, true);
  if (coding !== "" && coding.toLowerCase() !== "identity")
    throw unsupported("Compressed bodies are not read: send it as it is.");
  const isReadable = charset && (!isUnknown(charset) || media === multipart || isUtf8(body));
  if (!isReadable) throw unsupported("This charset is not known here: send the body as UTF-8.");
  const read = readers.get(media);
  if (!read)
    throw unsupported("Send multipart/form-data, application/x-www-form-urlencoded or application/json.");
  // Labelled UTF-16, but written in ASCII: neither a form nor JSON is without bytes of zero in UTF-16.
  const own = charset.isAsciiBased || body.includes(0) ? charset : utf8;
  const entries = read({ body, contentType, charset: own, isLabelled: label !== undefined, maxBytes });
  return row.quotedForms && media !== "application/json" ? withoutQuotes(entries) : entries;
}

/** The content type as sent: the application replaced it in the parsed headers. A second one is ignored. */
function contentTypeOf(raw: readonly string[]): string {
  const wanted = "content-type";
  for (let at = 0; at < raw.length; at += 2)
    if (raw[at]?.length === wanted.length && raw[at]?.toLowerCase() === wanted) return raw[at + 1] ?? "";
  return "";
}

const multipart = "multipart/form-data";

interface Sent {
  body: Buffer;
  contentType: string;
  charset: Charset;
  isLabelled: boolean;
  maxBytes: number;
}

const readers: ReadonlyMap<string, (sent: Sent) => Entry[]> = new Map<string, (sent: Sent) => Entry[]>([
  [
    "application/json",
    ({ body, charset }) => {
      const { text, fault } = charset.decode(body);
      return readJson(text, fault);
    },
  ],
  [
    "application/x-www-form-urlencoded",
    ({ body, charset, isLabelled, maxBytes }) => readFormBody(body, charset, isLabelled, maxBytes),
  ],
  [multipart, ({ body, contentType }) => readMultipart(body, contentType)],
]);

function unsupported(message: string): DossierError {
  return new DossierError("unsupported_media_type", message);
}

/**
 * Reads the body. A body over the limit is drained to its end, up to a bound: a client that gets a response while still
 * sending may see a connection reset instead. The client may have left already, before anything listened.
 */
function readBytes({ raw, headers }: FastifyRequest): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const endedEarly = () => reject(new DossierError("invalid_request", "The body ended early."));
    if (raw.destroyed) endedEarly();
    const tooLarge = () => reject(new DossierError("too_large", "The body is over 1 MiB."));
    const chunks: Buffer[] = [];
    let size = 0;
    if (Number(headers["content-length"] ?? 0) > maxDrainedBytes) tooLarge();
    raw.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBodyBytes) chunks.push(chunk);
      else chunks.length = 0;
      if (size > maxDrainedBytes) tooLarge();
    });
    raw.on("end", () => (size > maxBodyBytes ? tooLarge() : resolve(Buffer.concat(chunks))));
    raw.on("error", endedEarly);
    raw.on("close", () => void (raw.readableEnded || endedEarly()));
  });
}

/** Groups the values of each name, in the order sent. */
function groupByName(entries: readonly Entry[], maxBytes: number): RawField[] {
  const byName = new Map<string, RawField>();
  for (const entry of entries) {
    const { name, value, list } = entry;
    if (isLongerThan(name, maxNameBytes))
      throw new DossierError("invalid_request", "The request has a field whose name is over 1 KiB.");
    const over = isLongerThan(value, maxBytes) ? `is over ${maxBytes / 1024} KiB` : undefined;
    const field: RawField = byName.get(name) ?? { name, values: [], list: false };
    field.values.push(value);
    field.list ||= list;
    addFault(field, over ?? entry.fault, over === undefined && entry.object === true);
    byName.set(name, field);
  }
  return [...byName.values()];
}

/** Keeps the first fault; "is an object" is weakest, because some fields accept objects. */
function addFault(field: RawField, fault: string | undefined, object: boolean): void {
  if (fault === undefined || (field.fault !== undefined && (object || !field.object))) return;
  field.fault = fault;
  if (object) field.object = true;
  else delete field.object;
}

function isLongerThan(text: string, bytes: number): boolean {
  return text.length > bytes / 4 && Buffer.byteLength(text) > bytes;
}
