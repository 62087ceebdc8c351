/**
 * Erasing customers whose rows the transaction holds. Large tables are emptied in chunks, and only rows of the people
 * concerned are locked: no other call waits for it, however long it takes.
 */
import type { ChannelType } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import { type LockedCustomer, readAddresses as readOwnAddresses, searchTermsOf } from "../customer/row.ts";
import {
  receiptKinds,
  type ReceiptCounts,
  personalDataLocations,
  type PurgeParams,
} from "./personal-data.ts";
import type { DomainEvent } from "../outbox.ts";
import { recordFormerWords, removeTerms, termsOf } from "../search/search.ts";
import { readAddresses } from "./addresses.ts";
import { enqueuePruneWords } from "./words.ts";

/** A statement of a purge may take longer than others: it may have to empty the messages of long tickets. */
export const purgeTimeoutMs = 30_000;
const chunkSize = 2000;

/** The targets of a purge: the live customer, if there is one, and deleted ones. All rows are locked. */
export interface PurgeTargets {
  brandId: number;
  live: LockedCustomer | undefined;
  deleted: LockedCustomer[];
}

export function idsOf({ live, deleted }: PurgeTargets): number[] {
  return [...(live ? [live.id] : []), ...deleted.map(({ id }) => id)];
}

export function purgeEvents({ live, deleted, brandId }: PurgeTargets): DomainEvent[] {
  const purged = [...deleted, ...(live ? [live] : [])];
  return purged.map(({ id }) => ({
    type: "customer.purged",
    brand_id: brandId,
    customer_id: id,
    outcome: "purged",
  }));
}

/** The proof that remains of a purge, without a word about the person. */
export type Receipt = ReceiptCounts & { id: number; purged_at: string };

/** Erases all personal data; words that others may use are pruned after the commit, by `pruneWords`. */
export async function eraseCustomers(
  tx: Tx,
  types: readonly ChannelType[],
  targets: PurgeTargets,
): Promise<Receipt> {
  const { brandId, live, deleted } = targets;
  const ids = idsOf(targets);
  const addresses = await readAddresses(tx, types, brandId, ids);
  if (live) {
    const terms = searchTermsOf(live, await readOwnAddresses(tx, live), types);
    await Promise.all([removeTerms(tx, brandId, live.id, terms), recordFormerWords(tx, live.id, terms)]);
  }
  for (const row of deleted)
    await recordFormerWords(tx, row.id, termsOf({ ...row, primaryId: null, channels: [] }));
  const counts = await eraseAll(tx, { brandId, ids, chunkSize, ...addresses });
  const [receipt] = await Promise.all([
    writeTombstones(tx, brandId, ids, counts),
    enqueuePruneWords(tx, brandId, ids),
  ]);
  await tx.recordErasure("purge", ids);
  return receipt;
}

type ErasedRow = Partial<ReceiptCounts> & { looked_at?: number };

async function eraseAll(tx: Tx, params: PurgeParams): Promise<ReceiptCounts> {
  const counts = Object.fromEntries(receiptKinds.map((kind) => [kind, 0])) as ReceiptCounts;
  for (const location of personalDataLocations) {
    if (!location.statement) continue;
    const values = location.params.map((name) => params[name]);
    for (let remaining = true; remaining; ) {
      const found = (await tx.row<ErasedRow>(location.statement, values)) ?? {};
      remaining = (found.looked_at ?? 0) >= chunkSize;
      for (const kind of receiptKinds) counts[kind] += found[kind] ?? 0;
    }
  }
  return counts;
}

const insertReceipt: Statement = {
  name: "purge_insert_receipt",
  text: "INSERT INTO purge_receipt (purged_at, counts) VALUES (clock_timestamp(), $1) RETURNING id, purged_at",
};

const insertTombstones: Statement = {
  name: "purge_insert_tombstones",
  text: `INSERT INTO tombstone (customer_id, brand_id, receipt_id, purged_at)
    SELECT unnest($1::bigint[]), $2, id, purged_at FROM purge_receipt WHERE id = $3`,
};

async function writeTombstones(
  tx: Tx,
  brandId: number,
  ids: readonly number[],
  counts: ReceiptCounts,
): Promise<Receipt> {
  const row = (await tx.row<{ id: number; purged_at: Date }>(insertReceipt, [JSON.stringify(counts)])) as {
    id: number;
    purged_at: Date;
  };
  await tx.row(insertTombstones, [ids, brandId, row.id]);
  return { id: row.id, purged_at: row.purged_at.toISOString(), ...counts };
}
