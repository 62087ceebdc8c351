// PostgreSQL's own log, <dataDir>/postgres.log: limited in size, readable for us only, and quoted when a start fails.
import { closeSync, copyFileSync, openSync, readSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { ignoreErrors } from "./process-identity.ts";

const maxBytes = 4 * 2 ** 20;

function logPath(dataDir: string): string {
  return join(dataDir, "postgres.log");
}

/**
 * For the child's stderr; the caller closes it. Opened for appending, so that it may be truncated while the child
 * writes.
 */
export function openLog(dataDir: string): number {
  return openSync(logPath(dataDir), "a", 0o600);
}

/** Keeps one older file, <dataDir>/postgres.log.1. */
export function rotateLog(dataDir: string): void {
  const path = logPath(dataDir);
  const size = ignoreErrors(() => statSync(path).size) ?? 0;
  if (size <= maxBytes) return;
  ignoreErrors(() => copyFileSync(path, `${path}.1`));
  ignoreErrors(() => truncateSync(path));
}

export function logSize(dataDir: string): number {
  return ignoreErrors(() => statSync(logPath(dataDir)).size) ?? 0;
}

/** The last few lines since `from`, for the message of a failed start. */
export function tailLog(dataDir: string, from: number): string {
  const path = logPath(dataDir);
  const text = ignoreErrors(() => readTail(path, from)) ?? "";
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
