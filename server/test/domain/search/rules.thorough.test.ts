// The rules of searching that need no database: folding, terms, typos, and what a query may hold.
import { api } from "@dossier/api";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldText, wordsOf } from "../../../src/domain/search/normalise.ts";
import { readQuery } from "../../../src/domain/search/query.ts";
import {
  countTypos,
  isNear,
  soughtSpellings,
  storedSpellings,
  typosForgiven,
} from "../../../src/domain/search/edit-distance.ts";
import { termsOf } from "../../../src/domain/search/search.ts";
import { seed } from "../../support/random-seed.ts";

describe("folding", () => {
  test.each([
    ["Łukasz", "lukasz"],
    ["José", "jose"],
    ["Jose\u0301", "jose"],
    ["İstanbul", "istanbul"],
    ["ISTANBUL", "istanbul"],
    ["ılık", "ilik"],
    ["Strauß", "strauss"],
    ["STRAUẞ", "strauss"],
    ["Nguyễn Đức", "nguyen duc"],
    ["Ђорђе", "ђорђе"],
    ["Алёна", "алена"],
    ["ΓΙΩΡΓΟΣ", "γιωργοσ"],
    ["Γιώργος", "γιωργοσ"],
    ["أحمد", "احمد"],
    ["王小明", "王小明"],
    ["김민준", "김민준"],
    ["Ｋａｔｅ", "kate"],
    ["Þórður Ægisson", "thordur aegisson"],
    ["Søren", "soren"],
    ["ﬁona", "fiona"],
  ])("%s is found as %s", (text, folded) => {
    expect(foldText(text)).toBe(folded);
  });

  test("marks of Indian scripts count as little as accents, typed whole or not", () => {
    expect(wordsOf("हिन्दी")).toHaveLength(1);
    expect(wordsOf("हिन्दी")[0]?.startsWith(wordsOf("हि")[0] ?? "?")).toBe(true);
  });

  test("what is folded stays as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(foldText(foldText(text))).toBe(foldText(text));
      }),
      { seed: seed() },
    );
  });

  test("case, composed or decomposed make no difference", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(foldText(text.normalize("NFD"))).toBe(foldText(text.normalize("NFC")));
      }),
      { seed: seed() },
    );
  });

  test("words end at anything but letters and digits", () => {
    expect(wordsOf("Jean-Luc O'Brien, 3rd (Jean)")).toEqual(["jean", "luc", "o", "brien", "3rd"]);
    expect(wordsOf(" -' ")).toEqual([]);
  });
});

describe("terms", () => {
  const nobody = { firstname: "", lastname: "", primaryId: null, channels: [] };

  test("are the words, the pairs, the primary id, the domain and the tails of the number", () => {
    const terms = termsOf({
      firstname: "Ada",
      lastname: "Lovelace",
      primaryId: "K-17É",
      channels: [
        { rule: "email", normalised: "ada@xn--mnchen-3ya.de" },
        { rule: "phone", normalised: "+491234" },
        { rule: "phone", normalised: "+123" },
        { rule: "plain", normalised: "ada" },
      ],
    });
    expect([...terms].sort()).toEqual(
      "wada wlovelace xa!lovelace xad!lovelace xada_lovelace pk-17e dmünchen.de dxn--mnchen-3ya.de t491-234 t12394 t123-"
        .split(" ")
        .map((term) => term.replace("_", " "))
        .sort(),
    );
    expect(termsOf(nobody).size).toBe(0);
  });

  test("do not depend on how the customer was written down", () => {
    const one = termsOf({
      ...nobody,
      firstname: "José",
      lastname: "Łuk",
      channels: [{ rule: "phone", normalised: "+1555444" }],
    });
    const other = termsOf({
      ...nobody,
      firstname: "jose\u0301",
      lastname: "LUK",
      channels: [{ rule: "phone", normalised: "+1555444" }],
    });
    expect(one).toEqual(other);
  });

  test("fit into a row of an index, and are not too many, whatever the name", () => {
    const name = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 255 }),
      fc.string({ unit: fc.constantFrom("𝒜", "𠀀", "ﷺ", "a", " "), minLength: 200, maxLength: 255 }),
    );
    fc.assert(
      fc.property(name, name, name, (firstname, lastname, primaryId) => {
        const terms = termsOf({ ...nobody, firstname, lastname, primaryId });
        expect(terms.size).toBeLessThan(9000);
        for (const term of terms) expect(Buffer.byteLength(term)).toBeLessThan(1500);
      }),
      { seed: seed() },
    );
  });
});

