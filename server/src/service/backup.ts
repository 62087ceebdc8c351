/** Backup of an installation: its database, and its secret under a passphrase. */
import type { Writable } from "node:stream";
import type { Config } from "../config.ts";
import type { DumpOptions } from "../db/backup/dump.ts";
import { writeBackup, writeBackupFile, type WrittenBackup } from "../db/backup/file.ts";
import { BackupError, type BackupSecret } from "../db/backup/format.ts";
import { openUnder, sealUnder } from "../db/backup/passphrase.ts";
import type { Db } from "../db/database.ts";
import type { Secret } from "../domain/context.ts";
import { secretFingerprint } from "../domain/encryption.ts";
import { version } from "../version.ts";
import { readExistingSecrets } from "./installation-secret.ts";

type Progress = Pick<DumpOptions, "onBegin" | "onRows" | "onTable" | "signal">;

/** How a backup is made. */
export interface BackupOptions extends Progress {
  /** seals the installation secret; without it the secret is not in the backup */
  passphrase?: string | undefined;
  /** replace a file that is there */
  replace?: boolean;
}

/** Writes a backup to a file. @throws BackupError */
export async function backupToFile(
  db: Db,
  config: Config,
  path: string,
  { passphrase, ...options }: BackupOptions = {},
): Promise<WrittenBackup> {
  const secret = await sealSecret(config, passphrase);
  return writeBackupFile(db.pool, path, { version, secret, ...options });
}

/** Writes a backup to a stream. @throws BackupError */
export async function backupToStream(
  db: Db,
  config: Config,
  target: Writable,
  { passphrase, ...options }: BackupOptions = {},
): Promise<void> {
  const secret = await sealSecret(config, passphrase);
  await writeBackup(db.pool, target, { version, secret, ...options });
}

async function sealSecret(config: Config, passphrase: string | undefined): Promise<BackupSecret> {
  const secret = readExistingSecrets(config);
  if (!secret) throw new BackupError("The installation has no secret yet: start its server once.");
  const fingerprint = secretFingerprint(secret.current).toString("base64");
  if (passphrase === undefined) return { fingerprint };
  const { current, previous } = secret;
  const text = JSON.stringify({ current: current.toString("hex"), previous: previous?.toString("hex") });
  return { fingerprint, sealed: await sealUnder(passphrase, Buffer.from(text)) };
}

/** Opens the secret of a backup. @throws BackupError for another passphrase */
export async function openSecret({ sealed }: BackupSecret, passphrase: string): Promise<Secret> {
  if (!sealed) throw new BackupError("The backup was made without the installation's secret.");
  const text = (await openUnder(passphrase, sealed)).toString();
  const { current, previous } = JSON.parse(text) as { current: string; previous?: string };
  return {
    current: Buffer.from(current, "hex"),
    ...(previous === undefined ? {} : { previous: Buffer.from(previous, "hex") }),
  };
}

/** Whether one of the secrets is the backup's. */
export function isSecretOf({ fingerprint }: BackupSecret, secret: Secret | undefined): boolean {
  const own = [secret?.current, secret?.previous].filter((one) => one !== undefined);
  return own.some((one) => secretFingerprint(one).toString("base64") === fingerprint);
}
