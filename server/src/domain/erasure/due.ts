/** Customers due for erasure, because their restore period is over: counting and erasing them. */
import type { ChannelType } from "@dossier/api";
import type { Db, Queryable, Statement, Tx } from "../../db/database.ts";
import { appendSystemAuditEntry } from "../audit.ts";
import { restorePeriod } from "../customer/delete.ts";
import { type LockedCustomer, lockedColumns } from "../customer/row.ts";
import { enqueueEvents } from "../outbox.ts";
import { eraseCustomers, purgeEvents, purgeTimeoutMs } from "./person.ts";
import { pruneWords } from "./words.ts";

const isDue = `deleted_at <= now() - interval '${restorePeriod}'`;

const selectDue: Statement = {
  name: "purge_lock_due",
  text: `SELECT ${lockedColumns} FROM deleted_customer WHERE ${isDue} AND id <> ALL ($2)
    ORDER BY deleted_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
};

/** Customers erased together: their statements are sent without waiting for one another. */
export const batchSize = 20;
/** The lock timeout of a statement of several erasures, in milliseconds. */
const batchTimeoutMs = 5000;

/** How many may be erased together, which are excluded, and, once known, which were found. */
export interface DueQuery {
  limit: number;
  excludedIds: readonly number[];
  foundIds: number[];
}

/** Erases some deleted customers that are due, each with a receipt of its own. */
export async function purgeDue(
  tx: Tx,
  types: readonly ChannelType[],
  query: DueQuery,
): Promise<LockedCustomer[]> {
  const due = await tx.rows<LockedCustomer>(selectDue, [query.limit, query.excludedIds]);
  query.foundIds = due.map(({ id }) => id);
  if (due.length === 0) return due;
  await tx.setTimeouts(due.length === 1 ? purgeTimeoutMs : batchTimeoutMs);
  const all = due.map((one) => ({ brandId: one.brand_id, live: undefined, deleted: [one] }));
  await Promise.all(all.map((one) => eraseCustomers(tx, types, one)));
  await Promise.all(due.map((one) => recordExpiry(tx, one)));
  for (const brandId of brandIdsOf(due))
    await enqueueEvents(
      tx,
      all.filter((one) => one.brandId === brandId).flatMap((one) => purgeEvents(one)),
    );
  return due;
}

function recordExpiry(tx: Tx, { id, brand_id }: LockedCustomer): Promise<void> {
  return appendSystemAuditEntry(tx, "customer.expire", "customer", { id, outcome: "purged" }, brand_id);
}

/** In the common lock order. */
const brandIdsOf = (some: readonly LockedCustomer[]) =>
  [...new Set(some.map(({ brand_id }) => brand_id))].sort((a, b) => a - b);

/** Prunes the words of customers whose erasure is committed; what takes longer is left to the job. */
export async function pruneWordsOfErased(db: Db, erased: readonly LockedCustomer[]): Promise<void> {
  for (const brandId of brandIdsOf(erased)) {
    const own = erased.filter(({ brand_id }) => brand_id === brandId);
    await pruneWords(
      db,
      brandId,
      own.map(({ id }) => id),
    );
  }
}

/** Counting stops here. */
const maxCounted = 10_000;

const selectOverdue: Statement = {
  name: "purge_count_overdue",
  text: `SELECT count(*) AS customers,
      coalesce(extract(epoch FROM now() - interval '${restorePeriod}' - min(deleted_at)), 0)::float8 AS seconds
    FROM (SELECT deleted_at FROM deleted_customer WHERE ${isDue} ORDER BY deleted_at LIMIT ${maxCounted}) AS due`,
};

/** What should have been erased by now: the number of customers, up to 10,000, and the time since the first was due. */
export interface Overdue {
  customers: number;
  seconds: number;
}

export async function countOverdue(db: Queryable): Promise<Overdue> {
  return (await db.row<Overdue>(selectOverdue)) ?? { customers: 0, seconds: 0 };
}
