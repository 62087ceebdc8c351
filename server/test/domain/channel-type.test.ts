// Channel types through the domain: their names, their numbers, and that both are nobody else's.
import { randomBytes } from "node:crypto";
import { builtinTypes, DossierError, findType, type Permission, permissions } from "@dossier/api";
import { afterAll, beforeEach, expect, test } from "vitest";
import { type Db, openDatabase } from "../../src/db/database.ts";
import type { Ask } from "../../src/domain/context.ts";
import { createType, listTypes, readTypes, updateType } from "../../src/domain/channel-type.ts";
import { freshDatabase } from "../support/database.ts";
import { secluded } from "../secluded.ts";

let db: Db;
const secret = randomBytes(32);
const opened: Db[] = [];

// Types belong to the whole installation, so every test has one of its own.
beforeEach(async () => {
  db = openDatabase((await freshDatabase()).connection);
  opened.push(db);
});
afterAll(async () => {
  for (const one of opened) await one.close();
});

function ask(more: Partial<Ask> = {}): Ask {
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
    about: "test",
    secret,
    types: builtinTypes,
    outside: secluded,
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
  expect(await readTypes(db)).toEqual(builtinTypes);
  const page = await listTypes(ask(), {});
  expect(page).toMatchObject({ type: "list", itemTotal: 8, nextCursor: null });
  expect(page.items[0]).toEqual({ id: 1, channel_id: 1, name: "email", icon: "mail" });
});

test("new types get the numbers from 100 on, and plain addresses", async () => {
  const first = await createType(ask(), { name: "Telegram", icon: "plane" });
  expect(first).toEqual({
    type: "result",
    message: "Channel type created.",
    id: expect.any(Number),
    channel_id: 100,
    outcome: "created",
  });
  expect(await createType(ask(), { name: "Fax" })).toMatchObject({ channel_id: 101 });
  expect((await readTypes(db)).slice(8)).toEqual([
    { id: first.id, channel_id: 100, name: "Telegram", rule: "plain" },
    { id: expect.any(Number), channel_id: 101, name: "Fax", rule: "plain" },
  ]);
});

test("a new type gets the first number that is free, whatever numbers an operator has given away", async () => {
  const huge = 999_999_999_999_999;
  await updateType(ask(), { id: 1, channelId: 100 });
  await updateType(ask(), { id: 2, channelId: 102 });
  await updateType(ask(), { id: 3, channelId: huge });
  const made = [];
  for (const name of ["a", "b", "c"]) made.push((await createType(ask(), { name })).channel_id);
  expect(made).toEqual([101, 103, 104]);
});

async function refusesName(name: string): Promise<void> {
  for (const work of [() => createType(ask(), { name }), () => updateType(ask(), { id: 7, name })])
    expect(await refusal(work())).toMatchObject({ code: "invalid_field", errors: [{ field: "name" }] });
}

test("a number cannot be a name", async () => {
  for (const name of ["7", "007", "123456789012345678"]) await refusesName(name);
});

test("what means a type already, in any case or by a nickname, cannot be the name of another", async () => {
  const names = ["email", "EMAIL", "e-mail", "E-Mail", "phone", "phoneNumber", "PHONENUMBER", "Livechat"];
  for (const name of names) await refusesName(name);
});

test("a nickname stays taken when the type it stands for is renamed", async () => {
  await updateType(ask(), { id: 1, name: "post" });
  expect(await refusal(createType(ask(), { name: "e-mail" }))).toMatchObject({ errors: [{ field: "name" }] });
});

test("two spellings of one name are one name", async () => {
  await createType(ask(), { name: "Cafe\u0301" });
  expect(await refusal(createType(ask(), { name: "CAF\u00C9" }))).toMatchObject({
    errors: [{ field: "name" }],
  });
  expect(findType(await readTypes(db), "caf\u00E9")).toMatchObject({ name: "Caf\u00E9" });
});

test("a type is renamed, renumbered and given an icon, and keeps its id and its rule", async () => {
  expect(await updateType(ask(), { id: 2, name: "Telefon", channelId: 17, icon: "dial" })).toEqual({
    type: "result",
    message: "Channel type updated.",
    id: 2,
    channel_id: 17,
    outcome: "updated",
  });
  expect(findType(await readTypes(db), "telefon")).toEqual({
    id: 2,
    channel_id: 17,
    name: "Telefon",
    rule: "phone",
  });
  expect(await updateType(ask(), { id: 2, name: "telefon" })).toMatchObject({
    channel_id: 17,
    outcome: "updated",
  });
});

test("an update that changes nothing says so", async () => {
  for (const sent of [{}, { name: "email" }, { channelId: 1, icon: "mail" }])
    expect(await updateType(ask(), { id: 1, ...sent })).toMatchObject({
      id: 1,
      channel_id: 1,
      outcome: "unchanged",
    });
});

test("a number that is taken is refused on channel_id", async () => {
  const error = await refusal(updateType(ask(), { id: 1, channelId: 2 }));
  expect(error).toMatchObject({ status: 400, code: "invalid_field", errors: [{ field: "channel_id" }] });
});

test("a type that is not there is 404", async () => {
  expect(await refusal(updateType(ask(), { id: 99, icon: "x" }))).toMatchObject({
    code: "not_found",
    message: "There is no such channel type.",
  });
});

test("twenty types made at once get twenty numbers in a row", async () => {
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, n) => createType(ask(), { name: `type ${n}` })),
  );
  expect(made.map(({ channel_id }) => channel_id).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, n) => 100 + n),
  );
});

test("of ten simultaneous types of one name one is made", async () => {
  const settled = await Promise.allSettled(
    Array.from({ length: 10 }, () => createType(ask(), { name: "Contested" })),
  );
  const refused = settled.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  expect(refused).toHaveLength(9);
  for (const error of refused)
    expect(error).toMatchObject({ code: "invalid_field", errors: [{ field: "name" }] });
});

test("types that take each other's numbers at once are each renumbered or refused, and no number is held twice", async () => {
  const swaps = [
    updateType(ask(), { id: 3, channelId: 4 }),
    updateType(ask(), { id: 4, channelId: 3 }),
    createType(ask(), { name: "new" }),
  ];
  const settled = await Promise.allSettled(swaps);
  for (const one of settled)
    if (one.status === "rejected")
      expect(one.reason).toMatchObject({ code: "invalid_field", errors: [{ field: "channel_id" }] });
  const numbers = (await readTypes(db)).map((type) => type.channel_id);
  expect(new Set(numbers).size).toBe(9);
});

test("a change is told to whoever remembers types, a refusal is not", async () => {
  let told = 0;
  const telling = ask({ forgetTypes: () => void (told += 1) });
  await createType(telling, { name: "Telegram" });
  await updateType(telling, { id: 1, icon: "letter" });
  expect(told).toBe(2);
  await refusal(createType(telling, { name: "Telegram" }));
  expect(told).toBe(2);
});

test("a list goes on where its cursor points", async () => {
  const first = await listTypes(ask(), { itemLimit: 5 });
  const second = await listTypes(ask(), { itemLimit: 5, cursor: first.nextCursor ?? "" });
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(second).toMatchObject({ itemStart: 5, itemTotal: 8, nextCursor: null });
});
