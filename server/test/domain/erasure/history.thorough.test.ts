// Random histories of giving, taking, deleting, recreating, restoring and purging: no word of a person is ever readable
// under another, after a purge it is nowhere, and no purge takes a word of others. 300 histories, or HISTORIES of them.
// The seed is printed; SEED repeats it, and HISTORY runs one history of it alone.
import { expect, test } from "vitest";
import { runRetention } from "../../../src/domain/erasure/retention.ts";
import { readChannelTypes } from "../../../src/domain/channel-type.ts";
import { History } from "../../support/data/history.ts";
import { findViolations } from "../../support/data/invariants.ts";
import { readEveryRow } from "../../support/data/every-row.ts";
import { seed } from "../../support/random-seed.ts";
import { startFixtureServer } from "../../support/requests.ts";

const world = await startFixtureServer();
const { db } = world.service;
const count = Number(process.env.HISTORIES ?? 300);
const only = process.env.HISTORY;
const atOnce = 6;
const steps = 20;

async function expire(id: number): Promise<void> {
  await db.pool.query("UPDATE deleted_customer SET deleted_at = now() - interval '31 days' WHERE id = $1", [
    id,
  ]);
  const types = await readChannelTypes(db);
  for (let attempt = 0; attempt < 1000; attempt += 1) {
    await runRetention(db, types);
    if ((await db.pool.query("SELECT FROM tombstone WHERE customer_id = $1", [id])).rowCount === 1) return;
  }
  throw new Error(`customer ${id} does not expire`);
}

/** Runs a history; an error is one of its faults. */
async function runOne(index: number): Promise<History> {
  const history = new History(world.admin, await world.newBrand(), seed() + index, expire);
  try {
    await history.run(steps);
  } catch (error) {
    history.faults.push(String(error));
  }
  return history;
}

test(`${count} random histories: no word of a person under another, after a purge none anywhere, and none of others gone`, async () => {
  const indices = only === undefined ? Array.from({ length: count }, (_, at) => at) : [Number(only)];
  const done: { history: History; index: number }[] = [];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = indices.shift(); next !== undefined; next = indices.shift())
        done.push({ history: await runOne(next), index: next });
    }),
  );
  const rows = (await readEveryRow(world)).toLowerCase();
  const stored = new Set(Array.from(rows.matchAll(/zq\d+k\d+z/g), ([word]) => word));
  const counts = { histories: done.length, erased: 0, kept: 0 };
  for (const { history, index } of done) {
    const [erased, kept] = [history.erasedWords(), history.keptWords()];
    counts.erased += erased.length;
    counts.kept += kept.length;
    const left = erased.filter((word) => stored.has(word.replace(/@.*/, "")));
    const gone = kept.filter((word) => !stored.has(word));
    history.faults.push(...left.map((word) => `${word} is left`), ...gone.map((word) => `${word} is gone`));
    if (history.faults.length > 0)
      console.log(`HISTORY=${index}\n  ${[...history.steps, ...history.faults.slice(0, 5)].join("\n  ")}`);
  }
  console.log(JSON.stringify(counts));
  expect(Math.min(counts.erased, counts.kept)).toBeGreaterThanOrEqual(only === undefined ? count / 2 : 0);
  expect(done.flatMap(({ history }) => history.faults)).toEqual([]);
  if (count <= 300) expect(await findViolations(db.pool)).toEqual([]);
}, 3_600_000);
