// Channel types through the domain: their names and numbers, and that both are unique.
import { randomBytes } from "node:crypto";
import {
  builtinTypeId,
  builtinTypes,
  DossierError,
  findType,
  type Permission,
  permissions,
} from "@dossier/api";
import { afterAll, beforeEach, expect, test } from "vitest";
import type { Db } from "../../src/db/database.ts";
import { openDatabase } from "../../src/db/pool.ts";
import type { RequestContext } from "../../src/domain/context.ts";
import {
  createChannelType,
  listChannelTypes,
  readChannelTypes,
  updateChannelType,
} from "../../src/domain/channel-type.ts";
import { createTestDatabase } from "../support/database.ts";
import { noEgress } from "../support/no-egress.ts";
import { unbatched } from "../../src/domain/batcher.ts";

let db: Db;
const secret = { current: randomBytes(32) };
const opened: Db[] = [];

// Types belong to the whole installation, so every test creates its own.
beforeEach(async () => {
  db = openDatabase((await createTestDatabase()).connection);
  opened.push(db);
});
afterAll(async () => {
  for (const one of opened) await one.close();
});

function makeContext(more: Partial<RequestContext> = {}): RequestContext {
  const caller = {
    keyId: 1,
    name: "test",
    permissions: new Set<Permission>(permissions),
    brands: null,
    source: "api" as const,
  };
  return {
    db,
    caller,
    operation: "test",
    entity: "test",
    secret,
    channelTypes: builtinTypes,
    egress: noEgress,
    batcher: unbatched,
    replayed: false,
    ...more,
  };
}

async function refusal(work: Promise<unknown>): Promise<DossierError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof DossierError) return error;
  throw new Error("was not refused", { cause: error });
}

test("a fresh installation has exactly the built-in types", async () => {
  const types = await readChannelTypes(db);
  expect(types).toEqual(builtinTypes);
  expect(Object.fromEntries(types.map(({ name, id }) => [name, id]))).toEqual(builtinTypeId);
  const page = await listChannelTypes(makeContext(), {});
  expect(page).toMatchObject({ type: "list", itemTotal: 8, nextCursor: null });
  expect(page.items[0]).toEqual({ id: 1, channel_id: 1, name: "email", icon: "mail", rule: "email" });
});

test("new types get the numbers from 100 on, and plain addresses", async () => {
  const first = await createChannelType(makeContext(), { name: "Telegram", icon: "plane" });
  expect(first).toEqual({
    type: "result",
    message: "Channel type created.",
    id: expect.any(Number),
    channel_id: 100,
    outcome: "created",
  });
  expect(await createChannelType(makeContext(), { name: "Fax" })).toMatchObject({ channel_id: 101 });
  expect((await readChannelTypes(db)).slice(8)).toEqual([
    { id: first.id, channel_id: 100, name: "Telegram", rule: "plain" },
    { id: expect.any(Number), channel_id: 101, name: "Fax", rule: "plain" },
  ]);
});

test("a new type gets the first number that is free, whatever numbers an operator has given away", async () => {
  const huge = 999_999_999_999_999;
  await updateChannelType(makeContext(), { id: 1, channelId: 100 });
  await updateChannelType(makeContext(), { id: 2, channelId: 102 });
  await updateChannelType(makeContext(), { id: 3, channelId: huge });
  const made = [];
  for (const name of ["a", "b", "c"])
    made.push((await createChannelType(makeContext(), { name })).channel_id);
  expect(made).toEqual([101, 103, 104]);
});

async function refusesName(name: string): Promise<void> {
  for (const work of [
    () => createChannelType(makeContext(), { name }),
    () => updateChannelType(makeContext(), { id: 7, name }),
  ])
    expect(await refusal(work())).toMatchObject({ code: "invalid_field", errors: [{ field: "name" }] });
}

test("a number cannot be a name", async () => {
  for (const name of ["7", "007", "123456789012345678"]) await refusesName(name);
});

test("a name or a nickname of a type, in any case, cannot name another", async () => {
  const names = ["email", "EMAIL", "e-mail", "E-Mail", "phone", "phoneNumber", "PHONENUMBER", "Livechat"];
  for (const name of names) await refusesName(name);
});

