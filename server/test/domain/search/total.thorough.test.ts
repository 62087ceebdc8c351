// The total of a search at its limit of 10,000.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Db } from "../../../src/db/database.ts";
import { searchCustomers } from "../../../src/domain/search/search.ts";
import type { RankedResults } from "../../../src/domain/search/ranking.ts";
import { insertCustomers, openBulkDatabase, type Person } from "../../support/data/bulk-customers.ts";

let db: Db;

beforeAll(async () => {
  db = await openBulkDatabase([
    "Two",
    "Three",
    "Many",
    "Double",
    "Changing",
    "Concurrent",
    "Alike",
    "Alike too",
  ]);
});
afterAll(() => db.close());
const listOf = (found: RankedResults) => found.slice(0, found.length);

const plain = (brandId: number, more: Partial<Person>): Person => ({
  brandId,
  firstname: "",
  lastname: "",
  primaryId: null,
  channels: [],
  ...more,
});
const count = <T>(n: number, make: (at: number) => T) => Array.from({ length: n }, (_, at) => make(at));
const madeUp = (n: number) => [...String(n)].map((digit) => "abcdefghij"[Number(digit)]).join("");

test("of 10,050 it says 10,000 and that there are more; of 10,000 it says so exactly", async () => {
  const ids = await insertCustomers(db, [
    ...count(10_000, (n) => plain(4, { firstname: "Crowd", lastname: `Member${madeUp(n)}` })),
    ...count(50, (n) => plain(4, { firstname: "Crowded", lastname: `Late${madeUp(n)}` })),
  ]);
  const search = (query: string) => searchCustomers(db, { query, brandIds: [4], pageSize: 15 });
  const everybody = await search("crowd");
  expect(everybody.capped).toBe(true);
  expect(listOf(everybody.results)).toEqual(ids.slice(0, 10_000).map((id) => ({ id, rank: 0 })));
  for (const query of ["cro", "c"])
    expect(await search(query)).toMatchObject({ capped: true, results: { length: 10_000 } });
  expect(await search("crowd m")).toMatchObject({ capped: false, results: { length: 10_000 } });
  expect(await search("crowded l")).toMatchObject({ capped: false, results: { length: 50 } });
  expect(await search("cro l")).toMatchObject({ capped: false, results: { length: 50 } });
});
