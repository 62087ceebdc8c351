/**
 * Erasure log: a write-ahead log outside the database of what a restored backup must not bring back, that is purged
 * customers and revoked keys. An entry is on the disk before its transaction commits, so every purge that was answered
 * is in it; if it cannot be written, the transaction fails. The entry of a transaction that was rolled back is
 * withdrawn by a second one. Entries hold times and ids, nothing about a person.
 *
 * Each line is one JSON object, written by one append, so that several processes may share the file.
 */
import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, stat } from "node:fs/promises";
import { createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { dirname } from "node:path";
import { DossierError } from "@dossier/api";

/** What was erased: the data of a customer, or the validity of an API key. */
export type ErasureKind = "purge" | "key_revocation";

/** A line of the log. */
export interface Erasure {
  time: string;
  kind: ErasureKind;
  id: number;
  /** names the line, for the one that withdraws it */
  entry: string;
}

/** Appends to the log. */
export interface ErasureLog {
  /**
   * Returns when the entries are on the disk, with their names.
   *
   * @throws DossierError `unavailable` if they cannot be written
   */
  append(kind: ErasureKind, ids: readonly number[]): Promise<string[]>;
  /** Withdraws entries whose transaction was rolled back. A failure is no error: replaying them erases too much, never too little. */
  withdraw(entries: readonly string[]): Promise<void>;
}

/** Opens a log; creates the file if it is missing, so that a path that cannot be written is found at the start. */
export async function openErasureLog(path: string): Promise<ErasureLog> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await appendLines(path, []);
  return {
    async append(kind, ids) {
      const time = new Date().toISOString();
      const entries = ids.map((id): Erasure => ({ time, kind, id, entry: randomUUID() }));
      try {
        await appendLines(path, entries);
      } catch (cause) {
        throw new DossierError(
          "unavailable",
          "The erasure log cannot be written, so nothing was erased or revoked. Tell the operator, and retry.",
          { retryAfter: 5, cause },
        );
      }
      return entries.map(({ entry }) => entry);
    },
    async withdraw(entries) {
      const time = new Date().toISOString();
      await appendLines(
        path,
        entries.map((entry) => ({ time, kind: "withdrawn", entry })),
      ).catch(() => undefined);
    },
  };
}

/** The file is opened for each append: it may have been moved, and purges are rare. */
async function appendLines(path: string, lines: readonly object[]): Promise<void> {
  const isNew = !existsSync(path);
  const file = await open(path, "a+", 0o600);
  try {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    if (text !== "") {
      // A crash may have torn the last line; this one must not continue it.
      const bytes = Buffer.from((await endsInsideLine(file)) ? `\n${text}` : text);
      const { bytesWritten } = await file.write(bytes);
      if (bytesWritten < bytes.length) throw new Error("the disk took a part of the line only");
    }
    if (isNew) await giveToFolderOwner(file, dirname(path));
    await file.sync();
  } finally {
    await file.close();
  }
  if (isNew) await syncFolder(dirname(path));
}

/** What root creates in another account's folder belongs to that account: its server must be able to append. */
async function giveToFolderOwner(file: FileHandle, folder: string): Promise<void> {
  const { uid, gid } = await stat(folder);
  if (process.getuid?.() === 0 && uid !== 0) await file.chown(uid, gid);
}

async function endsInsideLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 10;
}

/** Makes a new name in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, "r");
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

/** The content of a log. */
export interface ReadErasures {
  /** every erasure that was not withdrawn, in order */
  erasures: Erasure[];
  /** the numbers of lines that cannot be read */
  unreadable: number[];
}

/** Reads a log. A line that a crash has torn was never answered; it is reported, like any other that cannot be read. */
export async function readErasures(path: string): Promise<ReadErasures> {
  const found = new Map<string, Erasure>();
  const unreadable: number[] = [];
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number += 1;
    if (line.trim() === "") continue;
    const entry = parseLine(line);
    if (entry === undefined) unreadable.push(number);
    else if (entry.kind === "withdrawn") found.delete(entry.entry);
    else found.set(entry.entry, entry);
  }
  return { erasures: [...found.values()], unreadable };
}

function parseLine(line: string): Erasure | { kind: "withdrawn"; entry: string } | undefined {
  try {
    const { time, kind, id, entry } = JSON.parse(line) as Partial<Record<keyof Erasure, unknown>>;
    if (typeof entry !== "string" || typeof time !== "string" || Number.isNaN(Date.parse(time)))
      return undefined;
    if (kind === "withdrawn") return { kind, entry };
    if ((kind !== "purge" && kind !== "key_revocation") || !Number.isSafeInteger(id)) return undefined;
    return { time, kind, id: Number(id), entry };
  } catch {
    return undefined;
  }
}

/** Copies the erasures of other logs into a log, so that it serves every older backup too. */
export async function importErasures(path: string, erasures: readonly Erasure[]): Promise<void> {
  await openErasureLog(path);
  const known = new Set((await readErasures(path)).erasures.map(({ entry }) => entry));
  const missing = erasures.filter(({ entry }) => !known.has(entry));
  for (let at = 0; at < missing.length; at += 1000) await appendLines(path, missing.slice(at, at + 1000));
}
