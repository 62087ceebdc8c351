// A backup restored into another database: equal row for row and in its schema, of every table, also of an older
// release; and what a restore refuses.
import { createClient } from "@dossier/api";
import type pg from "pg";
import { expect, test, vi } from "vitest";
import { emptyTables, readTables, tablesOf } from "../../../src/db/backup/catalog.ts";
import { openBackupFile } from "../../../src/db/backup/file.ts";
import { load } from "../../../src/db/backup/load.ts";
import { BackupReader } from "../../../src/db/backup/read.ts";
import { openLongSession } from "../../../src/db/backup/session.ts";
import { migrate, readMigrations } from "../../../src/db/migrate.ts";
import { openDatabase } from "../../../src/db/pool.ts";
import { seedDemo } from "../../../src/demo.ts";
import { readChannelTypes } from "../../../src/domain/channel-type.ts";
import { openLog } from "../../../src/log.ts";
import { backupToFile } from "../../../src/service/backup.ts";
import { startService } from "../../../src/service/service.ts";
import { backUp, createEmptyDatabase, folder, onDatabase, restore } from "../../support/backup/backups.ts";
import { createTestDatabase } from "../../support/database.ts";
import { describeSchema } from "../../schema.ts";
import { fingerprintOn, withSql } from "../../support/table-fingerprint.ts";
import { startTestServer, testConfig } from "../../support/test-server.ts";

const world = await startTestServer();
const { db } = world.service;
await seedDemo(db, await readChannelTypes(db));
// What COPY must escape.
await withSql(world, (client) =>
  client.query("UPDATE message SET content = $1", ["Tab\tQuote\\ Línea\nnueva\r\n\\N\n\\.\n"]),
);

const statisticsOf = (client: pg.Client) =>
  client
    .query<{ line: string }>(
      `SELECT c.relname || ' ' || attnum || ' ' || attstattarget AS line FROM pg_attribute a
        JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND attstattarget >= 0 ORDER BY 1`,
    )
    .then(({ rows }) => rows.map(({ line }) => line));

test("every table of the schema is in a backup, but those with a reason", async () => {
  const { header } = await backUp(world);
  const all = await withSql(world, readTables);
  const names = all.map(({ name }) => name);
  expect(tablesOf(readMigrations()).toSorted()).toEqual(names);
  const copied = header.tables.map(({ name }) => name);
  expect([...copied, ...Object.keys(emptyTables)].toSorted()).toEqual(names);
  for (const table of header.tables) expect(all).toContainEqual(table);
});

test("a restored database has the same rows and the same schema", async () => {
  const { file } = await backUp(world);
  const target = await createEmptyDatabase();
  const report = await restore(file, target.url);
  expect(report.loaded.kind).toBe("loaded");
  await onDatabase(target.connection, async (client) => {
    expect(await fingerprintOn(client)).toBe(await withSql(world, fingerprintOn));
    expect(await describeSchema(client)).toBe(await withSql(world, describeSchema));
    expect(await statisticsOf(client)).toEqual(await withSql(world, statisticsOf));
    const disabled = await client.query("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'O'");
    const invalid = await client.query("SELECT conname FROM pg_constraint WHERE NOT convalidated");
    expect([disabled.rows, invalid.rows]).toEqual([[], []]);
  });
});

test("a backup under writers is the state of its snapshot, row for row, and the writers go on", async () => {
  const stopping = new AbortController();
  let [written, atSnapshot] = [0, 0];
  const writer = async (n: number) => {
    for (let at = 0; !stopping.signal.aborted; at += 1) {
      const primaryId = `w${n}-${at}`;
      const { id } = await world.admin.customer.create({ brandId: 1, primaryId, firstname: "Ada" });
      await world.admin.customer.addEvent({ customerId: id, message: "Order 7" });
      written += 1;
    }
  };
  const writers = [1, 2, 3, 4].map(writer);
  const file = `${folder}/under-writers.backup`;
  // Writers wait for as long as it takes to see the same state as the snapshot; the rows are copied after that.
  const expected = await withSql(world, async (client) => {
    const tables = (await readTables(client)).map(({ name }) => name);
    await client.query("BEGIN");
    await client.query(`LOCK TABLE ${tables.join(", ")} IN EXCLUSIVE MODE`);
    let made: Promise<unknown> = Promise.resolve();
    await new Promise<void>((hasSnapshot, failed) => {
      made = backupToFile(db, testConfig(world.databaseUrl), file, { onBegin: () => hasSnapshot() });
      made.catch(failed);
    });
    const state = await fingerprintOn(client);
    atSnapshot = written;
    await client.query("COMMIT");
    await made;
    return state;
  });
  await vi.waitFor(() => expect(written).toBeGreaterThan(atSnapshot + 4), { timeout: 30_000 });
  stopping.abort();
  await Promise.all(writers);
  const target = await createEmptyDatabase();
  await restore(file, target.url);
  await onDatabase(target.connection, async (client) => expect(await fingerprintOn(client)).toBe(expected));
});

