/**
 * Who a search found, each once with the best of his ranks, in the order in which they are shown: by rank, then by id.
 * A common word finds ten thousand, and a page shows fifteen of them: so a customer is one number here, id and rank
 * together, and numbers are sorted ten times faster than objects.
 */
import type { Rank } from "./search-query.ts";

/** Who was found, and how well. */
export interface Ranked {
  id: number;
  rank: Rank;
}

const ranks = [0, 1, 2] as const;
const stride = 4; // an id has at most 15 digits: four times that is still exact
const idOf = (place: number) => Math.floor(place / stride);
const rankOf = (place: number) => (place % stride) as Rank;

export class Ranking {
  /** by id, everybody once */
  #known = new Float64Array(0);
  #fresh: number[] = [];

  add(ids: readonly number[], rank: Rank): void {
    for (const id of ids) this.#fresh.push(id * stride + rank);
  }

  get size(): number {
    return this.#settle().length;
  }

  /** The best of them, at most so many. */
  first(most: number): Found {
    const all = this.#settle();
    return new Found(
      ranks.flatMap((rank) => Array.from(all.filter((place) => rankOf(place) === rank))).slice(0, most),
    );
  }

  #settle(): Float64Array {
    if (this.#fresh.length === 0) return this.#known;
    const all = Float64Array.from([...this.#known, ...this.#fresh]).sort();
    this.#known = all.filter((place, at) => at === 0 || idOf(place) !== idOf(all[at - 1] as number));
    this.#fresh = [];
    return this.#known;
  }
}

/** Customers in order. */
export class Found {
  readonly #places: readonly number[];

  constructor(places: readonly number[]) {
    this.#places = places;
  }

  get length(): number {
    return this.#places.length;
  }

  slice(from: number, to: number): Ranked[] {
    return this.#places.slice(from, to).map((place) => ({ id: idOf(place), rank: rankOf(place) }));
  }

  /** How many come before whoever follows this one, who may be found no longer. */
  upTo({ id, rank }: Ranked): number {
    const next = this.#places.findIndex(
      (place) => rankOf(place) > rank || (rankOf(place) === rank && idOf(place) > id),
    );
    return next < 0 ? this.length : next;
  }
}
