// The scheduled backups over HTTP: which there are, what is in them, and when the next is due; for keys that may see it,
// and with no path but those that the operator has set.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { backupName, noteFailure } from "../../src/db/backup/folder.ts";
import { createBackupReader, nextDue } from "../../src/service/backup-report.ts";
import { backupToFile } from "../../src/service/backup.ts";
import { startTestServer, testConfig } from "../support/test-server.ts";

const world = await startTestServer();
const folder = await mkdtemp(join(tmpdir(), "dossier-backups-"));
afterAll(() => rm(folder, { recursive: true }));

const config = {
  ...testConfig(world.databaseUrl),
  databaseUrl: undefined,
  backupDir: folder,
  backupEvery: 3600,
  backupPassphrase: "a passphrase of a test",
};
const [older, newer] = [new Date("2026-11-21T18:00:00Z"), new Date("2026-11-22T18:00:00Z")];

test("an external PostgreSQL's backups are the operator's: nothing is said of them", async () => {
  const { item } = await world.admin.backup.find();
  expect(item).toEqual({
    is_embedded: false,
    folder: null,
    every: null,
    keep: null,
    has_passphrase: false,
    next_due_at: null,
    failure: null,
    erasure_log: null,
    count: 0,
    backups: [],
  });
});

test("is for keys with SETTINGS_CRUD for all brands", async () => {
  const brandId = await world.newBrand();
  expect((await (await world.clientFor(["SETTINGS_CRUD"])).backup.find()).item.count).toBe(0);
  for (const one of [world.clientFor(["METRICS_READ"]), world.clientFor(["SETTINGS_CRUD"], [brandId])])
    await expect((await one).backup.find()).rejects.toMatchObject({ code: "permission_missing" });
});

test("lists whole backups, newest first, and says of each whether the secret is in it", async () => {
  const passphrase = config.backupPassphrase;
  const signal = new AbortController().signal;
  const source = { ...config, databaseUrl: world.databaseUrl };
  await backupToFile(world.service.db, source, join(folder, backupName(newer)), { passphrase, signal });
  await writeFile(join(folder, backupName(older)), "no backup");
  await writeFile(join(folder, `${backupName(older)}.partial`), "begun");
  await mkdir(join(folder, "elsewhere"));
  const report = await createBackupReader(config)();
  expect(report).toMatchObject({
    is_embedded: true,
    folder,
    every: 3600,
    keep: 7,
    has_passphrase: true,
    next_due_at: new Date(newer.getTime() + 3_600_000).toISOString(),
    failure: null,
    count: 2,
    backups: [
      { name: backupName(newer), created_at: newer.toISOString(), has_secret: true },
      { name: backupName(older), size: "no backup".length, has_secret: null },
    ],
  });
  expect(report.backups[0]?.size).toBeGreaterThan(1000);
});

test("says why the last attempt failed, and is due again within the hour", async () => {
  await noteFailure(folder, "the disk is full");
  const { failure, next_due_at } = await createBackupReader(config)();
  expect(failure?.message).toBe("the disk is full");
  expect(Date.parse(next_due_at ?? "") - Date.parse(failure?.at ?? "")).toBe(3_600_000);
});

test("without a schedule none is due, and the first is due at once", () => {
  expect(nextDue(0, newer, undefined)).toBeUndefined();
  expect(nextDue(3600, undefined, undefined)?.getTime()).toBeLessThanOrEqual(Date.now());
  expect(nextDue(86_400, older, undefined)).toEqual(newer);
});
