/**
 * Search query: parsed once into everything it may mean. A query is words of a name, or the beginning of a primary id
 * or of an address, or a part of a telephone number; often several of these. What no index holds is ignored: brackets,
 * quotes, wildcards, and words beyond the first fifty.
 */
import { normaliseAddress } from "@dossier/api";
import { truncateTerm, normaliseText, splitWords, squeeze, wordsOf } from "./normalise.ts";
import { isWithinDistance } from "./edit-distance.ts";
import { maxPairedWords, readingsOf } from "./readings.ts";
import { isTransliterated, isUnspaced, keyOf, latinSpellings, skeletonOf } from "./spelling.ts";
import { minDigits } from "./terms.ts";

/** 0: exact; 1: a beginning, a part or another spelling; 2: with typos. */
export type Rank = 0 | 1 | 2;

/** Words, and those of them that are no prefix of another, longest first: a name that has these has all. */
interface QueryWords {
  words: string[];
  needed: string[];
}

/** Another way to read the words: a list of spelling keys. */
export interface QueryReading extends QueryWords {
  /** whether words of a name may be equal to the keys; else only keys of readings are */
  isOfNames: boolean;
}

export interface Query extends QueryWords {
  /** as the beginning of a primary id, without its signs */
  whole: string;
  /** as the beginning of an e-mail address or its domain; what begins with @ is a domain */
  address: string;
  /** the e-mail address, if it is a complete one */
  email: string | undefined;
  /** as a part of a telephone number */
  digits: string | undefined;
  readings: QueryReading[];
}

const maxWords = 50;

export function parseQuery(text: string): Query {
  const trimmed = text.trim();
  const normalised = normaliseText(trimmed);
  const pasted = pastedAddress(trimmed);
  const email = normaliseAddress("email", pasted);
  const named = trimmed.includes("@") ? pasted : trimmed;
  const split = splitWords(normaliseText(named));
  const { words, needed } = withNeeded(wordsOf(named).slice(0, maxWords));
  return {
    whole: truncateTerm(squeeze(normalised)),
    address: pasted.normalize("NFC").toLowerCase(),
    email: "normalised" in email ? email.normalised : undefined,
    digits: parseDigits(truncateTerm(normalised)),
    words,
    needed,
    readings: pasted.includes("@")
      ? [...joinedReading(truncateTerm(split.join(""))), ...nameReading(trimmed)]
      : queryReadings(words, truncateTerm(split.join(""))),
  };
}

function withNeeded(words: string[]): QueryWords {
  const others = (word: string) => words.filter((other) => other !== word);
  const needed = words
    .filter((word) => !others(word).some((other) => other.startsWith(word)))
    .sort((a, b) => [...b].length - [...a].length);
  return { words, needed };
}

const before = "<([{\"'“„«‚‘ ";
const behind = ">)]}\"'”“»’,;:!?* ";

/** An address as it is copied: out of brackets, out of a link, with what stood around it. */
function pastedAddress(text: string): string {
  const hasAt = text.includes("@");
  const opening = text.lastIndexOf("<");
  const inner =
    opening >= 0 && text.includes("@", opening) ? bracketed(text.slice(opening + 1)) : onlyAddress(text);
  let [from, to] = [0, inner.length];
  while (from < to && before.includes(inner.charAt(from))) from += 1;
  const isBehind = (letter: string) => behind.includes(letter) || (hasAt && letter === ".");
  while (to > from && isBehind(inner.charAt(to - 1))) to -= 1;
  const bare = inner.slice(from, to);
  if (!/^mailto:/i.test(bare)) return bare;
  return bare.slice("mailto:".length).split("?", 1).join("");
}

/** What stands before the closing bracket, with other headers behind it. */
const bracketed = (text: string) => text.split(">", 1).join("");

/** The one address among words: out of a header (`To: pat@example.org`) or a row of a table. */
function onlyAddress(text: string): string {
  const addresses = text.split(/[\s,;]+/).filter((part) => /[^@]@[^@]+\.[^@]/.test(part));
  return addresses.length === 1 ? addresses.join("") : text;
}

/** More words are read as they are, and as one. */
const maxWordsToJoin = 4;
const maxWordsInOne = 8;

