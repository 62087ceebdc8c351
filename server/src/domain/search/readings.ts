/**
 * Readings: the other ways in which the words of a name may be typed. A reading is a list of spelling keys: words joined
 * (de Vries, devries; O'Brien, obrien), other spellings (Mueller, Müller), the inside of words without blanks (山田太郎,
 * 太郎). Invariant: a customer is found by a reading if each word of a reading of the query begins a word of it.
 */
import { normaliseText, splitWords, squeeze, truncateTerm } from "./normalise.ts";
import { innerParts, isUnspaced, keyOf } from "./spelling.ts";

/** A name of more words has no readings of several words: there would be too many. */
export const maxPairedWords = 5;

/** So many readings of a name of few words; what a longer name has more is left out. */
const maxReadings = 24;

/** The words between two blanks, joined. */
interface Token {
  words: string[];
  joined: string;
}

/** Readings of a name, from the texts of its fields. The name as it is written is none of them. */
export function readingsOf(texts: readonly string[]): string[][] {
  if (!texts.some(hasReadings)) return [];
  const tokens = texts.map((text) => tokensOf(normaliseText(text)));
  const all = tokens.flat();
  const words = [...new Set(all.flatMap((token) => token.words.map(truncateTerm)))];
  const readings: string[][] = [];
  const most = maxReadings + (words.length > 1 ? 0 : maxReadings);
  if (words.some((word) => keyOf(word) !== word)) readings.push(words.map(keyOf));
  if (tokens.filter(hasSeveralWords).length > 1) readings.push(joinEach(tokens));
  for (const part of joinableParts(tokens).slice(0, most)) readings.push(joinPart(all, part));
  if (tokens.length === 2 && isWithoutBlanks(tokens))
    readings.push(...joinFields(tokens as [Token[], Token[]]));
  for (const word of words) {
    if (readings.length >= most) break; // the time is bounded by what is kept, not by the number of words
    for (const part of innerParts(word))
      readings.push(words.map((other) => keyOf(other === word ? part : other)));
  }
  return readings.slice(0, most).map((reading) => [...new Set(reading.map(truncateTerm))]);
}

/** Most names are two words of Latin letters, one in each field, and have no other reading. */
function hasReadings(text: string): boolean {
  return !/^[A-Za-z]*$/.test(text) || /a[ae]|oe|ue|dj/i.test(text);
}

function tokensOf(field: string): Token[] {
  return field.split(/\s+/).flatMap((text) => {
    const words = splitWords(text);
    return words.length === 0 ? [] : [{ words, joined: words.join("") }];
  });
}

/** A run of tokens of one field. */
interface Part {
  from: Token;
  to: Token;
}

/** What may be written as one word: a token of several words, two tokens, and a whole field. */
function joinableParts(fields: readonly Token[][]): Part[] {
  return fields.flatMap((tokens) => {
    const parts: Part[] = tokens
      .filter(({ words }) => words.length > 1)
      .map((token) => ({ from: token, to: token }));
    for (const [at, from] of tokens.entries()) {
      const to = tokens[at + 1];
      if (to) parts.push({ from, to });
    }
    const [first, last] = [tokens[0], tokens.at(-1)];
    return first && last && tokens.length > 2 ? [...parts, { from: first, to: last }] : parts;
  });
}

/** The name with a part of it as one word. */
function joinPart(all: readonly Token[], { from, to }: Part): string[] {
  const [begin, end] = [all.indexOf(from), all.indexOf(to)];
  const joined = all.slice(begin, end + 1).map((token) => token.joined);
  const others = [...all.slice(0, begin), ...all.slice(end + 1)].flatMap(({ words }) => words);
  return [keyOf(joined.join("")), ...others.map(keyOf)];
}

const hasSeveralWords = (field: readonly Token[]) => field.flatMap(({ words }) => words).length > 1;

/** The name with each field as one word: annemarie vankirk. */
function joinEach(fields: readonly Token[][]): string[] {
  return fields.map((tokens) => keyOf(tokens.map(({ joined }) => joined).join("")));
}

function isWithoutBlanks(fields: readonly Token[][]): boolean {
  return fields.every((tokens) => tokens.length > 0 && tokens.every(({ joined }) => isUnspaced(joined)));
}

/** Names without blanks are typed as one word, whichever part comes first. */
function joinFields([first, last]: readonly [Token[], Token[]]): string[][] {
  const [one, other] = [first, last].map((tokens) => tokens.map(({ joined }) => joined).join(""));
  return [[keyOf(`${other}${one}`)], [keyOf(`${one}${other}`)]];
}

const minTailLength = 2;
const maxTails = 3;

/** The keys of what comes behind each of the last signs of an id or an account name, and behind its letters. */
export function tailsOf(normalised: string): string[] {
  const words = splitWords(normalised);
  const tails: string[] = [];
  for (let at = Math.max(1, words.length - maxTails); at < words.length; at += 1)
    tails.push(words.slice(at).join(""));
  const last = words.at(-1) ?? "";
  const digits = last.slice(endOfLetters(last));
  if (digits !== "" && digits !== last) tails.push(digits);
  return tails.filter((tail) => tail.length >= minTailLength).map((tail) => truncateTerm(keyOf(tail)));
}

/** Where the digits at the end of a word begin. */
function endOfLetters(word: string): number {
  let at = word.length;
  while (at > 0 && isDigit(word.charCodeAt(at - 1))) at -= 1;
  return at;
}

const isDigit = (code: number) => code >= 48 && code <= 57;

const maxLocalWords = 3;

/**
 * The words of the local part of an e-mail address that people remember: more than a number. With the keys of the
 * address from each of them on but the first (mcclung@example.org); the first begins the address itself.
 */
export function addressReadings(address: string): { words: string[]; tails: string[] } {
  const normalised = normaliseText(address);
  const at = normalised.indexOf("@");
  const local = splitWords(normalised.slice(0, at));
  const [words, tails]: [string[], string[]] = [[], []];
  const domain = local.length > 1 ? squeeze(normalised.slice(at + 1)) : "";
  for (let place = 0; place < local.length && local.length > 1 && words.length < maxLocalWords; place += 1) {
    const word = local[place] ?? "";
    if (isNumber(word)) continue;
    const key = truncateTerm(keyOf(word));
    if (!words.includes(key)) words.push(key);
    if (place > 0) tails.push(truncateTerm(keyOf(local.slice(place).join("") + domain)));
  }
  return { words, tails };
}

const isNumber = (word: string) => /^[0-9]*$/.test(word);
