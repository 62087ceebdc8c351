/**
 * Array literals: the text of an array as PostgreSQL reads it. pg builds the same text, but reads each element twice,
 * and batched statements send thousands of elements.
 */
const needsEscape = /["\\]/;

/**
 * Converts a parameter: an array of strings and numbers becomes an array literal, anything else stays for pg to
 * convert.
 */
export function toParameter(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  let text = "";
  for (const element of value as unknown[]) {
    if (text !== "") text += ",";
    if (typeof element === "string")
      text += `"${needsEscape.test(element) ? element.replace(/["\\]/g, "\\$&") : element}"`;
    else if (typeof element === "number") text += element;
    else if (element === null) text += "NULL";
    else return value;
  }
  return `{${text}}`;
}
