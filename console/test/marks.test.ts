// Marks: what matched is found in names, ids, addresses and numbers, however they are written.
import { expect, test } from "vitest";
import { findDigits, findNearest, findRanges, queryWords } from "../src/customers/marks.tsx";

const marked = (text: string, ranges: [number, number][]) =>
  ranges.map(([start, end]) => text.slice(start, end));

test.each([
  ["Juergen Schaefer", "schaefer", ["Schaefer"]],
  ["Jürgen Schäfer", "schafer", ["Schäfer"]],
  ["Zofia Szczepańska", "szczepanska zofia", ["Zofia", "Szczepańska"]],
  ["juergen@schaefer.example.com", "schaefer", ["schaefer"]],
  ["Nadja", "schaefer", []],
  ["Ünal 🍰 Ünal", "unal", ["Ünal"]],
])("%s with %s", (text, query, found) => {
  expect(marked(text, findRanges(text, queryWords(query)))).toEqual(found);
});

test.each([
  ["+48 000 000 117", "000117", ["000 117"]],
  ["+493023125117", "030 2312", ["302312"]],
  ["+493023125117", "12", []],
])("the digits of %s with %s", (text, query, found) => {
  expect(marked(text, findDigits(text, query))).toEqual(found);
});

test("the nearest word is found where nothing matches literally, and none where nothing is near", () => {
  expect(marked("Katharina Schäffer", findNearest("Katharina Schäffer", ["schaefer"]))).toEqual(["Schäffer"]);
  expect(findNearest("Nadja Novák", ["schaefer"])).toEqual([]);
});
