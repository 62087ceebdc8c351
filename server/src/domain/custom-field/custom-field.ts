/**
 * Custom fields: what a brand wants to know of its customers beyond their names. Two names are one field if their
 * keys are equal, which the database enforces; a field of another brand is answered as one that does not exist.
 * No value is lost without the caller's `force`.
 */
import { isDeepStrictEqual } from "node:util";
import { type Api, customFieldKey, type Decoded, invalid, notFound, type Output } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import { violated } from "../../db/errors.ts";
import { type Ask, scopeOf } from "../context.ts";
import { findBrand, lockBrand, seek } from "../brand/brand.ts";
import { checkHeld, holdValues, loseValues, refitValues } from "./convert.ts";
import { checkRoom, fieldColumns } from "./registry.ts";
import type { CustomField } from "./value.ts";
import { pageOf, placeOf } from "../pagination.ts";
import { write } from "../command.ts";

export { ensureFields, holdFields } from "./registry.ts";
export { convertValue, type CustomField, readCustomValue, showCustomValue } from "./value.ts";

const mostOptions = 200;

const visible = "($1::bigint[] IS NULL OR brand_id = ANY ($1)) AND ($2::bigint IS NULL OR brand_id = $2)";

const fieldPage: Statement = {
  name: "field_page",
  text: `SELECT ${fieldColumns} FROM custom_field WHERE ${visible} AND id > $3 ORDER BY id OFFSET $4 LIMIT $5`,
};

const fieldTotal: Statement = {
  name: "field_total",
  text: `SELECT count(*) AS count FROM custom_field WHERE ${visible}`,
};

/** A page of the fields of one brand, or of every brand the caller may see. */
export async function listFields(
  ask: Ask,
  input: Decoded<Api["customfield"]["list"]>,
): Promise<Output<Api["customfield"]["list"]>> {
  const place = placeOf(ask, "customfield", input);
  if (input.brandId !== undefined) await findBrand(ask.db, ask.caller, input.brandId);
  const which = [scopeOf(ask.caller), input.brandId ?? null];
  const rows = await ask.db.rows<CustomField>(fieldPage, [...which, ...seek(place)]);
  const total = await ask.db.row<{ count: number }>(fieldTotal, which);
  return pageOf(ask, place, rows, total ?? { count: 0 }, (field) => [field.id], showField);
}

function showField({ id, brand_id, name, label, type, options }: CustomField) {
  return { id, brand_id, name, label, type, options };
}

