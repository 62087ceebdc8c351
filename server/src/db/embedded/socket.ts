// The private folder of the Unix socket, and dossier.json beside the data, which says where it is.
//
// Only the account PostgreSQL runs as (and root) can enter the folder. It is made anew at each start, in the
// temporary folder, as a socket's path ends at about 100 bytes; the folder of a dead holder, known from
// dossier.json, is removed first.
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
import { tryTo } from "../embedded-liveness.ts";
import { EmbeddedRefusal, refuseUnwritable } from "./errors.ts";

/** The number in the socket's name; nothing listens on a network port. */
export const port = 5432;
const longest = 103; // 107 on Linux, 103 on macOS

/** What other programs (a backup, psql) need to find the running server. */
export interface Whereabouts {
  pid: number;
  since: string;
  socketFolder: string;
  port: number;
  user: string;
  database: string;
  /** PostgreSQL's process id, once it runs. */
  postgres?: number;
  /** Where the server answers, once it does; never there while a command holds the folder. */
  url?: string;
}

export function makeSocketFolder(account: Account): string {
  const bases = [...new Set([tmpdir(), "/tmp", "/var/tmp"])];
  for (const base of bases) {
    if (Buffer.byteLength(`${base}/dossier-123456/.s.PGSQL.${port}`) > longest) continue;
    if (tryTo(() => canReach(base, account)) !== true) continue;
    const folder = tryTo(() => mkdtempSync(join(base, "dossier-")));
    if (folder === undefined) continue;
    chownSync(folder, account.uid, account.gid);
    return folder;
  }
  throw new EmbeddedRefusal(
    `No folder for PostgreSQL's socket: none of ${bases.join(", ")} can be written, reached by the account number ` +
      `${account.uid} and is short enough. Set TMPDIR to a short path such as /tmp.`,
  );
}

/** What dossier.json says; whoever wrote it may be dead. */
export function readWhereabouts(dataDir: string): Partial<Whereabouts> | undefined {
  const text = tryTo(() => readFileSync(wherePath(dataDir), "utf8"));
  return tryTo(() => JSON.parse(text ?? "null") as Partial<Whereabouts> | null) ?? undefined;
}

/** The folder of an earlier holder, if dossier.json names one and it is what we would have made. */
export function removeStaleSocketFolder(dataDir: string): void {
  const folder = readWhereabouts(dataDir)?.socketFolder;
  if (typeof folder !== "string" || !/^\/.*\/dossier-\w{6}$/.test(folder)) return;
  if (tryTo(() => lstatSync(folder).isDirectory()) === true) removeSocketFolder(folder);
}

export function removeSocketFolder(folder: string): void {
  tryTo(() => rmSync(folder, { recursive: true, force: true }));
}

/** Some systems clean the temporary folder by age. Fails if somebody else has taken the name. */
export function restoreSocketFolder(folder: string, account: Account): void {
  const there = tryTo(() => lstatSync(folder));
  if (there?.isDirectory() && there.uid === account.uid && (there.mode & 0o777) === 0o700) return;
  mkdirSync(folder, { mode: 0o700 });
  chownSync(folder, account.uid, account.gid);
}

export function writeWhereabouts(dataDir: string, record: Whereabouts): void {
  const path = wherePath(dataDir);
  refuseUnwritable(dataDir, () => {
    writeFileSync(`${path}.new`, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  });
}

export function removeWhereabouts(dataDir: string): void {
  tryTo(() => rmSync(wherePath(dataDir), { force: true }));
}

function wherePath(dataDir: string): string {
  return join(dataDir, "dossier.json");
}
