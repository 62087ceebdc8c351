/**
 * Changing customers: create strictly, update, add and remove channels. Each is one transaction that holds the
 * customer's lock; what it answers is what it wrote.
 */
import { type Api, type ChannelSent, type CustomSent, type Decoded, notFound } from "@dossier/api";
import type { Statement, Tx } from "../db/database.ts";
import { type Ask, checkVersion, scopeOf } from "./ask.ts";
import { type Brand, findBrand } from "./brand.ts";
import { type Added, addAll } from "./customer-channel.ts";
import { type CustomChange, readCustoms, writeCustoms } from "./customer-custom.ts";
import {
  addSearchTerms,
  changeRow,
  changeSearchTerms,
  differing,
  type Held,
  insertCustomer,
  lockCustomer,
  type OwnFields,
  refusePrimaryId,
  searchableOf,
} from "./customer-row.ts";
import { checkPrimaryId, lockWho, type Who } from "./customer-who.ts";
import { write } from "./write.ts";

/** What is to be done to a customer, with everything that depends on its brand already understood. */
export interface Change {
  fields: OwnFields;
  channels: readonly ChannelSent[];
  customs: readonly CustomChange[];
}

/** What was done. */
export interface Done extends Added {
  held: Held;
  changed: boolean;
}

/** Operation 16. */
export async function createCustomer(ask: Ask, input: Decoded<Api["customer"]["create"]>) {
  const { brandId, primaryId, firstname, lastname, channels = [], custom = [] } = input;
  return write(ask, async (tx) => {
    const brand = await findBrand(tx, ask.caller, brandId);
    checkPrimaryId(ask, brand, "primaryId", primaryId);
    const customs = await readCustoms(tx, brand, custom, false);
    const done = await insertWhole(tx, ask, brand, {
      fields: { primaryId, firstname, lastname },
      channels,
      customs,
    });
    if (!done) return refusePrimaryId(tx, brandId, primaryId as string);
    return result("Customer created.", "created", done.held);
  });
}

/** Inserts a customer with all it has; nothing when its primary id is held by then. Addresses held are refused. */
export async function insertWhole(
  tx: Tx,
  ask: Ask,
  brand: Brand,
  { fields, channels, customs }: Change,
): Promise<Done | undefined> {
  const held = await insertCustomer(tx, ask, brand.id, fields);
  if (!held) return undefined;
  const added = await addAll(tx, ask, held, channels, "refuse");
  await writeCustoms(tx, ask, held, customs);
  await addSearchTerms(tx, held, channels, ask.types);
  return { held, changed: true, ...added };
}

/** Changes a customer under lock; its version rises only if something differs. */
export async function changeWhole(tx: Tx, ask: Ask, brand: Brand, held: Held, change: Change): Promise<Done> {
  const before = await searchableOf(tx, ask.types, held);
  const fields = differing(held, change.fields);
  let now = Object.keys(fields).length > 0 ? await changeRow(tx, ask, held, fields) : held;
  const added = await addAll(tx, ask, held, change.channels, brand.taken_address);
  const customs = await writeCustoms(tx, ask, held, change.customs);
  if (now === held && (added.added > 0 || customs)) now = await changeRow(tx, ask, held, {});
  const changed = now !== held;
  if (changed) await changeSearchTerms(tx, ask.types, before, now);
  return { held: now, changed, ...added };
}

type UpdateInput = Who & {
  id?: number | undefined;
  firstname?: string | undefined;
  lastname?: string | undefined;
  newPrimaryId?: string | undefined;
  channels?: ChannelSent[] | undefined;
  custom?: CustomSent[] | undefined;
};

/** Operations 4, 5 and 10. */
export async function updateCustomer(ask: Ask, input: UpdateInput) {
  const who = { ...input, customerId: input.id ?? input.customerId };
  return write(ask, async (tx) => {
    const held = await lockWho(tx, ask, who);
    const brand = await findBrand(tx, ask.caller, held.brand_id);
    checkPrimaryId(ask, brand, "newPrimaryId", input.newPrimaryId);
    const customs = await readCustoms(tx, brand, input.custom ?? [], true);
    checkVersion(ask, held.version);
    const fields = { primaryId: input.newPrimaryId, firstname: input.firstname, lastname: input.lastname };
    const done = await changeWhole(tx, ask, brand, held, { fields, channels: input.channels ?? [], customs });
    return {
      ...result("Customer updated.", done.changed ? "updated" : "unchanged", done.held),
      ...skippedOf(done),
    };
  });
}

/** Operation 9. */
export async function addChannels(ask: Ask, input: Decoded<Api["customer"]["addChannels"]>) {
  const { channels = [] } = input;
  return write(ask, async (tx) => {
    const held = await lockWho(tx, ask, input);
    const brand = await findBrand(tx, ask.caller, held.brand_id);
    checkVersion(ask, held.version);
    const done = await changeWhole(tx, ask, brand, held, { fields: {}, channels, customs: [] });
    const outcome = done.changed ? "updated" : "unchanged";
    return { ...result("Channel added.", outcome, done.held), channel_ids: done.ids, ...skippedOf(done) };
  });
}

const ownerOfChannel: Statement = {
  name: "channel_owner",
  text: "SELECT customer_id FROM customer_channel WHERE id = $1 AND ($2::bigint[] IS NULL OR brand_id = ANY ($2))",
};

const deleteChannel: Statement = {
  name: "channel_delete",
  text: "DELETE FROM customer_channel WHERE id = $1 AND customer_id = $2 AND brand_id = $3 RETURNING id",
};

/** Operation 11. */
export function removeChannel(ask: Ask, { id }: Decoded<Api["customer"]["removeChannel"]>) {
  return write(ask, async (tx) => {
    const owner = await tx.row<{ customer_id: number }>(ownerOfChannel, [id, scopeOf(ask.caller)]);
    const held = owner && (await lockCustomer(tx, ask, owner.customer_id));
    if (!held) throw notFound("channel");
    checkVersion(ask, held.version);
    const before = await searchableOf(tx, ask.types, held);
    if (!(await tx.row(deleteChannel, [id, held.id, held.brand_id]))) throw notFound("channel");
    const now = await changeRow(tx, ask, held, {});
    await changeSearchTerms(tx, ask.types, before, now);
    return { ...result("Channel deleted.", "deleted", now), id, customer_id: held.id };
  });
}

/** The result envelope about a customer. */
export function result(
  message: string,
  outcome: "created" | "updated" | "unchanged" | "deleted",
  held: Held,
) {
  return { type: "result" as const, message, id: held.id, outcome, version: held.version };
}

/** `skipped_channels`, when there are any. */
export function skippedOf({ skipped }: Added): { skipped_channels?: Added["skipped"] } {
  return skipped.length > 0 ? { skipped_channels: skipped } : {};
}
