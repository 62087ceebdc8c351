/**
 * Operation 12: erasing people for good, in one transaction that holds nobody else up. Big places are emptied in
 * portions, only rows of the people concerned are locked, and the one step that stops writers comes last. A tombstone
 * (id, brand, time) and the receipt stay.
 */
import { type Api, type ChannelType, type Decoded, notFound } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import { type Ask, checkVersion, scopeOf } from "../context.ts";
import { recordOwn } from "../audit.ts";
import { findBrand, listBrandIds } from "../brand/brand.ts";
import { lockToLeave, restorable } from "../customer/delete.ts";
import { type Held, heldColumns, searchableOf } from "../customer/row.ts";
import { ambiguous, checkSame } from "../customer/identify.ts";
import { counted, type Counts, places } from "./personal-data.ts";
import { type Happening, tell } from "../outbox.ts";
import { forgetWords, removeTerms, termsOf } from "../search/search.ts";
import { write } from "../command.ts";

/** A statement of a purge may take longer than others: it may have to empty the messages of long tickets. */
const patience = 30_000;
const portion = 2000;

/** Who is to be erased: the live customer, if one is, and deleted ones. All rows are held. */
interface Condemned {
  brandId: number;
  live: Held | undefined;
  deleted: Held[];
}

/** Operation 12, by id. The same again answers the first receipt. */
export function purgeCustomer(ask: Ask, input: Decoded<Api["customer"]["purge"]>) {
  return write(ask, (tx) => purgeById(tx, ask, input.id));
}

/** Operation 12, by any identifier. */
export function purgeAny(ask: Ask, input: Decoded<Api["customer"]["purgeAny"]>) {
  const { customerId, primaryId = "", brandId } = input;
  return write(ask, async (tx) => {
    if (customerId !== undefined)
      return purgeById(tx, ask, customerId, { primaryId: input.primaryId, brandId });
    const condemned = await condemnHolders(tx, ask, primaryId, brandId);
    if (condemned.live) checkVersion(ask, condemned.live.version);
    return answer(condemned, await erase(tx, ask.types, condemned));
  });
}

async function purgeById(
  tx: Tx,
  ask: Ask,
  id: number,
  who: { primaryId?: string | undefined; brandId?: number | undefined } = {},
) {
  const condemned = await condemn(tx, scopeOf(ask.caller), id);
  if (!condemned) return answerTombstone(tx, ask, id);
  const named = condemned.live ?? condemned.deleted.find((one) => one.id === id);
  if (!named) throw notFound("customer");
  checkSame(named, who);
  checkVersion(ask, named.version);
  return { ...answer(condemned, await erase(tx, ask.types, condemned)), id };
}

function answer(condemned: Condemned, receipt: Receipt) {
  const { live, deleted, brandId } = condemned;
  const id = live?.id ?? deleted.at(-1)?.id ?? 0;
  const trail = { brandId };
  return {
    type: "result" as const,
    message: "Customer data purged.",
    id,
    outcome: "purged" as const,
    receipt,
    trail,
    news: newsOf(condemned),
  };
}

function newsOf({ live, deleted, brandId }: Condemned): Happening[] {
  const gone = [...deleted, ...(live ? [live] : [])];
  return gone.map(({ id }) => ({
    type: "customer.purged",
    brand_id: brandId,
    customer_id: id,
    outcome: "purged",
  }));
}

const lockDeleted: Statement = {
  name: "purge_lock_deleted",
  text: `SELECT ${heldColumns} FROM deleted_customer
    WHERE id = $1 AND ($2::bigint[] IS NULL OR brand_id = ANY ($2)) FOR UPDATE`,
};

const lockCopies: Statement = {
  name: "purge_lock_copies",
  text: `SELECT ${heldColumns} FROM deleted_customer WHERE brand_id = $1 AND primary_id = $2 ORDER BY id FOR UPDATE`,
};

/** The customer, live or deleted, and every deleted one of the brand with the same primary id. */
async function condemn(tx: Tx, scope: readonly number[] | null, id: number): Promise<Condemned | undefined> {
  const live = await lockToLeave(tx, scope, id);
  const gone = live ? undefined : await tx.row<Held>(lockDeleted, [id, scope]);
  const named = live ?? gone;
  if (!named) return undefined;
  const copies =
    named.primary_id === null ? [] : await tx.rows<Held>(lockCopies, [named.brand_id, named.primary_id]);
  const deleted = gone && !copies.some((one) => one.id === gone.id) ? [...copies, gone] : copies;
  return { brandId: named.brand_id, live, deleted };
}

const brandsOfHolders: Statement = {
  name: "purge_brands_of_holders",
  text: `SELECT b.id FROM unnest($1::bigint[]) AS b (id) WHERE
      EXISTS (SELECT FROM customer c WHERE c.brand_id = b.id AND c.primary_id = $2)
      OR EXISTS (SELECT FROM deleted_customer d WHERE d.brand_id = b.id AND d.primary_id = $2) ORDER BY 1 LIMIT 2`,
};

const holderToLeave: Statement = {
  name: "purge_lock_holder",
  text: `SELECT ${heldColumns} FROM customer WHERE brand_id = $1 AND primary_id = $2 FOR UPDATE`,
};

