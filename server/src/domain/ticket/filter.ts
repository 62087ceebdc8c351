/**
 * Lists of tickets by time or channel type, or in another order than the newest first. Each reads the ids of a page from
 * one index; filters that no index bounds together are refused.
 */
import { type Api, type Decoded, type RawPage as Page, ticketStatuses } from "@dossier/api";
import type { Statement } from "../../db/database.ts";
import { listBrandIds } from "../brand/brand.ts";
import {
  changedKinds,
  countLeft,
  feedKeys,
  findFeedPosition,
  listByChange,
  listChanges,
} from "../change-feed.ts";
import type { RequestContext } from "../context.ts";
import { findByRef } from "../customer/identify.ts";
import { assertFilters, type FilterSet, filteredType } from "../list-filter.ts";
import { capCount, encodeCursor, type PageKey, type PagePosition, parsePage, toPage } from "../pagination.ts";

type ListInput = Decoded<Api["ticket"]["list"]>;

/** A page of which only the ids are read. */
export type IdPage = Page<number>;

const byId = ["sort=id", "sort=-id"];
const filterSets: readonly FilterSet[] = [
  ["query", "status", "linked", "customerId"],
  ["status", "linked", "customerId", ...byId],
  ["updatedSince", "sort=updated"],
  ["createdSince", "customerId"],
  ["channelType", "status", ...byId],
];

function sentFilters({
  query,
  status,
  linked,
  customerId,
  updatedSince,
  createdSince,
  channelType,
  sort,
}: ListInput) {
  const states = status?.length ? status : undefined;
  const filters = { query, updatedSince, createdSince, channelType, status: states, linked, customerId };
  const names = Object.entries(filters).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  return sort === undefined ? names : [...names, `sort=${sort}`];
}

/** The page of the list that a call asks for; undefined for the newest tickets and for searches. */
export function listSorted(ctx: RequestContext, input: ListInput): Promise<IdPage> | undefined {
  const sent = sentFilters(input);
  if (sent.length > 1) assertFilters(ctx, sent, filterSets);
  const { updatedSince, createdSince, channelType, sort = "-id" } = input;
  const isOther = updatedSince !== undefined || createdSince !== undefined || channelType !== undefined;
  return isOther || sort !== "-id" ? sortedList(ctx, input) : undefined;
}

async function sortedList(ctx: RequestContext, input: ListInput): Promise<IdPage> {
  const place = parsePage(ctx, "ticket", input);
  const brandIds = await listBrandIds(ctx, input.brandId);
  const { updatedSince, createdSince, channelType, sort, customerId } = input;
  if (updatedSince) return changesPage(ctx, place, brandIds, updatedSince);
  if (sort === "updated") return changedPage(ctx, place, brandIds);
  if (customerId !== undefined) {
    const { brand_id } = await findByRef(ctx.db, ctx, { customerId });
    if (!brandIds.includes(brand_id)) return idPage(ctx, place, [], { count: 0 }, () => []);
  }
  if (createdSince) return createdPage(ctx, place, { brandIds, customerId }, createdSince);
  const states = input.status?.length ? input.status : ticketStatuses;
  if (channelType !== undefined) {
    const { id } = filteredType(ctx, "channelType", channelType);
    return rangesPage(ctx, place, ofType, [brandIds, id, states], sort);
  }
  if (customerId !== undefined)
    return rangesPage(ctx, place, ofCustomer, [customerId, input.linked === false ? [] : states], sort);
  const unlinked = input.linked === undefined ? [true, false] : [!input.linked];
  return rangesPage(ctx, place, ofBrands, [brandIds, unlinked, states], sort);
}

/** The envelope of a page, with ids as its items. Fetch one row more than the limit. */
export function idPage<R extends { id: number }>(
  ctx: RequestContext,
  place: PagePosition,
  rows: readonly R[],
  total: { count: number; capped?: boolean },
  keysOf: (row: R) => PageKey[],
): IdPage {
  return toPage(ctx, place, rows, total, keysOf, ({ id }) => id);
}

/** How many rows a page reads: of each range, to skip, and in all. */
function limitsOf({ after, start, limit }: PagePosition): [number, number, number] {
  const skip = after ? 0 : start;
  return [skip + limit + 1, skip, limit + 1];
}

/** The feed of changes; its cursor leads on, also from the end. */
async function changesPage(
  ctx: RequestContext,
  place: PagePosition,
  brandIds: readonly number[],
  updatedSince: Date,
): Promise<IdPage> {
  const scope = { kind: changedKinds.ticket, brandIds, updatedSince };
  const from = await findFeedPosition(ctx, scope.kind, updatedSince, place);
  const left = capCount(await countLeft(ctx, scope, from));
  const changes = await listChanges(ctx, scope, from, place.limit);
  const last = changes.at(-1);
  return {
    type: "list",
    itemStart: 0,
    itemTotal: left.count,
    ...(left.capped && { itemTotalCapped: true as const }),
    itemLimit: place.limit,
    items: changes.map(({ id }) => id),
    nextCursor: last || !place.cursor ? encodeCursor(ctx, place, feedKeys(from, last)) : place.cursor,
  };
}

const ticketTotal: Statement = {
  name: "ticket_total_sorted",
  text: "SELECT coalesce(sum(count), 0)::bigint AS n FROM row_count WHERE table_name = 'ticket' AND brand_id = ANY ($1::bigint[])",
};

