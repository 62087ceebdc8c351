/**
 * Brands: the boundary between tenants. Every use of a brand goes through `findBrand` or `lockBrand`, and a brand
 * outside the caller's scope is answered like a missing one. Database constraints decide whether a name is free and
 * whether a brand is empty, in the very statement that would violate them.
 */
import { isDeepStrictEqual } from "node:util";
import { type Api, type Decoded, DossierError, invalid, notFound, type Output } from "@dossier/api";
import type { Db, Queryable, Statement, Tx } from "../../db/database.ts";
import { violatedConstraint } from "../../db/errors.ts";
import { type RequestContext, type Caller, brandScope, canSeeBrand } from "../context.ts";
import { assertStoredHeadersOpen, sealHeaders } from "./crm-headers.ts";
import { type Brand, brandColumns } from "./row.ts";
import { brandSettings, type ShownSettings } from "./setting-table.ts";
import { changedFieldNames, parseSettings, type Settings } from "./settings.ts";
import { type PagePosition, toPage, parsePage } from "../pagination.ts";
import { write } from "../command.ts";
import type { BatchSpec } from "../batcher.ts";

const brandById: Statement = { name: "brand_by_id", text: `SELECT ${brandColumns} FROM brand WHERE id = $1` };

/** The brand, if it exists and the caller may see it. */
export async function findBrand(db: Queryable, caller: Caller, id: number): Promise<Brand> {
  const row = canSeeBrand(caller, id) ? await db.row<Brand>(brandById, [id]) : undefined;
  if (!row) throw notFound("brand");
  return row;
}

/** The brand, whether or not the caller may see it. */
export function findBrandOrNone(db: Queryable, id: number): Promise<Brand | undefined> {
  return db.row<Brand>(brandById, [id]);
}

const existingBrands: Statement = {
  name: "brand_existing",
  text: "SELECT id FROM brand WHERE id = ANY ($1::bigint[])",
};

/** The ids that belong to brands; queries nothing for an empty list. */
export async function findExistingBrands(db: Queryable, ids: readonly number[]): Promise<Set<number>> {
  const rows = ids.length === 0 ? [] : await db.rows<{ id: number }>(existingBrands, [ids]);
  return new Set(rows.map(({ id }) => id));
}

// Not FOR UPDATE: a transaction that creates a customer or a field holds FOR KEY SHARE on the brand, and two of them
// that also wanted FOR UPDATE would deadlock.
const selectBrandForUpdate: Statement = {
  name: "brand_lock",
  text: `SELECT ${brandColumns} FROM brand
    WHERE id = $1 AND ($2::bigint[] IS NULL OR id = ANY ($2)) FOR NO KEY UPDATE`,
};

/** Locks the brand until the transaction ends: no other transaction can change it or add fields to it. */
export async function lockBrand(tx: Tx, scope: readonly number[] | null, id: number): Promise<Brand> {
  const row = await tx.row<Brand>(selectBrandForUpdate, [id, scope]);
  if (!row) throw notFound("brand");
  return row;
}

const visibleBrands: Statement = {
  name: "brand_visible",
  text: "SELECT id FROM brand WHERE $1::bigint[] IS NULL OR id = ANY ($1) ORDER BY id",
};

/** The ids of the brands in a scope, in the transaction of a write. */
export async function readVisibleBrandIds(db: Queryable, scope: readonly number[] | null): Promise<number[]> {
  const rows = await db.rows<{ id: number }>(visibleBrands, [scope]);
  return rows.map((row) => row.id);
}

/** Callers with the same scope in one turn of the event loop share one statement. */
const visibleBrandsBatch: BatchSpec<readonly number[] | null, number[]> = {
  name: "brand.visible",
  maxSize: 64,
  concurrency: 3,
  async run(db, all) {
    const ids = await readVisibleBrandIds(db, all[0] ?? null);
    return all.map(() => ids);
  },
};

/** The ids of every brand the caller sees, or of the given one. */
export async function listBrandIds(
  { db, batcher, caller }: RequestContext,
  brandId?: number,
): Promise<readonly number[]> {
  if (brandId !== undefined) return [(await findBrand(db, caller, brandId)).id];
  const scope = brandScope(caller);
  return batcher.run(db, visibleBrandsBatch, scope?.join() ?? "all", scope);
}

