// The command line as its users have it: the real bundle in a process of its own, in an empty folder, with nothing in
// its environment that was not put there.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, vi } from "vitest";

const root = resolve(fileURLToPath(import.meta.url), "../../../..");
export const bundle = join(root, "dist", "server.js");
vi.setConfig({ testTimeout: 300_000 }); // a process a command: a busy machine takes its time for each
execFileSync(process.execPath, [join(root, "scripts", "run.mjs"), "--version"]); // brings the bundle up to date

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Surroundings {
  cwd?: string;
  env?: Record<string, string>;
  input?: string;
}

/** An empty folder that is gone when the test file is over. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "dossier-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const nowhere = emptyFolder();

/** The environment of a command: no setting of ours, no colour, no npm. */
export function plainEnvironment(more: Record<string, string> = {}): Record<string, string> {
  return { PATH: process.env.PATH ?? "", HOME: nowhere, ...more };
}

/** Runs a command to its end. */
export function run(
  args: readonly string[],
  { cwd = nowhere, env, input = "" }: Surroundings = {},
): Promise<Ran> {
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

/** Runs a command that must succeed, and reads its answer. */
export async function runJson(
  args: readonly string[],
  around: Surroundings = {},
): Promise<Record<string, unknown>> {
  const ran = await run([...args, "--json"], around);
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  return JSON.parse(ran.stdout) as Record<string, unknown>;
}

/** Does something with each of many, a few at a time. */
export async function eachOf<T>(things: readonly T[], act: (thing: T) => Promise<void>): Promise<void> {
  const left = [...things];
  const worker = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await act(one);
  };
  await Promise.all([worker(), worker(), worker()]);
}
