/**
 * Reader: the interface through which `compare` reads both servers. It has the reads of the Customer controller and no
 * writes.
 */
import type { FieldDifference } from "./difference.ts";

/** An object in a response: a customer, or an item of a timeline. */
export type JsonObject = Record<string, unknown>;

/** A page, or the part of a timeline that was read; `total` if the server returns an exact count. */
export interface Page {
  items: JsonObject[];
  total?: number | undefined;
}

/** The maximum number of timeline items read. */
export const maxTimelineItems = 990;

/**
 * The reads; `brand` is the number of the brand on that server. A missing customer is an empty result, not an error.
 *
 * Each throws ReadError if the server rejects this read, and CommandFailure if the comparison cannot continue.
 */
export interface Reader {
  list(fields: { itemStart: number; itemLimit: number; query?: string; brand?: number }): Promise<Page>;
  find(id: string): Promise<JsonObject | undefined>;
  byPrimaryId(primaryId: string, brand: number): Promise<JsonObject[]>;
  byAddress(address: string, brand: number): Promise<JsonObject[]>;
  timeline(primaryId: string, brand: number): Promise<Page | undefined>;
}

/** A server rejected one read; the message is the status, with the error code if there is one. */
export class ReadError extends Error {}

/** Both results; or the difference, if only one server rejects the read. */
export async function readBoth<A, B>(
  old: Promise<A>,
  now: Promise<B>,
): Promise<{ before: A; after: B } | { refused: FieldDifference[] }> {
  const [before, after] = await Promise.allSettled([old, now]);
  if (before.status === "fulfilled" && after.status === "fulfilled")
    return { before: before.value, after: after.value };
  const reasons = [before, after].map((one) =>
    one.status === "rejected" ? (one.reason as unknown) : undefined,
  );
  for (const reason of reasons)
    if (reason !== undefined && !(reason instanceof ReadError)) throw reason as Error;
  const [was, is] = reasons.map((reason) => (reason instanceof ReadError ? reason.message : "200"));
  const isBoth = reasons.every((reason) => reason !== undefined);
  return { refused: isBoth ? [] : [{ field: "status", old: was ?? "", new: is ?? "" }] };
}
