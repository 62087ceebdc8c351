// Field types: which texts become which values, at every boundary.
import * as z from "zod";
import { expect, test } from "vitest";
import { customFieldKey } from "../src/endpoints/custom-field.ts";
import { choice, described, flag, filledByDecoder, identifier, list, integer, wireOf } from "../src/field.ts";
import { clearableName, name, text } from "../src/text-field.ts";
import { codePoints, validateText } from "../src/text.ts";
import { instant } from "../src/time-field.ts";

type Kind = z.ZodType;
const parse = (kind: Kind, sent: unknown) => {
  const read = kind.safeParse(sent);
  return read.success ? read.data : "REFUSED";
};

const edges: [string, Kind, [string, unknown][], string[]][] = [
  [
    "an identifier",
    identifier,
    [
      ["1", 1],
      ["999999999999999", 999_999_999_999_999],
    ],
    [
      "",
      "0",
      "01",
      "-1",
      "+1",
      "1.0",
      "1e3",
      " 1",
      "1 ",
      "1000000000000000",
      "0x1",
      "١",
      "１",
      "1_0",
      "NaN",
      "1\n",
    ],
  ],
  [
    "a whole number",
    integer(0, 99),
    [
      ["0", 0],
      ["99", 99],
    ],
    ["", "100", "-0", "00", "1.", "1e1", " 7", "1,0", "Infinity", "99\n"],
  ],
  [
    "a boolean",
    flag,
    [
      ["false", false],
      ["False", false],
      [" NO ", false],
      ["0", false],
      ["oFf", false],
      ["true", true],
      ["1", true],
      ["00", true],
      ["f", false],
      ["N", false],
      ["Off", false],
      ["nein", true],
      ["null", true],
      ["nope", true],
    ],
    ["a\0", "a\u0007b"],
  ],
  [
    "a choice",
    choice(["open", "defined"]),
    [["open", "open"]],
    ["", "Open", "open ", "constructor", "length"],
  ],
  [
    "a text",
    text(3),
    [
      [" ab ", "ab"],
      ["😀😀😀", "😀😀😀"],
      ["", ""],
      ["\u00a0x\ufeff", "x"],
      ["\u200b", "\u200b"],
    ],
    ["abcd", "a\0", "a\tb", "\ud800", "x\u009fx", "\u007f"],
  ],
  [
    "a name",
    name,
    [
      ["Zoe\u0308", "Zoë"],
      [" O’Brien ", "O’Brien"],
      ["ÀÖØÞßöøÿŠš.-' ", "ÀÖØÞßöøÿŠš.-'"],
      ["", ""],
      ["R2", "R2"],
      ["a_b, @×÷", "a_b, @×÷"],
      ["\u200b", ""],
      ["x".repeat(255), "x".repeat(255)],
    ],
    ["<", "a>b", "&lt;", "x".repeat(256), "a\nb", "a\0", "\ud800"],
  ],
  [
    "an instant",
    instant,
    [
      ["2026-11-23T18:00:00Z", new Date("2026-11-23T18:00:00Z")],
      ["2026-11-23t18:00:00.123456z", new Date("2026-11-23T18:00:00.123Z")],
      ["2026-11-23 18:00:00+02:00", new Date("2026-11-23T16:00:00Z")],
      ["2024-02-29T00:00:00-00:00", new Date("2024-02-29T00:00:00Z")],
    ],
    [
      "",
      "2026-11-23",
      "2026-02-30T00:00:00Z",
      "2026-02-29T00:00:00Z",
      "2026-13-01T00:00:00Z",
      "2026-11-00T00:00:00Z",
      "2026-11-23T25:00:00Z",
      "2026-11-23T18:60:00Z",
      "2026-11-23T18:00:00",
      "20261123T180000Z",
      "1764000000",
      "2026-11-23T18:00:00+25:00",
      " 2026-11-23T18:00:00Z",
      "+002026-11-23T18:00:00Z",
    ],
  ],
  ["a list", list(identifier, 1) as Kind, [], []],
];

test.each(edges)("%s is read at its edges", (_what, kind, right, wrong) => {
  for (const [sent, value] of right) expect([sent, parse(kind, sent)]).toEqual([sent, value]);
  for (const sent of wrong) expect([sent, parse(kind, sent)]).toEqual([sent, "REFUSED"]);
});

test("a list holds at least what it must, each of its kind", () => {
  const numbers = list(identifier, 1);
  expect(numbers.parse(["1", "2"])).toEqual([1, 2]);
  for (const sent of [[], [""], ["1", "x"], "1"]) expect(numbers.safeParse(sent).success).toBe(false);
  expect(wireOf(numbers)).toMatchObject({ list: true, json: { type: "array", minItems: 1 } });
});

test("a fault never repeats the value it refuses", () => {
  const canary = "c4nary\u0007";
  for (const kind of [identifier, integer(0, 1), choice(["a"]), text(2), name, instant]) {
    const read = (kind as Kind).safeParse(canary);
    expect(JSON.stringify(read.error?.issues)).not.toContain("c4nary");
  }
});

test("wire facts are seen through optional and described wrappers", () => {
  expect(wireOf(clearableName.optional()).empty).toBe("clears");
  expect(wireOf(described(text(3, "clears"), "Why").optional())).toMatchObject({
    empty: "clears",
    json: { maxLength: 3, description: "Why" },
  });
  expect(wireOf(filledByDecoder({ type: "object" })).list).toBe(true);
  expect(wireOf(z.string())).toEqual({ json: { type: "string" }, empty: "absent", list: false });
});

test("lengths are code points, and line ends pass only where they are asked for", () => {
  expect([codePoints("😀é字a"), codePoints("👩‍👩‍👧")]).toEqual([4, 5]);
  expect([
    validateText("a\tb\r\nc", 9, true),
    validateText("a\tb", 9) !== undefined,
    validateText("a\u000bb", 9, true) !== undefined,
  ]).toEqual([undefined, true, true]);
  expect(validateText("😀".repeat(255), 255)).toBeUndefined();
  expect(validateText("😀".repeat(256), 255)).toMatch(/255/);
});

test("two spellings of a custom field's name are one field when their keys are equal", () => {
  const keys: [string, string | undefined][] = [
    ["tier", "tier"],
    ["Tier", "tier"],
    ["Loyalty Tier", "loyalty_tier"],
    ["loyalty-tier", "loyalty_tier"],
    ["loyalty_tier", "loyalty_tier"],
    ["Größe", "größe"],
    ["Gro\u0308ße", "größe"],
    ["字段", "字段"],
    ["a b", "a_b"],
    ["a.b[c]", "a_b_c_"],
    ["😀", "_"],
    ["__proto__", "__proto__"],
    ["", undefined],
    ["x".repeat(64), "x".repeat(64)],
    ["x".repeat(65), undefined],
    ["字".repeat(65), undefined],
    [" ", "_"],
  ];
  for (const [sent, key] of keys) expect([sent, customFieldKey(sent)]).toEqual([sent, key]);
  for (const [sent] of keys)
    if (customFieldKey(sent)) expect(customFieldKey(customFieldKey(sent)!)).toBe(customFieldKey(sent));
});
