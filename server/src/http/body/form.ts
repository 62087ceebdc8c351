/** `application/x-www-form-urlencoded`, for bodies and query strings alike: read as bytes, so that bad UTF-8 is seen. */
import { isUtf8 } from "node:buffer";
import type { Entry } from "./body.ts";

/** Reads a form given as one character a byte. A `%` that begins no escape stands for itself. */
export function readForm(form: string): Entry[] {
  const entries: Entry[] = [];
  for (const part of form.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = decode(equals < 0 ? part : part.slice(0, equals));
    const value = decode(equals < 0 ? "" : part.slice(equals + 1));
    const list = name.text.endsWith("[]");
    const entry: Entry = { name: list ? name.text.slice(0, -2) : name.text, value: value.text, list };
    if (!name.valid || !value.valid) entry.fault = "is not valid UTF-8";
    entries.push(entry);
  }
  return entries;
}

function decode(part: string): { text: string; valid: boolean } {
  if (!/[%+\x80-\xff]/.test(part)) return { text: part, valid: true };
  const spaced = part.replaceAll("+", " ");
  const raw = spaced.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const bytes = Buffer.from(raw, "latin1");
  return { text: bytes.toString("utf8"), valid: isUtf8(bytes) };
}
