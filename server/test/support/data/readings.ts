// The rule of readings, evaluated plainly over the terms of one person.
import { parseQuery, type QueryReading } from "../../../src/domain/search/query.ts";
import { readingsOf } from "../../../src/domain/search/readings.ts";
import { termsOf } from "../../../src/domain/search/terms.ts";
import { type Person, searchableOf } from "./bulk-customers.ts";

const knownTerms = new WeakMap<Person, string[]>();
let parsed: { text: string; readings: QueryReading[] } | undefined;

/**
 * Whether the terms have another reading of the query: each whole pair of keys is a term, too. A long name has more
 * readings than terms; who is found by a typo is compared with all of them.
 */
export function judgeReadings(
  person: Person,
  names: readonly string[],
  query: string,
  isFoundByTypo: boolean,
): 1 | undefined {
  const terms =
    knownTerms.get(person) ?? [...termsOf(searchableOf(person))].filter((term) => /^[wxyz]/.test(term));
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
  const isVerified = (reading: QueryReading) =>
    (reading.words.length < 3 && reading.words.length === reading.needed.length) || isRead(reading);
  if (parsed?.text !== query) parsed = { text: query, readings: parseQuery(query).readings };
  return parsed.readings.some(
    (reading) => (hasCandidate(reading) && isVerified(reading)) || (isFoundByTypo && isRead(reading)),
  )
    ? 1
    : undefined;
}
