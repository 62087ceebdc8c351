/**
 * Names of a request: how spellings are folded, and what is said of a name that the endpoint does not know. Names that
 * are shown are bounded in number and length; values are never shown.
 */
import { type Endpoint, readsQuery } from "../endpoint.ts";
import { wireName } from "./encode.ts";
import type { RawField } from "./sent.ts";

/** Lowers A to Z only, so that no similar letter of Unicode becomes an ASCII letter. */
export function lowerAscii(name: string): string {
  return /[A-Z]/.test(name) ? name.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase()) : name;
}

/** The name without case, `_` and `-`: `brandIds`, `BRAND_IDS` and `brand-ids` are one name. */
export function foldName(name: string): string {
  return lowerAscii(name).replace(/[_-]+/g, "");
}

/** Whether a name is read without case, `_` and `-`; in the bodies of the documented operations only case is folded. */
export function isFolded(row: Endpoint, { place }: RawField): boolean {
  return row.legacyWire !== true || place !== undefined;
}

/** More names are not shown. */
export const maxShownNames = 20;
const maxShownLength = 64;

/**
 * The names as they are shown: each once, at most 20, and of each at most 64 characters.
 *
 * @example
 * shownNames(["first_name", "first_name", "age"]); // ["first_name", "age"]
 */
export function shownNames(names: readonly string[]): string[] {
  return [...new Set(names.slice(0, 200).map(shownName))].slice(0, maxShownNames);
}

/**
 * The name, cut to 64 characters.
 *
 * @example
 * shownName("x".repeat(100)).length; // 64
 */
export function shownName(name: string): string {
  return name.length <= maxShownLength
    ? name
    : `${name.slice(0, maxShownLength - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

const channelNames = [
  "extra_email",
  "extra_telephone",
  "extra_twitter",
  "extra_facebook",
  "customerChannelType_0",
  "customerChannelValue_0",
];

/** The names that an endpoint knows, in its own spelling. */
function knownNames(row: Endpoint): string[] {
  const own = Object.keys(row.input.shape).filter(
    (name) => name !== "id" && name !== "channels" && name !== "custom",
  );
  return [
    ...own.map((name) => wireName(row, name)),
    ...("channels" in row.input.shape ? channelNames : []),
    ...("custom" in row.input.shape ? ["custom_…"] : []),
  ];
}

/**
 * What is wrong with a name that the endpoint does not know, with the nearest one that it does know.
 *
 * @example
 * unknownNameMessage(api.key.create, { name: "brandID" });
 * // "is no field of this call: did you mean brand_ids?"
 */
export function unknownNameMessage(row: Endpoint, { name, place }: Pick<RawField, "name" | "place">): string {
  const known = knownNames(row);
  const nearest = nearestName(name, known);
  if (place === "query" && !readsQuery(row)) {
    const isKnown = nearest !== undefined && foldName(nearest) === foldName(name);
    return isKnown ? "is not read from the query: send it in the body" : "is not read from the query";
  }
  if (nearest !== undefined) return `is no field of this call: did you mean ${nearest}?`;
  return known.length === 0
    ? "is no field of this call: it takes none"
    : `is no field of this call: it takes ${known.join(", ")}`;
}

/**
 * The known name that is most like this one, if one is like it: at most a third of the letters differ, or one contains
 * the other. Case, `_` and `-` do not count.
 *
 * @example
 * nearestName("brandID", ["brand_ids", "name"]); // "brand_ids"
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const folded = foldName(name.slice(0, maxShownLength));
  const allowed = Math.max(1, Math.floor(folded.length / 3));
  const [nearest] = known
    .map((one) => ({ one, distance: distanceOf(folded, foldName(one), allowed) }))
    .filter(({ distance }) => distance <= allowed)
    .sort((a, b) => a.distance - b.distance);
  return nearest?.one;
}

/** The number of letters to change between two names; a part of a name of four letters or more is as near as allowed. */
function distanceOf(a: string, b: string, allowed: number): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  const distance = row[b.length] ?? 0;
  const isPart = Math.min(a.length, b.length) >= 4 && (a.includes(b) || b.includes(a));
  return isPart ? Math.min(distance, allowed) : distance;
}
