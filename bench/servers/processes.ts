/** Child processes of the benchmark. None outlives it: any end of it, by Ctrl-C too, ends them. */
import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const running = new Set<ChildProcess>();
const folders: string[] = [];

/** Starts a program that is killed if the benchmark ends first. */
export function start(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, options);
  running.add(child);
  child.once("close", () => running.delete(child));
  return child;
}

/** Runs a program to its end and returns its output of both streams; throws with all of it if it failed. */
export function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  return new Promise((done, fail) => {
    const child = start(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let written = "";
    const keep = (part: Buffer) => void (written += part.toString());
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    child.once("error", (error) => fail(new Error(`${command} cannot be started: ${error.message}`)));
    child.once("close", (code, signal) => {
      if (code === 0) done(written);
      else fail(new Error(`${command} ended with ${signal ?? code}:\n${written}`));
    });
  });
}

/** A folder that is deleted when the benchmark ends. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "dossier-bench-"));
  folders.push(folder);
  return folder;
}

/** Ends all children on signals and on exit. PostgreSQL's own hook stops it. */
export function killOnExit(): void {
  process.once("exit", () => {
    for (const child of running) child.kill("SIGKILL");
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => {
      process.exitCode = 130;
      process.exit();
    });
}
