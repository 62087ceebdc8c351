// JSON bodies: every member counts, in the order written, also with a repeated or numeric name.
import fc from "fast-check";
import { expect, test } from "vitest";
import { readJson } from "../../../src/http/body/json.ts";
import { seed } from "../../support/random-seed.ts";

const name = fc.constantFrom("a", "b", "ab", "1", "10", "01", '"', "\\", "é", "__proto__", "a[]");
const scalar = fc.oneof(fc.constantFrom("", "x", '"', "\\", "a,b", "{", "1"), fc.integer(), fc.boolean());
const value = fc.oneof(scalar, fc.constant(null), fc.array(scalar, { maxLength: 3 }));

test("a body's members are those that it would have one by one", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, value), { maxLength: 6 }),
      fc.constantFrom("", " ", "\n"),
      (all, gap) => {
        const members = all.map(([key, one]) => `${JSON.stringify(key)}${gap}:${gap}${JSON.stringify(one)}`);
        const whole = readJson(`{${gap}${members.join(`${gap},`)}}`);
        expect(whole).toEqual(members.flatMap((member) => readJson(`{${member}}`)));
      },
    ),
    { seed: seed(), numRuns: 1000 },
  );
});

test.each([
  ['{"a":"x","b":2,"c":null}', ["a x", "b 2", "c "]],
  ['{"a":"x","a":"y"}', ["a x", "a y"]],
  ['{"a":"x","a":1}', ["a x", "a 1"]],
  ['{"a":1,"a":"x","b":"a"}', ["a 1", "a x", "b a"]],
  ['{"b":"x","1":"y"}', ["b x", "1 y"]],
  ['{"\\u0061":"x","a":"y"}', ["a x", "a y"]],
  ['{"a":"x\\"","a":"y"}', ['a x"', "a y"]],
])("%s is read in its order", (text, wanted) => {
  expect(readJson(text).map((entry) => `${entry.name} ${entry.value}`)).toEqual(wanted);
});
