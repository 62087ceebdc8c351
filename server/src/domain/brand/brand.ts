/**
 * Brands: the wall between customers. Everything that names a brand comes through `findBrand` or `lockBrand`, and a
 * brand outside the caller's scope is answered as one that does not exist. Whether a name is free and whether a brand
 * is empty is said by the database's constraints, in the very statement that would break them.
 */
import { isDeepStrictEqual } from "node:util";
import { type Api, type Decoded, DossierError, invalid, notFound, type Output } from "@dossier/api";
import type { Db, Queries, Statement, Tx } from "../../db/database.ts";
import { violated } from "../../db/errors.ts";
import type { Gathering } from "../batcher.ts";
import { type Ask, type Caller, scopeOf, sees } from "../context.ts";
import { namesOf, readSettings, type Settings } from "./settings.ts";
import { type Place, pageOf, placeOf } from "../pagination.ts";
import { write } from "../command.ts";

/** A brand with its settings. */
export interface Brand {
  id: number;
  name: string;
  search_by_channel: boolean;
  default_country: string;
  custom_fields: "open" | "defined";
  taken_address: "refuse" | "skip";
  placeholder_ids: "refuse" | "allow";
  /** empty: the brand has no CRM */
  crm_lookup_url: string;
  /** of the headers sent to it; their values are encrypted and read by whoever sends them */
  crm_header_names: string[];
  /** our field by the JSON pointer to it in an answer */
  crm_field_map: Record<string, string>;
  crm_wins: boolean;
  crm_refresh_seconds: number;
  created_at: Date;
  updated_at: Date;
}

const columns = `id, name, search_by_channel, default_country, custom_fields, taken_address, placeholder_ids,
  crm_lookup_url, crm_header_names, crm_field_map, crm_wins, crm_refresh_seconds, created_at, updated_at`;

const brandById: Statement = { name: "brand_by_id", text: `SELECT ${columns} FROM brand WHERE id = $1` };

/** The brand, if it exists and the caller may know of it. */
export async function findBrand(db: Queries, caller: Caller, id: number): Promise<Brand> {
  const row = sees(caller, id) ? await db.row<Brand>(brandById, [id]) : undefined;
  if (!row) throw notFound("brand");
  return row;
}

// Not FOR UPDATE: whoever creates a customer or a field holds FOR KEY SHARE on the brand, and two of them that wanted
// FOR UPDATE as well would wait for each other.
const brandToChange: Statement = {
  name: "brand_lock",
  text: `SELECT ${columns} FROM brand
    WHERE id = $1 AND ($2::bigint[] IS NULL OR id = ANY ($2)) FOR NO KEY UPDATE`,
};

/** The brand, until the transaction ends for this transaction alone to change or to add fields to. */
export async function lockBrand(tx: Tx, scope: readonly number[] | null, id: number): Promise<Brand> {
  const row = await tx.row<Brand>(brandToChange, [id, scope]);
  if (!row) throw notFound("brand");
  return row;
}

const visibleBrands: Statement = {
  name: "brand_visible",
  text: "SELECT id FROM brand WHERE $1::bigint[] IS NULL OR id = ANY ($1) ORDER BY id",
};

async function visibleIds(db: Db | Tx, scope: readonly number[] | null): Promise<number[]> {
  const rows = await db.rows<{ id: number }>(visibleBrands, [scope]);
  return rows.map((row) => row.id);
}

/** Whoever asks in the same turn for the same scope is told by one statement. */
const seeing: Gathering<readonly number[] | null, number[]> = {
  most: 64,
  atOnce: 3,
  async run(db, all) {
    const ids = await visibleIds(db, all[0] ?? null);
    return all.map(() => ids);
  },
};

/** The ids of every brand the caller sees, or of the one named. */
export async function listBrandIds(
  db: Db | Tx,
  caller: Caller,
  brandId?: number,
): Promise<readonly number[]> {
  if (brandId !== undefined) return [(await findBrand(db, caller, brandId)).id];
  const scope = scopeOf(caller);
  return "gather" in db ? db.gather(seeing, scope?.join() ?? "all", scope) : visibleIds(db, scope);
}

const brandPage: Statement = {
  name: "brand_page",
  text: `SELECT ${columns} FROM brand WHERE ($1::bigint[] IS NULL OR id = ANY ($1)) AND id > $2
    ORDER BY id OFFSET $3 LIMIT $4`,
};

const brandTotal: Statement = {
  name: "brand_total",
  text: "SELECT count(*) AS count FROM brand WHERE $1::bigint[] IS NULL OR id = ANY ($1)",
};

/** A page of the brands the caller may see. */
export async function listBrands(
  ask: Ask,
  input: Decoded<Api["brand"]["list"]>,
): Promise<Output<Api["brand"]["list"]>> {
  const place = placeOf(ask, "brand", input);
  const scope = scopeOf(ask.caller);
  const rows = await ask.db.rows<Brand>(brandPage, [scope, ...seek(place)]);
  const total = await ask.db.row<{ count: number }>(brandTotal, [scope]);
  return pageOf(
    ask,
    place,
    rows,
    total ?? { count: 0 },
    (brand) => [brand.id],
    (brand) => showBrand(ask, brand),
  );
}

/** The id to begin after, how many rows to skip, how many to read, for a list in the order of ids. */
export function seek({ after, start, limit }: Place): [after: number, offset: number, limit: number] {
  return [after?.[0] ?? 0, after ? 0 : start, limit + 1];
}

