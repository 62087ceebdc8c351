/**
 * Changing customers: create strictly, update, add and remove channels. Each is one transaction that holds the
 * customer's lock; what it answers is what it wrote.
 */
import {
  type Api,
  type ChannelSent,
  type CustomSent,
  type Decoded,
  notFound,
  type Outcome,
} from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import { type Ask, checkVersion, scopeOf } from "../context.ts";
import { type Brand, findBrand } from "../brand/brand.ts";
import { type Added, addAll } from "./channels.ts";
import { channelNews, customerNews, newsOf } from "./notifications.ts";
import { type CustomChange, readCustoms, writeCustoms } from "./custom-values.ts";
import {
  addSearchTerms,
  changeRow,
  changeSearchTerms,
  differing,
  type Held,
  insertCustomer,
  lockCustomer,
  namesOf,
  type OwnFields,
  refusePrimaryId,
  searchableOf,
  searchableWith,
} from "./row.ts";
import { changeTogether } from "../customer-change-together.ts";
import { insertTogether } from "../customer-together.ts";
import { checkPrimaryId, lockWho, type Who } from "./identify.ts";
import { linkWaiting } from "../linking.ts";
import { write } from "../command.ts";

/** What is to be done to a customer, with everything that depends on its brand already understood. */
export interface Change {
  fields: OwnFields;
  channels: readonly ChannelSent[];
  customs: readonly CustomChange[];
  /** leave tickets alone that wait for one of the channels */
  noSync?: boolean | undefined;
}

/** What was done, and the names of the fields that changed by it. */
export interface Done extends Added {
  held: Held;
  changed: boolean;
  fields: string[];
  /** the tickets that were linked by it */
  tickets: number[];
}

/** Operation 16. */
export async function createCustomer(ask: Ask, input: Decoded<Api["customer"]["create"]>) {
  return (await insertTogether(ask, input, answerOfNew)) ?? (await createAlone(ask, input));
}

function createAlone(ask: Ask, input: Decoded<Api["customer"]["create"]>) {
  const { brandId, primaryId, firstname, lastname, noSync, channels = [], custom = [] } = input;
  return write(ask, async (tx) => {
    const brand = await findBrand(tx, ask.caller, brandId);
    checkPrimaryId(ask, brand, "primaryId", primaryId);
    const customs = await readCustoms(tx, brand, custom, false);
    const done = await insertWhole(tx, ask, brand, {
      fields: { primaryId, firstname, lastname },
      channels,
      customs,
      noSync,
    });
    if (!done) return refusePrimaryId(tx, brandId, primaryId as string);
    return answerOfNew(done);
  });
}

function answerOfNew(done: Done) {
  return { ...result("Customer created.", "created", done.held, done.fields), news: newsOf(done, true) };
}

/** Inserts a customer with all it has; nothing when its primary id is held by then. Addresses held are refused. */
export async function insertWhole(
  tx: Tx,
  ask: Ask,
  brand: Brand,
  { fields, channels, customs, noSync }: Change,
): Promise<Done | undefined> {
  const held = await insertCustomer(tx, ask, brand.id, fields);
  if (!held) return undefined;
  const added = await addAll(tx, ask, held, channels, "refuse");
  const names = await writeCustoms(tx, ask, held, customs);
  await addSearchTerms(tx, held, searchableWith(held, channels, ask.types));
  const tickets = noSync ? [] : await linkWaiting(tx, held, placesOf(channels, added));
  const all = [...namesOf(fields), ...namesOfAdded(added), ...names];
  return { held, changed: true, ...added, fields: all, tickets };
}

/** Changes a customer under lock; its version rises only if something differs. */
export async function changeWhole(tx: Tx, ask: Ask, brand: Brand, held: Held, change: Change): Promise<Done> {
  const before = await searchableOf(tx, ask.types, held);
  const fields = differing(held, change.fields);
  let now = Object.keys(fields).length > 0 ? await changeRow(tx, ask, held, fields) : held;
  const added = await addAll(tx, ask, held, change.channels, brand.taken_address);
  const names = await writeCustoms(tx, ask, held, change.customs);
  if (now === held && (added.fresh.length > 0 || names.length > 0)) now = await changeRow(tx, ask, held, {});
  const changed = now !== held;
  if (changed) await changeSearchTerms(tx, ask.types, before, now);
  const tickets = change.noSync ? [] : await linkWaiting(tx, held, placesOf(change.channels, added));
  const all = [...namesOf(fields), ...namesOfAdded(added), ...names];
  return { held: now, changed, ...added, fields: all, tickets };
}

