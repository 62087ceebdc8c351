/**
 * Ranges of the search's two indexes, and reading them. A search is a list of ranges that contain only matches, best
 * first; one statement reads them in order and stops one row after the limit of a total. So it never reads more than
 * that, whatever the data and however common the term.
 */
import { builtinTypes } from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";
import { truncate, truncateTerm } from "./normalise.ts";
import type { Query, QueryReading, Rank } from "./query.ts";
import { phonePrefixes, maxPrefixLength, wholePair } from "./terms.ts";

/** The limit of a total. */
export const maxCounted = 10_000;
const maxChunkRows = maxCounted + 1;
/** How often a search continues when rows of the same customers, or of non-matching ones, fill a chunk. */
const maxRounds = 10;
const minChunkRows = 1000;
/** Finding a range in the values takes the longer the more there are. */
const maxRecursiveRanges = 64;

export type SearchDb = Pick<Db | Tx, "row" | "rows">;

/** From `low` to before `high`, in the terms of a type or the addresses of a channel type. */
export interface Range {
  kind?: "w" | "x" | "m" | "p" | "d" | "t" | "y" | "z";
  type?: number;
  low: string;
  high: string;
  rank: Rank;
  /** contains customers that may lack some of the words: their names must be read */
  needsVerification?: boolean;
}

/** A range in a brand, beginning after the customer `after` of the term `low`. */
export interface BrandRange extends Range {
  brand: number;
  after: number;
}

const emailTypes = builtinTypes.filter((type) => type.rule === "email").map((type) => type.id);
const phoneTypes = builtinTypes.filter((type) => type.rule === "phone").map((type) => type.id);

export const exactRange = (term: string) => ({ low: term, high: `${term}\x01`, rank: 0 as const });
const longerRange = (term: string) => ({ low: `${term}\x01`, high: successorOf(term), rank: 1 as const });
export const prefixRange = (term: string) => ({ low: term, high: successorOf(term), rank: 1 as const });

/** The first text after all that begin with this one. */
function successorOf(text: string): string {
  const letters = [...text];
  const last = letters.pop()?.codePointAt(0) ?? 0;
  return letters.join("") + String.fromCodePoint(last === 0xd7ff ? 0xe000 : last + 1);
}

/** Every range that a query may mean, without typos. Ranges that need no verification come first. */
export function rangesOf(query: Query): Range[] {
  return [
    ...exactRanges(query),
    ...nameRanges(query),
    ...prefixRanges(query),
    ...query.readings.flatMap(readingRanges),
  ];
}

/** Equal primary id, address or number. */
function exactRanges({ whole, email, digits }: Query): Range[] {
  const ranges: Range[] = whole === "" ? [] : [{ kind: "p", ...exactRange(whole) }];
  if (email !== undefined) for (const type of emailTypes) ranges.push({ type, ...exactRange(email) });
  if (digits !== undefined) for (const type of phoneTypes) ranges.push({ type, ...exactRange(`+${digits}`) });
  return ranges;
}

/** Prefix of a primary id, domain or address, and part of a number. */
function prefixRanges({ whole, address, digits }: Query): Range[] {
  const ranges: Range[] = whole === "" ? [] : [{ kind: "p", ...longerRange(whole) }];
  for (const piece of digits === undefined ? [] : phonePrefixes(digits))
    ranges.push({ kind: "t", ...prefixRange(piece) });
  return address.includes(" ") ? ranges : [...ranges, ...domainRanges(address), ...localRanges(address)];
}

function domainRanges(address: string): Range[] {
  const domain = address.startsWith("@") ? address.slice(1) : address;
  return domain === "" || domain.includes("@") ? [] : [{ kind: "d", ...prefixRange(truncateTerm(domain)) }];
}

function localRanges(address: string): Range[] {
  return address === "" || address.startsWith("@")
    ? []
    : emailTypes.map((type) => ({ type, ...prefixRange(address) }));
}

function nameRanges({ words, needed }: Query): Range[] {
  const [first, second] = needed;
  if (first === undefined) return [];
  const needsVerification = words.length > 2 || words.length > needed.length;
  if (second === undefined)
    return [exactRange(first), longerRange(first)].map((range) => ({
      kind: "w",
      ...range,
      needsVerification,
    }));
  return [
    ...pairRanges(first, second).map((range) => ({
      ...range,
      needsVerification: needsVerification || range.needsVerification === true,
    })),
    { kind: "m", ...prefixRange(first), needsVerification: true },
  ];
}