test("a restored server gives no id that was given before, not even after the backup", async () => {
  const { file } = await backUp(world);
  const later = await world.admin.customer.create({ brandId: 1, firstname: "Later" });
  const target = await createEmptyDatabase();
  await restore(file, target.url);
  const service = await startService(testConfig(target.url), openLog("silent", false), { drainMs: 10 });
  const client = createClient({ url: service.url, key: world.adminKey }).raw;
  const { id } = await client.customer.create({ brandId: 1, firstname: "Zoe" });
  expect(id).toBeGreaterThan(later.id + 400_000_000);
  const { rows } = await service.db.pool.query<{ name: string; last: number | null }>(
    "SELECT sequencename AS name, last_value AS last FROM pg_sequences WHERE schemaname = 'public'",
  );
  expect(rows.length).toBeGreaterThan(10);
  for (const { last } of rows) expect(last).toBeGreaterThanOrEqual(1_000_000_000);
  await service.stop();
});

test("a database in which a server has run is not replaced", async () => {
  const { file } = await backUp(world);
  const before = await withSql(world, fingerprintOn);
  await expect(restore(file, world.databaseUrl)).rejects.toThrow(/The database is not empty: there are rows/);
  expect(await withSql(world, fingerprintOn)).toBe(before);
  const foreign = await createEmptyDatabase();
  await onDatabase(foreign.connection, (client) => client.query("CREATE TABLE invoice (id int)"));
  await expect(restore(file, foreign.url)).rejects.toThrow(/tables that are not Dossier's, such as invoice/);
});

test("a migrated database that is empty is taken", async () => {
  const { file } = await backUp(world);
  expect((await restore(file, (await createTestDatabase({})).url)).loaded.kind).toBe("loaded");
});

test("a backup of an older release is brought to this one, and one of a newer release is refused", async () => {
  const older = await createEmptyDatabase();
  const source = openDatabase({ connectionString: older.url }, 2);
  const own = readMigrations();
  await migrate(source.pool, own.slice(0, -1));
  await source.pool.query("INSERT INTO customer (brand_id, firstname) VALUES (1, 'Old')");
  const file = `${folder}/older.backup`;
  await backupToFile(source, testConfig(older.url), file);
  const target = await createEmptyDatabase();
  const { loaded } = await restore(file, target.url);
  expect(loaded).toMatchObject({ migrations: [own.at(-1)?.name] });
  await onDatabase(target.connection, async (client) => {
    expect(await describeSchema(client)).toBe(await withSql(world, describeSchema));
    expect((await client.query("SELECT firstname FROM customer")).rows).toEqual([{ firstname: "Old" }]);
  });
  const migrated = await createTestDatabase({});
  await expect(restore(file, migrated.url)).rejects.toThrow(/has been migrated beyond the backup/);
  await source.close();

  const newer = await createTestDatabase({});
  const pool = openDatabase({ connectionString: newer.url }, 2);
  await pool.pool.query("INSERT INTO schema_migration (name, hash) VALUES ('9999_later.sql', 'x')");
  await expect(backupToFile(pool, testConfig(newer.url), `${folder}/newer.backup`)).rejects.toThrow(
    /newer than this Dossier: it has the migration 9999_later\.sql/,
  );
  await pool.close();
});

test("an interrupted restore is told as unfinished, by every start, and begun anew", async () => {
  const { file } = await backUp(world);
  const target = await createEmptyDatabase();
  const fail = (name: string) => {
    if (name === "message") throw new Error("the power fails");
  };
  await expect(restore(file, target.url, [], fail)).rejects.toThrow("the power fails");
  const unfinished = /The restore of the backup of .* was interrupted, and not everything is there/;
  const again = openDatabase({ connectionString: target.url }, 2);
  await expect(migrate(again.pool)).rejects.toThrow(unfinished);
  await expect(startService(testConfig(target.url), openLog("silent", false))).rejects.toThrow(unfinished);
  await expect(backupToFile(again, testConfig(target.url), `${folder}/half.backup`)).rejects.toThrow(
    unfinished,
  );
  await again.close();
  await restore(file, target.url);
  await onDatabase(target.connection, async (client) =>
    expect(await fingerprintOn(client)).toBe(await withSql(world, fingerprintOn)),
  );
});

test("a restore that was interrupted behind its rows goes on there, and only with the same backup", async () => {
  const [first, second] = [await backUp(world), await backUp(world)];
  const target = await createEmptyDatabase();
  const other = openDatabase({ connectionString: target.url }, 2);
  const client = await openLongSession(other.pool);
  await load(client, new BackupReader(await openBackupFile(first.file)));
  await client.end();
  await expect(restore(second.file, target.url)).rejects.toThrow(/unfinished restore of another backup/);
  expect((await restore(first.file, target.url)).loaded.kind).toBe("loaded before");
  expect(await migrate(other.pool)).toEqual([]);
  await other.close();
});
