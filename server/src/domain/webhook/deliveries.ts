/**
 * What became of each event sent to a webhook, and sending it again: one delivery, or a range. A delivery that is to
 * go out waits; nothing about it but its state and tries changes, so that it is the same bytes however often it is sent.
 */
import { type Api, type Decoded, type EventType, notFound, type Output } from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";
import { type Ask, scopeOf } from "../context.ts";
import { pageOf, placeOf } from "../pagination.ts";
import { brandIds, trailOf, visible } from "./webhook.ts";
import { type Waiting, wake } from "./resume.ts";
import { write } from "../command.ts";

const mostCounted = 10_000;

const seen: Statement = {
  name: "webhook_seen",
  text: `SELECT ${brandIds} FROM webhook w WHERE ${visible} AND w.id = $2`,
};

/** The brands of a webhook that the caller may see. */
async function brandsOf(db: Db | Tx, ask: Ask, id: number): Promise<number[]> {
  const row = await db.row<{ brand_ids: number[] }>(seen, [scopeOf(ask.caller), id]);
  if (!row) throw notFound("webhook");
  return row.brand_ids;
}

interface Row {
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

const page = (state: string) => `SELECT ${columns} FROM webhook_delivery
  WHERE webhook_id = $1${state} AND (created_at, id) < ($2, $3)
  ORDER BY created_at DESC, id DESC OFFSET $4 LIMIT $5`;
const pageOfAll: Statement = { name: "delivery_page", text: page("") };
const pageOfState: Statement = { name: "delivery_page_of_state", text: page(" AND state = $6") };

const count = (state: string) =>
  `SELECT count(*) AS count FROM (SELECT FROM webhook_delivery WHERE webhook_id = $1${state}
    ORDER BY created_at, id LIMIT ${mostCounted + 1}) AS part`; // in the order of an index, which is read then
const countOfAll: Statement = { name: "delivery_count", text: count("") };
const countOfState: Statement = { name: "delivery_count_of_state", text: count(" AND state = $2") };

/** A page of a webhook's deliveries, newest first. */
export async function listDeliveries(
  ask: Ask,
  input: Decoded<Api["webhook"]["listDeliveries"]>,
): Promise<Output<Api["webhook"]["listDeliveries"]>> {
  await brandsOf(ask.db, ask, input.id);
  const place = placeOf(ask, "delivery", input);
  const [at, id] = place.after ?? [];
  const before = [at === undefined ? "infinity" : new Date(at), id ?? 0];
  const values = [input.id, ...before, place.after ? 0 : place.start, place.limit + 1];
  const state = input.state === undefined ? [] : [input.state];
  const [rows, found] = await Promise.all([
    ask.db.rows<Row>(state.length > 0 ? pageOfState : pageOfAll, [...values, ...state]),
    ask.db.row<{ count: number }>(state.length > 0 ? countOfState : countOfAll, [input.id, ...state]),
  ]);
  const counted = found?.count ?? 0;
  const total = { count: Math.min(counted, mostCounted), capped: counted > mostCounted };
  return pageOf(ask, place, rows, total, (row) => [row.created_at.getTime(), row.id], show);
}

function show(row: Row) {
  return {
    ...row,
    sequence: row.id,
    created_at: row.created_at.toISOString(),
    attempted_at: row.attempted_at?.toISOString() ?? null,
    due_at: row.due_at?.toISOString() ?? null,
    delivered_at: row.delivered_at?.toISOString() ?? null,
  };
}

const anew = "SET state = 'waiting', attempts = 0, due_at = NULL, delivered_at = NULL";

const sendAgain: Statement = {
  name: "delivery_again",
  text: `UPDATE webhook_delivery d ${anew} WHERE d.id = $2
      AND EXISTS (SELECT FROM webhook w WHERE w.id = d.webhook_id AND ${visible})
    RETURNING d.webhook_id, d.brand_id, d.customer_id`,
};

/** Sends a delivery once more. */
export function redeliver(ask: Ask, { id }: Decoded<Api["webhook"]["redeliver"]>) {
  return write(ask, async (tx) => {
    const again = await tx.row<Waiting>(sendAgain, [scopeOf(ask.caller), id]);
    if (!again) throw notFound("delivery");
    await wake(tx, [again]);
    const trail = { brandId: again.brand_id };
    return { type: "result" as const, message: "It is sent again.", id, outcome: "updated" as const, trail };
  });
}

/** How many deliveries a call sends again at most. */
const mostReplayed = 10_000;
/** In milliseconds: so many rows are written in one statement. */
const patience = 15_000;

const sendRange: Statement = {
  name: "delivery_range_again",
  text: `WITH range AS (
      SELECT id FROM webhook_delivery WHERE webhook_id = $1 AND created_at >= $2
        AND created_at < coalesce($3::timestamptz, now()) ORDER BY created_at, id LIMIT $4)
    UPDATE webhook_delivery d ${anew} FROM range WHERE d.id = range.id RETURNING d.webhook_id, d.brand_id, d.customer_id, d.created_at`,
};

/** Sends everything of a range of time once more, oldest first, as far as one call goes. */
export function replay(ask: Ask, input: Decoded<Api["webhook"]["replay"]>) {
  const { id, since, until = null } = input;
  return write(ask, async (tx) => {
    const trail = trailOf(await brandsOf(tx, ask, id));
    await tx.allowWaiting(patience);
    const rows = await tx.rows<Waiting & { created_at: Date }>(sendRange, [id, since, until, mostReplayed]);
    await wake(tx, rows);
    const latest = rows.reduce((most, row) => Math.max(most, row.created_at.getTime()), 0);
    return {
      type: "result" as const,
      message: `${rows.length} deliveries are sent again.`,
      id,
      outcome: rows.length > 0 ? ("updated" as const) : ("unchanged" as const),
      count: rows.length,
      next_since: rows.length === mostReplayed ? new Date(latest).toISOString() : null,
      trail,
    };
  });
}