/** Customers that are called so in another spelling, or whose id or address has a piece like this. */
function readingRanges({ words, needed, isOfNames }: QueryReading): Range[] {
  const [first, second] = needed;
  if (first === undefined) return [];
  const needsVerification = words.length > 2 || words.length > needed.length;
  const inReadings: Range[] =
    second === undefined
      ? [{ kind: "y", ...prefixRange(first), needsVerification }]
      : pairPrefixesOf(first, second).map((range) => ({
          ...range,
          kind: "z",
          needsVerification: needsVerification || range.needsVerification === true,
        }));
  if (!isOfNames) return inReadings;
  const inNames = inReadings.map((range): Range => ({ ...range, kind: range.kind === "y" ? "w" : "x" }));
  return [...inReadings, ...inNames];
}

/** Customers with a word that begins with one prefix and another that begins with the other. */
export function pairRanges(one: string, other: string): Range[] {
  return [{ kind: "x", ...exactRange(wholePair(one, other)) }, ...pairPrefixesOf(one, other)];
}

/** The same without the pair of the whole words as the best. */
function pairPrefixesOf(one: string, other: string): Range[] {
  return [...pairPrefixRanges(one, other, prefixRange), ...pairPrefixRanges(other, one, prefixRange)];
}

/** Pairs whose shorter word begins with, or is, `shorter`, and whose longer one is in the range of `long`. */
export function pairPrefixRanges(
  shorter: string,
  long: string,
  range: (term: string) => Omit<Range, "kind">,
): Range[] {
  const stored = truncate(shorter, maxPrefixLength);
  return [
    { kind: "x", ...range(`${shorter} ${long}`) },
    { kind: "x", ...range(`${stored}!${long}`), needsVerification: stored !== shorter },
  ];
}

/** The ranges in each of the brands, best first. */
export function brandRangesOf(brands: readonly number[], ranges: readonly Range[]): BrandRange[] {
  const brandRanges = ranges.flatMap((range) => brands.map((brand) => ({ ...range, brand, after: 0 })));
  return brandRanges.sort((a, b) => a.rank - b.rank);
}

// A range is of one of the two tables; null for its type or channel type skips the other one. One row for each
// non-empty range; ten thousand ids are returned fastest as one text. They are in the order in which they were read,
// because the generic plan groups by hash (explain.thorough.test.ts).
export const selectRanges: Statement = {
  name: "search_read_ranges",
  text: `SELECT entry::int, string_agg(customer_id::text, ',') AS ids, max(term) AS reached FROM (
      SELECT r.entry, f.customer_id, f.term
        FROM unnest($1::bigint[], $2::"char"[], $3::bigint[], $4::text[], $5::bigint[], $6::text[])
          WITH ORDINALITY AS r (brand, term_type, channel_type, low, after, high, entry)
        CROSS JOIN LATERAL (
          (SELECT customer_id, term FROM search_term
            WHERE brand_id = r.brand AND type = r.term_type AND (term, customer_id) > (r.low, r.after) AND term < r.high
            ORDER BY term, customer_id LIMIT ${maxChunkRows})
          UNION ALL
          (SELECT customer_id, normalised FROM customer_channel
            WHERE brand_id = r.brand AND channel_type_id = r.channel_type AND normalised >= r.low AND normalised < r.high
            ORDER BY normalised LIMIT ${maxChunkRows})
        ) f LIMIT $7
    ) found GROUP BY entry ORDER BY entry`,
};

