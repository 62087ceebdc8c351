// Costs of everyday operations, compared with the recorded ones: number of statements, plans, rows read and buffers
// touched. A change that costs more is noticed here before it takes measurable time. `npm run costs` records the
// figures anew; their diff is then reviewed.
import { readFileSync, writeFileSync } from "node:fs";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Db } from "../../src/db/database.ts";
import { createCostsDatabase, operations } from "../support/query-plans/costs-world.ts";
import { contextOf, recordingDb } from "../support/query-plans/explain-operation.ts";

interface Figures {
  shape: string;
  rows: number;
  buffers: number;
}

/** By operation, then by statement; a repeated one has a number after its name. */
type Costs = Record<string, Record<string, Figures>>;

const path = new URL("costs.json", import.meta.url);
const isWriting = process.env.WRITE_COSTS !== undefined;
const known = isWriting ? {} : (JSON.parse(readFileSync(path, "utf8")) as Costs);
const advice =
  "If it must be so, `npm run costs` writes it down, and the commit says why. Else see what the change does to the statement.";

const { isPackaged } = inject("postgres");
let db: Db;
let client: pg.PoolClient;
const found: Costs = {};

beforeAll(async () => {
  if (!isPackaged) return;
  db = await createCostsDatabase();
  client = await db.pool.connect();
}, 120_000);

afterAll(async () => {
  if (!isPackaged) return;
  client.release();
  await db.close();
  if (isWriting && Object.keys(found).length === operations.length)
    writeFileSync(path, `${JSON.stringify(found, null, 2)}\n`);
});

/**
 * The first round fills the connection's catalog caches. Of the others the lower figure counts: a busy server may empty
 * those caches at any time, and nothing ever makes a statement touch less than it must.
 */
async function measure({ what, run }: (typeof operations)[number]): Promise<Record<string, Figures>> {
  const rounds: Record<string, Figures>[] = [];
  for (let round = 0; round < 4; round += 1) {
    const { db: recording, costs } = recordingDb(client);
    const keyHash = Buffer.from(`${what}, round ${round}`);
    await run({ ...contextOf(recording), idempotencyKey: { keyHash, fingerprint: Buffer.alloc(32) } }, round);
    const seen: Record<string, Figures> = {};
    for (const { name, found: cost } of costs) {
      let key = name;
      for (let n = 2; key in seen; n += 1) key = `${name} ${n}`;
      seen[key] = { shape: cost.shape, rows: cost.rows, buffers: cost.buffers };
    }
    if (round > 0) rounds.push(seen);
  }
  return rounds.reduce((least, seen) => leastOf(least, seen));
}

function leastOf(one: Record<string, Figures>, other: Record<string, Figures>): Record<string, Figures> {
  expect(Object.keys(other), "statements are the same each time").toEqual(Object.keys(one));
  return Object.fromEntries(
    Object.entries(one).map(([name, figures]) => {
      const { shape, rows, buffers } = other[name] ?? figures;
      expect(shape, `${name}: its plan is the same each time`).toBe(figures.shape);
      return [
        name,
        { shape, rows: Math.min(rows, figures.rows), buffers: Math.min(buffers, figures.buffers) },
      ];
    }),
  );
}

/** A tenth, and three at least: a page more or less is no regression. */
const slack = (figure: number) => Math.max(0.1 * figure, 3);

/** The differences, in words. */
function differences(was: Record<string, Figures>, is: Record<string, Figures>): string[] {
  const words: string[] = [];
  for (const name of Object.keys(is)) if (!(name in was)) words.push(`${name}: a statement more`);
  for (const [name, before] of Object.entries(was)) {
    const now = is[name];
    if (!now) {
      words.push(`${name}: is not asked any more; write that down`);
      continue;
    }
    if (now.shape !== before.shape)
      words.push(`${name}: another plan\n    was ${before.shape}\n    is  ${now.shape}`);
    for (const figure of ["rows", "buffers"] as const) {
      const [then, here] = [before[figure], now[figure]];
      if (here > then + slack(then)) words.push(`${name}: ${here} ${figure} instead of ${then}`);
      if (here < then - slack(then))
        words.push(`${name}: only ${here} ${figure}, not ${then}; write that down`);
    }
  }
  return words;
}

describe("costs what it did", () => {
  test.for(operations.map((one) => [one.what, one] as const))("%s", async ([, operation], { skip }) => {
    skip(!isPackaged, "the figures are those of the packaged PostgreSQL 18, and this is another server");
    const { what } = operation;
    const costs = await measure(operation);
    found[what] = costs;
    expect(Object.keys(costs).length, "statements").toBeGreaterThan(0);
    if (isWriting) return;
    const words = differences(known[what] ?? {}, costs);
    expect(
      words,
      `${what} costs something else than server/test/query-plans/costs.json says:\n  ${words.join("\n  ")}\n${advice}`,
    ).toEqual([]);
  });

  test("nothing is written down that is not measured", ({ skip }) => {
    skip(isWriting, "the figures are being written");
    expect(Object.keys(known)).toEqual(operations.map(({ what }) => what));
  });
});
