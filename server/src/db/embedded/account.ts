// The account of the operating system PostgreSQL runs as: ourselves, or, as PostgreSQL refuses root, an
// unprivileged one when we are root. The account always has a name: PostgreSQL fails for a bare number.
import { execFileSync } from "node:child_process";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import { tryTo } from "../embedded-liveness.ts";
import { EmbeddedRefusal } from "./errors.ts";

export interface Account {
  uid: number;
  gid: number;
  /** What spawn() takes to become this account; empty when we are it already. */
  identity: { uid?: number; gid?: number };
}

/** `cluster` may not be there yet; as root, and with no `wanted` name, its owner goes on owning it. */
export function chooseAccount(wanted: string | undefined, cluster: string): Account {
  const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  if (own.uid !== 0) return { ...own, identity: {} };
  const owner = tryTo(() => statSync(cluster).uid) ?? 0;
  const found =
    wanted === undefined
      ? (findAccount(owner === 0 ? undefined : String(owner)) ??
        findAccount("postgres") ??
        findAccount("nobody"))
      : findAccount(wanted);
  if (found === undefined) throw refuseAccount(wanted ?? "postgres");
  if (found.uid === 0) {
    throw new EmbeddedRefusal(
      "PostgreSQL refuses to run as root: set DOSSIER_DB_USER to an unprivileged account.",
    );
  }
  return { ...found, identity: found };
}

function refuseAccount(name: string): EmbeddedRefusal {
  return new EmbeddedRefusal(
    `There is no account ${name} on this machine. PostgreSQL does not run as root: set DOSSIER_DB_USER to the name ` +
      "of an unprivileged account, or start Dossier as one.",
  );
}

/** Our own name, which the database's peer authentication lets in. */
export function findOwnName(): string {
  const name = tryTo(() => userInfo().username);
  if (name !== undefined) return name;
  throw new EmbeddedRefusal(
    `The account number ${process.getuid?.()} that Dossier runs as has no name on this machine (no line in ` +
      "/etc/passwd), and PostgreSQL needs one: run as a named account, or set DATABASE_URL.",
  );
}

function findAccount(nameOrNumber: string | undefined): { uid: number; gid: number } | undefined {
  if (nameOrNumber === undefined) return undefined;
  const lines = tryTo(() => readFileSync("/etc/passwd", "utf8").split("\n")) ?? [];
  for (const line of lines) {
    const [name, , uid, gid] = line.split(":");
    if (name === nameOrNumber || uid === nameOrNumber) return { uid: Number(uid), gid: Number(gid) };
  }
  return askDirectory(nameOrNumber);
}

/** Accounts that do not come from /etc/passwd (a directory service). */
function askDirectory(name: string): { uid: number; gid: number } | undefined {
  if (!/^\w[\w.-]*$/.test(name)) return undefined;
  const [uid, gid, text] = ["-u", "-g", "-un"].map((what) =>
    tryTo(() =>
      execFileSync("id", [what, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim(),
    ),
  );
  return uid === undefined || gid === undefined || text === undefined
    ? undefined
    : { uid: Number(uid), gid: Number(gid) };
}

/** May the account get to this file or folder, by the permission bits of everything above it? */
export function canReach(path: string, account: Account): boolean {
  for (let at = realpathSync(path); ; at = dirname(at)) {
    const { uid, gid, mode } = statSync(at);
    const bits = uid === account.uid ? mode >> 6 : gid === account.gid ? mode >> 3 : mode;
    if ((bits & 1) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
