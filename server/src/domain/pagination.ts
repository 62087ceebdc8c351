/**
 * Keyset pagination: where a page begins, and the cursor to the next. A cursor contains positions and ids, never
 * content, and is signed together with its list and filters, so that it is valid nowhere else.
 */
import { defaultLimit, invalid, type RawPage as Page } from "@dossier/api";
import type { BatchSpec } from "./batcher.ts";
import type { RequestContext } from "./context.ts";
import { isSigned, open, seal, sign, signatureLength } from "./encryption.ts";

/** The paging fields of a list's input, and its filters. */
export interface PageInput {
  itemStart?: number | undefined;
  itemLimit?: number | undefined;
  cursor?: string | undefined;
}

/** Where a page begins: after the keys of the last item seen, or after that many items. */
export interface PagePosition {
  list: string;
  start: number;
  limit: number;
  after: number[] | undefined;
  /** the sealed text among the keys, of a list in the order of one */
  sealed?: string | undefined;
  /** the cursor of the call */
  cursor?: string | undefined;
  /** what a cursor belongs to, and is signed with */
  filters: string;
}

export function parsePage(ctx: RequestContext, list: string, input: PageInput): PagePosition {
  const { itemStart, itemLimit = defaultLimit, cursor, ...filters } = input;
  const listKey = `${list} ${JSON.stringify(filters, Object.keys(filters).sort())}`;
  const place: PagePosition = {
    list,
    start: itemStart ?? 0,
    limit: itemLimit,
    after: undefined,
    filters: listKey,
  };
  if (cursor === undefined) return place;
  if (itemStart !== undefined)
    throw invalid([{ field: "itemStart", message: "cannot be sent together with cursor" }]);
  const keys = decodeCursor(ctx, cursor, place);
  const [start, ...after] = keys.filter((key) => typeof key === "number");
  return { ...place, cursor, start: start ?? 0, after, sealed: keys.find((key) => typeof key === "string") };
}

/** A count that ends at 10,001. */
export function capCount(n: number): { count: number; capped: boolean } {
  return { count: Math.min(n, maxCounted), capped: n > maxCounted };
}

const maxCounted = 10_000;

/** The envelope of a page. Fetch one item more than `place.limit`: it shows whether there is a next page. */
export function toPage<Row, Item>(
  ctx: RequestContext,
  place: PagePosition,
  rows: readonly Row[],
  total: { count: number; capped?: boolean },
  keysOf: (row: Row) => PageKey[],
  show: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, place.limit);
  const last = shown.at(-1);
  const more = rows.length > place.limit && last !== undefined;
  return {
    type: "list",
    itemStart: place.start,
    itemTotal: total.count,
    ...(total.capped ? { itemTotalCapped: true as const } : {}),
    itemLimit: place.limit,
    items: shown.map(show),
    nextCursor: more ? encodeCursor(ctx, place, [place.start + shown.length, ...keysOf(last)]) : null,
  };
}

const cursorPurpose = "cursor";

/** A key of an item: a number, or a text that was sealed. */
export type PageKey = number | string;

/** Seals a text that a cursor must contain. */
export function sealKey({ secret }: RequestContext, text: string): string {
  return seal(secret, cursorPurpose, text).toString("base64url");
}

/** Opens the sealed text of a cursor. */
export function openKey({ secret }: RequestContext, sealed: string): string {
  return open(secret, cursorPurpose, Buffer.from(sealed, "base64url"));
}

export function encodeCursor(ctx: RequestContext, place: PagePosition, keys: PageKey[]): string {
  const body = JSON.stringify(keys);
  const signature = sign(ctx.secret, cursorPurpose, signedText(place, body));
  return Buffer.concat([signature, Buffer.from(body)]).toString("base64url");
}

function decodeCursor(ctx: RequestContext, cursor: string, place: PagePosition): PageKey[] {
  const bytes = Buffer.from(cursor, "base64url");
  const signature = bytes.subarray(0, signatureLength);
  const body = bytes.toString("latin1", signatureLength);
  if (!isSigned(ctx.secret, cursorPurpose, signedText(place, body), signature))
    throw invalid([{ field: "cursor", message: "does not belong to this list with these parameters" }]);
  return JSON.parse(body) as PageKey[];
}

/** One text for each list, filters and keys: `filters` is JSON, which escapes line breaks. */
const signedText = ({ filters }: PagePosition, body: string) => `${filters}\n${body}`;

/** A response whose last list continues: the rest is read in chunks, while what comes before is sent. */
export interface Streamed<Item> {
  rest?: AsyncIterable<Item[]>;
}

const maxChunkItems = 200;
/** How many bytes of text are read, shaped and serialised at a time. */
export const maxChunkBytes = 256 * 1024;

/** Splits a list into chunks, each a few milliseconds of work: 200 items or 256 KiB, whichever comes first. */
export function chunkBySize<T>(
  all: readonly T[],
  bytesOf: (one: T) => number = () => 0,
  max = { items: maxChunkItems, bytes: maxChunkBytes },
): T[][] {
  const chunks: T[][] = [];
  let bytes = 0;
  for (const one of all) {
    const size = bytesOf(one);
    const chunk = chunks.at(-1);
    if (!chunk || chunk.length === max.items || bytes + size > max.bytes) {
      chunks.push([one]);
      bytes = size;
    } else {
      chunk.push(one);
      bytes += size;
    }
  }
  return chunks;
}

// Semaphore of two for the chunks of all responses, first in, first out. Not for whole responses: a slot is free while
// a slow connection takes what it was given.
const chunkReads: BatchSpec<() => Promise<unknown[]>, unknown[]> = {
  name: "page.chunk",
  maxSize: 1,
  concurrency: 2,
  run: (_db, all) => Promise.all(all.map((read) => read())),
};

/** Reads chunks one after the other, each when the previous one has been taken. */
export async function* readChunks<Chunk, Item>(
  { db, batcher }: RequestContext,
  chunks: readonly Chunk[],
  read: (chunk: Chunk) => Promise<Item[]>,
): AsyncGenerator<Item[]> {
  for (const chunk of chunks) yield (await batcher.run(db, chunkReads, "", () => read(chunk))) as Item[];
}
