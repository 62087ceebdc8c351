// Every command's help, and the responses to usage errors, each in a process of its own.
import { fieldsOf } from "@dossier/api";
import { expect, test } from "vitest";
import { optionName } from "../../src/cli/fields.ts";
import { version } from "../../src/version.ts";
import { forEachConcurrent, run } from "../support/run-cli.ts";
import { rowOf } from "../support/requests.ts";

const commands = [
  "serve",
  "seed",
  "migrate",
  "backup",
  "restore",
  "scrub",
  "status",
  "doctor",
  "compare",
  "key create",
  "key list",
  "key revoke",
  "openapi",
  "completion",
];

test("every command has a help with an example, on standard output", async () => {
  await forEachConcurrent([...commands, "call customer.find", "call"], async (command) => {
    const ran = await run([...command.split(" "), "--help"]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toMatch(/Examples?:\n {2}.*dossier /);
  });
  const top = await run(["--help"]);
  for (const command of commands) expect(top.stdout).toMatch(new RegExp(`^  ${command.split(" ")[0]} `, "m"));
  expect(top.stdout).toContain("Exit codes: 0 success, 1 failure, 2 usage error, 3 server unreachable.");
});

test("the help of a call shows every field with its type and description", async () => {
  const { stdout } = await run(["call", "customer.resolve", "--help"]);
  const row = rowOf("customer.resolve");
  for (const { inputName, description } of fieldsOf(row)) {
    expect(stdout).toContain(optionName(row, inputName));
    if (description) expect(stdout.replace(/\s+/g, " ")).toContain(description.slice(0, 30));
  }
  expect(stdout).toMatch(/--brand-id <number> +The brand the customer belongs to \(required\)/);
  expect(stdout).toContain("Permission: CUSTOMER_CUD.");
});

test.each([
  [["sttaus"], "status"],
  [["call", "customer.fnd"], "customer.find"],
  [["call", "customer.find", "--brandid", "1"], "--if-match|--data-dir|--id"],
  [["call", "customer.resolve", "--brandid", "1"], "--brand-id"],
  [["key", "creat"], "create"],
])("what is not understood, %j, ends with 2 and names the nearest", async (args, nearest) => {
  const ran = await run(args);
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  if (!nearest.includes("|")) expect(ran.stderr).toContain(`Did you mean ${nearest}?`);
  expect(ran.stderr).toContain("--help");
});

test("a key is taken from no argument", async () => {
  const ran = await run(["call", "brand.list", "--key", "dsr_secret"]);
  expect(ran.code).toBe(2);
  for (const command of [["status"], ["key", "create"], ["call", "brand.list"]])
    expect((await run([...command, "--help"])).stdout).not.toMatch(/--(api-?)?key <(?!file)/i);
});

test("the release is told, and the document is that of the release", async () => {
  expect((await run(["--version"])).stdout).toBe(`${version}\n`);
  const { stdout } = await run(["openapi"]);
  expect(JSON.parse(stdout)).toMatchObject({ openapi: "3.1.0", info: { version } });
});

async function isColored(env: Record<string, string>): Promise<boolean> {
  return (await run(["doctor"], { env })).stdout.includes("\x1b[");
}

test("there are colours only where they are asked for, and NO_COLOR counts first", async () => {
  expect(await isColored({})).toBe(false);
  expect(await isColored({ FORCE_COLOR: "1" })).toBe(true);
  expect(await isColored({ FORCE_COLOR: "0" })).toBe(false);
  expect(await isColored({ FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(false);
});
