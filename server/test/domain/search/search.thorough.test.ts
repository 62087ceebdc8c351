// Search on PostgreSQL: the same result as a plain evaluation of the rule over every customer, in the same order;
// totals at their limits; and terms that always match the customer.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Db } from "../../../src/db/database.ts";
import { normaliseText, squeeze, wordsOf } from "../../../src/domain/search/normalise.ts";
import { editDistance } from "../../../src/domain/search/edit-distance.ts";
import {
  addTerms,
  updateTermsOfMany,
  pruneDictionary,
  recordFormerWords,
  removeTerms,
  searchCustomers,
  termsOf,
} from "../../../src/domain/search/search.ts";
import { parseQuery } from "../../../src/domain/search/query.ts";
import {
  brandRangesOf,
  firstStatement,
  rangesOf,
  selectRanges,
  valuesOf,
} from "../../../src/domain/search/ranges.ts";
import type { RankedResults } from "../../../src/domain/search/ranking.ts";
import {
  insertCustomers,
  openBulkDatabase,
  type Person,
  searchableOf,
} from "../../support/data/bulk-customers.ts";
import { seed } from "../../support/random-seed.ts";
import { judgeReadings } from "../../support/data/readings.ts";

let db: Db;

beforeAll(async () => {
  db = await openBulkDatabase([
    "Two",
    "Three",
    "Many",
    "Double",
    "Changing",
    "Concurrent",
    "Alike",
    "Alike too",
  ]);
});
afterAll(() => db.close());

const words =
  "anna hanna ann an a schmidt schmitt schmid smith smithson maria mario marías del de carmen garcia garcía lovelace lovelaces loveless straße strasse jean-luc o'brien 王小明 王小 أحمد alexandra alexander alexandre constantinopolitanische".split(
    " ",
  );
const anyWord = fc.constantFrom(...words);
const address = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("anna", "info", "a.b", "maria+x"),
      fc.nat(30),
      fc.constantFrom("example.org", "anna.test", "xn--mnchen-3ya.de"),
    )
    .map(([name, n, domain]) => ({ typeId: 1, normalised: `${name}${n || ""}@${domain}` })),
  fc
    .tuple(
      fc.constantFrom(2, 5, 7),
      fc.string({ unit: fc.constantFrom("1", "2"), minLength: 1, maxLength: 8 }),
    )
    .map(([typeId, digits]) => ({ typeId, normalised: `+${digits}` })),
  fc.constantFrom("anna", "1212").map((normalised) => ({ typeId: 6, normalised })),
);
const anyName = fc.array(anyWord, { maxLength: 7 }).map((several) => several.join(" "));
const anyPerson = fc.record({
  brandId: fc.constantFrom(1, 2, 3),
  firstname: fc.oneof({ weight: 3, arbitrary: anyWord }, anyName),
  lastname: fc.oneof({ weight: 3, arbitrary: anyWord }, anyName),
  primaryId: fc.option(
    fc.tuple(fc.constantFrom("K-", "anna ", "ÄB", "12"), fc.nat(200)).map(([start, n]) => start + n),
  ),
  channels: fc.array(address, { maxLength: 3 }),
});

/** Those that the database's constraints permit. */
function keepPossible(people: readonly Person[]): Person[] {
  const taken = new Set<string>();
  const free = (key: string) => {
    const known = taken.size;
    return taken.add(key).size > known;
  };
  return people.map((one) => ({
    ...one,
    primaryId: one.primaryId !== null && free(`${one.brandId} ${one.primaryId}`) ? one.primaryId : null,
    channels: one.channels.filter(({ typeId, normalised }) => free(`${one.brandId} ${typeId} ${normalised}`)),
  }));
}

type Rank = 0 | 1 | 2 | undefined;

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const best = (ranks: Rank[]): Rank => ([0, 1, 2] as const).find((rank) => ranks.includes(rank));

