/** Lists as one sequence: page after page by cursor, each asked for only when the one before has been used up. */
import type { Page } from "../page.ts";

/** The most a page of any list can be asked for. */
const pageLimit = 99;

/** Every item of a list, of at most so many. */
export async function* readAll<T>(
  read: (input: Record<string, unknown>) => Promise<Page<T>>,
  input: Record<string, unknown>,
  { limit = Infinity, signal }: { limit?: number | undefined; signal?: AbortSignal | undefined },
): AsyncGenerator<T, void, undefined> {
  if (!(limit >= 0)) throw new RangeError("limit must be 0 or more");
  const { itemStart, cursor, itemLimit = pageLimit, ...same } = input;
  let place: Record<string, unknown> = { itemStart, cursor };
  let left = limit;
  while (left > 0) {
    const page = await read({ ...same, ...place, itemLimit: Math.min(itemLimit as number, Math.ceil(left)) });
    for (const item of page.items) {
      signal?.throwIfAborted();
      yield item;
      left -= 1;
      if (left <= 0) return;
    }
    if (page.nextCursor === null) return;
    place = { cursor: page.nextCursor };
  }
}
