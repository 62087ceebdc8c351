// The comparison of what commands print with what the pages show: equal but for what `…` stands for, and a difference
// is told in lines.
import { describe, expect, test } from "vitest";
import { differenceOf } from "../../scripts/block-output.mjs";

describe("JSON", () => {
  const came = '{"type":"list","total":2,"items":[{"id":7,"name":"Ada"},{"id":8,"name":"Joan"}],"next":null}';

  test.each([
    [
      "the same",
      '{ "type": "list", "total": 2, "items": [{"id":7,"name":"Ada"},\n{"id":8,"name":"Joan"}], "next": null }',
    ],
    ["any value", '{ "type": "list", "total": …, "items": …, "next": … }'],
    [
      "any text, and any characters in one",
      '{ "type": "…", "total": 2, "items": [{"id":7,"name":"A…"}, …], "next": null }',
    ],
    ["further members at the end", '{ "type": "list", … }'],
    [
      "further members in between",
      '{ "type": "list", …, "items": [{ …, "name": "Ada" }, { "id": 8, … }], … }',
    ],
    ["anything", "…"],
  ])("is what is shown: %s", (_, shown) => {
    expect(differenceOf("json", shown, came)).toBeUndefined();
  });

  test.each([
    ["a changed word", '{ "type": "lists", … }', '.type\n- "lists"\n+ "list"'],
    ["another number", '{ "type": "list", "total": 3, … }', ".total\n- 3\n+ 2"],
    ["a text for a number", '{ …, "items": [{ "id": "…", … }, …], … }', '.items[0].id\n- "…"\n+ 7'],
    ["a member that is missing", '{ …, "error": 1, … }', ".error\n- 1\n+ nothing"],
    ["a member that nothing shows", '{ "type": "list", "total": 2, "next": null }', ".items\n- nothing\n+ ["],
    ["another order", '{ "total": 2, "type": "list", … }', '.type\n- "list"\n+ nothing here: another order'],
    ["a shorter list", '{ …, "items": [{ "id": 7, … }], … }', ".items[1]\n- nothing\n+ {"],
    ["a longer list", '{ …, "items": [{…}, {…}, {…}], … }', ".items[2]\n- {"],
    ["a null", '{ …, "next": "…" }', '.next\n- "…"\n+ null'],
  ])("is not what is shown: %s", (_, shown, difference) => {
    expect(differenceOf("json", shown, came)).toContain(difference);
  });

  test("is compared one document after the other, whatever is between them", () => {
    expect(differenceOf("json", '{ "a": 1 }\n{ "b": … }', '{"a":1}{"b":2}\n')).toBeUndefined();
    expect(differenceOf("json", '{ "a": 1 }', '{"a":1}{"b":2}')).toContain('[1]\n- nothing\n+ {"b":2}');
    expect(differenceOf("json", '{ "a": 1 }\n{ "b": 2 }', '{"a":1}')).toContain("[1]");
  });

  test("is asked for where something else came", () => {
    expect(differenceOf("json", '{ "a": 1 }', "curl: (7) refused")).toContain("curl: (7) refused");
    expect(differenceOf("json", '{ "a": 1 }', "")).toBeDefined();
  });
});

describe("text", () => {
  const came = "state  ready\nsince  2026-11-30 02:12\nkeys   3\n";

  test.each([
    ["the same", "state  ready\nsince  2026-11-30 02:12\nkeys   3\n"],
    ["any characters in a line", "state  ready\nsince  …\nkeys   …"],
    ["any lines", "…\nkeys   3"],
    ["no lines at all", "state  ready\n…\nsince  …\nkeys   3\n…"],
  ])("is what is shown: %s", (_, shown) => {
    expect(differenceOf("text", shown, came)).toBeUndefined();
  });

  test("is not what is shown: a changed word, a missing and a further line are marked", () => {
    expect(differenceOf("text", "state  steady\nsince  …\nkeys   3", came)).toBe(
      "- state  steady\n+ state  ready\n  since  2026-11-30 02:12\n  keys   3",
    );
    expect(differenceOf("text", "state  ready\nsince  …", came)).toContain("+ keys   3");
    expect(differenceOf("text", "state  ready\n…\nkeys   3\nbrands …", came)).toContain("- brands …");
  });

  test("has no other signs than `…`", () => {
    expect(differenceOf("text", "state  .*\n…", came)).toContain("- state  .*");
  });
});

test("a command without an output block prints nothing", () => {
  expect(differenceOf(undefined, undefined, "")).toBeUndefined();
  expect(differenceOf(undefined, undefined, "curl: (7) refused")).toContain("nothing is shown");
});
