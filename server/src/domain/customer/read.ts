/**
 * Reading customers. Every statement takes the brand scope; a customer of a brand outside it is answered exactly like a
 * missing one. Pages first read ids from an index, then whole customers for the page only. Lists with other filters and orders are in
 * filter.ts.
 */
import {
  type Api,
  type ChannelType,
  type Decoded,
  notFound,
  normaliseAddress,
  type Output,
  type RawCustomer as Customer,
} from "@dossier/api";
import type { Queryable, Statement } from "../../db/database.ts";
import type { RequestContext } from "../context.ts";
import { listBrandIds } from "../brand/brand.ts";
import { searchableWireTexts } from "../customer-fields.ts";
import { readProvenance } from "./provenance.ts";
import { readCustomers } from "./show.ts";
import { type PagePosition, parsePage } from "../pagination.ts";
import { listFiltered } from "./filter.ts";
import { type CustomerPage, customerPage, mapPage } from "./page.ts";
import { type FoundCustomer, matchOf } from "../search/match.ts";
import { parseQuery, type Rank } from "../search/query.ts";
import { searchCustomers } from "../search/search.ts";
import type { BatchSpec } from "../batcher.ts";

/** Operation 2. */
export async function findCustomer(
  ctx: RequestContext,
  { id, provenance = false }: Decoded<Api["customer"]["find"]>,
): Promise<Output<Api["customer"]["find"]>> {
  const { items } = await readCustomers(ctx, [id]);
  const [item] = items;
  if (!item) throw notFound("customer");
  const origin = provenance ? { provenance: await readProvenance(ctx, id) } : {};
  return { type: "item", item: { ...item, ...origin } };
}

/** Operation 1. */
export async function listCustomers(
  ctx: RequestContext,
  input: Decoded<Api["customer"]["list"]>,
): Promise<CustomerPage> {
  const filtered = listFiltered(ctx, input);
  if (filtered) return filtered;
  const place = parsePage(ctx, "customer.list", input);
  const brandIds = await listBrandIds(ctx, input.brandId);
  return input.query === undefined
    ? recentPage(ctx, place, brandIds, ctx.caller.brands === null && input.brandId === undefined)
    : searchPage(ctx, place, brandIds, input.query);
}

/** The same list, with what the query of a search is like in each customer. */
export async function listWithMatches(
  ctx: RequestContext,
  input: Decoded<Api["customer"]["search"]>,
): Promise<CustomerPage> {
  const page = await listCustomers(ctx, input);
  if (input.query === undefined) return page;
  const query = parseQuery(input.query);
  return mapPage(page, (customer) => ({ ...customer, match: matchOf(query, foundOf(customer)) }));
}

function foundOf(customer: Customer): FoundCustomer {
  const addresses = customer.channels.map(({ address }) => address);
  return { names: searchableWireTexts(customer), primaryId: customer.external_primary_id, addresses };
}

const newestIds: Statement = {
  name: "customer_list_recent",
  text: `SELECT c.id FROM unnest($1::bigint[]) AS b (id)
      CROSS JOIN LATERAL (SELECT id FROM customer WHERE brand_id = b.id AND id < $2 ORDER BY id DESC LIMIT $3) AS c
    ORDER BY c.id DESC OFFSET $4 LIMIT $5`,
};

const customerTotal: Statement = {
  name: "customer_total",
  text: "SELECT coalesce(sum(count), 0)::bigint AS n FROM row_count WHERE table_name = 'customer' AND brand_id = ANY ($1::bigint[])",
};

/** For callers that see every brand: the scan needs no scope, and an offset is counted once, not in every brand. */
const newestAnywhere: Statement = {
  name: "customer_list_recent_anywhere",
  text: "SELECT id FROM customer WHERE id < $1 ORDER BY id DESC OFFSET $2 LIMIT $3",
};

async function recentPage(
  ctx: RequestContext,
  place: PagePosition,
  brandIds: readonly number[],
  everywhere: boolean,
): Promise<CustomerPage> {
  const skip = place.after ? 0 : place.start;
  const before = place.after?.[0] ?? Number.MAX_SAFE_INTEGER;
  const some = place.limit + 1;
  const [rows, total] = await Promise.all([
    everywhere
      ? ctx.db.rows<{ id: number }>(newestAnywhere, [before, skip, some])
      : ctx.db.rows<{ id: number }>(newestIds, [brandIds, before, skip + some, skip, some]),
    ctx.db.row<{ n: number }>(customerTotal, [brandIds]),
  ]);
  return customerPage(ctx, place, rows, { count: total?.n ?? 0 }, (row) => [row.id]);
}

type Search = Parameters<typeof searchCustomers>[1];

/**
 * A search for a common word takes long beside a lookup: few run concurrently, so that lookups, and the pages of
 * finished searches, find free connections. Equal searches share the result while they wait.
 */
const searchBatch: BatchSpec<Search, Awaited<ReturnType<typeof searchCustomers>>> = {
  name: "customer.search",
  maxSize: 32,
  concurrency: 4,
  async run(db, all) {
    const found = await searchCustomers(db, all[0] as Search);
    return all.map(() => found);
  },
};

