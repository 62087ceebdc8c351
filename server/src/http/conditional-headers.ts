/**
 * Conditional headers: `If-Match` (optimistic locking by version) and `Idempotency-Key` (safe retries). Keys and
 * request fingerprints are stored only as keyed hashes (HMAC).
 */
import { type Endpoint, invalid, acceptsIdempotencyKey } from "@dossier/api";
import type { FastifyRequest } from "fastify";
import type { IdempotencyKey, IdempotencyKeyHashes, Secret } from "../domain/context.ts";
import { keyedHash } from "../domain/encryption.ts";

/** A version that no customer has: a malformed ETag fails like an outdated one. */
const noVersion = 0;

const maxTagLength = 64;

/** The version of `If-Match`, where the endpoint honours it. */
export function readIfMatch(row: Endpoint, request: FastifyRequest): number | undefined {
  const header = request.headers["if-match"]?.trim();
  if (!row.ifMatch || header === undefined || header === "*") return undefined;
  const version = header.length <= maxTagLength ? versionOf(header) : undefined;
  if (version !== undefined) return version;
  if (/^(?:W\/)?"[^"]*"$/.test(header)) return noVersion;
  throw invalid([{ field: "If-Match", message: 'must be the ETag of an earlier answer, such as "3"' }]);
}

/**
 * The version that a tag names. Proxies that compress responses make the tag weak or add to it (`"3-gzip"`, `"3;br"`,
 * `"3"-gzip`), and some clients lose or double its quotes. Several tags count if they name one version.
 */
function versionOf(header: string): number | undefined {
  const versions = new Set(
    header.split(",").map((tag) => {
      const bare = tag
        .trim()
        .replace(/^w\//i, "")
        .replace(/\\?["']|%22|&quot;/gi, "");
      return /^([1-9][0-9]{0,9})(?:[-;+:/_.]{1,2}[a-z]{1,16})?$/i.exec(bare)?.[1];
    }),
  );
  const [version] = versions;
  return versions.size === 1 && version !== undefined ? Number(version) : undefined;
}

/**
 * The idempotency key, where the endpoint accepts one. Its fingerprint covers the decoded fields, not their spelling.
 */
export function readIdempotencyKey(
  row: Endpoint,
  request: FastifyRequest,
  input: unknown,
  { current, previous }: Secret,
): IdempotencyKey | undefined {
  const token = request.headers["idempotency-key"];
  if (!acceptsIdempotencyKey(row) || token === undefined) return undefined;
  if (typeof token !== "string" || !/^[\x21-\x7e]{1,255}$/.test(token))
    throw invalid([{ field: "Idempotency-Key", message: "must be 1 to 255 visible ASCII characters" }]);
  const content = canonical(input);
  const hashesBy = (secret: Buffer): IdempotencyKeyHashes => ({
    keyHash: keyedHash(secret, "idempotency key", token),
    fingerprint: keyedHash(secret, "request fingerprint", content),
  });
  return { ...hashesBy(current), ...(previous ? { previous: hashesBy(previous) } : {}) };
}

/** Fields that the channels already include. */
const fieldsInChannels = new Set(["linkType", "linkAddress"]);

/** Blank custom values count as not sent, on operations with idempotency keys. */
function isCounted(one: object): boolean {
  return !("key" in one && "value" in one && String(one.value).trim() === "");
}

/** Canonical JSON: independent of the order of fields, the positions of values and the spelling of names. */
function canonical(input: unknown): string {
  return JSON.stringify(input, (key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null) return inner;
    if (Array.isArray(inner))
      return key === "channels" || key === "custom"
        ? inner.filter(isCounted).map(canonicalEntry).sort()
        : (inner as unknown[]);
    const entries = Object.entries(inner).filter(([ours]) => !fieldsInChannels.has(ours));
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** A channel or custom value without its wire name. */
function canonicalEntry(one: object): string {
  const { field: _field, name: _name, ...content } = one as Record<string, unknown>;
  return canonical(content);
}
