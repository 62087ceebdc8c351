/**
 * A customer's row under lock, and what changes it. Whoever changes a customer, its channels or its custom values
 * holds the row's lock, or has just inserted the row; the search terms are changed in the same transaction.
 * Everybody waits in one order, so that nobody waits in a circle: one customer's lock, custom fields, the primary id,
 * addresses, words of the search.
 */
import { DossierError, type ChannelType, notFound } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import { violated } from "../../db/errors.ts";
import { type Ask, originOf, scopeOf } from "../context.ts";
import { addTerms, changeTermsOfMany, type Searchable, type Terms, termsOf } from "../search/search.ts";
import { Raced } from "../command.ts";

/** A customer under lock. */
export interface Held {
  id: number;
  brand_id: number;
  primary_id: string | null;
  firstname: string;
  lastname: string;
  version: number;
}

/** The columns of a customer under lock. */
export const heldColumns = "id, brand_id, primary_id, firstname, lastname, version";

const lockById: Statement = {
  name: "customer_lock",
  text: `SELECT ${heldColumns} FROM customer
    WHERE id = $1 AND ($2::bigint[] IS NULL OR brand_id = ANY ($2)) FOR NO KEY UPDATE`,
};

/** Locks a customer the caller may know of. */
export function lockCustomer(tx: Tx, ask: Ask, id: number): Promise<Held | undefined> {
  return tx.row<Held>(lockById, [id, scopeOf(ask.caller)]);
}

const lockByPrimaryId: Statement = {
  name: "customer_lock_by_primary_id",
  text: `SELECT ${heldColumns} FROM customer WHERE brand_id = $1 AND primary_id = $2 FOR NO KEY UPDATE`,
};

/** Locks the holder of a primary id in a brand. */
export function lockHolder(tx: Tx, brandId: number, primaryId: string): Promise<Held | undefined> {
  return tx.row<Held>(lockByPrimaryId, [brandId, primaryId]);
}

const channelsOfCustomer: Statement = {
  name: "customer_addresses",
  text: "SELECT type_id, normalised FROM customer_channel WHERE customer_id = $1 AND brand_id = $2",
};

/** What the customer is found by, as it stands now. */
export async function searchableOf(tx: Tx, types: readonly ChannelType[], held: Held): Promise<Searchable> {
  const rows = await tx.rows<{ type_id: number; normalised: string }>(channelsOfCustomer, [
    held.id,
    held.brand_id,
  ]);
  const channels = rows.map(({ type_id, normalised }) => ({ typeId: type_id, normalised }));
  return searchableWith(held, channels, types);
}

/** The three fields of a customer that stand in its own row. */
export interface OwnFields {
  primaryId?: string | undefined;
  firstname?: string | undefined;
  lastname?: string | undefined;
}

/** Our fields by their names on the wire. */
export const columnNames = {
  primaryId: "external_primary_id",
  firstname: "firstname",
  lastname: "lastname",
} as const;

/** The names of the fields that were sent. */
export function namesOf(fields: OwnFields): string[] {
  const keys = Object.keys(fields) as (keyof OwnFields)[];
  return keys.filter((key) => fields[key] !== undefined).map((key) => columnNames[key]);
}

function setNames(fields: OwnFields): string[] {
  const keys = Object.keys(columnNames) as (keyof OwnFields)[];
  return keys.filter((key) => fields[key]).map((key) => columnNames[key]);
}

// All of them in the order of their primary ids, and by their numbers among those sent.
const insertRows: Statement = {
  name: "customer_insert",
  text: `WITH sent AS (
      SELECT nextval('customer_id_seq') AS id, s.*
        FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[]) WITH ORDINALITY
          AS s (primary_id, firstname, lastname, names, source, key_id, n)),
    made AS (
      INSERT INTO customer (id, brand_id, primary_id, firstname, lastname, provenance) OVERRIDING SYSTEM VALUE
      SELECT id, $1, primary_id, firstname, lastname,
          (SELECT coalesce(jsonb_object_agg(f, jsonb_build_array(source, key_id, now())), '{}') FROM unnest(names::text[]) AS f)
        FROM sent ORDER BY primary_id, id
      ON CONFLICT ON CONSTRAINT customer_primary_id_unique DO NOTHING
      RETURNING ${heldColumns})
    SELECT sent.n, made.* FROM made JOIN sent USING (id) ORDER BY sent.n`,
};

