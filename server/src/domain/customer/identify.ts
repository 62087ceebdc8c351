/** Which customer a call names, by the identifiers it sent, and the rule for primary ids that name none. */
import { DossierError, invalid, notFound } from "@dossier/api";
import type { Db, Queryable, Statement } from "../../db/database.ts";
import { findExistingBrands, listBrandIds, readVisibleBrandIds } from "../brand/brand.ts";
import type { Brand } from "../brand/row.ts";
import { isPlaceholder } from "./placeholder.ts";
import { brandScope, type Caller, canSeeBrand, type RequestContext, wireNameOf } from "../context.ts";

/** The identifiers of a call. */
export interface CustomerRef {
  customerId?: number | undefined;
  primaryId?: string | undefined;
  brandId?: number | undefined;
}

/** A customer as far as it must be known to ask about it. */
export interface CustomerIdentity {
  id: number;
  brand_id: number;
  primary_id: string | null;
}

const selectById: Statement = {
  name: "customer_find_by_id",
  text: `SELECT id, brand_id, primary_id FROM customer
    WHERE id = $1 AND ($2::bigint[] IS NULL OR brand_id = ANY ($2))`,
};

const selectByPrimaryId: Statement = {
  name: "customer_find_by_primary_id",
  text: `SELECT c.id, c.brand_id, c.primary_id FROM unnest($1::bigint[]) AS b (id)
    JOIN customer c ON c.brand_id = b.id AND c.primary_id = $2 ORDER BY c.id LIMIT 2`,
};

/** The customer that a read names. @throws DossierError when it names none, or more than one */
export async function findByRef(
  db: Db,
  ctx: RequestContext,
  { customerId, primaryId, brandId }: CustomerRef,
): Promise<CustomerIdentity> {
  if (customerId !== undefined) {
    const found = await db.row<CustomerIdentity>(selectById, [customerId, brandScope(ctx.caller)]);
    if (!found) throw notFound("customer");
    assertSameCustomer(found, { primaryId, brandId });
    return found;
  }
  const brandIds = await listBrandIds(ctx, brandId);
  const [found, second] = await db.rows<CustomerIdentity>(selectByPrimaryId, [brandIds, primaryId]);
  if (second) throw ambiguousBrand();
  if (!found) throw notFound("customer");
  return found;
}

/** A call that names a customer, among others of callers with the same brands. */
export interface RefCall {
  ctx: RequestContext;
  ref: CustomerRef;
}

/** The customer that a call names, or why it names none. */
export type RefResult = { customer: CustomerIdentity } | { error: DossierError };

const selectManyByRef: Statement = {
  name: "customer_find_many",
  text: `SELECT a.n, c.id, c.brand_id, c.primary_id FROM unnest($2::int[], $3::bigint[]) AS a (n, id)
      JOIN customer c ON c.id = a.id WHERE $1::bigint[] IS NULL OR c.brand_id = ANY ($1)
    UNION ALL SELECT a.n, c.id, c.brand_id, c.primary_id
      FROM unnest($4::int[], $5::bigint[], $6::text[]) AS a (n, brand_id, primary_id)
      JOIN customer c ON c.brand_id = a.brand_id AND c.primary_id = a.primary_id`,
};

const selectManyAnywhere: Statement = {
  name: "customer_find_many_in_brands",
  text: `SELECT a.n, c.id, c.brand_id, c.primary_id FROM unnest($2::int[], $3::text[]) AS a (n, primary_id)
    CROSS JOIN LATERAL (SELECT c.id, c.brand_id, c.primary_id FROM unnest($1::bigint[]) AS b (id)
      JOIN customer c ON c.brand_id = b.id AND c.primary_id = a.primary_id ORDER BY c.id LIMIT 2) AS c ORDER BY a.n, c.id`,
};

/** The brand of the customer that is named, where that is known without reading. */
export function knownBrandId({ caller }: RequestContext, { brandId }: CustomerRef): number | undefined {
  const only = caller.brands?.length === 1 ? caller.brands[0] : undefined;
  return brandId !== undefined && canSeeBrand(caller, brandId) ? brandId : only;
}

/** Names a brand that the caller may not know of, and the customer by that alone. */
function isOutOfScope({ ctx, ref: { customerId, brandId } }: RefCall): boolean {
  return customerId === undefined && brandId !== undefined && !canSeeBrand(ctx.caller, brandId);
}

type FoundRow = CustomerIdentity & { n: number };

