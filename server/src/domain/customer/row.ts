/**
 * The customer's row: locking and set-based writing. A transaction that changes a customer, its channels or its custom
 * values holds the row's lock, or has inserted the row; the search terms change in the same transaction. All transactions
 * take locks in one order, so none wait in a circle: customers by id, custom fields, primary ids, addresses, words of the
 * search.
 */
import type { ChannelType } from "@dossier/api";
import type { Queryable, Statement, Tx } from "../../db/database.ts";
import type { Address } from "../address.ts";
import { ConcurrentChangeError } from "../command.ts";
import { type RequestContext, brandScope, provenanceOf } from "../context.ts";
import {
  columnLists,
  type CustomerColumns,
  type CustomerFields,
  customerFields,
  fieldColumns,
  filledNamesOf,
  wireNamesOf,
  withFields,
} from "../customer-fields.ts";
import { type SearchDocument, type Terms, termsOf } from "../search/search.ts";

/** A customer under lock. */
export interface LockedCustomer extends CustomerColumns {
  id: number;
  brand_id: number;
  version: number;
}

/** The columns of a customer under lock. */
export const lockedColumns = `id, brand_id, ${fieldColumns()}, version`;

const selectForUpdate: Statement = {
  name: "customer_lock",
  text: `SELECT ${lockedColumns} FROM customer
    WHERE id = $1 AND ($2::bigint[] IS NULL OR brand_id = ANY ($2)) FOR NO KEY UPDATE`,
};

/** Locks a customer the caller may know of. */
export function lockCustomer(tx: Tx, ctx: RequestContext, id: number): Promise<LockedCustomer | undefined> {
  return tx.row<LockedCustomer>(selectForUpdate, [id, brandScope(ctx.caller)]);
}

// By the primary key: on stale statistics the planner would read all customers of the brand by its index.
const selectManyForUpdate: Statement = {
  name: "customer_lock_many",
  text: `SELECT ${lockedColumns} FROM customer WHERE id = ANY ($1) AND brand_id + 0 = $2 ORDER BY id FOR NO KEY UPDATE`,
};

/** Locks customers of a brand in the order of their ids; those are missing that are deleted by then. */
export async function lockCustomers(
  tx: Queryable,
  brandId: number,
  ids: readonly number[],
): Promise<Map<number, LockedCustomer>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.rows<LockedCustomer>(selectManyForUpdate, [ids, brandId]);
  return new Map(rows.map((row) => [row.id, row]));
}

const selectAddresses: Statement = {
  name: "customer_select_addresses",
  text: "SELECT channel_type_id, normalised FROM customer_channel WHERE customer_id = $1 AND brand_id + 0 = $2",
};

/** The addresses that the customer has now. */
export async function readAddresses(tx: Tx, { id, brand_id }: LockedCustomer): Promise<Address[]> {
  const rows = await tx.rows<{ channel_type_id: number; normalised: string }>(selectAddresses, [
    id,
    brand_id,
  ]);
  return rows.map(({ channel_type_id, normalised }) => ({ typeId: channel_type_id, normalised }));
}

const fieldLists = (from: number) => customerFields.map((_, at) => `$${from + at}::text[]`).join(", ");
const after = (from: number) => from + customerFields.length;

// All of them in the order of their primary ids, and by their numbers among those sent.
const insertRows: Statement = {
  name: "customer_insert",
  text: `WITH sent AS (
      SELECT nextval('customer_id_seq') AS id, s.*
        FROM unnest(${fieldLists(2)}, $${after(2)}::text[], $${after(3)}::text[], $${after(4)}::bigint[]) WITH ORDINALITY
          AS s (${fieldColumns()}, names, source, key_id, n)),
    made AS (
      INSERT INTO customer (id, brand_id, ${fieldColumns()}, provenance) OVERRIDING SYSTEM VALUE
      SELECT id, $1, ${fieldColumns()},
          (SELECT coalesce(jsonb_object_agg(f, jsonb_build_array(source, key_id, now())), '{}') FROM unnest(names::text[]) AS f)
        FROM sent ORDER BY primary_id, id
      ON CONFLICT ON CONSTRAINT customer_primary_id_unique DO NOTHING
      RETURNING ${lockedColumns})
    SELECT sent.n, made.* FROM made JOIN sent USING (id) ORDER BY sent.n`,
};

