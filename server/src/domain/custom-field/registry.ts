/**
 * The custom fields a brand has: at most 500, and no two of one key. Whoever adds one holds the brand's row, so that
 * the count stays true; whoever is about to store values holds their fields, so that none of them changes its type or
 * goes away between the reading of a value and its writing. Whoever locks a customer too locks the customer first.
 */
import { invalid } from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";
import { lockBrand } from "../brand/brand.ts";
import type { CustomField } from "./value.ts";

/** How many custom fields a brand can have. */
const mostFields = 500;

export const fieldColumns = "id, brand_id, name, name_key, label, type, options";

const fieldsOfBrand: Statement = {
  name: "field_of_brand",
  text: `SELECT ${fieldColumns} FROM custom_field WHERE brand_id = $1 ORDER BY id`,
};

/** All fields of a brand by key. */
async function listBrandFields(db: Db | Tx, brandId: number): Promise<Map<string, CustomField>> {
  const rows = await db.rows<CustomField>(fieldsOfBrand, [brandId]);
  return new Map(rows.map((field) => [field.name_key, field]));
}

const fieldsToHold: Statement = {
  name: "field_hold",
  text: "SELECT id FROM custom_field WHERE brand_id = $1 AND name_key = ANY ($2) ORDER BY id FOR KEY SHARE",
};

/** All fields of a brand by key; those of the keys named stay as they are until the transaction ends. */
export async function holdFields(
  tx: Tx,
  brandId: number,
  keys: readonly string[],
): Promise<Map<string, CustomField>> {
  if (keys.length > 0) await tx.rows(fieldsToHold, [brandId, keys]);
  return listBrandFields(tx, brandId);
}

/** A field that a request takes for granted: `name` as it was written, `field` where. */
export interface Wanted {
  name: string;
  key: string;
  field: string;
}

// The update changes nothing: it waits for whoever makes or takes away the same field, and then holds it. It must not
// name a column of a key, or it would also wait for those who merely hold the field and wait for the brand.
const insertWanted: Statement = {
  name: "field_insert_wanted",
  text: `INSERT INTO custom_field (brand_id, name, name_key, label, type)
    SELECT $1, name, key, name, 'text' FROM unnest($2::text[], $3::text[]) AS wanted (name, key)
    ON CONFLICT (brand_id, name_key) DO UPDATE SET label = custom_field.label`,
};

/** All fields of a brand by key, after those wanted that it lacked were made text fields; holds the wanted ones. */
export async function ensureFields(
  tx: Tx,
  brandId: number,
  wanted: readonly Wanted[],
): Promise<Map<string, CustomField>> {
  const fields = await holdFields(
    tx,
    brandId,
    wanted.map(({ key }) => key),
  );
  const missing = new Map<string, Wanted>();
  for (const one of wanted) if (!fields.has(one.key) && !missing.has(one.key)) missing.set(one.key, one);
  if (missing.size === 0) return fields;
  await lockBrand(tx, null, brandId);
  await checkRoom(tx, brandId, [...missing.values()]);
  await tx.rows(insertWanted, [brandId, [...missing.values()].map(({ name }) => name), [...missing.keys()]]);
  return listBrandFields(tx, brandId);
}

/** Refuses the fields for which a brand has no room. The transaction holds the brand. */
export async function checkRoom(tx: Tx, brandId: number, wanted: readonly Wanted[]): Promise<void> {
  const fields = await listBrandFields(tx, brandId);
  const added = wanted.filter(({ key }) => !fields.has(key));
  const excess = added.slice(Math.max(0, mostFields - fields.size));
  const message = `would be more than the ${mostFields} custom fields a brand can have`;
  if (excess.length > 0) throw invalid(excess.map(({ field }) => ({ field, message })));
}
