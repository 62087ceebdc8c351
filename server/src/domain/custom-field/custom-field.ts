/**
 * Custom fields: the fields that a brand adds to its customers. Two names are one field if their keys are equal, which
 * the database enforces; a field of another brand is answered like a missing one. No value is lost without the caller's
 * `force`.
 */
import { isDeepStrictEqual } from "node:util";
import { type Api, customFieldKey, type Decoded, invalid, notFound, type Output } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import { violatedConstraint } from "../../db/errors.ts";
import { type RequestContext, brandScope } from "../context.ts";
import { findBrand, lockBrand, keysetParams } from "../brand/brand.ts";
import { assertLocked, lockValues, dropAllValues, convertValues } from "./convert.ts";
import { assertFieldLimit, fieldColumns } from "./registry.ts";
import type { CustomField } from "./value.ts";
import { toPage, parsePage } from "../pagination.ts";
import { write } from "../command.ts";

export {
  convertValue,
  type CustomField,
  maxCustomBytes,
  parseCustomValue as readCustomValue,
  toWireCustomValue as showCustomValue,
} from "./value.ts";

const maxOptions = 200;
/** For all options of a field together, in UTF-8: a page of fields and a write of their values read them whole. */
const maxOptionBytes = 16 * 1024;

const isVisible = "($1::bigint[] IS NULL OR brand_id = ANY ($1)) AND ($2::bigint IS NULL OR brand_id = $2)";

const fieldPage: Statement = {
  name: "field_page",
  text: `SELECT ${fieldColumns} FROM custom_field WHERE ${isVisible} AND id > $3 ORDER BY id OFFSET $4 LIMIT $5`,
};

const fieldTotal: Statement = {
  name: "field_total",
  text: `SELECT count(*) AS count FROM custom_field WHERE ${isVisible}`,
};

/** A page of the fields of one brand, or of every brand the caller may see. */
export async function listFields(
  ctx: RequestContext,
  input: Decoded<Api["customfield"]["list"]>,
): Promise<Output<Api["customfield"]["list"]>> {
  const place = parsePage(ctx, "customfield", input);
  if (input.brandId !== undefined) await findBrand(ctx.db, ctx.caller, input.brandId);
  const which = [brandScope(ctx.caller), input.brandId ?? null];
  const rows = await ctx.db.rows<CustomField>(fieldPage, [...which, ...keysetParams(place)]);
  const total = await ctx.db.row<{ count: number }>(fieldTotal, which);
  return toPage(ctx, place, rows, total ?? { count: 0 }, (field) => [field.id], toWireField);
}

function toWireField({ id, brand_id, name, label, type, options }: CustomField) {
  return { id, brand_id, name, label, type, options };
}