/** The other ways to read the words: by their keys, joined, and in Latin. */
function queryReadings(words: readonly string[], joined: string): QueryReading[] {
  const readings = new Map<string, QueryReading>();
  const add = (some: readonly string[], isOfNames: boolean) => {
    const keys = [...new Set(some)].filter((key) => key !== "");
    const known = readings.get(keys.join(" "));
    if (keys.length > 0)
      readings.set(keys.join(" "), {
        ...withNeeded(keys),
        isOfNames: isOfNames || known?.isOfNames === true,
      });
  };
  const keys = words.map(keyOf);
  add(keys, keys.join(" ") !== words.join(" "));
  for (const variant of joinedWords(words, joined)) add(variant.map(keyOf), true);
  if (words.some(isTransliterated))
    for (const scheme of [0, 1, 2, 3])
      add(
        words.map((word) => latinSpellings(word)[scheme] ?? keyOf(word)),
        true,
      );
  else if (words.every((word) => /^[a-z0-9]+$/.test(word))) add(words.map(skeletonOf), false);
  return [...readings.values()];
}

/** An address is read as a whole: its end from a word of the local part on is a key. */
function joinedReading(joined: string): QueryReading[] {
  const key = keyOf(joined);
  return key === "" ? [] : [{ ...withNeeded([key]), isOfNames: false }];
}

/** The name beside a pasted address: who writes from a new one is found by it, behind those who have the address. */
function nameReading(text: string): QueryReading[] {
  const opening = text.lastIndexOf("<");
  const name = text.slice(0, Math.max(0, opening)).replace(/^[A-Za-z-]{1,20}:/, "");
  const words = text.includes("@", opening) ? wordsOf(name) : [];
  return words.length === 0 ? [] : [{ ...withNeeded(words.slice(0, maxWords)), isOfNames: true }];
}

function joinedWords(words: readonly string[], joined: string): string[][] {
  if (words.length < 2 || words.length > maxWordsInOne) return joined === words[0] ? [] : [[joined]];
  const [first = "", second = ""] = words;
  const turned = words.length === 2 && isUnspaced(first) && isUnspaced(second) ? [[second + first]] : [];
  if (words.length > maxWordsToJoin || words.length === 2) return [[joined], ...turned];
  const pairs = words.slice(1).map((word, at) => words.toSpliced(at, 2, `${words[at]}${word}`));
  return [[joined], ...pairs];
}

function parseDigits(whole: string): string | undefined {
  const digits = whole.replace(/[+\-/() ]/g, "");
  return digits.length >= minDigits && /^[0-9]+$/.test(digits) ? digits : undefined;
}

/** How well the words of a name, or a reading of them, match the query without a typo; undefined if they do not. */
export function rankName(query: Query, texts: readonly string[]): Rank | undefined {
  const words = wordsOf(texts.join(" "));
  const rank = rankWords(query.words, words, false);
  if (rank !== undefined) return rank;
  return words.length <= maxPairedWords && matchesReading(query, words, texts) ? 1 : undefined;
}

/** How well the words of a name match the query with typos, which its readings do not forgive; undefined if they do not. */
export function rankNameWithTypos({ words }: Query, texts: readonly string[]): Rank | undefined {
  return rankWords(words, wordsOf(texts.join(" ")), true);
}

/** How well words match those of a query; undefined if one of these is none of them. */
export function rankWords(
  queried: readonly string[],
  words: readonly string[],
  fuzzy: boolean,
): Rank | undefined {
  let worst: Rank = 0;
  for (const word of queried) {
    const rank = rankWord(word, words, fuzzy);
    if (rank === undefined) return undefined;
    if (rank > worst) worst = rank;
  }
  return worst;
}

/** Whether a reading of the query is one of the name. */
function matchesReading(query: Query, words: string[], texts: readonly string[]): boolean {
  const ofName = readingsOf(texts);
  return query.readings.some((reading) =>
    (reading.isOfNames ? [words, ...ofName] : ofName).some((keys) =>
      reading.words.every((word) => keys.some((key) => key.startsWith(word))),
    ),
  );
}

function rankWord(queried: string, words: readonly string[], fuzzy: boolean): Rank | undefined {
  if (words.includes(queried)) return 0;
  if (words.some((word) => word.startsWith(queried))) return 1;
  return fuzzy && words.some((word) => isWithinDistance(queried, word)) ? 2 : undefined;
}
