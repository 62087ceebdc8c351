/**
 * Ranges of the search's two indexes, and reading them. Every question a search asks is a list of ranges in which
 * nothing stands that was not asked for, best first; one statement reads them in their order and stops after one row
 * more than a total counts to. So it never reads more than that, whatever the data and however common the term.
 */
import { builtinTypes } from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";
import { cut, cutTerm } from "./normalise.ts";
import type { Query, Rank } from "./query.ts";
import { beginningsOfPiece, longestBeginning, wholePair } from "./terms.ts";

/** How far a total counts. */
export const most = 10_000;
const chunk = most + 1;
/** So often a search reads on when rows of the same customers, or of wrong ones, fill a chunk. */
const rounds = 10;
const smallestChunk = 1000;
/** To find a range in the values takes the longer the more there are. */
const few = 64;

/** Whoever can be asked. */
export type Asked = Pick<Db | Tx, "row" | "rows">;

/** From `low` to before `high`, in the terms of a kind or the addresses of a channel type. */
export interface Range {
  kind?: "w" | "x" | "m" | "p" | "d" | "t";
  type?: number;
  low: string;
  high: string;
  rank: Rank;
  /** holds customers that may lack some of the words: their names must be read */
  unproven?: boolean;
}

/** A range in a brand, from behind the customer `after` of the term `low`. */
export interface Entry extends Range {
  brand: number;
  after: number;
}

const emailTypes = builtinTypes.filter((type) => type.rule === "email").map((type) => type.id);
const phoneTypes = builtinTypes.filter((type) => type.rule === "phone").map((type) => type.id);

export const exactly = (term: string) => ({ low: term, high: `${term}\x01`, rank: 0 as const });
const longer = (term: string) => ({ low: `${term}\x01`, high: follow(term), rank: 1 as const });
export const beginning = (term: string) => ({ low: term, high: follow(term), rank: 1 as const });

/** The first text behind all that begin with this one. */
function follow(text: string): string {
  const letters = [...text];
  const last = letters.pop()?.codePointAt(0) ?? 0;
  return letters.join("") + String.fromCodePoint(last === 0xd7ff ? 0xe000 : last + 1);
}

/** Everything a query may mean, without typos. What is read from the index alone comes first. */
export function rangesOf(query: Query): Range[] {
  return [...wholeRanges(query), ...nameRanges(query), ...startRanges(query)];
}

/** Whose primary id, address or number it is. */
function wholeRanges({ whole, email, digits }: Query): Range[] {
  const ranges: Range[] = whole === "" ? [] : [{ kind: "p", ...exactly(whole) }];
  if (email !== undefined) for (const type of emailTypes) ranges.push({ type, ...exactly(email) });
  if (digits !== undefined) for (const type of phoneTypes) ranges.push({ type, ...exactly(`+${digits}`) });
  return ranges;
}

/** Whose primary id, domain or address begins with it, and whose number has it in it. */
function startRanges({ whole, address, digits }: Query): Range[] {
  const ranges: Range[] = whole === "" ? [] : [{ kind: "p", ...longer(whole) }];
  for (const piece of digits === undefined ? [] : beginningsOfPiece(digits))
    ranges.push({ kind: "t", ...beginning(piece) });
  if (address === "" || address.includes(" ")) return ranges;
  if (!address.includes("@")) ranges.push({ kind: "d", ...beginning(cutTerm(address)) });
  return [...ranges, ...emailTypes.map((type) => ({ type, ...beginning(address) }))];
}

function nameRanges({ words, needed }: Query): Range[] {
  const [first, second] = needed;
  if (first === undefined) return [];
  const unproven = words.length > 2 || words.length > needed.length;
  if (second === undefined)
    return [exactly(first), longer(first)].map((range) => ({ kind: "w", ...range, unproven }));
  return [
    ...pairRanges(first, second).map((range) => ({
      ...range,
      unproven: unproven || range.unproven === true,
    })),
    { kind: "m", ...beginning(first), unproven: true },
  ];
}

/** Whoever has a word that begins with the one and another that begins with the other. */
export function pairRanges(one: string, other: string): Range[] {
  return [
    { kind: "x", ...exactly(wholePair(one, other)) },
    ...beginningsOfPair(one, other, beginning),
    ...beginningsOfPair(other, one, beginning),
  ];
}

/** Pairs whose shorter word begins with, or is, `shorter`, and whose longer one is in the range of `long`. */
export function beginningsOfPair(
  shorter: string,
  long: string,
  range: (term: string) => Omit<Range, "kind">,
): Range[] {
  const stored = cut(shorter, longestBeginning);
  return [
    { kind: "x", ...range(`${shorter} ${long}`) },
    { kind: "x", ...range(`${stored}!${long}`), unproven: stored !== shorter },
  ];
}

/** The ranges in each of the brands, best first. */
export function entriesIn(brands: readonly number[], ranges: readonly Range[]): Entry[] {
  const entries = ranges.flatMap((range) => brands.map((brand) => ({ ...range, brand, after: 0 })));
  return entries.sort((a, b) => a.rank - b.rank);
}

