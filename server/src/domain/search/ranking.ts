/**
 * Who a search found, each once with the best of his ranks, in the order in which they are shown: by rank, then by id.
 * A common word finds ten thousand, and a page shows fifteen of them: so a customer is one number here, id and rank
 * together, and numbers lie side by side in arrays that hold nothing else.
 */
import type { Rank } from "./query.ts";

/** Who was found, and how well. */
export interface Ranked {
  id: number;
  rank: Rank;
}

const ranks = [0, 1, 2] as const;
const stride = 4; // an id has at most 15 digits: four times that is still exact
const idOf = (place: number) => Math.floor(place / stride);
const rankOf = (place: number) => (place - stride * idOf(place)) as Rank; // many times faster than a remainder

export class Ranking {
  /** by id, everybody once */
  #known = new Float64Array(0);
  #fresh: Float64Array[] = [];

  add(ids: readonly number[], rank: Rank): void {
    const places = new Float64Array(ids.length);
    for (let at = 0; at < ids.length; at += 1) places[at] = (ids[at] as number) * stride + rank;
    this.#fresh.push(places);
  }

  get size(): number {
    return this.#settle().length;
  }

  /** The best of them, at most so many. */
  first(most: number): Found {
    const all = this.#settle();
    const best = new Float64Array(Math.min(most, all.length));
    let count = 0;
    for (const rank of ranks)
      for (let at = 0; at < all.length && count < best.length; at += 1)
        if (rankOf(all[at] as number) === rank) best[count++] = all[at] as number;
    return new Found(best);
  }

  #settle(): Float64Array {
    if (this.#fresh.length > 0) this.#known = sortedOnce([this.#known, ...this.#fresh]);
    this.#fresh = [];
    return this.#known;
  }
}

/** All of them by id, each id once, with the best of its ranks. */
function sortedOnce(parts: readonly Float64Array[]): Float64Array<ArrayBuffer> {
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
    const place = all[at] as number;
    if (idOf(place) !== last) all[count++] = place;
    last = idOf(place);
  }
  return all.subarray(0, count);
}

function isAscending(places: Float64Array): boolean {
  for (let at = 1; at < places.length; at += 1)
    if ((places[at] as number) <= (places[at - 1] as number)) return false;
  return true;
}

/** Customers in order. */
export class Found {
  readonly #places: Float64Array;

  constructor(places: Float64Array) {
    this.#places = places;
  }

  get length(): number {
    return this.#places.length;
  }

  slice(from: number, to: number): Ranked[] {
    const places = Array.from(this.#places.subarray(from, to));
    return places.map((place) => ({ id: idOf(place), rank: rankOf(place) }));
  }

  /** How many come before whoever follows this one, who may be found no longer. */
  upTo({ id, rank }: Ranked): number {
    const next = this.#places.findIndex(
      (place) => rankOf(place) > rank || (rankOf(place) === rank && idOf(place) > id),
    );
    return next < 0 ? this.length : next;
  }
}