/** The rule, evaluated plainly. */
function judge(person: Person, query: string, forgiving: boolean): Rank {
  const [whole, asked, names] = [
    squeeze(normaliseText(query.trim())),
    wordsOf(query),
    wordsOf(`${person.firstname} ${person.lastname}`),
  ];
  const ranks = asked.map((word) =>
    names.includes(word)
      ? 0
      : names.some((one) => one.startsWith(word))
        ? 1
        : forgiving && names.some((one) => forgives(word, one))
          ? 2
          : undefined,
  );
  const name =
    asked.length === 0 || ranks.includes(undefined) ? undefined : (Math.max(...(ranks as number[])) as Rank);
  return best([
    name,
    judgeReadings(person, names, query),
    judgeText(squeeze(normaliseText(person.primaryId ?? "")), whole),
    ...person.channels.flatMap((channel) => judgeAddress(channel, query.trim().toLowerCase())),
  ]);
}

function forgives(typed: string, word: string): boolean {
  const length = [...typed].length;
  return editDistance(typed, word) <= (length >= 8 ? 2 : length >= 4 ? 1 : 0);
}

function judgeText(text: string, start: string): Rank {
  if (start === "" || !text.startsWith(start)) return undefined;
  return text === start ? 0 : 1;
}

function judgeAddress({ typeId, normalised }: Person["channels"][number], typed: string): Rank[] {
  if (typeId === 1) {
    const domain = normalised.split("@")[1] ?? "";
    const read = domain === "xn--mnchen-3ya.de" ? "münchen.de" : domain;
    const sought = typed.replace(/^@/, "");
    const ofDomain = sought !== "" && [domain, read].some((one) => one.startsWith(sought));
    return [judgeText(normalised, typed), ofDomain ? 1 : undefined];
  }
  const digits = typed.replace(/[+\-/() ]/g, "");
  if (typeId === 6 || !/^\d{4,}$/.test(digits) || !normalised.includes(digits)) return [];
  return [normalised === `+${digits}` ? 0 : 1];
}

function expected(
  people: readonly Person[],
  ids: readonly number[],
  query: string,
  brandIds: number[],
  need: number,
) {
  const rank = (forgiving: boolean) =>
    people.flatMap((person, at) => {
      const rank = brandIds.includes(person.brandId) ? judge(person, query, forgiving) : undefined;
      return rank === undefined ? [] : [{ id: ids[at] ?? 0, rank }];
    });
  const strict = rank(false);
  return (strict.length < need ? rank(true) : strict).sort((a, b) => a.rank - b.rank || a.id - b.id);
}

const shown = (list: readonly { id: number; rank: number }[]) => list.map(({ id, rank }) => `${rank}:${id}`);
const listOf = (found: RankedResults) => found.slice(0, found.length);

test("a search finds what the rule says, in its order, and nothing else", async () => {
  const known = plain(1, { firstname: "lovelace strasse", lastname: "marías" });
  const people = keepPossible([known, ...fc.sample(anyPerson, { numRuns: 400, seed: seed() })]);
  const ids = await insertCustomers(db, people);
  const part = fc.tuple(anyWord, fc.nat(9), fc.boolean(), fc.nat(6)).map(([word, length, whole, at]) => {
    const letters = [...word];
    return whole
      ? word
      : length > 5
        ? letters.toSpliced(at, 1).join("")
        : letters.slice(0, length + 1).join("");
  });
  const other = [
    "k-1",
    "ÄB1",
    "ab",
    "anna 1",
    "anna@example.org",
    "info",
    "a.b",
    "example",
    "münch",
    "xn--m",
    "1212",
    "+1 2-1/2(1)",
    "121",
    "2222",
    "-",
    "mari@",
    "@anna",
    "annahanna",
    "lovelacestrasse",
    "o brien",
    "obri",
    "straszen",
    "王小明王小",
    "小明",
    "b1",
    "jeanluc schm",
    "alexandxa alexandre",
    "lovelase lovelake",
    "lovel stras arias", // the typo is in the shortest word
  ];
  const query = fc.oneof(
    { weight: 4, arbitrary: fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(" ")) },
    fc.constantFrom(...other),
  );
  const scope = fc.constantFrom<number[][]>([1], [2], [1, 2, 3], [3, 1], []);
  await fc.assert(
    fc.asyncProperty(query, scope, fc.constantFrom(1, 15, 99, 500), async (text, brandIds, pageSize) => {
      const { results, capped } = await searchCustomers(db, { query: text, brandIds, pageSize });
      expect(shown(listOf(results))).toEqual(shown(expected(people, ids, text, brandIds, pageSize)));
      expect(capped).toBe(false);
    }),
    { seed: seed(), numRuns: 600, examples: other.map((text) => [text, [1, 2, 3], 15]) },
  );
}, 60_000);

