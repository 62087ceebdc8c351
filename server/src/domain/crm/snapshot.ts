/**
 * What must not have changed while a CRM was asked. Nothing is locked meanwhile, so it is noted before and compared in
 * the transaction that uses the answer: an answer is not used for settings that are others by now, and brings nobody
 * back who was purged after the question.
 */
import { isDeepStrictEqual } from "node:util";
import type { Db, Statement, Tx } from "../../db/database.ts";
import type { CrmBrand } from "./client.ts";

/** Whom a question may be about: the ids of the customers, live or deleted, with the address or primary id. */
export interface Mark {
  brand: CrmBrand;
  at: Date;
  customers: number[];
}

const noteWho: Statement = {
  name: "crm_note",
  text: `SELECT clock_timestamp() AS at, ARRAY(
      SELECT customer_id FROM customer_channel
        WHERE brand_id = $1 AND normalised = $3 AND type_id = ANY ($2::bigint[])
      UNION SELECT id FROM customer WHERE brand_id = $1 AND primary_id = $4
      UNION SELECT id FROM deleted_customer WHERE brand_id = $1 AND primary_id = $4) AS customers`,
};

/** Notes how things stand before the CRM is asked. */
export async function noteBefore(
  db: Db,
  brand: CrmBrand,
  {
    typeIds = [],
    normalised = null,
    primaryId = null,
  }: { typeIds?: number[]; normalised?: string | null; primaryId?: string | null },
): Promise<Mark> {
  const values = [brand.id, typeIds, normalised, primaryId];
  const { at, customers } = (await db.row<Omit<Mark, "brand">>(noteWho, values)) as Omit<Mark, "brand">;
  return { brand, at, customers };
}

/** The settings are others by now, or somebody of the brand was purged: what was answered must be asked for anew. */
export class Outdated extends Error {}

/** Who the question was about was purged after it: nothing of the answer may be kept. */
export class Purged extends Error {}

/** @throws Outdated when the brand's CRM is asked otherwise by now */
export function checkSettings({ brand }: Mark, now: CrmBrand): void {
  if (!isDeepStrictEqual(settingsOf(brand), settingsOf(now))) throw new Outdated();
}

function settingsOf(brand: CrmBrand): unknown[] {
  return [brand.crm_lookup_url, brand.crm_headers, brand.crm_header_names, brand.crm_field_map];
}

const purgedSince: Statement = {
  name: "crm_purged",
  text: `SELECT coalesce(bool_or(customer_id = ANY ($3::bigint[])), false) AS theirs, count(*) > 0 AS some
    FROM (SELECT customer_id FROM tombstone WHERE customer_id = ANY ($3)
      UNION ALL (SELECT customer_id FROM tombstone WHERE brand_id = $1 AND purged_at >= $2 LIMIT 1)) AS found`,
};

/**
 * Last of all in the transaction: whoever is purged later is purged of what it writes.
 *
 * @throws Purged, or Outdated when somebody else was, or somebody who was not known before
 */
export async function checkPurges(tx: Tx, { brand, at, customers }: Mark): Promise<void> {
  const row = await tx.row<{ theirs: boolean; some: boolean }>(purgedSince, [brand.id, at, customers]);
  if (row?.theirs) throw new Purged();
  if (row?.some) throw new Outdated();
}
