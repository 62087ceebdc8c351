// Array literals: PostgreSQL reads exactly the values sent.
import fc from "fast-check";
import pg from "pg";
import { afterAll, expect, inject, test } from "vitest";
import { toParameter } from "../../src/db/array-literal.ts";
import { seed } from "../support/random-seed.ts";

const pool = new pg.Pool({ ...inject("postgres").connection, max: 1 });
afterAll(() => pool.end());

const awkward = fc.string({ unit: fc.constantFrom('"', "\\", ",", "{", "}", " ", "a", "é", "\n", "NULL") });

test("a list of texts arrives as it is, whatever stands in them", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(awkward), { maxLength: 12 }), async (list) => {
      const { rows } = await pool.query<{ list: (string | null)[] }>("SELECT $1::text[] AS list", [
        toParameter(list),
      ]);
      expect(rows[0]?.list).toEqual(list);
    }),
    { seed: seed() },
  );
});

test("a list of numbers arrives as it is; what else there is, is left to pg", async () => {
  const numbers = [0, -1, 1.5, 1e21, 900719925474099];
  const { rows } = await pool.query<{ list: number[] }>("SELECT $1::float8[] AS list", [
    toParameter(numbers),
  ]);
  expect(rows[0]?.list).toEqual(numbers);
  const others = ["text", 7, null, Buffer.from("a"), [Buffer.from("a")], [["a"]], [true], new Date(0)];
  for (const other of others) expect(toParameter(other)).toBe(other);
});
