/**
 * The text of an array as PostgreSQL reads it. pg makes the same of it, but looks through each element twice; statements
 * that write for many callers send thousands of them.
 */
const special = /["\\]/;

/** A value to be sent: a list of texts and numbers as its text, everything else as it is, for pg to prepare. */
export function parameterOf(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  let text = "";
  for (const one of value as unknown[]) {
    if (text !== "") text += ",";
    if (typeof one === "string") text += `"${special.test(one) ? one.replace(/["\\]/g, "\\$&") : one}"`;
    else if (typeof one === "number") text += one;
    else if (one === null) text += "NULL";
    else return value;
  }
  return `{${text}}`;
}
