/**
 * Reading customers. Every statement takes the brand scope; a customer of a brand outside it is not found, in the
 * same words as one that does not exist. Pages read ids from an index first and whole customers only for the page.
 */
import {
  type Api,
  type Customer,
  type Decoded,
  notFound,
  normaliseAddress,
  type Output,
  type Page,
} from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";
import type { Gathering } from "../batcher.ts";
import { type Ask, type Caller, scopeOf } from "../context.ts";
import { listBrandIds } from "../brand/brand.ts";
import { readOrigins } from "./provenance.ts";
import { showCustomValue } from "../custom-field/custom-field.ts";
import { pageOf, type Place, placeOf } from "../pagination.ts";
import type { Rank } from "../search/query.ts";
import { searchCustomers } from "../search/search.ts";

interface Row {
  id: number;
  external_primary_id: string;
  brand_id: number;
  brand_name: string;
  firstname: string;
  lastname: string;
  version: number;
  created_at: Date;
  updated_at: Date;
  channels: Customer["channels"];
  custom: { name: string; type: "text" | "number" | "boolean" | "date" | "select"; value: string }[];
}

const customersByIds: Statement = {
  name: "customers_by_ids",
  text: `SELECT c.id, coalesce(c.primary_id, '') AS external_primary_id, c.brand_id, b.name AS brand_name,
      c.firstname, c.lastname, c.version, c.created_at, c.updated_at,
      (SELECT coalesce(json_agg(json_build_object('id', h.id, 'channel_id', t.channel_id, 'channel_name', t.name,
          'address', h.address) ORDER BY h.id), '[]')
        FROM customer_channel h JOIN channel_type t ON t.id = h.type_id WHERE h.customer_id = c.id) AS channels,
      (SELECT coalesce(json_agg(json_build_object('name', f.name, 'type', f.type, 'value', v.value) ORDER BY f.id), '[]')
        FROM custom_value v JOIN custom_field f ON f.id = v.field_id WHERE v.customer_id = c.id) AS custom
    FROM customer c JOIN brand b ON b.id = c.brand_id
    WHERE c.id = ANY ($1::bigint[]) AND ($2::bigint[] IS NULL OR c.brand_id = ANY ($2))`,
};

