/**
 * The custom values of a customer: which field of the brand each means, whether it fits, and writing what differs.
 * The fields are held from the reading to the commit, so that none changes its type between the two.
 */
import { type CustomSent, type Fault, invalid } from "@dossier/api";
import type { Statement, Tx } from "../db/database.ts";
import type { Ask } from "./ask.ts";
import type { Brand } from "./brand.ts";
import { type CustomField, ensureFields, holdFields, readCustomValue } from "./field.ts";

/** A custom value to be written; the empty text clears. */
export interface CustomChange {
  fieldId: number;
  name: string;
  value: string;
}

/**
 * What the custom fields sent come to in this brand.
 *
 * @throws DossierError with every value that does not fit, or every name the brand has not defined
 */
export async function readCustoms(
  tx: Tx,
  brand: Brand,
  sent: readonly CustomSent[],
  emptyClears: boolean,
): Promise<CustomChange[]> {
  const counting = sent.filter((one) => emptyClears || one.fault || one.value.trim() !== "");
  if (counting.length === 0) return [];
  const known = await knownFields(tx, brand, counting);
  const faults: Fault[] = [];
  const changes = new Map<number, CustomChange>();
  for (const one of counting) {
    const field = known.get(one.key);
    if (!field) continue;
    const read = one.value.trim() === "" ? { value: "" } : readCustomValue(field, one.value);
    if (one.fault) faults.push({ field: one.field, message: one.fault });
    else if ("fault" in read) faults.push({ field: one.field, message: read.fault });
    else if ((changes.get(field.id)?.value ?? read.value) !== read.value)
      faults.push({ field: one.field, message: "was sent more than once with different values" });
    else changes.set(field.id, { fieldId: field.id, name: field.name, value: read.value });
  }
  if (faults.length > 0) throw invalid(faults);
  return [...changes.values()];
}

async function knownFields(
  tx: Tx,
  brand: Brand,
  sent: readonly CustomSent[],
): Promise<Map<string, CustomField>> {
  const keys = sent.map((one) => one.key);
  const known = await holdFields(tx, brand.id, keys);
  const unknown = sent.filter((one) => !one.bare && !known.has(one.key));
  if (unknown.length === 0) return known;
  if (brand.custom_fields === "defined")
    throw invalid(
      unknown.map((one) => ({ field: one.field, message: "is no custom field of this brand" })),
      "unknown_custom_field",
    );
  const wanted = unknown.filter((one) => one.value.trim() !== "");
  return wanted.length === 0 ? known : ensureFields(tx, brand.id, wanted);
}

const setValues: Statement = {
  name: "custom_value_set",
  text: `INSERT INTO custom_value AS v (customer_id, brand_id, field_id, value, source, key_id)
    SELECT $1, $2, f, value, $3, $4 FROM unnest($5::bigint[], $6::text[]) AS a (f, value) ORDER BY f
    ON CONFLICT (customer_id, field_id) DO UPDATE
      SET value = excluded.value, source = excluded.source, key_id = excluded.key_id, set_at = clock_timestamp()
      WHERE v.value <> excluded.value
    RETURNING field_id`,
};

const clearValues: Statement = {
  name: "custom_value_clear",
  text: "DELETE FROM custom_value WHERE customer_id = $1 AND field_id = ANY ($2::bigint[]) AND brand_id = $3 RETURNING field_id",
};

/** Writes the values; answers the names of those that differed from what stood there. */
export async function writeCustoms(
  tx: Tx,
  ask: Ask,
  to: { id: number; brand_id: number },
  changes: readonly CustomChange[],
): Promise<string[]> {
  const sets = changes.filter((change) => change.value !== "");
  const clears = changes.filter((change) => change.value === "");
  const changed: { field_id: number }[] = [];
  if (sets.length > 0) {
    const { source, keyId } = ask.caller;
    const fieldIds = sets.map((one) => one.fieldId);
    const values = [to.id, to.brand_id, source, keyId, fieldIds, sets.map((one) => one.value)];
    changed.push(...(await tx.rows<{ field_id: number }>(setValues, values)));
  }
  if (clears.length > 0) {
    const fieldIds = clears.map((one) => one.fieldId);
    changed.push(...(await tx.rows<{ field_id: number }>(clearValues, [to.id, fieldIds, to.brand_id])));
  }
  const ids = new Set(changed.map((one) => one.field_id));
  return changes.filter((change) => ids.has(change.fieldId)).map((change) => `custom_${change.name}`);
}
