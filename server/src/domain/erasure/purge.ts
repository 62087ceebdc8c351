/**
 * Operation 12: purges people in one transaction that waits only for changes of these very people, and that no other
 * call waits for. A tombstone (id, brand, time) and the receipt stay. The words of their names leave the search's
 * dictionary right after the commit, when no open transaction can have used them (erasure/words.ts).
 */
import { type Api, type Decoded, notFound } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import { type RequestContext, assertVersion, brandScope } from "../context.ts";
import { findBrand, readVisibleBrandIds } from "../brand/brand.ts";
import { lockForDelete } from "../customer/delete.ts";
import { type LockedCustomer, lockedColumns } from "../customer/row.ts";
import { ambiguousCustomerError, assertSameCustomer } from "../customer/identify.ts";
import type { ReceiptCounts } from "./personal-data.ts";
import {
  type PurgeTargets,
  eraseCustomers,
  idsOf,
  purgeEvents,
  purgeTimeoutMs,
  type Receipt,
} from "./person.ts";
import { pruneWords } from "./words.ts";
import { hasFormerWords } from "../search/search.ts";
import { write } from "../command.ts";

/** Operation 12, by id. A repeated call gets the first receipt. */
export function purgeCustomer(ctx: RequestContext, input: Decoded<Api["customer"]["purge"]>) {
  return purge(ctx, (tx) => purgeById(tx, ctx, input.id));
}

/** Operation 12, by any identifier. */
export function purgeAny(ctx: RequestContext, input: Decoded<Api["customer"]["purgeAny"]>) {
  const { customerId, primaryId = "", brandId } = input;
  return purge(ctx, async (tx) => {
    if (customerId !== undefined)
      return purgeById(tx, ctx, customerId, { primaryId: input.primaryId, brandId });
    const targets = await lockTargetsByPrimaryId(tx, ctx, primaryId, brandId);
    if (targets.live) assertVersion(ctx, targets.live.version);
    return purgeResponse(targets, await eraseNow(tx, ctx, targets));
  });
}

/** The result of a purge, and the customers whose words are to be pruned after the commit. */
type PurgeResult = ReturnType<typeof purgeResponse> | Awaited<ReturnType<typeof repeatReceipt>>;

async function purge(ctx: RequestContext, work: (tx: Tx) => Promise<PurgeResult>) {
  const { words, ...result } = await write(ctx, work);
  const isPruned = !words || (await pruneWords(ctx.db, words.brandId, words.ids));
  return { ...result, ...(isPruned ? {} : { words_pending: true }) };
}

async function purgeById(
  tx: Tx,
  ctx: RequestContext,
  id: number,
  ref: { primaryId?: string | undefined; brandId?: number | undefined } = {},
): Promise<PurgeResult> {
  const targets = await lockTargets(tx, brandScope(ctx.caller), id);
  if (!targets) return repeatReceipt(tx, ctx, id);
  const named = targets.live ?? targets.deleted.find((one) => one.id === id);
  if (!named) throw notFound("customer");
  assertSameCustomer(named, ref);
  assertVersion(ctx, named.version);
  return { ...purgeResponse(targets, await eraseNow(tx, ctx, targets)), id };
}

async function eraseNow(tx: Tx, ctx: RequestContext, targets: PurgeTargets): Promise<Receipt> {
  await tx.setTimeouts(purgeTimeoutMs);
  return eraseCustomers(tx, ctx.channelTypes, targets);
}

function purgeResponse(targets: PurgeTargets, receipt: Receipt) {
  const { live, deleted, brandId } = targets;
  const id = live?.id ?? deleted.at(-1)?.id ?? 0;
  const words: FormerWords = { brandId, ids: idsOf(targets) };
  const audit = { brandId };
  return {
    type: "result" as const,
    message: "Customer data purged.",
    id,
    outcome: "purged" as const,
    receipt,
    words,
    audit,
    events: purgeEvents(targets),
  };
}

interface FormerWords {
  brandId: number;
  ids: readonly number[];
}

const selectDeletedForUpdate: Statement = {
  name: "purge_lock_deleted",
  text: `SELECT ${lockedColumns} FROM deleted_customer
    WHERE id = $1 AND ($2::bigint[] IS NULL OR brand_id = ANY ($2)) FOR UPDATE`,
};

