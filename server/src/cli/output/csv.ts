/**
 * CSV by RFC 4180: a header line, CRLF, and quotes around what needs them. Values stay what they are: a text that begins
 * with = or + is not changed for the sake of spreadsheets, because it could not be told from the changed one. Lists and
 * objects are JSON, null is empty.
 */
function field(value: unknown): string {
  const text =
    value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line, with its end. A line with one empty field is quoted: it would be an empty line. */
export function csvLine(values: readonly unknown[]): string {
  const line = values.map(field).join(",");
  return `${line === "" ? '""' : line}\r\n`;
}
