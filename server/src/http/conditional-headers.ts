/** The headers that make a call conditional: `If-Match` and `Idempotency-Key`. */
import { createHmac } from "node:crypto";
import { type Endpoint, invalid, keepsAnswer } from "@dossier/api";
import type { FastifyRequest } from "fastify";
import type { Retry } from "../domain/context.ts";

/** What no customer has: an ETag that is not one of ours is as stale as an old one. */
const noVersion = 0;

/** The version a change was made against, where the endpoint honours it. */
export function readIfMatch(row: Endpoint, request: FastifyRequest): number | undefined {
  const header = request.headers["if-match"]?.trim();
  if (!row.ifMatch || !header || header === "*") return undefined;
  const match = /^(?:W\/)?"([1-9][0-9]{0,9})"$/.exec(header) ?? /^([1-9][0-9]{0,9})$/.exec(header);
  if (match) return Number(match[1]);
  if (/^(?:W\/)?"[^"]*"$/.test(header)) return noVersion;
  throw invalid([{ field: "If-Match", message: 'must be the ETag of an earlier answer, such as "3"' }]);
}

/** The retry's identity, where the endpoint keeps answers. Fields are compared as decoded, not as they were sent. */
export function readRetry(
  row: Endpoint,
  request: FastifyRequest,
  input: unknown,
  secret: Buffer,
): Retry | undefined {
  const token = request.headers["idempotency-key"];
  if (!keepsAnswer(row) || token === undefined) return undefined;
  if (typeof token !== "string" || !/^[\x21-\x7e]{1,255}$/.test(token))
    throw invalid([{ field: "Idempotency-Key", message: "must be 1 to 255 visible ASCII characters" }]);
  const hash = (text: string) => createHmac("sha256", secret).update(text).digest();
  return { token: hash(token), fingerprint: hash(canonical(input)) };
}

/** Fields whose meaning stands among the channels already. */
const folded = new Set(["linkType", "linkAddress"]);

/** Blank custom values are not sent, on the operations that keep answers. */
function counts(one: object): boolean {
  return !("key" in one && "value" in one && String(one.value).trim() === "");
}

/** JSON that is the same whatever the order of the fields, the places of values and the spelling of their names. */
function canonical(input: unknown): string {
  return JSON.stringify(input, (key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null) return inner;
    if (Array.isArray(inner))
      return key === "channels" || key === "custom"
        ? inner.filter(counts).map(contentOf).sort()
        : (inner as unknown[]);
    const entries = Object.entries(inner).filter(([ours]) => !folded.has(ours));
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** A channel or a custom value without the name it was sent under. */
function contentOf(one: object): string {
  const { field: _field, name: _name, ...content } = one as Record<string, unknown>;
  return canonical(content);
}