const brandPage: Statement = {
  name: "brand_page",
  text: `SELECT ${brandColumns} FROM brand WHERE ($1::bigint[] IS NULL OR id = ANY ($1)) AND id > $2
    ORDER BY id OFFSET $3 LIMIT $4`,
};

const brandTotal: Statement = {
  name: "brand_total",
  text: "SELECT count(*) AS count FROM brand WHERE $1::bigint[] IS NULL OR id = ANY ($1)",
};

/** A page of the brands the caller may see. */
export async function listBrands(
  ctx: RequestContext,
  input: Decoded<Api["brand"]["list"]>,
): Promise<Output<Api["brand"]["list"]>> {
  const place = parsePage(ctx, "brand", input);
  const scope = brandScope(ctx.caller);
  const rows = await ctx.db.rows<Brand>(brandPage, [scope, ...keysetParams(place)]);
  const total = await ctx.db.row<{ count: number }>(brandTotal, [scope]);
  return toPage(
    ctx,
    place,
    rows,
    total ?? { count: 0 },
    (brand) => [brand.id],
    (brand) => toWireBrand(ctx, brand),
  );
}

/** Parameters of a keyset page in the order of ids: the id to begin after, the rows to skip, the rows to read. */
export function keysetParams({
  after,
  start,
  limit,
}: PagePosition): [after: number, offset: number, limit: number] {
  return [after?.[0] ?? 0, after ? 0 : start, limit + 1];
}

/** One brand as the wire shows it. */
export async function findBrandItem(
  ctx: RequestContext,
  input: Decoded<Api["brand"]["find"]>,
): Promise<Output<Api["brand"]["find"]>> {
  return { type: "item", item: toWireBrand(ctx, await findBrand(ctx.db, ctx.caller, input.id)) };
}

function toWireBrand({ caller }: RequestContext, brand: Brand) {
  const visible = brandSettings.filter(
    ({ visibleTo }) => visibleTo === undefined || caller.permissions.has(visibleTo),
  );
  const settings = Object.fromEntries(visible.map(({ wireName, column }) => [wireName, brand[column]]));
  return {
    id: brand.id,
    ...(settings as ShownSettings),
    created_at: brand.created_at.toISOString(),
    updated_at: brand.updated_at.toISOString(),
  };
}

const insertBrand: Statement = {
  name: "brand_insert",
  text: `INSERT INTO brand (name) VALUES ($1) RETURNING ${brandColumns}`,
};

export async function createBrand(
  ctx: RequestContext,
  input: Decoded<Api["brand"]["create"]>,
): Promise<Output<Api["brand"]["create"]>> {
  const settings = parseSettings(ctx, input);
  return write(ctx, async (tx) => {
    const [brand] = await tx.rows<Brand>(insertBrand, [input.name]).catch(translateNameViolation);
    if (!brand) throw notFound("brand");
    await updateBrandRow(tx, ctx, brand, settings);
    const audit = { brandId: brand.id, fields: changedFieldNames(settings) };
    return {
      type: "result" as const,
      message: "Brand created.",
      id: brand.id,
      outcome: "created" as const,
      audit,
    };
  });
}

/** Changes the fields sent of a brand's name and settings. */
export async function updateBrand(
  ctx: RequestContext,
  input: Decoded<Api["brand"]["update"]>,
): Promise<Output<Api["brand"]["update"]>> {
  const settings = parseSettings(ctx, input);
  return write(ctx, async (tx) => {
    const brand = await lockBrand(tx, brandScope(ctx.caller), input.id);
    const changed = await updateBrandRow(tx, ctx, brand, settings);
    const audit = { brandId: brand.id, fields: changedFieldNames(settings, brand) };
    const result = { type: "result" as const, id: brand.id, audit };
    return changed
      ? { ...result, message: "Brand updated.", outcome: "updated" as const }
      : { ...result, message: "Nothing to change.", outcome: "unchanged" as const };
  });
}

