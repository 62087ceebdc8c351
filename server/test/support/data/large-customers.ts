// Customers of any size: inserted by SQL as no request can, and the stored sizes.
import type { Db } from "../../../src/db/database.ts";

const kibibyte = 1024;

/** Gives a customer so many custom values of so many KiB each, as requests could before there was a limit. */
export async function insertValues(
  { pool }: Db,
  { id, brandId }: { id: number; brandId: number },
  count: number,
  kibibytes: number,
): Promise<void> {
  await pool.query(
    `INSERT INTO custom_field (brand_id, name, name_key, label, type)
       SELECT $1, 'big' || n, 'big' || n, 'big' || n, 'text' FROM generate_series(1, $2::int) n ON CONFLICT DO NOTHING`,
    [brandId, count],
  );
  await pool.query(
    `INSERT INTO customer_custom_value (customer_id, field_id, brand_id, value, source)
       SELECT $1, f.id, $2, left(f.id || repeat('large text ', $3::int / 8), $3::int), 'api'
         FROM custom_field f WHERE f.brand_id = $2 AND f.name LIKE 'big%' ORDER BY f.id LIMIT $4::int`,
    [id, brandId, kibibytes * kibibyte, count],
  );
}

/** Gives a customer so many channels, with addresses that begin with a word. */
export async function insertChannels(
  { pool }: Db,
  { id, brandId }: { id: number; brandId: number },
  count: number,
  word: string,
): Promise<void> {
  await pool.query(
    `INSERT INTO customer_channel (customer_id, brand_id, channel_type_id, address, normalised, source)
       SELECT $1, $2, 8, $4 || n, $4 || n, 'api' FROM generate_series(1, $3::int) n`,
    [id, brandId, count, word],
  );
}

/** The bytes of custom values and the number of channels stored of a customer. */
export async function sizeOf({ pool }: Db, id: number): Promise<{ bytes: number; channels: number }> {
  const { rows } = await pool.query<{ bytes: number; channels: number }>(
    `SELECT (SELECT coalesce(sum(octet_length(value)), 0)::int FROM customer_custom_value WHERE customer_id = $1) AS bytes,
       (SELECT count(*)::int FROM customer_channel WHERE customer_id = $1) AS channels`,
    [id],
  );
  return rows[0]!;
}
