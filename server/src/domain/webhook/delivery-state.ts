/**
 * State of a delivery: which is next in a lane, and its state after a response or without one. The oldest waiting
 * delivery of a lane is always next. Attempts from before the webhook was last enabled do not count. Optimistic lock: an
 * outcome is recorded only if the row is the one that was read, so what is asked for again meanwhile is sent again.
 */
import type { Db, Statement } from "../../db/database.ts";

/** A delivery to be sent now, with its webhook. */
export interface PendingDelivery {
  id: number;
  event_id: string;
  payload: string;
  url: string;
  /** sealed; the previous one only while it still signs */
  secret: Buffer;
  previous_secret: Buffer | null;
  attempts: number;
  /** the version of the row: another one means that it was asked for again, or taken back, since it was read */
  version: string;
  /** the time of reading, by the database's clock: this machine's may be wrong */
  seen_at: Date;
}

const selectNextDelivery: Statement = {
  name: "delivery_select_next",
  text: `SELECT d.id, d.version, d.event_id, d.payload, w.url, w.secret,
      CASE WHEN w.previous_secret_until > now() THEN w.previous_secret END AS previous_secret,
      CASE WHEN d.attempted_at < w.enabled_at THEN 0 ELSE d.attempts END AS attempts, now() AS seen_at
    FROM webhook w CROSS JOIN LATERAL (
      SELECT *, xmin::text AS version FROM webhook_delivery WHERE webhook_id = w.id AND customer_id = $2 AND state = 'waiting'
        ORDER BY id LIMIT 1) AS d
    WHERE w.id = $1 AND NOT w.paused AND w.disabled_reason IS NULL`,
};

/** The next delivery of a lane; none while the webhook is disabled, or after it is deleted. */
export function nextDelivery(
  db: Db,
  webhookId: number,
  customerId: number,
): Promise<PendingDelivery | undefined> {
  return db.row<PendingDelivery>(selectNextDelivery, [webhookId, customerId]);
}

const markDelivered: Statement = {
  name: "delivery_mark_delivered",
  text: `UPDATE webhook_delivery SET state = 'delivered', attempts = $2, status = $3, attempted_at = now(),
      due_at = NULL, delivered_at = now() WHERE id = $1 AND xmin = $4::text::xid`,
};

/** Records that the receiver has it. */
export async function recordDelivered(db: Db, delivery: PendingDelivery, status: number): Promise<void> {
  await db.rows(markDelivered, [delivery.id, delivery.attempts + 1, status, delivery.version]);
}

const updateAttempt: Statement = {
  name: "delivery_record_attempt",
  text: `UPDATE webhook_delivery SET attempts = $2, status = $3, attempted_at = now(),
      due_at = now() + $4 * interval '1 millisecond' WHERE id = $1 AND xmin = $5::text::xid`,
};

/** Records a failed attempt, with a retry in so many milliseconds. `status` is null without a response. */
export async function recordFailedAttempt(
  db: Db,
  delivery: PendingDelivery,
  status: number | null,
  retryInMs: number,
): Promise<void> {
  const values = [delivery.id, delivery.attempts + 1, status, Math.round(retryInMs), delivery.version];
  await db.rows(updateAttempt, values);
}

const disableWebhook: Statement = {
  name: "webhook_disable",
  text: "UPDATE webhook SET disabled_reason = $2, disabled_at = now() WHERE id = $1 AND disabled_reason IS NULL RETURNING id",
};

const markFailed: Statement = {
  name: "delivery_mark_failed",
  text: `UPDATE webhook_delivery SET state = 'failed', attempts = $2, status = $3, attempted_at = now(), due_at = NULL
    WHERE id = $1 AND xmin = $4::text::xid`,
};

/** Fails the delivery and disables its webhook; returns whether it was enabled until now. */
export function failDelivery(
  db: Db,
  webhookId: number,
  delivery: PendingDelivery,
  { status, reason }: { status: number | null; reason: "gone" | "failing" },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const wasOn = (await tx.row(disableWebhook, [webhookId, reason])) !== undefined;
    await tx.rows(markFailed, [delivery.id, delivery.attempts + 1, status, delivery.version]);
    return wasOn;
  });
}