test("a nickname stays taken when the type it stands for is renamed", async () => {
  await updateChannelType(makeContext(), { id: 1, name: "post" });
  expect(await refusal(createChannelType(makeContext(), { name: "e-mail" }))).toMatchObject({
    errors: [{ field: "name" }],
  });
});

test("two spellings of one name are one name", async () => {
  await createChannelType(makeContext(), { name: "Cafe\u0301" });
  expect(await refusal(createChannelType(makeContext(), { name: "CAF\u00C9" }))).toMatchObject({
    errors: [{ field: "name" }],
  });
  expect(findType(await readChannelTypes(db), "caf\u00E9")).toMatchObject({ name: "Caf\u00E9" });
});

test("a type is renamed, renumbered and given an icon, and keeps its id and its rule", async () => {
  expect(
    await updateChannelType(makeContext(), { id: 2, name: "Telefon", channelId: 17, icon: "dial" }),
  ).toEqual({
    type: "result",
    message: "Channel type updated.",
    id: 2,
    channel_id: 17,
    outcome: "updated",
  });
  expect(findType(await readChannelTypes(db), "telefon")).toEqual({
    id: 2,
    channel_id: 17,
    name: "Telefon",
    rule: "phone",
  });
  expect(await updateChannelType(makeContext(), { id: 2, name: "telefon" })).toMatchObject({
    channel_id: 17,
    outcome: "updated",
  });
});

test("an update that changes nothing says so", async () => {
  for (const sent of [{}, { name: "email" }, { channelId: 1, icon: "mail" }])
    expect(await updateChannelType(makeContext(), { id: 1, ...sent })).toMatchObject({
      id: 1,
      channel_id: 1,
      outcome: "unchanged",
    });
});

test("a number that is taken is refused on channel_id", async () => {
  const error = await refusal(updateChannelType(makeContext(), { id: 1, channelId: 2 }));
  expect(error).toMatchObject({ status: 400, code: "invalid_field", errors: [{ field: "channel_id" }] });
});

test("a type that is not there is 404", async () => {
  expect(await refusal(updateChannelType(makeContext(), { id: 99, icon: "x" }))).toMatchObject({
    code: "not_found",
    message: "There is no such channel type.",
  });
});

test("twenty types made at once get twenty numbers in a row", async () => {
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, n) => createChannelType(makeContext(), { name: `type ${n}` })),
  );
  expect(made.map(({ channel_id }) => channel_id).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, n) => 100 + n),
  );
});

test("of ten simultaneous types of one name one is made", async () => {
  const settled = await Promise.allSettled(
    Array.from({ length: 10 }, () => createChannelType(makeContext(), { name: "Contested" })),
  );
  const refused = settled.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  expect(refused).toHaveLength(9);
  for (const error of refused)
    expect(error).toMatchObject({ code: "invalid_field", errors: [{ field: "name" }] });
});

test("types that take each other's numbers at once are each renumbered or refused, and no number is held twice", async () => {
  const swaps = [
    updateChannelType(makeContext(), { id: 3, channelId: 4 }),
    updateChannelType(makeContext(), { id: 4, channelId: 3 }),
    createChannelType(makeContext(), { name: "new" }),
  ];
  const settled = await Promise.allSettled(swaps);
  for (const one of settled)
    if (one.status === "rejected")
      expect(one.reason).toMatchObject({ code: "invalid_field", errors: [{ field: "channel_id" }] });
  const numbers = (await readChannelTypes(db)).map((type) => type.channel_id);
  expect(new Set(numbers).size).toBe(9);
});

test("a change invalidates the caches of types, a refused one does not", async () => {
  let told = 0;
  const telling = makeContext({ invalidateChannelTypes: () => void (told += 1) });
  await createChannelType(telling, { name: "Telegram" });
  await updateChannelType(telling, { id: 1, icon: "letter" });
  expect(told).toBe(2);
  await refusal(createChannelType(telling, { name: "Telegram" }));
  expect(told).toBe(2);
});

test("a list goes on where its cursor points", async () => {
  const first = await listChannelTypes(makeContext(), { itemLimit: 5 });
  const second = await listChannelTypes(makeContext(), { itemLimit: 5, cursor: first.nextCursor ?? "" });
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(second).toMatchObject({ itemStart: 5, itemTotal: 8, nextCursor: null });
});
