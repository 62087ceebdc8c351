/**
 * Change feed: the records of brands in the order in which their last changes can be read without missing one. A
 * position is the xid of the change's transaction; a page ends before the oldest transaction that is still open, so
 * nothing can appear behind a cursor, however late a transaction commits. Clocks only choose where a feed begins.
 *
 * A cursor names the newest entry of the audit trail as its witness: if a restored backup has undone the state in which
 * the cursor was made, the entry is missing, and the cursor is refused.
 */
import { invalid } from "@dossier/api";
import type { Queryable, Statement } from "../db/database.ts";
import type { RequestContext } from "./context.ts";
import type { PagePosition } from "./pagination.ts";

/** The kinds of record in the feed, as stored. */
export const changedKinds = { customer: 1, ticket: 2 } as const;

/** The last change of a record; `deleted_at` where it was its deletion. */
export interface RecordChange {
  id: number;
  brand_id: number;
  position: number;
  deleted_at: Date | null;
}

/** Where a feed goes on, and what its page may hold. */
export interface FeedPosition {
  /** after this change */
  position: number;
  id: number;
  /** every change from this position on is in the feed, before it those since the time */
  begin: number;
  /** the page ends before this position */
  horizon: number;
  /** the newest entry of the audit trail: time in milliseconds and id */
  witness: readonly [number, number];
}

const selectStart: Statement = {
  name: "change_feed_start",
  text: `SELECT k.shift + pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon,
      coalesce((SELECT horizon FROM record_change WHERE kind = $1 AND changed_at < $2
        ORDER BY changed_at DESC LIMIT 1), 0) AS start,
      coalesce(a.ms, 0) AS at, coalesce(a.id, 0) AS entry,
      $3::bigint = 0 OR EXISTS (
        SELECT FROM audit_entry WHERE at = timestamptz 'epoch' + $4::bigint * interval '1 ms' AND id = $3) AS is_known
    FROM change_clock k LEFT JOIN LATERAL (
      SELECT (extract(epoch FROM at) * 1000)::bigint AS ms, id FROM audit_entry ORDER BY at DESC, id DESC LIMIT 1) AS a ON true`,
};

interface Start {
  horizon: number;
  start: number;
  at: number;
  entry: number;
  is_known: boolean;
}

/** Where the feed ends now, and what a cursor made now has for its witness. */
export interface FeedEnd extends Pick<FeedPosition, "horizon" | "witness"> {
  /** whether the database has the given witness */
  isKnown: boolean;
}

const beginning = new Date(0);

/** Reads the end of the feed: every change before it can be read. */
export async function readFeedEnd(
  db: Queryable,
  [at, entry]: FeedPosition["witness"] = [0, 0],
): Promise<FeedEnd> {
  const row = (await db.row<Start>(selectStart, [changedKinds.customer, beginning, entry, at])) as Start;
  return { horizon: row.horizon, witness: [row.at, row.entry], isKnown: row.is_known };
}

/**
 * Where a page of the feed of a kind since a time begins and ends.
 *
 * @throws DossierError `invalid_field` for a cursor of a state that a restored backup has undone
 */
export async function findFeedPosition(
  ctx: RequestContext,
  kind: number,
  updatedSince: Date,
  { after, start }: PagePosition,
): Promise<FeedPosition> {
  if (start > 0 && !after)
    throw invalid([
      { field: "itemStart", message: "cannot be sent together with updated_since: use cursor" },
    ]);
  const [position, id = 0, begin, at = 0, entry = 0] = after ?? [];
  const row = (await ctx.db.row<Start>(selectStart, [kind, updatedSince, entry, at])) as Start;
  if (!row.is_known)
    throw invalid([
      {
        field: "cursor",
        message:
          "is newer than the database, which was restored from a backup: begin again with updated_since",
      },
    ]);
  return {
    position: position ?? row.start,
    id,
    begin: begin ?? row.horizon,
    horizon: row.horizon,
    witness: [row.at, row.entry],
  };
}

/** The keys of a cursor behind a change, or at the same place if there was none. */
export function feedKeys(from: FeedPosition, last: RecordChange | undefined): number[] {
  const { position, id } = last ?? from;
  return [0, position, id, from.begin, ...from.witness];
}

// Live and deleted records are two ranges of one index.
const changes = (columns: string, from: string, order: string) => `SELECT ${columns}
    FROM unnest($1::bigint[]) AS b (id) CROSS JOIN unnest(ARRAY[true, false]) AS w (live)
      CROSS JOIN LATERAL (
        SELECT record_id AS id, brand_id, position, deleted_at FROM record_change
          WHERE brand_id = b.id AND kind = $2 AND (deleted_at IS NULL) = w.live
            AND (position, record_id) > ($3, $4) AND position < $5 AND (changed_at >= $6 OR position >= $7)
          ${from}) AS c
    ${order}`;