const word = fc.string({ unit: fc.constantFrom("a", "b", "c", "д", "𠀀"), minLength: 1, maxLength: 14 });
const edits = fc.array(fc.tuple(fc.nat(3), fc.nat(20), fc.constantFrom("a", "b", "x")), { maxLength: 2 });

describe("typos", () => {
  test("are counted as letters left out, added, mistaken or swapped", () => {
    expect(countTypos("smith", "smiht")).toBe(1);
    expect(countTypos("ca", "abc")).toBe(3);
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(countTypos(a, b)).toBe(countSlowly([...a], [...b]));
      }),
      { seed: seed() },
    );
  });

  test("are forgiven from four and from eight letters", () => {
    expect(["abc", "abcd", "abcdefg", "abcdefgh", "𠀀𠀀𠀀"].map(typosForgiven)).toEqual([0, 1, 1, 2, 0]);
  });

  test("every word near enough shares a spelling with what was typed", () => {
    const runs = { seed: seed(), numRuns: 20_000 };
    fc.assert(
      fc.property(word, edits, (stored, made) => checkShared(stored, mistype(stored, made))),
      runs,
    );
    const few = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 11 });
    fc.assert(fc.property(few, few, checkShared), runs);
  });

  test("no word is stored under more than 37 spellings", () => {
    fc.assert(
      fc.property(word, (text) => {
        expect(storedSpellings(text).length).toBeLessThanOrEqual(37);
      }),
      { seed: seed() },
    );
  });
});

function checkShared(stored: string, typed: string): void {
  if (!isNear(typed, stored)) return;
  const spellings = new Set(storedSpellings(stored));
  expect(
    soughtSpellings(typed).some((spelling) => spellings.has(spelling)),
    `${typed} for ${stored}`,
  ).toBe(true);
}

describe("queries", () => {
  test.each([
    "Ada",
    "王小明",
    "o'brien",
    "o’brien",
    "+49 (30) 12-34/5",
    "a@b.example",
    "K#1:2_3, x",
    "हिन्दी",
  ])("%s may be searched for", (query) => {
    expect(api.customer.list.input.safeParse({ query }).success).toBe(true);
  });

  test.each(["a*b", 'a"b', "a%b", "a\\b", "a;b", "a\tb", "a\u200db", "😀", "<b>"])(
    "%s is refused",
    (query) => {
      const { error } = api.customer.list.input.safeParse({ query });
      expect(error?.issues.map((issue) => issue.path)).toEqual([["query"]]);
    },
  );

  test("are pieces of a number only if nothing but signs stands between four digits or more", () => {
    expect(digitsOf("+49 (30) 12-34/5")).toBe("493012345");
    expect(digitsOf("12 34")).toBe("1234");
    expect(["123", "1-2-3", "1234a", "12.34", "+"].map(digitsOf)).toEqual(Array(5).fill(undefined));
  });
});

function digitsOf(text: string): string | undefined {
  return readQuery(text).digits;
}

function mistype(word: string, edits: readonly [number, number, string][]): string {
  const letters = [...word];
  for (const [kind, place, letter] of edits) {
    const at = place % (letters.length + 1);
    const [here, next] = [letters[at], letters[at + 1]];
    if (kind === 0) letters.splice(at, 1);
    else if (kind === 1) letters.splice(at, 0, letter);
    else if (kind === 2) letters.splice(at, 1, letter);
    else if (here !== undefined && next !== undefined) letters.splice(at, 2, next, here);
  }
  return letters.join("");
}

/** The definition, word for word. */
function countSlowly(a: string[], b: string[]): number {
  const known = new Map<string, number>();
  const count = (i: number, j: number): number => {
    if (i === 0 || j === 0) return i + j;
    const place = `${i} ${j}`;
    const all = [
      count0(i - 1, j) + 1,
      count0(i, j - 1) + 1,
      count0(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
    ];
    if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) all.push(count0(i - 2, j - 2) + 1);
    known.set(place, Math.min(...all));
    return Math.min(...all);
  };
  const count0 = (i: number, j: number) => known.get(`${i} ${j}`) ?? count(i, j);
  return count(a.length, b.length);
}
