/**
 * Sessions of cookies. A session lasts twelve hours from when a key opened it, regardless of use, or until it is closed
 * or its key ends; it is a row, so that closing it ends every cookie of it. Time is the database's. HTTP seals the
 * cookie.
 */
import { randomBytes } from "node:crypto";
import type { Db, Statement } from "../../db/database.ts";
import type { RequestContext, Caller } from "../context.ts";

/** A session and its remaining seconds. */
export interface Session {
  id: Buffer;
  seconds: number;
}

const lifetimeSeconds = 12 * 60 * 60;
/** Opening more ends the key's oldest. */
const maxPerKey = 1000;

// Expired sessions are deleted when another is opened, so the table holds little more than the open ones.
const insertSession: Statement = {
  name: "session_open",
  text: `WITH gone AS (DELETE FROM session WHERE id = ANY (
      ARRAY(SELECT id FROM session WHERE expires_at <= now() ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED)
      || ARRAY(SELECT id FROM session WHERE key_id = $2 ORDER BY expires_at DESC OFFSET ${maxPerKey - 1}
        FOR UPDATE SKIP LOCKED)))
    INSERT INTO session (id, key_id, expires_at) VALUES ($1, $2, now() + $3 * interval '1 second')`,
};

/** Opens a session for the key in use; through a session it returns the same one, with its remaining time. */
export async function openSession({ db, caller, session }: RequestContext) {
  if (session) return { ...describeKey(caller), session };
  const id = randomBytes(16);
  await db.row(insertSession, [id, caller.keyId, lifetimeSeconds]);
  return { ...describeKey(caller), session: { id, seconds: lifetimeSeconds } };
}

/** The caller, by the key in use. */
export async function describeCaller({ caller }: RequestContext) {
  return describeKey(caller);
}

function describeKey({ keyId, name, permissions, brands }: Caller) {
  const item = { key_id: keyId, name, permissions: [...permissions], brand_ids: brands && [...brands] };
  return { type: "item" as const, item };
}

const deleteSession: Statement = { name: "session_close", text: "DELETE FROM session WHERE id = $1" };

/** Ends the session in use: none of its cookies is valid any more. A call by key has none to end. */
export async function closeSession({ db, caller, session, invalidateSessions }: RequestContext) {
  if (session) {
    await db.row(deleteSession, [session.id]);
    invalidateSessions?.();
  }
  return {
    type: "result" as const,
    message: "Session closed.",
    id: caller.keyId,
    outcome: "deleted" as const,
  };
}

const sessionById: Statement = {
  name: "session_by_id",
  text: "SELECT extract(epoch FROM expires_at - now())::float8 AS left FROM session WHERE id = $1 AND expires_at > now()",
};

/** The session with this id, unless it was closed or has expired. */
export async function findSession(db: Db, id: Buffer): Promise<Session | undefined> {
  const row = await db.row<{ left: number }>(sessionById, [id]);
  return row && { id, seconds: Math.ceil(row.left) };
}
