/**
 * Lists of customers by a filter or in another order than the newest first. Each filter, with each order that it takes,
 * reads the ids of a page from one index; filters that no index bounds together are refused.
 */
import { type Api, type Decoded, invalid } from "@dossier/api";
import type { Statement } from "../../db/database.ts";
import { listBrandIds } from "../brand/brand.ts";
import { changedKinds, listByChange } from "../change-feed.ts";
import type { RequestContext } from "../context.ts";
import { listFieldsByKey } from "../custom-field/registry.ts";
import { parseCustomValue } from "../custom-field/value.ts";
import { assertFilters, type FilterSet, filteredType } from "../list-filter.ts";
import { capCount, openKey, type PagePosition, parsePage, sealKey } from "../pagination.ts";
import { changesPage } from "./changes.ts";
import { type CustomerPage, customerPage } from "./page.ts";

type ListInput = Decoded<Api["customer"]["list"]>;

const byId = ["sort=id", "sort=-id"];
const filterSets: readonly FilterSet[] = [
  ["query"],
  ["updatedSince", "sort=updated"],
  ["createdSince"],
  ["channelType", ...byId],
  ["has", ...byId],
  ["custom", ...byId],
];

function sentFilters({ query, updatedSince, createdSince, channelType, has, custom, sort }: ListInput) {
  const filters = { query, updatedSince, createdSince, channelType, has, custom: custom?.[0] };
  const names = Object.entries(filters).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  return sort === undefined ? names : [...names, `sort=${sort}`];
}

/** The list with the filters of a call; undefined for the newest customers and for searches. */
export function listFiltered(ctx: RequestContext, input: ListInput): Promise<CustomerPage> | undefined {
  const sent = sentFilters(input);
  if (sent.length === 0 || sent[0] === "sort=-id") return undefined;
  if (sent.length > 1) assertFilters(ctx, sent, filterSets);
  return input.query === undefined ? filteredList(ctx, input) : undefined;
}

async function filteredList(ctx: RequestContext, input: ListInput): Promise<CustomerPage> {
  const place = parsePage(ctx, "customer.list", input);
  const { updatedSince, createdSince, channelType, has, custom = [], sort = "-id" } = input;
  const excess = custom.slice(1);
  if (excess.length > 0)
    throw invalid(
      excess.map(({ field }) => ({ field, message: "is one custom field too many: one is taken" })),
    );
  const brandIds = await listBrandIds(ctx, input.brandId);
  if (updatedSince) return changesPage(ctx, place, brandIds, updatedSince);
  if (createdSince) return createdPage(ctx, place, brandIds, createdSince);
  const type = channelType ?? has;
  if (type !== undefined) {
    const { id } = filteredType(ctx, channelType === undefined ? "has" : "channelType", type);
    return filteredPage(ctx, place, typeList, [brandIds, id], sort);
  }
  const [value] = custom;
  if (value) return filteredPage(ctx, place, valueList, await readFieldValues(ctx, brandIds, value), sort);
  if (sort === "updated") return changedPage(ctx, place, brandIds);
  if (sort === "lastname") return lastnamePage(ctx, place, brandIds);
  return wholePage(ctx, place, await oldestIds(ctx, place, brandIds), brandIds, (row) => [row.id]);
}

const customerTotal: Statement = {
  name: "customer_total_sorted",
  text: "SELECT coalesce(sum(count), 0)::bigint AS n FROM row_count WHERE table_name = 'customer' AND brand_id = ANY ($1::bigint[])",
};

/** A page of all customers of brands, whose total is counted. */
async function wholePage<R extends { id: number }>(
  ctx: RequestContext,
  place: PagePosition,
  rows: R[],
  brandIds: readonly number[],
  keysOf: Parameters<typeof customerPage<R>>[4],
): Promise<CustomerPage> {
  const total = await ctx.db.row<{ n: number }>(customerTotal, [brandIds]);
  return customerPage(ctx, place, rows, { count: total?.n ?? 0 }, keysOf);
}

