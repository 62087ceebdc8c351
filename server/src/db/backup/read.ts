/**
 * Backup reader: reads a backup once, from its beginning to its end, with one frame in memory, and checks every count
 * and digest on the way. What it has returned is the backup's only once `end` has returned too: a caller that writes
 * somewhere undoes it if reading fails.
 */
import { createHash } from "node:crypto";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import {
  BackupError,
  type BackupHeader,
  type BackupSummary,
  type BackupTable,
  cutOff,
  decodeFrames,
  foreign,
  type Frame,
  FrameDigest,
  formatNumber,
  frameKinds,
  type TableSummary,
} from "./format.ts";

/** A table to be read: its rows must be read to their end before the next table. */
export interface TableRows {
  table: BackupTable;
  rows: AsyncGenerator<Buffer>;
}

/** Reads one backup. */
export class BackupReader {
  readonly #source: Readable;
  readonly #frames: AsyncGenerator<Frame>;
  readonly #digest = new FrameDigest();
  readonly #read: TableSummary[] = [];
  #header: BackupHeader | undefined;

  constructor(source: Readable) {
    this.#source = source;
    const unzip = createGunzip();
    pipeline(source, unzip, () => undefined); // errors of both arrive at the reader of `unzip`
    this.#frames = decodeFrames(unzip);
  }

  /** What the backup is. @throws BackupError for what is no backup, or one of a newer format */
  async header(): Promise<BackupHeader> {
    if (this.#header) return this.#header;
    const { kind, content } = await this.#next();
    if (kind !== frameKinds.header) throw foreign();
    const header = parse(content) as BackupHeader;
    if (header.format !== "dossier-backup") throw foreign();
    if (header.formatNumber > formatNumber)
      throw new BackupError(
        `The backup was made by Dossier ${header.version}, in a format that this release cannot read. Use that release, or a newer one.`,
      );
    this.#digest.add(kind, content);
    this.#header = header;
    return header;
  }

  /** The tables, in the order of the header. */
  async *tables(): AsyncGenerator<TableRows> {
    const { tables } = await this.header();
    for (const table of tables) {
      const { kind, content } = await this.#next();
      if (kind !== frameKinds.table || content.toString() !== table.name) throw damaged(table.name);
      this.#digest.add(kind, content);
      yield { table, rows: this.#rowsOf(table.name) };
      if (this.#read.at(-1)?.name !== table.name)
        throw new Error(`the rows of ${table.name} were not read to their end`);
    }
  }

  async *#rowsOf(name: string): AsyncGenerator<Buffer> {
    const hash = createHash("sha256");
    let [rows, bytes] = [0, 0];
    for (;;) {
      const { kind, content } = await this.#next();
      if (kind === frameKinds.rows) {
        hash.update(content);
        rows += countLines(content);
        bytes += content.length;
        yield content;
        continue;
      }
      const summary = { name, rows, bytes, sha256: hash.digest("hex") };
      if (kind !== frameKinds.tableEnd || !isSame(parse(content) as TableSummary, summary))
        throw damaged(name);
      this.#digest.add(kind, content);
      this.#read.push(summary);
      return;
    }
  }

  /** Reads the end of the backup, after all tables. @throws BackupError if anything in it is not as it was written */
  async end(): Promise<BackupSummary> {
    const { kind, content } = await this.#next();
    if (kind !== frameKinds.summary) throw damaged("the end");
    this.#digest.add(kind, content);
    const summary = parse(content) as BackupSummary;
    const isComplete =
      summary.tables.length === this.#read.length &&
      summary.tables.every((table, at) => isSame(table, this.#read[at] as TableSummary));
    if (!isComplete) throw damaged("the end");
    const last = await this.#next();
    if (last.kind !== frameKinds.digest || !this.#digest.end().equals(last.content)) throw damaged("the end");
    const { done } = await this.#take();
    if (!done) throw damaged("the end");
    return summary;
  }

  /** Ends reading early. */
  close(): void {
    this.#source.destroy();
  }

  async #next(): Promise<Frame> {
    const { value, done } = await this.#take();
    if (done) throw this.#header ? cutOff() : foreign();
    return value;
  }

  async #take(): Promise<IteratorResult<Frame, undefined>> {
    try {
      return (await this.#frames.next()) as IteratorResult<Frame, undefined>;
    } catch (error) {
      throw this.#explain(error);
    }
  }

  #explain(error: unknown): unknown {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!this.#header && (code.startsWith("Z_") || error instanceof BackupError)) return foreign();
    if (code === "Z_BUF_ERROR" || code === "ERR_STREAM_PREMATURE_CLOSE") return cutOff();
    if (code.startsWith("Z_")) return damaged("a part of it");
    return error;
  }
}

/** Reads a backup to its end and checks everything in it. */
export async function verifyBackup(
  source: Readable,
): Promise<{ header: BackupHeader; summary: BackupSummary }> {
  const reader = new BackupReader(source);
  try {
    const header = await reader.header();
    for await (const { rows } of reader.tables()) while (!(await rows.next()).done);
    return { header, summary: await reader.end() };
  } finally {
    reader.close();
  }
}

/** COPY's text format escapes line feeds in values: each one in it ends a row. */
export function countLines(content: Buffer): number {
  let count = 0;
  for (let at = content.indexOf(10); at !== -1; at = content.indexOf(10, at + 1)) count += 1;
  return count;
}

function isSame(one: TableSummary, other: TableSummary): boolean {
  return (
    one.name === other.name &&
    one.rows === other.rows &&
    one.bytes === other.bytes &&
    one.sha256 === other.sha256
  );
}

function parse(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString());
  } catch {
    throw foreign();
  }
}

function damaged(what: string): BackupError {
  return new BackupError(
    `The backup is damaged: ${what} is not as it was written. Take another one, and look after the disk.`,
  );
}
