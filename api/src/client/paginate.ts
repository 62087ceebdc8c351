/**
 * Cursor pagination: a list as one async sequence, of pages or of items. Invariant: a page is requested only when the
 * previous one is used up, so a caller that stops early costs no further requests. A feed of changes ends where its cursor
 * stays: it has no last page.
 */
import type { RawPage } from "../envelope.ts";

/** The largest page that every list accepts. */
const maxPageSize = 99;

type Input = Record<string, unknown>;

/** Yields the pages of a list, with as many items as the limit in all. */
export async function* pages<T>(
  read: (input: Input) => Promise<RawPage<T>>,
  input: Input,
  limit = Infinity,
): AsyncGenerator<RawPage<T>, void, undefined> {
  if (!(limit >= 0)) throw new RangeError("limit must be 0 or more");
  const { itemStart, cursor, itemLimit = maxPageSize, ...filters } = input;
  let position: Input = { itemStart, cursor };
  for (let remaining = limit; remaining > 0; ) {
    // a page size that is no number is left to the server to reject
    const size = Math.min(Number(itemLimit), Math.ceil(remaining)) || itemLimit;
    const page = await read({ ...filters, ...position, itemLimit: size });
    remaining -= page.items.length;
    yield page;
    if (page.nextCursor === null || page.nextCursor === position.cursor) return;
    position = { cursor: page.nextCursor };
  }
}

/** Yields the items of pages, each mapped, up to a limit. */
export async function* itemsOf<T, Item>(
  list: AsyncIterable<RawPage<T>>,
  toItem: (item: T) => Item,
  { limit = Infinity, signal }: { limit?: number | undefined; signal?: AbortSignal | undefined },
): AsyncGenerator<Item, void, undefined> {
  let remaining = limit;
  for await (const { items } of list)
    for (const item of items) {
      signal?.throwIfAborted();
      yield toItem(item);
      remaining -= 1;
      if (remaining <= 0) return;
    }
}
