// `dossier serve` as a process of its own, with its workers, and requests over connections that are never reused: so
// each request goes to the next worker.
import { type ChildProcess, spawn } from "node:child_process";
import { get } from "node:http";
import { createInterface } from "node:readline";
import { afterAll } from "vitest";
import { bundle, plainEnvironment } from "../run-cli.ts";
import { poll } from "../embedded/harness.ts";

export const adminKey = "test-administrator-key-0123456789";

export interface LogLine {
  msg: string;
  level?: number;
  pid?: number;
  worker?: number;
  endpoint?: string;
}

export interface ServeProcess {
  pid: number;
  url: string;
  stdout(): string;
  log: LogLine[];
  /** the processes that have handled so many of the last requests */
  pids(since?: number): Set<number>;
  signal(signal: NodeJS.Signals, group?: boolean): void;
  /** its exit code, once it has ended */
  ended: Promise<number | null>;
  /** SIGTERM, and its end */
  stop(): Promise<number | null>;
}

// Here, at module level: a hook added by a test or another hook does not run.
const running: (() => Promise<void>)[] = [];
afterAll(async () => void (await Promise.all(running.map((end) => end()))));

/** Starts one, with so many descriptors if given; any remaining process is killed after the test file. */
export async function serve(
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
  files?: number,
): Promise<ServeProcess> {
  const command = [process.execPath, bundle, "serve", ...args];
  const [program = "", ...rest] = files
    ? ["sh", "-c", `ulimit -n ${files}; exec "$@"`, "sh", ...command]
    : command;
  const child: ChildProcess = spawn(program, rest, {
    cwd,
    env: plainEnvironment({ PORT: "0", DOSSIER_ADMIN_KEY: adminKey, ...env }),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // a group of its own, for signals as from a terminal
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

export interface HttpResponse {
  status: number;
  text: string;
  headers: NodeJS.Dict<string | string[]>;
}

/** One GET over a connection of its own. */
export function getOnce(
  url: string,
  headers: Record<string, string> = { apiKey: adminKey },
): Promise<HttpResponse> {
  return new Promise((done, fail) => {
    const request = get(url, { agent: false, headers }, (answer) => {
      let text = "";
      answer.on("data", (part: Buffer) => (text += part.toString()));
      answer.on("end", () => done({ status: answer.statusCode ?? 0, text, headers: answer.headers }));
    });
    request.on("error", fail);
  });
}

/** The same so many times, one after the other, so that each worker gets its turn. */
export async function getMany(times: number, url: string, headers?: Record<string, string>) {
  const answers: HttpResponse[] = [];
  for (let n = 0; n < times; n += 1) answers.push(await getOnce(url, headers));
  return answers;
}

/** Whether the process exists; one that has ended but is not reaped does not count. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
