/**
 * Counts of a timeline: of the whole one from the numbers that the database's triggers maintain, of a part of it from its
 * index. Invariant: no count reads more than 10,001 rows of a type.
 */
import { type Api, type Decoded, type Output, type TimelineItemType, timelineItemTypes } from "@dossier/api";
import type { Db, Statement } from "../../db/database.ts";
import type { Caller, RequestContext } from "../context.ts";
import { findByRef } from "../customer/identify.ts";
import { capCount } from "../pagination.ts";

/** Notes are written by agents for each other: a key reads them if it may read tickets. */
export function mayReadNotes(caller: Caller): boolean {
  return caller.permissions.has("TICKET_READ");
}

/** What of a timeline is counted. */
export interface TimelinePart {
  kinds: readonly TimelineItemType[];
  /** of events only those of this type */
  eventType?: string | undefined;
  /** from this time on */
  since?: Date | undefined;
  /** before this time */
  until?: Date | undefined;
}

// A timeline has a few types of events; one with thousands of them has more than are counted.
const total: Statement = {
  name: "timeline_total",
  text: `SELECT coalesce(sum(n), 0)::bigint AS n FROM (
      SELECT count AS n FROM timeline_count WHERE customer_id = $1 AND (
        item_type = ANY ($2::text[]) OR ($3 AND item_type >= 'event/' AND item_type < 'event0')) LIMIT 10001) AS part`,
};

// $2 says which tables are read: a branch that is not wanted reads nothing.
const totalOfPart: Statement = {
  name: "timeline_total_of_part",
  text: `SELECT count(*) AS n FROM (
      (SELECT FROM event WHERE 'event' = ANY ($2::text[]) AND $5::text IS NULL
          AND customer_id = $1 AND occurred_at >= $3 AND occurred_at < $4 LIMIT 10001)
      UNION ALL (SELECT FROM event WHERE 'event' = ANY ($2::text[]) AND $5::text IS NOT NULL
          AND customer_id = $1 AND type = $5 AND occurred_at >= $3 AND occurred_at < $4 LIMIT 10001)
      UNION ALL (SELECT FROM ticket WHERE 'ticket' = ANY ($2::text[])
          AND customer_id = $1 AND created_at >= $3 AND created_at < $4 LIMIT 10001)
      UNION ALL (SELECT FROM message WHERE 'message' = ANY ($2::text[])
          AND customer_id = $1 AND type = 'message' AND created_at >= $3 AND created_at < $4 LIMIT 10001)
      UNION ALL (SELECT FROM message WHERE 'note' = ANY ($2::text[])
          AND customer_id = $1 AND type = 'note' AND created_at >= $3 AND created_at < $4 LIMIT 10001)
      LIMIT 10001) AS part`,
};

/** How many items a part of a timeline has, up to the limit of all totals. */
export async function countPart(
  db: Db,
  customerId: number,
  { kinds, eventType, since, until }: TimelinePart,
): Promise<{ count: number; capped: boolean }> {
  const row = await (since === undefined && until === undefined
    ? db.row<{ n: number }>(total, [
        customerId,
        eventType === undefined ? kinds : [`event/${eventType}`],
        eventType === undefined && kinds.includes("event"),
      ])
    : db.row<{ n: number }>(totalOfPart, [
        customerId,
        kinds,
        since ?? "-infinity",
        until ?? "infinity",
        eventType ?? null,
      ]));
  return capCount(row?.n ?? 0);
}

const selectCounts: Statement = {
  name: "timeline_counts",
  text: `(SELECT item_type, count FROM timeline_count WHERE customer_id = $1 AND item_type = ANY ($2::text[]))
    UNION ALL (SELECT item_type, count FROM timeline_count
      WHERE customer_id = $1 AND item_type >= 'event/' AND item_type < 'event0' LIMIT 10001)`,
};

/** More types of events are not shown: those of which there are most. */
const maxEventTypes = 100;

/** A count as it is shown; `capped` only where there are more. */
function shown(n: number): { count: number; capped?: true } {
  const { count, capped } = capCount(n);
  return { count, ...(capped && { capped }) };
}

/** How many items a customer's timeline has, by kind and by type of event. */
export async function countTimeline(
  ctx: RequestContext,
  { id }: Decoded<Api["customer"]["countTimeline"]>,
): Promise<Output<Api["customer"]["countTimeline"]>> {
  const customer = await findByRef(ctx.db, ctx, { customerId: id });
  const kinds = timelineItemTypes.filter((kind) => kind !== "note" || mayReadNotes(ctx.caller));
  const rows = await ctx.db.rows<{ item_type: string; count: number }>(selectCounts, [customer.id, kinds]);
  const events = rows
    .flatMap(({ item_type, count }) => {
      const [kind, type] = item_type.split("/");
      return kind === "event" && type !== undefined && count > 0 ? [{ type, count }] : [];
    })
    .sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1));
  const countOf = (kind: TimelineItemType) =>
    kind === "event"
      ? events.reduce((sum, { count }) => sum + count, 0)
      : (rows.find(({ item_type }) => item_type === kind)?.count ?? 0);
  return {
    type: "item",
    item: {
      id: customer.id,
      ...shown(kinds.reduce((sum, kind) => sum + countOf(kind), 0)),
      kinds: kinds.map((type) => ({ type, ...shown(countOf(type)) })),
      event_types: events
        .slice(0, maxEventTypes)
        .map(({ type, count }) => ({ event_type: type, ...shown(count) })),
      ...(events.length > maxEventTypes && { event_types_capped: true as const }),
    },
  };
}
