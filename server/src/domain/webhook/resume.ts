/**
 * Resuming deliveries: after a webhook was enabled, or on request. For each waiting delivery there is a job in its
 * lane, which sends the oldest of the lane; an extra job finds nothing to do.
 */
import type { Db, Statement, Tx } from "../../db/database.ts";
import { enqueue, makeDue } from "../job-queue.ts";
import { deliveryJob, chunks } from "../outbox.ts";

/** A waiting delivery, by its lane. */
export interface WaitingDelivery {
  webhook_id: number;
  brand_id: number;
  customer_id: number;
}

const lockBrands: Statement = {
  name: "webhook_lock_brands",
  text: "SELECT id FROM brand WHERE id = ANY ($1) ORDER BY id FOR KEY SHARE",
};

/** Enqueues a job for each, and makes them all due. Deliveries of a deleted brand are skipped. */
export async function scheduleDeliveries(tx: Tx, deliveries: readonly WaitingDelivery[]): Promise<void> {
  const brandIds = [...new Set(deliveries.map((one) => one.brand_id))];
  const brands = new Set((await tx.rows<{ id: number }>(lockBrands, [brandIds])).map(({ id }) => id));
  const jobs = deliveries
    .filter((one) => brands.has(one.brand_id))
    .map((one) => deliveryJob(one.webhook_id, one.brand_id, one.customer_id))
    .toSorted((a, b) => (a.lane < b.lane ? -1 : a.lane > b.lane ? 1 : 0));
  for (const some of chunks(jobs)) {
    await enqueue(tx, ...some);
    await makeDue(tx, "webhook", [...new Set(some.map(({ lane }) => lane))]);
  }
}

const resetFailed: Statement = {
  name: "webhook_reset_failed",
  text: "UPDATE webhook_delivery SET state = 'waiting', due_at = NULL WHERE webhook_id = $1 AND state = 'failed'",
};

const maxPerPage = 1000;

const waitingPage: Statement = {
  name: "webhook_list_waiting",
  text: `SELECT id, created_at, webhook_id, brand_id, customer_id FROM webhook_delivery
    WHERE webhook_id = $1 AND state = 'waiting' AND (created_at, id) > ($2, $3)
    ORDER BY created_at, id LIMIT ${maxPerPage}`,
};

interface DeliveryPosition extends WaitingDelivery {
  id: number;
  created_at: Date;
}

/** Sends what waited while a webhook was disabled, and what had failed; if that is much, the rest in the background. */
export async function resume(tx: Tx, webhookId: number): Promise<void> {
  await tx.rows(resetFailed, [webhookId]);
  const last = await schedulePage(tx, webhookId);
  if (last)
    await enqueue(tx, {
      kind: "webhook_resume",
      lane: String(webhookId),
      brandId: last.brand_id,
      subjectId: webhookId,
    });
}

/** Returns the last of a full page; undefined when no more wait. */
async function schedulePage(
  tx: Tx,
  webhookId: number,
  after?: DeliveryPosition,
): Promise<DeliveryPosition | undefined> {
  const rows = await tx.rows<DeliveryPosition>(waitingPage, [
    webhookId,
    after?.created_at ?? "-infinity",
    after?.id ?? 0,
  ]);
  if (rows.length > 0) await scheduleDeliveries(tx, rows);
  return rows.length < maxPerPage ? undefined : rows.at(-1);
}

/** Schedules all waiting deliveries of a webhook, page by page; if it is restarted, it schedules some of them twice. */
export async function resumeAll(db: Db, webhookId: number, signal: AbortSignal): Promise<void> {
  let last: DeliveryPosition | undefined;
  do {
    signal.throwIfAborted();
    const after = last;
    last = await db.transaction((tx) => schedulePage(tx, webhookId, after));
  } while (last);
}
