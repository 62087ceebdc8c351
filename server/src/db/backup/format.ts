/**
 * Backup format: one gzip file of frames (kind, length, content). The first frame says what the backup is, each table
 * follows as its name, its rows as COPY writes them, and their count and SHA-256; then come the sequences, and last a
 * digest of everything but the rows, which their own digests cover. A file without its last frame is no backup.
 */
import { createHash, type Hash } from "node:crypto";

/** The number of this format; a reader refuses a higher one. */
export const formatNumber = 1;

/** What a backup is: its first frame. */
export interface BackupHeader {
  /** `dossier-backup` */
  format: string;
  formatNumber: number;
  /** random: names the backup */
  id: string;
  /** the release that made it, and the release of PostgreSQL */
  version: string;
  postgres: string;
  /** when its snapshot was taken */
  createdAt: string;
  migrations: { name: string; hash: string }[];
  tables: BackupTable[];
  secret: BackupSecret;
}

/** A table and the columns that its rows have, in their order. */
export interface BackupTable {
  name: string;
  columns: string[];
}

/** The installation secret: the name of the one in use, and, under a passphrase, itself. */
export interface BackupSecret {
  /** in Base64: identifies the secret and does not reveal it */
  fingerprint: string;
  sealed?: SealedSecret;
}

/** A secret sealed under a passphrase: scrypt, AES-256-GCM; bytes in Base64. */
export interface SealedSecret {
  cost: number;
  salt: string;
  nonce: string;
  sealed: string;
}

/** The end of a table. */
export interface TableSummary {
  name: string;
  rows: number;
  bytes: number;
  sha256: string;
}

/** The last frame before the digest. */
export interface BackupSummary {
  tables: TableSummary[];
  /** the last value of each sequence, read after the rows; null: never used */
  sequences: Record<string, number | null>;
}

/** The kinds of frames. */
export const frameKinds = { header: 72, table: 84, rows: 82, tableEnd: 69, summary: 83, digest: 90 } as const;

/** A frame that is read. */
export interface Frame {
  kind: number;
  content: Buffer;
}

/** The rows of a table are split into frames of at most this many bytes. */
export const maxFrame = 1 << 20;
const headLength = 5;

/** A backup that cannot be made, read or restored; the message says why, and what to do. */
export class BackupError extends Error {}

/** A frame as bytes. */
export function encodeFrame(kind: number, content: Buffer): Buffer {
  const head = Buffer.alloc(headLength);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(content.length, 1);
  return Buffer.concat([head, content]);
}

/** The digest of all frames but rows: of those, the table's own digest is in its last frame. */
export class FrameDigest {
  readonly #hash: Hash = createHash("sha256");

  add(kind: number, content: Buffer): void {
    this.#hash.update(encodeFrame(kind, content));
  }

  end(): Buffer {
    return this.#hash.digest();
  }
}

/** Splits bytes into frames. It keeps at most one frame, and refuses one that is longer than any can be. */
export async function* decodeFrames(source: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const part of source) {
    parts.push(part);
    size += part.length;
    if (size < needed(parts)) continue;
    let rest = parts.length === 1 ? part : Buffer.concat(parts);
    for (
      let length = lengthOf(rest);
      length !== undefined && rest.length >= length;
      length = lengthOf(rest)
    ) {
      yield { kind: rest.readUInt8(0), content: rest.subarray(headLength, length) };
      rest = rest.subarray(length);
    }
    parts = [rest];
    size = rest.length;
  }
  if (size > 0) throw cutOff();
}

/** How many bytes must be there before another frame can be complete. */
function needed([first]: readonly Buffer[]): number {
  return (first && lengthOf(first)) ?? headLength;
}

function lengthOf(bytes: Buffer): number | undefined {
  if (bytes.length < headLength) return undefined;
  const length = bytes.readUInt32BE(1);
  if (length > maxFrame * 16) throw foreign();
  return headLength + length;
}

/** The error for a file that ends too early. */
export function cutOff(): BackupError {
  return new BackupError(
    "The backup is cut off: its end is missing. It was interrupted, or copied in part. Take another one.",
  );
}

/** The error for a file of another program. */
export function foreign(): BackupError {
  return new BackupError("This is no backup of Dossier, or only the first bytes of one.");
}
