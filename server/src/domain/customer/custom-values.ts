/**
 * Custom values of customers: which field of the brand each value is for, whether it fits, and writing what differs. The
 * fields are locked from reading to commit, so none changes its type between the two.
 */
import { type RawCustomField, type Fault, invalid } from "@dossier/api";
import type { Queryable, Statement, Tx } from "../../db/database.ts";
import type { Brand } from "../brand/row.ts";
import { ConcurrentChangeError } from "../command.ts";
import { type RequestContext, provenanceOf } from "../context.ts";
import { countFields, getOrCreateFields, lockFields, maxFields } from "../custom-field/registry.ts";
import { type CustomField, parseCustomValue } from "../custom-field/value.ts";
import type { CustomChange, NewField } from "./change.ts";

/** The custom fields of a brand that values may be for, by key, and how many it has in all. */
export interface FieldFacts {
  known: ReadonlyMap<string, CustomField>;
  count: number;
}

const noFields: FieldFacts = { known: new Map(), count: 0 };

/** Locks the fields that values are for; counts the brand's fields where one is unknown. */
export async function readFieldFacts(
  tx: Queryable,
  brandId: number,
  sent: readonly RawCustomField[],
): Promise<FieldFacts> {
  if (sent.length === 0) return noFields;
  const keys = [...new Set(sent.map(({ key }) => key))];
  const known = await lockFields(tx, brandId, keys);
  const isMissing = sent.some(({ key, bare }) => !bare && !known.has(key));
  return { known, count: isMissing ? await countFields(tx, brandId) : 0 };
}

/** What values come to: changes, and the fields to be made for them. */
export interface CustomPlan {
  changes: CustomChange[];
  newFields: NewField[];
  faults: Fault[];
}

const undefinedField = "is no custom field of this brand";
const tooManyFields = `would be more than the ${maxFields} custom fields a brand can have`;

/**
 * What the values of a call come to in a brand. Blank values clear a field only on updates.
 *
 * @throws DossierError with every value that does not fit, or every name the brand has not defined
 */
export function planCustomValues(
  brand: Brand,
  facts: FieldFacts,
  sent: readonly RawCustomField[],
  emptyClears: boolean,
): CustomPlan {
  const counting = sent.filter((one) => emptyClears || one.fault || one.value.trim() !== "");
  const unknown = unknownOf(facts, counting);
  if (unknown.length > 0 && brand.custom_fields === "defined")
    throw invalid(
      unknown.map(({ field }) => ({ field, message: undefinedField })),
      "unknown_custom_field",
    );
  const newFields = newFieldsOf(unknown.filter(({ value }) => value.trim() !== ""));
  const excess = newFields.slice(Math.max(0, maxFields - facts.count));
  if (excess.length > 0) throw invalid(excess.map(({ field }) => ({ field, message: tooManyFields })));
  const plan = fitValues(facts, newFields, counting);
  if (plan.faults.length > 0) throw invalid(plan.faults);
  return plan;
}

/** The same of another program's values: what does not fit is reported in `faults`, the rest is taken. */
export function planCustomValuesLeniently(
  brand: Brand,
  facts: FieldFacts,
  sent: readonly RawCustomField[],
): CustomPlan {
  const unknown = unknownOf(facts, sent);
  const newFields = newFieldsOf(unknown);
  const isFull = facts.count + newFields.length > maxFields;
  const refusal =
    brand.custom_fields === "defined"
      ? undefinedField
      : isFull
        ? "would be more custom fields than a brand can have"
        : undefined;
  if (unknown.length === 0 || refusal === undefined) return fitValues(facts, newFields, sent);
  const { faults, ...plan } = fitValues(facts, [], sent);
  return { ...plan, faults: [...unknown.map(({ field }) => ({ field, message: refusal })), ...faults] };
}

function unknownOf({ known }: FieldFacts, sent: readonly RawCustomField[]): RawCustomField[] {
  return sent.filter(({ key, bare }) => !bare && !known.has(key));
}

function newFieldsOf(sent: readonly RawCustomField[]): NewField[] {
  const byKey = new Map<string, NewField>();
  for (const { key, name, field } of sent)
    if (!byKey.has(key)) byKey.set(key, { id: -1 - byKey.size, key, name, field });
  return [...byKey.values()];
}

type FieldOfValue = Pick<CustomField, "id" | "name" | "type" | "options">;

