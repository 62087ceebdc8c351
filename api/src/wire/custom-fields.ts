/** The custom fields of the original API: `custom_<name>`, and bare names that may be a field of the brand. */
import { customFieldKey } from "../endpoints/custom-field.ts";
import type { Fault } from "../error.ts";
import { textFault } from "../field.ts";
import { agreed, type Sent } from "./sent.ts";

const mostFields = 100;

/**
 * What a custom field can hold.
 *
 * @example
 * const custom: Record<string, CustomValue> = { tier: "gold", orders: 12, newsletter: true };
 * await dossier.customer.update({ id: 7, custom });
 */
export type CustomValue = string | number | boolean;

/**
 * A custom field as it was sent; the value is still text, the empty text clears on updates.
 *
 * @example
 * const sent: CustomSent = { field: "custom_Tier", name: "Tier", key: "tier", value: "gold", bare: false };
 */
export interface CustomSent {
  /** the name on the wire */
  field: string;
  /** the name without `custom_` */
  name: string;
  /** what names are compared by */
  key: string;
  value: string;
  /** sent without `custom_`: counts only if the brand has such a field already */
  bare: boolean;
  /** what is wrong with a bare one; it matters only if the brand has the field */
  fault?: string | undefined;
}

/** Every custom field an endpoint was sent, each once. */
export function customsOf(sent: readonly Sent[], faults: Fault[], bareToo: boolean): CustomSent[] {
  const byKey = new Map<string, CustomSent>();
  for (const one of sent) {
    const custom = customOf(one, faults, bareToo);
    if (!custom) continue;
    const place = `${custom.bare} ${custom.key}`;
    const before = byKey.get(place);
    if (before) agreeOn(before, custom, faults);
    else byKey.set(place, custom);
  }
  const customs = [...byKey.values()];
  if (customs.filter((one) => !one.bare).length > mostFields)
    faults.push({ field: "custom_", message: `at most ${mostFields} custom fields may be sent at once` });
  return customs;
}

function agreeOn(before: CustomSent, custom: CustomSent, faults: Fault[]): void {
  const found: Fault[] = [];
  agreed(custom.field, [before.value, custom.value], found);
  if (custom.bare) before.fault ??= custom.fault ?? found[0]?.message;
  else faults.push(...found);
}

function customOf(one: Sent, faults: Fault[], bareToo: boolean): CustomSent | undefined {
  const prefixed = /^custom_/i.test(one.name);
  if (!prefixed && (!bareToo || /^(extra_|customerchannel(type|value)_)/i.test(one.name))) return undefined;
  const name = prefixed ? one.name.slice("custom_".length) : one.name;
  const key = customFieldKey(name);
  const found: Fault[] = [];
  const value = agreed(one.name, one.values, found);
  const wrong =
    key === undefined || textFault(name, 64)
      ? "must be custom_ and a name of 1 to 64 characters"
      : (valueFault(one) ?? found[0]?.message);
  if (prefixed && wrong) return void faults.push({ field: one.name, message: wrong });
  return key === undefined ? undefined : { field: one.name, name, key, value, bare: !prefixed, fault: wrong };
}

function valueFault(one: Sent): string | undefined {
  if (one.list || /^custom_.*\[[^\]]*\]$/i.test(one.name)) return "takes one value, not a list";
  for (const value of one.values) {
    const wrong = textFault(value, 64 * 1024, true);
    if (wrong) return wrong;
  }
  return undefined;
}
