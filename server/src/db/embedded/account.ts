// The operating system's account that PostgreSQL runs as: our own or, because PostgreSQL refuses root, an unprivileged
// one if we are root. The account always has a name: PostgreSQL fails for a bare number.
import { execFileSync } from "node:child_process";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import { ignoreErrors } from "./process-identity.ts";
import { EmbeddedPostgresError } from "./errors.ts";

export interface Account {
  uid: number;
  gid: number;
  /** The options of spawn() for this account; empty if it is our own. */
  identity: { uid?: number; gid?: number };
}

/** `cluster` need not exist yet. As root, without a `wanted` name, the cluster's owner stays its owner. */
export function chooseAccount(wanted: string | undefined, cluster: string): Account {
  const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  if (own.uid !== 0) return { ...own, identity: {} };
  const owner = ignoreErrors(() => statSync(cluster).uid) ?? 0;
  const found =
    wanted === undefined
      ? (findAccount(owner === 0 ? undefined : String(owner)) ??
        findAccount("postgres") ??
        findAccount("nobody"))
      : findAccount(wanted);
  if (found === undefined) throw noSuchAccount(wanted ?? "postgres");
  if (found.uid === 0) {
    throw new EmbeddedPostgresError(
      "PostgreSQL refuses to run as root: set DOSSIER_DB_USER to an unprivileged account.",
    );
  }
  return { ...found, identity: found };
}

function noSuchAccount(name: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `There is no account ${name} on this machine. PostgreSQL does not run as root: set DOSSIER_DB_USER to the name ` +
      "of an unprivileged account, or start Dossier as one.",
  );
}

/** Our own account's name, which the database's peer authentication admits. */
export function ownAccountName(): string {
  const name = ignoreErrors(() => userInfo().username);
  if (name !== undefined) return name;
  throw new EmbeddedPostgresError(
    `The account number ${process.getuid?.()} that Dossier runs as has no name on this machine (no line in ` +
      "/etc/passwd), and PostgreSQL needs one: run as a named account, or set DATABASE_URL.",
  );
}

function findAccount(nameOrNumber: string | undefined): { uid: number; gid: number } | undefined {
  if (nameOrNumber === undefined) return undefined;
  const lines = ignoreErrors(() => readFileSync("/etc/passwd", "utf8").split("\n")) ?? [];
  for (const line of lines) {
    const [name, , uid, gid] = line.split(":");
    if (name === nameOrNumber || uid === nameOrNumber) return { uid: Number(uid), gid: Number(gid) };
  }
  return lookupAccount(nameOrNumber);
}

/** Finds accounts that are not in /etc/passwd (a directory service). */
function lookupAccount(name: string): { uid: number; gid: number } | undefined {
  if (!/^\w[\w.-]*$/.test(name)) return undefined;
  const [uid, gid, text] = ["-u", "-g", "-un"].map((what) =>
    ignoreErrors(() =>
      execFileSync("id", [what, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim(),
    ),
  );
  return uid === undefined || gid === undefined || text === undefined
    ? undefined
    : { uid: Number(uid), gid: Number(gid) };
}

/** Whether the account can reach this file or folder, by the permission bits of every folder above it. */
export function canReach(path: string, account: Account): boolean {
  for (let at = realpathSync(path); ; at = dirname(at)) {
    const { uid, gid, mode } = statSync(at);
    const bits = uid === account.uid ? mode >> 6 : gid === account.gid ? mode >> 3 : mode;
    if ((bits & 1) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
