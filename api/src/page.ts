/**
 * Pagination: by offset as in the original API, or by cursor (keyset) at constant cost. Also the response envelopes of
 * lists, items and results.
 */
import * as z from "zod";
import { cappedInteger, described, integer } from "./field.ts";
import { text } from "./text-field.ts";

/** The paging fields of a list with this maximum page size. `cursor` continues at the `nextCursor` of a page. */
export function pagingWithMaxLimit(maxLimit: number) {
  return {
    itemStart: described(integer(0, 999_999_999_999_999), "How many to skip; default 0").optional(),
    itemLimit: described(
      cappedInteger(1, maxLimit),
      `How many to answer, from 1; default 15. More than ${maxLimit} counts as ${maxLimit}, as the answer's itemLimit says`,
    ).optional(),
    cursor: described(text(1000), "`nextCursor` of the page before; not together with itemStart").optional(),
  };
}

/** The paging fields of every list. */
export const paging = pagingWithMaxLimit(99);

/**
 * The default page size.
 *
 * @example
 * const { items } = await dossier.customer.list();
 * items.length <= defaultLimit; // true
 */
export const defaultLimit = 15;

/** The envelope of a list of items of one shape. */
export function listOf<S extends z.ZodType>(item: S) {
  return z.object({
    type: z.literal("list"),
    itemStart: z.number().int().describe("Position of the first item of this page"),
    itemTotal: z.number().int().describe("How many there are; for a search exact up to 10000"),
    itemTotalCapped: z.literal(true).optional().describe("Present when there are more than itemTotal says"),
    itemLimit: z.number().int().describe("How many the page has at most: what was sent, or the maximum"),
    items: z.array(item),
    nextCursor: z.string().nullable().describe("Send as `cursor` for the next page; null at the end"),
  });
}

/** The envelope of one item. */
export function itemOf<S extends z.ZodType>(item: S) {
  return z.object({ type: z.literal("item"), item });
}

/** The values of a result's `outcome`. */
export const outcomes = [
  "created",
  "updated",
  "unchanged",
  "deleted",
  "restored",
  "purged",
  "unknown",
] as const;

/** The names that an operation of the original controller left out; see `legacyWire`. */
export const ignored = z
  .array(z.string())
  .optional()
  .describe(
    "The names sent that this call does not know and left out, at most 20 of them; absent when there are none",
  );

/** The result envelope of every write. */
export function resultOf<S extends z.ZodRawShape>(fields: S) {
  return z.object({
    type: z.literal("result"),
    message: z.string(),
    id: z.number().int().describe("What the operation was about"),
    outcome: z.enum(outcomes),
    ...fields,
  });
}

/** The fields of which only the beginning is stored, in the caller's spelling; absent if there are none. */
export const truncatedFields = z
  .array(z.string())
  .optional()
  .describe("The fields of which only the first 255 characters are kept; absent: none");
