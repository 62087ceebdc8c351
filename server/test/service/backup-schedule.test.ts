// The schedule of backups: when one is due, how many are kept, and what a failure leaves.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { backupName, readBackupFolder } from "../../src/db/backup/folder.ts";
import { openLog } from "../../src/log.ts";
import { scheduleBackups } from "../../src/service/backup-schedule.ts";
import { folder } from "../support/backup/backups.ts";
import { startTestServer, testConfig } from "../support/test-server.ts";

const world = await startTestServer();
const { db } = world.service;
const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000);
const backupsIn = (backupDir: string) =>
  readdirSync(backupDir).filter((name) => name.endsWith(".backup")).length;

/** As for an embedded database: the schedule of one's own PostgreSQL is the system's. */
const configOf = (backupDir: string) => ({
  ...testConfig(world.databaseUrl),
  databaseUrl: undefined,
  backupDir,
  backupEvery: 86_400,
  backupKeep: 2,
});

function folderWith(name: string, ...files: string[]): string {
  const backupDir = join(folder, name);
  mkdirSync(backupDir);
  for (const file of files) writeFileSync(join(backupDir, file), "");
  return backupDir;
}

async function runOnce(backupDir: string, until: () => Promise<void>): Promise<void> {
  const stop = scheduleBackups(db, configOf(backupDir), openLog("silent", false));
  await vi.waitFor(until, { timeout: 60_000 });
  await stop();
}

test("a backup is due when the newest is old enough, the oldest go, and half ones too", async () => {
  const names = [ago(72), ago(48), ago(25)].map(backupName);
  const backupDir = folderWith("due", ...names, `${backupName(ago(1))}.partial`, "notes.txt");
  await runOnce(backupDir, async () =>
    expect((await readBackupFolder(backupDir)).newest?.getTime()).toBeGreaterThan(ago(1).getTime()),
  );
  expect((await readBackupFolder(backupDir)).names).toEqual([names[2], expect.any(String)]);
  expect(readdirSync(backupDir)).toContain("notes.txt");
  expect(readdirSync(backupDir).filter((name) => name.endsWith(".partial"))).toEqual([]);
});

test("none is made while the newest is young", async () => {
  const backupDir = folderWith("young", backupName(ago(23)));
  const stop = scheduleBackups(db, configOf(backupDir), openLog("silent", false));
  await stop();
  expect(backupsIn(backupDir)).toBe(1);
});

test("a failure is written down until a backup succeeds", async () => {
  const backupDir = folderWith("failing");
  const broken = { ...configOf(backupDir), secret: undefined };
  const stop = scheduleBackups(db, broken, openLog("silent", false));
  await vi.waitFor(async () =>
    expect((await readBackupFolder(backupDir)).failure?.message).toContain("has no secret yet"),
  );
  await stop();
  await runOnce(backupDir, async () => expect(backupsIn(backupDir)).toBe(1));
  expect((await readBackupFolder(backupDir)).failure).toBeUndefined();
});
