// Unknown settings: no command runs with one.
import { expect, test } from "vitest";
import { run } from "../support/run-cli.ts";

test("every command refuses an unknown setting, names the nearest, and does not show its value", async () => {
  const env = { DOSSIER_WORKER: "shown-nowhere", DOSSIER_URL: "http://127.0.0.1:1", DOSSIER_KEY: "a-key" };
  const { stdout: help } = await run(["--help"], { env });
  const commands = [...help.matchAll(/^ {2}([a-z]+)(?= |$)/gm)].map(([, name = ""]) => name);
  expect(commands).toContain("serve");
  const words: Record<string, string[]> = {
    key: ["key", "list"],
    call: ["call", "brand.list"],
    backup: ["backup", "-"],
    restore: ["restore", "-"],
    completion: ["completion", "bash"],
    compare: ["compare", "--from", "http://127.0.0.1:2"],
  };
  for (const name of commands.filter((one) => one !== "dossier")) {
    const { code, stdout, stderr } = await run(words[name] ?? [name], { env });
    expect([name, code]).toEqual([name, 1]);
    expect(stdout + stderr).toContain("DOSSIER_WORKER is no setting: did you mean DOSSIER_WORKERS?");
    expect(stdout + stderr).not.toContain("shown-nowhere");
  }
});
