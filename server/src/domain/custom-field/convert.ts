/**
 * Conversion of stored values when their field changes or is deleted. The transaction holds the field FOR UPDATE, which
 * waits for every transaction that is storing values of it: so every value is seen, and none is lost unless `force`
 * says so. A customer whose values are lost or shown otherwise gets a new version. Lock order: customers before the
 * field, as in every write of a customer; the other order would deadlock.
 */
import { setImmediate as turn } from "node:timers/promises";
import { invalid } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import { chunkBySize } from "../pagination.ts";
import { ConcurrentChangeError } from "../command.ts";
import {
  type Conversion,
  type CustomField,
  convertValue,
  maxCustomBytes,
  toWireCustomValue,
} from "./value.ts";

/** A change may affect every customer of a brand. */
const convertTimeoutMs = 15_000;

const lockCustomers: Statement = {
  name: "field_lock_customers",
  text: `SELECT count(*) AS count FROM (SELECT FROM customer c
    WHERE ($2::bigint[] IS NULL OR c.brand_id = ANY ($2))
      AND c.id IN (SELECT customer_id FROM customer_custom_value WHERE field_id = $1)
    ORDER BY c.id FOR NO KEY UPDATE) AS held`,
};

/**
 * Locks the customers with a value of the field, for a transaction that will lock the field to change it. Returns their
 * number: `assertLocked` compares it once the field is locked.
 */
export async function lockValues(tx: Tx, scope: readonly number[] | null, fieldId: number): Promise<number> {
  await tx.setTimeouts(convertTimeoutMs);
  return (await tx.row<{ count: number }>(lockCustomers, [fieldId, scope]))?.count ?? 0;
}

/**
 * Retries when a value was added before the field was locked: its customer is not locked, and must not be locked now.
 */
export async function assertLocked(tx: Tx, fieldId: number, locked: number): Promise<void> {
  const there = await tx.row<{ count: number }>(countValues, [fieldId]);
  if (there?.count !== locked) throw new ConcurrentChangeError();
}

const countValues: Statement = {
  name: "field_count_values",
  text: "SELECT count(*) AS count FROM customer_custom_value WHERE field_id = $1",
};

// Values over $2 bytes fit no other type: they are counted, and not read.
const listValues: Statement = {
  name: "field_group_values",
  text: `SELECT value, count(*) AS count FROM customer_custom_value
    WHERE field_id = $1 AND octet_length(value) <= $2 GROUP BY value`,
};

const countLong: Statement = {
  name: "field_count_long",
  text: "SELECT count(*) AS count FROM customer_custom_value WHERE field_id = $1 AND octet_length(value) > $2",
};

// The sum is of one customer's values, at most one for each field of the brand.
const selectOutgrown: Statement = {
  name: "field_select_outgrown",
  text: `SELECT v.customer_id AS id FROM customer_custom_value v
      JOIN unnest($2::text[], $3::int[]) AS g (value, growth) ON g.value = v.value
    WHERE v.field_id = $1
      AND (SELECT sum(octet_length(o.value)) FROM customer_custom_value o WHERE o.customer_id = v.customer_id) + g.growth > $4`,
};

const raiseVersions: Statement = {
  name: "field_raise_versions",
  text: `UPDATE customer c SET version = version + 1, updated_at = now()
    FROM customer_custom_value v WHERE v.field_id = $1 AND c.brand_id = $2 AND c.id = v.customer_id`,
};

const raiseSomeVersions: Statement = {
  name: "field_raise_some_versions",
  text: `${raiseVersions.text} AND (octet_length(v.value) > $4 OR v.value IN (SELECT unnest($3::text[])))`,
};

const rewriteValues: Statement = {
  name: "field_rewrite_values",
  text: `UPDATE customer_custom_value v SET value = becomes FROM unnest($2::text[], $3::text[]) AS c (value, becomes)
    WHERE v.field_id = $1 AND v.value = c.value`,
};

const dropValues: Statement = {
  name: "field_delete_values",
  text: `DELETE FROM customer_custom_value WHERE field_id = $1
    AND (octet_length(value) > $4 OR customer_id = ANY ($3::bigint[]) OR value IN (SELECT unnest($2::text[])))`,
};

/** In bytes: the longest value of any type but text. */
const maxShortValue = 1024;

