/**
 * What the client sends: the URL, the headers and the body of one call. No URL holds more than an id or a search:
 * whoever a change is about stands in the body.
 */
import { basePath } from "../endpoint.ts";
import type { Route } from "./route.ts";
import { encode } from "../wire/encode.ts";

/** A request as `fetch` takes it, but for the signal. */
export interface Request {
  url: URL;
  init: RequestInit & { headers: Record<string, string> };
}

/** What of a call's options its request carries. */
interface Conditions {
  ifMatch?: number | undefined;
  idempotencyKey?: string | undefined;
}

/** The request of one call; every try of it sends the same. */
export function requestOf(
  base: string,
  key: string | undefined,
  route: Route,
  input: Record<string, unknown>,
  { ifMatch, idempotencyKey }: Conditions,
): Request {
  const headers: Record<string, string> = { accept: "application/json" };
  if (key !== undefined) headers.apiKey = visible("API key", key);
  if (ifMatch !== undefined) headers["if-match"] = `"${ifMatch}"`;
  if (idempotencyKey !== undefined) headers["idempotency-key"] = visible("Idempotency-Key", idempotencyKey);
  const init: Request["init"] = { method: route.method, headers };
  const fields = encode(route, input);
  if (route.body && (route.method !== "DELETE" || Object.keys(fields).length > 0)) {
    headers["content-type"] = "application/json"; // of a DELETE too: whom it is about belongs in no URL
    init.body = JSON.stringify(fields);
  }
  return { url: urlOf(base, route, input.id, route.body ? {} : fields), init };
}

function urlOf(base: string, route: Route, id: unknown, fields: Record<string, unknown>): URL {
  const path = route.path.replace("{id}", encodeURIComponent(String(id)));
  const url = new URL(base.replace(/\/+$/, "") + basePath + path);
  for (const [name, value] of Object.entries(fields))
    for (const one of [value].flat() as (string | number | boolean | null)[])
      url.searchParams.append(name, String(one ?? ""));
  return url;
}

/** A header's value; `fetch` would take another for a failing network, and say it aloud. */
function visible(what: string, value: string): string {
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw new TypeError(`The ${what} must be visible ASCII characters, without blanks or line ends.`);
}

/** A key that nothing else has. Pages without TLS lack `randomUUID`. */
export function freshKey(): string {
  const { randomUUID } = crypto as { randomUUID?: unknown };
  if (randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