async function searchPage(
  ctx: RequestContext,
  place: PagePosition,
  brandIds: readonly number[],
  query: string,
): Promise<CustomerPage> {
  const search = { query, brandIds, pageSize: place.after?.[2] ?? place.limit };
  const { results, capped } = await ctx.batcher.run(ctx.db, searchBatch, JSON.stringify(search), search);
  const [rank, id] = place.after ?? [];
  const from =
    rank === undefined || id === undefined ? place.start : results.rankOffset({ rank: rank as Rank, id });
  const rows = results.slice(from, from + place.limit + 1);
  return customerPage(ctx, place, rows, { count: results.length, capped }, (row) => [
    row.rank,
    row.id,
    place.after?.[2] ?? place.limit,
  ]);
}

/** A query that several calls make together: in these brands, by this value. Each gets the rows of its index. */
interface Indexed {
  id: number;
  n: number;
}

const rowsOf = <R extends Indexed>(rows: readonly R[], at: number) => rows.filter(({ n }) => n === at);

// LIMIT 1 in a LATERAL does not change the result, because the values are unique. It makes every planner look up each
// value in the index: without statistics of a column, PostgreSQL 15 would rather scan the table.
const idsByPrimaryId: Statement = {
  name: "customer_ids_by_primary_id",
  text: `SELECT c.id, a.n::int FROM unnest($2::text[]) WITH ORDINALITY AS a (primary_id, n)
      CROSS JOIN unnest($1::bigint[]) AS b (id)
      CROSS JOIN LATERAL (
        SELECT id FROM customer WHERE brand_id = b.id AND primary_id = a.primary_id LIMIT 1) AS c
    ORDER BY c.id`,
};

const primaryIdBatch: BatchSpec<{ brandIds: readonly number[]; primaryId: string }, { id: number }[]> = {
  name: "customer.find_by_primary_id",
  maxSize: 32,
  concurrency: 3,
  async run(db, all) {
    const values = [all[0]?.brandIds, all.map(({ primaryId }) => primaryId)];
    const rows = await db.rows<Indexed>(idsByPrimaryId, values);
    return all.map((_, at) => rowsOf(rows, at + 1));
  },
};

/** Operation 7. */
export async function listByPrimaryId(
  ctx: RequestContext,
  input: Decoded<Api["customer"]["listByPrimaryId"]>,
): Promise<CustomerPage> {
  const place = parsePage(ctx, "customer.listByPrimaryId", input);
  const brandIds = await listBrandIds(ctx, input.brandId);
  const { primaryId } = input;
  const found = await ctx.batcher.run(ctx.db, primaryIdBatch, brandIds.join(), { brandIds, primaryId });
  return smallPage(ctx, place, found);
}

const idsByAddress: Statement = {
  name: "customer_ids_by_address",
  text: `SELECT DISTINCT c.id, c.primary_id, a.n
    FROM unnest($1::bigint[]) AS b (id)
      CROSS JOIN unnest($2::int[], $3::bigint[], $4::text[]) AS a (n, channel_type_id, normalised)
      CROSS JOIN LATERAL (
        SELECT customer_id FROM customer_channel
          WHERE brand_id = b.id AND channel_type_id = a.channel_type_id AND normalised = a.normalised LIMIT 1) AS h
      CROSS JOIN LATERAL (
        SELECT id, primary_id FROM customer WHERE brand_id = b.id AND id = h.customer_id LIMIT 1) AS c
    ORDER BY 1`,
};

/** A customer that has an address. */
export interface AddressMatch {
  id: number;
  primary_id: string | null;
}

/** An address as entered, and the types by whose rules it is read. */
export interface AddressQuery {
  channelTypes: readonly ChannelType[];
  value: string;
}

const addressBatch: BatchSpec<AddressQuery & { brandIds: readonly number[] }, AddressMatch[]> = {
  name: "customer.find_by_address",
  maxSize: 32,
  concurrency: 3,
  run: (db, all) => findManyByAddress(db, all[0]?.brandIds ?? [], all),
};

/** The customers of brands with an address of any type that accepts the value, normalised by the rule of each type. */
export async function findManyByAddress(
  db: Queryable,
  brandIds: readonly number[],
  queries: readonly AddressQuery[],
): Promise<AddressMatch[][]> {
  const addresses = queries.flatMap(({ channelTypes, value }, at) =>
    channelTypes.flatMap(({ id: type, rule }) => {
      const read = normaliseAddress(rule, value);
      return "fault" in read ? [] : [{ at, type, normalised: read.normalised }];
    }),
  );
  if (addresses.length === 0) return queries.map(() => []);
  const rows = await db.rows<AddressMatch & Indexed>(idsByAddress, [
    brandIds,
    addresses.map(({ at }) => at),
    addresses.map(({ type }) => type),
    addresses.map(({ normalised }) => normalised),
  ]);
  return queries.map((_, at) => rowsOf(rows, at));
}

/** Operation 8. */
export async function listByChannel(
  ctx: RequestContext,
  input: Decoded<Api["customer"]["listByChannel"]>,
): Promise<CustomerPage> {
  const place = parsePage(ctx, "customer.listByChannel", input);
  const brandIds = await listBrandIds(ctx, input.brandId);
  const query = { brandIds, channelTypes: ctx.channelTypes, value: input.value };
  return smallPage(ctx, place, await ctx.batcher.run(ctx.db, addressBatch, brandIds.join(), query));
}

/** A page of a list with about one customer for each brand at most. */
async function smallPage(
  ctx: RequestContext,
  place: PagePosition,
  all: { id: number }[],
): Promise<CustomerPage> {
  const [after] = place.after ?? [];
  const rest = after === undefined ? all.slice(place.start) : all.filter((row) => row.id > after);
  return customerPage(ctx, place, rest.slice(0, place.limit + 1), { count: all.length }, (row) => [row.id]);
}
