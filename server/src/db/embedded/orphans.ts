// Orphans of an earlier run: a PostgreSQL whose Node died, backends whose postmaster died, a pid file that names
// another process. Afterwards none is alive and nothing blocks a start.
//
// A process is ours only if it runs PostgreSQL's program and its working folder is this cluster (as for PostgreSQL and
// all its children); a pid alone proves nothing.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, readlinkSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pidExists, readProcess, ignoreErrors } from "./process-identity.ts";

type Signal = "SIGINT" | "SIGQUIT" | "SIGKILL";

/** Begins with a fast shutdown; after five seconds the rest gets SIGQUIT, then SIGKILL. */
export async function stopOrphans(cluster: string): Promise<number> {
  const found = listServers(cluster);
  const steps: [Signal, number][] = [
    ["SIGINT", 5_000],
    ["SIGQUIT", 3_000],
    ["SIGKILL", 5_000],
  ];
  for (const [signal, timeoutMs] of steps) {
    if (listServers(cluster).length === 0) break;
    for (const pid of chooseTargets(cluster, signal)) ignoreErrors(() => process.kill(pid, signal));
    await waitUntilEnded(cluster, timeoutMs);
  }
  removeStalePidFile(cluster);
  return found.length;
}

export async function killInitdb(folder: string): Promise<void> {
  for (const pid of listServers(folder)) ignoreErrors(() => process.kill(pid, "SIGKILL"));
  await waitUntilEnded(folder, 5_000);
}

/** The postmaster alone for an orderly shutdown, which ends its children; all processes for SIGKILL. */
function chooseTargets(cluster: string, signal: Signal): number[] {
  const all = listServers(cluster);
  if (signal === "SIGKILL") return all;
  return all.filter((pid) => !all.includes(readProcess(pid)?.parent ?? 0));
}

async function waitUntilEnded(cluster: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (listServers(cluster).length > 0 && Date.now() < deadline) await delay(10);
}

/** Living PostgreSQL processes (initdb too) with the working folder `folder`. Zombies have none. */
export function listServers(folder: string): number[] {
  const home = ignoreErrors(() => statSync(folder));
  if (home === undefined) return [];
  if (process.platform !== "linux") return listByCommand(folder);
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    const program = ignoreErrors(() => readlinkSync(`/proc/${pid}/exe`));
    if (program === undefined || !/\/(postgres|initdb)( \(deleted\))?$/.test(program)) return false;
    const cwd = ignoreErrors(() => statSync(`/proc/${pid}/cwd`));
    return cwd?.ino === home.ino && cwd.dev === home.dev;
  });
}

/** Without /proc: processes whose command line names the folder, and their children. */
function listByCommand(folder: string): number[] {
  const table = ignoreErrors(() =>
    execFileSync("ps", ["-axo", "pid=,ppid=,stat=,command="], { encoding: "utf8" }),
  );
  const rows = (table ?? "").split("\n").flatMap((line) => {
    const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S.*)$/.exec(line) ?? [];
    const counts =
      state?.startsWith("Z") === false && command !== undefined && /postgres|initdb/.test(command);
    return counts ? [{ pid: Number(pid), parent: Number(parent), command }] : [];
  });
  const named = new Set(rows.filter(({ command }) => command.includes(`-D ${folder}`)).map(({ pid }) => pid));
  return rows.filter(({ pid, parent }) => named.has(pid) || named.has(parent)).map(({ pid }) => pid);
}

/**
 * PostgreSQL respects a pid file if any process has that id, even a zombie or a process that got the same number later.
 * If nothing of this cluster is alive, the file is stale. Otherwise it stays: PostgreSQL reads from it which shared
 * memory to clean up.
 */
function removeStalePidFile(cluster: string): void {
  if (listServers(cluster).length > 0) return;
  const path = join(cluster, "postmaster.pid");
  const pid = Number(ignoreErrors(() => readFileSync(path, "latin1"))?.split("\n")[0]);
  if (pid > 0 && pidExists(pid)) rmSync(path, { force: true });
}
