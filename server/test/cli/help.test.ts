// Texts of the command line: help, usage errors, colours; and the computed width of texts.
import { fieldsOf } from "@dossier/api";
import { expect, test } from "vitest";
import { optionName } from "../../src/cli/fields.ts";
import { fit, sanitise, widthOf } from "../../src/cli/output/text-width.ts";
import { run } from "../support/run-cli.ts";
import { table } from "../support/requests.ts";

test("the list of calls has every noun and verb with its permission and summary", async () => {
  const { stdout, code } = await run(["call", "--list"]);
  expect(code).toBe(0);
  for (const { name, row } of table) {
    if (row.stream) continue; // a stream has no end, and is no command
    const may = row.permission === "any" ? "any key" : row.permission;
    expect(stdout.split("\n").find((line) => line.startsWith(`  ${name} `))).toMatch(
      new RegExp(`${may} +${row.summary.replaceAll(/[()']/g, ".")}$`),
    );
  }
});

test("no two fields of an endpoint share an option", () => {
  for (const { row } of table) {
    const names = fieldsOf(row).map(({ inputName }) => optionName(row, inputName));
    expect(new Set(names).size).toBe(names.length);
  }
});

test.each([
  ["Ada", 3],
  ["山田美咲", 8],
  ["김민준", 6],
  ["ｶﾅ", 2],
  ["é", 1],
  ["नमस्ते", 4],
  ["สมชาย ใจดี", 9],
  ["ไทยกำ", 5],
  ["محمد الفاسي", 11],
  ["می‌خواهم", 7],
  ["👍🏽", 2],
  ["한글", 4],
  ["\x1b[31mAda\x1b[39m", 3],
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
  expect(sanitise("a\x1b[2Jb\x9bc\u202Ed\u2066e")).toBe("a\uFFFD[2Jb\uFFFDc\uFFFDd\uFFFDe");
});
