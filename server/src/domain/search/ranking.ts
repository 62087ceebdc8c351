/**
 * Ranking of search results: each customer once with the best of its ranks, ordered by rank, then by id. A common word
 * finds ten thousand, and a page shows fifteen of them: so a customer is one number, id and rank packed together, in
 * typed arrays.
 */
import type { Rank } from "./query.ts";

export interface RankedCustomer {
  id: number;
  rank: Rank;
}

const ranks = [0, 1, 2] as const;
const stride = 4; // an id has at most 15 digits: four times that is still exact
const idOf = (packed: number) => Math.floor(packed / stride);
const rankOf = (packed: number) => (packed - stride * idOf(packed)) as Rank; // many times faster than a remainder

export class ResultRanking {
  /** by id, each customer once */
  #sorted = new Float64Array(0);
  #added: Float64Array[] = [];

  add(ids: readonly number[], rank: Rank): void {
    const packed = new Float64Array(ids.length);
    for (let at = 0; at < ids.length; at += 1) packed[at] = (ids[at] as number) * stride + rank;
    this.#added.push(packed);
  }

  get size(): number {
    return this.#merge().length;
  }

  /** The best of them, at most so many. */
  first(max: number): RankedResults {
    const all = this.#merge();
    const best = new Float64Array(Math.min(max, all.length));
    let count = 0;
    for (const rank of ranks)
      for (let at = 0; at < all.length && count < best.length; at += 1)
        if (rankOf(all[at] as number) === rank) best[count++] = all[at] as number;
    return new RankedResults(best);
  }

  #merge(): Float64Array {
    if (this.#added.length > 0) this.#sorted = mergeSorted([this.#sorted, ...this.#added]);
    this.#added = [];
    return this.#sorted;
  }
}

/** All of them by id, each id once, with the best of its ranks. */
function mergeSorted(parts: readonly Float64Array[]): Float64Array<ArrayBuffer> {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  if (!isAscending(all)) all.sort(); // those of one word come by id
  let count = 0;
  let last = -1;
  for (let at = 0; at < all.length; at += 1) {
    const packed = all[at] as number;
    if (idOf(packed) !== last) all[count++] = packed;
    last = idOf(packed);
  }
  return all.subarray(0, count);
}

function isAscending(packed: Float64Array): boolean {
  for (let at = 1; at < packed.length; at += 1)
    if ((packed[at] as number) <= (packed[at - 1] as number)) return false;
  return true;
}

export class RankedResults {
  readonly #packed: Float64Array;

  constructor(packed: Float64Array) {
    this.#packed = packed;
  }

  get length(): number {
    return this.#packed.length;
  }

  slice(from: number, to: number): RankedCustomer[] {
    const some = Array.from(this.#packed.subarray(from, to));
    return some.map((place) => ({ id: idOf(place), rank: rankOf(place) }));
  }

  /** How many rank before the successor of this one, which may no longer be among the results. */
  rankOffset({ id, rank }: RankedCustomer): number {
    const next = this.#packed.findIndex(
      (place) => rankOf(place) > rank || (rankOf(place) === rank && idOf(place) > id),
    );
    return next < 0 ? this.length : next;
  }
}