const insertField: Statement = {
  name: "field_insert",
  text: `INSERT INTO custom_field (brand_id, name, name_key, label, type, options)
    VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
};

/** Defines a field. */
export async function createField(
  ask: Ask,
  input: Decoded<Api["customfield"]["create"]>,
): Promise<Output<Api["customfield"]["create"]>> {
  const { brandId, name, label, type = "text" } = input;
  const key = keyOf(name);
  const options = readOptions(type, input.options ?? []);
  return write(ask, async (tx) => {
    await lockBrand(tx, scopeOf(ask.caller), brandId);
    await checkRoom(tx, brandId, [{ name, key, field: "name" }]);
    const values = [brandId, name, key, label || name, type, options];
    const [row] = await tx.rows<{ id: number }>(insertField, values).catch(refuseName);
    if (!row) throw notFound("brand");
    const trail = { brandId };
    return {
      type: "result" as const,
      message: "Custom field created.",
      id: row.id,
      outcome: "created" as const,
      trail,
    };
  });
}

function keyOf(name: string): string {
  const key = customFieldKey(name);
  if (key === undefined) throw invalid([{ field: "name", message: "must have 1 to 64 characters" }]);
  return key;
}

/** The options as they are stored: those of a select, each once; nothing else has any. */
function readOptions(type: CustomField["type"], sent: readonly string[]): string[] {
  const options = [...new Set(sent)];
  const fault = optionsFault(type, options);
  if (fault) throw invalid([{ field: "options", message: fault }]);
  return options;
}

function optionsFault(type: CustomField["type"], options: readonly string[]): string | undefined {
  if (type !== "select")
    return options.length > 0 ? "can only be sent for a field of type select" : undefined;
  if (options.length === 0) return "must name what the select can be";
  if (options.includes("")) return "must not be empty";
  return options.length > mostOptions ? `must be at most ${mostOptions}` : undefined;
}

function refuseName(error: unknown): never {
  if (violated(error) !== "custom_field_name_unique") throw error;
  throw invalid([{ field: "name", message: "is the name of another custom field of this brand" }]);
}

const fieldToChange: Statement = {
  name: "field_lock",
  text: `SELECT ${fieldColumns} FROM custom_field
    WHERE id = $1 AND ($2::bigint[] IS NULL OR brand_id = ANY ($2)) FOR UPDATE`,
};

async function lockField(tx: Tx, ask: Ask, id: number): Promise<CustomField> {
  const field = await tx.row<CustomField>(fieldToChange, [id, scopeOf(ask.caller)]);
  if (!field) throw notFound("custom field");
  return field;
}

type Change = Decoded<Api["customfield"]["update"]>;

/** Changes what was sent of a field, and its values with it. */
export async function updateField(ask: Ask, input: Change): Promise<Output<Api["customfield"]["update"]>> {
  return write(ask, async (tx) => {
    const touched = input.type !== undefined || input.options !== undefined;
    const held = touched ? await holdValues(tx, scopeOf(ask.caller), input.id) : 0;
    const before = await lockField(tx, ask, input.id);
    if (touched) await checkHeld(tx, input.id, held);
    const field = changed(before, input);
    const names = ["name", "label", "type", "options"] as const;
    const fields = names.filter((name) => !isDeepStrictEqual(before[name], field[name]));
    const result = { type: "result" as const, id: field.id, trail: { brandId: field.brand_id, fields } };
    if (isDeepStrictEqual(before, field))
      return { ...result, message: "Nothing to change.", outcome: "unchanged" as const };
    const lost = await saveField(tx, before, field, input.force ?? false);
    return { ...result, message: "Custom field updated.", outcome: "updated" as const, values_lost: lost };
  });
}

/** The field as it shall be. A label that is just the name follows it. */
function changed(before: CustomField, sent: Change): CustomField {
  const name = sent.name ?? before.name;
  const type = sent.type ?? before.type;
  const ownLabel = before.label === before.name ? "" : before.label;
  const kept = type === "select" ? before.options : [];
  const options = readOptions(type, sent.options ?? kept);
  return { ...before, name, name_key: keyOf(name), label: (sent.label ?? ownLabel) || name, type, options };
}

const updateColumns: Statement = {
  name: "field_update",
  text: "UPDATE custom_field SET name = $2, name_key = $3, label = $4, type = $5, options = $6 WHERE id = $1",
};

async function saveField(tx: Tx, before: CustomField, field: CustomField, force: boolean): Promise<number> {
  const { id, name, name_key, label, type, options } = field;
  await tx.rows(updateColumns, [id, name, name_key, label, type, options]).catch(refuseName);
  const refits = type !== before.type || !isDeepStrictEqual(options, before.options);
  return refits ? refitValues(tx, before, field, force) : 0;
}

const deleteRow: Statement = { name: "field_delete", text: "DELETE FROM custom_field WHERE id = $1" };

/** Deletes a field and its values. */
export async function deleteField(
  ask: Ask,
  input: Decoded<Api["customfield"]["delete"]>,
): Promise<Output<Api["customfield"]["delete"]>> {
  return write(ask, async (tx) => {
    const held = await holdValues(tx, scopeOf(ask.caller), input.id);
    const field = await lockField(tx, ask, input.id);
    await checkHeld(tx, input.id, held);
    const lost = await loseValues(tx, field, input.force ?? false);
    await tx.rows(deleteRow, [field.id]);
    return {
      type: "result" as const,
      message: "Custom field deleted.",
      id: field.id,
      outcome: "deleted" as const,
      values_lost: lost,
      trail: { brandId: field.brand_id },
    };
  });
}