/** Converts the values to the field's new definition. Returns the number of lost values. */
export async function convertValues(
  tx: Tx,
  before: CustomField,
  field: CustomField,
  force: boolean,
): Promise<number> {
  const maxBytes = field.type === "text" ? maxCustomBytes : maxShortValue;
  const stored = await tx.rows<{ value: string; count: number }>(listValues, [field.id, maxBytes]);
  const long = await tx.row<{ count: number }>(countLong, [field.id, maxBytes]);
  const { lost, shown, rewritten } = await classify(before, field, stored);
  const outgrown = await findOutgrown(tx, field, rewritten);
  const count = lost.reduce((sum, one) => sum + one.count, (long?.count ?? 0) + outgrown.length);
  assertLossAllowed(count, force);
  const { id } = field;
  // Long values and outgrown customers are each handled once, with the first chunk, which may otherwise be empty.
  for (const [at, some] of chunksOf(shown).entries())
    await tx.rows(raiseSomeVersions, [
      id,
      field.brand_id,
      valuesOf(some),
      at === 0 ? maxBytes : maxCustomBytes,
    ]);
  for (const [at, some] of chunksOf(lost).entries())
    await tx.rows(dropValues, [id, valuesOf(some), at === 0 ? outgrown : [], maxBytes]);
  for (const some of chunksOf(rewritten))
    await tx.rows(rewriteValues, [id, valuesOf(some), some.map(({ converted }) => converted)]);
  return count;
}

/**
 * Which texts are lost, shown otherwise or rewritten. It yields to the event loop: there may be one for each customer.
 */
async function classify(
  before: CustomField,
  field: CustomField,
  stored: readonly { value: string; count: number }[],
): Promise<Record<"lost" | "shown" | "rewritten", Conversion[]>> {
  const found: Record<"lost" | "shown" | "rewritten", Conversion[]> = { lost: [], shown: [], rewritten: [] };
  for (const some of chunkBySize(stored, sizeOf, { items: 2000, bytes: maxChunkBytes })) {
    for (const { value, count } of some) {
      const one: Conversion = { value, count, converted: convertValue(field, value) };
      if (one.converted === undefined) found.lost.push(one);
      else if (one.converted !== value) found.rewritten.push(one);
      if (isShownDifferently(before, field, one)) found.shown.push(one);
    }
    await turn();
  }
  return found;
}

const maxChunkBytes = 1024 * 1024;
const sizeOf = ({ value }: { value: string }) => value.length;

/** Chunks, one for each statement: few are better, because each statement scans all values of the field. */
function chunksOf(conversions: readonly Conversion[]): Conversion[][] {
  const chunks = chunkBySize(conversions, sizeOf, { items: 20_000, bytes: maxChunkBytes });
  return chunks.length > 0 ? chunks : [[]];
}

/** The customers whose custom values exceed the limit because the new form of this one is longer. */
async function findOutgrown(
  tx: Tx,
  field: CustomField,
  conversions: readonly Conversion[],
): Promise<number[]> {
  const growing = conversions.flatMap(({ value, converted = "" }) => {
    const growth = Buffer.byteLength(converted) - Buffer.byteLength(value);
    return growth > 0 ? [{ value, growth }] : [];
  });
  if (growing.length === 0) return [];
  const growths = growing.map(({ growth }) => growth);
  const values = [field.id, growing.map(({ value }) => value), growths, maxCustomBytes];
  return (await tx.rows<{ id: number }>(selectOutgrown, values)).map(({ id }) => id);
}

/** Counts the values deleted with the field, and gives each customer that loses one a new version. */
export async function dropAllValues(tx: Tx, field: CustomField, force: boolean): Promise<number> {
  const { count } = (await tx.row<{ count: number }>(countValues, [field.id])) ?? { count: 0 };
  assertLossAllowed(count, force);
  await tx.rows(raiseVersions, [field.id, field.brand_id]);
  return count;
}

function assertLossAllowed(count: number, force: boolean): void {
  if (count === 0 || force) return;
  const what = count === 1 ? "1 value" : `${count} values`;
  throw invalid([{ field: "force", message: `must be 1 to go ahead: ${what} would be lost` }]);
}

function isShownDifferently(
  before: CustomField,
  after: CustomField,
  { value, converted }: Conversion,
): boolean {
  return (
    converted === undefined ||
    toWireCustomValue(before.type, value) !== toWireCustomValue(after.type, converted)
  );
}

function valuesOf(conversions: readonly Conversion[]): string[] {
  return conversions.map(({ value }) => value);
}
