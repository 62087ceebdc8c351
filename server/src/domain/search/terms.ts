/**
 * What a customer is found by: a set of terms that is a pure function of the customer's names, primary id and
 * channels. A term is one letter for its kind and the text:
 *   w  a word of the name
 *   x  two words of the name, the shorter one first, once for every beginning of it ("a!lovelace", "ad!lovelace") and
 *      once for the whole ("ada lovelace"): so any two beginnings of words are found by one range, however common
 *   m  a word of a name of many words, which has no pairs: what is found by it is read and compared
 *   p  the primary id, d the domain of an e-mail address
 *   t  a tail of a telephone number, one at every other digit, with the digit before it behind its third ("0303-0123456"
 *      and "303001234…" of 0303 0123456): a piece that begins at a tail, or a digit earlier, is the beginning of a term
 */
import { domainToUnicode } from "node:url";
import type { AddressRule } from "@dossier/api";
import { cutTerm, foldText, wordsOf } from "./normalise.ts";

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
  const terms: string[] = [];
  let beginning = "";
  for (const letter of letters.slice(0, Math.min(longestBeginning, letters.length - 1))) {
    beginning += letter;
    terms.push(`x${beginning}!${longer}`);
  }
  terms.push(`x${shorter} ${longer}`);
  return terms;
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

/** Where the digit before a tail stands in its term: among the digits that every piece has. */
const head = fewestDigits - 1;

function tailsOf(digits: string): string[] {
  const tails: string[] = [];
  for (let at = 0; at + head <= digits.length; at += 2)
    tails.push(`${digits.slice(at, at + head)}${digits[at - 1] ?? "-"}${digits.slice(at + head)}`);
  return tails;
}

/** What a term begins with whose number has these digits in it: at a tail, behind any digit or none; or a digit earlier. */
export function beginningsOfPiece(digits: string): string[] {
  const behind = [..."-0123456789"].map((before) => digits.slice(0, head) + before + digits.slice(head));
  const earlier = digits.slice(1, head + 1) + digits.charAt(0) + digits.slice(head + 1);
  return [...behind, earlier];
}
