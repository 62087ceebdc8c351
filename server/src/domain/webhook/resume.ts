/**
 * Getting deliveries on their way again: after a webhook was switched on, or because somebody asks. For each delivery
 * that waits there is a job in its lane, which sends the oldest of the lane; one job too many finds nothing to do.
 */
import type { Db, Statement, Tx } from "../../db/database.ts";
import { enqueue, hasten } from "../job-queue.ts";
import { deliveryJob, portions } from "../outbox.ts";

/** A delivery that waits, by its lane. */
export interface Waiting {
  webhook_id: number;
  brand_id: number;
  customer_id: number;
}

const holdBrands: Statement = {
  name: "webhook_hold_brands",
  text: "SELECT id FROM brand WHERE id = ANY ($1) ORDER BY id FOR KEY SHARE",
};

/** Puts a job down for each, and lets none of them wait for its next try. What is left of a brand that is gone stays. */
export async function wake(tx: Tx, deliveries: readonly Waiting[]): Promise<void> {
  const brandIds = [...new Set(deliveries.map((one) => one.brand_id))];
  const brands = new Set((await tx.rows<{ id: number }>(holdBrands, [brandIds])).map(({ id }) => id));
  const jobs = deliveries
    .filter((one) => brands.has(one.brand_id))
    .map((one) => deliveryJob(one.webhook_id, one.brand_id, one.customer_id))
    .toSorted((a, b) => (a.lane < b.lane ? -1 : a.lane > b.lane ? 1 : 0));
  for (const some of portions(jobs)) {
    await enqueue(tx, ...some);
    await hasten(tx, "webhook", [...new Set(some.map(({ lane }) => lane))]);
  }
}

const failedAgain: Statement = {
  name: "webhook_failed_again",
  text: "UPDATE webhook_delivery SET state = 'waiting', due_at = NULL WHERE webhook_id = $1 AND state = 'failed'",
};

const mostWoken = 1000;

const waitingPage: Statement = {
  name: "webhook_waiting_page",
  text: `SELECT id, created_at, webhook_id, brand_id, customer_id FROM webhook_delivery
    WHERE webhook_id = $1 AND state = 'waiting' AND (created_at, id) > ($2, $3)
    ORDER BY created_at, id LIMIT ${mostWoken}`,
};

interface Seen extends Waiting {
  id: number;
  created_at: Date;
}

/** Sends what waited while a webhook was off, and what had failed; where that is much, the rest in the background. */
export async function resume(tx: Tx, webhookId: number): Promise<void> {
  await tx.rows(failedAgain, [webhookId]);
  const last = await wakePage(tx, webhookId);
  if (last)
    await enqueue(tx, {
      kind: "webhook_resume",
      lane: String(webhookId),
      brandId: last.brand_id,
      refId: webhookId,
    });
}

/** The last of a whole page; nothing when no more wait. */
async function wakePage(tx: Tx, webhookId: number, after?: Seen): Promise<Seen | undefined> {
  const rows = await tx.rows<Seen>(waitingPage, [
    webhookId,
    after?.created_at ?? "-infinity",
    after?.id ?? 0,
  ]);
  if (rows.length > 0) await wake(tx, rows);
  return rows.length < mostWoken ? undefined : rows.at(-1);
}

/** Wakes everything that waits for a webhook, page by page; begun anew, it wakes some of it twice. */
export async function wakeAll(db: Db, webhookId: number, signal: AbortSignal): Promise<void> {
  let last: Seen | undefined;
  do {
    signal.throwIfAborted();
    const after = last;
    last = await db.transaction((tx) => wakePage(tx, webhookId, after));
  } while (last);
}
