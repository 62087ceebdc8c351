/**
 * Search terms of a customer: a set that is a pure function of its names, primary id and channels. A term is one letter
 * for its type and the text:
 *   w  a word of the name
 *   x  two words of the name, the shorter one first, once for every beginning of it ("a!lovelace", "ad!lovelace") and
 *      once for the whole ("ada lovelace"): so one range finds any two beginnings of words, however common
 *   m  a word of a name of many words, which has no pairs: matches by it are read and compared
 *   p  the primary id without its signs, d the domain of an e-mail address and each domain that it is in
 *   y  a key (spelling.ts) of a reading of the name, an account name, the end of one, of the primary id or of an e-mail
 *      address; not where a word of the name is the same
 *   z  two keys of one reading or of the local part of an address, like x; not where two words of the name are the same
 *   t  a tail of a telephone number, one at every other digit, with the digit before it behind its third ("0303-0123456"
 *      and "303001234…" of 0303 0123456): a piece that begins at a tail, or a digit earlier, is the beginning of a term
 */
import { domainToUnicode } from "node:url";
import type { AddressRule } from "@dossier/api";
import { type SearchableColumns, searchableText, searchableTexts } from "../customer-fields.ts";
import { normaliseText, squeeze, truncateTerm, wordsOf } from "./normalise.ts";
import { addressReadings, maxPairedWords, readingsOf, tailsOf } from "./readings.ts";
import { keyOf } from "./spelling.ts";

/** What a customer is found by. */
export interface SearchDocument extends SearchableColumns {
  primaryId: string | null;
  channels: readonly { rule: AddressRule; normalised: string }[];
}

/** A customer's terms, each with its type as a prefix. */
export type Terms = ReadonlySet<string>;

/** A pair is stored for prefixes of its shorter word up to so many letters. */
export const maxPrefixLength = 24;

/** Fewer digits are not searched for. */
export const minDigits = 4;

export function termsOf(customer: SearchDocument): Terms {
  const words = wordsOf(searchableText(customer));
  const terms = new Set(nameTerms(words));
  const isPaired = words.length <= maxPairedWords;
  for (const reading of readingsOf(searchableTexts(customer))) addReading(terms, reading, isPaired);
  const id = normaliseText(customer.primaryId ?? "");
  if (id !== "") {
    terms.add(`p${truncateTerm(squeeze(id))}`);
    addKeys(terms, tailsOf(id));
  }
  for (const { rule, normalised } of customer.channels) {
    if (rule === "email") addAddress(terms, normalised);
    else if (rule === "phone")
      for (const suffix of phoneSuffixes(normalised.slice(1))) terms.add(`t${suffix}`);
    else addKeys(terms, accountKeys(normalised));
  }
  return terms;
}

/** Adds the keys of a reading, and their pairs, that are not terms of the name already. */
function addReading(terms: Set<string>, keys: readonly string[], isPaired: boolean): void {
  addKeys(terms, keys);
  if (isPaired) addPairs(terms, keys);
}

function addKeys(terms: Set<string>, keys: readonly string[]): void {
  for (const key of keys) if (key !== "" && !terms.has(`w${key}`)) terms.add(`y${key}`);
}

function addPairs(terms: Set<string>, keys: readonly string[]): void {
  for (const [at, key] of keys.entries())
    for (const other of keys.slice(at + 1)) {
      if (terms.has(`x${wholePair(key, other)}`)) continue;
      for (const pair of pairTerms(key, other)) terms.add(`z${pair.slice(1)}`);
    }
}

function addAddress(terms: Set<string>, address: string): void {
  for (const domain of domainsOf(address)) terms.add(`d${domain}`);
  const { words, tails } = addressReadings(address);
  addPairs(terms, words);
  addKeys(terms, tails);
}

/** An account name without its signs, and its tails. */
function accountKeys(account: string): string[] {
  const normalised = normaliseText(account);
  return [truncateTerm(keyOf(squeeze(normalised))), ...tailsOf(normalised)];
}

export function wordsIn(terms: Iterable<string>): string[] {
  return [...terms].filter((term) => term.startsWith("w")).map((term) => term.slice(1));
}

function nameTerms(words: readonly string[]): string[] {
  const single = words.map((word) => `w${word}`);
  if (words.length > maxPairedWords) return [...single, ...words.map((word) => `m${word}`)];
  return [
    ...single,
    ...words.flatMap((word, at) => words.slice(at + 1).flatMap((other) => pairTerms(word, other))),
  ];
}

function pairTerms(word: string, other: string): string[] {
  const [shorter, longer] = byLength(word, other);
  const letters = lettersOf(shorter);
  const terms: string[] = [];
  let prefix = "";
  for (let at = 0; at < Math.min(maxPrefixLength, letters.length - 1); at += 1) {
    prefix += letters[at];
    terms.push(`x${prefix}!${longer}`);
  }
  terms.push(`x${shorter} ${longer}`);
  return terms;
}

/** The letters of a word; a text of one unit a letter is its own list, which costs a tenth. */
function lettersOf(word: string): ArrayLike<string> {
  return /[\ud800-\udfff]/.test(word) ? [...word] : word;
}

/** The term of two whole words. */
export function wholePair(word: string, other: string): string {
  return byLength(word, other).join(" ");
}

function byLength(word: string, other: string): [string, string] {
  const difference = lettersOf(word).length - lettersOf(other).length;
  return difference < 0 || (difference === 0 && word < other) ? [word, other] : [other, word];
}

const maxParentDomains = 3;

/** The domain and those it is in, as they are sent, and as they are read if that differs. */
function domainsOf(address: string): string[] {
  const domain = address.slice(address.indexOf("@") + 1);
  const shown = domain.includes("xn--") ? domainToUnicode(domain) : domain;
  return [domain, shown].filter((text) => text !== "").flatMap(domainAndParents);
}

function domainAndParents(domain: string): string[] {
  if (domain.indexOf(".") === domain.lastIndexOf(".")) return [truncateTerm(domain)];
  const labels = domain.split(".");
  const parents = labels.map((_, at) => labels.slice(at).join(".")).slice(1, -1);
  return [domain, ...parents.slice(-maxParentDomains)].map(truncateTerm);
}

/** Where the digit before a tail is in its term: among the digits that every piece has. */
const headLength = minDigits - 1;

function phoneSuffixes(digits: string): string[] {
  const suffixes: string[] = [];
  for (let at = 0; at + headLength <= digits.length; at += 2)
    suffixes.push(
      `${digits.slice(at, at + headLength)}${digits[at - 1] ?? "-"}${digits.slice(at + headLength)}`,
    );
  return suffixes;
}

/**
 * The prefixes of terms for a number that contains these digits: at a tail, after any digit or none; or a digit
 * earlier.
 */
export function phonePrefixes(digits: string): string[] {
  const behind = [..."-0123456789"].map(
    (before) => digits.slice(0, headLength) + before + digits.slice(headLength),
  );
  const earlier = digits.slice(1, headLength + 1) + digits.charAt(0) + digits.slice(headLength + 1);
  return [...behind, earlier];
}