/** A customer to be inserted among others. */
export interface NewCustomer {
  ask: Ask;
  fields: OwnFields;
}

/** Inserts customers of a brand; those are missing whose primary ids are held by then. In the order given. */
export function insertCustomers(tx: Tx, brandId: number, all: readonly NewCustomer[]): Promise<Held[]> {
  const origins = all.map(({ ask }) => originOf(ask.caller));
  return tx.rows<Held>(insertRows, [
    brandId,
    all.map(({ fields }) => fields.primaryId ?? null),
    all.map(({ fields }) => fields.firstname ?? ""),
    all.map(({ fields }) => fields.lastname ?? ""),
    all.map(({ fields }) => `{${setNames(fields).join()}}`),
    origins.map(([source]) => source),
    origins.map(([, keyId]) => keyId),
  ]);
}

/** Inserts a customer; nothing when its primary id is held by then. */
export async function insertCustomer(
  tx: Tx,
  ask: Ask,
  brandId: number,
  fields: OwnFields,
): Promise<Held | undefined> {
  const [held] = await insertCustomers(tx, brandId, [{ ask, fields }]).catch((error: unknown) => {
    if (violated(error) === "customer_brand_id_fkey") throw notFound("brand"); // deleted since it was read
    throw error;
  });
  return held;
}

// The clock is read under the lock: the transaction's own time may be before that of the change it waited for.
const updateRows: Statement = {
  name: "customer_update",
  text: `UPDATE customer c SET primary_id = s.primary_id, firstname = s.firstname, lastname = s.lastname,
      version = version + 1, updated_at = clock.now,
      provenance = provenance || (
        SELECT coalesce(jsonb_object_agg(f, jsonb_build_array(s.source, s.key_id, clock.now)), '{}')
          FROM unnest(s.names::text[]) AS f)
    FROM (SELECT clock_timestamp() AS now) AS clock,
      unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
        AS s (id, primary_id, firstname, lastname, names, source, key_id)
    WHERE c.id = s.id AND c.brand_id = $1
    RETURNING c.id, c.brand_id, c.primary_id, c.firstname, c.lastname, c.version`,
};

/** The fields that differ from what the customer has. */
export function differing(held: Held, fields: OwnFields): OwnFields {
  const changes: OwnFields = {};
  if (fields.primaryId !== undefined && fields.primaryId !== held.primary_id)
    changes.primaryId = fields.primaryId;
  if (fields.firstname !== undefined && fields.firstname !== held.firstname)
    changes.firstname = fields.firstname;
  if (fields.lastname !== undefined && fields.lastname !== held.lastname) changes.lastname = fields.lastname;
  return changes;
}

/** A customer under lock, and the fields to be set. */
export interface RowChange {
  ask: Ask;
  held: Held;
  changes: OwnFields;
}

/** Sets the fields given, none of them a primary id, and raises the versions of customers of a brand; they as they are then. */
export async function changeRows(
  tx: Tx,
  brandId: number,
  all: readonly RowChange[],
): Promise<Map<number, Held>> {
  if (all.length === 0) return new Map();
  const origins = all.map(({ ask }) => originOf(ask.caller));
  const rows = await tx.rows<Held>(updateRows, [
    brandId,
    all.map(({ held }) => held.id),
    all.map(({ held, changes }) => changes.primaryId ?? held.primary_id),
    all.map(({ held, changes }) => changes.firstname ?? held.firstname),
    all.map(({ held, changes }) => changes.lastname ?? held.lastname),
    all.map(
      ({ changes }) =>
        `{${keysOf(changes)
          .map((key) => columnNames[key])
          .join()}}`,
    ),
    origins.map(([source]) => source),
    origins.map(([, keyId]) => keyId),
  ]);
  return new Map(rows.map((row) => [row.id, row]));
}

