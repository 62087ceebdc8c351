/**
 * The custom values of a customer: which field of the brand each means, whether it fits, and writing what differs.
 * The fields are held from the reading to the commit, so that none changes its type between the two.
 */
import { type CustomSent, DossierError, type Fault, invalid } from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";
import { type Ask, originOf } from "../context.ts";
import type { Brand } from "../brand/brand.ts";
import { type CustomField, ensureFields, holdFields, readCustomValue } from "../custom-field/custom-field.ts";

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
  const { changes, faults } = fit(await knownFields(tx, brand, counting), counting);
  if (faults.length > 0) throw invalid(faults);
  return changes;
}

/** The same of a stranger's values: what does not fit is left out and told, the rest is taken. */
export async function readFitting(
  tx: Tx,
  brand: Brand,
  sent: readonly CustomSent[],
): Promise<{ changes: CustomChange[]; faults: Fault[] }> {
  if (sent.length === 0) return { changes: [], faults: [] };
  const { known, unknown } = await splitKnown(tx, brand, sent);
  const { fields, faults } = await makeFitting(tx, brand, known, unknown);
  const fitted = fit(
    fields,
    sent.filter(({ key }) => fields.has(key)),
  );
  return { changes: fitted.changes, faults: [...faults, ...fitted.faults] };
}

/** What `readFitting` would make of values, and nothing made. */
export async function previewFitting(
  db: Db,
  brand: Brand,
  sent: readonly CustomSent[],
): Promise<{ values: { field: string; value: string }[]; faults: Fault[] }> {
  const { known, unknown } = await db.transaction((tx) => splitKnown(tx, brand, sent));
  const { changes, faults } = fit(
    known,
    sent.filter(({ key }) => known.has(key)),
  );
  const values = changes.map(({ name, value }) => ({ field: `custom_${name}`, value }));
  if (brand.custom_fields === "open")
    return { values: [...values, ...unknown.map(({ field, value }) => ({ field, value }))], faults };
  const refused = unknown.map(({ field }) => ({ field, message: undefinedField }));
  return { values, faults: [...refused, ...faults] };
}

const undefinedField = "is no custom field of this brand";

/** Makes the fields that a brand lacks, where it lets callers; a brand without room for all of them gets none. */
async function makeFitting(
  tx: Tx,
  brand: Brand,
  known: Map<string, CustomField>,
  unknown: readonly CustomSent[],
): Promise<{ fields: Map<string, CustomField>; faults: Fault[] }> {
  if (unknown.length === 0) return { fields: known, faults: [] };
  const refuse = (message: string) => ({
    fields: known,
    faults: unknown.map(({ field }) => ({ field, message })),
  });
  if (brand.custom_fields === "defined") return refuse(undefinedField);
  try {
    return { fields: await ensureFields(tx, brand.id, unknown), faults: [] };
  } catch (error) {
    if (error instanceof DossierError && error.code === "invalid_field")
      return refuse("would be more custom fields than a brand can have");
    throw error;
  }
}

/** How the values fit the fields the brand has. */
function fit(
  known: Map<string, CustomField>,
  sent: readonly CustomSent[],
): { changes: CustomChange[]; faults: Fault[] } {
  const faults: Fault[] = [];
  const changes = new Map<number, CustomChange>();
  for (const one of sent) {
    const field = known.get(one.key);
    if (!field) continue;
    const read = one.value.trim() === "" ? { value: "" } : readCustomValue(field, one.value);
    if (one.fault) faults.push({ field: one.field, message: one.fault });
    else if ("fault" in read) faults.push({ field: one.field, message: read.fault });
    else if ((changes.get(field.id)?.value ?? read.value) !== read.value)
      faults.push({ field: one.field, message: "was sent more than once with different values" });
    else changes.set(field.id, { fieldId: field.id, name: field.name, value: read.value });
  }
  return { changes: [...changes.values()], faults };
}

async function splitKnown(tx: Tx, brand: Brand, sent: readonly CustomSent[]) {
  const known = await holdFields(
    tx,
    brand.id,
    sent.map((one) => one.key),
  );
  return { known, unknown: sent.filter((one) => !one.bare && !known.has(one.key)) };
}

async function knownFields(
  tx: Tx,
  brand: Brand,
  sent: readonly CustomSent[],
): Promise<Map<string, CustomField>> {
  const { known, unknown } = await splitKnown(tx, brand, sent);
  if (unknown.length === 0) return known;
  if (brand.custom_fields === "defined")
    throw invalid(
      unknown.map((one) => ({ field: one.field, message: undefinedField })),
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
    const fieldIds = sets.map((one) => one.fieldId);
    const values = [to.id, to.brand_id, ...originOf(ask.caller), fieldIds, sets.map((one) => one.value)];
    changed.push(...(await tx.rows<{ field_id: number }>(setValues, values)));
  }
  if (clears.length > 0) {
    const fieldIds = clears.map((one) => one.fieldId);
    changed.push(...(await tx.rows<{ field_id: number }>(clearValues, [to.id, fieldIds, to.brand_id])));
  }
  const ids = new Set(changed.map((one) => one.field_id));
  return changes.filter((change) => ids.has(change.fieldId)).map((change) => `custom_${change.name}`);
}
