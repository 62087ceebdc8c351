// Backup files: what was cut off, changed or never a backup is refused by the check and by the restore; the secret in it
// opens with its passphrase only.
import { randomInt } from "node:crypto";
import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { writeBackupFile } from "../../../src/db/backup/file.ts";
import { BackupError } from "../../../src/db/backup/format.ts";
import { verifyBackup } from "../../../src/db/backup/read.ts";
import { isSecretOf, openSecret, backupToFile } from "../../../src/service/backup.ts";
import { backUp, createEmptyDatabase, folder, restore } from "../../support/backup/backups.ts";
import { startTestServer, testConfig } from "../../support/test-server.ts";

const world = await startTestServer();
for (let n = 0; n < 200; n += 1) await world.admin.customer.create({ brandId: 1, firstname: `Ada ${n}` });
const { file } = await backUp(world);
const bytes = readFileSync(file);
const verify = (content: Buffer) => verifyBackup(Readable.from([content]));

test("a whole backup passes, wherever its parts are cut", async () => {
  const { summary } = await verify(bytes);
  expect(summary.tables.find(({ name }) => name === "customer")).toMatchObject({ rows: 200 });
  const parts = Array.from({ length: Math.ceil(bytes.length / 97) }, (_, n) =>
    bytes.subarray(97 * n, 97 * (n + 1)),
  );
  expect((await verifyBackup(Readable.from(parts))).summary).toEqual(summary);
});

test("a backup that is cut off anywhere is refused", async () => {
  for (let n = 0; n < 60; n += 1) {
    const length = randomInt(bytes.length);
    await expect(verify(bytes.subarray(0, length)), `at ${length}`).rejects.toThrow(BackupError);
  }
  await expect(verify(bytes.subarray(0, -1))).rejects.toThrow(/cut off/);
});

/** What gzip reads from these bytes, if it can: its blocks end in bits that mean nothing. */
function unzipped(content: Buffer): Buffer | undefined {
  try {
    return gunzipSync(content);
  } catch {
    return undefined;
  }
}

test("a backup with a changed byte is refused, also where gzip itself is right again", async () => {
  const plain = gunzipSync(bytes);
  for (let n = 0; n < 60; n += 1) {
    const at = randomInt(10, bytes.length); // behind the head of gzip, which says nothing about the content
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1 << randomInt(8);
    if (unzipped(changed)?.equals(plain)) await verify(changed);
    else await expect(verify(changed), `byte ${at}`).rejects.toThrow(BackupError);
    const inside = randomInt(plain.length);
    const rezipped = Buffer.from(plain);
    rezipped[inside]! ^= 1 << randomInt(8);
    await expect(verify(gzipSync(rezipped)), `content ${inside}`).rejects.toThrow(BackupError);
  }
  await expect(verify(gzipSync(Buffer.concat([plain, Buffer.from("more")])))).rejects.toThrow(BackupError);
});

test("another file is no backup", async () => {
  for (const content of ["", "no backup", gzipSync("no backup"), gzipSync(Buffer.alloc(100_000, 72))])
    await expect(verify(Buffer.from(content))).rejects.toThrow(/This is no backup of Dossier/);
});

test("a damaged backup leaves nothing in the database but the word that it is unfinished", async () => {
  const changed = Buffer.from(bytes);
  changed[bytes.length - 200]! ^= 1;
  writeFileSync(`${folder}/changed`, changed);
  const target = await createEmptyDatabase();
  await expect(restore(`${folder}/changed`, target.url)).rejects.toThrow(BackupError);
  await restore(file, target.url);
});

test("a file is a backup only when it is whole: what fails leaves none", async () => {
  const path = `${folder}/failing.backup`;
  const options = { version: "1", secret: { fingerprint: "" } };
  const fail = () => {
    throw new Error("the disk is full");
  };
  const { pool } = world.service.db;
  await expect(writeBackupFile(pool, path, { ...options, onTable: fail })).rejects.toThrow(
    "the disk is full",
  );
  expect([existsSync(path), existsSync(`${path}.partial`)]).toEqual([false, false]);
  writeFileSync(`${path}.partial`, "left by an interrupted one");
  await writeBackupFile(pool, path, options);
  expect([statSync(path).mode & 0o777, existsSync(`${path}.partial`)]).toEqual([0o600, false]);
  await expect(writeBackupFile(pool, path, options)).rejects.toThrow(/is there already/);
  truncateSync(path, 10);
  await writeBackupFile(pool, path, { ...options, replace: true });
  await verify(readFileSync(path));
});

test("the secret opens with its passphrase, and with no other", async () => {
  const path = `${folder}/sealed.backup`;
  const config = testConfig(world.databaseUrl);
  const { header } = await backupToFile(world.service.db, config, path, {
    passphrase: "correct horse battery",
  });
  const secret = await openSecret(header.secret, "correct horse battery");
  expect(secret.current).toEqual(config.secret);
  expect(isSecretOf(header.secret, secret)).toBe(true);
  expect(isSecretOf(header.secret, { current: Buffer.alloc(32, 8) })).toBe(false);
  await expect(openSecret(header.secret, "correct horse batterie")).rejects.toThrow(/does not open/);
  expect(gunzipSync(readFileSync(path)).includes(config.secret!.toString("hex"))).toBe(false);
});
