/**
 * Deleting a customer, and bringing it back. A deleted customer is moved out of the directory whole, by one statement,
 * and moved back with its old ids. Its events stay where they are, its tickets are left with a note of whose they were.
 * Whoever ends a customer holds its row FOR UPDATE: that waits for everybody who is adding something to it.
 */
import { type Api, type ChannelType, type Decoded, DossierError, notFound } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import { type Ask, checkVersion, scopeOf } from "../context.ts";
import { result } from "./update.ts";
import { channelTaken, type Holder, holderOf, readHolders } from "./channels.ts";
import { customerNews } from "./notifications.ts";
import { addSearchTerms, type Held, heldColumns, lockCustomer, searchableOf } from "./row.ts";
import { convertValue, type CustomField } from "../custom-field/custom-field.ts";
import { leaveTickets, returnTickets } from "../linking.ts";
import { removeTerms, termsOf } from "../search/search.ts";
import { Raced, write } from "../command.ts";

/** How long a deleted customer can be restored. */
export const restorable = "30 days";

const lockToEnd: Statement = {
  name: "customer_lock_to_end",
  text: `SELECT ${heldColumns} FROM customer
    WHERE id = $1 AND ($2::bigint[] IS NULL OR brand_id = ANY ($2)) FOR UPDATE`,
};

/** Locks a customer that is about to leave the directory. */
export function lockToLeave(tx: Tx, scope: readonly number[] | null, id: number): Promise<Held | undefined> {
  return tx.row<Held>(lockToEnd, [id, scope]);
}

/** Operation 6. */
export function deleteCustomer(ask: Ask, { id }: Decoded<Api["customer"]["delete"]>) {
  return write(ask, async (tx) => {
    const held = await lockToLeave(tx, scopeOf(ask.caller), id);
    if (!held) throw notFound("customer");
    checkVersion(ask, held.version);
    await takeOut(tx, ask.types, held);
    const { version: _, ...last } = customerNews("customer.deleted", held, "deleted");
    return { ...result("Customer deleted.", "deleted", held), news: [last] };
  });
}

const moveOut: Statement = {
  name: "customer_move_out",
  text: `WITH kept AS (
      INSERT INTO deleted_customer (id, brand_id, primary_id, firstname, lastname, version, provenance, created_at, updated_at,
          crm_synced_at)
      SELECT id, brand_id, primary_id, firstname, lastname, version, provenance, created_at, updated_at, crm_synced_at
        FROM customer WHERE id = $1 AND brand_id = $2),
    channels AS (
      INSERT INTO deleted_channel (id, customer_id, type_id, address, normalised, source, key_id, created_at)
      SELECT id, customer_id, type_id, address, normalised, source, key_id, created_at
        FROM customer_channel WHERE customer_id = $1 AND brand_id = $2),
    customs AS (
      INSERT INTO deleted_value (customer_id, field_id, brand_id, value, source, key_id, set_at)
      SELECT customer_id, field_id, brand_id, value, source, key_id, set_at
        FROM custom_value WHERE customer_id = $1 AND brand_id = $2)
    DELETE FROM customer WHERE id = $1 AND brand_id = $2`,
};

async function takeOut(tx: Tx, types: readonly ChannelType[], held: Held): Promise<void> {
  await removeTerms(tx, held.brand_id, held.id, termsOf(await searchableOf(tx, types, held)));
  await leaveTickets(tx, held.id);
  await tx.row(moveOut, [held.id, held.brand_id]);
}

const lockDeleted: Statement = {
  name: "deleted_lock",
  text: `SELECT ${heldColumns} FROM deleted_customer
    WHERE id = $1 AND ($2::bigint[] IS NULL OR brand_id = ANY ($2)) AND deleted_at > now() - interval '${restorable}'
    FOR UPDATE`,
};

/** Something a restored customer had that was left out. */
interface Dropped {
  field: string;
  channel_id?: number;
  customer_id?: number;
}

/** Brings a deleted customer back with everything it had. */
export function restoreCustomer(ask: Ask, { id, without }: Decoded<Api["customer"]["restore"]>) {
  return write(ask, async (tx) => {
    const gone = await tx.row<Held>(lockDeleted, [id, scopeOf(ask.caller)]);
    if (!gone) return answerLive(tx, ask, id);
    const dropped: Dropped[] = [];
    const values = await readValues(tx, gone, dropped);
    const held = await bringRow(tx, gone, without !== undefined, dropped);
    await bringChannels(tx, held, without !== undefined, dropped);
    await bringValues(tx, held, values);
    await addSearchTerms(tx, held, await searchableOf(tx, ask.types, held));
    await returnTickets(tx, held.id);
    await tx.row(forgetDeleted, [held.id, held.brand_id]);
    return {
      ...result("Customer restored.", "restored", held),
      news: [customerNews("customer.restored", held, "restored")],
      ...(dropped.length > 0 ? { dropped } : {}),
    };
  });
}

async function answerLive(tx: Tx, ask: Ask, id: number) {
  const held = await lockCustomer(tx, ask, id);
  if (held) return result("The customer is not deleted.", "unchanged", held);
  if (await tx.row(lockDeleted, [id, scopeOf(ask.caller)])) throw new Raced(); // by a call that was waited for
  throw notFound("customer");
}

const forgetDeleted: Statement = {
  name: "deleted_forget",
  text: "DELETE FROM deleted_customer WHERE id = $1 AND brand_id = $2",
};

