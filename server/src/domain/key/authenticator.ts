/**
 * Authentication: from the text of a key to a caller, with the permissions that the key and its whole ancestry have. A
 * malformed key is rejected without a query; a lookup is cached for a second at most, so a hot key costs one query a
 * second, and a revoked key stops working within that time, and at once in the process that revoked it. Unknown,
 * expired, revoked and malformed keys get the same response.
 */
import { timingSafeEqual } from "node:crypto";
import { DossierError, partsOfSettings, type Permission, permissions } from "@dossier/api";
import type { Db, Statement } from "../../db/database.ts";
import type { Caller, KeyKind } from "../context.ts";
import { ancestryOf } from "./ancestry.ts";
import { findStartLinkKey } from "./start-link.ts";
import { hashToken, isStartToken, isWellFormed } from "./token.ts";
import { findSession, isSessionOpen, type Session } from "./session.ts";

export interface KeyAuthenticator {
  /**
   * The caller of a key or of a start link; `hash` is the SHA-256 of its text, if already known.
   *
   * @throws DossierError `invalid_key`, `start_link_over`
   */
  authenticate(text: string, hash?: Buffer): Promise<Caller>;
  /** the id of a key that was valid when last looked up: for counting, never for access */
  cachedKeyId(hash: Buffer): number | undefined;
  /** the same by the SHA-256 of a key's text */
  authenticateHash(hash: Buffer): Promise<Caller>;
  /** the same by the content of a session's cookie */
  authenticateSession(hash: Buffer, id: Buffer): Promise<{ caller: Caller; session: Session }>;
  /** the caller of a key's hash, and of an open session of it; that counts as no use of the session */
  lookUpCaller(hash: Buffer, sessionId: Buffer | undefined): Promise<Caller>;
  /** invalidates the cached keys: the next use of every key is looked up */
  invalidateKeys(): void;
  invalidateSessions(): void;
}

/** @param bootstrap SHA-256 of the administrator key from the environment, if there is one */
export function createKeyAuthenticator(db: Db, bootstrap?: Buffer): KeyAuthenticator {
  const callers: Cache<Caller> = new Map();
  const sessions: Cache<Session> = new Map();
  const keyIds = new Map<string, number>();
  const isBootstrap = (hash: Buffer) => bootstrap !== undefined && timingSafeEqual(hash, bootstrap);
  const cacheKeyId = async (hash: Buffer, caller: Promise<Caller>) => {
    const name = hash.toString("base64");
    try {
      cacheEntry(keyIds, name, (await caller).keyId);
    } catch (error) {
      if (error instanceof DossierError && error.code === "invalid_key") keyIds.delete(name);
    }
    return caller;
  };
  const authenticateHash = async (hash: Buffer, text?: string) => {
    if (isBootstrap(hash)) return administrator;
    return findCached(callers, hash, () => {
      if (text !== undefined && !isWellFormed(text)) throw invalidKey();
      return cacheKeyId(hash, findCaller(db, hash));
    });
  };
  return {
    invalidateKeys: () => callers.clear(),
    invalidateSessions: () => sessions.clear(),
    cachedKeyId: (hash) => (isBootstrap(hash) ? administrator.keyId : keyIds.get(hash.toString("base64"))),
    authenticateHash: (hash) => authenticateHash(hash),
    async authenticate(text, hash = hashToken(text)) {
      if (!isStartToken(text) || isBootstrap(hash)) return authenticateHash(hash, text);
      const keyHash = await findStartLinkKey(db, text, hash);
      const caller = await authenticateHash(keyHash);
      return { ...caller, opensSessionsOnly: true, startLink: { hash, keyHash } };
    },
    async lookUpCaller(hash, sessionId) {
      const [caller, isOpen] = await Promise.all([
        authenticateHash(hash),
        sessionId === undefined || isSessionOpen(db, sessionId),
      ]);
      if (!isOpen) throw invalidKey();
      return caller;
    },
    async authenticateSession(hash, id) {
      const [session, caller] = await Promise.all([
        findCached(sessions, id, () => findOpenSession(db, id)),
        authenticateHash(hash),
      ]);
      return { caller, session };
    },
  };
}

