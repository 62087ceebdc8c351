/** Header values such as `text/plain; charset="utf-8"`, given as one character per byte. */
import { charsetOf } from "./charset.ts";

/** A value without its parameters, in lower case. */
export function mainValue(header: string): string {
  const end = header.indexOf(";");
  return (end < 0 ? header : header.slice(0, end)).trim().toLowerCase();
}

/**
 * The parameters of a header value by lower-case name, those of RFC 5987 decoded. Of a repeated one the first counts in a
 * media type, and the last in a disposition, whose extended form stands after the plain one.
 */
export function parametersIn(value: string, counts: "first" | "last" = "first"): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [, name = "", star, quoted, bare = ""] of value.matchAll(
    /;\s*([^\s=;"*]+)(\*?)\s*=\s*(?:"((?:[^"\\]|\\[^])*)|([^\s;"][^;"]*)?)/g,
  )) {
    const key = name.toLowerCase();
    if (counts === "first" && parameters.has(key)) continue;
    parameters.set(key, star ? decoded(bare.trim()) : (quoted?.replace(/\\(["\\])/g, "$1") ?? bare.trim()));
  }
  return parameters;
}

/** The charset that a media type names. */
export function charsetLabel(parameters: ReadonlyMap<string, string>): string | undefined {
  return parameters.get("charset")?.replace(/^'|'$/g, "");
}

/** Decodes a text such as `utf-8''%C3%A9`, to one character per byte of UTF-8. */
function decoded(extended: string): string {
  const label = extended.indexOf("'");
  const language = extended.indexOf("'", label + 1);
  const bytes = extended
    .slice(language + 1)
    .replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const read = charsetOf(extended.slice(0, Math.max(label, 0)))?.decode(Buffer.from(bytes, "latin1"));
  return read === undefined || read.fault !== undefined ? bytes : Buffer.from(read.text).toString("latin1");
}
