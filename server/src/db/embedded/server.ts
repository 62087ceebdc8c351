// One run of the PostgreSQL server: spawned, ready, ended.
//
// It has a process session of its own, so that Ctrl-C in a terminal reaches only us and we drain before it stops; if we
// exit without stopping it, it gets SIGQUIT.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client, DatabaseError } from "pg";
import { timeoutOr } from "../../abort.ts";
import type { Account } from "./account.ts";
import { ignoreErrors } from "./process-identity.ts";
import { openLog } from "./log.ts";
import { listFixedSettings } from "./settings.ts";

export interface Connection {
  host: string;
  port: number;
  user: string;
  database: string;
}

export interface Server {
  pid: number;
  /** The reason of its end, in words; resolves once the child is reaped. */
  ended: Promise<string>;
  hasEnded(): boolean;
  signal(signal: "SIGINT" | "SIGQUIT" | "SIGKILL"): void;
}

export interface ServerSetup {
  postgres: string;
  dataDir: string;
  cluster: string;
  account: Account;
  connection: Connection;
}

/** Throws if the program cannot be run. */
export async function spawnServer(
  setup: ServerSetup,
  settings = listFixedSettings(setup.connection.host),
): Promise<Server> {
  const { postgres, cluster, account, connection } = setup;
  const all = Object.entries({ ...settings, port: String(connection.port) });
  const options = all.flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const log = openLog(setup.dataDir);
  const child = spawn(postgres, ["-D", pathForServer(cluster), ...options], {
    cwd: cluster,
    env: serverEnvironment(),
    stdio: ["ignore", log, log],
    detached: true,
    ...account.identity,
  });
  closeSync(log);
  const server = watchChild(child);
  if (child.pid === undefined) throw new Error(explainSpawnError(await spawnError(child), postgres));
  return { ...server, pid: child.pid };
}

function watchChild(child: ChildProcess): Omit<Server, "pid"> {
  const quit = () => child.kill("SIGQUIT");
  process.once("exit", quit);
  let isEnded = false;
  const ended = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    child.once("error", (error) => resolve(error.message));
  }).finally(() => {
    isEnded = true;
    process.removeListener("exit", quit);
  });
  return { ended, hasEnded: () => isEnded, signal: (signal) => void child.kill(signal) };
}

function spawnError(child: ChildProcess): Promise<Error> {
  return new Promise((resolve) => child.once("error", resolve));
}

/** Returns true once it accepts connections, false if it ended before. Recovery after a crash can take long. */
export async function awaitReady(server: Server, cluster: string): Promise<boolean> {
  while (!server.hasEnded()) {
    const lines = ignoreErrors(() => readFileSync(join(cluster, "postmaster.pid"), "latin1"))?.split("\n");
    if (lines?.[0] === String(server.pid) && lines[7]?.startsWith("ready") === true) return true;
    await delay(5);
  }
  return false;
}

/** Creates the database if this cluster has none yet; afterwards it is known to be reachable. */
export async function ensureDatabase(connection: Connection): Promise<void> {
  const missing = await runSql(connection, "SELECT 1").then(
    () => false,
    (error: unknown) => {
      if (!(error instanceof DatabaseError && error.code === "3D000")) throw error;
      return true;
    },
  );
  if (missing)
    await runSql({ ...connection, database: "postgres" }, `CREATE DATABASE ${connection.database}`);
}

async function runSql(connection: Connection, sql: string): Promise<void> {
  const client = new Client({ ...connection, ssl: false, connectionTimeoutMillis: 10_000 });
  client.on("error", () => {}); // the query's own rejection reports it
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Stops in order within eight seconds, then immediately: the next start recovers from the log. */
export async function stopServer(server: Server): Promise<string> {
  for (const [signal, timeoutMs] of [
    ["SIGINT", 8_000],
    ["SIGQUIT", 6_000],
    ["SIGKILL", 60_000],
  ] as const) {
    server.signal(signal);
    await timeoutOr(timeoutMs, server.ended, undefined);
    if (server.hasEnded()) break;
  }
  return server.ended;
}

/** The folder given to -D. The folder above may be closed to the account; its own working folder never is. */
export function pathForServer(cluster: string): string {
  return process.platform === "linux" ? "/proc/self/cwd" : cluster;
}

/** Passes none of our variables (PGOPTIONS, PGDATA, ...) to the child. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
}

export function explainSpawnError(error: Error, program: string): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT" && existsSync(program)) {
    return `${program} cannot run here: it needs the GNU C library (musl, as in Alpine, is not enough). Use an image with glibc, or set DATABASE_URL.`;
  }
  if (code === "EPERM") return `${error.message}: this account may not start programs as another one.`;
  return error.message;
}