/** The customers that calls of callers with the same brands name, without locking them; in the order of the calls. */
export async function findManyByRef(tx: Queryable, calls: readonly RefCall[]): Promise<RefResult[]> {
  const named = calls.flatMap((call, n) =>
    isOutOfScope(call) ? [] : [{ ...call.ref, n, brandId: knownBrandId(call.ctx, call.ref) }],
  );
  const byId = named.filter(({ customerId }) => customerId !== undefined);
  const byPrimaryId = named.filter(
    ({ customerId, brandId }) => customerId === undefined && brandId !== undefined,
  );
  const anywhere = named.filter(
    ({ customerId, brandId }) => customerId === undefined && brandId === undefined,
  );
  const caller = calls[0]?.ctx.caller as Caller;
  const rows = await Promise.all([
    byId.length + byPrimaryId.length === 0
      ? []
      : tx.rows<FoundRow>(selectManyByRef, [
          brandScope(caller),
          byId.map(({ n }) => n),
          byId.map(({ customerId }) => customerId),
          byPrimaryId.map(({ n }) => n),
          byPrimaryId.map(({ brandId }) => brandId),
          byPrimaryId.map(({ primaryId }) => primaryId),
        ]),
    anywhere.length === 0 ? [] : findAnywhere(tx, caller, anywhere),
  ]);
  const found = new Map<number, CustomerIdentity[]>();
  for (const { n, ...customer } of rows.flat()) found.set(n, [...(found.get(n) ?? []), customer]);
  const missing = named.filter(
    ({ n, customerId, brandId }) => !found.has(n) && customerId === undefined && brandId,
  );
  const brands = await findExistingBrands(
    tx,
    missing.map(({ brandId }) => brandId as number),
  );
  return calls.map((call, n) => resultOf(call, found.get(n) ?? [], brands));
}

async function findAnywhere(
  tx: Queryable,
  caller: Caller,
  all: readonly { n: number; primaryId?: string | undefined }[],
): Promise<FoundRow[]> {
  const brandIds = await readVisibleBrandIds(tx, brandScope(caller));
  return tx.rows<FoundRow>(selectManyAnywhere, [
    brandIds,
    all.map(({ n }) => n),
    all.map(({ primaryId }) => primaryId ?? ""),
  ]);
}

function resultOf(
  call: RefCall,
  [customer, second]: readonly CustomerIdentity[],
  brands: ReadonlySet<number>,
): RefResult {
  const { customerId, brandId } = call.ref;
  if (second) return { error: ambiguousBrand() };
  if (!customer) {
    const isBrandMissing = customerId === undefined && brandId !== undefined && !brands.has(brandId);
    return { error: notFound(isOutOfScope(call) || isBrandMissing ? "brand" : "customer") };
  }
  const error = disagreement(customer, call.ref);
  return error ? { error } : { customer };
}

function ambiguousBrand(): DossierError {
  return ambiguousCustomerError(
    "Customers of several brands have this primary id: send the brand id with it.",
  );
}

/** More than one customer may be meant. */
export function ambiguousCustomerError(message: string): DossierError {
  return new DossierError("ambiguous_customer", message);
}

/** Refuses identifiers that are not the customer's own. */
export function assertSameCustomer(customer: CustomerIdentity, ref: CustomerRef): void {
  const error = disagreement(customer, ref);
  if (error) throw error;
}

function disagreement(
  { id, brand_id, primary_id }: CustomerIdentity,
  ref: CustomerRef,
): DossierError | undefined {
  const wrong = [
    ...(ref.brandId !== undefined && ref.brandId !== brand_id ? ["brand id"] : []),
    ...(ref.primaryId !== undefined && ref.primaryId !== primary_id ? ["primary id"] : []),
  ];
  if (wrong.length === 0) return undefined;
  return new DossierError(
    "identifiers_disagree",
    `The ${wrong.join(" and the ")} sent are not those of customer ${id}.`,
  );
}

/** Whether a primary id is what broken callers send for "no id", in a brand that does not allow it. */
export function isForbiddenPlaceholder(brand: Brand, primaryId: string): boolean {
  return brand.placeholder_ids === "refuse" && isPlaceholder(primaryId);
}

/** Refuses what broken callers send for "no id": resolve-or-create would make one customer of unrelated people. */
export function assertNoPlaceholder(
  ctx: RequestContext,
  brand: Brand,
  field: "primaryId" | "newPrimaryId",
  primaryId?: string,
): void {
  if (primaryId === undefined || !isForbiddenPlaceholder(brand, primaryId)) return;
  throw invalid([
    {
      field: wireNameOf(ctx, field),
      message: "looks like a placeholder for no id at all; the brand's placeholder_ids can allow it",
    },
  ]);
}
