/** The feed of customers' changes: what a customer is now, at its last change, or that it is deleted. */
import type { RawCustomer as Customer, RawCustomerChange as CustomerChange } from "@dossier/api";
import {
  changedKinds,
  countLeft,
  feedKeys,
  findFeedPosition,
  listChanges,
  type RecordChange,
} from "../change-feed.ts";
import type { RequestContext } from "../context.ts";
import { capCount, encodeCursor, type PagePosition } from "../pagination.ts";
import type { CustomerPage } from "./page.ts";
import { readCustomers } from "./show.ts";

/** A page of the changes since a time; its cursor leads on, also from the end. */
export async function changesPage(
  ctx: RequestContext,
  place: PagePosition,
  brandIds: readonly number[],
  updatedSince: Date,
): Promise<CustomerPage> {
  const scope = { kind: changedKinds.customer, brandIds, updatedSince };
  const from = await findFeedPosition(ctx, scope.kind, updatedSince, place);
  const left = capCount(await countLeft(ctx, scope, from));
  let last: RecordChange | undefined;
  let items: Customer[] = [];
  let rest: CustomerPage["rest"];
  // A customer that was deleted since the changes were read is not shown: its deletion comes later in the feed. A page
  // without items would look like the end.
  for (let rows = 1; items.length === 0 && rows > 0; ) {
    const changes = await listChanges(ctx, scope, { ...from, ...last }, place.limit);
    rows = changes.length;
    last = changes.at(-1) ?? last;
    ({ items, rest } = await showChanges(ctx, changes));
  }
  return {
    type: "list",
    itemStart: 0,
    itemTotal: left.count,
    ...(left.capped && { itemTotalCapped: true as const }),
    itemLimit: place.limit,
    items,
    nextCursor: last || !place.cursor ? encodeCursor(ctx, place, feedKeys(from, last)) : place.cursor,
    ...(rest && { rest }),
  };
}

/** Changes in their order; where large customers are read later, deletions come first. */
async function showChanges(ctx: RequestContext, changes: readonly RecordChange[]) {
  const { items, rest } = await readCustomers(
    ctx,
    changes.flatMap(({ id, deleted_at }) => (deleted_at ? [] : [id])),
  );
  const gone = changes.flatMap(({ id, brand_id, deleted_at }) =>
    deleted_at ? [{ id, brand_id, deleted_at: deleted_at.toISOString() }] : [],
  );
  const all: CustomerChange[] = [...gone, ...items];
  const order = new Map(changes.map(({ id }, at) => [id, at]));
  if (!rest) all.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
  return { items: all as Customer[], rest };
}
