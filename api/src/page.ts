/** How lists are asked for and answered: by offset as the original does, or by cursor at constant cost. */
import * as z from "zod";
import { described, text, whole } from "./field.ts";

/** What a list takes whose pages may be that long. `cursor` continues where `nextCursor` of a page pointed. */
export function pagingUpTo(most: number) {
  return {
    itemStart: described(whole(0, 999_999_999_999_999), "How many to skip; default 0").optional(),
    itemLimit: described(whole(1, most), `How many to answer, 1 to ${most}; default 15`).optional(),
    cursor: described(text(1000), "`nextCursor` of the page before; not together with itemStart").optional(),
  };
}

/** What every list takes. */
export const paging = pagingUpTo(99);

/**
 * How many items a page of a list has when nothing else is asked for.
 *
 * @example
 * const { items } = await dossier.customer.list();
 * items.length <= defaultLimit; // true
 */
export const defaultLimit = 15;

/** The list envelope around items of one shape. */
export function listOf<S extends z.ZodType>(item: S) {
  return z.object({
    type: z.literal("list"),
    itemStart: z.number().int().describe("Position of the first item of this page"),
    itemTotal: z.number().int().describe("How many there are; for a search exact up to 10000"),
    itemTotalCapped: z.literal(true).optional().describe("Present when there are more than itemTotal says"),
    itemLimit: z.number().int(),
    items: z.array(item),
    nextCursor: z.string().nullable().describe("Send as `cursor` for the next page; null at the end"),
  });
}

/** The envelope around one thing. */
export function itemOf<S extends z.ZodType>(item: S) {
  return z.object({ type: z.literal("item"), item });
}

/** The words a result's `outcome` can be. */
const outcomes = ["created", "updated", "unchanged", "deleted", "restored", "purged", "unknown"] as const;

/**
 * What became of the thing an operation was about.
 *
 * @example
 * const { outcome } = await dossier.customer.resolve({ brandId: 1, primaryId: "K-17" });
 * const news: Outcome[] = ["created", "updated"];
 * if (news.includes(outcome)) console.log(`K-17 was ${outcome}`);
 */
export type Outcome = (typeof outcomes)[number];

/** The result envelope of everything that writes. */
export function resultOf<S extends z.ZodRawShape>(more: S) {
  return z.object({
    type: z.literal("result"),
    message: z.string(),
    id: z.number().int().describe("What the operation was about"),
    outcome: z.enum(outcomes),
    ...more,
  });
}

/**
 * One page of items.
 *
 * @example
 * const page: Page<Customer> = await dossier.customer.list({ query: "ada", itemLimit: 50 });
 * if (page.nextCursor !== null) await dossier.customer.list({ query: "ada", cursor: page.nextCursor });
 */
export interface Page<T> {
  type: "list";
  itemStart: number;
  itemTotal: number;
  itemTotalCapped?: true | undefined;
  itemLimit: number;
  items: T[];
  nextCursor: string | null;
}
