/**
 * Raw fields: the names of a request with their values, before decoding. All encodings produce them, so the decoder
 * needs to know none.
 */
import type { Fault } from "../error.ts";

/**
 * One name of a request with every value sent for it; null and nothing are both the empty text.
 *
 * @example
 * const sent: RawField = { name: "permissions[]", values: ["CUSTOMER_READ", "CUSTOMER_CUD"], list: true };
 */
export interface RawField {
  name: string;
  values: string[];
  /** written as `name[]` or as a JSON list */
  list: boolean;
  /** a fault of a value that was found before decoding */
  fault?: string;
  /** the value is an object, and `values` has its text: valid for a field that accepts objects */
  object?: true;
  /** it was in the query string; absent: in the body */
  place?: "query";
  /** the name of the original API that an array form stands for */
  canonical?: string;
}

/** The name by which a field counts; faults have the name that was sent. */
export function countingName({ canonical, name }: RawField): string {
  return canonical ?? name;
}

/** The one value on which all spellings of a field agree. */
export function singleValue(field: string, values: readonly string[], faults: Fault[]): string {
  const [first = ""] = values;
  const expected = first.trim();
  if (values.some((text) => text.trim() !== expected))
    faults.push({ field, message: "was sent more than once with different values" });
  return first;
}

/** The index of the brackets at the end of a name (`tags[0]`), or -1. A pattern would take quadratic time on "[[[…". */
export function bracketIndex(name: string): number {
  return name.endsWith("]") ? name.indexOf("[", name.lastIndexOf("]", name.length - 2) + 1) : -1;
}