const nameList = (names: readonly string[]) => `{${names.join()}}`;

/**
 * Inserts customers of a brand, in the order given.
 *
 * @throws ConcurrentChangeError when a primary id has an owner by now
 */
export async function insertCustomers(
  tx: Tx,
  brandId: number,
  all: readonly { ctx: RequestContext; fields: CustomerFields }[],
): Promise<LockedCustomer[]> {
  if (all.length === 0) return [];
  const origins = all.map(({ ctx }) => provenanceOf(ctx.caller));
  const rows = await tx.rows<LockedCustomer>(insertRows, [
    brandId,
    ...columnLists(all.map(({ fields }) => fields)),
    all.map(({ fields }) => nameList(filledNamesOf(fields))),
    origins.map(([source]) => source),
    origins.map(([, keyId]) => keyId),
  ]);
  if (rows.length < all.length) throw new ConcurrentChangeError();
  return rows;
}

// The clock is read under the lock: the transaction's own time may be before that of the change it waited for. The brand
// comes with each row: compared with one value, it would make the planner read the whole brand on stale statistics.
const updateRows: Statement = {
  name: "customer_update",
  text: `UPDATE customer c SET ${customerFields.map(({ column }) => `${column} = s.${column}`).join(", ")},
      version = version + 1, updated_at = clock.now,
      provenance = provenance || (
        SELECT coalesce(jsonb_object_agg(f, jsonb_build_array(s.source, s.key_id, clock.now)), '{}')
          FROM unnest(s.names::text[]) AS f)
    FROM (SELECT clock_timestamp() AS now) AS clock,
      unnest($1::bigint[], $2::bigint[], ${fieldLists(3)}, $${after(3)}::text[], $${after(4)}::text[], $${after(5)}::bigint[])
        AS s (brand_id, id, ${fieldColumns()}, names, source, key_id)
    WHERE c.brand_id = s.brand_id AND c.id = s.id
    RETURNING c.id, c.brand_id, ${fieldColumns("c.")}, c.version`,
};

/** A customer under lock, and the fields to be set. */
export interface RowChange {
  ctx: RequestContext;
  locked: LockedCustomer;
  fields: CustomerFields;
}

/**
 * Sets the fields given and raises the versions of customers of a brand; the customers as they are then, by id.
 * A primary id that has an owner by now is a violation that the command retries (`isRaceViolation`).
 */
export async function updateCustomers(
  tx: Tx,
  brandId: number,
  all: readonly RowChange[],
): Promise<Map<number, LockedCustomer>> {
  if (all.length === 0) return new Map();
  const origins = all.map(({ ctx }) => provenanceOf(ctx.caller));
  const changed = all.map(({ locked, fields }) => withFields(locked, fields));
  const rows = await tx.rows<LockedCustomer>(updateRows, [
    all.map(() => brandId),
    all.map(({ locked }) => locked.id),
    ...customerFields.map(({ column }) => changed.map((row) => row[column])),
    all.map(({ fields }) => nameList(wireNamesOf(fields))),
    origins.map(([source]) => source),
    origins.map(([, keyId]) => keyId),
  ]);
  return new Map(rows.map((row) => [row.id, row]));
}

/** What a customer with these addresses is found by. */
function searchDocument(
  row: CustomerColumns,
  addresses: readonly Address[],
  types: readonly ChannelType[],
): SearchDocument {
  const ruleOf = (id: number) => types.find((type) => type.id === id)?.rule ?? "plain";
  return {
    ...row,
    primaryId: row.primary_id ?? "",
    channels: addresses.map(({ typeId, normalised }) => ({ rule: ruleOf(typeId), normalised })),
  };
}

/** The search terms of a customer with these addresses. */
export function searchTermsOf(
  row: CustomerColumns,
  addresses: readonly Address[],
  types: readonly ChannelType[],
): Terms {
  return termsOf(searchDocument(row, addresses, types));
}