async function changedPage(
  ctx: RequestContext,
  place: PagePosition,
  brandIds: readonly number[],
): Promise<IdPage> {
  const [rows, total] = await Promise.all([
    listByChange(ctx, changedKinds.ticket, brandIds, place),
    ctx.db.row<{ n: number }>(ticketTotal, [brandIds]),
  ]);
  return idPage(ctx, place, rows, { count: total?.n ?? 0 }, (row) => [row.position, row.id]);
}

/** The statements of tickets since a time, newest first: `within` makes a range of an index of each `b.id`. */
const createdStatements = (name: string, within: string) => ({
  list: {
    name: `ticket_list_created_${name}`,
    text: `SELECT t.id, (extract(epoch FROM t.created_at) * 1000)::bigint AS at FROM unnest($1::bigint[]) AS b (id)
        CROSS JOIN LATERAL (SELECT id, created_at FROM ticket WHERE ${within} AND created_at >= $2
            AND (created_at, id) < (timestamptz 'epoch' + $3::bigint * interval '1 ms', $4)
          ORDER BY created_at DESC, id DESC LIMIT $5) AS t
      ORDER BY t.created_at DESC, t.id DESC OFFSET $6 LIMIT $7`,
  },
  count: {
    name: `ticket_count_created_${name}`,
    text: `SELECT count(*) AS n FROM (SELECT FROM unnest($1::bigint[]) AS b (id) CROSS JOIN LATERAL (
        SELECT FROM ticket WHERE ${within} AND created_at >= $2 LIMIT 10001) AS t LIMIT 10001) AS part`,
  },
});
const created = {
  ofBrands: createdStatements("brands", "brand_id = b.id"),
  ofCustomer: createdStatements("customer", "customer_id = b.id"),
};

/** The latest time, in milliseconds. */
const latest = 8.64e15;

async function createdPage(
  ctx: RequestContext,
  place: PagePosition,
  { brandIds, customerId }: { brandIds: readonly number[]; customerId: number | undefined },
  since: Date,
): Promise<IdPage> {
  const { list, count } = customerId === undefined ? created.ofBrands : created.ofCustomer;
  const ids = customerId === undefined ? brandIds : [customerId];
  const [at = latest, id = 0] = place.after ?? [];
  const [rows, total] = await Promise.all([
    ctx.db.rows<{ id: number; at: number }>(list, [ids, since, at, id, ...limitsOf(place)]),
    ctx.db.row<{ n: number }>(count, [ids, since]),
  ]);
  return idPage(ctx, place, rows, capCount(total?.n ?? 0), (row) => [row.at, row.id]);
}

interface RangeList {
  ascending: Statement;
  descending: Statement;
  count: Statement;
}

/** A list of ranges of an index, each in the order of ids; the statements have `size` parameters of their own. */
function rangeStatements(name: string, size: number, ranges: string, where: string): RangeList {
  const list = (order: "ASC" | "DESC", after: string): Statement => ({
    name: `ticket_list_${name}_${order.toLowerCase()}`,
    text: `SELECT t.id FROM ${ranges}
        CROSS JOIN LATERAL (SELECT id FROM ticket WHERE ${where} AND id ${after} $${size + 1}
          ORDER BY id ${order} LIMIT $${size + 2}) AS t
      ORDER BY t.id ${order} OFFSET $${size + 3} LIMIT $${size + 4}`,
  });
  return {
    ascending: list("ASC", ">"),
    descending: list("DESC", "<"),
    count: {
      name: `ticket_count_${name}_sorted`,
      text: `SELECT count(*) AS n FROM (SELECT FROM ${ranges}
        CROSS JOIN LATERAL (SELECT FROM ticket WHERE ${where} LIMIT 10001) AS t LIMIT 10001) AS part`,
    },
  };
}

const ofType = rangeStatements(
  "channel_type",
  3,
  "unnest($1::bigint[]) AS b (id) CROSS JOIN unnest($3::text[]) AS s (status)",
  "brand_id = b.id AND channel_type_id = $2 AND status = s.status",
);
const ofCustomer = rangeStatements(
  "customer",
  2,
  "unnest($2::text[]) AS s (status)",
  "customer_id = $1 AND status = s.status",
);
const ofBrands = rangeStatements(
  "brands",
  3,
  "unnest($1::bigint[]) AS b (id) CROSS JOIN unnest($2::boolean[]) AS w (waiting) CROSS JOIN unnest($3::text[]) AS s (status)",
  "brand_id = b.id AND (customer_id IS NULL) = w.waiting AND status = s.status",
);

async function rangesPage(
  ctx: RequestContext,
  place: PagePosition,
  list: RangeList,
  ranges: readonly unknown[],
  sort: string | undefined,
): Promise<IdPage> {
  const ascending = sort === "id";
  const [after = ascending ? 0 : Number.MAX_SAFE_INTEGER] = place.after ?? [];
  const [rows, total] = await Promise.all([
    ctx.db.rows<{ id: number }>(ascending ? list.ascending : list.descending, [
      ...ranges,
      after,
      ...limitsOf(place),
    ]),
    ctx.db.row<{ n: number }>(list.count, ranges),
  ]);
  return idPage(ctx, place, rows, capCount(total?.n ?? 0), (row) => [row.id]);
}