// The same for few ranges from their beginning, without any further work for each row: half the cost where ten thousand
// are found. Range after range, each up to what the previous ones leave of the limit.
const selectFewRanges: Statement = {
  name: "search_read_few_ranges",
  text: `WITH RECURSIVE walk (entry, room, ids, reached) AS (
      SELECT 0, $6::bigint, NULL::text, NULL::text COLLATE "C"
      UNION ALL
      SELECT r.entry, w.room - t.n - a.n, coalesce(t.ids, a.ids), coalesce(t.reached, a.reached)
        FROM walk w
        CROSS JOIN LATERAL (
          SELECT w.entry + 1 AS entry, ($1::bigint[])[w.entry + 1] AS brand, ($2::"char"[])[w.entry + 1] AS term_type,
            ($3::bigint[])[w.entry + 1] AS channel_type, ($4::text[])[w.entry + 1] AS low, ($5::text[])[w.entry + 1] AS high
        ) r
        CROSS JOIN LATERAL (
          SELECT count(*) AS n, string_agg(customer_id::text, ',') AS ids, max(term) AS reached FROM (
            SELECT customer_id, term FROM search_term
              WHERE brand_id = r.brand AND type = r.term_type AND term >= r.low AND term < r.high
              ORDER BY term, customer_id LIMIT w.room) found
        ) t
        CROSS JOIN LATERAL (
          SELECT count(*) AS n, string_agg(customer_id::text, ',') AS ids, max(normalised) AS reached FROM (
            SELECT customer_id, normalised FROM customer_channel
              WHERE brand_id = r.brand AND channel_type_id = r.channel_type AND normalised >= r.low AND normalised < r.high
              ORDER BY normalised LIMIT w.room) found
        ) a
        WHERE w.room > 0 AND w.entry < cardinality($1::bigint[])
    ) SELECT entry, ids, reached FROM walk WHERE ids IS NOT NULL ORDER BY entry`,
};

interface RangeRow {
  /** counts from 1 */
  entry: number;
  ids: string;
  /** the last of the terms, by which they are sorted */
  reached: string;
}

/** The values of `selectRanges`. */
export function valuesOf(ranges: readonly BrandRange[], limit = maxChunkRows): unknown[] {
  return [
    ranges.map((range) => range.brand),
    ranges.map((entry) => entry.kind ?? null),
    ranges.map((entry) => entry.type ?? null),
    ranges.map((entry) => entry.low),
    ranges.map((entry) => entry.after),
    ranges.map((entry) => entry.high),
    limit,
  ];
}

/** The statement that reads ranges from their beginning, and its values. */
export function firstStatement(
  ranges: readonly BrandRange[],
  limit = maxChunkRows,
): { statement: Statement; values: unknown[] } {
  const values = valuesOf(ranges, limit);
  if (ranges.length > maxRecursiveRanges) return { statement: selectRanges, values };
  return { statement: selectFewRanges, values: values.toSpliced(4, 1) };
}

/** Customers found in a range. */
export interface Hits {
  range: Range;
  ids: number[];
}

/** Reads the ranges in their order, in chunks, until the reader has enough. */
export async function* readRanges(
  db: SearchDb,
  ranges: readonly BrandRange[],
  countMissing: () => number,
): AsyncGenerator<Hits[]> {
  let rest = ranges;
  for (let round = 0; rest.length > 0 && round < maxRounds; round += 1) {
    const limit = Math.min(maxChunkRows, Math.max(minChunkRows, 2 * countMissing()));
    const { statement, values } =
      round === 0 ? firstStatement(rest, limit) : { statement: selectRanges, values: valuesOf(rest, limit) };
    const reads = await db.rows<RangeRow>(statement, values);
    const hits = hitsOf(rest, reads);
    yield hits;
    const [last, lastHits] = [reads.at(-1), hits.at(-1)];
    const count = hits.reduce((sum, { ids }) => sum + ids.length, 0);
    if (!last || !lastHits || count < limit || countMissing() <= 0) return;
    rest = continueAfter(rest, last.entry, last.reached, lastHits.ids.at(-1) ?? 0);
  }
}

function hitsOf(ranges: readonly BrandRange[], reads: readonly RangeRow[]): Hits[] {
  return reads.map(({ entry, ids }) => ({ range: ranges[entry - 1] as BrandRange, ids: parseIds(ids) }));
}

const comma = ",".charCodeAt(0);
const zero = "0".charCodeAt(0);

/** The numbers of "1,23,4", of which there may be ten thousand. */
function parseIds(text: string): number[] {
  const numbers: number[] = [];
  let number = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === comma) {
      numbers.push(number);
      number = 0;
    } else number = number * 10 + code - zero;
  }
  numbers.push(number);
  return numbers;
}

/** The rest of the range after a chunk that ended at this customer of this term. */
function continueAfter(
  ranges: readonly BrandRange[],
  position: number,
  low: string,
  after: number,
): BrandRange[] {
  const [reached, ...others] = ranges.slice(position - 1);
  return reached ? [{ ...reached, low, after }, ...others] : [];
}
