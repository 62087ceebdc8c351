// The examples that `--help` prints: each runs in a plain bash beside a server with the demo data, in one folder and in
// order, and ends with 0; or it is listed with the reason why it does not run here.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exampleOf } from "../../src/cli/example.ts";
import { table } from "../support/requests.ts";
import { poll } from "../support/embedded/harness.ts";
import { emptyFolder, forEachConcurrent, plainEnvironment, root, run } from "../support/run-cli.ts";

const commands = [
  "",
  "serve",
  "seed",
  "migrate",
  "status",
  "doctor",
  "key create",
  "key list",
  "key revoke",
  "start-link",
  "call",
  "call customer.resolve",
  "call customer.addEvent",
  "jobs",
  "openapi",
  "backup",
  "restore",
  "scrub",
  "compare",
  "completion",
];

const notRun: [example: RegExp, why: string][] = [
  [/^(\w+=\S+ )*dossier serve\b/, "does not end; cli/first-start and many others start it"],
  [/DATABASE_URL=/, "needs a PostgreSQL of one's own: cli/backup and cli/data-folder have one"],
  [/^dossier migrate --data-dir/, "needs a stopped server: cli/data-folder stops it"],
  [/^dossier key revoke/, "names a key by a number; cli/question revokes one"],
  [/^dossier start-link --data-dir/, "names a key by a number; cli/first-start names one"],
  [/^dossier call job.retry/, "needs a failed job"],
  [/^dossier scrub$/, "asks in a terminal: cli/question"],
  [/completion (zsh|fish)/, "for another shell: cli/completion"],
];

const cwd = emptyFolder();
const bin = join(cwd, "bin");
const data = join(cwd, "dossier-data");
let server: ChildProcess;
let url = "";
let key = "";

beforeAll(async () => {
  mkdirSync(bin);
  symlinkSync(join(root, "scripts", "dossier.mjs"), join(bin, "dossier"));
  server = spawn(join(bin, "dossier"), ["serve", "--demo"], {
    cwd,
    env: plainEnvironment({ PORT: "0", LOG_LEVEL: "fatal" }),
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  server.stdout?.on("data", (part: Buffer) => (said += part.toString()));
  for (let tries = 0; !said.includes("is ready") && tries < 8; tries += 1)
    await poll(() => said.includes("is ready")).catch(() => undefined);
  url = /API\s+(http:\S+)\/api\/v2/.exec(said)?.[1] ?? "";
  key = readFileSync(join(data, "admin-key"), "utf8").trim();
  for (const name of ["key.txt", "old-key.txt"]) writeFileSync(join(cwd, name), key, { mode: 0o600 });
  writeFileSync(join(cwd, "passphrase"), "a passphrase of the test\n");
});
afterAll(async () => {
  const ended = new Promise((done) => server.once("exit", done));
  server.kill("SIGTERM");
  await ended;
});

/** The examples of a help, each on one line. */
function examplesOf(help: string): string[] {
  const [, text = ""] = /^Examples?:\n((?: {2}.*\n?)+)/m.exec(help) ?? [];
  return text
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

/** What stands for the reader's own: another server, its key, its brands, the folder of a service. */
function withOwnThings(example: string): string {
  return example
    .replaceAll(/https:\/\/(crm|desk)\.example\.org/g, url)
    .replace("DOSSIER_FROM_KEY=…", `DOSSIER_FROM_KEY=${key} DOSSIER_KEY=${key}`)
    .replace("--brand 4=1 5=2", "--brand 2=2 3=3")
    .replaceAll("/var/lib/dossier", data);
}

test("every example runs, or has a reason not to", async () => {
  const outcomes: string[] = [];
  const used = new Set<RegExp>();
  for (const command of commands) {
    const { stdout } = await run([...command.split(" ").filter(Boolean), "--help"]);
    const examples = examplesOf(stdout);
    expect([command, examples.length]).not.toEqual([command, 0]);
    for (const example of examples) {
      const reason = notRun.find(([pattern]) => pattern.test(example));
      if (reason) used.add(reason[0]);
      else outcomes.push(`${example}: ${await runExample(example)}`);
    }
  }
  expect(outcomes.filter((one) => !one.endsWith(": 0"))).toEqual([]);
  expect(outcomes.length).toBeGreaterThan(20);
  expect(notRun.filter(([pattern]) => !used.has(pattern))).toEqual([]);
});

test("the example of every endpoint is understood: what it names may be missing, nothing in it is wrong", async () => {
  const wrong: string[] = [];
  const called = table.filter(({ row }) => !row.stream);
  await forEachConcurrent(called, async ({ name, row }) => {
    const example = exampleOf(name, row);
    const outcome = await runExample(example);
    const isRefused = /\((not_found|\w+_(taken|not_configured|conflict|in_use))\)/.test(outcome);
    // What would be lost is asked about; a record of the demo data may have options of its own.
    const isQuestion = /add --yes if that is meant|would be lost|must be one of the options/.test(outcome);
    if (outcome !== "0" && !isRefused && !isQuestion) wrong.push(`${example}: ${outcome}`);
  });
  expect(wrong).toEqual([]);
});

/** The exit code of an example, and what it printed if that is not 0. */
function runExample(example: string): Promise<string> {
  return new Promise((done, fail) => {
    const bash = spawn("bash", ["--norc", "-c", withOwnThings(example)], {
      cwd,
      env: plainEnvironment({ PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` }),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    for (const stream of [bash.stdout, bash.stderr])
      stream.on("data", (part: Buffer) => (printed += part.toString()));
    bash.on("error", fail);
    bash.on("close", (code) => done(code === 0 ? "0" : `${String(code)}\n${printed}`));
  });
}