const keysOf = (fields: OwnFields) => Object.keys(fields) as (keyof OwnFields)[];

/** Sets the fields given and raises the version. */
export async function changeRow(tx: Tx, ask: Ask, held: Held, changes: OwnFields): Promise<Held> {
  if (changes.primaryId !== undefined) await checkFree(tx, held.brand_id, changes.primaryId);
  try {
    const rows = await changeRows(tx, held.brand_id, [{ ask, held, changes }]);
    return rows.get(held.id) as Held;
  } catch (error) {
    throw violated(error) === "customer_primary_id_unique" ? new Raced() : error;
  }
}

const ownerOfPrimaryId: Statement = {
  name: "primary_id_owner",
  text: "SELECT id FROM customer WHERE brand_id = $1 AND primary_id = $2",
};

/**
 * Refuses a primary id that another customer has. The constraint decides all the same; but two customers that want
 * each other's id would wait for each other there, and here they do not.
 */
async function checkFree(tx: Tx, brandId: number, primaryId: string): Promise<void> {
  const owner = await tx.row<{ id: number }>(ownerOfPrimaryId, [brandId, primaryId]);
  if (!owner) return;
  const message = `This primary id already belongs to customer ${owner.id} of this brand.`;
  throw new DossierError("primary_id_taken", message, { conflict: { customer_id: owner.id } });
}

/** What a customer was not inserted for: its primary id has an owner, or had one that gave it up meanwhile. */
export async function refusePrimaryId(tx: Tx, brandId: number, primaryId: string): Promise<never> {
  await checkFree(tx, brandId, primaryId);
  throw new Raced();
}

/** What a customer with these channels is found by. */
export function searchableWith(
  held: Held,
  channels: readonly { typeId: number; normalised: string }[],
  types: readonly ChannelType[],
): Searchable {
  const ruleOf = (id: number) => types.find((type) => type.id === id)?.rule ?? "plain";
  return {
    firstname: held.firstname,
    lastname: held.lastname,
    primaryId: held.primary_id ?? "",
    channels: channels.map(({ typeId, normalised }) => ({ rule: ruleOf(typeId), normalised })),
  };
}

/** The terms of a customer with these channels. */
export function termsOfOne(
  held: Held,
  channels: readonly { typeId: number; normalised: string }[],
  types: readonly ChannelType[],
): Terms {
  return termsOf(searchableWith(held, channels, types));
}

/** Writes the search terms of a customer that has just been inserted. */
export function addSearchTerms(tx: Tx, held: Held, searchable: Searchable): Promise<void> {
  return addTerms(tx, held.brand_id, held.id, termsOf(searchable));
}

/** The same of several of one brand, each with the channels it was made with. */
export function addTermsOfCustomers(
  tx: Tx,
  brandId: number,
  all: readonly { ask: Ask; held: Held; channels: readonly { typeId: number; normalised: string }[] }[],
): Promise<void> {
  const terms = all.map(({ ask, held, channels }) => ({
    id: held.id,
    before: new Set<string>(),
    after: termsOfOne(held, channels, ask.types),
  }));
  return changeTermsOfMany(tx, brandId, terms);
}

/** Makes the search terms those of the customer as it is now. */
export async function changeSearchTerms(
  tx: Tx,
  types: readonly ChannelType[],
  before: Searchable,
  now: Held,
): Promise<void> {
  const after = termsOf(await searchableOf(tx, types, now));
  await changeTermsOfMany(tx, now.brand_id, [{ id: now.id, before: termsOf(before), after }]);
}
