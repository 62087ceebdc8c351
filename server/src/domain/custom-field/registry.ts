/**
 * Registry of a brand's custom fields: at most 500, with unique keys. A transaction that adds one holds the brand's
 * row, so that the count stays true; one that stores values holds their fields, so that none of them changes its type
 * or is deleted between the reading of a value and its writing. Lock order: customers before fields.
 */
import { invalid } from "@dossier/api";
import type { Queryable, Statement, Tx } from "../../db/database.ts";
import { lockBrand } from "../brand/brand.ts";
import type { CustomField } from "./value.ts";

export const maxFields = 500;

export const fieldColumns = "id, brand_id, name, name_key, label, type, options";

const fieldsOfBrand: Statement = {
  name: "field_select_by_key",
  text: `SELECT ${fieldColumns} FROM custom_field WHERE brand_id = $1 AND name_key = ANY ($2) ORDER BY id`,
};

/** The fields of a brand with these keys, by key. */
async function listBrandFields(
  tx: Queryable,
  brandId: number,
  keys: readonly string[],
): Promise<Map<string, CustomField>> {
  const rows = keys.length === 0 ? [] : await tx.rows<CustomField>(fieldsOfBrand, [brandId, keys]);
  return new Map(rows.map((field) => [field.name_key, field]));
}

const fieldsOfBrands: Statement = {
  name: "field_select_of_brands",
  text: `SELECT f.* FROM unnest($1::bigint[]) AS b (id) CROSS JOIN LATERAL (
      SELECT ${fieldColumns} FROM custom_field WHERE brand_id = b.id AND name_key = $2 LIMIT 1) AS f`,
};

/** The fields of brands with one key. */
export function listFieldsByKey(
  db: Queryable,
  brandIds: readonly number[],
  key: string,
): Promise<CustomField[]> {
  return db.rows<CustomField>(fieldsOfBrands, [brandIds, key]);
}

const selectCount: Statement = {
  name: "field_count",
  text: "SELECT count(*) AS count FROM custom_field WHERE brand_id = $1",
};

export async function countFields(tx: Queryable, brandId: number): Promise<number> {
  return (await tx.row<{ count: number }>(selectCount, [brandId]))?.count ?? 0;
}

const selectFieldsForShare: Statement = {
  name: "field_lock_share",
  text: "SELECT id FROM custom_field WHERE brand_id = $1 AND name_key = ANY ($2) ORDER BY id FOR KEY SHARE",
};

/** The fields of a brand with these keys, by key; locked until the transaction ends. */
export async function lockFields(
  tx: Queryable,
  brandId: number,
  keys: readonly string[],
): Promise<Map<string, CustomField>> {
  if (keys.length > 0) await tx.rows(selectFieldsForShare, [brandId, keys]);
  return listBrandFields(tx, brandId, keys);
}

/** A field that a request expects to exist: `name` as it was written, `field` where. */
export interface RequestedField {
  name: string;
  key: string;
  field: string;
}

// The update changes nothing: it waits for transactions that create or delete the same field, and then locks it. It
// must not name a column of a key, or it would also wait for transactions that only hold the field and wait for the
// brand.
const insertMissingFields: Statement = {
  name: "field_insert_missing",
  text: `INSERT INTO custom_field (brand_id, name, name_key, label, type)
    SELECT $1, name, key, name, 'text' FROM unnest($2::text[], $3::text[]) AS wanted (name, key)
    ON CONFLICT (brand_id, name_key) DO UPDATE SET label = custom_field.label`,
};

/** The fields of a brand by key; missing ones are created as text fields. Locks them. */
export async function getOrCreateFields(
  tx: Tx,
  brandId: number,
  requested: readonly RequestedField[],
): Promise<Map<string, CustomField>> {
  const keys = requested.map(({ key }) => key);
  const fields = await lockFields(tx, brandId, keys);
  const missing = new Map<string, RequestedField>();
  for (const one of requested) if (!fields.has(one.key) && !missing.has(one.key)) missing.set(one.key, one);
  if (missing.size === 0) return fields;
  await lockBrand(tx, null, brandId);
  await assertFieldLimit(tx, brandId, [...missing.values()]);
  await tx.rows(insertMissingFields, [
    brandId,
    [...missing.values()].map(({ name }) => name),
    [...missing.keys()],
  ]);
  return listBrandFields(tx, brandId, keys);
}

/** Rejects fields beyond the brand's limit. The transaction holds the brand. */
export async function assertFieldLimit(
  tx: Tx,
  brandId: number,
  requested: readonly RequestedField[],
): Promise<void> {
  const [fields, there] = await Promise.all([
    listBrandFields(
      tx,
      brandId,
      requested.map(({ key }) => key),
    ),
    tx.row<{ count: number }>(selectCount, [brandId]),
  ]);
  const added = requested.filter(({ key }) => !fields.has(key));
  const excess = added.slice(Math.max(0, maxFields - (there?.count ?? 0)));
  const message = `would be more than the ${maxFields} custom fields a brand can have`;
  if (excess.length > 0) throw invalid(excess.map(({ field }) => ({ field, message })));
}
