// `dossier serve` as a process of its own, with its workers, and whoever asks it over connections that are never used
// twice: so that each request goes to the next worker.
import { type ChildProcess, spawn } from "node:child_process";
import { get } from "node:http";
import { createInterface } from "node:readline";
import { afterAll } from "vitest";
import { bundle, plainEnvironment } from "../run-cli.ts";
import { poll } from "../embedded/harness.ts";

export const adminKey = "test-administrator-key-0123456789";

export interface LogLine {
  msg: string;
  pid?: number;
  worker?: number;
  endpoint?: string;
}

export interface Serve {
  pid: number;
  url: string;
  stdout(): string;
  log: LogLine[];
  /** the processes that have answered so many requests lately */
  pids(since?: number): Set<number>;
  signal(signal: NodeJS.Signals, group?: boolean): void;
  /** its exit code, once it has ended */
  ended: Promise<number | null>;
  /** SIGTERM, and to its end */
  stop(): Promise<number | null>;
}

// Here, where the file is read: a hook that a test or another hook adds is not run.
const running: (() => Promise<void>)[] = [];
afterAll(async () => void (await Promise.all(running.map((end) => end()))));

/** Starts one; whatever is left of it when the test file is over is killed. */
export async function serve(
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Promise<Serve> {
  const child: ChildProcess = spawn(process.execPath, [bundle, "serve", ...args], {
    cwd,
    env: plainEnvironment({ PORT: "0", DOSSIER_ADMIN_KEY: adminKey, ...env }),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // a group of its own, to be signalled as a terminal does
  });
  let stdout = "";
  const log: LogLine[] = [];
  const other: string[] = [];
  child.stdout?.on("data", (part: Buffer) => (stdout += part.toString()));
  createInterface({ input: child.stderr! }).on("line", (line) => {
    if (line.startsWith("{")) log.push(JSON.parse(line) as LogLine);
    else other.push(line);
  });
  const ended = new Promise<number | null>((done) => child.once("close", done));
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const pid = child.pid ?? 0;
  const signal = (name: NodeJS.Signals, group = false) => void process.kill(group ? -pid : pid, name);
  running.push(async () => {
    if (!isOver()) signal("SIGKILL", true);
    await ended;
  });
  for (let tries = 0; !stdout.includes("is ready") && !isOver() && tries < 8; tries += 1)
    await poll(() => isOver() || stdout.includes("is ready")).catch(() => undefined);
  const [, url] = /API +(http:\S+)\/api\/v2/.exec(stdout) ?? [];
  if (url === undefined) throw new Error(`it did not start: ${other.join("\n")}`);
  const pids = (since = 0) => {
    const answered = log.slice(since).filter((line) => line.msg === "request");
    return new Set(answered.map((line) => line.pid ?? pid));
  };
  const stop = () => {
    signal("SIGTERM");
    return ended;
  };
  return { pid, url, stdout: () => stdout, log, pids, signal, ended, stop };
}

export interface Answered {
  status: number;
  text: string;
  headers: NodeJS.Dict<string | string[]>;
}

/** One GET over a connection of its own. */
export function ask(url: string, headers: Record<string, string> = { apiKey: adminKey }): Promise<Answered> {
  return new Promise((done, fail) => {
    const request = get(url, { agent: false, headers }, (answer) => {
      let text = "";
      answer.on("data", (part: Buffer) => (text += part.toString()));
      answer.on("end", () => done({ status: answer.statusCode ?? 0, text, headers: answer.headers }));
    });
    request.on("error", fail);
  });
}

/** The same so many times, one after the other: each worker's turn comes. */
export async function askAll(times: number, url: string, headers?: Record<string, string>) {
  const answers: Answered[] = [];
  for (let n = 0; n < times; n += 1) answers.push(await ask(url, headers));
  return answers;
}

/** Whether there is such a process; one that has ended and was not looked at yet is none. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
