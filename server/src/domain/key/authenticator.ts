/**
 * From the text of a key to a caller. What cannot be a key is refused before the database is asked; what was looked
 * up is remembered for a second at most, so a hot key costs one query a second and a revoked one works no longer than
 * that, here not at all. Unknown, expired, revoked and malformed keys are refused with the very same words.
 */
import { timingSafeEqual } from "node:crypto";
import { DossierError, type Permission, permissions } from "@dossier/api";
import type { Db, Statement } from "../../db/database.ts";
import type { Caller } from "../context.ts";
import { hashKeyText, isKeyText } from "./token.ts";

/** Knows callers by their keys. */
export interface Keyring {
  /** @throws DossierError `invalid_key` */
  authenticate(text: string): Promise<Caller>;
  /** the same by the SHA-256 of a key's text, for whoever was given that instead of the text */
  authenticateHash(hash: Buffer): Promise<Caller>;
  /** drops what is remembered: the next use of every key is looked up */
  forget(): void;
}

const memory = 1000;
const mostRemembered = 10_000;

interface Remembered {
  caller: Promise<Caller>;
  until: number;
}

/**
 * @param bootstrap SHA-256 of the administrator key that the environment gives, if it does
 */
export function createKeyring(db: Db, bootstrap?: Buffer): Keyring {
  const ring = new Map<string, Remembered>();
  const lookUp = (hash: Buffer, text?: string): Promise<Caller> => {
    const place = hash.toString("base64");
    const known = ring.get(place);
    if (known && performance.now() < known.until) return known.caller;
    if (text !== undefined && !isKeyText(text)) throw invalidKey();
    const caller = findCaller(db, hash);
    remember(ring, place, caller);
    return caller;
  };
  const isBootstrap = (hash: Buffer) => bootstrap !== undefined && timingSafeEqual(hash, bootstrap);
  return {
    forget: () => ring.clear(),
    async authenticate(text) {
      const hash = hashKeyText(text);
      return isBootstrap(hash) ? administrator : lookUp(hash, text);
    },
    authenticateHash: async (hash) => (isBootstrap(hash) ? administrator : lookUp(hash)),
  };
}

/** Counts from before the query: what it will answer is at least that old. A refusal is shared, never remembered. */
function remember(ring: Map<string, Remembered>, place: string, caller: Promise<Caller>): void {
  const entry = { caller, until: performance.now() + memory };
  ring.delete(place); // so that it goes to the end of the line
  ring.set(place, entry);
  const [oldest] = ring.keys();
  if (ring.size > mostRemembered && oldest !== undefined) ring.delete(oldest);
  caller.catch(() => ring.get(place) === entry && ring.delete(place));
}

const administrator: Caller = {
  keyId: 0,
  name: "bootstrap administrator",
  permissions: new Set(permissions),
  brands: null,
  source: "api",
};

function invalidKey(): DossierError {
  return new DossierError("invalid_key", "The API key is not valid.");
}

const keyByHash: Statement = {
  name: "key_by_hash",
  text: `SELECT id, name, permissions, all_brands,
      ARRAY(SELECT brand_id FROM api_key_brand WHERE key_id = k.id ORDER BY brand_id) AS brand_ids,
      coalesce(last_used_at < now() - interval '1 minute', true) AS idle
    FROM api_key k
    WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
};

interface KeyFound {
  id: number;
  name: string;
  permissions: Permission[];
  all_brands: boolean;
  brand_ids: number[];
  idle: boolean;
}

async function findCaller(db: Db, hash: Buffer): Promise<Caller> {
  const key = await db.row<KeyFound>(keyByHash, [hash]);
  if (!key) throw invalidKey();
  if (key.idle) noteUse(db, key.id);
  const brands = key.all_brands ? null : key.brand_ids;
  return { keyId: key.id, name: key.name, permissions: new Set(key.permissions), brands, source: "api" };
}

const touchKey: Statement = {
  name: "key_touch",
  text: `UPDATE api_key SET last_used_at = now()
    WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
};

/** Nobody waits for it, and no request fails because of it: a standby, for one, cannot note anything. */
function noteUse(db: Db, id: number): void {
  db.rows(touchKey, [id]).catch(() => undefined);
}
