/**
 * Brands: the wall between customers. Everything that names a brand comes through `findBrand` or `lockBrand`, and a
 * brand outside the caller's scope is answered as one that does not exist. Whether a name is free and whether a brand
 * is empty is said by the database's constraints, in the very statement that would break them.
 */
import { isDeepStrictEqual } from "node:util";
import { type Api, type Decoded, DossierError, invalid, notFound, type Output } from "@dossier/api";
import type { Db, Statement, Tx } from "../db/database.ts";
import { violated } from "../db/failure.ts";
import { type Ask, type Caller, scopeOf, sees } from "./ask.ts";
import { type Place, pageOf, placeOf } from "./page.ts";
import { write } from "./write.ts";

/** A brand with its settings. */
export interface Brand {
  id: number;
  name: string;
  search_by_channel: boolean;
  default_country: string;
  custom_fields: "open" | "defined";
  taken_address: "refuse" | "skip";
  placeholder_ids: "refuse" | "allow";
  created_at: Date;
  updated_at: Date;
}

type Settings = Omit<Decoded<Api["brand"]["update"]>, "id">;

const columns = `id, name, search_by_channel, default_country, custom_fields, taken_address, placeholder_ids,
  created_at, updated_at`;

const brandById: Statement = { name: "brand_by_id", text: `SELECT ${columns} FROM brand WHERE id = $1` };

/** The brand, if it exists and the caller may know of it. */
export async function findBrand(db: Db | Tx, caller: Caller, id: number): Promise<Brand> {
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

/** The ids of every brand the caller sees, or of the one named. */
export async function listBrandIds(db: Db | Tx, caller: Caller, brandId?: number): Promise<number[]> {
  if (brandId !== undefined) return [(await findBrand(db, caller, brandId)).id];
  const rows = await db.rows<{ id: number }>(visibleBrands, [caller.brands]);
  return rows.map((row) => row.id);
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
  return pageOf(ask, place, rows, total ?? { count: 0 }, (brand) => [brand.id], showBrand);
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
  return { type: "item", item: showBrand(await findBrand(ask.db, ask.caller, input.id)) };
}

function showBrand(brand: Brand) {
  return { ...brand, created_at: brand.created_at.toISOString(), updated_at: brand.updated_at.toISOString() };
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
  const settings = readSettings(input);
  return write(ask, async (tx) => {
    const [brand] = await tx.rows<Brand>(insertBrand, [input.name]).catch(refuseName);
    if (!brand) throw notFound("brand");
    await saveBrand(tx, brand, { ...brand, ...settings });
    const trail = { brandId: brand.id, fields: Object.keys(settings) };
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
  const settings = readSettings(input);
  return write(ask, async (tx) => {
    const brand = await lockBrand(tx, scopeOf(ask.caller), input.id);
    const changed = await saveBrand(tx, brand, { ...brand, ...settings });
    const names = Object.keys(settings) as (keyof Brand)[];
    const trail = { brandId: brand.id, fields: names.filter((name) => settings[name] !== brand[name]) };
    const about = { type: "result" as const, id: brand.id, trail };
    return changed
      ? { ...about, message: "Brand updated.", outcome: "updated" as const }
      : { ...about, message: "Nothing to change.", outcome: "unchanged" as const };
  });
}

/** What was sent, by our columns; what was not sent is not there. */
function readSettings(input: Settings): Partial<Brand> {
  const { defaultCountry: country } = input;
  if (country !== undefined && !/^([A-Za-z]{2})?$/.test(country))
    throw invalid([{ field: "default_country", message: "must be the two letters of a country, or empty" }]);
  const sent = {
    name: input.name,
    search_by_channel: input.searchByChannel,
    default_country: country?.toUpperCase(),
    custom_fields: input.customFields,
    taken_address: input.takenAddress,
    placeholder_ids: input.placeholderIds,
  };
  return Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));
}

const updateColumns: Statement = {
  name: "brand_update",
  text: `UPDATE brand SET name = $2, search_by_channel = $3, default_country = $4, custom_fields = $5,
    taken_address = $6, placeholder_ids = $7, updated_at = now() WHERE id = $1`,
};

/** Writes the brand as it shall be; whether that was a change. */
async function saveBrand(tx: Tx, before: Brand, brand: Brand): Promise<boolean> {
  if (isDeepStrictEqual(before, brand)) return false;
  const { id, name, search_by_channel, default_country, custom_fields, taken_address, placeholder_ids } =
    brand;
  const values = [
    id,
    name,
    search_by_channel,
    default_country,
    custom_fields,
    taken_address,
    placeholder_ids,
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
