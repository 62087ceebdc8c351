/**
 * The names of fields, ours and those on the wire, from the client's side: an input in our spelling becomes the flat
 * record that is sent, and the name an answer finds fault with becomes the field of the input it was.
 */
import type { ChannelInput } from "../endpoints/channel.ts";
import type { CustomValue } from "./custom-fields.ts";

/** Of an endpoint: its names on the wire that are not the snake_case of ours. */
interface Spelled {
  spelling?: object;
}

const verbatim = new Set(["itemStart", "itemLimit", "noSync", "id"]);

/**
 * The name an endpoint itself uses for one of our fields.
 *
 * @example
 * wireName(api.customer.update, "primaryId"); // "primaryID"
 */
export function wireName(row: Spelled, ours: string): string {
  const own = (row.spelling as Record<string, string> | undefined)?.[ours];
  if (own) return own;
  return verbatim.has(ours) ? ours : ours.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}

const headers: Record<string, string> = { "If-Match": "ifMatch", "Idempotency-Key": "idempotencyKey" };

/** Where in the client's input the field with this name on the wire stands: `primaryId`, `channels.0.address`. */
export function inputName(row: Spelled, wire: string): string {
  const own = Object.entries(row.spelling ?? {}).find(([, theirs]) => theirs === wire)?.[0];
  if (own ?? headers[wire]) return own ?? (headers[wire] as string);
  const pair = /^customerChannel(Type|Value)_(\d+)$/.exec(wire);
  if (pair) return `channels.${pair[2]}.${pair[1] === "Type" ? "type" : "address"}`;
  if (/^(extra_|customerChannel)/.test(wire)) return "channels";
  if (wire.startsWith("custom_")) return wire === "custom_" ? "custom" : `custom.${wire.slice(7)}`;
  return wire.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * The flat record the client sends for an input in our spelling.
 *
 * @example
 * encode(api.customer.update, { primaryId: "K-18", custom: { tier: "gold" } }); // { primaryID: "K-18", custom_tier: "gold" }
 */
export function encode(row: Spelled, input: Record<string, unknown>): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const [ours, value] of Object.entries(input)) {
    if (value === undefined || ours === "id") continue;
    if (ours === "channels") encodePairs(record, value as ChannelInput[]);
    else if (ours === "custom") encodeCustom(record, value as Record<string, CustomValue | null>);
    else record[wireName(row, ours)] = value instanceof Date ? value.toISOString() : value;
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
