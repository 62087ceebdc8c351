/**
 * Sample: every customer of the old server, or pages spread evenly over its list, each with its brand. The original
 * returns a customer's brand by name only; a search within each brand finds the number that belongs to a name.
 */
import { channelsOf, textOf } from "./channel.ts";
import type { Reader, JsonObject } from "./reader.ts";
import { primaryIdOf } from "./thing.ts";

/** A brand of the old server, and its counterpart on the new one. */
export interface BrandPair {
  old: number;
  now: number;
  /** the new brand's name */
  name: string;
}

/** Customers of the old server. */
export interface Sample {
  customers: JsonObject[];
  /** the length of its list, if it returns one */
  total: number | undefined;
  /** the sample is the whole list */
  isComplete: boolean;
}

const pageSize = 20;
/** With fewer pages a sample does not represent the list. */
const minPages = 10;
const maxProbes = 3;

/** All customers up to a limit, or pages spread evenly. */
export async function sample(old: Reader, limit: number): Promise<Sample> {
  const customers = new Map<string, JsonObject>();
  const read = async (itemStart: number, itemLimit: number) => {
    const page = await old.list({ itemStart, itemLimit });
    for (const one of page.items) customers.set(textOf(one.id), one);
    return page;
  };
  const size = Math.max(1, Math.min(pageSize, Math.ceil(limit / minPages)));
  const { items, total } = await read(0, size);
  if (total !== undefined && total > limit) {
    customers.clear();
    for (const { start, length } of spreadPages(total, limit, size)) await read(start, length);
    return { customers: [...customers.values()].slice(0, limit), total, isComplete: false };
  }
  let start = items.length;
  for (let isMore = start > 0; isMore && customers.size < limit && start < (total ?? Infinity); ) {
    const page = await read(start, pageSize);
    start += page.items.length;
    isMore = page.items.length > 0;
  }
  const isComplete = total === undefined ? customers.size < limit : customers.size >= total;
  return { customers: [...customers.values()].slice(0, limit), total, isComplete };
}

/** The pages for this many customers, from the first page of the list to near its end. */
export function spreadPages(total: number, count: number, size: number): { start: number; length: number }[] {
  const pages = Math.ceil(count / size);
  return Array.from({ length: pages }, (_, at) => ({
    start: Math.floor((at * total) / pages),
    length: Math.floor(((at + 1) * count) / pages) - Math.floor((at * count) / pages),
  }));
}

/** Assigns each customer its brand pair; undefined for brands outside the comparison. */
export async function findBrands(
  old: Reader,
  pairs: readonly BrandPair[],
  customers: readonly JsonObject[],
): Promise<(one: JsonObject) => BrandPair | undefined> {
  const byNumber = (one: JsonObject) => pairs.find((pair) => textOf(one.brand_id) === String(pair.old));
  const unnumbered = customers.filter((one) => textOf(one.brand_id) === "");
  const groups = new Map<string, JsonObject[]>();
  for (const one of unnumbered) {
    const name = textOf(one.brand_name);
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  const byName = new Map<string, BrandPair>();
  for (const pair of pairs) if (groups.has(pair.name)) byName.set(pair.name, pair);
  const largest = [...groups].toSorted(([, one], [, other]) => other.length - one.length);
  for (const [name, members] of largest) {
    if (byName.has(name)) continue;
    const remaining = pairs.filter((pair) => ![...byName.values()].includes(pair)); // a number has one name
    const found = await findBrandOf(old, remaining, members);
    if (found) byName.set(name, found);
  }
  return (one) => (textOf(one.brand_id) === "" ? byName.get(textOf(one.brand_name)) : byNumber(one));
}

/** The brand in which a search finds one of these customers. */
async function findBrandOf(
  old: Reader,
  pairs: readonly BrandPair[],
  members: readonly JsonObject[],
): Promise<BrandPair | undefined> {
  const known = members.filter((one) => primaryIdOf(one) !== "" || channelsOf(one, []).length > 0);
  for (const one of known.slice(0, maxProbes))
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