const selectChanges: Statement = {
  name: "change_feed",
  text: changes(
    "c.id, c.brand_id, c.position, c.deleted_at",
    "ORDER BY position, record_id LIMIT $8",
    "ORDER BY c.position, c.id LIMIT $8",
  ),
};

const countChanges: Statement = {
  name: "change_feed_count",
  text: `SELECT count(*) AS n FROM (${changes("", "LIMIT 10001", "LIMIT 10001")}) AS part`,
};

/** The next changes of records of a kind, in the order of the feed. */
export function listChanges(
  { db }: { db: Queryable },
  { kind, brandIds, updatedSince }: { kind: number; brandIds: readonly number[]; updatedSince: Date },
  { position, id, horizon, begin }: Omit<FeedPosition, "witness">,
  limit: number,
): Promise<RecordChange[]> {
  const values = [brandIds, kind, position, id, horizon, updatedSince, begin, limit];
  return db.rows<RecordChange>(selectChanges, values);
}

/** Every change of a kind from one position up to another, whatever its time, in chunks of up to `limit`. */
export async function* eachChange(
  db: Queryable,
  { kind, brandIds }: { kind: number; brandIds: readonly number[] },
  { from, to, limit }: { from: number; to: number; limit: number },
): AsyncGenerator<RecordChange[], void, undefined> {
  const scope = { kind, brandIds, updatedSince: beginning };
  let last: { position: number; id: number } = { position: from, id: 0 };
  for (;;) {
    const rows = await listChanges({ db }, scope, { ...last, begin: from, horizon: to }, limit);
    if (rows.length > 0) yield rows;
    last = rows.at(-1) ?? last;
    if (rows.length < limit) return;
  }
}

/** How many changes are left, up to 10,001. */
export async function countLeft(
  ctx: RequestContext,
  { kind, brandIds, updatedSince }: { kind: number; brandIds: readonly number[]; updatedSince: Date },
  { position, id, horizon, begin }: FeedPosition,
): Promise<number> {
  const values = [brandIds, kind, position, id, horizon, updatedSince, begin];
  return (await ctx.db.row<{ n: number }>(countChanges, values))?.n ?? 0;
}

const selectByChange: Statement = {
  name: "change_list_live",
  text: `SELECT c.id, c.position FROM unnest($1::bigint[]) AS b (id) CROSS JOIN unnest(ARRAY[true]) AS w (live) CROSS JOIN LATERAL (
      SELECT record_id AS id, position FROM record_change
        WHERE brand_id = b.id AND kind = $2 AND (deleted_at IS NULL) = w.live AND (position, record_id) > ($3, $4)
        ORDER BY position, record_id LIMIT $5) AS c
    ORDER BY c.position, c.id OFFSET $6 LIMIT $7`,
};

/** The live records of a kind, the change longest ago first. */
export function listByChange(
  ctx: RequestContext,
  kind: number,
  brandIds: readonly number[],
  { after, start, limit }: PagePosition,
): Promise<Pick<RecordChange, "id" | "position">[]> {
  const [position = -1, id = 0] = after ?? [];
  const skip = after ? 0 : start;
  return ctx.db.rows(selectByChange, [brandIds, kind, position, id, skip + limit + 1, skip, limit + 1]);
}

// The xids of another server may be behind those in a restored dump. Of the newest changes by time one has the highest
// position, or nearly; the whole table is read only when that shows that positions must move.
const selectShift: Statement = {
  name: "change_clock_read",
  text: `SELECT EXISTS (
      SELECT FROM unnest(ARRAY[1, 2]) AS k (kind) CROSS JOIN LATERAL (
        SELECT position FROM record_change WHERE kind = k.kind ORDER BY changed_at DESC LIMIT 1000) AS c
      WHERE c.position >= s.shift + pg_snapshot_xmax(pg_current_snapshot())::text::bigint) AS is_behind
    FROM change_clock s`,
};

const raiseShift: Statement = {
  name: "change_clock_raise",
  text: `UPDATE change_clock SET shift = last.position + 1 - pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    FROM (SELECT max(position) AS position FROM record_change) AS last
    WHERE last.position >= shift + pg_snapshot_xmax(pg_current_snapshot())::text::bigint`,
};

/**
 * Lets the positions of a restored database go on behind those that it has. Before the first request of a start.
 *
 * @returns whether they were behind
 */
export async function continuePositions(db: Queryable): Promise<boolean> {
  const isBehind = (await db.row<{ is_behind: boolean }>(selectShift))?.is_behind ?? false;
  if (isBehind) await db.row(raiseShift);
  return isBehind;
}