// A range is of one of the two tables; with null for its kind or type the other one is not even looked at. A row for
// each range in which there is somebody; ten thousand ids are told fastest as one text. They are in the order in which
// they were read, since the generic plan groups by hash (explain.test.ts).
export const readEntries: Statement = {
  name: "search_ranges",
  text: `SELECT entry::int, string_agg(customer_id::text, ',') AS ids, max(term) AS reached FROM (
      SELECT r.entry, f.customer_id, f.term
        FROM unnest($1::bigint[], $2::"char"[], $3::bigint[], $4::text[], $5::bigint[], $6::text[])
          WITH ORDINALITY AS r (brand, kind, type, low, after, high, entry)
        CROSS JOIN LATERAL (
          (SELECT customer_id, term FROM search_term
            WHERE brand_id = r.brand AND kind = r.kind AND (term, customer_id) > (r.low, r.after) AND term < r.high
            ORDER BY term, customer_id LIMIT ${chunk})
          UNION ALL
          (SELECT customer_id, normalised FROM customer_channel
            WHERE brand_id = r.brand AND type_id = r.type AND normalised >= r.low AND normalised < r.high
            ORDER BY normalised LIMIT ${chunk})
        ) f LIMIT $7
    ) found GROUP BY entry ORDER BY entry`,
};

// The same of few ranges from their beginning, with nothing to do for each row but to write it down: half the work where
// ten thousand are found. Range after range, each as far as those before it have left room.
const readFewEntries: Statement = {
  name: "search_few_ranges",
  text: `WITH RECURSIVE walk (entry, room, ids, reached) AS (
      SELECT 0, $6::bigint, NULL::text, NULL::text COLLATE "C"
      UNION ALL
      SELECT r.entry, w.room - t.n - a.n, coalesce(t.ids, a.ids), coalesce(t.reached, a.reached)
        FROM walk w
        CROSS JOIN LATERAL (
          SELECT w.entry + 1 AS entry, ($1::bigint[])[w.entry + 1] AS brand, ($2::"char"[])[w.entry + 1] AS kind,
            ($3::bigint[])[w.entry + 1] AS type, ($4::text[])[w.entry + 1] AS low, ($5::text[])[w.entry + 1] AS high
        ) r
        CROSS JOIN LATERAL (
          SELECT count(*) AS n, string_agg(customer_id::text, ',') AS ids, max(term) AS reached FROM (
            SELECT customer_id, term FROM search_term
              WHERE brand_id = r.brand AND kind = r.kind AND term >= r.low AND term < r.high
              ORDER BY term, customer_id LIMIT w.room) found
        ) t
        CROSS JOIN LATERAL (
          SELECT count(*) AS n, string_agg(customer_id::text, ',') AS ids, max(normalised) AS reached FROM (
            SELECT customer_id, normalised FROM customer_channel
              WHERE brand_id = r.brand AND type_id = r.type AND normalised >= r.low AND normalised < r.high
              ORDER BY normalised LIMIT w.room) found
        ) a
        WHERE w.room > 0 AND w.entry < cardinality($1::bigint[])
    ) SELECT entry, ids, reached FROM walk WHERE ids IS NOT NULL ORDER BY entry`,
};

interface Read {
  /** counts from 1 */
  entry: number;
  ids: string;
  /** the last of the terms, by which they are in order */
  reached: string;
}

/** The values of `readEntries`. */
export function valuesOf(entries: readonly Entry[], limit = chunk): unknown[] {
  return [
    entries.map((entry) => entry.brand),
    entries.map((entry) => entry.kind ?? null),
    entries.map((entry) => entry.type ?? null),
    entries.map((entry) => entry.low),
    entries.map((entry) => entry.after),
    entries.map((entry) => entry.high),
    limit,
  ];
}

/** The statement that reads ranges from their beginning, and its values. */
export function firstReading(
  entries: readonly Entry[],
  limit = chunk,
): { statement: Statement; values: unknown[] } {
  const values = valuesOf(entries, limit);
  if (entries.length > few) return { statement: readEntries, values };
  return { statement: readFewEntries, values: values.toSpliced(4, 1) };
}

/** Customers found in a range. */
export interface Hits {
  range: Range;
  ids: number[];
}

/** Reads the ranges in their order, in chunks, until the reader misses nobody any more. */
export async function* readRanges(
  db: Asked,
  entries: readonly Entry[],
  countMissing: () => number,
): AsyncGenerator<Hits[]> {
  let rest = entries;
  for (let round = 0; rest.length > 0 && round < rounds; round += 1) {
    const limit = Math.min(chunk, Math.max(smallestChunk, 2 * countMissing()));
    const { statement, values } =
      round === 0 ? firstReading(rest, limit) : { statement: readEntries, values: valuesOf(rest, limit) };
    const reads = await db.rows<Read>(statement, values);
    const hits = hitsOf(rest, reads);
    yield hits;
    const [last, lastHits] = [reads.at(-1), hits.at(-1)];
    const count = hits.reduce((sum, { ids }) => sum + ids.length, 0);
    if (!last || !lastHits || count < limit || countMissing() <= 0) return;
    rest = behind(rest, last.entry, last.reached, lastHits.ids.at(-1) ?? 0);
  }
}

function hitsOf(entries: readonly Entry[], reads: readonly Read[]): Hits[] {
  return reads.map(({ entry, ids }) => ({ range: entries[entry - 1] as Entry, ids: numbersIn(ids) }));
}

const comma = ",".charCodeAt(0);
const zero = "0".charCodeAt(0);

/** The numbers of "1,23,4", of which there may be ten thousand. */
function numbersIn(text: string): number[] {
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

/** What is still to be read after a chunk that ended at this customer of this term. */
function behind(entries: readonly Entry[], place: number, low: string, after: number): Entry[] {
  const [reached, ...others] = entries.slice(place - 1);
  return reached ? [{ ...reached, low, after }, ...others] : [];
}