const selectDeletedByPrimaryId: Statement = {
  name: "purge_lock_deleted_by_primary_id",
  text: `SELECT ${lockedColumns} FROM deleted_customer WHERE brand_id = $1 AND primary_id = $2 ORDER BY id FOR UPDATE`,
};

/** The customer, live or deleted, and every deleted one of the brand with the same primary id. */
export async function lockTargets(
  tx: Tx,
  scope: readonly number[] | null,
  id: number,
): Promise<PurgeTargets | undefined> {
  const live = await lockForDelete(tx, scope, id);
  const archived = live ? undefined : await tx.row<LockedCustomer>(selectDeletedForUpdate, [id, scope]);
  const named = live ?? archived;
  if (!named) return undefined;
  const copies =
    named.primary_id === null
      ? []
      : await tx.rows<LockedCustomer>(selectDeletedByPrimaryId, [named.brand_id, named.primary_id]);
  const deleted = archived && !copies.some((one) => one.id === archived.id) ? [...copies, archived] : copies;
  return { brandId: named.brand_id, live, deleted };
}

const brandsWithPrimaryId: Statement = {
  name: "purge_select_brands",
  text: `SELECT b.id FROM unnest($1::bigint[]) AS b (id) WHERE
      EXISTS (SELECT FROM customer c WHERE c.brand_id = b.id AND c.primary_id = $2)
      OR EXISTS (SELECT FROM deleted_customer d WHERE d.brand_id = b.id AND d.primary_id = $2) ORDER BY 1 LIMIT 2`,
};

const selectOwnerForDelete: Statement = {
  name: "purge_lock_owner",
  text: `SELECT ${lockedColumns} FROM customer WHERE brand_id = $1 AND primary_id = $2 FOR UPDATE`,
};

/** The live owner of a primary id, and every deleted one that had it. */
async function lockTargetsByPrimaryId(
  tx: Tx,
  ctx: RequestContext,
  primaryId: string,
  brandId: number | undefined,
): Promise<PurgeTargets> {
  const brandIds =
    brandId === undefined
      ? await readVisibleBrandIds(tx, brandScope(ctx.caller))
      : [(await findBrand(tx, ctx.caller, brandId)).id];
  const [first, second] = await tx.rows<{ id: number }>(brandsWithPrimaryId, [brandIds, primaryId]);
  if (second)
    throw ambiguousCustomerError(
      "Customers of several brands have this primary id: send the brand id with it.",
    );
  if (!first) throw notFound("customer");
  const brand = await findBrand(tx, ctx.caller, first.id);
  const live = await tx.row<LockedCustomer>(selectOwnerForDelete, [brand.id, primaryId]);
  const deleted = await tx.rows<LockedCustomer>(selectDeletedByPrimaryId, [brand.id, primaryId]);
  if (!live && deleted.length === 0) throw notFound("customer"); // restored under another id, or purged meanwhile
  return { brandId: brand.id, live, deleted };
}

const selectTombstone: Statement = {
  name: "tombstone_select",
  text: `SELECT t.brand_id, r.id, r.purged_at, r.counts FROM tombstone t JOIN purge_receipt r ON r.id = t.receipt_id
    WHERE t.customer_id = $1 AND ($2::bigint[] IS NULL OR t.brand_id = ANY ($2))`,
};

async function repeatReceipt(tx: Tx, ctx: RequestContext, id: number) {
  const values = [id, brandScope(ctx.caller)];
  const found = await tx.row<{ brand_id: number; id: number; purged_at: Date; counts: ReceiptCounts }>(
    selectTombstone,
    values,
  );
  if (!found) throw notFound("customer");
  const receipt = { id: found.id, purged_at: found.purged_at.toISOString(), ...found.counts };
  const words: FormerWords = { brandId: found.brand_id, ids: [id] };
  const audit = { brandId: found.brand_id };
  return {
    type: "result" as const,
    message: "Customer data purged.",
    id,
    outcome: "unchanged" as const,
    receipt,
    words: (await hasFormerWords(tx, words.ids)) ? words : undefined,
    audit,
    events: [],
  };
}
