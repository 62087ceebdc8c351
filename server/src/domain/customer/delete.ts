/**
 * Deleting and restoring customers. One statement archives a deleted customer completely, outside the directory; a
 * restore brings it back with its old ids. Its events stay in place; its tickets are unlinked and note whose they were.
 * A transaction that deletes a customer holds its row FOR UPDATE, which waits for every transaction that is adding to
 * it.
 */
import {
  type Api,
  type ChannelType,
  type Decoded,
  DossierError,
  type Fault,
  invalid,
  notFound,
} from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import { type RequestContext, assertVersion, brandScope } from "../context.ts";
import { resultEnvelope } from "./result.ts";
import { channelTakenError, findOwners, takenBy } from "./channels.ts";
import { recordFormerAddresses, recordFormerPrimaryIds } from "./former.ts";
import { customerEvent } from "./notifications.ts";
import { type LockedCustomer, lockedColumns, lockCustomer, readAddresses, searchTermsOf } from "./row.ts";
import { fitCustomValues, maxChannels } from "./size.ts";
import { convertValue, type CustomField, maxCustomBytes } from "../custom-field/custom-field.ts";
import { relinkAllTickets, type TakenTicket, unlinkAllTickets } from "../linking.ts";
import { addTerms, removeTerms } from "../search/search.ts";
import { ConcurrentChangeError, write } from "../command.ts";
import { customerFields, fieldColumns } from "../customer-fields.ts";

/** How long a deleted customer can be restored. */
export const restorePeriod = "30 days";

const selectForDelete: Statement = {
  name: "customer_lock_for_delete",
  text: `SELECT ${lockedColumns} FROM customer
    WHERE id = $1 AND ($2::bigint[] IS NULL OR brand_id = ANY ($2)) FOR UPDATE`,
};

export function lockForDelete(
  tx: Tx,
  scope: readonly number[] | null,
  id: number,
): Promise<LockedCustomer | undefined> {
  return tx.row<LockedCustomer>(selectForDelete, [id, scope]);
}

/** Operation 6. */
export function deleteCustomer(ctx: RequestContext, { id }: Decoded<Api["customer"]["delete"]>) {
  return write(ctx, async (tx) => {
    const held = await lockForDelete(tx, brandScope(ctx.caller), id);
    if (!held) throw notFound("customer");
    assertVersion(ctx, held.version);
    await archive(tx, ctx.channelTypes, held);
    const { version: _, ...event } = customerEvent("customer.deleted", held, "deleted");
    return { ...resultEnvelope("Customer deleted.", "deleted", held), events: [event] };
  });
}

/** The columns of a customer's row that are archived. */
const archivedColumns = `id, brand_id, version, provenance, created_at, updated_at, crm_synced_at, ${fieldColumns()}`;

const archiveRows: Statement = {
  name: "customer_archive",
  text: `WITH kept AS (
      INSERT INTO deleted_customer (${archivedColumns})
      SELECT ${archivedColumns}
        FROM customer WHERE id = $1 AND brand_id = $2),
    channels AS (
      INSERT INTO deleted_customer_channel (id, customer_id, channel_type_id, address, normalised, source, key_id, created_at)
      SELECT id, customer_id, channel_type_id, address, normalised, source, key_id, created_at
        FROM customer_channel WHERE customer_id = $1 AND brand_id + 0 = $2),
    customs AS (
      INSERT INTO deleted_customer_custom_value (customer_id, field_id, brand_id, value, source, key_id, set_at)
      SELECT customer_id, field_id, brand_id, value, source, key_id, set_at
        FROM customer_custom_value WHERE customer_id = $1 AND brand_id = $2)
    DELETE FROM customer WHERE id = $1 AND brand_id = $2`,
};

async function archive(tx: Tx, types: readonly ChannelType[], held: LockedCustomer): Promise<void> {
  await removeTerms(tx, held.brand_id, held.id, searchTermsOf(held, await readAddresses(tx, held), types));
  await unlinkAllTickets(tx, held.id);
  await tx.row(archiveRows, [held.id, held.brand_id]);
}

const selectDeletedForUpdate: Statement = {
  name: "deleted_lock",
  text: `SELECT ${lockedColumns} FROM deleted_customer
    WHERE id = $1 AND ($2::bigint[] IS NULL OR brand_id = ANY ($2)) AND deleted_at > now() - interval '${restorePeriod}'
    FOR UPDATE`,
};

/** A value of a restored customer that was left out. */
interface RestoreConflict {
  field: string;
  channel_id?: number;
  ticket_id?: number;
  customer_id?: number;
}

