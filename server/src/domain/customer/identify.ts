/** Which customer a call means, by the identifiers it sent, and the rule for primary ids that name nobody. */
import { DossierError, invalid, notFound } from "@dossier/api";
import type { Db, Queries, Statement, Tx } from "../../db/database.ts";
import { type Ask, scopeOf, sees, spelledBy } from "../context.ts";
import { type Brand, findBrand, listBrandIds } from "../brand/brand.ts";
import { type Held, lockCustomer, lockHolder } from "./row.ts";

/** The identifiers of a call. */
export interface Who {
  customerId?: number | undefined;
  primaryId?: string | undefined;
  brandId?: number | undefined;
}

const holdersAcrossBrands: Statement = {
  name: "customer_by_primary_id_anywhere",
  text: `SELECT c.brand_id FROM unnest($1::bigint[]) AS b (id) JOIN customer c ON c.brand_id = b.id AND c.primary_id = $2
    ORDER BY c.id LIMIT 2`,
};

/** Locks the customer that is meant by a call that names somebody. */
export async function lockWho(tx: Tx, ask: Ask, { customerId, primaryId, brandId }: Who): Promise<Held> {
  const held =
    customerId === undefined
      ? await lockByPrimaryId(tx, ask, primaryId ?? "", brandId)
      : await lockCustomer(tx, ask, customerId);
  if (!held) throw notFound("customer");
  if (customerId !== undefined) checkSame(held, { primaryId, brandId });
  return held;
}

async function lockByPrimaryId(
  tx: Tx,
  ask: Ask,
  primaryId: string,
  brandId: number | undefined,
): Promise<Held | undefined> {
  if (brandId !== undefined) return lockHolder(tx, (await findBrand(tx, ask.caller, brandId)).id, primaryId);
  const brandIds = await listBrandIds(tx, ask.caller);
  const [first, second] = await tx.rows<{ brand_id: number }>(holdersAcrossBrands, [brandIds, primaryId]);
  if (second) throw ambiguous("Customers of several brands have this primary id: send the brand id with it.");
  return first && lockHolder(tx, first.brand_id, primaryId); // not by id: it may have changed hands meanwhile
}

/** A customer as far as it must be known to ask about it. */
export interface Found {
  id: number;
  brand_id: number;
  primary_id: string | null;
}

const foundById: Statement = {
  name: "customer_who_by_id",
  text: `SELECT id, brand_id, primary_id FROM customer
    WHERE id = $1 AND ($2::bigint[] IS NULL OR brand_id = ANY ($2))`,
};

const foundByPrimaryId: Statement = {
  name: "customer_who_by_primary_id",
  text: `SELECT c.id, c.brand_id, c.primary_id FROM unnest($1::bigint[]) AS b (id)
    JOIN customer c ON c.brand_id = b.id AND c.primary_id = $2 ORDER BY c.id LIMIT 2`,
};

/** The customer that is meant by a call that names somebody, without holding it. */
export async function findWho(
  db: Db | Tx,
  ask: Ask,
  { customerId, primaryId, brandId }: Who,
): Promise<Found> {
  if (customerId !== undefined) {
    const found = await db.row<Found>(foundById, [customerId, scopeOf(ask.caller)]);
    if (!found) throw notFound("customer");
    checkSame(found, { primaryId, brandId });
    return found;
  }
  const brandIds = await listBrandIds(db, ask.caller, brandId);
  const [found, second] = await db.rows<Found>(foundByPrimaryId, [brandIds, primaryId]);
  if (second) throw ambiguous("Customers of several brands have this primary id: send the brand id with it.");
  if (!found) throw notFound("customer");
  return found;
}

