/**
 * What a customer is found by: a set of terms that is a pure function of the customer's names, primary id and
 * channels. A term is one letter for its kind and the text:
 *   w  a word of the name
 *   x  two words of the name, the shorter one first, once for every beginning of it ("a!lovelace", "ad!lovelace") and
 *      once for the whole ("ada lovelace"): so any two beginnings of words are found by one range, however common
 *   m  a word of a name of many words, which has no pairs: what is found by it is read and compared
 *   p  the primary id, d the domain of an e-mail address, t a tail of four or more digits of a telephone number
 */
import { domainToUnicode } from "node:url";
import type { AddressRule } from "@dossier/api";
import { cutTerm, foldText, wordsOf } from "./search-fold.ts";

/** What of a customer can be searched. */
export interface Searchable {
  firstname: string;
  lastname: string;
  primaryId: string | null;
  channels: readonly { rule: AddressRule; normalised: string }[];
}

/** A customer's terms, each with its kind in front. */
export type Terms = ReadonlySet<string>;

/** A name of more words has no pairs: there would be too many. */
const fewWords = 5;

/** A pair is stored for beginnings of its shorter word up to so many letters. */
export const longestBeginning = 24;

/** Fewer digits are not searched for. */
export const fewestDigits = 4;

export function termsOf(customer: Searchable): Terms {
  const terms = new Set(nameTerms(wordsOf(`${customer.firstname} ${customer.lastname}`)));
  const primaryId = cutTerm(foldText(customer.primaryId ?? ""));
  if (primaryId !== "") terms.add(`p${primaryId}`);
  for (const { rule, normalised } of customer.channels) {
    if (rule === "email") for (const domain of domainsOf(normalised)) terms.add(`d${domain}`);
    if (rule === "phone") for (const tail of tailsOf(normalised.slice(1))) terms.add(`t${tail}`);
  }
  return terms;
}

/** The words among the terms. */
export function wordsAmong(terms: Iterable<string>): string[] {
  return [...terms].filter((term) => term.startsWith("w")).map((term) => term.slice(1));
}

function nameTerms(words: readonly string[]): string[] {
  const single = words.map((word) => `w${word}`);
  if (words.length > fewWords) return [...single, ...words.map((word) => `m${word}`)];
  return [
    ...single,
    ...words.flatMap((word, at) => words.slice(at + 1).flatMap((other) => pairTerms(word, other))),
  ];
}

function pairTerms(word: string, other: string): string[] {
  const [shorter, longer] = inOrder(word, other);
  const letters = [...shorter];
  const beginnings = letters.slice(0, Math.min(longestBeginning, letters.length - 1));
  const partly = beginnings.map((_, at) => `x${letters.slice(0, at + 1).join("")}!${longer}`);
  return [...partly, `x${wholePair(word, other)}`];
}

/** The term of two whole words. */
export function wholePair(word: string, other: string): string {
  return inOrder(word, other).join(" ");
}

function inOrder(word: string, other: string): [string, string] {
  const difference = [...word].length - [...other].length;
  return difference < 0 || (difference === 0 && word < other) ? [word, other] : [other, word];
}

/** The domain as it is sent, and as it is read where that differs. */
function domainsOf(address: string): string[] {
  const domain = address.slice(address.indexOf("@") + 1);
  const shown = domain.includes("xn--") ? domainToUnicode(domain) : domain;
  return [domain, shown].filter((text) => text !== "").map(cutTerm);
}

function tailsOf(digits: string): string[] {
  const count = Math.max(0, digits.length - fewestDigits + 1);
  return Array.from({ length: count }, (_, at) => digits.slice(at));
}
