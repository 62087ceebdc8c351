/**
 * What goes by itself: deleted customers that can be restored no longer, answers kept for retries, failed jobs, and what was sent to webhooks. Any number of
 * processes may run it; an advisory lock, taken anew for each piece of work, lets one work at a time. Counters need no folding: they are slots
 * that are added to in place.
 */
import type { ChannelType } from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";
import { purgeDue } from "./purge.ts";

const turn: Statement = {
  name: "retention_turn",
  text: "SELECT pg_try_advisory_xact_lock(7305446) AS mine",
};

const dropSome: Statement = {
  name: "retention_drop_answers",
  text: `DELETE FROM idempotency WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM idempotency WHERE created_at < now() - interval '24 hours' ORDER BY created_at LIMIT 5000))
    RETURNING operation`,
};

const dropJobs: Statement = {
  name: "retention_drop_jobs",
  text: `DELETE FROM job WHERE id = ANY (ARRAY(
      SELECT id FROM job WHERE failed_at < now() - interval '30 days' ORDER BY failed_at LIMIT 5000))
    RETURNING id`,
};

// Their numbers rise with time, so the oldest are found by number.
const dropDeliveries: Statement = {
  name: "retention_drop_deliveries",
  text: `DELETE FROM webhook_delivery WHERE id = ANY (ARRAY(
      SELECT id FROM (SELECT id, created_at FROM webhook_delivery ORDER BY id LIMIT 5000) AS oldest
        WHERE created_at < now() - interval '30 days'))
    RETURNING id`,
};

/** How much a run did. */
export interface Swept {
  customers: number;
  answers: number;
  jobs: number;
  deliveries: number;
}

/** No run goes on for ever: what is left is for the next. */
const mostRounds = 200;

/** Erases what is due, unless another process is at it. */
export async function sweep(db: Db, types: readonly ChannelType[]): Promise<Swept> {
  return {
    customers: await repeat(db, async (tx) => ((await purgeDue(tx, types)) ? 1 : 0)),
    answers: await repeat(db, async (tx) => (await tx.rows(dropSome)).length),
    jobs: await repeat(db, async (tx) => (await tx.rows(dropJobs)).length),
    deliveries: await repeat(db, async (tx) => (await tx.rows(dropDeliveries)).length),
  };
}

/** Does a piece of work after another, each in a transaction, until nothing is left or somebody else is at it. */
async function repeat(db: Db, work: (tx: Tx) => Promise<number>): Promise<number> {
  let all = 0;
  for (let round = 0; round < mostRounds; round += 1) {
    const done = await db.transaction(async (tx) => {
      const mine = (await tx.row<{ mine: boolean }>(turn))?.mine ?? false;
      return mine ? work(tx) : 0;
    });
    if (done === 0) break;
    all += done;
  }
  return all;
}