/** The addresses among those sent that are the customer's now. */
function placesOf(channels: readonly ChannelSent[], { skipped }: Added): readonly ChannelSent[] {
  return channels.filter(
    ({ field, address }) => !skipped.some((one) => one.field === field && one.address === address),
  );
}

function namesOfAdded({ fresh }: Added): string[] {
  return fresh.length > 0 ? ["channels"] : [];
}

type UpdateInput = Who & {
  id?: number | undefined;
  firstname?: string | undefined;
  lastname?: string | undefined;
  newPrimaryId?: string | undefined;
  noSync?: boolean | undefined;
  channels?: ChannelSent[] | undefined;
  custom?: CustomSent[] | undefined;
};

/** Operations 4, 5 and 10. */
export async function updateCustomer(ask: Ask, input: UpdateInput) {
  const { firstname, lastname, noSync, channels = [], custom = [] } = input;
  const who = { ...input, customerId: input.id ?? input.customerId };
  const isPlain = input.newPrimaryId === undefined && custom.length === 0;
  const plain = { fields: { firstname, lastname }, channels, noSync };
  const changed = isPlain ? await changeTogether(ask, who, plain, answerOfUpdate) : undefined;
  return changed ?? (await updateAlone(ask, who, input));
}

function updateAlone(ask: Ask, who: Who, input: UpdateInput) {
  return write(ask, async (tx) => {
    const held = await lockWho(tx, ask, who);
    const brand = await findBrand(tx, ask.caller, held.brand_id);
    checkPrimaryId(ask, brand, "newPrimaryId", input.newPrimaryId);
    const customs = await readCustoms(tx, brand, input.custom ?? [], true);
    checkVersion(ask, held.version);
    const fields = { primaryId: input.newPrimaryId, firstname: input.firstname, lastname: input.lastname };
    const { noSync, channels = [] } = input;
    return answerOfUpdate(await changeWhole(tx, ask, brand, held, { fields, channels, customs, noSync }));
  });
}

function answerOfUpdate(done: Done) {
  return {
    ...result("Customer updated.", done.changed ? "updated" : "unchanged", done.held, done.fields),
    ...skippedOf(done),
    news: newsOf(done, false),
  };
}

/** Operation 9. */
export async function addChannels(ask: Ask, input: Decoded<Api["customer"]["addChannels"]>) {
  const { channels = [], noSync } = input;
  const plain = { fields: {}, channels, noSync };
  const changed = await changeTogether(ask, input, plain, answerOfChannels);
  return changed ?? (await addChannelsAlone(ask, input, { ...plain, customs: [] }));
}

function addChannelsAlone(ask: Ask, who: Who, change: Change) {
  return write(ask, async (tx) => {
    const held = await lockWho(tx, ask, who);
    const brand = await findBrand(tx, ask.caller, held.brand_id);
    checkVersion(ask, held.version);
    return answerOfChannels(await changeWhole(tx, ask, brand, held, change));
  });
}

function answerOfChannels(done: Done) {
  return {
    ...result("Channel added.", done.changed ? "updated" : "unchanged", done.held, done.fields),
    channel_ids: done.ids,
    ...skippedOf(done),
    news: newsOf(done, false),
  };
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
    const news = [
      customerNews("customer.updated", now, "updated", ["channels"]),
      ...channelNews("channel.removed", now, [id]),
    ];
    return { ...result("Channel deleted.", "deleted", now, ["channels"]), id, customer_id: held.id, news };
  });
}

/** The result envelope about a customer, and what the trail is told. */
export function result(message: string, outcome: Outcome, held: Held, fields: readonly string[] = []) {
  const trail = { brandId: held.brand_id, fields };
  return { type: "result" as const, message, id: held.id, outcome, version: held.version, trail };
}

/** `skipped_channels`, when there are any. */
export function skippedOf({ skipped }: Added): { skipped_channels?: Added["skipped"] } {
  return skipped.length > 0 ? { skipped_channels: skipped } : {};
}
