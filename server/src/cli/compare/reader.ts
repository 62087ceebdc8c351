/** What `compare` asks of both servers, each in its own way: the reads of the Customer controller, and nothing else. */
import type { Unlike } from "./channel.ts";

/** A thing of an answer: a customer, an item of a timeline. */
export type Thing = Record<string, unknown>;

/** A page, or all that was read of a timeline; `total` where the server tells exactly how many there are. */
export interface Page {
  items: Thing[];
  total?: number | undefined;
}

/** How many items of a timeline are read at most. */
export const longestTimeline = 990;

/**
 * The reads; `brand` is the server's own number. Who is not there is nobody, not an error.
 *
 * Each throws ReadRefusal for what the server refuses of this one read, and CommandFailure for what ends them all.
 */
export interface Reader {
  list(fields: { itemStart: number; itemLimit: number; query?: string; brand?: number }): Promise<Page>;
  find(id: string): Promise<Thing | undefined>;
  byPrimaryId(primaryId: string, brand: number): Promise<Thing[]>;
  byAddress(address: string, brand: number): Promise<Thing[]>;
  timeline(primaryId: string, brand: number): Promise<Page | undefined>;
}

/** A server refused one read; the message is its status, and its code where it has one. */
export class ReadRefusal extends Error {}

/** What both answer; or what one of them refuses and the other does not. */
export async function readBoth<A, B>(
  old: Promise<A>,
  now: Promise<B>,
): Promise<{ before: A; after: B } | { refused: Unlike[] }> {
  const [before, after] = await Promise.allSettled([old, now]);
  if (before.status === "fulfilled" && after.status === "fulfilled")
    return { before: before.value, after: after.value };
  const reasons = [before, after].map((one) =>
    one.status === "rejected" ? (one.reason as unknown) : undefined,
  );
  for (const reason of reasons)
    if (reason !== undefined && !(reason instanceof ReadRefusal)) throw reason as Error;
  const [was, is] = reasons.map((reason) => (reason instanceof ReadRefusal ? reason.message : "200"));
  const isBoth = reasons.every((reason) => reason !== undefined);
  return { refused: isBoth ? [] : [{ field: "status", old: was ?? "", new: is ?? "" }] };
}
