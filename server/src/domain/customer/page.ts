/** A page of customers: ids come from an index, and only the customers of the page are read whole. */
import type { RawCustomer as Customer, RawPage as Page } from "@dossier/api";
import type { RequestContext } from "../context.ts";
import { type PageKey, type PagePosition, type Streamed, toPage } from "../pagination.ts";
import { readCustomers } from "./show.ts";

/** Large customers are read when their turn to be sent comes. */
export type CustomerPage = Page<Customer> & Streamed<Customer>;

/** A page of the customers with the ids of these rows. */
export async function customerPage<R extends { id: number }>(
  ctx: RequestContext,
  place: PagePosition,
  rows: R[],
  total: { count: number; capped?: boolean },
  keysOf: (row: R) => PageKey[],
): Promise<CustomerPage> {
  const ids = rows.slice(0, place.limit).map((row) => row.id);
  const shown = await readCustomers(ctx, ids);
  return { ...toPage(ctx, place, rows, total, keysOf, () => undefined), ...shown };
}

/** A page whose customers are shown otherwise, also those that are read later. */
export function mapPage(
  { items, rest, ...page }: CustomerPage,
  show: (one: Customer) => Customer,
): CustomerPage {
  return { ...page, items: items.map(show), ...(rest && { rest: mapChunks(rest, show) }) };
}

async function* mapChunks(chunks: AsyncIterable<Customer[]>, show: (one: Customer) => Customer) {
  for await (const chunk of chunks) yield chunk.map(show);
}