/** How many rows a page reads: of each range, to skip, and in all. */
function limitsOf({ after, start, limit }: PagePosition): [number, number, number] {
  const skip = after ? 0 : start;
  return [skip + limit + 1, skip, limit + 1];
}

const selectOldest: Statement = {
  name: "customer_list_oldest",
  text: `SELECT c.id FROM unnest($1::bigint[]) AS b (id)
      CROSS JOIN LATERAL (SELECT id FROM customer WHERE brand_id = b.id AND id > $2 ORDER BY id LIMIT $3) AS c
    ORDER BY c.id OFFSET $4 LIMIT $5`,
};

function oldestIds(
  ctx: RequestContext,
  place: PagePosition,
  brandIds: readonly number[],
): Promise<{ id: number }[]> {
  return ctx.db.rows(selectOldest, [brandIds, place.after?.[0] ?? 0, ...limitsOf(place)]);
}

async function changedPage(ctx: RequestContext, place: PagePosition, brandIds: readonly number[]) {
  const rows = await listByChange(ctx, changedKinds.customer, brandIds, place);
  return wholePage(ctx, place, rows, brandIds, (row) => [row.position, row.id]);
}

const selectByLastname: Statement = {
  name: "customer_list_lastname",
  text: `SELECT c.id, c.key FROM unnest($1::bigint[]) AS b (id)
      CROSS JOIN LATERAL (
        SELECT id, sort_key(lastname) COLLATE "C" AS key FROM customer
          WHERE brand_id = b.id AND ((sort_key(lastname) COLLATE "C"), id) > ($2, $3)
          ORDER BY sort_key(lastname) COLLATE "C", id LIMIT $4) AS c
    ORDER BY c.key, c.id OFFSET $5 LIMIT $6`,
};

async function lastnamePage(ctx: RequestContext, place: PagePosition, brandIds: readonly number[]) {
  const after = place.sealed === undefined ? "" : openKey(ctx, place.sealed);
  const values = [brandIds, after, place.after?.[0] ?? 0, ...limitsOf(place)];
  const rows = await ctx.db.rows<{ id: number; key: string }>(selectByLastname, values);
  return wholePage(ctx, place, rows, brandIds, (row) => [row.id, sealKey(ctx, row.key)]);
}

// Times of the database are in microseconds, which a number holds until the year 2255.
const selectCreated: Statement = {
  name: "customer_list_created",
  text: `SELECT c.id, (extract(epoch FROM c.created_at) * 1000000)::bigint AS at FROM unnest($1::bigint[]) AS b (id)
      CROSS JOIN LATERAL (
        SELECT id, created_at FROM customer WHERE brand_id = b.id AND created_at >= $2
            AND (created_at, id) < (timestamptz 'epoch' + $3::bigint * interval '1 us', $4)
          ORDER BY created_at DESC, id DESC LIMIT $5) AS c
    ORDER BY c.created_at DESC, c.id DESC OFFSET $6 LIMIT $7`,
};

const countCreated: Statement = {
  name: "customer_count_created",
  text: `SELECT count(*) AS n FROM (SELECT FROM unnest($1::bigint[]) AS b (id) CROSS JOIN LATERAL (
      SELECT FROM customer WHERE brand_id = b.id AND created_at >= $2 LIMIT 10001) AS c LIMIT 10001) AS part`,
};

async function createdPage(
  ctx: RequestContext,
  place: PagePosition,
  brandIds: readonly number[],
  since: Date,
): Promise<CustomerPage> {
  const [at = Number.MAX_SAFE_INTEGER, id = 0] = place.after ?? [];
  const [rows, total] = await Promise.all([
    ctx.db.rows<{ id: number; at: number }>(selectCreated, [brandIds, since, at, id, ...limitsOf(place)]),
    ctx.db.row<{ n: number }>(countCreated, [brandIds, since]),
  ]);
  return customerPage(ctx, place, rows, capCount(total?.n ?? 0), (row) => [row.at, row.id]);
}

