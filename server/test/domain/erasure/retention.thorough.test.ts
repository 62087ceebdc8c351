// Retention of very many customers in one run.
import { afterAll, expect, test, vi } from "vitest";
import { builtinTypes } from "@dossier/api";
import { openDatabase } from "../../../src/db/pool.ts";
import { runRetention } from "../../../src/domain/erasure/retention.ts";
import { withSql } from "../../support/table-fingerprint.ts";
import { startFixtureServer } from "../../support/requests.ts";

vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }); // so that the server's own runs do not interfere

const world = await startFixtureServer();
const db = openDatabase({ connectionString: world.databaseUrl });
afterAll(() => db.close());
const run = () => runRetention(db, builtinTypes);

const count = (from: string, values: unknown[] = []) =>
  withSql(world, async (client) => {
    const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`, values);
    return rows[0]!.n;
  });

/** Deleted customers of the brand, inserted by SQL, each with a channel and a ticket, due for so many days. */
const plantDue = (brandId: number, many: number) =>
  withSql(world, (client) =>
    client.query(
      `WITH gone AS (
          INSERT INTO deleted_customer (id, brand_id, primary_id, firstname, lastname, version, provenance, created_at, updated_at, deleted_at)
          SELECT nextval('customer_id_seq'), $1::bigint, 'due-' || $1::bigint || '-' || n, 'Ada', 'Quendelbart', 1, '{}', now(), now(),
              now() - interval '31 days' - n * interval '1 minute'
            FROM generate_series(1, $2::int) AS n RETURNING id),
        channels AS (
          INSERT INTO deleted_customer_channel (id, customer_id, channel_type_id, address, normalised, source, created_at)
          SELECT nextval('customer_channel_id_seq'), id, 1, id || '@due.example', id || '@due.example', 'api', now() FROM gone)
        INSERT INTO ticket (brand_id, channel_type_id, direction, from_address, contact, title, former_customer_id)
          SELECT $1::bigint, 1, 'inbound', id || '@due.example', id || '@due.example', 'Parcel', id FROM gone`,
      [brandId, many],
    ),
  );

test("a thousand customers who are due, of two brands, are all erased in one run, each with a receipt", async () => {
  const brands = [await world.newBrand(), await world.newBrand()];
  for (const brandId of brands) await plantDue(brandId, 500);
  expect((await run()).customers).toBe(1000);
  for (const brandId of brands) {
    expect(await count("deleted_customer WHERE brand_id = $1", [brandId])).toBe(0);
    expect(await count("ticket WHERE brand_id = $1 AND title || from_address <> ''", [brandId])).toBe(0);
    expect(
      await count(
        `tombstone t JOIN purge_receipt r ON r.id = t.receipt_id
          WHERE t.brand_id = $1 AND r.counts @> '{"customers": 1, "channels": 1, "tickets": 1}'`,
        [brandId],
      ),
    ).toBe(500);
    expect(await count("audit_entry WHERE brand_id = $1 AND operation = 'customer.expire'", [brandId])).toBe(
      500,
    );
  }
  expect(await count("job WHERE kind = 'erasure.words'")).toBe(0);
}, 120_000);
