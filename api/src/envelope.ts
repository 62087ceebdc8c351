/** Envelopes: pages, results and items, as the client returns them and as the wire has them. */
import type { Outcome } from "./client/generated/words.ts";

/**
 * One page of a list.
 *
 * @example
 * const page: Page<Customer> = await dossier.customer.list({ query: "ada", itemLimit: 50 });
 * if (page.nextCursor !== null) await dossier.customer.list({ query: "ada", cursor: page.nextCursor });
 */
export interface Page<T> {
  /** The items of this page. */
  items: T[];
  /** Send as `cursor` for the next page; null at the end. */
  nextCursor: string | null;
  /** How many items there are; for a search exact up to 10,000. */
  itemTotal: number;
  /** Present when there are more than `itemTotal` says. */
  itemTotalCapped?: true | undefined;
  /** Position of the first item of this page, from 0. */
  itemStart: number;
  /** How many items the page has at most: what was sent, or the maximum. */
  itemLimit: number;
}

/**
 * What a write did.
 *
 * @example
 * const { id, outcome }: Result = await dossier.customer.resolve({ brandId: 1, primaryId: "K-17" });
 * if (outcome === "created") console.log(`customer ${id} is new`);
 */
export interface Result {
  /** What the operation was about, for example `7`. */
  id: number;
  /** What became of it, for example `updated`. */
  outcome: Outcome;
  /** What was done, in words for people. */
  message: string;
}

/**
 * One page of a list, as the wire has it.
 *
 * @example
 * const { items }: RawPage<RawCustomer> = await dossier.raw.customer.list();
 * console.log(items.map((customer) => customer.external_primary_id));
 */
export interface RawPage<T> extends Page<T> {
  /** The kind of envelope. */
  type: "list";
}

/**
 * One item, as the wire has it.
 *
 * @example
 * const { item }: RawItem<RawCustomer> = await dossier.raw.customer.find({ id: 7 });
 */
export interface RawItem<T> {
  /** The kind of envelope. */
  type: "item";
  /** The record. */
  item: T;
}

/**
 * What a write did, as the wire has it.
 *
 * @example
 * const { message }: RawResult = await dossier.raw.brand.create({ name: "Acme" });
 */
export interface RawResult extends Result {
  /** The kind of envelope. */
  type: "result";
}
