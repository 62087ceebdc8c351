// Search rules without a database: normalising, terms, edit distance, and queries.
import { setImmediate } from "node:timers/promises";
import { api } from "@dossier/api";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normaliseText, wordsOf } from "../../../src/domain/search/normalise.ts";
import { parseQuery } from "../../../src/domain/search/query.ts";
import {
  editDistance,
  isWithinDistance,
  queryVariants,
  storedVariants,
  maxEdits,
} from "../../../src/domain/search/edit-distance.ts";
import { searchCustomers, termsOf } from "../../../src/domain/search/search.ts";
import type { SearchDb } from "../../../src/domain/search/ranges.ts";
import { fuzzyRanges } from "../../../src/domain/search/fuzzy.ts";
import { cpuOf } from "../../support/cpu-time.ts";
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
    expect(normaliseText(text)).toBe(folded);
  });

  test("marks of Indian scripts count as little as accents, typed whole or not", () => {
    expect(wordsOf("हिन्दी")).toHaveLength(1);
    expect(wordsOf("हिन्दी")[0]?.startsWith(wordsOf("हि")[0] ?? "?")).toBe(true);
  });

  test("folding a folded text changes nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(normaliseText(normaliseText(text))).toBe(normaliseText(text));
      }),
      { seed: seed() },
    );
  });

  test("case, composed or decomposed make no difference", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(normaliseText(text.normalize("NFD"))).toBe(normaliseText(text.normalize("NFC")));
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

  test("are the words, the pairs, the primary id and account names with their pieces, the domain and the tails of the number", () => {
    const terms = termsOf({
      firstname: "Ada",
      lastname: "Lovelace",
      primaryId: "K-17É",
      channels: [
        { rule: "email", normalised: "ada@xn--mnchen-3ya.de" },
        { rule: "phone", normalised: "+491234" },
        { rule: "phone", normalised: "+123" },
        { rule: "plain", normalised: "ada" },
        { rule: "twitter", normalised: "k_1815" },
      ],
    });
    expect([...terms].sort()).toEqual(
      "wada wlovelace xa!lovelace xad!lovelace xada_lovelace pk17e y17e dmünchen.de dxn--mnchen-3ya.de yk1815 y1815 t491-234 t12394 t123-"
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
    expect(editDistance("smith", "smiht")).toBe(1);
    expect(editDistance("ca", "abc")).toBe(3);
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(countSlowly([...a], [...b]));
      }),
      { seed: seed() },
    );
  });

  test("are counted only as far as they are forgiven, with the same result", () => {
    const most = fc.integer({ min: 0, max: 3 });
    const check = (a: string, b: string, upTo: number) => {
      expect(editDistance(a, b, upTo)).toBe(Math.min(countSlowly([...a], [...b]), upTo + 1));
    };
    const runs = { seed: seed(), numRuns: 10_000 };
    fc.assert(fc.property(word, word, most, check), runs);
    fc.assert(
      fc.property(word, edits, most, (one, made, upTo) => check(one, mistype(one, made), upTo)),
      runs,
    );
  });

  test("cost little, whatever words were planted", async () => {
    const sought = `abcdefgh${"x".repeat(90)}`;
    const changed = (...places: [number, string][]) => {
      const letters = [...sought];
      for (const [at, letter] of places) letters[at] = letter;
      return letters.join("");
    };
    const planted: Record<string, (n: number) => string> = {
      "longer ones with one beginning": (n) => `${sought}${"y".repeat(16)}${n}`,
      "as long, with one beginning": (n) => sought.slice(0, -4) + String(n).padStart(4, "0"),
      "all near": (n) => changed([8, letterOf(n % 100)], [97, letterOf(Math.floor(n / 100))]),
      "almost near": (n) => changed([8, "é"], [96, letterOf(n % 100)], [97, letterOf(Math.floor(n / 100))]),
    };
    const bar = 250; // the full matrix took 1,700 to 2,700
    for (const [which, plant] of Object.entries(planted)) {
      const words = Array.from({ length: 10_000 }, (_, n) => ({ brand: 1, word: plant(n) }));
      const db = { rows: async () => words, row: async () => undefined } as unknown as SearchDb;
      const cost = await cpuOf(() => fuzzyRanges(db, [1], parseQuery(sought)), bar);
      expect([which, cost < bar, cost]).toEqual([which, true, cost]);
    }
  });

  test("are looked for in ten thousand names by turns with everything else", async () => {
    const rows = Array.from({ length: 10_000 }, (_, n) => ({
      id: n + 1,
      firstname: "Ada Byron",
      lastname: `King ${n}`,
    }));
    const ids = rows.map(({ id }) => id).join(",");
    const db = {
      rows: async ({ name }: { name: string }) =>
        name === "search_names" ? rows : [{ entry: 2, ids, reached: "ada" }],
    } as unknown as SearchDb;
    let turns = 0;
    const over = new AbortController();
    const others = (async () => {
      for (; !over.signal.aborted; turns += 1) await setImmediate();
    })();
    const { results } = await searchCustomers(db, { query: "ada byron king", brandIds: [1], pageSize: 15 });
    over.abort();
    await others;
    expect([results.length, turns > 100]).toEqual([10_000, true]);
  });

  test("are forgiven from four and from eight letters", () => {
    expect(["abc", "abcd", "abcdefg", "abcdefgh", "𠀀𠀀𠀀"].map(maxEdits)).toEqual([0, 1, 1, 2, 0]);
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
        expect(storedVariants(text).length).toBeLessThanOrEqual(37);
      }),
      { seed: seed() },
    );
  });
});

const letterOf = (n: number) => String.fromCharCode(0x3b1 + n);

function checkShared(stored: string, typed: string): void {
  if (!isWithinDistance(typed, stored)) return;
  const spellings = new Set(storedVariants(stored));
  expect(
    queryVariants(typed).some((spelling) => spellings.has(spelling)),
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
    "a*b",
    'a"b',
    "a%b",
    "a\\b",
    "a;b",
    "a\tb",
    "a\u200db",
    "😀",
    "<b>",
    "\0",
    "\ud800",
    "x".repeat(100_000),
  ])("%s may be searched for", (query) => {
    expect(api.customer.list.input.safeParse({ query }).success).toBe(true);
  });

  test("are pieces of a number only if nothing but signs stands between four digits or more", () => {
    expect(digitsOf("+49 (30) 12-34/5")).toBe("493012345");
    expect(digitsOf("12 34")).toBe("1234");
    expect(["123", "1-2-3", "1234a", "12.34", "+"].map(digitsOf)).toEqual(Array(5).fill(undefined));
  });
});

function digitsOf(text: string): string | undefined {
  return parseQuery(text).digits;
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

/** The definition, literally. */
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
