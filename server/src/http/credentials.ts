/**
 * Credentials: where a request carries its key. Invariant: the first location that is present counts, even if it is
 * empty, so that no second key can replace it.
 */
import { hash } from "node:crypto";
import { DossierError, invalid } from "@dossier/api";
import type { FastifyRequest } from "fastify";
import type { Secret } from "../domain/context.ts";
import { queryOf } from "./body/body.ts";
import { readForm } from "./body/form.ts";
import { readSessionCookie, type SessionCookie } from "./session-cookie.ts";

/** The credential of a request: a key, or the session of a cookie. */
export type Credential = { key: string } | SessionCookie;

/** The credential as sent. */
export function readCredential(request: FastifyRequest, keyInQuery: boolean, secret: Secret): Credential {
  const key = headerKey(request) ?? (keyInQuery ? queryKey(request) : undefined) ?? bearerKey(request);
  if (key) return { key };
  const session = key === undefined ? readSessionCookie(request, secret) : undefined;
  if (session) return session;
  const query = keyInQuery ? ", the query parameter apiKey" : "";
  throw new DossierError(
    "missing_key",
    `Send an API key: the header apiKey${query}, or Authorization: Bearer.`,
  );
}

/** The SHA-256 of the key's text. */
export function hashOfCredential(credential: Credential): Buffer {
  return "hash" in credential ? credential.hash : hash("sha256", credential.key, "buffer");
}

const lastHashes = new WeakMap<object, { key: string; hash: Buffer }>();

/**
 * The same, for a request that arrives: the last key of each connection is kept with its hash, since a client sends one
 * key with all its requests. A key is compared only with the one that the same client sent before.
 */
export function hashOnArrival(credential: Credential, request: FastifyRequest): Buffer {
  if ("hash" in credential) return credential.hash;
  const last = lastHashes.get(request.socket);
  if (last?.key === credential.key) return last.hash;
  const hashed = { key: credential.key, hash: hashOfCredential(credential) };
  lastHashes.set(request.socket, hashed);
  return hashed.hash;
}

/** A header that a gateway has added again, on a line of its own or behind a comma, counts once if the values agree. */
function headerKey(request: FastifyRequest): string | undefined {
  const lines = request.headers.apikey;
  const header = Array.isArray(lines) ? lines.join(", ") : lines;
  if (!header?.includes(", ")) return header;
  const [first, ...others] = header.split(", ").map((key) => key.trim());
  return others.every((key) => key === first) ? first : header;
}

function queryKey(request: FastifyRequest): string | undefined {
  const query = queryOf(request);
  if (!/apikey|%/i.test(query)) return undefined;
  const sent = readForm(query, { limit: Number.POSITIVE_INFINITY }).filter(
    (entry) => entry.name.toLowerCase() === "apikey",
  );
  const [first] = sent;
  if (sent.some((entry) => entry.list || entry.value !== first?.value))
    throw invalid([{ field: "apiKey", message: "was sent more than once with different values" }]);
  return first?.value;
}

function bearerKey(request: FastifyRequest): string | undefined {
  const match = /^(?:bearer|apikey)(?:\s(.*))?$/i.exec(request.headers.authorization ?? "");
  return match ? (match[1] ?? "").trim() : undefined;
}
