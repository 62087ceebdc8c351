// The command line without arguments, and settings from a file.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { emptyFolder, run, runJson } from "../support/run-cli.ts";

test("without arguments the help is shown, and nothing is started", async () => {
  const { code, stdout } = await run([]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Usage: dossier <command>/);
  expect(await run(["--demo"])).toMatchObject({ code: 2, stdout: "" });
});

test("--env-file reads settings, at any place, and those set already count first", async () => {
  const file = join(emptyFolder(), "dossier.env");
  writeFileSync(file, "DOSSIER_URL=http://127.0.0.1:1\nDOSSIER_KEY=from-the-file\nLOG_LEVEL=nonsense\n");
  for (const args of [
    ["--env-file", file, "serve"],
    ["serve", `--env-file=${file}`],
  ]) {
    const { code, stderr } = await run(args, { env: { PORT: "0" } });
    expect([code, stderr]).toEqual([1, expect.stringContaining("LOG_LEVEL must be one of")]);
  }
  const overridden = await run(["serve", "--env-file", file], { env: { LOG_LEVEL: "loud" } });
  expect(overridden.stderr).toContain("LOG_LEVEL must be one of");
  const status = await run(["status", "--env-file", file], { env: { DOSSIER_URL: "http://127.0.0.1:2" } });
  expect(status.code).toBe(3);
  expect(status.stdout + status.stderr).toContain("127.0.0.1:2");
});

test("an unknown setting is refused, from the file too, and its value is not shown", async () => {
  const file = join(emptyFolder(), "dossier.env");
  writeFileSync(file, "DOSSIER_WORKER=shown-nowhere\n");
  const { code, stdout, stderr } = await run(["openapi", "--env-file", file]);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("DOSSIER_WORKER is no setting: did you mean DOSSIER_WORKERS?");
  expect(stderr).not.toContain("shown-nowhere");
});

test("the doctor mentions that unknown names in query strings are left out, where they are", async () => {
  const examine = async (env: Record<string, string>) => {
    const { findings } = await runJson(["doctor"], { cwd: emptyFolder(), env });
    const found = findings as { subject: string; level: string; found: string }[];
    return found.filter(({ subject }) => subject === "unknown names");
  };
  expect(await examine({})).toEqual([]);
  expect(await examine({ DOSSIER_UNKNOWN_QUERY: "ignore" })).toMatchObject([
    { level: "warning", found: expect.stringContaining("DOSSIER_UNKNOWN_QUERY=ignore") },
  ]);
});