const assignments = brandSettings.map(({ column }, n) => `${column} = $${n + 4}`).join(", ");

const updateColumns: Statement = {
  name: "brand_update",
  text: `UPDATE brand SET ${assignments},
    crm_headers = CASE WHEN $2 THEN $3::bytea ELSE crm_headers END, updated_at = now() WHERE id = $1`,
};

const selectHeaders: Statement = {
  name: "brand_select_headers",
  text: "SELECT crm_headers FROM brand WHERE id = $1",
};

/** Writes the new state of the brand; returns whether it changed. Sent headers always count as a change. */
async function updateBrandRow(
  tx: Tx,
  ctx: RequestContext,
  before: Brand,
  { columns, headers }: Settings,
): Promise<boolean> {
  const brand = { ...before, ...columns };
  if (isDeepStrictEqual(before, brand) && headers === undefined) return false;
  if (brand.crm_lookup_url !== before.crm_lookup_url && headers === undefined) {
    const kept = await tx.row<{ crm_headers: Buffer | null }>(selectHeaders, [brand.id]);
    assertStoredHeadersOpen(ctx.secret, brand, kept?.crm_headers ?? null);
  }
  const values = brandSettings.map(({ column, isJson }) =>
    isJson ? JSON.stringify(brand[column]) : brand[column],
  );
  const sealed = headers === undefined ? null : sealHeaders(ctx.secret, brand, headers);
  await tx
    .rows(updateColumns, [brand.id, headers !== undefined, sealed, ...values])
    .catch(translateNameViolation);
  return true;
}

function translateNameViolation(error: unknown): never {
  if (violatedConstraint(error) !== "brand_name_unique") throw error;
  throw invalid([{ field: "name", message: "is the name of another brand" }]);
}

const deleteBrandRow: Statement = {
  name: "brand_delete",
  text: "DELETE FROM brand WHERE id = $1 AND ($2::bigint[] IS NULL OR id = ANY ($2)) RETURNING id",
};

/** Deletions in flight, by brand and by their callers' scope. */
const deletionsInFlight = new WeakMap<Db, Map<string, Promise<unknown>>>();

/**
 * Deletes an empty brand. Keys for it lose it; its custom fields are deleted with it. Single-flight: all deletions of
 * one brand need the lock of its row, so those that arrive meanwhile wait for the first without a database connection,
 * and share its rejection; if the first succeeds, they run and find the brand missing.
 */
export async function deleteBrand(
  ctx: RequestContext,
  input: Decoded<Api["brand"]["delete"]>,
): Promise<Output<Api["brand"]["delete"]>> {
  const inFlight = deletionsInFlight.get(ctx.db) ?? new Map<string, Promise<unknown>>();
  deletionsInFlight.set(ctx.db, inFlight);
  const flightKey = `${input.id} of ${brandScope(ctx.caller)?.join() ?? "all"}`;
  const first = inFlight.get(flightKey);
  if (first) {
    await first;
    return deleteOnce(ctx, input);
  }
  const own = deleteOnce(ctx, input).finally(() => inFlight.delete(flightKey));
  inFlight.set(flightKey, own);
  return own;
}

async function deleteOnce(
  ctx: RequestContext,
  input: Decoded<Api["brand"]["delete"]>,
): Promise<Output<Api["brand"]["delete"]>> {
  const answer = await write(ctx, async (tx) => {
    const gone = await tx
      .row(deleteBrandRow, [input.id, brandScope(ctx.caller)])
      .catch(translateUseViolation);
    if (!gone) throw notFound("brand");
    const audit = { brandId: input.id };
    return {
      type: "result" as const,
      message: "Brand deleted.",
      id: input.id,
      outcome: "deleted" as const,
      audit,
    };
  });
  ctx.invalidateKeys?.();
  return answer;
}

/** A deletion violates foreign keys only: something still belongs to the brand. */
function translateUseViolation(error: unknown): never {
  if (violatedConstraint(error) === undefined) throw error;
  throw new DossierError(
    "brand_in_use",
    "The brand still has customers, deleted ones that can be restored, or tickets.",
  );
}
