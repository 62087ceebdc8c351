/**
 * What becomes of stored values when their field changes or goes. The transaction holds the field FOR UPDATE, which
 * waits for everybody who is storing values of it: so every value is seen, and none is lost unless `force` says so.
 * A customer whose values are lost or shown otherwise has a new version afterwards. Customers are locked before the
 * field, in the order of everybody who writes a customer: the other way round would be a deadlock.
 */
import { invalid } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import { Raced } from "../command.ts";
import { type Conversion, type CustomField, convertValue, showCustomValue } from "./value.ts";

/** A change may touch every customer of a brand. */
const patience = 15_000;

const lockCustomers: Statement = {
  name: "field_lock_customers",
  text: `SELECT count(*) AS count FROM (SELECT FROM customer c
    WHERE ($2::bigint[] IS NULL OR c.brand_id = ANY ($2))
      AND c.id IN (SELECT customer_id FROM custom_value WHERE field_id = $1)
    ORDER BY c.id FOR NO KEY UPDATE) AS held`,
};

/**
 * Locks the customers who have a value of the field, for a transaction that will lock the field to change it.
 * How many there are: `checkHeld` compares once the field is locked.
 */
export async function holdValues(tx: Tx, scope: readonly number[] | null, fieldId: number): Promise<number> {
  await tx.allowWaiting(patience);
  return (await tx.row<{ count: number }>(lockCustomers, [fieldId, scope]))?.count ?? 0;
}

/** Starts over when a value came before the field was locked: its customer is not held, and must not be now. */
export async function checkHeld(tx: Tx, fieldId: number, held: number): Promise<void> {
  const there = await tx.row<{ count: number }>(countValues, [fieldId]);
  if (there?.count !== held) throw new Raced();
}

const countValues: Statement = {
  name: "field_values_count",
  text: "SELECT count(*) AS count FROM custom_value WHERE field_id = $1",
};

const listValues: Statement = {
  name: "field_values",
  text: "SELECT value, count(*) AS count FROM custom_value WHERE field_id = $1 GROUP BY value",
};

const raiseVersions: Statement = {
  name: "field_raise_versions",
  text: `UPDATE customer c SET version = version + 1, updated_at = now()
    FROM custom_value v WHERE v.field_id = $1 AND c.brand_id = $2 AND c.id = v.customer_id`,
};

const raiseSomeVersions: Statement = {
  name: "field_raise_some_versions",
  text: `${raiseVersions.text} AND v.value IN (SELECT unnest($3::text[]))`,
};

const rewriteValues: Statement = {
  name: "field_rewrite_values",
  text: `UPDATE custom_value v SET value = becomes FROM unnest($2::text[], $3::text[]) AS c (value, becomes)
    WHERE v.field_id = $1 AND v.value = c.value`,
};

const dropValues: Statement = {
  name: "field_drop_values",
  text: "DELETE FROM custom_value WHERE field_id = $1 AND value IN (SELECT unnest($2::text[]))",
};

/** Makes the values fit what the field has become. How many were lost. */
export async function refitValues(
  tx: Tx,
  before: CustomField,
  field: CustomField,
  force: boolean,
): Promise<number> {
  const stored = await tx.rows<{ value: string; count: number }>(listValues, [field.id]);
  const conversions = stored.map((one): Conversion => ({ ...one, becomes: convertValue(field, one.value) }));
  const lost = conversions.filter(({ becomes }) => becomes === undefined);
  const count = lost.reduce((sum, one) => sum + one.count, 0);
  checkLoss(count, force);
  const shown = conversions.filter((one) => isShownOtherwise(before, field, one));
  const rewritten = conversions.filter(({ value, becomes }) => becomes !== undefined && becomes !== value);
  await tx.rows(raiseSomeVersions, [field.id, field.brand_id, textsOf(shown)]);
  await tx.rows(dropValues, [field.id, textsOf(lost)]);
  await tx.rows(rewriteValues, [field.id, textsOf(rewritten), rewritten.map(({ becomes }) => becomes)]);
  return count;
}

/** Counts what goes with the field, and gives the customers who lose something their new version. */
export async function loseValues(tx: Tx, field: CustomField, force: boolean): Promise<number> {
  const { count } = (await tx.row<{ count: number }>(countValues, [field.id])) ?? { count: 0 };
  checkLoss(count, force);
  await tx.rows(raiseVersions, [field.id, field.brand_id]);
  return count;
}

function checkLoss(count: number, force: boolean): void {
  if (count === 0 || force) return;
  const what = count === 1 ? "1 value" : `${count} values`;
  throw invalid([{ field: "force", message: `must be 1 to go ahead: ${what} would be lost` }]);
}

function isShownOtherwise(before: CustomField, after: CustomField, { value, becomes }: Conversion): boolean {
  return (
    becomes === undefined || showCustomValue(before.type, value) !== showCustomValue(after.type, becomes)
  );
}

function textsOf(conversions: readonly Conversion[]): string[] {
  return conversions.map(({ value }) => value);
}
