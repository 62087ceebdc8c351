/**
 * Snapshot for optimistic concurrency: what must not have changed during a CRM request. Nothing is locked meanwhile, so
 * the state is stored before and compared in the transaction that uses the response: a response is not used with
 * changed settings, and restores no customer purged after the request.
 */
import { isDeepStrictEqual } from "node:util";
import type { Db, Statement, Tx } from "../../db/database.ts";
import { brandSettings } from "../brand/setting-table.ts";
import type { CrmBrand } from "./client.ts";

/** The possible subjects of a lookup: the ids of the customers, live or deleted, with the address or primary id. */
export interface LookupSnapshot {
  brand: CrmBrand;
  at: Date;
  customerIds: number[];
}

const selectSnapshot: Statement = {
  name: "crm_take_snapshot",
  text: `SELECT clock_timestamp() AS at, ARRAY(
      SELECT customer_id FROM customer_channel
        WHERE brand_id = $1 AND normalised = $3 AND channel_type_id = ANY ($2::bigint[])
      UNION SELECT id FROM customer WHERE brand_id = $1 AND primary_id = $4
      UNION SELECT id FROM deleted_customer WHERE brand_id = $1 AND primary_id = $4) AS "customerIds"`,
};

export async function takeSnapshot(
  db: Db,
  brand: CrmBrand,
  {
    typeIds = [],
    normalised = null,
    primaryId = null,
  }: { typeIds?: number[]; normalised?: string | null; primaryId?: string | null },
): Promise<LookupSnapshot> {
  const values = [brand.id, typeIds, normalised, primaryId];
  const { at, customerIds } = (await db.row<Omit<LookupSnapshot, "brand">>(selectSnapshot, values)) as Omit<
    LookupSnapshot,
    "brand"
  >;
  return { brand, at, customerIds };
}

/** The settings have changed, or a customer of the brand was purged: the request must be repeated. */
export class SnapshotStale extends Error {}

/** The subject of the request was purged after it: nothing of the response may be stored. */
export class CustomerPurged extends Error {}

/** @throws SnapshotStale if the brand's CRM settings have changed */
export function assertSameSettings({ brand }: LookupSnapshot, now: CrmBrand): void {
  if (!isDeepStrictEqual(settingsOf(brand), settingsOf(now))) throw new SnapshotStale();
}

const settingsOfLookup = brandSettings.filter(({ isOfLookup }) => isOfLookup);

function settingsOf(brand: CrmBrand): unknown[] {
  return [brand.crm_headers, ...settingsOfLookup.map(({ column }) => brand[column])];
}

const selectPurgedSince: Statement = {
  name: "crm_select_purged",
  text: `SELECT coalesce(bool_or(customer_id = ANY ($3::bigint[])), false) AS theirs, count(*) > 0 AS some
    FROM (SELECT customer_id FROM tombstone WHERE customer_id = ANY ($3)
      UNION ALL (SELECT customer_id FROM tombstone WHERE brand_id = $1 AND purged_at >= $2 LIMIT 1)) AS found`,
};

/**
 * Runs last in the transaction: a later purge then also erases what it writes.
 *
 * @throws CustomerPurged, or SnapshotStale if another customer was purged, or one that was unknown before
 */
export async function assertNotPurged(tx: Tx, { brand, at, customerIds }: LookupSnapshot): Promise<void> {
  const row = await tx.row<{ theirs: boolean; some: boolean }>(selectPurgedSince, [
    brand.id,
    at,
    customerIds,
  ]);
  if (row?.theirs) throw new CustomerPurged();
  if (row?.some) throw new SnapshotStale();
}