/** The live holder of a primary id, and every deleted one that had it. */
async function condemnHolders(
  tx: Tx,
  ask: Ask,
  primaryId: string,
  brandId: number | undefined,
): Promise<Condemned> {
  const brandIds = await listBrandIds(tx, ask.caller, brandId);
  const [first, second] = await tx.rows<{ id: number }>(brandsOfHolders, [brandIds, primaryId]);
  if (second) throw ambiguous("Customers of several brands have this primary id: send the brand id with it.");
  if (!first) throw notFound("customer");
  const brand = await findBrand(tx, ask.caller, first.id);
  const live = await tx.row<Held>(holderToLeave, [brand.id, primaryId]);
  const deleted = await tx.rows<Held>(lockCopies, [brand.id, primaryId]);
  if (!live && deleted.length === 0) throw notFound("customer"); // restored under another id, or purged meanwhile
  return { brandId: brand.id, live, deleted };
}

/** What a purge leaves to show: no word of whom it was about. */
type Receipt = Counts & { id: number; purged_at: string };

const tombstoneOf: Statement = {
  name: "tombstone_of",
  text: `SELECT t.brand_id, r.id, r.purged_at, r.counts FROM tombstone t JOIN purge_receipt r ON r.id = t.receipt_id
    WHERE t.customer_id = $1 AND ($2::bigint[] IS NULL OR t.brand_id = ANY ($2))`,
};

async function answerTombstone(tx: Tx, ask: Ask, id: number) {
  const values = [id, scopeOf(ask.caller)];
  const found = await tx.row<{ brand_id: number; id: number; purged_at: Date; counts: Counts }>(
    tombstoneOf,
    values,
  );
  if (!found) throw notFound("customer");
  const receipt = { id: found.id, purged_at: found.purged_at.toISOString(), ...found.counts };
  const trail = { brandId: found.brand_id };
  return {
    type: "result" as const,
    message: "Customer data purged.",
    id,
    outcome: "unchanged" as const,
    receipt,
    trail,
  };
}

const addressesOf: Statement = {
  name: "purge_addresses",
  text: `SELECT type_id, normalised FROM customer_channel WHERE customer_id = ANY ($1)
    UNION SELECT type_id, normalised FROM deleted_channel WHERE customer_id = ANY ($1)`,
};

/** Takes everything personal away; the transaction holds the rows of those condemned. */
async function erase(tx: Tx, types: readonly ChannelType[], condemned: Condemned): Promise<Receipt> {
  const { brandId, live, deleted } = condemned;
  await tx.allowWaiting(patience);
  const ids = [...(live ? [live.id] : []), ...deleted.map((one) => one.id)];
  const addresses = await tx.rows<{ type_id: number; normalised: string }>(addressesOf, [ids]);
  const terms = live ? termsOf(await searchableOf(tx, types, live)) : new Set<string>();
  if (live) await removeTerms(tx, brandId, live.id, terms);
  const counts = await emptyPlaces(tx, ids, [
    brandId,
    addresses.map((one) => one.type_id),
    addresses.map((one) => one.normalised),
  ]);
  const receipt = await bury(tx, brandId, ids, counts);
  const names = deleted.map(({ firstname, lastname }) =>
    termsOf({ firstname, lastname, primaryId: null, channels: [] }),
  );
  await forgetWords(tx, brandId, ids, new Set([terms, ...names].flatMap((some) => [...some])));
  return receipt;
}

async function emptyPlaces(tx: Tx, ids: readonly number[], contacts: readonly unknown[]): Promise<Counts> {
  const counts = Object.fromEntries(counted.map((kind) => [kind, 0])) as Counts;
  for (const { statement } of places) {
    if (!statement) continue;
    const values = [ids, portion, ...(statement.text.includes("$3") ? contacts : [])];
    for (let left = true; left; ) {
      const found = (await tx.row<Partial<Counts> & { looked_at?: number }>(statement, values)) ?? {};
      left = (found.looked_at ?? 0) > 0;
      for (const kind of counted) counts[kind] += found[kind] ?? 0;
    }
  }
  return counts;
}

const insertReceipt: Statement = {
  name: "purge_receipt",
  text: "INSERT INTO purge_receipt (purged_at, counts) VALUES (clock_timestamp(), $1) RETURNING id, purged_at",
};

const insertTombstones: Statement = {
  name: "purge_tombstones",
  text: `INSERT INTO tombstone (customer_id, brand_id, receipt_id, purged_at)
    SELECT unnest($1::bigint[]), $2, id, purged_at FROM purge_receipt WHERE id = $3`,
};

async function bury(tx: Tx, brandId: number, ids: readonly number[], counts: Counts): Promise<Receipt> {
  const row = (await tx.row<{ id: number; purged_at: Date }>(insertReceipt, [JSON.stringify(counts)])) as {
    id: number;
    purged_at: Date;
  };
  await tx.row(insertTombstones, [ids, brandId, row.id]);
  return { id: row.id, purged_at: row.purged_at.toISOString(), ...counts };
}

const dueDeleted: Statement = {
  name: "purge_due",
  text: `SELECT ${heldColumns} FROM deleted_customer WHERE deleted_at <= now() - interval '${restorable}'
    ORDER BY deleted_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
};

/** Erases one deleted customer that can be restored no longer, and only that one. Whether there was one. */
export async function purgeDue(tx: Tx, types: readonly ChannelType[]): Promise<boolean> {
  const due = await tx.row<Held>(dueDeleted);
  if (!due) return false;
  const condemned = { brandId: due.brand_id, live: undefined, deleted: [due] };
  await erase(tx, types, condemned);
  await recordOwn(tx, "customer.expire", "customer", { id: due.id, outcome: "purged" }, due.brand_id);
  await tell(tx, newsOf(condemned));
  return true;
}
