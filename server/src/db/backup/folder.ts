/**
 * Folder of scheduled backups: each file is named by its time, the oldest go when there are enough, and a failure is
 * written down beside them, so that other processes can see it.
 */
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

const pattern = /^dossier-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.backup$/;
const failureFile = "failure.json";

/** What a folder of backups shows. */
export interface BackupFolder {
  /** the names of whole backups, oldest first */
  names: string[];
  /** the time of the newest */
  newest: Date | undefined;
  /** the last attempt, if it failed */
  failure: { at: Date; message: string } | undefined;
}

/** The name of a backup. */
export function backupName(time: Date): string {
  return `dossier-${time
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replace(/[-:]/g, "")}.backup`;
}

/** Reads a folder; one that is missing is empty. */
export async function readBackupFolder(folder: string): Promise<BackupFolder> {
  const files = await readdir(folder).catch(() => []);
  const names = files.filter((name) => pattern.test(name)).sort();
  const newest = names.at(-1);
  const text = await readFile(join(folder, failureFile), "utf8").catch(() => undefined);
  return { names, newest: newest === undefined ? undefined : timeOf(newest), failure: parseFailure(text) };
}

/** When a backup was begun, as its name says. */
const timeOf = (name: string) => new Date(name.replace(pattern, "$1-$2-$3T$4:$5:$6Z"));

/** A whole backup in the folder. */
export interface BackupFile {
  name: string;
  /** in bytes */
  size: number;
  time: Date;
}

/** The newest backups, newest first. One that goes meanwhile is left out. */
export async function listBackups(folder: string, limit: number): Promise<BackupFile[]> {
  const { names } = await readBackupFolder(folder);
  const files: BackupFile[] = [];
  for (const name of names.toReversed().slice(0, limit)) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found) files.push({ name, size: found.size, time: timeOf(name) });
  }
  return files;
}

function parseFailure(text: string | undefined): BackupFolder["failure"] {
  if (text === undefined) return undefined;
  try {
    const { at, message } = JSON.parse(text) as { at: string; message: string };
    return { at: new Date(at), message };
  } catch {
    return { at: new Date(0), message: "what is written about it cannot be read" };
  }
}

/** Prepares the folder, and removes what interrupted backups have left. */
export async function prepareBackupFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder))
    if (name.endsWith(".partial") && pattern.test(name.replace(/\.partial$/, "")))
      await rm(join(folder, name), { force: true });
}

/** After a success: forgets the last failure, and removes the oldest backups. */
export async function keepNewest(folder: string, keep: number): Promise<void> {
  await rm(join(folder, failureFile), { force: true });
  const { names } = await readBackupFolder(folder);
  for (const name of names.slice(0, -keep)) await rm(join(folder, name), { force: true });
}

/** Writes a failure down; a disk that is full does not take this either. */
export async function noteFailure(folder: string, message: string): Promise<void> {
  const text = JSON.stringify({ at: new Date().toISOString(), message });
  await writeFile(join(folder, failureFile), text, { mode: 0o600 }).catch(() => undefined);
}