const whoAmong: Statement = {
  name: "customer_who_among",
  text: `SELECT a.n, c.id, c.brand_id, c.primary_id FROM unnest($2::int[], $3::bigint[]) AS a (n, id)
      JOIN customer c ON c.id = a.id WHERE $1::bigint[] IS NULL OR c.brand_id = ANY ($1)
    UNION ALL SELECT a.n, c.id, c.brand_id, c.primary_id
      FROM unnest($4::int[], $5::bigint[], $6::text[]) AS a (n, brand_id, primary_id)
      JOIN customer c ON c.brand_id = a.brand_id AND c.primary_id = a.primary_id`,
};

/** A call that names somebody, among others. */
export interface Naming {
  ask: Ask;
  who: Who;
}

/** The brand of whoever is named, if it can be told beforehand. */
export function brandNamed({ ask: { caller }, who: { brandId } }: Naming): number | undefined {
  const only = caller.brands?.length === 1 ? caller.brands[0] : undefined;
  return brandId !== undefined && sees(caller, brandId) ? brandId : only;
}

/** Whether one statement finds who is named by several callers of one scope. */
export function isFoundAmong(naming: Naming): boolean {
  return naming.who.customerId !== undefined || brandNamed(naming) !== undefined;
}

/** Who is named by each of several callers of one scope, if it is somebody and every identifier says so. */
export async function findAmong<N extends Naming>(tx: Queries, all: readonly N[]): Promise<Map<N, Found>> {
  const [first] = all;
  const named = all.map((one, n) => ({ ...one.who, n, brandId: brandNamed(one) }));
  const byId = named.filter(({ customerId }) => customerId !== undefined);
  const byPrimaryId = named.filter(({ customerId }) => customerId === undefined);
  const rows = await tx.rows<Found & { n: number }>(whoAmong, [
    first ? scopeOf(first.ask.caller) : [],
    byId.map(({ n }) => n),
    byId.map(({ customerId }) => customerId),
    byPrimaryId.map(({ n }) => n),
    byPrimaryId.map(({ brandId }) => brandId),
    byPrimaryId.map(({ primaryId }) => primaryId),
  ]);
  const pairs = rows.map(({ n, ...found }) => [all[n] as N, found] as const);
  return new Map(pairs.filter(([{ who }, found]) => isSame(found, who)));
}

function isSame({ brand_id, primary_id }: Found, { brandId, primaryId }: Who): boolean {
  return (brandId ?? brand_id) === brand_id && (primaryId ?? primary_id) === primary_id;
}

/** More than one customer may be meant. */
export function ambiguous(message: string): DossierError {
  return new DossierError("ambiguous_customer", message);
}

/** Refuses identifiers that are not the customer's own. */
export function checkSame(held: Found, who: Who): void {
  const wrong = [
    ...(who.brandId !== undefined && who.brandId !== held.brand_id ? ["brand id"] : []),
    ...(who.primaryId !== undefined && who.primaryId !== held.primary_id ? ["primary id"] : []),
  ];
  if (wrong.length === 0) return;
  throw new DossierError(
    "identifiers_disagree",
    `The ${wrong.join(" and the ")} sent are not those of customer ${held.id}.`,
  );
}

const placeholders = /^(null|undefined|none|nan|\[object object\]|-1|0+)$/i;

/** Whether a primary id is what broken callers send for "no id". */
export function isPlaceholder(primaryId: string): boolean {
  return placeholders.test(primaryId);
}

/** The same in a brand that does not allow it. */
export function looksLikeNone(brand: Brand, primaryId: string): boolean {
  return brand.placeholder_ids === "refuse" && isPlaceholder(primaryId);
}

/** Refuses what broken callers send for "no id": with resolve-or-create it would glue strangers together. */
export function checkPrimaryId(
  ask: Ask,
  brand: Brand,
  ours: "primaryId" | "newPrimaryId",
  primaryId?: string,
): void {
  if (primaryId === undefined || !looksLikeNone(brand, primaryId)) return;
  throw invalid([
    {
      field: spelledBy(ask, ours),
      message: "looks like a placeholder for no id at all; the brand's placeholder_ids can allow it",
    },
  ]);
}