const insertField: Statement = {
  name: "field_insert",
  text: `INSERT INTO custom_field (brand_id, name, name_key, label, type, options)
    VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
};

export async function createField(
  ctx: RequestContext,
  input: Decoded<Api["customfield"]["create"]>,
): Promise<Output<Api["customfield"]["create"]>> {
  const { brandId, name, label, type = "text" } = input;
  const key = keyOf(name);
  const options = validateOptions(type, input.options ?? []);
  return write(ctx, async (tx) => {
    await lockBrand(tx, brandScope(ctx.caller), brandId);
    await assertFieldLimit(tx, brandId, [{ name, key, field: "name" }]);
    const values = [brandId, name, key, label || name, type, options];
    const [row] = await tx.rows<{ id: number }>(insertField, values).catch(translateNameViolation);
    if (!row) throw notFound("brand");
    const audit = { brandId };
    return {
      type: "result" as const,
      message: "Custom field created.",
      id: row.id,
      outcome: "created" as const,
      audit,
    };
  });
}

function keyOf(name: string): string {
  const key = customFieldKey(name);
  if (key === undefined) throw invalid([{ field: "name", message: "must have 1 to 64 characters" }]);
  return key;
}

/** The options as they are stored: those of a select, each once; other types have none. */
function validateOptions(type: CustomField["type"], sent: readonly string[]): string[] {
  const options = [...new Set(sent)];
  const fault = optionsError(type, options);
  if (fault) throw invalid([{ field: "options", message: fault }]);
  return options;
}

function optionsError(type: CustomField["type"], options: readonly string[]): string | undefined {
  if (type !== "select")
    return options.length > 0 ? "can only be sent for a field of type select" : undefined;
  if (options.length === 0) return "must name what the select can be";
  if (options.includes("")) return "must not be empty";
  if (options.length > maxOptions) return `must be at most ${maxOptions}`;
  return Buffer.byteLength(options.join("")) > maxOptionBytes
    ? `must be at most ${maxOptionBytes} bytes of UTF-8 in all`
    : undefined;
}

function translateNameViolation(error: unknown): never {
  if (violatedConstraint(error) !== "custom_field_name_unique") throw error;
  throw invalid([{ field: "name", message: "is the name of another custom field of this brand" }]);
}

const selectFieldForUpdate: Statement = {
  name: "field_lock",
  text: `SELECT ${fieldColumns} FROM custom_field
    WHERE id = $1 AND ($2::bigint[] IS NULL OR brand_id = ANY ($2)) FOR UPDATE`,
};

async function lockField(tx: Tx, ctx: RequestContext, id: number): Promise<CustomField> {
  const field = await tx.row<CustomField>(selectFieldForUpdate, [id, brandScope(ctx.caller)]);
  if (!field) throw notFound("custom field");
  return field;
}

type FieldChange = Decoded<Api["customfield"]["update"]>;

/** Changes the parts sent of a field, and its values with it. */
export async function updateField(
  ctx: RequestContext,
  input: FieldChange,
): Promise<Output<Api["customfield"]["update"]>> {
  return write(ctx, async (tx) => {
    const touched = input.type !== undefined || input.options !== undefined;
    const locked = touched ? await lockValues(tx, brandScope(ctx.caller), input.id) : 0;
    const before = await lockField(tx, ctx, input.id);
    if (touched) await assertLocked(tx, input.id, locked);
    const field = applyFieldChange(before, input);
    const names = ["name", "label", "type", "options"] as const;
    const fields = names.filter((name) => !isDeepStrictEqual(before[name], field[name]));
    const result = { type: "result" as const, id: field.id, audit: { brandId: field.brand_id, fields } };
    if (isDeepStrictEqual(before, field))
      return { ...result, message: "Nothing to change.", outcome: "unchanged" as const };
    const lost = await updateFieldRow(tx, before, field, input.force ?? false);
    return { ...result, message: "Custom field updated.", outcome: "updated" as const, values_lost: lost };
  });
}

/** The new state of the field. A label equal to the name changes with it. */
function applyFieldChange(before: CustomField, sent: FieldChange): CustomField {
  const name = sent.name ?? before.name;
  const type = sent.type ?? before.type;
  const ownLabel = before.label === before.name ? "" : before.label;
  const kept = type === "select" ? before.options : [];
  const options = validateOptions(type, sent.options ?? kept);
  return { ...before, name, name_key: keyOf(name), label: (sent.label ?? ownLabel) || name, type, options };
}

const updateColumns: Statement = {
  name: "field_update",
  text: "UPDATE custom_field SET name = $2, name_key = $3, label = $4, type = $5, options = $6 WHERE id = $1",
};

async function updateFieldRow(
  tx: Tx,
  before: CustomField,
  field: CustomField,
  force: boolean,
): Promise<number> {
  const { id, name, name_key, label, type, options } = field;
  await tx.rows(updateColumns, [id, name, name_key, label, type, options]).catch(translateNameViolation);
  const needsConversion = type !== before.type || !isDeepStrictEqual(options, before.options);
  return needsConversion ? convertValues(tx, before, field, force) : 0;
}

const deleteRow: Statement = { name: "field_delete", text: "DELETE FROM custom_field WHERE id = $1" };

export async function deleteField(
  ctx: RequestContext,
  input: Decoded<Api["customfield"]["delete"]>,
): Promise<Output<Api["customfield"]["delete"]>> {
  return write(ctx, async (tx) => {
    const locked = await lockValues(tx, brandScope(ctx.caller), input.id);
    const field = await lockField(tx, ctx, input.id);
    await assertLocked(tx, input.id, locked);
    const lost = await dropAllValues(tx, field, input.force ?? false);
    await tx.rows(deleteRow, [field.id]);
    return {
      type: "result" as const,
      message: "Custom field deleted.",
      id: field.id,
      outcome: "deleted" as const,
      values_lost: lost,
      audit: { brandId: field.brand_id },
    };
  });
}
