// Texts: both languages have the same, every one is used, and Dutch is not English.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { en } from "../src/text/en.ts";
import { nl } from "../src/text/nl.ts";
import type { Texts } from "../src/text/texts.ts";

const source = join(import.meta.dirname, "..", "src");
const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
  (name) => /\.tsx?$/.test(name) && !/(^|\/)text/.test(name),
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

/** Texts of a part stand beside it, in a file `text.ts` that exports one `…Texts`. */
const parts = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith("/text.ts"),
);

test.each(parts)("%s: both languages have the same texts, and every one is used", async (part) => {
  const exported = Object.entries((await import(join(source, part))) as Record<string, Texts<object>>);
  expect(exported.map(([name]) => name)).toEqual([expect.stringMatching(/Texts$/)]);
  const [[name, texts] = ["", { en: {}, nl: {} }]] = exported;
  expect(paths(texts.nl)).toEqual(paths(texts.en));
  expect(texts.nl).not.toEqual(texts.en);
  const folder = join(source, part, "..");
  const users = files
    .map((file) => readFileSync(join(source, file), "utf8"))
    .filter((text) => text.includes(name));
  expect(users, folder).not.toEqual([]);
  const unused = paths(texts.en).filter((path) => {
    const key = path.split(".").at(-1) ?? "";
    // a table of texts is read by a computed key, or spread into another
    const [group = ""] = path.split(".");
    return !users.some(
      (text) =>
        new RegExp(`\\.${key}\\b`).test(text) ||
        new RegExp(`\\.${group}(\\[|\\) as)|\\.{3}\\w+\\.${group}\\b`).test(text),
    );
  });
  expect(unused).toEqual([]);
});
