// ReDoS: every pattern of the sources against texts generated to be slow for it: none may take more than linear time.
// The patterns are read from the code, so a new one is tested automatically.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";
import { cpuOf } from "./support/cpu-time.ts";
import {
  charactersOf,
  loopsIn,
  neighboursIn,
  type Piece,
  piecesOf,
  textOf,
} from "./support/regular-expression-parts.ts";

const root = resolve(fileURLToPath(import.meta.url), "../../..");
const bar = 5; // milliseconds of CPU
const length = 100_000;

/** Patterns built at run time, with their parts: the only ones that the code does not show. */
const made: Record<string, string> = {
  "server/src/domain/search/normalise.ts": "[ßæœþðđħıĸłŋøŧςىیےکڪةہھەٱںـךםןףץʼʻʽʾʿʹʺˈꞌ]",
};

interface Found {
  place: string;
  pattern: RegExp;
}

const found = ["api/src", "server/src", "scripts"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|mjs)$/.test(name))
    .flatMap((name) => patternsIn(`${folder}/${name}`)),
);

function patternsIn(path: string): Found[] {
  const tree = ts.createSourceFile(
    path,
    readFileSync(join(root, path), "utf8"),
    ts.ScriptTarget.ES2024,
    true,
  );
  const patterns: Found[] = [];
  const visit = (node: ts.Node): void => {
    const place = `${path}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf("/");
      patterns.push({ place, pattern: new RegExp(node.text.slice(1, end), node.text.slice(end + 1)) });
    } else if (isMade(node)) patterns.push({ place, pattern: new RegExp(made[path] ?? "(a+)+$", "g") }); // unknown: the worst case
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return patterns;
}

function isMade(node: ts.Node): boolean {
  return (ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === "RegExp";
}

/** A text of any length: a beginning, a repeated part, an end. */
interface Recipe {
  begin: string;
  pump: string;
  end: string;
}

/** For one pattern: each of its loops repeated, after what leads to it and before what it does not match. */
function recipesOf(pattern: RegExp): Recipe[] {
  const { flags } = pattern;
  const ways = piecesOf(pattern);
  const whole = ways.map((pieces) => textOf(pieces, flags));
  const pumps = new Set([
    " ",
    "\t ",
    "\n",
    "\r\n",
    "0",
    "1.",
    "a",
    "A",
    "[",
    "]",
    '"',
    "\\",
    "/",
    "-",
    "é",
    ...whole,
  ]);
  const begins = new Set<string>(["", ...whole]);
  for (const { before, piece } of loopsIn(ways)) {
    const begin = textOf(before, flags);
    begins.add(begin);
    pumps.add(begin);
    for (const pump of pumpsOf(piece, flags)) pumps.add(pump);
  }
  pumps.delete("");
  const ends = ["", "\0", "!", "\n!\n!"];
  return [...begins].flatMap((begin) =>
    [...pumps].flatMap((pump) => ends.map((end) => ({ begin, pump, end }))),
  );
}

/** One repetition of a loop: some characters of a class, or each path through a group. */
function pumpsOf(piece: Piece, flags: string): string[] {
  if (piece.ways)
    return piece.ways.flatMap((way) => [textOf(way, flags), ...way.flatMap((one) => pumpsOf(one, flags))]);
  const taken = charactersOf(piece, flags);
  const some = [...taken.filter((one) => /[a1 ."]/.test(one)), ...taken];
  return some.slice(0, 4);
}

function make({ begin, pump, end }: Recipe, size: number): string {
  return begin + pump.repeat(Math.ceil(size / pump.length)).slice(0, size) + end;
}

/**
 * The slowest text. All are tried in short first, where exponential and cubic ones are already slow but still end, and
 * the slowest of them at full length.
 */
async function dearest(pattern: RegExp): Promise<{ cost: number; text: string }> {
  let recipes = recipesOf(pattern);
  let worst = { cost: 0, text: "" };
  for (const [size, left] of [
    [24, Number.POSITIVE_INFINITY],
    [300, 100],
    [5000, 5],
    [length, 1],
  ] as const) {
    const tried: { recipe: Recipe; cost: number }[] = [];
    for (const recipe of recipes) {
      const text = make(recipe, size);
      const cost = await cpuOf(() => match(pattern, text), bar);
      if (cost > worst.cost) worst = { cost, text: JSON.stringify(`${text.slice(0, 24)}…${text.slice(-8)}`) };
      if (cost > bar) return worst;
      tried.push({ recipe, cost });
    }
    recipes = tried
      .toSorted((a, b) => b.cost - a.cost)
      .slice(0, left)
      .map(({ recipe }) => recipe);
  }
  return worst;
}

function match(pattern: RegExp, text: string): void {
  pattern.lastIndex = 0;
  if (pattern.global) text.replace(pattern, "");
  else pattern.test(text);
}

test("every pattern is found, those made while the program runs as well", () => {
  expect(found.length).toBeGreaterThan(150);
  const places = found.map(({ place }) => place.replace(/:\d+$/, ""));
  expect(Object.keys(made).filter((path) => !places.includes(path))).toEqual([]);
});

test("no pattern takes more than 5 ms of CPU for 100 KB of text made against it", async () => {
  const slow: string[] = [];
  for (const { place, pattern } of found) {
    const { cost, text } = await dearest(pattern);
    if (cost > bar) slow.push(`${place} ${String(pattern)}: ${cost.toFixed(1)} ms for ${text}`);
  }
  expect(slow).toEqual([]);
});

test("no two quantifiers without an end stand side by side and take the same characters", () => {
  const wrong = found.flatMap(({ place, pattern }) =>
    neighboursIn(piecesOf(pattern), pattern.flags).map((pair) => `${place} ${String(pattern)}: ${pair}`),
  );
  expect(wrong).toEqual([]);
});

test.each([
  [/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, true],
  [/\/+$/, false],
  [/\s*\r?\n\s*/g, false],
  [/^custom_.*\[[^\]]*\]$/i, false],
  [/\[[^\]]*\]$/, false],
  [/^\s*(\S+)\s+(\d+)\s+(.+?)\s*$/, true],
  [/^(?:bearer|apikey)(?:\s+(.*))?$/i, true],
  [/^(a+)+$/, false],
  [/^(a|a)*$/, false],
])("%s is seen to be slow", async (pattern, areNeighbours) => {
  expect((await dearest(pattern)).cost).toBeGreaterThan(bar);
  if (areNeighbours) expect(neighboursIn(piecesOf(pattern), pattern.flags)).not.toEqual([]);
});
