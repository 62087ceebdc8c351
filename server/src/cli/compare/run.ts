/**
 * The comparison: every customer of a sample is read from the old server and the new one in each way that the
 * Customer controller has. Nothing is written on either, and no server has more than four requests at a time.
 */
import { textOf, type Unlike } from "./channel.ts";
import { compareOne } from "./customer.ts";
import type { Reader, Thing } from "./reader.ts";
import { findBrands, type Pair, sample, type Sample } from "./sample.ts";
import { customOf, type Knowledge, primaryIdOf } from "./thing.ts";
import { CommandFailure } from "../exit.ts";

/** The reads, as they are told and counted. */
export type Read =
  | "GET /customer"
  | "GET /customer/{id}"
  | "SearchByPrimaryExternalID"
  | "SearchByCustomerChannelValue"
  | "timelineByCustomerExternalID"
  | "GET /customer?query=";

/** One thing that is not the same. */
export interface Difference extends Unlike {
  read: Read;
  /** primary id, or the old server's id in words */
  customer: string;
}

/** Why something was not compared, each with how often. */
export interface Omitted {
  /** customers of brands that nobody compares */
  passedOver: number;
  /** customers who share their primary id with another: one customer to Dossier, and no telling which fields it has */
  twins: number;
  /** customers with neither primary id nor address: nothing to find them by */
  nameless: number;
  /** addresses that no rule of Dossier's accepts, and so cannot be here */
  refused: number;
}

/** What came of it. */
export interface Outcome {
  customers: number;
  omitted: Omitted;
  reads: Map<Read, { compared: number; differ: number }>;
}

/** What is compared with what. */
export interface Comparison {
  old: Reader;
  now: Reader;
  brands: readonly Pair[];
  types: Knowledge["types"];
  atMost: number;
  /** told in the order of the sample */
  tell(difference: Difference): void;
  progress(done: number, all: number): void;
}

const atOnce = 4;

/** Compares, and counts. */
export async function compare(what: Comparison): Promise<Outcome> {
  const { old, brands, atMost, types, progress } = what;
  const omitted = { passedOver: 0, twins: 0, nameless: 0, refused: 0 };
  const outcome: Outcome = { customers: 0, omitted, reads: new Map() };
  const sampled = await sample(old, atMost);
  const { people } = sampled;
  const brandOf = await findBrands(old, brands, people);
  const ours = people.filter((one) => brandOf(one) !== undefined);
  omitted.passedOver = people.length - ours.length;
  if (people.length > 0 && ours.length === 0)
    throw new CommandFailure(
      "failed",
      `None of ${people.length} customers of the old server is of brand ${brands.map((pair) => pair.old).join(" or ")}. --brand says which brand there became which here.`,
    );
  const known = { types, tellsCustom: people.some((one) => "version" in one || customOf(one).size > 0) };
  await compareTotals(what, outcome, sampled, ours);
  const tellInOrder = inOrder(what.tell);
  let done = 0;
  await inTurns(ours, async (one, at) => {
    const brand = brandOf(one);
    const differences: Difference[] = [];
    if (brand) await compareOne(what, { old: one, brand, known, ...notesOf(outcome, differences) });
    tellInOrder(at, differences);
    progress((done += 1), ours.length);
  });
  outcome.customers = ours.length - omitted.nameless;
  return outcome;
}

function notesOf(outcome: Outcome, differences: Difference[]) {
  return {
    note(read: Read, customer: string, unlike: readonly Unlike[]): void {
      count(outcome, read, unlike.length > 0);
      for (const one of unlike) differences.push({ read, customer, ...one });
    },
    omit(why: keyof Omitted, times = 1): void {
      outcome.omitted[why] += times;
    },
  };
}

/** Tells what is ready of each place as soon as all places before it are told. */
function inOrder(tell: (difference: Difference) => void): (at: number, ready: Difference[]) => void {
  const waiting = new Map<number, Difference[]>();
  let next = 0;
  return (at, ready) => {
    waiting.set(at, ready);
    for (let own = waiting.get(next); own; own = waiting.get(next)) {
      waiting.delete(next);
      next += 1;
      for (const one of own) tell(one);
    }
  };
}

/** Does something with each of many, a few at a time; the first failure ends it. */
async function inTurns<T>(things: readonly T[], act: (thing: T, at: number) => Promise<void>): Promise<void> {
  const left = things.entries();
  let isOver = false;
  const worker = async () => {
    for (const [at, thing] of left) {
      if (isOver) return;
      await act(thing, at);
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, worker));
  } finally {
    isOver = true;
  }
}

/**
 * Totals by brand, where the old server tells brands by number and so lists by them. The original lists all that its
 * key sees: its total is that of the brands together if nobody was passed over; else everybody must have been read.
 */
async function compareTotals(
  { old, now, brands, tell }: Comparison,
  outcome: Outcome,
  { people, total, isWhole }: Sample,
  ours: readonly Thing[],
): Promise<void> {
  const page = { itemStart: 0, itemLimit: 1 };
  const totalNow = async (pairs: readonly Pair[]) => {
    let sum = 0;
    for (const pair of pairs) sum += (await now.list({ ...page, brand: pair.now })).total ?? 0;
    return sum;
  };
  const note = (customer: string, was: number, is: number) => {
    count(outcome, "GET /customer", was !== is);
    if (was !== is)
      tell({ read: "GET /customer", customer, field: "itemTotal", old: String(was), new: String(is) });
  };
  if (people.some((one) => textOf(one.brand_id) !== "")) {
    for (const pair of brands) {
      const { total: was } = await old.list({ ...page, brand: pair.old });
      if (was !== undefined) note(`all of brand ${pair.old}`, was, await totalNow([pair]));
    }
    return;
  }
  const was = isWhole ? countDistinct(ours) : people.length === ours.length ? total : undefined;
  const numbers = brands.map((pair) => pair.old).join(" and ");
  if (was !== undefined) note(`all of brand ${numbers}`, was, await totalNow(brands));
}

/** Those who share a primary id within a brand are one to Dossier. */
function countDistinct(people: readonly Thing[]): number {
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
