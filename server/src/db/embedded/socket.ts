// The private folder of the Unix socket, and dossier.json beside the data, which names it.
//
// Only the account of PostgreSQL (and root) can enter the folder. It is made at each start, in the temporary folder,
// because a socket's path is limited to about 100 bytes; the folder of a dead holder, known from dossier.json, is
// removed first.
import {
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Account, canReach } from "./account.ts";
import { ignoreErrors } from "./process-identity.ts";
import { EmbeddedPostgresError, wrapFsErrors } from "./errors.ts";

/** The number in the socket's name; nothing listens on a network port. */
export const port = 5432;
const maxSocketPath = 103; // 107 on Linux, 103 on macOS

/** What other programs (a backup, psql) need to find the running server. */
export interface RuntimeState {
  pid: number;
  since: string;
  socketFolder: string;
  port: number;
  user: string;
  database: string;
  /** PostgreSQL's process id, once it runs. */
  postgres?: number;
  /** The URL of the server, once it is ready; absent while a command holds the folder. */
  url?: string;
}

export function makeSocketFolder(account: Account): string {
  const bases = [...new Set([tmpdir(), "/tmp", "/var/tmp"])];
  for (const base of bases) {
    if (Buffer.byteLength(`${base}/dossier-123456/.s.PGSQL.${port}`) > maxSocketPath) continue;
    if (ignoreErrors(() => canReach(base, account)) !== true) continue;
    const folder = ignoreErrors(() => mkdtempSync(join(base, "dossier-")));
    if (folder === undefined) continue;
    chownSync(folder, account.uid, account.gid);
    return folder;
  }
  throw new EmbeddedPostgresError(
    `No folder for PostgreSQL's socket: none of ${bases.join(", ")} can be written, reached by the account number ` +
      `${account.uid} and is short enough. Set TMPDIR to a short path such as /tmp.`,
  );
}

/** The content of dossier.json; the process that wrote it may be dead. */
export function readRuntimeState(dataDir: string): Partial<RuntimeState> | undefined {
  const text = ignoreErrors(() => readFileSync(runtimeInfoPath(dataDir), "utf8"));
  return ignoreErrors(() => JSON.parse(text ?? "null") as Partial<RuntimeState> | null) ?? undefined;
}

/** Removes the folder of an earlier holder, if dossier.json names one and we would have made it. */
export function removeStaleSocketFolder(dataDir: string): void {
  const folder = readRuntimeState(dataDir)?.socketFolder;
  if (typeof folder !== "string" || !/^\/.*\/dossier-\w{6}$/.test(folder)) return;
  if (ignoreErrors(() => lstatSync(folder).isDirectory()) === true) removeSocketFolder(folder);
}

export function removeSocketFolder(folder: string): void {
  ignoreErrors(() => rmSync(folder, { recursive: true, force: true }));
}

/** Some systems clean the temporary folder by age. Fails if another process has taken the name. */
export function restoreSocketFolder(folder: string, account: Account): void {
  const there = ignoreErrors(() => lstatSync(folder));
  if (there?.isDirectory() && there.uid === account.uid && (there.mode & 0o777) === 0o700) return;
  mkdirSync(folder, { mode: 0o700 });
  chownSync(folder, account.uid, account.gid);
}

export function writeRuntimeState(dataDir: string, record: RuntimeState): void {
  const path = runtimeInfoPath(dataDir);
  wrapFsErrors(dataDir, () => {
    writeFileSync(`${path}.new`, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  });
}

export function removeRuntimeState(dataDir: string): void {
  ignoreErrors(() => rmSync(runtimeInfoPath(dataDir), { force: true }));
}

function runtimeInfoPath(dataDir: string): string {
  return join(dataDir, "dossier.json");
}
