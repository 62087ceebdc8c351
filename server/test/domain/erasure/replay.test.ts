// The erasure log: what was purged or revoked is on the disk before the answer, what was not is not replayed, and a
// restored backup brings nobody back.
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@dossier/api";
import { expect, test } from "vitest";
import { openErasureLog, readErasures } from "../../../src/db/erasure-log.ts";
import { openDatabase } from "../../../src/db/pool.ts";
import { readChannelTypes } from "../../../src/domain/channel-type.ts";
import { runRetention } from "../../../src/domain/erasure/retention.ts";
import { replayErasures, unseenErasures } from "../../../src/domain/erasure/replay.ts";
import { openLog } from "../../../src/log.ts";
import { startService } from "../../../src/service/service.ts";
import { backUp, createEmptyDatabase, folder, onDatabase, restore } from "../../support/backup/backups.ts";
import { withSql } from "../../support/table-fingerprint.ts";
import { startTestServer, testConfig } from "../../support/test-server.ts";

const erasureLog = join(folder, "erasures.jsonl");
const world = await startTestServer({ erasureLog });
const { customer, key } = world.admin;
const idsOf = async (kind: string) =>
  (await readErasures(erasureLog)).erasures.filter((one) => one.kind === kind).map(({ id }) => id);

const create = (firstname: string, primaryId?: string) =>
  customer.create({ brandId: 1, firstname, lastname: "Quendelbart", ...(primaryId ? { primaryId } : {}) });

test("a purge is in the log with its ids and nothing about the person, once it is answered", async () => {
  const { id } = await create("Griselda", "K-1");
  await customer.purge({ id });
  expect(await idsOf("purge")).toContain(id);
  const lines = readFileSync(erasureLog, "utf8").trimEnd().split("\n");
  expect(Object.keys(JSON.parse(lines.at(-1) ?? "") as object)).toEqual(["time", "kind", "id", "entry"]);
  expect(lines.join()).not.toMatch(/Griselda|Quendelbart|K-1/);
});

test("a purge by primary id has the deleted customers of that id in the log too", async () => {
  const first = await create("One", "K-2");
  await customer.delete({ id: first.id });
  const second = await create("Two", "K-2");
  await customer.purgeAny({ primaryId: "K-2", brandId: 1 });
  expect(await idsOf("purge")).toEqual(expect.arrayContaining([first.id, second.id]));
});

test("the erasure log has what retention erases", async () => {
  const { id } = await create("Old");
  await customer.delete({ id });
  await withSql(world, (client) =>
    client.query("UPDATE deleted_customer SET deleted_at = now() - interval '31 days' WHERE id = $1", [id]),
  );
  await runRetention(world.service.db, await readChannelTypes(world.service.db));
  expect(await idsOf("purge")).toContain(id);
});

test("a purge that is refused or rolled back is not replayed", async () => {
  const { id } = await create("Stays");
  await expect(customer.purge({ id }, { ifMatch: 7 })).rejects.toMatchObject({ code: "stale_version" });
  const { db } = world.service;
  const failing = db.transaction(async (tx) => {
    await tx.recordErasure("purge", [id]);
    throw new Error("a later statement fails");
  });
  await expect(failing).rejects.toThrow("a later statement fails");
  expect(readFileSync(erasureLog, "utf8")).toContain(`"id":${id},`);
  expect(await idsOf("purge")).not.toContain(id);
});

test("without its log nothing is erased or revoked: 503, and everything is as before", async () => {
  const { id } = await create("Safe");
  const made = await key.create({ name: "till", permissions: ["CUSTOMER_READ"] });
  renameSync(erasureLog, `${erasureLog}.away`);
  mkdirSync(erasureLog); // root could write a file without permissions
  await expect(customer.purge({ id })).rejects.toMatchObject({ status: 503, code: "unavailable" });
  await expect(key.revoke({ id: made.id })).rejects.toMatchObject({ status: 503 });
  rmSync(erasureLog, { recursive: true });
  renameSync(`${erasureLog}.away`, erasureLog);
  expect((await customer.find({ id })).item.firstname).toBe("Safe");
  const holder = createClient({ url: world.url, key: made.key }).raw;
  expect((await holder.customer.find({ id })).item.id).toBe(id);
});

