/**
 * Comparison run: reads every customer of a sample from the old and the new server, through each endpoint of the
 * Customer controller. Invariants: it writes to neither server, and sends at most four concurrent requests to each.
 */
import { textOf } from "./channel.ts";
import type { FieldDifference } from "./difference.ts";
import { compareOne } from "./customer.ts";
import type { JsonObject } from "./reader.ts";
import { findBrands, type BrandPair, sample, type Sample } from "./sample.ts";
import { customOf, textsOf, primaryIdOf } from "./thing.ts";
import { CommandFailure } from "../exit.ts";
import type { Read, Difference, Omitted, Outcome, Comparison } from "./report.ts";

const concurrency = 4;

/** Compares the sample and counts the results. */
export async function compare(comparison: Comparison): Promise<Outcome> {
  const { old, brands, limit, types, progress } = comparison;
  const omitted = { otherBrand: 0, duplicatePrimaryId: 0, unidentifiable: 0, refused: 0 };
  const outcome: Outcome = { customers: 0, omitted, reads: new Map() };
  const sampled = await sample(old, limit);
  const { customers } = sampled;
  const brandOf = await findBrands(old, brands, customers);
  const ours = customers.filter((one) => brandOf(one) !== undefined);
  omitted.otherBrand = customers.length - ours.length;
  if (customers.length > 0 && ours.length === 0)
    throw new CommandFailure(
      "failed",
      `None of ${customers.length} customers of the old server is of brand ${brands.map((pair) => pair.old).join(" or ")}. --brand says which brand there became which here.`,
    );
  const context = {
    types,
    oldHasCustomFields: customers.some((one) => "version" in one || customOf(one).size > 0),
    oldTexts: textsOf(customers),
  };
  await compareTotals(comparison, outcome, sampled, ours);
  const reportInOrder = inSampleOrder(comparison.report);
  let done = 0;
  await forEachConcurrent(ours, async (one, at) => {
    const brand = brandOf(one);
    const differences: Difference[] = [];
    if (brand)
      await compareOne(comparison, { old: one, brand, context, ...recorderFor(outcome, differences) });
    reportInOrder(at, differences);
    progress((done += 1), ours.length);
  });
  outcome.customers = ours.length - omitted.unidentifiable;
  return outcome;
}

function recorderFor(outcome: Outcome, differences: Difference[]) {
  return {
    record(read: Read, customer: string, unlike: readonly FieldDifference[]): void {
      count(outcome, read, unlike.length > 0);
      for (const one of unlike) differences.push({ read, customer, ...one });
    },
    omit(why: keyof Omitted, times = 1): void {
      outcome.omitted[why] += times;
    },
  };
}

/** Reorders results: the differences of a position are reported once all earlier positions have been. */
function inSampleOrder(report: (difference: Difference) => void): (at: number, ready: Difference[]) => void {
  const waiting = new Map<number, Difference[]>();
  let next = 0;
  return (at, ready) => {
    waiting.set(at, ready);
    for (let own = waiting.get(next); own; own = waiting.get(next)) {
      waiting.delete(next);
      next += 1;
      for (const one of own) report(one);
    }
  };
}

/** Runs an action for each item with limited concurrency; the first failure ends the run. */
async function forEachConcurrent<T>(
  items: readonly T[],
  act: (item: T, at: number) => Promise<void>,
): Promise<void> {
  const remaining = items.entries();
  let stopped = false;
  const worker = async () => {
    for (const [at, thing] of remaining) {
      if (stopped) return;
      await act(thing, at);
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, worker));
  } finally {
    stopped = true;
  }
}

/**
 * Compares totals by brand, if the old server lists by brand number. The original lists everything its key sees: its
 * total is the sum over the brands if no customer was omitted; otherwise the whole list must have been read.
 */
async function compareTotals(
  { old, now, brands, report }: Comparison,
  outcome: Outcome,
  { customers, total, isComplete }: Sample,
  ours: readonly JsonObject[],
): Promise<void> {
  const page = { itemStart: 0, itemLimit: 1 };
  const totalNow = async (pairs: readonly BrandPair[]) => {
    let sum = 0;
    for (const pair of pairs) sum += (await now.list({ ...page, brand: pair.now })).total ?? 0;
    return sum;
  };
  const note = (customer: string, was: number, is: number) => {
    count(outcome, "GET /customer", was !== is);
    if (was !== is)
      report({ read: "GET /customer", customer, field: "itemTotal", old: String(was), new: String(is) });
  };
  if (customers.some((one) => textOf(one.brand_id) !== "")) {
    for (const pair of brands) {
      const { total: was } = await old.list({ ...page, brand: pair.old });
      if (was !== undefined) note(`all of brand ${pair.old}`, was, await totalNow([pair]));
    }
    return;
  }
  const was = isComplete ? countDistinct(ours) : customers.length === ours.length ? total : undefined;
  const numbers = brands.map((pair) => pair.old).join(" and ");
  if (was !== undefined) note(`all of brand ${numbers}`, was, await totalNow(brands));
}

/** Counts customers with the same primary id in a brand once, as Dossier does. */
function countDistinct(people: readonly JsonObject[]): number {
  const named = people.map((one) => {
    const id = primaryIdOf(one);
    return id ? `${textOf(one.brand_name)}\n${id}` : `\n\n${textOf(one.id)}`;
  });
  return new Set(named).size;
}

function count({ reads }: Outcome, read: Read, differs: boolean): void {
  const { compared, differ } = reads.get(read) ?? { compared: 0, differ: 0 };
  reads.set(read, { compared: compared + 1, differ: differ + (differs ? 1 : 0) });
}