const bringBack: Statement = {
  name: "deleted_bring_back",
  text: `INSERT INTO customer (id, brand_id, primary_id, firstname, lastname, version, provenance, created_at, updated_at,
      crm_synced_at)
    OVERRIDING SYSTEM VALUE
    SELECT id, brand_id, CASE WHEN $3 THEN primary_id END, firstname, lastname, version + 1,
        CASE WHEN $3 THEN provenance ELSE provenance - 'external_primary_id' END, created_at, clock_timestamp(),
        crm_synced_at
      FROM deleted_customer WHERE id = $1 AND brand_id = $2
    ON CONFLICT ON CONSTRAINT customer_primary_id_unique DO NOTHING
    RETURNING ${heldColumns}`,
};

const ownerOfPrimaryId: Statement = {
  name: "deleted_primary_id_owner",
  text: "SELECT id FROM customer WHERE brand_id = $1 AND primary_id = $2",
};

async function bringRow(tx: Tx, gone: Held, lenient: boolean, dropped: Dropped[]): Promise<Held> {
  const held = await tx.row<Held>(bringBack, [gone.id, gone.brand_id, true]);
  if (held) return held;
  const owner = await tx.row<{ id: number }>(ownerOfPrimaryId, [gone.brand_id, gone.primary_id]);
  if (!owner) throw new Raced();
  if (!lenient)
    throw new DossierError(
      "primary_id_taken",
      `The primary id of customer ${gone.id} belongs to customer ${owner.id} by now. Send without=conflicts to restore without it.`,
      { conflict: { customer_id: owner.id } },
    );
  dropped.push({ field: "external_primary_id", customer_id: owner.id });
  return (await tx.row<Held>(bringBack, [gone.id, gone.brand_id, false])) as Held;
}

interface Kept {
  id: number;
  typeId: number;
  typeName: string;
  address: string;
  normalised: string;
}

const channelsKept: Statement = {
  name: "deleted_channels",
  text: `SELECT d.id, d.type_id AS "typeId", t.name AS "typeName", d.address, d.normalised
    FROM deleted_channel d JOIN channel_type t ON t.id = d.type_id WHERE d.customer_id = $1 ORDER BY d.id`,
};

const bringChannelRows: Statement = {
  name: "deleted_bring_channels",
  text: `INSERT INTO customer_channel (id, customer_id, brand_id, type_id, address, normalised, source, key_id, created_at)
    OVERRIDING SYSTEM VALUE
    SELECT id, $1, $2, type_id, address, normalised, source, key_id, created_at
      FROM deleted_channel WHERE customer_id = $1 ORDER BY type_id, normalised
    ON CONFLICT ON CONSTRAINT customer_channel_address_unique DO NOTHING RETURNING id`,
};

async function bringChannels(tx: Tx, held: Held, lenient: boolean, dropped: Dropped[]): Promise<void> {
  const kept = await tx.rows<Kept>(channelsKept, [held.id]);
  if (kept.length === 0) return;
  const back = new Set(
    (await tx.rows<{ id: number }>(bringChannelRows, [held.id, held.brand_id])).map(({ id }) => id),
  );
  const sent = kept.filter(({ id }) => !back.has(id)).map((one) => ({ ...one, field: `channel ${one.id}` }));
  const holders = await readHolders(tx, held.brand_id, sent);
  const taken = sent.map((one) => ({ id: one.id, field: one.field, holder: holderOf(holders, one) }));
  if (taken.some(({ holder }) => !holder)) throw new Raced();
  const foreign = taken.map(({ id, field, holder }) => ({
    id,
    field,
    customer_id: (holder as Holder).customer_id,
  }));
  if (foreign.length > 0 && !lenient) throw channelTaken(foreign);
  for (const { id, customer_id } of foreign) dropped.push({ field: "channel", channel_id: id, customer_id });
}

type Value = CustomField & { value: string };

// Held as by everybody who stores values: no field changes its type between the reading and the writing.
const valuesKept: Statement = {
  name: "deleted_values",
  text: `SELECT f.*, v.value FROM deleted_value v JOIN custom_field f ON f.id = v.field_id
    WHERE v.customer_id = $1 AND v.brand_id = $2 ORDER BY f.id FOR KEY SHARE OF f`,
};

/** The values that fit what their fields have become; a field that is gone took its values along. */
async function readValues(tx: Tx, gone: Held, dropped: Dropped[]): Promise<{ id: number; value: string }[]> {
  const rows = await tx.rows<Value>(valuesKept, [gone.id, gone.brand_id]);
  return rows.flatMap((row) => {
    const value = convertValue(row, row.value);
    if (value === undefined) dropped.push({ field: `custom_${row.name}` });
    return value === undefined ? [] : [{ id: row.id, value }];
  });
}

const bringValueRows: Statement = {
  name: "deleted_bring_values",
  text: `INSERT INTO custom_value (customer_id, field_id, brand_id, value, source, key_id, set_at)
    SELECT d.customer_id, d.field_id, d.brand_id, k.value, d.source, d.key_id, d.set_at
      FROM deleted_value d JOIN unnest($3::bigint[], $4::text[]) AS k (field_id, value) ON k.field_id = d.field_id
      WHERE d.customer_id = $1 AND d.brand_id = $2 ORDER BY d.field_id`,
};

async function bringValues(tx: Tx, held: Held, values: { id: number; value: string }[]): Promise<void> {
  if (values.length === 0) return;
  const [ids, texts] = [values.map((one) => one.id), values.map((one) => one.value)];
  await tx.row(bringValueRows, [held.id, held.brand_id, ids, texts]);
}
