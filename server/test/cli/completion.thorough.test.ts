// Completion in the shells themselves, with the program as users have it: a command called dossier in the PATH. Shells
// that are not installed are reported as skipped.
import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { bundle, emptyFolder, plainEnvironment, run } from "../support/run-cli.ts";
import { table } from "../support/requests.ts";

const folder = emptyFolder();
const program = join(folder, "dossier");
writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${bundle}" "$@"\n`);
chmodSync(program, 0o755);
writeFileSync(join(folder, "key one.txt"), "");
const env = plainEnvironment({ PATH: [folder, process.env.PATH ?? ""].join(delimiter) });

/** What a shell's script prints. */
function runShell(shell: string, args: readonly string[], script: string): string {
  const { stdout, stderr, status } = spawnSync(shell, [...args, script], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

const has = (shell: string) => spawnSync(shell, ["--version"]).status === 0;

/** The words as bash splits a line: its word breaks stand alone. */
const split = (line: string) => line.split(/ |(?==)|(?<==)/);

/** The completions of a line in bash, up to the cursor at its end. */
function inBash(line: string): string[] {
  const words = split(line);
  const script = `source <(dossier completion bash)
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}
_dossier; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return runShell("bash", ["--norc", "-c"], script).split("\n").filter(Boolean);
}

test("bash completes commands, endpoints, options, words and files", () => {
  expect(inBash("dossier ")).toEqual(
    expect.arrayContaining(["serve", "call", "key", "completion", "doctor", "scrub"]),
  );
  expect(inBash("dossier ")).not.toContain("complete");
  expect(inBash("dossier key ")).toEqual(["create", "list", "revoke", "forget"]);
  expect(inBash("dossier call ")).toEqual(table.filter(({ row }) => !row.stream).map(({ name }) => name));
  expect(inBash("dossier call customer.pu")).toEqual(["customer.purge", "customer.purgeAny"]);
  expect(inBash("dossier call customer.purge --y")).toEqual(["--yes"]);
  expect(inBash("dossier call customer.list --output ")).toEqual(["table", "json", "jsonl", "csv"]);
  expect(inBash("dossier call customer.list --output=j")).toEqual(["json", "jsonl"]);
  expect(inBash("dossier call customer.list --columns id,prim")).toEqual(["id,primary_id"]);
  expect(inBash("dossier call customer.create --channel em")).toEqual(["email="]);
  expect(inBash("dossier call ticket.list --status so")).toEqual(["solved"]);
  expect(inBash("dossier key create x --permission CUSTOMER_READ,CUSTOMER_")).toEqual([
    "CUSTOMER_READ,CUSTOMER_CUD",
  ]);
  expect(inBash("dossier completion ")).toEqual(["bash", "zsh", "fish"]);
  expect(inBash("dossier call brand.list --key-file k")).toEqual(["key one.txt"]);
  expect(inBash("dossier call brand.list --url ")).toEqual([]);
});

test.skipIf(!has("zsh"))("zsh completes endpoints, words and files", () => {
  // The parts of zsh's own completion that need a terminal, in the place of which these print what they get.
  const script = `compdef() { print "$*" }
_describe() { local name=$4; print -l -- "\${(@P)name%%:*}" }
_files() { print files }
source <(dossier completion zsh)
words=(dossier call customer.pu); CURRENT=3; _dossier
words=(dossier call customer.list --output=j); CURRENT=4; _dossier
words=(dossier call customer.create --channel em); CURRENT=5; _dossier
words=(dossier call brand.list --key-file ''); CURRENT=5; _dossier`;
  expect(runShell("zsh", ["-f", "-c"], script).trimEnd().split("\n")).toEqual([
    "_dossier dossier",
    "customer.purge",
    "customer.purgeAny",
    "--output=json",
    "--output=jsonl",
    "email=",
    "files",
  ]);
});

test.skipIf(!has("fish"))("fish completes endpoints and words", () => {
  const complete = (line: string) =>
    runShell("fish", ["--no-config", "-c"], `dossier completion fish | source; complete -C '${line}'`)
      .split("\n")
      .map((one) => one.split("\t")[0])
      .filter(Boolean);
  expect(complete("dossier call customer.pu")).toEqual(["customer.purge", "customer.purgeAny"]);
  expect(complete("dossier call customer.list --output=j")).toEqual(["--output=json", "--output=jsonl"]);
});

test("a shell that is not known is refused with those that are", async () => {
  const ran = await run(["completion", "tcsh"]);
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).toContain("bash, zsh, fish");
});
