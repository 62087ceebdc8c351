// Is the program that once had this process id still alive, or is the id used by another one by now?
//
// A process is named by its id and its start mark together; ids are used again, the pair is not. A zombie counts as
// dead: it holds nothing open, and where nobody reaps (Node as process 1) it would stay for ever.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

interface Vital {
  parent: number;
  /** When it was started: ticks since boot on Linux, a short hash of the date elsewhere. */
  mark: string;
}

/** Undefined: no such process, or a zombie. */
export function findVital(pid: number): Vital | undefined {
  return process.platform === "linux" ? readProc(pid) : askPs(pid);
}

function readProc(pid: number): Vital | undefined {
  const stat = tryTo(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  // The program's name comes second, in parentheses, and may hold anything: count from the last one.
  const [state, parent, ...rest] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  const mark = rest[17];
  if (state === undefined || mark === undefined || state === "Z" || state === "X") return undefined;
  return { parent: Number(parent), mark };
}

function askPs(pid: number): Vital | undefined {
  const line = tryTo(() =>
    execFileSync("ps", ["-o", "stat=,ppid=,lstart=", "-p", String(pid)], { encoding: "utf8" }),
  );
  const [, state, parent, started] = /^\s*(\S+)\s+(\d+)\s+(.+?)\s*$/.exec(line ?? "") ?? [];
  if (state === undefined || started === undefined || state.startsWith("Z")) return undefined;
  return { parent: Number(parent), mark: shorten(started) };
}

/** Where process ids mean the same: one boot of one machine, one container. */
export function findPlace(): string {
  const boot = tryTo(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1")) ?? "";
  const container = tryTo(() => readlinkSync("/proc/self/ns/pid")) ?? "";
  return shorten(`${hostname()} ${boot} ${container}`);
}

/** True also for a zombie and for another account's process: what PostgreSQL's own check of its pid file sees. */
export function answersSignal(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function shorten(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

export function tryTo<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch {
    return undefined;
  }
}
