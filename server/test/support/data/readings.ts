// The rule of readings, evaluated plainly over the terms of one person.
import { parseQuery, type QueryReading } from "../../../src/domain/search/query.ts";
import { type Range, rangesOf } from "../../../src/domain/search/ranges.ts";
import { readingsOf } from "../../../src/domain/search/readings.ts";
import { termsOf } from "../../../src/domain/search/terms.ts";
import { type Person, searchableOf } from "./bulk-customers.ts";

const knownTerms = new WeakMap<Person, string[]>();
let parsed: { text: string; readings: QueryReading[]; compared: Range[] } | undefined;

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The readings of a query, and the ranges of those whose names are compared with it. */
function parse(text: string) {
  const query = parseQuery(text);
  const compared = rangesOf(query).filter((range) => range.needsVerification);
  return { text, readings: query.readings, compared };
}

/**
 * Whether the terms have another reading of the query: each whole pair of keys is a term, too. A long name has more
 * readings than terms; a customer that one reading leads to is compared with all of them.
 */
export function judgeReadings(person: Person, names: readonly string[], query: string): 1 | undefined {
  const terms =
    knownTerms.get(person) ?? [...termsOf(searchableOf(person))].filter((term) => /^[wxyzm]/.test(term));
  knownTerms.set(person, terms);
  const keysOf = (kinds: string) =>
    terms.flatMap((term) => (kinds.includes(term[0]!) ? [term.slice(1)] : []));
  const hasCandidate = ({ needed: [first = "-", second], isOfNames }: QueryReading) =>
    second === undefined
      ? keysOf(isOfNames ? "wy" : "y").some((key) => key.startsWith(first))
      : keysOf(isOfNames ? "xz" : "z").some((pair) => {
          const both = pair.split(" ");
          return [first, second].every((word) =>
            both.some((key) => both.length === 2 && key.startsWith(word)),
          );
        });
  const readings = readingsOf([person.firstname, person.lastname]);
  const isRead = ({ words, isOfNames }: QueryReading) =>
    names.length < 6 &&
    (isOfNames ? [names, ...readings] : readings).some((keys) =>
      words.every((word) => keys.some((key) => key.startsWith(word))),
    );
  const needsNoNames = ({ words, needed }: QueryReading) =>
    words.length < 3 && words.length === needed.length;
  if (parsed?.text !== query) parsed = parse(query);
  const isCompared = parsed.compared.some(({ kind = "", low, high }) =>
    keysOf(kind).some((key) => byBytes(key, low) >= 0 && byBytes(key, high) < 0),
  );
  return parsed.readings.some(
    (reading) => (hasCandidate(reading) && needsNoNames(reading)) || (isCompared && isRead(reading)),
  )
    ? 1
    : undefined;
}
