// Identity of a process: whether the program that once had this process id is still alive, or another one has the id
// now.
//
// A process is identified by its id and its start time together; ids are reused, the pair is not. A zombie counts as
// dead: it holds nothing open, and where nothing reaps it (Node as process 1) it would stay for ever.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

interface ProcessIdentity {
  parent: number;
  /** Ticks since boot on Linux, a short hash of the date elsewhere. */
  startTime: string;
}

/** Returns undefined if there is no such process, or if it is a zombie. */
export function readProcess(pid: number): ProcessIdentity | undefined {
  return process.platform === "linux" ? readProc(pid) : readPs(pid);
}

function readProc(pid: number): ProcessIdentity | undefined {
  const stat = ignoreErrors(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  // The program's name is second, in parentheses, and may contain anything: count from the last one.
  const [state, parent, ...rest] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  const startTime = rest[17];
  if (state === undefined || startTime === undefined || state === "Z" || state === "X") return undefined;
  return { parent: Number(parent), startTime };
}

function readPs(pid: number): ProcessIdentity | undefined {
  const line = ignoreErrors(() =>
    execFileSync("ps", ["-o", "stat=,ppid=,lstart=", "-p", String(pid)], { encoding: "utf8" }),
  );
  const [, state, parent, started] = /^(\S+)\s+(\d+)\s+(\S.*)$/.exec(line?.trim() ?? "") ?? [];
  if (state === undefined || started === undefined || state.startsWith("Z")) return undefined;
  return { parent: Number(parent), startTime: shortHash(started) };
}

/** Identifies where process ids mean the same: one boot of one machine, one container. */
export function readHostId(): string {
  const boot = ignoreErrors(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1")) ?? "";
  const container = ignoreErrors(() => readlinkSync("/proc/self/ns/pid")) ?? "";
  return shortHash(`${hostname()} ${boot} ${container}`);
}

/** True also for a zombie and for another account's process, as in PostgreSQL's own check of its pid file. */
export function pidExists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

export function ignoreErrors<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch {
    return undefined;
  }
}
