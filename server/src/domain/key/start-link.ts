/**
 * Start links: a token that opens one session of a key, once, within an hour: for the first sign-in in a browser, and for
 * people who have a shell of the server and no key at hand. The token is sent as a key and stands for it in nothing but
 * `POST /session`, which consumes it in the statement that stores the session. Making one is an entry of the audit trail.
 */
import { DossierError, permissions } from "@dossier/api";
import type { Db, Statement } from "../../db/database.ts";
import { appendSystemAuditEntry } from "../audit.ts";
import { ancestryOf } from "./ancestry.ts";
import { generateStartToken, hashToken, isWellFormed } from "./token.ts";

/** A start link that was made. */
export interface StartLink {
  token: string;
  keyId: number;
  /** the key's name */
  name: string;
}

const insertLink: Statement = {
  name: "start_link_insert",
  text: `WITH gone AS (DELETE FROM start_link WHERE expires_at <= now()),
    chosen AS (
      SELECT k.id, k.name FROM api_key k
        WHERE CASE WHEN $2::bigint IS NULL THEN k.all_brands AND k.permissions @> $3::text[] ELSE k.id = $2 END
          AND NOT EXISTS (${ancestryOf("id = k.id")}
            SELECT FROM line WHERE revoked_at IS NOT NULL OR expires_at <= now())
        ORDER BY k.id LIMIT 1),
    made AS (
      INSERT INTO start_link (hash, key_id, expires_at)
        SELECT $1, id, now() + interval '1 hour' FROM chosen RETURNING key_id)
    SELECT key_id, name FROM made JOIN chosen ON id = key_id`,
};

/** Makes a start link of a key, or of the oldest that may do everything; undefined if there is no such key. */
export async function createStartLink(db: Db, keyId?: number): Promise<StartLink | undefined> {
  const token = generateStartToken();
  const values = [hashToken(token), keyId ?? null, [...permissions]];
  const row = await db.transaction(async (tx) => {
    const made = await tx.row<{ key_id: number; name: string }>(insertLink, values);
    if (made)
      await appendSystemAuditEntry(
        tx,
        "startlink.create",
        "key",
        { id: made.key_id, outcome: "created" },
        null,
      );
    return made;
  });
  return row && { token, keyId: row.key_id, name: row.name };
}

/** The address that opens a session by a start link. The token is in the fragment, which no server and no log sees. */
export function startAddress(url: string, { token }: StartLink): string {
  return `${url}/start#${token}`;
}

const selectKeyHash: Statement = {
  name: "start_link_key",
  text: `SELECT k.hash FROM start_link l JOIN api_key k ON k.id = l.key_id
    WHERE l.hash = $1 AND l.expires_at > now()`,
};

/**
 * The hash of the key of a start link; the link is still good afterwards.
 *
 * @throws DossierError `start_link_over`
 */
export async function findStartLinkKey(db: Db, text: string, hash: Buffer): Promise<Buffer> {
  const row = isWellFormed(text) ? await db.row<{ hash: Buffer }>(selectKeyHash, [hash]) : undefined;
  if (!row) throw startLinkOver();
  return row.hash;
}

export function startLinkOver(): DossierError {
  return new DossierError(
    "start_link_over",
    "This start link was used, is over, or never was one. Sign in with a key; on the server's machine `dossier start-link` makes another.",
  );
}
