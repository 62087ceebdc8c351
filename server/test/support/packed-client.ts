// `@dossier/api` as integrators get it: packed, and installed into an empty project without a network. The project is
// removed after the test file.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll } from "vitest";

const root = resolve(fileURLToPath(import.meta.url), "../../../..");

/** The packages of the repository. */
export const modules = join(root, "node_modules");

/** Runs a program in a folder; its output is part of its failure. */
export async function runIn(cwd: string, program: string, args: string[], env = {}): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, env: { ...process.env, ...env } });
    return stdout.trim();
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} ${args.join(" ")}\n${stdout}${stderr}`, { cause: error });
  }
}

/** Packs the package and installs it into a new project. */
export async function installPackedClient(): Promise<{ project: string; installed: string }> {
  const project = mkdtempSync(join(tmpdir(), "dossier-package-"));
  afterAll(() => rmSync(project, { recursive: true, force: true }));
  const tarball = await runIn(root, process.execPath, ["scripts/pack-api.mjs", "--to", project]);
  const dependencies = { "@dossier/api": `file:${tarball}` };
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ type: "module", private: true, dependencies }),
  );
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund"];
  await runIn(project, "npm", ["install", "--offline", "--cache", join(project, "cache"), ...quiet]);
  return { project, installed: join(project, "node_modules", "@dossier", "api") };
}
