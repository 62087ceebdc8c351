/**
 * Sessions of cookies. A session lasts twelve hours from when a key opened it, at most, and ends before when it is closed,
 * when its key ends, or when it is not used for its idle limit; it is a row, so that closing it ends every cookie of it.
 * Opening and closing one are entries about its key in the audit trail. Time is the database's. HTTP seals the cookie.
 */
import { randomBytes } from "node:crypto";
import type { Db, Statement } from "../../db/database.ts";
import { appendAuditEntries } from "../audit.ts";
import type { RequestContext, Caller } from "../context.ts";
import { startLinkOver } from "./start-link.ts";

/** A session: its end, the seconds until then, and after how many without use it ends before (0: none). */
export interface Session {
  id: Buffer;
  seconds: number;
  expiresAt: Date;
  idleSeconds: number;
}

const lifetimeSeconds = 12 * 60 * 60;
/** Opening more ends the key's oldest. */
const maxPerKey = 1000;

// Expired sessions are deleted when another is opened, so the table holds little more than the open ones.
const deleteOld = `gone AS (DELETE FROM session WHERE id = ANY (
      ARRAY(SELECT id FROM session WHERE expires_at <= now() ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED)
      || ARRAY(SELECT id FROM session WHERE key_id = $2 ORDER BY expires_at DESC OFFSET ${maxPerKey - 1}
        FOR UPDATE SKIP LOCKED)))`;

const insertSession: Statement = {
  name: "session_open",
  text: `WITH ${deleteOld}
    INSERT INTO session (id, key_id, expires_at, idle_seconds)
      VALUES ($1, $2, now() + ${lifetimeSeconds} * interval '1 second', $3) RETURNING expires_at`,
};

// Of two that use the link at once, the second finds it deleted when it gets the row's lock.
const insertByLink: Statement = {
  name: "session_open_by_link",
  text: `WITH used AS (DELETE FROM start_link WHERE hash = $4 AND expires_at > now() RETURNING hash), ${deleteOld}
    INSERT INTO session (id, key_id, expires_at, idle_seconds)
      SELECT $1, $2, now() + ${lifetimeSeconds} * interval '1 second', $3 FROM used RETURNING expires_at`,
};

/**
 * Opens a session for the key in use; through a session it returns the same one, with its remaining time. A start link is
 * used up by it; `keyHash` then is the hash of its key, which the cookie stands for.
 */
export async function openSession(ctx: RequestContext) {
  const { db, caller, session, sessionIdle = 0 } = ctx;
  if (session) return { ...describeAccess(caller, session), session };
  const id = randomBytes(16);
  const { startLink } = caller;
  const values = [id, caller.keyId, sessionIdle];
  const row = await db.transaction(async (tx) => {
    const inserted = await (startLink
      ? tx.row<{ expires_at: Date }>(insertByLink, [...values, startLink.hash])
      : tx.row<{ expires_at: Date }>(insertSession, values));
    if (!inserted) throw startLinkOver();
    await appendAuditEntries(tx, null, [{ ...entryAbout(ctx), outcome: "created" }]);
    return inserted;
  });
  const opened = { id, seconds: lifetimeSeconds, expiresAt: row.expires_at, idleSeconds: sessionIdle };
  return { ...describeAccess(caller, opened), session: { ...opened, keyHash: startLink?.keyHash } };
}

/** An audit entry about the key of a session, which has no number of its own. */
function entryAbout(ctx: RequestContext) {
  return { ctx: { ...ctx, entity: "key" }, id: ctx.caller.keyId, fields: [] };
}

/** The caller, by the key in use, and the session, if the call comes by one. */
export async function describeCaller({ caller, session }: RequestContext) {
  return describeAccess(caller, session);
}

function describeAccess(caller: Caller, session?: Session) {
  const { keyId, name, kind = "service", permissions, brands, expiresAt } = caller;
  const item = {
    key_id: keyId,
    name,
    kind,
    permissions: [...permissions],
    brand_ids: brands && [...brands],
    expires_at: expiresAt?.toISOString() ?? null,
    session: session ? describeSession(session) : null,
  };
  return { type: "item" as const, item };
}

function describeSession({ expiresAt, idleSeconds }: Session) {
  const openedAt = new Date(expiresAt.getTime() - 1000 * lifetimeSeconds);
  return {
    opened_at: openedAt.toISOString(),
    expires_at: expiresAt.toISOString(),
    idle_seconds: idleSeconds || null,
  };
}

const deleteSession: Statement = {
  name: "session_close",
  text: "DELETE FROM session WHERE id = $1 RETURNING id",
};

/**
 * Ends the session in use: when this is answered, none of its cookies is valid any more in any process of this server. A
 * call by key has none to end.
 */
export async function closeSession(ctx: RequestContext) {
  const { db, caller, session, invalidateSessions } = ctx;
  if (session) {
    await db.transaction(async (tx) => {
      if (!(await tx.row(deleteSession, [session.id]))) return; // another call has closed it
      await appendAuditEntries(tx, null, [{ ...entryAbout(ctx), outcome: "deleted" }]);
    });
    await invalidateSessions?.();
  }
  return {
    type: "result" as const,
    message: "Session closed.",
    id: caller.keyId,
    outcome: "deleted" as const,
  };
}

const isUnnoted = `last_used_at < now() - LEAST(60, idle_seconds / 10.0) * interval '1 second'`;

const isOpen = `id = $1 AND expires_at > now()
      AND (idle_seconds = 0 OR last_used_at > now() - idle_seconds * interval '1 second')`;

const sessionIsOpen: Statement = {
  name: "session_is_open",
  text: `SELECT id FROM session WHERE ${isOpen}`,
};

/** Whether a session is open; this counts as no use of it. */
export async function isSessionOpen(db: Db, id: Buffer): Promise<boolean> {
  return (await db.row(sessionIsOpen, [id])) !== undefined;
}

const sessionById: Statement = {
  name: "session_by_id",
  text: `SELECT extract(epoch FROM expires_at - now())::float8 AS left, expires_at, idle_seconds,
      idle_seconds > 0 AND ${isUnnoted} AS is_unnoted
    FROM session WHERE ${isOpen}`,
};

const touchSession: Statement = {
  name: "session_touch",
  text: `UPDATE session SET last_used_at = now() WHERE id = $1 AND ${isUnnoted}`,
};

interface SessionRow {
  left: number;
  expires_at: Date;
  idle_seconds: number;
  is_unnoted: boolean;
}

/** The session with this id, unless it was closed or has expired; this counts as a use of it. */
export async function findSession(db: Db, id: Buffer): Promise<Session | undefined> {
  const row = await db.row<SessionRow>(sessionById, [id]);
  if (row?.is_unnoted) db.rows(touchSession, [id]).catch(() => undefined); // no request waits for it or fails because of it
  return (
    row && { id, seconds: Math.ceil(row.left), expiresAt: row.expires_at, idleSeconds: row.idle_seconds }
  );
}
