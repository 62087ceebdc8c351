// Commands: calls of one turn share a transaction, a refused call costs the others nothing, and a failure that was not
// foreseen fails the call that causes it alone, and is reported.
import { DossierError, builtinTypes, permissions } from "@dossier/api";
import { afterAll, beforeEach, expect, test } from "vitest";
import { openDatabase } from "../../src/db/pool.ts";
import {
  batchFailed,
  type Call,
  ConcurrentChangeError,
  defineCommand,
  run,
} from "../../src/domain/command.ts";
import type { RequestContext } from "../../src/domain/context.ts";
import { createTestDatabase } from "../support/database.ts";
import { noEgress } from "../support/no-egress.ts";
import { createBatcher } from "../../src/domain/batcher.ts";

const db = openDatabase((await createTestDatabase()).connection);
const batcher = createBatcher(db);
const reported: unknown[] = [];
db.notifications.on(batchFailed, (error) => void reported.push(error));
afterAll(() => db.close());

const ctx = (): RequestContext => ({
  db,
  batcher,
  egress: noEgress,
  secret: { current: Buffer.alloc(32) },
  caller: { keyId: 1, name: "test", permissions: new Set(permissions), brands: null, source: "api" },
  operation: "test.write",
  entity: "test",
  channelTypes: builtinTypes,
  replayed: false,
});

/** A call about a thing: `refused` by the rules, `broken` when it is written, `raced` for the first time it is planned. */
interface Input {
  thing: number;
  is?: "refused" | "broken" | "raced";
}

let sizes: number[] = [];
let raced = 0;
beforeEach(() => {
  sizes = [];
  raced = 0;
  reported.length = 0;
});

const testing = defineCommand({
  name: "test.write",
  batchKey: () => "all",
  read: async (tx, calls: readonly Call<Input>[]) =>
    void (await tx.rows({ name: `test_${calls.length}`, text: "SELECT 1" })),
  plan: ({ input }: Call<Input>) => {
    if (input.is === "refused") throw new DossierError("not_found", "There is no such thing.");
    if (input.is === "raced" && raced++ === 0) throw new ConcurrentChangeError();
    return input;
  },
  claims: ({ thing }) => [`thing ${thing}`],
  isRepeatable: () => true,
  apply: async (_tx, planned) => {
    sizes.push(planned.length);
    if (planned.some(({ plan }) => plan.is === "broken")) throw new TypeError("a mistake in the code");
    return planned.map(({ plan }) => plan.thing);
  },
  respond: (_call, thing, isRepetition) => ({ id: thing, outcome: isRepetition ? "unchanged" : "created" }),
});

const all = (...inputs: Input[]) =>
  Promise.all(
    inputs.map((input) =>
      run(testing, ctx(), input).then(
        ({ id, outcome }) => `${id} ${outcome}`,
        (error: unknown) => (error as Error).message,
      ),
    ),
  );
const counts = () => batcher.counts()["test.write"];

test("calls of one turn are written in one batch, without those that the rules refuse", async () => {
  expect(await all({ thing: 1 }, { thing: 2, is: "refused" }, { thing: 3 })).toEqual([
    "1 created",
    "There is no such thing.",
    "3 created",
  ]);
  expect(sizes).toEqual([2]);
});

test("a call with the same claim is a repetition if it is identical, and runs in the next batch if not", async () => {
  expect(await all({ thing: 1 }, { thing: 1 }, { thing: 1, is: "raced" })).toEqual([
    "1 created",
    "1 unchanged",
    "1 created",
  ]);
  expect(sizes).toEqual([1, 1]);
});

test("a failure that was not foreseen fails the call that causes it, and is reported and counted", async () => {
  const before = { splits: 0, failures: 0, ...counts() };
  expect(await all({ thing: 1 }, { thing: 2 }, { thing: 3, is: "broken" }, { thing: 4 })).toEqual([
    "1 created",
    "2 created",
    "a mistake in the code",
    "4 created",
  ]);
  expect(sizes).toEqual([4, 2, 2, 1, 1]);
  expect(reported.map(String)).toEqual(Array(2).fill("TypeError: a mistake in the code"));
  expect(counts()).toMatchObject({ splits: before.splits + 2, failures: before.failures + 2 });
});
