/** What arrives on the wire before anything is understood of it: names with the values they were sent with. */
import type { Fault } from "../error.ts";

/**
 * One name as it was sent, with every value it was sent with; null and nothing are both the empty text.
 *
 * @example
 * const sent: Sent = { name: "permissions[]", values: ["CUSTOMER_READ", "CUSTOMER_CUD"], list: true };
 */
export interface Sent {
  name: string;
  values: string[];
  /** written as `name[]` or as a JSON list */
  list: boolean;
  /** what was wrong with a value before anything was understood of it */
  fault?: string;
  /** what was sent is an object, and `values` has its text: no fault of a field that takes one */
  object?: true;
}

/** The one text that several spellings of a single field agree on. */
export function agreed(field: string, texts: readonly string[], faults: Fault[]): string {
  const [first = ""] = texts;
  if (texts.some((text) => text.trim() !== first.trim()))
    faults.push({ field, message: "was sent more than once with different values" });
  return first;
}