/** Restores a deleted customer with everything it had. */
export function restoreCustomer(ctx: RequestContext, { id, without }: Decoded<Api["customer"]["restore"]>) {
  return write(ctx, async (tx) => {
    const deleted = await tx.row<LockedCustomer>(selectDeletedForUpdate, [id, brandScope(ctx.caller)]);
    if (!deleted) return resultIfLive(tx, ctx, id);
    const conflicts: RestoreConflict[] = [];
    const lenient = without !== undefined;
    const values = await readArchivedValues(tx, deleted, lenient, conflicts);
    const held = await restoreRow(tx, deleted, lenient, conflicts);
    await restoreChannels(tx, held, lenient, conflicts);
    await restoreValues(tx, held, values);
    await addTerms(
      tx,
      held.brand_id,
      held.id,
      searchTermsOf(held, await readAddresses(tx, held), ctx.channelTypes),
    );
    conflicts.push(...(await relinkAllTickets(tx, held.id)).map(takenTicket));
    await tx.row(deleteArchivedRow, [held.id, held.brand_id]);
    return {
      ...resultEnvelope("Customer restored.", "restored", held),
      events: [customerEvent("customer.restored", held, "restored")],
      ...(conflicts.length > 0 ? { dropped: conflicts } : {}),
    };
  });
}

function takenTicket({ ticket_id, customer_id }: TakenTicket): RestoreConflict {
  return { field: "ticket", ticket_id, ...(customer_id === null ? {} : { customer_id }) };
}

async function resultIfLive(tx: Tx, ctx: RequestContext, id: number) {
  const held = await lockCustomer(tx, ctx, id);
  if (held) return resultEnvelope("The customer is not deleted.", "unchanged", held);
  if (await tx.row(selectDeletedForUpdate, [id, brandScope(ctx.caller)])) throw new ConcurrentChangeError(); // deleted by a concurrent call
  throw notFound("customer");
}

const deleteArchivedRow: Statement = {
  name: "deleted_delete",
  text: "DELETE FROM deleted_customer WHERE id = $1 AND brand_id = $2",
};

// $3: with its identifiers, which another customer may have by now.
const restoredFields = customerFields
  .map(({ column, kind }) => (kind === "identifier" ? `CASE WHEN $3 THEN ${column} END` : column))
  .join(", ");

const insertArchivedCustomer: Statement = {
  name: "deleted_restore",
  text: `INSERT INTO customer (${archivedColumns})
    OVERRIDING SYSTEM VALUE
    SELECT id, brand_id, version + 1, CASE WHEN $3 THEN provenance ELSE provenance - 'external_primary_id' END, created_at,
        clock_timestamp(), crm_synced_at, ${restoredFields}
      FROM deleted_customer WHERE id = $1 AND brand_id = $2
    ON CONFLICT ON CONSTRAINT customer_primary_id_unique DO NOTHING
    RETURNING ${lockedColumns}`,
};

const ownerOfPrimaryId: Statement = {
  name: "deleted_select_primary_id_owner",
  text: "SELECT id FROM customer WHERE brand_id = $1 AND primary_id = $2",
};

async function restoreRow(
  tx: Tx,
  deleted: LockedCustomer,
  lenient: boolean,
  conflicts: RestoreConflict[],
): Promise<LockedCustomer> {
  const held = await tx.row<LockedCustomer>(insertArchivedCustomer, [deleted.id, deleted.brand_id, true]);
  if (held) return held;
  const owner = await tx.row<{ id: number }>(ownerOfPrimaryId, [deleted.brand_id, deleted.primary_id]);
  if (!owner) throw new ConcurrentChangeError();
  if (!lenient)
    throw new DossierError(
      "primary_id_taken",
      `The primary id of customer ${deleted.id} belongs to customer ${owner.id} by now. Send without=conflicts to restore without it.`,
      { conflict: { customerId: owner.id } },
    );
  conflicts.push({ field: "external_primary_id", customer_id: owner.id });
  if (deleted.primary_id !== null)
    await recordFormerPrimaryIds(tx, [{ customerId: deleted.id, primaryId: deleted.primary_id }]);
  return (await tx.row<LockedCustomer>(insertArchivedCustomer, [
    deleted.id,
    deleted.brand_id,
    false,
  ])) as LockedCustomer;
}

interface ArchivedChannel {
  id: number;
  typeId: number;
  typeName: string;
  address: string;
  normalised: string;
}

const archivedChannels: Statement = {
  name: "deleted_select_channels",
  text: `SELECT d.id, d.channel_type_id AS "typeId", t.name AS "typeName", d.address, d.normalised
    FROM deleted_customer_channel d JOIN channel_type t ON t.id = d.channel_type_id WHERE d.customer_id = $1 ORDER BY d.id`,
};

