// What the command line says of itself: help, mistakes in words, colours; and how wide it takes texts to be.
import { fieldsOf } from "@dossier/api";
import { expect, test } from "vitest";
import { optionName } from "../../src/cli/fields.ts";
import { fit, harmless, widthOf } from "../../src/cli/output/text-width.ts";
import { version } from "../../src/version.ts";
import { eachOf, run } from "../support/run-cli.ts";
import { rowOf, table } from "../support/requests.ts";

const commands = [
  "serve",
  "seed",
  "migrate",
  "status",
  "doctor",
  "compare",
  "key create",
  "key list",
  "key revoke",
  "openapi",
];

test("every command has a help with an example, on standard output", async () => {
  await eachOf([...commands, "call customer.find", "call"], async (command) => {
    const ran = await run([...command.split(" "), "--help"]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toMatch(/Examples?:\n {2}.*dossier /);
  });
  const top = await run(["--help"]);
  for (const command of commands) expect(top.stdout).toMatch(new RegExp(`^  ${command.split(" ")[0]} `, "m"));
  expect(top.stdout).toContain(
    "Exit codes: 0 done, 1 refused or failed, 2 not understood, 3 nobody answers.",
  );
});

test("the help of a call shows every field with its type and description", async () => {
  const { stdout } = await run(["call", "customer.resolve", "--help"]);
  const row = rowOf("customer.resolve");
  for (const { ours, description } of fieldsOf(row)) {
    expect(stdout).toContain(optionName(row, ours));
    if (description) expect(stdout.replace(/\s+/g, " ")).toContain(description.slice(0, 30));
  }
  expect(stdout).toMatch(/--brand-id <number> +The brand the customer belongs to \(required\)/);
  expect(stdout).toContain("Permission: CUSTOMER_CUD.");
});

test("the list of calls has every noun and verb with its permission and summary", async () => {
  const { stdout, code } = await run(["call", "--list"]);
  expect(code).toBe(0);
  for (const { name, row } of table) {
    const may = row.permission === "any" ? "any key" : row.permission;
    expect(stdout.split("\n").find((line) => line.startsWith(`  ${name} `))).toMatch(
      new RegExp(`${may} +${row.summary.replaceAll(/[()']/g, ".")}$`),
    );
  }
});

test("no two fields of an endpoint share an option", () => {
  for (const { row } of table) {
    const names = fieldsOf(row).map(({ ours }) => optionName(row, ours));
    expect(new Set(names).size).toBe(names.length);
  }
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

test.each([
  ["Ada", 3],
  ["山田美咲", 8],
  ["김민준", 6],
  ["ｶﾅ", 2],
  ["é", 1],
  ["नमस्ते", 4],
  ["👩‍👩‍👧", 2],
  ["🇩🇪", 2],
  ["☎️", 2],
  ["☎", 1],
  ["", 0],
])("%s takes %i cells", (text, cells) => {
  expect(widthOf(text)).toBe(cells);
  expect(widthOf(fit(text, 12))).toBe(12);
  expect(widthOf(fit(`${text}${text}${text}`, 3))).toBe(3);
});

test("a text cannot command the terminal, or turn its line around", () => {
  expect(harmless("a\x1b[2Jb\x9bc\u202Ed\u2066e")).toBe("a\uFFFD[2Jb\uFFFDc\uFFFDd\uFFFDe");
});
