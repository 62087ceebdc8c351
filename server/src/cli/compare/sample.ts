/**
 * Whom to compare: every customer of the old server, or so many from places spread evenly over its list, and of which
 * brand each is. The original tells a customer's brand by name alone, so which number a name has is asked for by a
 * search within each brand.
 */
import { channelsOf, textOf } from "./channel.ts";
import type { Reader, Thing } from "./reader.ts";
import { primaryIdOf } from "./thing.ts";

/** A brand there, and what it became here. */
export interface Pair {
  old: number;
  now: number;
  /** the new brand's name */
  name: string;
}

/** Customers of the old server. */
export interface Sample {
  people: Thing[];
  /** how many there are in its list, where it tells */
  total: number | undefined;
  /** they are all that there are */
  isWhole: boolean;
}

const pageSize = 20;
/** In fewer places than this a sample says little of the list. */
const fewestPlaces = 10;
const mostProbes = 3;

/** Every customer up to a bound, or pages of them spread evenly. */
export async function sample(old: Reader, atMost: number): Promise<Sample> {
  const people = new Map<string, Thing>();
  const read = async (itemStart: number, itemLimit: number) => {
    const page = await old.list({ itemStart, itemLimit });
    for (const one of page.items) people.set(textOf(one.id), one);
    return page;
  };
  const size = Math.max(1, Math.min(pageSize, Math.ceil(atMost / fewestPlaces)));
  const { items, total } = await read(0, size);
  if (total !== undefined && total > atMost) {
    people.clear();
    for (const { start, length } of placesIn(total, atMost, size)) await read(start, length);
    return { people: [...people.values()].slice(0, atMost), total, isWhole: false };
  }
  let start = items.length;
  for (let isMore = start > 0; isMore && people.size < atMost && start < (total ?? Infinity); ) {
    const page = await read(start, pageSize);
    start += page.items.length;
    isMore = page.items.length > 0;
  }
  const isWhole = total === undefined ? people.size < atMost : people.size >= total;
  return { people: [...people.values()].slice(0, atMost), total, isWhole };
}

/** Pages that together have so many, the first at the beginning and the last near the end. */
export function placesIn(total: number, count: number, size: number): { start: number; length: number }[] {
  const pages = Math.ceil(count / size);
  return Array.from({ length: pages }, (_, at) => ({
    start: Math.floor((at * total) / pages),
    length: Math.floor(((at + 1) * count) / pages) - Math.floor((at * count) / pages),
  }));
}

/** Says of each customer which pair of brands it is of, or that it is of none. */
export async function findBrands(
  old: Reader,
  pairs: readonly Pair[],
  people: readonly Thing[],
): Promise<(one: Thing) => Pair | undefined> {
  const byNumber = (one: Thing) => pairs.find((pair) => textOf(one.brand_id) === String(pair.old));
  const unnumbered = people.filter((one) => textOf(one.brand_id) === "");
  const groups = new Map<string, Thing[]>();
  for (const one of unnumbered) {
    const name = textOf(one.brand_name);
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  const byName = new Map<string, Pair>();
  for (const pair of pairs) if (groups.has(pair.name)) byName.set(pair.name, pair);
  const largest = [...groups].toSorted(([, one], [, other]) => other.length - one.length);
  for (const [name, members] of largest) {
    if (byName.has(name)) continue;
    const left = pairs.filter((pair) => ![...byName.values()].includes(pair)); // a number has one name
    const found = await probe(old, left, members);
    if (found) byName.set(name, found);
  }
  return (one) => (textOf(one.brand_id) === "" ? byName.get(textOf(one.brand_name)) : byNumber(one));
}

/** The brand within which a search finds one of these customers. */
async function probe(
  old: Reader,
  pairs: readonly Pair[],
  members: readonly Thing[],
): Promise<Pair | undefined> {
  const known = members.filter((one) => primaryIdOf(one) !== "" || channelsOf(one, []).length > 0);
  for (const one of known.slice(0, mostProbes))
    for (const pair of pairs) {
      const [channel] = channelsOf(one, []);
      const id = primaryIdOf(one);
      const found = id
        ? await old.byPrimaryId(id, pair.old)
        : await old.byAddress(channel?.address ?? "", pair.old);
      if (found.some((other) => textOf(other.id) === textOf(one.id))) return pair;
    }
  return undefined;
}