/** One brand as the wire shows it. */
export async function findBrandItem(
  ask: Ask,
  input: Decoded<Api["brand"]["find"]>,
): Promise<Output<Api["brand"]["find"]>> {
  return { type: "item", item: showBrand(ask, await findBrand(ask.db, ask.caller, input.id)) };
}

function showBrand({ caller }: Ask, brand: Brand) {
  const { crm_lookup_url, crm_header_names, crm_field_map, crm_wins, crm_refresh_seconds, ...shown } = brand;
  const crm = { crm_lookup_url, crm_headers: crm_header_names, crm_field_map, crm_wins, crm_refresh_seconds };
  const times = { created_at: brand.created_at.toISOString(), updated_at: brand.updated_at.toISOString() };
  return { ...shown, ...(caller.permissions.has("SETTINGS_CRUD") ? crm : {}), ...times };
}

const insertBrand: Statement = {
  name: "brand_insert",
  text: `INSERT INTO brand (name) VALUES ($1) RETURNING ${columns}`,
};

/** Creates a brand. A key for some brands may not: it would not see what it made. */
export async function createBrand(
  ask: Ask,
  input: Decoded<Api["brand"]["create"]>,
): Promise<Output<Api["brand"]["create"]>> {
  if (scopeOf(ask.caller) !== null)
    throw new DossierError(
      "permission_missing",
      "This key lacks the permission SETTINGS_CRUD for all brands.",
    );
  const settings = readSettings(ask, input);
  return write(ask, async (tx) => {
    const [brand] = await tx.rows<Brand>(insertBrand, [input.name]).catch(refuseName);
    if (!brand) throw notFound("brand");
    await saveBrand(tx, brand, settings);
    const trail = { brandId: brand.id, fields: namesOf(settings) };
    return {
      type: "result" as const,
      message: "Brand created.",
      id: brand.id,
      outcome: "created" as const,
      trail,
    };
  });
}

/** Changes what was sent of a brand's name and settings. */
export async function updateBrand(
  ask: Ask,
  input: Decoded<Api["brand"]["update"]>,
): Promise<Output<Api["brand"]["update"]>> {
  const settings = readSettings(ask, input);
  return write(ask, async (tx) => {
    const brand = await lockBrand(tx, scopeOf(ask.caller), input.id);
    const changed = await saveBrand(tx, brand, settings);
    const trail = { brandId: brand.id, fields: namesOf(settings, brand) };
    const about = { type: "result" as const, id: brand.id, trail };
    return changed
      ? { ...about, message: "Brand updated.", outcome: "updated" as const }
      : { ...about, message: "Nothing to change.", outcome: "unchanged" as const };
  });
}

const updateColumns: Statement = {
  name: "brand_update",
  text: `UPDATE brand SET name = $2, search_by_channel = $3, default_country = $4, custom_fields = $5,
    taken_address = $6, placeholder_ids = $7, crm_lookup_url = $8, crm_header_names = $9, crm_field_map = $10,
    crm_wins = $11, crm_refresh_seconds = $12, crm_headers = CASE WHEN $13 THEN $14::bytea ELSE crm_headers END,
    updated_at = now() WHERE id = $1`,
};

/** Writes the brand as it shall be; whether that was a change. Headers that were sent are taken for new ones. */
async function saveBrand(tx: Tx, before: Brand, { columns, headers }: Settings): Promise<boolean> {
  const brand = { ...before, ...columns };
  if (isDeepStrictEqual(before, brand) && headers === undefined) return false;
  const values = [
    brand.id,
    brand.name,
    brand.search_by_channel,
    brand.default_country,
    brand.custom_fields,
    brand.taken_address,
    brand.placeholder_ids,
    brand.crm_lookup_url,
    brand.crm_header_names,
    JSON.stringify(brand.crm_field_map),
    brand.crm_wins,
    brand.crm_refresh_seconds,
    headers !== undefined,
    headers && headers.names.length > 0 ? headers.seal(brand.id) : null,
  ];
  await tx.rows(updateColumns, values).catch(refuseName);
  return true;
}

function refuseName(error: unknown): never {
  if (violated(error) !== "brand_name_unique") throw error;
  throw invalid([{ field: "name", message: "is the name of another brand" }]);
}

const deleteEmpty: Statement = {
  name: "brand_delete",
  text: "DELETE FROM brand WHERE id = $1 AND ($2::bigint[] IS NULL OR id = ANY ($2)) RETURNING id",
};

/** Deletes a brand nothing belongs to any more. Keys for it lose it; its custom fields go with it. */
export async function deleteBrand(
  ask: Ask,
  input: Decoded<Api["brand"]["delete"]>,
): Promise<Output<Api["brand"]["delete"]>> {
  const answer = await write(ask, async (tx) => {
    const gone = await tx.row(deleteEmpty, [input.id, scopeOf(ask.caller)]).catch(refuseUse);
    if (!gone) throw notFound("brand");
    const trail = { brandId: input.id };
    return {
      type: "result" as const,
      message: "Brand deleted.",
      id: input.id,
      outcome: "deleted" as const,
      trail,
    };
  });
  ask.forgetKeys?.();
  return answer;
}

/** A deletion breaks foreign keys only: something still belongs to the brand. */
function refuseUse(error: unknown): never {
  if (violated(error) === undefined) throw error;
  throw new DossierError(
    "brand_in_use",
    "The brand still has customers, deleted ones that can be restored, or tickets.",
  );
}
