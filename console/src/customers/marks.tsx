/**
 * Marks: where a hit matches what was typed. Both are folded (decomposed, marks off, lower case) and compared, numbers by
 * their digits; where nothing matches literally, the nearest word is underlined with dots.
 */
import type { ReactNode } from "react";

const marks = /\p{M}/gu;

/** The text without marks and case, and for each of its signs the place in the text that it came from. */
function fold(text: string): { folded: string; places: number[] } {
  let folded = "";
  const places: number[] = [];
  let place = 0;
  for (const sign of text) {
    const plain = sign.normalize("NFD").replaceAll(marks, "").toLowerCase();
    for (const _ of plain) places.push(place);
    folded += plain;
    place += sign.length;
  }
  places.push(text.length);
  return { folded, places };
}

const foldText = (text: string) => fold(text).folded;

/** The words of a query, the longest first. */
export const queryWords = (query: string): string[] =>
  foldText(query)
    .split(/[\s,;]+/u)
    .filter((word) => word.length > 0)
    .sort((a, b) => b.length - a.length);

type Range = [start: number, end: number];

/** Where the words of a query are in a text. */
export function findRanges(text: string, words: readonly string[]): Range[] {
  const { folded, places } = fold(text);
  const ranges: Range[] = [];
  for (const word of words) {
    const at = folded.indexOf(word);
    if (at === -1) continue;
    const range: Range = [places[at] ?? 0, places[at + word.length] ?? text.length];
    if (!ranges.some(([start, end]) => range[0] < end && start < range[1])) ranges.push(range);
  }
  return ranges.sort((a, b) => a[0] - b[0]);
}

/** Where the digits of a query are in a number, whatever signs are between them, with or without its first zeros. */
export function findDigits(text: string, query: string): Range[] {
  const places = [...text].flatMap((sign, place) => (/\d/.test(sign) ? [place] : []));
  const digits = places.map((place) => text[place]).join("");
  const typed = query.replaceAll(/\D/g, "");
  for (const wanted of [typed, typed.replace(/^0+/, "")]) {
    const at = wanted.length < 3 ? -1 : digits.indexOf(wanted);
    if (at !== -1) return [[places[at] ?? 0, (places[at + wanted.length - 1] ?? 0) + 1]];
  }
  return [];
}

function paint(text: string, ranges: readonly Range[], className?: string): ReactNode {
  const parts: ReactNode[] = [];
  let rest = 0;
  for (const [start, end] of ranges) {
    parts.push(text.slice(rest, start));
    parts.push(
      <mark key={start} className={className}>
        {text.slice(start, end)}
      </mark>,
    );
    rest = end;
  }
  parts.push(text.slice(rest));
  return parts;
}

/** The number of letters to change between two words, up to a bound. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, place) => place);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The word of a text that is nearest to a word of the query, if it is near at all. */
export function findNearest(text: string, words: readonly string[]): Range[] {
  let best: { range: Range; distance: number } | undefined;
  for (const match of text.matchAll(/[\p{L}\p{N}]+/gu)) {
    const word = foldText(match[0]).slice(0, 40);
    for (const query of words) {
      const steps = distance(word, query.slice(0, 40));
      if (steps > Math.max(2, query.length / 2) || (best && best.distance <= steps)) continue;
      best = { range: [match.index, match.index + match[0].length], distance: steps };
    }
  }
  return best ? [best.range] : [];
}

interface MarkedProps {
  text: string;
  query: string;
  words: readonly string[];
  /** underline the nearest word where nothing matches literally */
  isNear?: boolean;
}

/** A text with what matched. */
export function Marked({ text, query, words, isNear = false }: MarkedProps) {
  if (words.length === 0) return <bdi dir="auto">{text}</bdi>;
  const literal = findRanges(text, words);
  const ranges = literal.length > 0 ? literal : /\d/.test(query) ? findDigits(text, query) : [];
  if (ranges.length > 0) return <bdi dir="auto">{paint(text, ranges)}</bdi>;
  return <bdi dir="auto">{isNear ? paint(text, findNearest(text, words), "near") : text}</bdi>;
}
