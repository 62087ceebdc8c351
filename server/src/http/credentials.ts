/** Where a request carries its key. The first place that is present counts, even when it is empty. */
import { createHash } from "node:crypto";
import { DossierError, invalid } from "@dossier/api";
import type { FastifyRequest } from "fastify";
import { queryOf } from "./body/body.ts";
import { readForm } from "./body/form.ts";
import { readSession } from "./session-cookie.ts";

/** What a request proves its right with: a key, or a session that stands for the key with this SHA-256. */
export type Credential = { key: string } | { hash: Buffer };

/** The credential, as it was sent. */
export function readCredential(request: FastifyRequest, keyInQuery: boolean, secret: Buffer): Credential {
  const key = headerKey(request) ?? (keyInQuery ? queryKey(request) : undefined) ?? bearerKey(request);
  if (key) return { key };
  const hash = key === undefined ? readSession(request, secret) : undefined;
  if (hash) return { hash };
  const query = keyInQuery ? ", the query parameter apiKey" : "";
  throw new DossierError(
    "missing_key",
    `Send an API key: the header apiKey${query}, or Authorization: Bearer.`,
  );
}

/** What a session opened with this credential stands for. */
export function hashOf(credential: Credential): Buffer {
  return "hash" in credential ? credential.hash : createHash("sha256").update(credential.key).digest();
}

function headerKey(request: FastifyRequest): string | undefined {
  const header = request.headers.apikey;
  return Array.isArray(header) ? header[0] : header;
}

function queryKey(request: FastifyRequest): string | undefined {
  const query = queryOf(request);
  if (!/apikey|%/i.test(query)) return undefined;
  const sent = readForm(query).filter((entry) => entry.name.toLowerCase() === "apikey");
  const [first] = sent;
  if (sent.some((entry) => entry.list || entry.value !== first?.value))
    throw invalid([{ field: "apiKey", message: "was sent more than once with different values" }]);
  return first?.value;
}

function bearerKey(request: FastifyRequest): string | undefined {
  const match = /^(?:bearer|apikey)(?:\s+(.*))?$/i.exec(request.headers.authorization ?? "");
  return match ? (match[1] ?? "").trim() : undefined;
}
