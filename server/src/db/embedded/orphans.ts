// What an earlier run left behind: a PostgreSQL whose Node died, sessions whose postmaster died, a pid file that
// names somebody else. Afterwards nothing of them is alive and nothing blocks a start.
//
// A process is ours only if it runs PostgreSQL's program and stands in this very cluster folder (PostgreSQL and all
// its children do); a pid alone proves nothing.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, readlinkSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { answersSignal, findVital, tryTo } from "../embedded-liveness.ts";

type Signal = "SIGINT" | "SIGQUIT" | "SIGKILL";

/** Fast shutdown first; what is left after five seconds is told to quit, then killed. */
export async function stopOrphans(cluster: string): Promise<number> {
  const found = listServers(cluster);
  const steps: [Signal, number][] = [
    ["SIGINT", 5_000],
    ["SIGQUIT", 3_000],
    ["SIGKILL", 5_000],
  ];
  for (const [signal, patience] of steps) {
    if (listServers(cluster).length === 0) break;
    for (const pid of chooseTargets(cluster, signal)) tryTo(() => process.kill(pid, signal));
    await waitForNone(cluster, patience);
  }
  forgetStalePid(cluster);
  return found.length;
}

export async function killInitdb(folder: string): Promise<void> {
  for (const pid of listServers(folder)) tryTo(() => process.kill(pid, "SIGKILL"));
  await waitForNone(folder, 5_000);
}

/** The postmaster alone for a shutdown in order, which then ends its children; everything for SIGKILL. */
function chooseTargets(cluster: string, signal: Signal): number[] {
  const all = listServers(cluster);
  if (signal === "SIGKILL") return all;
  return all.filter((pid) => !all.includes(findVital(pid)?.parent ?? 0));
}

async function waitForNone(cluster: string, patience: number): Promise<void> {
  const deadline = Date.now() + patience;
  while (listServers(cluster).length > 0 && Date.now() < deadline) await delay(10);
}

/** Living PostgreSQL processes (initdb too) whose working folder is `folder`. Zombies have none. */
export function listServers(folder: string): number[] {
  const home = tryTo(() => statSync(folder));
  if (home === undefined) return [];
  if (process.platform !== "linux") return listByCommand(folder);
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    const program = tryTo(() => readlinkSync(`/proc/${pid}/exe`));
    if (program === undefined || !/\/(postgres|initdb)( \(deleted\))?$/.test(program)) return false;
    const cwd = tryTo(() => statSync(`/proc/${pid}/cwd`));
    return cwd?.ino === home.ino && cwd.dev === home.dev;
  });
}

/** Without /proc: those whose command line names the folder, and their children. */
function listByCommand(folder: string): number[] {
  const table = tryTo(() => execFileSync("ps", ["-axo", "pid=,ppid=,stat=,command="], { encoding: "utf8" }));
  const rows = (table ?? "").split("\n").flatMap((line) => {
    const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    const counts =
      state?.startsWith("Z") === false && command !== undefined && /postgres|initdb/.test(command);
    return counts ? [{ pid: Number(pid), parent: Number(parent), command }] : [];
  });
  const named = new Set(rows.filter(({ command }) => command.includes(`-D ${folder}`)).map(({ pid }) => pid));
  return rows.filter(({ pid, parent }) => named.has(pid) || named.has(parent)).map(({ pid }) => pid);
}

/**
 * PostgreSQL takes a pid file seriously when anything answers under that id, even a zombie or a process that got the
 * same number later. Nothing of this cluster lives here, so then it is stale. Otherwise it stays: PostgreSQL finds
 * in it the shared memory to clean up.
 */
function forgetStalePid(cluster: string): void {
  if (listServers(cluster).length > 0) return;
  const path = join(cluster, "postmaster.pid");
  const pid = Number(tryTo(() => readFileSync(path, "latin1"))?.split("\n")[0]);
  if (pid > 0 && answersSignal(pid)) rmSync(path, { force: true });
}
