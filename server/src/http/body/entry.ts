/** Entry: one name and one value of a request, as sent. Every body reader returns a list of entries. */

/** One name and one value, as sent. */
export interface Entry {
  name: string;
  value: string;
  list: boolean;
  /** set if the value was not valid UTF-8 or was cut */
  fault?: string;
  /** set if the value is the text of an object, for the few fields that accept one */
  object?: true;
}