function fitValues(facts: FieldFacts, newFields: NewField[], sent: readonly RawCustomField[]): CustomPlan {
  const made = new Map(
    newFields.map(({ key, id, name }) => [key, { id, name, type: "text" as const, options: [] }]),
  );
  const faults: Fault[] = [];
  const changes = new Map<number, CustomChange>();
  for (const one of sent) {
    const field: FieldOfValue | undefined = facts.known.get(one.key) ?? made.get(one.key);
    if (!field) continue;
    const read = one.value.trim() === "" ? { value: "" } : parseCustomValue(field, one.value);
    if (one.fault) faults.push({ field: one.field, message: one.fault });
    else if ("fault" in read) faults.push({ field: one.field, message: read.fault });
    else if ((changes.get(field.id)?.value ?? read.value) !== read.value)
      faults.push({ field: one.field, message: "was sent more than once with different values" });
    else changes.set(field.id, { fieldId: field.id, name: field.name, value: read.value, field: one.field });
  }
  return { changes: [...changes.values()], newFields, faults };
}

/** The values of a customer to be written. */
export interface ValueChange {
  ctx: RequestContext;
  id: number;
  customs: readonly CustomChange[];
  newFields: readonly NewField[];
}

/**
 * Makes the fields that values need; the values with the ids of their fields.
 *
 * @throws ConcurrentChangeError when such a field exists by now and is no text; DossierError when the brand has no room
 */
export async function createMissingFields<C extends Pick<ValueChange, "customs" | "newFields">>(
  tx: Tx,
  brandId: number,
  all: readonly C[],
): Promise<C[]> {
  const wanted = all.flatMap(({ newFields }) => newFields);
  const fields = await getOrCreateFields(tx, brandId, wanted);
  return all.map((one) => {
    const ids = new Map<number, number>();
    for (const { id, key } of one.newFields) {
      const field = fields.get(key);
      if (field?.type !== "text") throw new ConcurrentChangeError();
      ids.set(id, field.id);
    }
    const customs = one.customs.map((change) => ({
      ...change,
      fieldId: ids.get(change.fieldId) ?? change.fieldId,
    }));
    return { ...one, customs };
  });
}

const setValues: Statement = {
  name: "custom_value_set",
  text: `INSERT INTO customer_custom_value AS v (customer_id, brand_id, field_id, value, source, key_id)
    SELECT customer_id, $1, field_id, value, source, key_id
      FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[])
        AS a (customer_id, field_id, value, source, key_id) ORDER BY customer_id, field_id
    ON CONFLICT (customer_id, field_id) DO UPDATE
      SET value = excluded.value, source = excluded.source, key_id = excluded.key_id, set_at = clock_timestamp()
      WHERE v.value <> excluded.value
    RETURNING customer_id, field_id`,
};

const clearValues: Statement = {
  name: "custom_value_clear",
  text: `DELETE FROM customer_custom_value v USING unnest($2::bigint[], $3::bigint[]) AS a (customer_id, field_id)
    WHERE v.customer_id = a.customer_id AND v.field_id = a.field_id AND v.brand_id = $1
    RETURNING v.customer_id, v.field_id`,
};

/** Writes values of customers of a brand under lock; by customer the changes that differed from what stood there. */
export async function writeCustomValues(
  tx: Tx,
  brandId: number,
  all: readonly ValueChange[],
): Promise<Map<number, CustomChange[]>> {
  const changes = all.flatMap(({ id, ctx, customs }) => customs.map((one) => ({ ...one, id, ctx })));
  const [sets, clears] = [
    changes.filter(({ value }) => value !== ""),
    changes.filter(({ value }) => value === ""),
  ];
  const origins = sets.map(({ ctx }) => provenanceOf(ctx.caller));
  const columns = (some: typeof changes) => [some.map(({ id }) => id), some.map(({ fieldId }) => fieldId)];
  type Row = { customer_id: number; field_id: number };
  const [set, cleared] = await Promise.all([
    sets.length === 0
      ? []
      : tx.rows<Row>(setValues, [
          brandId,
          ...columns(sets),
          sets.map(({ value }) => value),
          origins.map(([source]) => source),
          origins.map(([, keyId]) => keyId),
        ]),
    clears.length === 0 ? [] : tx.rows<Row>(clearValues, [brandId, ...columns(clears)]),
  ]);
  const written = new Set([...set, ...cleared].map((row) => `${row.customer_id} ${row.field_id}`));
  return new Map(
    all.map(({ id, customs }) => [id, customs.filter(({ fieldId }) => written.has(`${id} ${fieldId}`))]),
  );
}
