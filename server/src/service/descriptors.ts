/**
 * Connection limit of a process: its share of the installation's, within the file descriptors that are left beside
 * those of the database, files and outgoing requests.
 */
import { readFileSync } from "node:fs";

/** Descriptors that are not for connections of clients; at most half of a small limit. */
const reservedDescriptors = 128;
/** Connections of the whole installation if the operator sets no number. */
const defaultMaxConnections = 10_000;

/** The operator's settings for an installation: connections in all, 0 for no limit, and the number of processes. */
export interface ConnectionLimitOptions {
  maxConnections: number | undefined;
  workers: number;
}

/** Connections of one process; 0 is no limit. */
export function maxConnectionsOf(
  { maxConnections, workers }: ConnectionLimitOptions,
  files = descriptorLimit(),
): number {
  if (maxConnections === 0) return 0;
  const share = Math.ceil((maxConnections ?? defaultMaxConnections) / workers);
  return Math.min(share, connectionsWithin(files));
}

/** The number of connections for which so many descriptors suffice. */
export function connectionsWithin(files: number): number {
  return Math.max(files - reservedDescriptors, Math.floor(files / 2));
}

/**
 * The number of files this process may hold open (`ulimit -n`; Node has raised it to the hard limit): read from Linux,
 * otherwise 1024.
 */
export function descriptorLimit(): number {
  try {
    const [, soft = ""] = /^Max open files\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return soft === "unlimited" ? Number.MAX_SAFE_INTEGER : Number(soft) || 1024;
  } catch {
    return 1024;
  }
}
