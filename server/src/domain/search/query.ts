/**
 * What somebody searches for: read once into everything it may mean. A query is words of a name, or the beginning of
 * a primary id or of an address, or a piece of a telephone number; often it may be several of these.
 */
import { normaliseAddress } from "@dossier/api";
import { cutTerm, foldText, wordsOf } from "./normalise.ts";
import { isNear } from "./edit-distance.ts";
import { fewestDigits } from "./terms.ts";

/** 0: found exactly; 1: as the beginning or a piece of something; 2: with typos forgiven. */
export type Rank = 0 | 1 | 2;

/** A query, read. */
export interface Query {
  /** folded, all of it */
  whole: string;
  /** as an e-mail address or its domain may begin */
  address: string;
  /** the address this is, if it is a whole one */
  email: string | undefined;
  /** as a piece of a telephone number */
  digits: string | undefined;
  /** the distinct words, folded */
  words: string[];
  /** those that no other one begins with, longest first: who has these has all */
  needed: string[];
}

export function readQuery(text: string): Query {
  const trimmed = text.trim();
  const whole = cutTerm(foldText(trimmed));
  const email = normaliseAddress("email", trimmed);
  const words = wordsOf(trimmed);
  const others = (word: string) => words.filter((other) => other !== word);
  return {
    whole,
    address: trimmed.normalize("NFC").toLowerCase(),
    email: "normalised" in email ? email.normalised : undefined,
    digits: readDigits(whole),
    words,
    needed: words
      .filter((word) => !others(word).some((other) => other.startsWith(word)))
      .sort((a, b) => [...b].length - [...a].length),
  };
}

function readDigits(whole: string): string | undefined {
  const digits = whole.replace(/[+\-/() ]/g, "");
  return digits.length >= fewestDigits && /^[0-9]+$/.test(digits) ? digits : undefined;
}

/** How well the words of a name answer the query, if they do. */
export function rankName(query: Query, name: string, forgiving: boolean): Rank | undefined {
  const words = wordsOf(name);
  let worst: Rank = 0;
  for (const sought of query.words) {
    const rank = rankWord(sought, words, forgiving);
    if (rank === undefined) return undefined;
    if (rank > worst) worst = rank;
  }
  return worst;
}

function rankWord(sought: string, words: readonly string[], forgiving: boolean): Rank | undefined {
  if (words.includes(sought)) return 0;
  if (words.some((word) => word.startsWith(sought))) return 1;
  return forgiving && words.some((word) => isNear(sought, word)) ? 2 : undefined;
}