test("ranges are read alike, a few from their beginning and as many as there are", async () => {
  const brands = [9, 8];
  const people = fc.sample(anyPerson, { numRuns: 200, seed: seed() });
  await insertCustomers(
    db,
    keepPossible(people.map((one, at) => ({ ...one, brandId: brands[at % 2] ?? 8 }))),
  );
  for (const query of ["a", "an", "anna", "maria s", "1212", "anna@", "exam", "k-", "zzz"])
    for (const limit of [1, 2, 7, 30, 10_001]) {
      const entries = brandRangesOf(brands, rangesOf(parseQuery(query)));
      const few = firstStatement(entries, limit);
      expect(few.statement).not.toBe(selectRanges);
      const told = await db.rows<{ ids: string }>(few.statement, few.values);
      expect(told, `${query}, ${limit}`).toEqual(await db.rows(selectRanges, valuesOf(entries, limit)));
      const customers = told.flatMap(({ ids }) => ids.split(","));
      expect(customers.length, `${query}, ${limit}`).toBeLessThanOrEqual(limit);
      expect(customers.length > 0, query).toBe(query !== "zzz");
    }
  const many = count(30, () => brandRangesOf(brands, rangesOf(parseQuery("anna")))).flat();
  expect(firstStatement(many).statement).toBe(selectRanges);
});

const plain = (brandId: number, more: Partial<Person>): Person => ({
  brandId,
  firstname: "",
  lastname: "",
  primaryId: null,
  channels: [],
  ...more,
});
const count = <T>(n: number, make: (at: number) => T) => Array.from({ length: n }, (_, at) => make(at));
const madeUp = (n: number) => [...String(n)].map((digit) => "abcdefghij"[Number(digit)]).join("");

test("who is found in several ways counts once, however many rows that takes", async () => {
  const ids = await insertCustomers(
    db,
    count(6000, (n) =>
      plain(5, {
        firstname: "Info",
        lastname: `X${madeUp(n)} Information`,
        channels: [`info${n}@info.test`, `info.${n}@info.test`].map((normalised) => ({
          typeId: 1,
          normalised,
        })),
      }),
    ),
  );
  const { results, capped } = await searchCustomers(db, { query: "info", brandIds: [5], pageSize: 15 });
  expect([results.length, capped]).toEqual([6000, false]);
  expect(listOf(results)).toEqual(ids.map((id) => ({ id, rank: 0 })));
  const three = await searchCustomers(db, { query: "info x inf", brandIds: [5], pageSize: 15 });
  expect(three.results).toHaveLength(6000);
});

