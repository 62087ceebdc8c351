// Countries of a select: every one that people know by two letters, in the language of the page, and nothing else.
import { expect, test } from "vitest";
import { countriesIn, countryName } from "../src/settings/brands/countries.ts";

test("every country once, in the order and the words of the language", () => {
  const english = countriesIn("en");
  const codes = english.map(([code]) => code);
  expect(codes).toEqual(expect.arrayContaining(["DE", "NL", "US", "TW", "XK", "ZW"]));
  for (const none of ["ZZ", "EU", "UN", "DD", "SU", "UK", "AA"]) expect(codes).not.toContain(none);
  expect([new Set(codes).size, codes.length > 240, codes.length < 265]).toEqual([codes.length, true, true]);
  expect(english[0]?.[1]).toBe("Afghanistan");
  expect(countryName("DE", "nl")).toBe("Duitsland");
  expect(countryName("QQ", "en")).toBe("QQ");
});
