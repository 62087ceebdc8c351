// PostgreSQL's own log, <dataDir>/postgres.log: bounded, readable by us only, and quoted when a start fails.
import { closeSync, copyFileSync, openSync, readSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { tryTo } from "../embedded-liveness.ts";

const limit = 4 * 2 ** 20;

function logPath(dataDir: string): string {
  return join(dataDir, "postgres.log");
}

/** For the child's stderr; the caller closes it. Appending, so that it may be cut while the child writes. */
export function openLog(dataDir: string): number {
  return openSync(logPath(dataDir), "a", 0o600);
}

/** Keeps one older file, <dataDir>/postgres.log.1. */
export function boundLog(dataDir: string): void {
  const path = logPath(dataDir);
  const size = tryTo(() => statSync(path).size) ?? 0;
  if (size <= limit) return;
  tryTo(() => copyFileSync(path, `${path}.1`));
  tryTo(() => truncateSync(path));
}

export function logSize(dataDir: string): number {
  return tryTo(() => statSync(logPath(dataDir)).size) ?? 0;
}

/** The last few lines since `from`, for the message of a failed start. */
export function quoteLog(dataDir: string, from: number): string {
  const path = logPath(dataDir);
  const text = tryTo(() => readTail(path, from)) ?? "";
  const lines = text.trim().split("\n").slice(-8).filter(Boolean);
  return lines.length === 0
    ? ` Its log ${path} says nothing.`
    : ` Its log ${path} ends:\n  ${lines.join("\n  ")}`;
}

function readTail(path: string, from: number): string {
  const start = Math.max(from, statSync(path).size - 4096);
  const bytes = Buffer.alloc(4096);
  const file = openSync(path, "r");
  try {
    return bytes.toString("utf8", 0, readSync(file, bytes, 0, bytes.length, start));
  } finally {
    closeSync(file);
  }
}
