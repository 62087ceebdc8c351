// Drafts of a form: a value set back is no change, and what two have changed is told.
import { expect, test } from "vitest";
import { changesOf, collisionsOf, typeInto } from "../src/ui/draft.ts";

const saved = { name: "Main", tags: ["a"], isOn: false };

test("a value that is set back is no change", () => {
  const typed = typeInto({}, { name: "Shop", tags: ["a"] }, saved);
  expect(changesOf(typed, saved)).toEqual({ name: "Shop" });
  expect(changesOf(typeInto(typed, { name: "Main" }, saved), saved)).toEqual({});
});

test("a change by another person leaves what was typed, and conflicts only in the same field", () => {
  const typed = typeInto({}, { name: "Shop" }, saved);
  const other = { ...saved, isOn: true };
  expect([changesOf(typed, other), collisionsOf(typed, other)]).toEqual([{ name: "Shop" }, []]);
  const same = { ...saved, name: "Store" };
  expect([changesOf(typed, same), collisionsOf(typed, same)]).toEqual([{ name: "Shop" }, ["name"]]);
  // typing on does not make the other value the base
  expect(collisionsOf(typeInto(typed, { name: "Shops" }, same), same)).toEqual(["name"]);
  // both typed the same
  expect(collisionsOf(typed, { ...saved, name: "Shop" })).toEqual([]);
});