async function findOpenSession(db: Db, id: Buffer): Promise<Session> {
  const session = await findSession(db, id);
  if (!session) throw invalidKey();
  return session;
}

const cacheMs = 1000;
const maxCached = 10_000;

interface CacheEntry<T> {
  value: Promise<T>;
  until: number;
}

/** The lookups of the last second, the oldest first. */
type Cache<T> = Map<string, CacheEntry<T>>;

/** Its second counts from before the lookup: the result is at least that old. A rejection is shared, never cached. */
function findCached<T>(cache: Cache<T>, key: Buffer, lookUp: () => Promise<T>): Promise<T> {
  const name = key.toString("base64");
  const known = cache.get(name);
  if (known && performance.now() < known.until) return known.value;
  const entry = { value: lookUp(), until: performance.now() + cacheMs };
  cacheEntry(cache, name, entry);
  entry.value.catch(() => cache.get(name) === entry && cache.delete(name));
  return entry.value;
}

/** Appends an entry; the oldest are dropped from the beginning. */
function cacheEntry<T>(cache: Map<string, T>, name: string, entry: T): void {
  cache.delete(name);
  cache.set(name, entry);
  const [oldest] = cache.keys();
  if (cache.size > maxCached && oldest !== undefined) cache.delete(oldest);
}

/** The bootstrap administrator key, which is no row. */
export const administrator: Caller = {
  keyId: 0,
  name: "bootstrap administrator",
  permissions: new Set(permissions),
  brands: null,
  source: "api",
};

function invalidKey(): DossierError {
  return new DossierError("invalid_key", "The API key is not valid.");
}

// A key that has SETTINGS_CRUD has its parts, for those below it too.
const lacks = `own.one <> ALL (line.permissions)
          AND NOT (own.one IN (${[...partsOfSettings].map((one) => `'${one}'`).join(", ")}) AND 'SETTINGS_CRUD' = ANY (line.permissions))`;

const keyByHash: Statement = {
  name: "key_by_hash",
  text: `${ancestryOf("hash = $1")}
    SELECT k.id, k.name, k.kind, k.headers_allowed, k.strict, (SELECT bool_and(all_brands) FROM line) AS all_brands,
      ARRAY(SELECT one FROM unnest(k.permissions) WITH ORDINALITY AS own (one, place)
        WHERE NOT EXISTS (SELECT FROM line WHERE ${lacks}) ORDER BY place) AS permissions,
      ARRAY(SELECT b.brand_id FROM line JOIN api_key_brand b ON b.key_id = line.id WHERE NOT line.all_brands
        GROUP BY 1 HAVING count(*) = (SELECT count(*) FROM line WHERE NOT all_brands) ORDER BY 1) AS brand_ids,
      (SELECT min(expires_at) FROM line) AS expires_at,
      coalesce(k.last_used_at < now() - interval '1 minute', true) AS idle
    FROM api_key k
    WHERE k.hash = $1 AND NOT EXISTS (SELECT FROM line WHERE revoked_at IS NOT NULL OR expires_at <= now())`,
};

interface KeyRow {
  id: number;
  name: string;
  permissions: Permission[];
  all_brands: boolean;
  brand_ids: number[];
  kind: KeyKind;
  headers_allowed: boolean;
  strict: boolean;
  expires_at: Date | null;
  idle: boolean;
}

async function findCaller(db: Db, hash: Buffer): Promise<Caller> {
  const key = await db.row<KeyRow>(keyByHash, [hash]);
  if (!key) throw invalidKey();
  if (key.idle) touchLastUsed(db, key.id);
  const { id: keyId, name, kind, strict, expires_at: expiresAt } = key;
  const brands = key.all_brands ? null : key.brand_ids;
  const rights = { permissions: new Set(key.permissions), brands, opensSessionsOnly: !key.headers_allowed };
  return { keyId, name, kind, ...rights, source: "api", strict, expiresAt };
}

const updateLastUsed: Statement = {
  name: "key_touch",
  text: `UPDATE api_key SET last_used_at = now()
    WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
};

/** No request waits for it or fails because of it: a standby, for example, cannot write. */
function touchLastUsed(db: Db, id: number): void {
  db.rows(updateLastUsed, [id]).catch(() => undefined);
}
