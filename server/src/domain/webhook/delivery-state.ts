/**
 * A delivery on its way: which is next in a lane, and what becomes of it by an answer or by none. Of a lane always the
 * oldest that waits is next. Tries from before the webhook was last switched on do not count.
 */
import type { Db, Statement } from "../../db/database.ts";

/** A delivery to be sent now, and how. */
export interface Due {
  id: number;
  event_id: string;
  payload: string;
  url: string;
  /** sealed; the former one only while it still signs */
  secret: Buffer;
  former_secret: Buffer | null;
  /** tries made so far */
  attempts: number;
}

const oldest: Statement = {
  name: "delivery_oldest",
  text: `SELECT d.id, d.event_id, d.payload, w.url, w.secret,
      CASE WHEN w.former_until > now() THEN w.former_secret END AS former_secret,
      CASE WHEN d.attempted_at < w.on_since THEN 0 ELSE d.attempts END AS attempts
    FROM webhook w CROSS JOIN LATERAL (
      SELECT * FROM webhook_delivery WHERE webhook_id = w.id AND customer_id = $2 AND state = 'waiting'
        ORDER BY id LIMIT 1) AS d
    WHERE w.id = $1 AND NOT w.paused AND w.off_reason IS NULL`,
};

/** The next delivery of a lane; none while the webhook is off, or gone. */
export function findDue(db: Db, webhookId: number, customerId: number): Promise<Due | undefined> {
  return db.row<Due>(oldest, [webhookId, customerId]);
}

const delivered: Statement = {
  name: "delivery_delivered",
  text: `UPDATE webhook_delivery SET state = 'delivered', attempts = $2, status = $3, attempted_at = now(),
      due_at = NULL, delivered_at = now() WHERE id = $1`,
};

/** The receiver has it. */
export async function recordDelivered(db: Db, due: Due, status: number): Promise<void> {
  await db.rows(delivered, [due.id, due.attempts + 1, status]);
}

const tried: Statement = {
  name: "delivery_tried",
  text: `UPDATE webhook_delivery SET attempts = $2, status = $3, attempted_at = now(),
      due_at = now() + $4 * interval '1 millisecond' WHERE id = $1`,
};

/** It is tried again in so many milliseconds. `status` is null when there was no answer. */
export async function recordTried(db: Db, due: Due, status: number | null, inMs: number): Promise<void> {
  await db.rows(tried, [due.id, due.attempts + 1, status, Math.round(inMs)]);
}

const switchOff: Statement = {
  name: "webhook_switch_off",
  text: "UPDATE webhook SET off_reason = $2, off_at = now() WHERE id = $1 AND off_reason IS NULL RETURNING id",
};

const failed: Statement = {
  name: "delivery_failed",
  text: `UPDATE webhook_delivery SET state = 'failed', attempts = $2, status = $3, attempted_at = now(), due_at = NULL
    WHERE id = $1`,
};

/** It is given up, and its webhook switched off; whether it was on until now. */
export function giveUpDelivery(
  db: Db,
  webhookId: number,
  due: Due,
  { status, reason }: { status: number | null; reason: "gone" | "failing" },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const wasOn = (await tx.row(switchOff, [webhookId, reason])) !== undefined;
    await tx.rows(failed, [due.id, due.attempts + 1, status]);
    return wasOn;
  });
}
