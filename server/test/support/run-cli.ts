// The command line as users run it: the real bundle in a process of its own, in an empty folder, with an explicit
// environment.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, vi } from "vitest";

/** The folder of the repository. */
export const root = resolve(fileURLToPath(import.meta.url), "../../../..");
export const bundle = join(root, "dist", "server.js");
vi.setConfig({ testTimeout: 300_000 }); // a process for each command: slow on a busy machine
execFileSync(process.execPath, [join(root, "scripts", "run.mjs"), "--version"]); // brings the bundle up to date

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  input?: string;
}

/** An empty folder that is deleted after the test file. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "dossier-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const emptyHome = emptyFolder();

/** The environment of a command: none of our settings, no colour, no npm. */
export function plainEnvironment(more: Record<string, string> = {}): Record<string, string> {
  return { PATH: process.env.PATH ?? "", HOME: emptyHome, ...more };
}

/** Runs a command to its end. */
export function run(
  args: readonly string[],
  { cwd = emptyHome, env, input = "" }: RunOptions = {},
): Promise<CommandResult> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [bundle, ...args], { cwd, env: plainEnvironment(env) });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (part: Buffer) => (stdout += part.toString()));
    child.stderr.on("data", (part: Buffer) => (stderr += part.toString()));
    child.on("error", fail);
    child.on("close", (code) => done({ code, stdout, stderr }));
    child.stdin.on("error", () => undefined); // not every command reads it
    child.stdin.end(input);
  });
}

/** Runs a command that must succeed, and parses its output. */
export async function runJson(
  args: readonly string[],
  around: RunOptions = {},
): Promise<Record<string, unknown>> {
  const ran = await run([...args, "--json"], around);
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  return JSON.parse(ran.stdout) as Record<string, unknown>;
}

/** Runs a function for each of many, a few concurrently. */
export async function forEachConcurrent<T>(
  things: readonly T[],
  act: (thing: T) => Promise<void>,
): Promise<void> {
  const left = [...things];
  const worker = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await act(one);
  };
  await Promise.all([worker(), worker(), worker()]);
}
