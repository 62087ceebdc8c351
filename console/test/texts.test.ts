// Texts: both languages have the same, every one is used, and Dutch is not English.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { en } from "../src/text/en.ts";
import { nl } from "../src/text/nl.ts";

const source = join(import.meta.dirname, "..", "src");
const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
  (name) => /\.tsx?$/.test(name) && !name.startsWith("text"),
);
const code = files.map((name) => readFileSync(join(source, name), "utf8")).join("\n");

function paths(texts: object, above = ""): string[] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === "object" && value !== null
      ? paths(value as object, `${above}${key}.`)
      : [`${above}${key}`],
  );
}

test("both languages have the same texts", () => {
  expect(paths(nl)).toEqual(paths(en));
});

test("every text is used", () => {
  const computed = /^(tickets\.(states|priorities)|customer\.by|system\.states)\./;
  const unused = paths(en).filter((path) => {
    if (computed.test(path)) return false;
    const [group = "", key = ""] = path.split(".");
    return !new RegExp(`(\\b${group}|\\bkeys|text)\\.${key}\\b`).test(code);
  });
  expect(unused).toEqual([]);
});
