/**
 * Encoder: the client's side of the wire. It turns an input in our spelling into the flat record that is sent, and the
 * wire name of a fault back into the field of the input.
 */
import type { ChannelInput, CustomValue } from "../input-values.ts";

/** The part of an endpoint that holds its irregular wire names. */
interface HasWireNames {
  wireNames?: object;
}

const verbatim = new Set(["itemStart", "itemLimit", "noSync", "id"]);

/**
 * The endpoint's wire name of one of our fields.
 *
 * @example
 * wireName(api.customer.update, "primaryId"); // "primaryID"
 */
export function wireName(row: HasWireNames, name: string): string {
  const own = (row.wireNames as Record<string, string> | undefined)?.[name];
  if (own) return own;
  return verbatim.has(name) ? name : name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}

const headers: Record<string, string> = { "If-Match": "ifMatch", "Idempotency-Key": "idempotencyKey" };

/** The path of a wire name in the client's input: `primaryId`, `channels.0.address`. */
export function inputName(row: HasWireNames, wire: string): string {
  const own = Object.entries(row.wireNames ?? {}).find(([, wireName]) => wireName === wire)?.[0];
  if (own ?? headers[wire]) return own ?? (headers[wire] as string);
  const pair = /^customerChannel(Type|Value)_(\d+)$/.exec(wire);
  if (pair) return `channels.${pair[2]}.${pair[1] === "Type" ? "type" : "address"}`;
  if (/^(extra_|customerChannel)/.test(wire)) return "channels";
  if (wire.startsWith("custom_")) return wire === "custom_" ? "custom" : `custom.${wire.slice(7)}`;
  return wire.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * The flat record that the client sends for an input in our spelling.
 *
 * @example
 * encode(api.customer.update, { primaryId: "K-18", custom: { tier: "gold" } }); // { primaryID: "K-18", custom_tier: "gold" }
 */
export function encode(row: HasWireNames, input: Record<string, unknown>): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined || name === "id") continue;
    if (name === "channels") encodePairs(record, value as ChannelInput[]);
    else if (name === "custom") encodeCustom(record, value as Record<string, CustomValue | null>);
    else record[wireName(row, name)] = value instanceof Date ? value.toISOString() : value;
  }
  return record;
}

function encodePairs(record: Record<string, unknown>, channels: ChannelInput[]): void {
  channels.forEach((channel, n) => {
    record[`customerChannelType_${n}`] = channel.type;
    record[`customerChannelValue_${n}`] = channel.address;
  });
}

function encodeCustom(record: Record<string, unknown>, custom: Record<string, CustomValue | null>): void {
  for (const [name, value] of Object.entries(custom)) record[`custom_${name}`] = value;
}
