/**
 * Pages: where one begins, and the cursor to the next. A cursor holds positions and ids, never contents, and is signed
 * together with the list and the filters it belongs to, so that it cannot be used anywhere else.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { defaultLimit, invalid, type Page } from "@dossier/api";
import type { Ask } from "./context.ts";

/** The paging fields of a list's input, and whatever it filters by. */
export interface PageInput {
  itemStart?: number | undefined;
  itemLimit?: number | undefined;
  cursor?: string | undefined;
}

/** Where a page begins: after the keys of the last item seen, or that many items in. */
export interface Place {
  list: string;
  start: number;
  limit: number;
  after: number[] | undefined;
  filters: Buffer;
}

/** Reads where a page begins. */
export function placeOf(ask: Ask, list: string, input: PageInput): Place {
  const { itemStart, itemLimit = defaultLimit, cursor, ...filters } = input;
  const seal = sign(ask, `${list} ${JSON.stringify(filters, Object.keys(filters).sort())}`);
  const place: Place = { list, start: itemStart ?? 0, limit: itemLimit, after: undefined, filters: seal };
  if (cursor === undefined) return place;
  if (itemStart !== undefined)
    throw invalid([{ field: "itemStart", message: "cannot be sent together with cursor" }]);
  const [start, ...after] = openCursor(ask, cursor, place);
  return { ...place, start: start ?? 0, after };
}

/** The envelope of a page. Fetch one item more than `place.limit`: that one says whether there is a next page. */
export function pageOf<Row, Item>(
  ask: Ask,
  place: Place,
  rows: readonly Row[],
  total: { count: number; capped?: boolean },
  keysOf: (row: Row) => number[],
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
    nextCursor: more ? makeCursor(ask, place, [place.start + shown.length, ...keysOf(last)]) : null,
  };
}

function makeCursor(ask: Ask, place: Place, keys: number[]): string {
  const body = Buffer.from(JSON.stringify(keys));
  return Buffer.concat([cursorSeal(ask, place, body), body]).toString("base64url");
}

function openCursor(ask: Ask, cursor: string, place: Place): number[] {
  const bytes = Buffer.from(cursor, "base64url");
  const body = bytes.subarray(12);
  const seal = bytes.subarray(0, 12);
  if (body.length === 0 || !timingSafeEqual(seal, cursorSeal(ask, place, body)))
    throw invalid([{ field: "cursor", message: "does not belong to this list with these parameters" }]);
  return JSON.parse(body.toString()) as number[];
}

function cursorSeal(ask: Ask, place: Place, body: Buffer): Buffer {
  return sign(ask, Buffer.concat([place.filters, body])).subarray(0, 12);
}

function sign(ask: Ask, content: string | Buffer): Buffer {
  return createHmac("sha256", ask.secret).update(content).digest();
}