/** The statements of a filter: both orders of ids, and the count. */
interface FilteredList {
  ascending: Statement;
  descending: Statement;
  count: Statement;
}

/**
 * A filter that is a list of ranges of an index, each in the order of customers' ids. A customer with several rows in a
 * range is in the list once.
 *
 * @param ranges what makes the ranges of the first two parameters
 * @param id the customer's id, written as the index has it
 */
function filteredStatements(name: string, ranges: string, rows: string, id: string): FilteredList {
  const list = (order: "ASC" | "DESC", after: string): Statement => ({
    name: `customer_list_${name}_${order.toLowerCase()}`,
    text: `SELECT c.id FROM ${ranges} CROSS JOIN LATERAL (
        SELECT DISTINCT ${id} AS id FROM ${rows} AND ${id} ${after} $3 ORDER BY 1 ${order} LIMIT $4) AS c
      ORDER BY c.id ${order} OFFSET $5 LIMIT $6`,
  });
  return {
    ascending: list("ASC", ">"),
    descending: list("DESC", "<"),
    count: {
      name: `customer_count_${name}`,
      text: `SELECT count(*) AS n FROM (SELECT FROM ${ranges} CROSS JOIN LATERAL (
          SELECT DISTINCT ${id} FROM ${rows} ORDER BY 1 LIMIT 10001) AS c LIMIT 10001) AS part`,
    },
  };
}

// The index has expressions, so that no other index, such as that of a customer's channels, seems to serve the order: it
// would be read from end to end for a rare type.
const typeList = filteredStatements(
  "channel_type",
  "unnest($1::bigint[]) AS b (id)",
  "customer_channel WHERE channel_type_id + 0 = $2::bigint AND brand_id = b.id",
  "customer_id + 0",
);

// The index holds a hash of the value, because values may be long; the value itself decides.
const valueList = filteredStatements(
  "custom_value",
  "unnest($1::bigint[], $2::text[]) AS f (id, value)",
  "customer_custom_value WHERE field_id = f.id AND hashtextextended(value, 0) = hashtextextended(f.value, 0) AND value = f.value",
  "customer_id",
);

async function filteredPage(
  ctx: RequestContext,
  place: PagePosition,
  list: FilteredList,
  ranges: readonly unknown[],
  sort: string,
): Promise<CustomerPage> {
  const ascending = sort === "id";
  const [after = ascending ? 0 : Number.MAX_SAFE_INTEGER] = place.after ?? [];
  const statement = ascending ? list.ascending : list.descending;
  const [rows, total] = await Promise.all([
    ctx.db.rows<{ id: number }>(statement, [...ranges, after, ...limitsOf(place)]),
    ctx.db.row<{ n: number }>(list.count, ranges),
  ]);
  return customerPage(ctx, place, rows, capCount(total?.n ?? 0), (row) => [row.id]);
}

/**
 * The fields of brands with a name, and the value in the form of each.
 *
 * @throws DossierError `unknown_custom_field` where no brand has the field, `invalid_field` where none takes the value
 */
async function readFieldValues(
  ctx: RequestContext,
  brandIds: readonly number[],
  { field, key, value }: NonNullable<ListInput["custom"]>[number],
): Promise<[number[], string[]]> {
  if (value.trim() === "") throw invalid([{ field, message: "must not be empty: a value is looked for" }]);
  const fields = await listFieldsByKey(ctx.db, brandIds, key);
  if (fields.length === 0)
    throw invalid([{ field, message: "is no custom field of the brand" }], "unknown_custom_field");
  const read = fields.map((one) => ({ id: one.id, ...parseCustomValue(one, value) }));
  const values = read.flatMap((one) => ("value" in one ? [one] : []));
  const [fault] = read.flatMap((one) => ("fault" in one ? [one.fault] : []));
  if (values.length === 0 && fault !== undefined) throw invalid([{ field, message: fault }]);
  return [values.map(({ id }) => id), values.map((one) => one.value)];
}
