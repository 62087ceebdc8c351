// Uniqueness is enforced in the database: writers that follow only the constraints still create one owner of each
// address and of each primary id. They run inside the server, each attempt in a transaction of its own.
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase } from "../support/database.ts";

const addresses = 200;
const writers = 64;
const { connection } = await createTestDatabase();
const pool = new pg.Pool({
  ...connection,
  max: 16,
  connectionTimeoutMillis: 0,
  query_timeout: 0,
  statement_timeout: 0,
});
beforeAll(() => pool.query("CREATE TABLE won (n int)"));
afterAll(() => pool.end());

/** Every writer tries to insert everything, each in an order of its own. Returns the number of successes for each. */
async function storm(attempt: string): Promise<number[]> {
  const run = (writer: number) =>
    pool.query(`DO $$ DECLARE n int; BEGIN
      FOR step IN 0..${addresses - 1} LOOP
        n := (step * 7 + ${writer} * 31) % ${addresses};
        ${attempt}
        IF FOUND THEN INSERT INTO won VALUES (n); END IF;
        COMMIT;
      END LOOP; END $$`);
  await Promise.all(Array.from({ length: writers }, (_, writer) => run(writer)));
  const { rows } = await pool.query<{ taken: number }>(
    "SELECT count(w.n)::int AS taken FROM generate_series(0, $1::int - 1) AS s (n) LEFT JOIN won w ON w.n = s.n GROUP BY s.n ORDER BY s.n",
    [addresses],
  );
  await pool.query("TRUNCATE won");
  return rows.map((row) => row.taken);
}

const takeAddress = (
  customerId: number,
) => `INSERT INTO customer_channel (customer_id, brand_id, channel_type_id, address, normalised, source)
  VALUES (${customerId}, 1, 1, 'a' || n, 'a' || n, 'api')`;
const makeCustomer = async () =>
  (await pool.query<{ id: number }>("INSERT INTO customer (brand_id) VALUES (1) RETURNING id")).rows[0]?.id ??
  0;

const once = Array.from({ length: addresses }, () => 1);

test("64 writers over 200 addresses, in SQL: one winner each", async () => {
  const taken = await storm(`${takeAddress(await makeCustomer())}
    ON CONFLICT ON CONSTRAINT customer_channel_address_unique DO NOTHING;`);
  expect(taken).toEqual(once);
  console.log(
    `unique addresses=${addresses} writers=${writers} attempts=${addresses * writers} winners_not_one=0`,
  );
});

test("64 writers over 200 primary ids, in SQL: one winner each", async () => {
  const taken = await storm(`INSERT INTO customer (brand_id, primary_id) VALUES (1, 'K-' || n)
    ON CONFLICT ON CONSTRAINT customer_primary_id_unique DO NOTHING;`);
  expect(taken).toEqual(once);
});

test("without the constraint, who looks first and then inserts leaves an address to many", async () => {
  await pool.query("DELETE FROM customer_channel");
  await pool.query("ALTER TABLE customer_channel DROP CONSTRAINT customer_channel_address_unique");
  const taken = await storm(`PERFORM FROM customer_channel WHERE normalised = 'a' || n;
    IF FOUND THEN CONTINUE; END IF;
    PERFORM pg_sleep(0.001); -- what happens between the two
    ${takeAddress(await makeCustomer())};`);
  expect(taken.filter((n) => n > 1).length).toBeGreaterThan(0);
});
