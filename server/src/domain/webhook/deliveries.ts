/**
 * Deliveries of a webhook: their outcomes, and sending them again: one, or a range. A delivery to be sent is waiting;
 * only its state and attempts change, so that it is the same bytes however often it is sent.
 */
import { type Api, type Decoded, type EventType, notFound, type Output } from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";
import { type RequestContext, brandScope } from "../context.ts";
import { toPage, parsePage } from "../pagination.ts";
import { brandIdsColumn, auditDetails, isVisible } from "./webhook.ts";
import { type WaitingDelivery, scheduleDeliveries } from "./resume.ts";
import { write } from "../command.ts";

const maxCounted = 10_000;

const selectVisible: Statement = {
  name: "webhook_select_visible",
  text: `SELECT ${brandIdsColumn} FROM webhook w WHERE ${isVisible} AND w.id = $2`,
};

/** The brands of a webhook that the caller may see. */
async function brandIdsOf(db: Db | Tx, ctx: RequestContext, id: number): Promise<number[]> {
  const row = await db.row<{ brand_ids: number[] }>(selectVisible, [brandScope(ctx.caller), id]);
  if (!row) throw notFound("webhook");
  return row.brand_ids;
}

interface DeliveryRow {
  id: number;
  event_id: string;
  event: EventType;
  customer_id: number;
  brand_id: number;
  state: "waiting" | "delivered" | "failed";
  attempts: number;
  status: number | null;
  created_at: Date;
  attempted_at: Date | null;
  due_at: Date | null;
  delivered_at: Date | null;
}

const columns = `id, event_id, event, customer_id, brand_id, state, attempts, status, created_at, attempted_at, due_at,
  delivered_at`;

const selectPage = (state: string) => `SELECT ${columns} FROM webhook_delivery
  WHERE webhook_id = $1${state} AND (created_at, id) < ($2, $3)
  ORDER BY created_at DESC, id DESC OFFSET $4 LIMIT $5`;
const listAll: Statement = { name: "delivery_page", text: selectPage("") };
const listByState: Statement = { name: "delivery_page_of_state", text: selectPage(" AND state = $6") };

const selectCount = (state: string) =>
  `SELECT count(*) AS count FROM (SELECT FROM webhook_delivery WHERE webhook_id = $1${state}
    ORDER BY created_at, id LIMIT ${maxCounted + 1}) AS part`; // in the order of an index, which is read then
const countAll: Statement = { name: "delivery_count", text: selectCount("") };
const countByState: Statement = { name: "delivery_count_of_state", text: selectCount(" AND state = $2") };

/** A page of a webhook's deliveries, newest first. */
export async function listDeliveries(
  ctx: RequestContext,
  input: Decoded<Api["webhook"]["listDeliveries"]>,
): Promise<Output<Api["webhook"]["listDeliveries"]>> {
  await brandIdsOf(ctx.db, ctx, input.id);
  const place = parsePage(ctx, "delivery", input);
  const [at, id] = place.after ?? [];
  const before = [at === undefined ? "infinity" : new Date(at), id ?? 0];
  const values = [input.id, ...before, place.after ? 0 : place.start, place.limit + 1];
  const state = input.state === undefined ? [] : [input.state];
  const [rows, found] = await Promise.all([
    ctx.db.rows<DeliveryRow>(state.length > 0 ? listByState : listAll, [...values, ...state]),
    ctx.db.row<{ count: number }>(state.length > 0 ? countByState : countAll, [input.id, ...state]),
  ]);
  const counted = found?.count ?? 0;
  const total = { count: Math.min(counted, maxCounted), capped: counted > maxCounted };
  return toPage(ctx, place, rows, total, (row) => [row.created_at.getTime(), row.id], toWireDelivery);
}

function toWireDelivery(row: DeliveryRow) {
  return {
    ...row,
    sequence: row.id,
    created_at: row.created_at.toISOString(),
    attempted_at: row.attempted_at?.toISOString() ?? null,
    due_at: row.due_at?.toISOString() ?? null,
    delivered_at: row.delivered_at?.toISOString() ?? null,
  };
}

const resetState = "SET state = 'waiting', attempts = 0, due_at = NULL, delivered_at = NULL";

const redeliverOne: Statement = {
  name: "delivery_redeliver",
  text: `UPDATE webhook_delivery d ${resetState} WHERE d.id = $2
      AND EXISTS (SELECT FROM webhook w WHERE w.id = d.webhook_id AND ${isVisible})
    RETURNING d.webhook_id, d.brand_id, d.customer_id`,
};

export function redeliver(ctx: RequestContext, { id }: Decoded<Api["webhook"]["redeliver"]>) {
  return write(ctx, async (tx) => {
    const delivery = await tx.row<WaitingDelivery>(redeliverOne, [brandScope(ctx.caller), id]);
    if (!delivery) throw notFound("delivery");
    await scheduleDeliveries(tx, [delivery]);
    const audit = { brandId: delivery.brand_id };
    return { type: "result" as const, message: "It is sent again.", id, outcome: "updated" as const, audit };
  });
}

/** Maximum number of deliveries that a call sends again. */
const maxReplayed = 10_000;
/** In milliseconds: so many rows are written in one statement. */
const replayTimeoutMs = 15_000;

const redeliverRange: Statement = {
  name: "delivery_replay",
  text: `WITH range AS (
      SELECT id FROM webhook_delivery WHERE webhook_id = $1 AND created_at >= $2
        AND created_at < coalesce($3::timestamptz, now()) ORDER BY created_at, id LIMIT $4)
    UPDATE webhook_delivery d ${resetState} FROM range WHERE d.id = range.id RETURNING d.webhook_id, d.brand_id, d.customer_id, d.created_at`,
};

/** Sends everything in a range of time once more, oldest first, up to the limit of one call. */
export function replay(ctx: RequestContext, input: Decoded<Api["webhook"]["replay"]>) {
  const { id, since, until = null } = input;
  return write(ctx, async (tx) => {
    const audit = auditDetails(await brandIdsOf(tx, ctx, id));
    await tx.setTimeouts(replayTimeoutMs);
    const rows = await tx.rows<WaitingDelivery & { created_at: Date }>(redeliverRange, [
      id,
      since,
      until,
      maxReplayed,
    ]);
    await scheduleDeliveries(tx, rows);
    const latest = rows.reduce((most, row) => Math.max(most, row.created_at.getTime()), 0);
    return {
      type: "result" as const,
      message: `${rows.length} deliveries are sent again.`,
      id,
      outcome: rows.length > 0 ? ("updated" as const) : ("unchanged" as const),
      count: rows.length,
      next_since: rows.length === maxReplayed ? new Date(latest).toISOString() : null,
      audit,
    };
  });
}
