// Conversion of a field while tens of thousands of customers have values of it: all are converted, and the event-loop
// watcher (support/event-loop/watch.ts) fails a test in which one request blocks the loop.
import { expect, test } from "vitest";
import { startTestServer } from "../../support/test-server.ts";

const { admin, newBrand, raw, service } = await startTestServer();
const { pool } = service.db;

/** A text field of a new brand, and that many customers with values of it. */
async function plantValues(many: number, value: string): Promise<{ id: number; brandId: number }> {
  const brandId = await newBrand();
  const { id } = await admin.customfield.create({ brandId, name: "code", type: "text" });
  await pool.query(
    "INSERT INTO customer (brand_id, firstname, lastname) SELECT $1, 'Ada', n FROM generate_series(1, $2::int) AS n",
    [brandId, many],
  );
  await pool.query(
    `INSERT INTO customer_custom_value (customer_id, field_id, brand_id, value, source)
     SELECT id, $2, $1, ${value}, 'api' FROM customer WHERE brand_id = $1`,
    [brandId, id],
  );
  await pool.query("ANALYZE customer, customer_custom_value"); // as autovacuum does soon after
  return { id, brandId };
}

test("thousands of different values are rewritten in a new form", async () => {
  const { id, brandId } = await plantValues(30_000, "'+' || id || '.50'");
  await admin.customfield.update({ id, type: "number" });
  const { items } = await admin.customer.list({ brandId, itemLimit: 99 });
  expect(items.map((one) => [one["custom_code"], one.version])).toEqual(
    items.map((one) => [one.id + 0.5, 2]),
  );
});

test("thousands of long values that do not fit are counted, and go when that is said", async () => {
  const many = 10_000;
  const { id } = await plantValues(many, "rpad('word ' || id, 1000, 'x')");
  const refused = await raw("PUT", `/customfield/${id}`, { json: { type: "number" } });
  expect((refused.body as { errors: unknown }).errors).toEqual([
    { field: "force", message: `must be 1 to go ahead: ${many} values would be lost` },
  ]);
  const done = await raw("PUT", `/customfield/${id}`, { json: { type: "number", force: 1 } });
  expect(done.body).toMatchObject({ values_lost: many });
  const { rows } = await pool.query("SELECT FROM customer_custom_value WHERE field_id = $1", [id]);
  expect(rows).toEqual([]);
});
