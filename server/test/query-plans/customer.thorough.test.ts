// Proof that hot statements stay bounded: at 100,000 customers and more, with generic plans, for absent, rare and the
// commonest values, no statement reads and filters more than 20 rows for each of a page and 10,001 besides, and none
// scans a big table. "No sequential scan" alone proves nothing: an index can be scanned from end to end as well. Each
// line in `hotStatements` adds a statement to the proof.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db, Statement } from "../../src/db/database.ts";
import { parseQuery } from "../../src/domain/search/query.ts";
import {
  brandRangesOf,
  firstStatement,
  rangesOf,
  selectRanges,
  valuesOf,
} from "../../src/domain/search/ranges.ts";
import { selectNearWords, fuzzyRanges } from "../../src/domain/search/fuzzy.ts";
import { queryVariants } from "../../src/domain/search/edit-distance.ts";
import { termsOf } from "../../src/domain/search/terms.ts";
import {
  insertMissingTermsAndWords,
  insertTermsAndWords,
  insertVariants,
  replaceMissingTerms,
  replaceTerms,
  removeTermRows,
} from "../../src/domain/search/indexing.ts";
import { namesById } from "../../src/domain/search/search.ts";
import { type Cost, explain } from "../support/query-plans/explain.ts";
import { contextOf, operations, recordingDb } from "../support/query-plans/explain-operation.ts";
import {
  insertBulkCustomers,
  generatePerson,
  openBulkDatabase,
  searchableOf,
} from "../support/data/bulk-customers.ts";

const size = 100_000;

interface HotStatement {
  what: string;
  statement: Statement;
  values: readonly unknown[] | (() => Promise<readonly unknown[]>);
  /** maximum number of items it returns; 0 if it returns none */
  page: number;
}

let db: Db;

const both = [1, 2];
const everywhere = Array.from({ length: 300 }, (_, at) => at + 1);

function searching(query: string, brands = both): HotStatement {
  return {
    what: `search "${query}"${brands === both ? "" : ` in ${brands.length} brands`}`,
    ...firstStatement(brandRangesOf(brands, rangesOf(parseQuery(query)))),
    page: 15,
  };
}

function forgiving(query: string): HotStatement[] {
  const spellings = parseQuery(query).needed.slice(0, 2).flatMap(queryVariants);
  const values = async () => valuesOf(await fuzzyRanges(db, both, parseQuery(query)));
  return [
    { what: `words near "${query}"`, statement: selectNearWords, values: [both, spellings], page: 15 },
    { what: `search near "${query}"`, statement: selectRanges, values, page: 15 },
  ];
}

const terms = [...termsOf(searchableOf(generatePerson(7)))];
const newTerms = ["wneuling", "wquittenberg", "xneuling quittenberg", "pk0", "dexample.org", "t4711"];
const newWords = ["neuling", "quittenberg"];

const hotStatements: HotStatement[] = [
  ...["qqq", "schmidtq", "kafeba", "schmidt", "maria", "m", "z"].map((query) => searching(query)),
  ...[
    "maria schmidt",
    "maria qq",
    "ma sc",
    "m s",
    "m m",
    "schmidt maria",
    "au maria",
    "maria baba schmidt",
  ].map((query) => searching(query)),
  ...[
    "K-0000017",
    "k-",
    "k",
    "K-00999",
    "+494711",
    "4711",
    "0000",
    "99999999",
    "example.org",
    "exam",
    "maria.",
    "maria.schmidt.17@example.org",
  ].map((query) => searching(query)),
  ...["maria", "m s", "4711", "qqq"].map((query) => searching(query, everywhere)),
  ...["shcmidt", "maira", "qqqqqq", "kafbea", "maira shcmidt", "maira s", "shcmidt maira baba"].flatMap(
    forgiving,
  ),
  {
    what: "names of a chunk",
    statement: namesById,
    values: [Array.from({ length: 10_001 }, (_, at) => at * 9 + 1)],
    page: 15,
  },
  {
    what: "add a customer's terms",
    statement: insertTermsAndWords,
    values: [1, terms.map(() => 900_000), terms, ["maria", "schmidt"]],
    page: 0,
  },
  {
    what: "add the terms that a customer lacks",
    statement: insertMissingTermsAndWords,
    values: [1, terms.map(() => 8), terms, []],
    page: 0,
  },
  {
    what: "change and add the terms that a customer lacks",
    statement: replaceMissingTerms,
    values: [1, newTerms.map(() => 8), newTerms, newWords, terms.map(() => 1), terms.map(() => 8), terms],
    page: 0,
  },
  {
    what: "add with new words",
    statement: insertTermsAndWords,
    values: [1, newTerms.map(() => 900_000), newTerms, newWords],
    page: 0,
  },
  {
    what: "add spellings",
    statement: insertVariants,
    values: [1, ["neulin", "neulig", "neuing"], ["neuling", "neuling", "neuling"]],
    page: 0,
  },
  {
    what: "change a customer's terms",
    statement: replaceTerms,
    values: [1, newTerms.map(() => 8), newTerms, newWords, terms.map(() => 1), terms.map(() => 8), terms],
    page: 0,
  },
  {
    what: "remove a customer's terms",
    statement: removeTermRows,
    values: [terms.map(() => 1), terms.map(() => 8), terms],
    page: 0,
  },
];

