/**
 * One call of an endpoint as a request of HTTP, and its answer back. Every target is asked in this form, over a
 * network or without one, so a command cannot tell them apart.
 */
import { basePath, type Code, codes, DossierError, encode, type Endpoint, readsBody } from "@dossier/api";

/** What is asked of an endpoint. */
export interface Asked {
  row: Endpoint;
  /** by our names or the wire's; values may be texts */
  fields: Record<string, unknown>;
  ifMatch?: string | undefined;
  idempotencyKey?: string | undefined;
}

/** A request, below the server's address. */
export interface Request {
  method: Endpoint["method"];
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** What came back: the text as it was sent, and what it says. */
export interface Reply {
  text: string;
  body: Record<string, unknown>;
  /** the answer to an earlier call with the same Idempotency-Key */
  replayed: boolean;
}

/** Makes the request; the key goes into a header, never into the address. */
export function requestOf({ row, fields, ifMatch, idempotencyKey }: Asked, key: string): Request {
  const wire = wireFields(row, fields);
  const headers: Record<string, string> = { apikey: key, accept: "application/json" };
  if (ifMatch !== undefined) headers["if-match"] = ifMatch;
  if (idempotencyKey !== undefined) headers["idempotency-key"] = idempotencyKey;
  const path = basePath + row.paths[0].replace("{id}", encodeURIComponent(String(fields.id)));
  if (!readsBody(row)) return { method: row.method, path: path + queryOf(wire), headers };
  if (row.method === "DELETE" && Object.keys(wire).length === 0) return { method: row.method, path, headers };
  headers["content-type"] = "application/json"; // of a DELETE too: whom it is about belongs in no URL
  return { method: row.method, path, headers, body: JSON.stringify(wire) };
}

/** Our names become the wire's; what is no name of ours is sent as it is, as the wire's own spellings are. */
function wireFields(row: Endpoint, fields: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(fields);
  const isOurs = ([name]: [string, unknown]) => name in row.input.shape;
  const rest = Object.fromEntries(entries.filter((one) => !isOurs(one)));
  return { ...rest, ...encode(row, Object.fromEntries(entries.filter(isOurs))) };
}

function queryOf(wire: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(wire))
    for (const one of [value].flat() as (string | number | boolean | null)[])
      query.append(name, String(one ?? ""));
  return query.size > 0 ? `?${query.toString()}` : "";
}

/**
 * Reads an answer.
 *
 * @throws DossierError for what Dossier refused
 * @returns nothing when it was not Dossier that answered
 */
export function replyOf(status: number, headers: Headers, text: string): Reply | undefined {
  const body = parse(text);
  if (body === undefined || typeof body.type !== "string") return undefined;
  if (status < 400) return { text, body, replayed: headers.get("idempotency-replayed") === "true" };
  throw errorOf(headers, body);
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function errorOf(headers: Headers, body: Record<string, unknown>): DossierError {
  const known = typeof body.code === "string" && Object.hasOwn(codes, body.code);
  const wait = headers.get("retry-after");
  return new DossierError(known ? (body.code as Code) : "internal", String(body.message), {
    errors: (body.errors ?? []) as DossierError["errors"],
    ...(body.conflict ? { conflict: body.conflict } : {}),
    ...(wait === null || Number.isNaN(Number(wait)) ? {} : { retryAfter: Number(wait) }),
    ...(typeof body.request_id === "string" ? { requestId: body.request_id } : {}),
  });
}