test("a server does not start without its log", async () => {
  const start = startService(testConfig(world.databaseUrl, { erasureLog: "/dev/null/x" }), openLog("silent"));
  await expect(start).rejects.toThrow(/The erasure log \/dev\/null\/x cannot be written/);
});

test("a restored backup brings back no purged person, and opens no revoked key", async () => {
  const primaryId = "K-9";
  const gone = await create("Gundula", primaryId);
  await customer.addEvent({ customerId: gone.id, message: "Order 7" });
  const stays = await create("Hilde");
  const revoked = await key.create({ name: "shop", permissions: ["CUSTOMER_READ"] });
  const kept = await key.create({ name: "desk", permissions: ["CUSTOMER_READ"] });
  const child = await createClient({ url: world.url, key: world.adminKey }).raw.key.create({
    name: "later",
    permissions: ["CUSTOMER_READ"],
  });
  const { file } = await backUp(world);
  await customer.purge({ id: gone.id });
  await key.revoke({ id: revoked.id });
  await key.revoke({ id: child.id });

  const target = await createEmptyDatabase();
  const { erasures } = await readErasures(erasureLog);
  const { replay } = await restore(file, target.url, erasures);
  expect(replay).toEqual({ customers: 1, keys: 2 });
  const service = await startService(testConfig(target.url), openLog("silent"), { drainMs: 10 });
  const read = createClient({ url: service.url, key: kept.key, retry: false }).raw;
  expect((await read.customer.find({ id: stays.id })).item.firstname).toBe("Hilde");
  await expect(read.customer.find({ id: gone.id })).rejects.toMatchObject({ code: "not_found" });
  expect((await read.customer.list({ query: "Gundula" })).items).toEqual([]);
  for (const one of [revoked.key, child.key])
    await expect(
      createClient({ url: service.url, key: one, retry: false }).raw.customer.list({}),
    ).rejects.toMatchObject({ code: "invalid_key" });
  await service.stop();
  await onDatabase(target.connection, async (client) => {
    const left = await client.query("SELECT FROM event WHERE customer_id = $1", [gone.id]);
    const words = await client.query("SELECT FROM search_word WHERE word = 'gundula'");
    const trail = await client.query(
      "SELECT operation FROM audit_entry WHERE entity = 'customer' AND subject_id = $1 AND key_id IS NULL",
      [gone.id],
    );
    expect([left.rowCount, words.rowCount, trail.rows]).toEqual([0, 0, [{ operation: "customer.purge" }]]);
  });
  // Once more: nothing is left to erase.
  const db = openDatabase({ connectionString: target.url }, 2);
  expect(await replayErasures(db, await readChannelTypes(db), erasures)).toEqual({ customers: 0, keys: 0 });
  await db.close();
});

test("a torn line hides no other, and a line of nonsense is told", async () => {
  const path = join(folder, "torn.jsonl");
  const log = await openErasureLog(path);
  await log.append("purge", [1]);
  appendFileSync(path, '{"time":"2026-01-01T00:00:00.000Z","kind":"pur');
  await log.append("purge", [2]);
  expect(await readErasures(path)).toMatchObject({ erasures: [{ id: 1 }, { id: 2 }], unreadable: [2] });
  writeFileSync(path, "nonsense\n");
  expect(await readErasures(path)).toEqual({ erasures: [], unreadable: [1] });
});

test("an entry a day older than the backup is of a purge that the backup has seen", () => {
  const at = (time: string) => ({ time, kind: "purge" as const, id: 1, entry: time });
  const all = ["2026-05-01T10:00:00.000Z", "2026-05-02T11:00:00.000Z", "2026-05-03T12:00:00.000Z"].map(at);
  expect(unseenErasures(all, new Date("2026-05-02T10:30:00Z"))).toEqual(all.slice(1));
});
