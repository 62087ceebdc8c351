// Fixtures for tests of custom fields: a database, brands, fields with values, errors.
import { randomBytes } from "node:crypto";
import { builtinTypes, type CustomType, DossierError, type Permission, permissions } from "@dossier/api";
import { afterAll } from "vitest";
import { openDatabase } from "../../../src/db/pool.ts";
import type { RequestContext } from "../../../src/domain/context.ts";
import { createBrand } from "../../../src/domain/brand/brand.ts";
import * as field from "../../../src/domain/custom-field/custom-field.ts";
import { createTestDatabase } from "../database.ts";
import { noEgress } from "../no-egress.ts";
import { unbatched } from "../../../src/domain/batcher.ts";

export const db = openDatabase((await createTestDatabase()).connection);
const secret = { current: randomBytes(32) };
afterAll(() => db.close());

export function requestContext(brands: number[] | null = null): RequestContext {
  const caller = {
    keyId: 1,
    name: "test",
    permissions: new Set<Permission>(permissions),
    brands,
    source: "api" as const,
  };
  return {
    db,
    caller,
    operation: "test",
    entity: "test",
    secret,
    channelTypes: builtinTypes,
    egress: noEgress,
    batcher: unbatched,
    replayed: false,
  };
}

let names = 0;
export async function makeBrand(): Promise<number> {
  names += 1;
  return (await createBrand(requestContext(), { name: `Brand ${names}` })).id;
}

export async function rejection(work: Promise<unknown>): Promise<DossierError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof DossierError) return error;
  throw new Error("was not refused", { cause: error });
}

/** A customer with this text in the field. */
export async function addValue(brandId: number, fieldId: number, value: string): Promise<number> {
  const text = `WITH c AS (INSERT INTO customer (brand_id) VALUES ($1) RETURNING id)
    INSERT INTO customer_custom_value (customer_id, field_id, brand_id, value, source) SELECT id, $2, $1, $3, 'api' FROM c
    RETURNING customer_id AS id`;
  return (await db.row<{ id: number }>({ name: "test_value", text }, [brandId, fieldId, value]))?.id ?? 0;
}

/** The values of a brand's customers, in the order of creation: text and version. */
export async function valuesOf(brandId: number): Promise<[string | null, number][]> {
  const text = `SELECT v.value, c.version FROM customer c LEFT JOIN customer_custom_value v ON v.customer_id = c.id
    WHERE c.brand_id = $1 ORDER BY c.id`;
  const rows = await db.rows<{ value: string | null; version: number }>({ name: "test_values", text }, [
    brandId,
  ]);
  return rows.map((row) => [row.value, row.version]);
}

export async function makeField(type: CustomType, values: string[] = [], options?: string[]) {
  const brandId = await makeBrand();
  const { id } = await field.createField(requestContext(), { brandId, name: "Thing", type, options });
  for (const value of values) await addValue(brandId, id, value);
  return { brandId, id };
}

export async function readField(id: number) {
  const { items } = await field.listFields(requestContext(), { itemLimit: 99, itemStart: 0 });
  return items.find((one) => one.id === id);
}

export function sample(type: CustomType, options: string[] = []): field.CustomField {
  return { id: 1, brand_id: 1, name: "f", name_key: "f", label: "f", type, options };
}