test("after any additions, changes and removals the terms are those of the customers that exist", async () => {
  const people = keepPossible(fc.sample(anyPerson, { numRuns: 60, seed: seed() })).map((one) => ({
    ...one,
    brandId: 6,
  }));
  const ids = await insertCustomers(
    db,
    people.map((one) => ({ ...one, firstname: "", lastname: "", primaryId: null, channels: [] })),
  );
  const now = new Map<number, Person>();
  const steps = fc.sample(fc.tuple(fc.nat(19), fc.nat(59), fc.nat(4)), { numRuns: 300, seed: seed() });
  for (const [who, which, kind] of steps) {
    const [id, next] = [ids[who] as number, people[which] as Person];
    const before = termsOf(searchableOf(now.get(id) ?? plain(6, {})));
    await db.transaction(async (tx) => {
      if (kind === 0) await removeTerms(tx, 6, id, before);
      else if (now.has(id))
        await updateTermsOfMany(tx, 6, [{ id, before, after: termsOf(searchableOf(next)) }]);
      else await addTerms(tx, 6, id, termsOf(searchableOf(next)));
    });
    if (kind === 0) now.delete(id);
    else now.set(id, next);
  }
  const { rows } = await db.pool.query<{ term: string }>(
    `SELECT customer_id || type::text || term AS term FROM search_term WHERE brand_id = 6`,
  );
  const wanted = [...now].flatMap(([id, person]) =>
    [...termsOf(searchableOf(person))].map((term) => id + term),
  );
  expect(rows.map((row) => row.term).sort()).toEqual(wanted.sort());
  await forgetAll(people, now);
});

/** Names that no customer has any more leave no trace in the dictionary; the rest stays. */
async function forgetAll(people: readonly Person[], now: Map<number, Person>) {
  const all = new Set(people.flatMap((person) => [...termsOf(searchableOf(person))]));
  const erased = 999_999;
  await db.transaction((tx) => recordFormerWords(tx, erased, all));
  expect(await pruneDictionary(db, 6, [erased], 10_000)).toBe(true);
  const read = async (table: string) =>
    (
      await db.pool.query<{ word: string }>(
        `SELECT DISTINCT word FROM ${table} WHERE brand_id = 6 ORDER BY 1`,
      )
    ).rows.map((row) => row.word);
  const live = new Set(
    [...now.values()]
      .flatMap((person) => wordsOf(`${person.firstname} ${person.lastname}`))
      .filter((word) => [...word].length > 2),
  );
  expect(await read("search_word")).toEqual([...live].sort(byBytes));
  expect(await read("search_deletion_variant")).toEqual([...live].sort(byBytes));
}

test("writers of the same new words, and somebody who forgets them, all succeed", async () => {
  const names = count(40, (n) => [
    `Neu${madeUp(n % 7)}wort`,
    `Alt${madeUp(n % 5)}name`,
    `Zu${madeUp(n % 3)}satz`,
  ]);
  const ids = await insertCustomers(
    db,
    names.map(() => plain(7, {})),
  );
  const make = (at: number) =>
    termsOf({ ...plain(7, {}), firstname: names[at]?.join(" ") ?? "", channels: [] });
  await Promise.all(
    ids.map(async (id, at) => {
      await db.transaction((tx) => addTerms(tx, 7, id, make(at)));
      if (at % 4 !== 0) return;
      await db.transaction(async (tx) => {
        await removeTerms(tx, 7, id, make(at));
        await recordFormerWords(tx, id, make(at));
      });
      expect(await pruneDictionary(db, 7, [id], 10_000)).toBe(true);
    }),
  );
  const { results } = await searchCustomers(db, { query: "neuawrot", brandIds: [7], pageSize: 15 });
  expect(results.length).toBe(
    names.filter((name, at) => forgives("neuawrot", name[0]?.toLowerCase() ?? "") && at % 4 !== 0).length,
  );
});

test("a name of the longest words there can be is written and found", async () => {
  const name = "𠀀".repeat(255);
  const [id] = await insertCustomers(db, [plain(3, {})]);
  const long = termsOf({
    firstname: name,
    lastname: "ﷺ ".repeat(127),
    primaryId: "𠀀".repeat(255),
    channels: [],
  });
  await db.transaction((tx) => addTerms(tx, 3, id as number, long));
  const { results } = await searchCustomers(db, { query: "𠀀".repeat(100), brandIds: [3], pageSize: 1 });
  expect(listOf(results)).toEqual([{ id, rank: 1 }]);
});