beforeAll(async () => {
  db = await openBulkDatabase(Array.from({ length: 299 }, (_, at) => `Brand ${at}`));
  await insertBulkCustomers(db, size);
}, 120_000);

/** The cost of the statement in a transaction of its own, rolled back. */
async function cost(statement: Statement, values: readonly unknown[]): Promise<Cost> {
  const client = await db.pool.connect();
  try {
    await client.query("BEGIN");
    return await explain(client, statement, values);
  } finally {
    await client.query("ROLLBACK");
    client.release();
  }
}

const measured: Record<string, Record<string, number>> = {};
afterAll(async () => {
  console.table(measured);
  await db.close();
});

describe("reads no more than it may", () => {
  test.each(hotStatements)("$what", async ({ what, statement, values, page }) => {
    const found = await cost(statement, typeof values === "function" ? await values() : values);
    measured[what] = { rows: found.rows, buffers: found.buffers, ms: found.ms };
    expect(found.scanned, "scans a big table").toEqual([]);
    expect(found.rows).toBeLessThanOrEqual(20 * page + 10_001 + found.rounded);
  });
});

// Grouped by hash the ids of a range come in the order in which they were read; the next chunk begins after the last.
test("ranges of the search are told in the order in which they are read", async () => {
  for (const { statement, values } of ["m", "maria", "m s"].map((query) => searching(query, everywhere)))
    expect((await cost(statement, values as readonly unknown[])).shape).toMatch(
      /^Sort \(Hashed Aggregate \(Limit/,
    );
});

describe("in every operation", () => {
  test.each(operations)("$what", async ({ what, page, run }) => {
    const client = await db.pool.connect();
    try {
      const recorded = recordingDb(client);
      await run(contextOf(recorded.db));
      expect(recorded.costs.length, "statements").toBeGreaterThan(0);
      for (const { name, found } of recorded.costs) {
        measured[`${what}: ${name}`] = { rows: found.rows, buffers: found.buffers, ms: found.ms };
        expect(found.scanned, `${name} scans a big table`).toEqual([]);
        expect(found.rows, name).toBeLessThanOrEqual(20 * page + 10_001 + found.rounded);
      }
    } finally {
      client.release();
    }
  });
});

// The purpose of the guards: one of them catches each of these statements.
describe("would notice", () => {
  test("a limit that is missing", async () => {
    const text = selectRanges.text.replaceAll(/LIMIT \d+/g, "").replace("LIMIT $7", "LIMIT 1000 * $7");
    const entries = brandRangesOf(both, rangesOf(parseQuery("m")));
    const few = firstStatement(entries);
    const fewText = few.statement.text.replaceAll("LIMIT w.room", "LIMIT 1000 * w.room");
    for (const found of [
      await cost({ name: "unbounded", text }, valuesOf(entries)),
      await cost({ name: "unbounded", text: fewText }, few.values),
    ])
      expect(found.rows).toBeGreaterThan(20 * 15 + 10_001);
  });

  test("an index that is walked and filtered from its end", async () => {
    const text =
      "SELECT id FROM customer WHERE lower(lastname) LIKE '%' || $1 || '%' ORDER BY id DESC LIMIT 15";
    const found = await cost({ name: "walked", text }, ["qqq"]);
    expect(found.rows).toBeGreaterThanOrEqual(size - 1);
    expect(found.scanned).toEqual([]);
  });

  test("a table that is scanned", async () => {
    const text = "SELECT id FROM customer WHERE firstname = $1 LIMIT 15";
    expect((await cost({ name: "scanned", text }, ["Maria"])).scanned).toEqual(["customer"]);
  });
});
