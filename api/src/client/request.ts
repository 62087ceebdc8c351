/**
 * Request encoding: the URL, the headers and the body of one call. A URL holds nothing but an id or a search; personal
 * data of a change is in the body.
 */
import { basePath } from "../endpoint.ts";
import type { Route } from "./route.ts";
import { encode } from "../wire/encode.ts";

/** A request as `fetch` takes it, without the signal. */
export interface RequestSpec {
  url: URL;
  init: RequestInit & { headers: Record<string, string> };
}

/** The call options that are sent. */
interface SentOptions {
  ifMatch?: number | string | undefined;
  idempotencyKey?: string | undefined;
  wireFields?: Record<string, unknown> | undefined;
}

/** The request of one call; every attempt sends the same. */
export function requestOf(
  base: string,
  key: string | undefined,
  route: Route,
  input: Record<string, unknown>,
  { ifMatch, idempotencyKey, wireFields }: SentOptions,
): RequestSpec {
  const headers: Record<string, string> = { accept: "application/json" };
  if (key !== undefined) headers.apiKey = assertVisibleAscii("API key", key);
  if (ifMatch !== undefined) headers["if-match"] = typeof ifMatch === "number" ? `"${ifMatch}"` : ifMatch;
  if (idempotencyKey !== undefined)
    headers["idempotency-key"] = assertVisibleAscii("Idempotency-Key", idempotencyKey);
  // Following a redirect would send the key to its target.
  const init: RequestSpec["init"] = { method: route.method, headers, redirect: "manual" };
  const fields = { ...wireFields, ...encode(route, input) };
  if (route.body && (route.method !== "DELETE" || Object.keys(fields).length > 0)) {
    headers["content-type"] = "application/json"; // DELETE too: personal data belongs in no URL
    init.body = JSON.stringify(fields);
  }
  return { url: urlOf(base, route, input.id, route.body ? {} : fields), init };
}

function urlOf(base: string, route: Route, id: unknown, fields: Record<string, unknown>): URL {
  const path = route.path.replace("{id}", encodeURIComponent(String(id)));
  const url = new URL(rootOf(base) + basePath + path);
  for (const [name, value] of Object.entries(fields))
    for (const one of [value].flat() as (string | number | boolean | null)[])
      url.searchParams.append(name, String(one ?? ""));
  return url;
}

/** The address without the path that every endpoint has, which may be part of it. */
function rootOf(base: string): string {
  const address = trimTrailingSlashes(base);
  return address.endsWith(basePath) ? trimTrailingSlashes(address.slice(0, -basePath.length)) : address;
}

/** Removes the slashes at the end of an address. */
function trimTrailingSlashes(base: string): string {
  let end = base.length;
  while (base[end - 1] === "/") end -= 1;
  return base.slice(0, end);
}

/** Checks a header's value; `fetch` would report an invalid one as a network failure, with the value in the message. */
function assertVisibleAscii(what: string, value: string): string {
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw new TypeError(`The ${what} must be visible ASCII characters, without blanks or line ends.`);
}

/** A unique key. Pages without TLS lack `randomUUID`. */
export function newIdempotencyKey(): string {
  const { randomUUID } = crypto as { randomUUID?: unknown };
  if (randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
