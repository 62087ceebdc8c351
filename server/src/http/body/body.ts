/**
 * From a request's query and body to one flat list of names with their values, whatever the encoding. Limits count
 * before anything is understood; nothing is ever written to a file.
 */
import { isUtf8 } from "node:buffer";
import { DossierError, type Endpoint, readsBody, readsQuery, type Sent } from "@dossier/api";
import type { FastifyRequest } from "fastify";
import { readForm } from "./form.ts";
import { readJson } from "./json.ts";
import { readMultipart } from "./multipart.ts";

/** One name and one value as they stood in the request. */
export interface Entry {
  name: string;
  value: string;
  list: boolean;
  /** set when the value was not valid UTF-8 or was cut */
  fault?: string;
  /** set when the value is the text of an object, for the few fields that take one */
  object?: true;
}

const mostBytes = 1024 * 1024;
const mostSwallowed = 8 * mostBytes;
const mostNameBytes = 1024;
const mostFields = 200;
const mostValueBytes = 64 * 1024;

/** Everything the request sent as fields. */
export async function readSent(row: Endpoint, request: FastifyRequest): Promise<Sent[]> {
  const entries: Entry[] = [];
  if (readsQuery(row)) entries.push(...readForm(queryOf(request)));
  if (readsBody(row)) entries.push(...(await readEntries(request)));
  return gather(entries.filter((entry) => entry.name.toLowerCase() !== "apikey"));
}

/** The query string as it was sent, without the question mark. */
export function queryOf(request: FastifyRequest): string {
  const url = request.raw.url ?? "";
  const mark = url.indexOf("?");
  return mark < 0 ? "" : url.slice(mark + 1);
}

async function readEntries(request: FastifyRequest): Promise<Entry[]> {
  const body = await readBytes(request);
  if (body.length === 0) return [];
  const header = contentTypeOf(request.raw.rawHeaders);
  const { "content-encoding": coding = "identity" } = request.headers;
  const [media = "", ...parameters] = header.split(";").map((part) => part.trim());
  const charset =
    parameters
      .find((part) => /^charset=/i.test(part))
      ?.slice(8)
      .replace(/"/g, "") ?? "utf-8";
  if (coding !== "" && coding.toLowerCase() !== "identity")
    throw unsupported("Compressed bodies are not read: send it as it is.");
  if (!/^utf-?8$/i.test(charset)) throw unsupported("Bodies are read as UTF-8 only.");
  const read = readers.get(media.toLowerCase());
  if (!read)
    throw unsupported("Send multipart/form-data, application/x-www-form-urlencoded or application/json.");
  return read(body, header);
}

/** As it was sent: of the parsed headers the application took it. A second one does not count. */
function contentTypeOf(raw: readonly string[]): string {
  const wanted = "content-type";
  for (let at = 0; at < raw.length; at += 2)
    if (raw[at]?.length === wanted.length && raw[at]?.toLowerCase() === wanted) return raw[at + 1] ?? "";
  return "";
}

type Reader = (body: Buffer, contentType: string) => Entry[] | Promise<Entry[]>;

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["application/json", (body) => readJson(body.toString("utf8"), isUtf8(body))],
  ["application/x-www-form-urlencoded", (body) => readForm(body.toString("latin1"))],
  ["multipart/form-data", readMultipart],
]);

function unsupported(message: string): DossierError {
  return new DossierError("unsupported_media_type", message);
}

/**
 * Reads the body. One that is too large is swallowed to its end, within reason: whoever is answered while still
 * sending may find the connection reset and the answer lost.
 */
function readBytes({ raw, headers }: FastifyRequest): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const tooLarge = () => reject(new DossierError("too_large", "The body is over 1 MiB."));
    const chunks: Buffer[] = [];
    let size = 0;
    if (Number(headers["content-length"] ?? 0) > mostSwallowed) tooLarge();
    raw.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= mostBytes) chunks.push(chunk);
      else chunks.length = 0;
      if (size > mostSwallowed) tooLarge();
    });
    raw.on("end", () => (size > mostBytes ? tooLarge() : resolve(Buffer.concat(chunks))));
    raw.on("error", () => reject(new DossierError("invalid_request", "The body ended early.")));
  });
}

/** Puts the values of one name together, in the order sent. */
function gather(entries: readonly Entry[]): Sent[] {
  if (entries.length > mostFields)
    throw new DossierError("invalid_request", `The request has over ${mostFields} fields.`);
  const byName = new Map<string, Sent>();
  for (const entry of entries) {
    const { name, value, list } = entry;
    if (isOver(name, mostNameBytes))
      throw new DossierError("invalid_request", "The request has a field whose name is over 1 KiB.");
    const over = isOver(value, mostValueBytes) ? "is over 64 KiB" : undefined;
    const one: Sent = byName.get(name) ?? { name, values: [], list: false };
    one.values.push(value);
    one.list ||= list;
    addFault(one, over ?? entry.fault, over === undefined && entry.object === true);
    byName.set(name, one);
  }
  return [...byName.values()];
}

/** Adds a fault of one of the values; that it is an object is none for some fields, and any other fault goes before. */
function addFault(one: Sent, fault: string | undefined, object: boolean): void {
  if (fault === undefined || (one.fault !== undefined && (object || !one.object))) return;
  one.fault = fault;
  if (object) one.object = true;
  else delete one.object;
}

function isOver(text: string, bytes: number): boolean {
  return text.length > bytes / 4 && Buffer.byteLength(text) > bytes;
}