/** Whoever reads customers in the same turn, and may see the same brands, reads them in one statement. */
const reading: Gathering<{ caller: Caller; ids: readonly number[] }, Customer[]> = {
  most: 32,
  atOnce: 3,
  async run(db, all) {
    const [first] = all;
    const wanted = [...new Set(all.flatMap(({ ids }) => ids))];
    const rows = await db.rows<Row>(customersByIds, [wanted, first && scopeOf(first.caller)]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return all.map(({ ids }) =>
      ids.flatMap((id) => {
        const row = byId.get(id);
        return row ? showCustomer(row) : [];
      }),
    );
  },
};

/** Customers as the wire shows them, in the order of the ids. */
async function readCustomers(db: Db, caller: Caller, ids: readonly number[]): Promise<Customer[]> {
  if (ids.length === 0) return [];
  return db.gather(reading, scopeOf(caller)?.join() ?? "all", { caller, ids });
}

function showCustomer({ custom, created_at, updated_at, ...row }: Row): Customer {
  const fields = custom.map(({ name, type, value }) => [`custom_${name}`, showCustomValue(type, value)]);
  return {
    ...row,
    ...(Object.fromEntries(fields) as Record<`custom_${string}`, string>),
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  };
}

/** Operation 2. */
export async function findCustomer(
  ask: Ask,
  { id, provenance = false }: Decoded<Api["customer"]["find"]>,
): Promise<Output<Api["customer"]["find"]>> {
  const [item] = await readCustomers(ask.db, ask.caller, [id]);
  if (!item) throw notFound("customer");
  const origins = provenance ? { provenance: await readOrigins(ask, id) } : {};
  return { type: "item", item: { ...item, ...origins } };
}

/** Operation 1. */
export async function listCustomers(
  ask: Ask,
  input: Decoded<Api["customer"]["list"]>,
): Promise<Page<Customer>> {
  const place = placeOf(ask, "customer.list", input);
  const brandIds = await listBrandIds(ask.db, ask.caller, input.brandId);
  return input.query === undefined
    ? newestFirst(ask, place, brandIds, ask.caller.brands === null && input.brandId === undefined)
    : bestFirst(ask, place, brandIds, input.query);
}

const newestIds: Statement = {
  name: "customer_newest",
  text: `SELECT c.id FROM unnest($1::bigint[]) AS b (id)
      CROSS JOIN LATERAL (SELECT id FROM customer WHERE brand_id = b.id AND id < $2 ORDER BY id DESC LIMIT $3) AS c
    ORDER BY c.id DESC OFFSET $4 LIMIT $5`,
};

const customerTotal: Statement = {
  name: "customer_total",
  text: "SELECT coalesce(sum(n), 0)::bigint AS n FROM row_count WHERE kind = 'customer' AND brand_id = ANY ($1::bigint[])",
};

/** For whoever sees every brand: the walk needs no scope, and an offset is counted once, not in every brand. */
const newestAnywhere: Statement = {
  name: "customer_newest_anywhere",
  text: "SELECT id FROM customer WHERE id < $1 ORDER BY id DESC OFFSET $2 LIMIT $3",
};

async function newestFirst(
  ask: Ask,
  place: Place,
  brandIds: readonly number[],
  everywhere: boolean,
): Promise<Page<Customer>> {
  const skip = place.after ? 0 : place.start;
  const before = place.after?.[0] ?? Number.MAX_SAFE_INTEGER;
  const some = place.limit + 1;
  const [rows, total] = await Promise.all([
    everywhere
      ? ask.db.rows<{ id: number }>(newestAnywhere, [before, skip, some])
      : ask.db.rows<{ id: number }>(newestIds, [brandIds, before, skip + some, skip, some]),
    ask.db.row<{ n: number }>(customerTotal, [brandIds]),
  ]);
  return showPage(ask, place, rows, { count: total?.n ?? 0 }, (row) => [row.id]);
}

type Search = Parameters<typeof searchCustomers>[1];

/**
 * A search of a common word is long work beside a lookup: few at a time, so that lookups, and the pages of searches that
 * are done, find sessions free. Who searches the same while it waits shares what is found.
 */
const searching: Gathering<Search, Awaited<ReturnType<typeof searchCustomers>>> = {
  most: 32,
  atOnce: 4,
  async run(db, all) {
    const found = await searchCustomers(db, all[0] as Search);
    return all.map(() => found);
  },
};

async function bestFirst(
  ask: Ask,
  place: Place,
  brandIds: readonly number[],
  query: string,
): Promise<Page<Customer>> {
  const search = { query, brandIds, need: place.after?.[2] ?? place.limit };
  const { found, capped } = await ask.db.gather(searching, JSON.stringify(search), search);
  const [rank, id] = place.after ?? [];
  const from = rank === undefined || id === undefined ? place.start : found.upTo({ rank: rank as Rank, id });
  const rows = found.slice(from, from + place.limit + 1);
  return showPage(ask, place, rows, { count: found.length, capped }, (row) => [
    row.rank,
    row.id,
    place.after?.[2] ?? place.limit,
  ]);
}

async function showPage<R extends { id: number }>(
  ask: Ask,
  place: Place,
  rows: R[],
  total: { count: number; capped?: boolean },
  keysOf: (row: R) => number[],
): Promise<Page<Customer>> {
  const shown = await readCustomers(
    ask.db,
    ask.caller,
    rows.slice(0, place.limit).map((row) => row.id),
  );
  return { ...pageOf(ask, place, rows, total, keysOf, () => undefined), items: shown };
}

/** A question that several may ask at once: in these brands, by this value. Each gets the rows of its number. */
interface Numbered {
  id: number;
  n: number;
}

const rowsOf = <R extends Numbered>(rows: readonly R[], at: number) => rows.filter(({ n }) => n === at);

const idsByPrimaryId: Statement = {
  name: "customer_ids_by_primary_id",
  text: `SELECT c.id, a.n::int FROM unnest($2::text[]) WITH ORDINALITY AS a (primary_id, n)
      CROSS JOIN unnest($1::bigint[]) AS b (id)
      JOIN customer c ON c.brand_id = b.id AND c.primary_id = a.primary_id ORDER BY c.id`,
};

const findingByPrimaryId: Gathering<{ brandIds: readonly number[]; primaryId: string }, { id: number }[]> = {
  most: 32,
  atOnce: 3,
  async run(db, all) {
    const values = [all[0]?.brandIds, all.map(({ primaryId }) => primaryId)];
    const rows = await db.rows<Numbered>(idsByPrimaryId, values);
    return all.map((_, at) => rowsOf(rows, at + 1));
  },
};

/** Operation 7. */
export async function listByPrimaryId(
  ask: Ask,
  input: Decoded<Api["customer"]["listByPrimaryId"]>,
): Promise<Page<Customer>> {
  const place = placeOf(ask, "customer.listByPrimaryId", input);
  const brandIds = await listBrandIds(ask.db, ask.caller, input.brandId);
  const { primaryId } = input;
  const found = await ask.db.gather(findingByPrimaryId, brandIds.join(), { brandIds, primaryId });
  return fewPage(ask, place, found);
}

const idsByAddress: Statement = {
  name: "customer_ids_by_address",
  text: `SELECT DISTINCT c.id, c.primary_id, a.n
    FROM unnest($1::bigint[]) AS b (id)
      CROSS JOIN unnest($2::int[], $3::bigint[], $4::text[]) AS a (n, type_id, normalised)
      JOIN customer_channel h ON h.brand_id = b.id AND h.type_id = a.type_id AND h.normalised = a.normalised
      JOIN customer c ON c.brand_id = b.id AND c.id = h.customer_id
    ORDER BY 1`,
};

/** Who is looked for: in these brands, by an address of any of these types. */
interface Sought {
  brandIds: readonly number[];
  places: readonly { type: number; normalised: string }[];
}

type Holding = { id: number; primary_id: string | null };

const findingByAddress: Gathering<Sought, Holding[]> = {
  most: 32,
  atOnce: 3,
  run: (db, all) => findByAddress(db, all),
};

async function findByAddress(db: Db | Tx, all: readonly Sought[]): Promise<Holding[][]> {
  const places = all.flatMap((one, at) => one.places.map((place) => ({ at, ...place })));
  const rows = await db.rows<Holding & Numbered>(idsByAddress, [
    all[0]?.brandIds,
    places.map(({ at }) => at),
    places.map(({ type }) => type),
    places.map(({ normalised }) => normalised),
  ]);
  return all.map((_, at) => rowsOf(rows, at));
}

/** Operation 8. */
export async function listByChannel(
  ask: Ask,
  input: Decoded<Api["customer"]["listByChannel"]>,
): Promise<Page<Customer>> {
  const place = placeOf(ask, "customer.listByChannel", input);
  const brandIds = await listBrandIds(ask.db, ask.caller, input.brandId);
  return fewPage(ask, place, await holdersOf(ask.db, ask, brandIds, input.value));
}

/** Who holds an address of any type that accepts the value, normalised by the rule of each. */
export async function holdersOf(
  db: Db | Tx,
  ask: Ask,
  brandIds: readonly number[],
  value: string,
): Promise<Holding[]> {
  const places = ask.types.flatMap((type) => {
    const read = normaliseAddress(type.rule, value);
    return "fault" in read ? [] : [{ type: type.id, normalised: read.normalised }];
  });
  if (places.length === 0) return [];
  const sought = { brandIds, places };
  if ("gather" in db) return db.gather(findingByAddress, brandIds.join(), sought);
  return (await findByAddress(db, [sought]))[0] ?? [];
}

/** A page of a list that holds at most a customer or so for each brand. */
async function fewPage(ask: Ask, place: Place, all: { id: number }[]): Promise<Page<Customer>> {
  const [after] = place.after ?? [];
  const rest = after === undefined ? all.slice(place.start) : all.filter((row) => row.id > after);
  return showPage(ask, place, rest.slice(0, place.limit + 1), { count: all.length }, (row) => [row.id]);
}
