/**
 * The size of a customer is bounded: 256 KiB of custom values, counted in UTF-8 bytes of the stored values, and 1,000
 * channels of all types. Every plan checks this against facts read under the lock of the customer's row. A customer that is
 * larger already (stored before there was a bound) can be changed as long as it does not grow.
 */
import { type DecodedChannel, type RawCustomField, type Fault, invalid } from "@dossier/api";
import type { Queryable, Statement } from "../../db/database.ts";
import { type Address, addressKey } from "../address.ts";
import { maxCustomBytes } from "../custom-field/value.ts";
import type { CustomChange } from "./change.ts";

export const maxChannels = 1000;

/** The bytes of a customer's custom values: of all of them, and by field of those that a call sends. */
export interface CustomSizes {
  total: number;
  byField: Readonly<Record<string, number>>;
}

const none: CustomSizes = { total: 0, byField: {} };

// octet_length reads the size of a large value from its header, without fetching the value.
const selectSizes: Statement = {
  name: "custom_value_sizes",
  text: `SELECT v.customer_id, sum(octet_length(v.value))::bigint AS total,
      coalesce(json_object_agg(v.field_id, octet_length(v.value)) FILTER (WHERE f.name_key = ANY ($2::text[])), '{}')
        AS "byField"
    FROM customer_custom_value v JOIN custom_field f ON f.id = v.field_id
    WHERE v.customer_id = ANY ($1::bigint[]) AND v.brand_id = $3 GROUP BY v.customer_id`,
};

/** The sizes that changes of custom values start from, by customer; asks nothing when no values were sent. */
export async function readSizes(
  tx: Queryable,
  brandId: number,
  ids: readonly number[],
  sent: readonly RawCustomField[],
): Promise<Map<number, CustomSizes>> {
  if (sent.length === 0 || ids.length === 0) return new Map();
  const keys = [...new Set(sent.map(({ key }) => key))];
  const rows = await tx.rows<CustomSizes & { customer_id: number }>(selectSizes, [ids, keys, brandId]);
  return new Map(rows.map(({ customer_id, ...sizes }) => [customer_id, sizes]));
}

/**
 * The custom values that fit beside what the customer has. Those that do not are reported in `omitted`.
 *
 * @throws DossierError naming each value that does not fit, where there is no `omitted`
 */
export function fitCustomValues(
  changes: readonly CustomChange[],
  omitted?: Fault[],
  sizes: CustomSizes = none,
): readonly CustomChange[] {
  const growthOf = ({ fieldId, value }: CustomChange) =>
    Buffer.byteLength(value) - (sizes.byField[fieldId] ?? 0);
  const limit = Math.max(maxCustomBytes, sizes.total);
  let total = changes.reduce((sum, change) => sum + Math.min(0, growthOf(change)), sizes.total);
  const excess: CustomChange[] = [];
  const fitting = changes.filter((change) => {
    const growth = growthOf(change);
    if (growth <= 0) return true;
    const fits = total + growth <= limit;
    if (fits) total += growth;
    else excess.push(change);
    return fits;
  });
  report(
    excess,
    `would make the custom values of the customer more than ${maxCustomBytes} bytes of UTF-8 in all: shorten it, or clear others`,
    omitted,
  );
  return fitting;
}

/** The same of channels: those that the customer has already, and as many others as there is room for. */
export function fitChannels(
  channels: readonly DecodedChannel[],
  own: readonly Address[],
  omitted: Fault[],
): readonly DecodedChannel[] {
  const excess = new Set(excessChannels(channels, own));
  report([...excess], tooManyChannels, omitted);
  return excess.size === 0 ? channels : channels.filter((one) => !excess.has(one));
}

/** Refuses channels that would be added to a customer beyond its bound. */
export function assertChannelLimit(
  channels: readonly DecodedChannel[],
  own: readonly Address[],
  added: number,
): void {
  if (added > 0 && own.length + added > maxChannels) report(excessChannels(channels, own), tooManyChannels);
}

const tooManyChannels = `would be more than the ${maxChannels} channels a customer can have: remove others first`;

/** The channels sent that the customer lacks and has no room for. */
function excessChannels(channels: readonly DecodedChannel[], own: readonly Address[]): DecodedChannel[] {
  if (own.length + channels.length <= maxChannels) return [];
  const keys = new Set(own.map(addressKey));
  return channels.filter((one) => {
    if (keys.has(addressKey(one))) return false;
    keys.add(addressKey(one));
    return keys.size > maxChannels;
  });
}

function report(excess: readonly { field: string }[], message: string, omitted?: Fault[]): void {
  const faults = excess.map(({ field }) => ({ field, message }));
  if (omitted) omitted.push(...faults);
  else if (faults.length > 0) throw invalid(faults);
}