const insertArchivedChannels: Statement = {
  name: "deleted_restore_channels",
  text: `INSERT INTO customer_channel (id, customer_id, brand_id, channel_type_id, address, normalised, source, key_id, created_at)
    OVERRIDING SYSTEM VALUE
    SELECT id, $1, $2, channel_type_id, address, normalised, source, key_id, created_at
      FROM deleted_customer_channel WHERE customer_id = $1 AND id <= $3 ORDER BY channel_type_id, normalised
    ON CONFLICT ON CONSTRAINT customer_channel_address_unique DO NOTHING RETURNING id`,
};

async function restoreChannels(
  tx: Tx,
  held: LockedCustomer,
  lenient: boolean,
  conflicts: RestoreConflict[],
): Promise<void> {
  const all = await tx.rows<ArchivedChannel>(archivedChannels, [held.id]);
  const kept = all.slice(0, maxChannels);
  const last = kept.at(-1);
  if (!last) return;
  if (all.length > kept.length && !lenient) throw tooLarge(`${maxChannels} channels`);
  const values = [held.id, held.brand_id, last.id];
  const restored = new Set(
    (await tx.rows<{ id: number }>(insertArchivedChannels, values)).map(({ id }) => id),
  );
  const sent = kept
    .filter(({ id }) => !restored.has(id))
    .map((one) => ({ ...one, field: `channel ${one.id}` }));
  const owners = await findOwners(tx, held.brand_id, { addresses: sent });
  const otherOwners = sent.flatMap((one) =>
    takenBy(owners, [one]).map(({ field, customer_id }) => ({ id: one.id, field, customer_id })),
  );
  if (otherOwners.length < sent.length) throw new ConcurrentChangeError();
  if (otherOwners.length > 0 && !lenient) throw channelTakenError(otherOwners);
  for (const { id, customer_id } of otherOwners)
    conflicts.push({ field: "channel", channel_id: id, customer_id });
  for (const { id } of all.slice(maxChannels)) conflicts.push({ field: "channel", channel_id: id });
  await recordFormerAddresses(
    tx,
    sent.map((one) => ({ ...one, customerId: held.id })),
  );
}

type ArchivedValue = CustomField & { value: string };

// Locked as in every write of values: no field changes its type between the reading and the writing.
const archivedValues: Statement = {
  name: "deleted_select_values",
  text: `SELECT f.*, v.value FROM deleted_customer_custom_value v JOIN custom_field f ON f.id = v.field_id
    WHERE v.customer_id = $1 AND v.brand_id = $2 ORDER BY f.id FOR KEY SHARE OF f`,
};

/**
 * The values that fit the current definitions of their fields and the size limit of a customer; a deleted field has
 * taken its values with it.
 */
async function readArchivedValues(
  tx: Tx,
  deleted: LockedCustomer,
  lenient: boolean,
  conflicts: RestoreConflict[],
): Promise<{ id: number; value: string }[]> {
  const rows = await tx.rows<ArchivedValue>(archivedValues, [deleted.id, deleted.brand_id]);
  const values = rows.flatMap((row) => {
    const value = convertValue(row, row.value);
    const field = `custom_${row.name}`;
    if (value === undefined) conflicts.push({ field });
    return value === undefined ? [] : [{ id: row.id, fieldId: row.id, name: row.name, field, value }];
  });
  const excess: Fault[] = [];
  const fitting = new Set<{ fieldId: number }>(fitCustomValues(values, excess));
  if (excess.length > 0 && !lenient) throw tooLarge(`${maxCustomBytes} bytes of custom values`);
  conflicts.push(...excess.map(({ field }) => ({ field })));
  return values.filter((one) => fitting.has(one));
}

function tooLarge(bound: string): DossierError {
  const message = `must be conflicts to restore a part: the customer has more than the ${bound} a customer can have`;
  return invalid([{ field: "without", message }]);
}

const insertArchivedValues: Statement = {
  name: "deleted_restore_values",
  text: `INSERT INTO customer_custom_value (customer_id, field_id, brand_id, value, source, key_id, set_at)
    SELECT d.customer_id, d.field_id, d.brand_id, k.value, d.source, d.key_id, d.set_at
      FROM deleted_customer_custom_value d JOIN unnest($3::bigint[], $4::text[]) AS k (field_id, value) ON k.field_id = d.field_id
      WHERE d.customer_id = $1 AND d.brand_id = $2 ORDER BY d.field_id`,
};

async function restoreValues(
  tx: Tx,
  held: LockedCustomer,
  values: { id: number; value: string }[],
): Promise<void> {
  if (values.length === 0) return;
  const [ids, texts] = [values.map((one) => one.id), values.map((one) => one.value)];
  await tx.row(insertArchivedValues, [held.id, held.brand_id, ids, texts]);
}
