/**
 * Custom field decoding: `custom_<name>`, and names without the prefix, which count if the brand has such a field. The
 * decoder cannot know that, so a fault of such a name is recorded, and the domain decides.
 */
import { customFieldKey } from "../endpoints/custom-field.ts";
import type { Fault } from "../error.ts";
import { validateText } from "../text.ts";
import { bracketIndex, countingName, singleValue, type RawField } from "./sent.ts";

const maxCustomFields = 100;

/**
 * A custom field as it was sent; the value is still text, and empty text clears the field on updates.
 *
 * @example
 * const sent: RawCustomField = { field: "custom_Tier", name: "Tier", key: "tier", value: "gold", bare: false };
 */
export interface RawCustomField {
  /** the name on the wire */
  field: string;
  /** the name without `custom_` */
  name: string;
  /** the normalised name, by which names are compared */
  key: string;
  value: string;
  /** further names of the same key that were sent without `custom_` */
  otherNames?: string[];
  /** sent without `custom_`: counts only if the brand already has the field */
  bare: boolean;
  /** the fault of a field without prefix; it counts only if the brand has the field */
  fault?: string | undefined;
}

/** Every custom field that was sent, each once. */
export function customFieldsOf(
  fields: readonly RawField[],
  faults: Fault[],
  includeBare: boolean,
): RawCustomField[] {
  const byKey = new Map<string, RawCustomField>();
  for (const one of fields) {
    const custom = customFieldOf(one, faults, includeBare);
    if (!custom) continue;
    const id = `${custom.bare} ${custom.key}`;
    const first = byKey.get(id);
    if (first) mergeDuplicate(first, custom, faults);
    else byKey.set(id, custom);
  }
  const customFields = [...byKey.values()];
  if (customFields.filter((one) => !one.bare).length > maxCustomFields)
    faults.push({
      field: "custom_",
      message: `at most ${maxCustomFields} custom fields may be sent at once`,
    });
  return customFields;
}

function mergeDuplicate(first: RawCustomField, custom: RawCustomField, faults: Fault[]): void {
  const found: Fault[] = [];
  singleValue(custom.field, [first.value, custom.value], found);
  if (!custom.bare) return void faults.push(...found);
  first.fault ??= custom.fault ?? found[0]?.message;
  (first.otherNames ??= []).push(custom.field);
}

const prefix = "custom_";

/** Whether a name begins with `custom_`, in any case. */
export function isPrefixed(name: string): boolean {
  return /^custom_/i.test(name);
}

/** Whether a name is that of a channel field, rightly numbered or not. */
export function isChannelName(name: string): boolean {
  return /^(extra_|customerchannel(type|value))/i.test(name);
}

function customFieldOf(one: RawField, faults: Fault[], includeBare: boolean): RawCustomField | undefined {
  const written = countingName(one);
  const prefixed = isPrefixed(written);
  if (!prefixed && (!includeBare || isChannelName(written))) return undefined;
  const name = prefixed ? written.slice(prefix.length) : written;
  const key = customFieldKey(name);
  const found: Fault[] = [];
  const value = singleValue(one.name, one.values, found);
  const wrong =
    key === undefined || validateText(name, 64)
      ? "must be custom_ and a name of 1 to 64 characters"
      : (valueFault(one) ?? found[0]?.message);
  if (prefixed && wrong) return void faults.push({ field: one.name, message: wrong });
  return key === undefined ? undefined : { field: one.name, name, key, value, bare: !prefixed, fault: wrong };
}

function valueFault(one: RawField): string | undefined {
  const name = countingName(one);
  if (one.list || (isPrefixed(name) && bracketIndex(name) >= prefix.length))
    return "takes one value, not a list";
  for (const value of one.values) {
    const wrong = validateText(value, 64 * 1024, true);
    if (wrong) return wrong;
  }
  return undefined;
}
