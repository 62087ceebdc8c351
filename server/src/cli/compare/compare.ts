/**
 * `dossier compare`: is everything here that was there? Reads the same customers from the server that is left and from
 * this one, and lists what differs. For whoever moves from the original API, or from one Dossier to another.
 */
import type { Command } from "commander";
import { readTerminal } from "../../config.ts";
import { compare, type Comparison, type Difference } from "./run.ts";
import type { Pair } from "./sample.ts";
import { readOriginal } from "./server.ts";
import { jsonLine, show, sumOf } from "./show.ts";
import { brandsOf, readTarget, typesOf } from "./target.ts";
import { CommandFailure, exitCodes } from "../exit.ts";
import { addTargetOptions, baseOf, type TargetOptions, targetHelp, withTarget } from "../target/target.ts";
import { isOpenRoad } from "../target/url.ts";
import { print, readText, say } from "../terminal.ts";
import { oneLine } from "../output/text-width.ts";

interface CompareOptions extends TargetOptions {
  from: string;
  key?: string;
  fromKeyFile?: string;
  brand?: string[];
  atMost?: string;
  json?: true;
}

/** Adds `compare`. */
export function addCompare(program: Command): void {
  const command = program
    .command("compare")
    .description("compare what an old server answers with what this one does; nothing is written on either")
    .requiredOption("--from <url>", "the old server, with or without /api/v2")
    .option(
      "--from-key-file <file>",
      "the file that holds its API key; - is standard input (DOSSIER_FROM_KEY)",
    )
    .option(
      "--key <key>",
      "its API key itself, which others on this machine can see: better in one of the two",
    )
    .option("--brand <old=new...>", "the new number of a brand of the old server, once for each (else 1=1)")
    .option("--at-most <number>", "compare so many customers, spread over the whole list (else 200)")
    .option("--json", "print a JSON object for each difference, and one for the whole");
  addTargetOptions(command)
    .addHelpText(
      "after",
      `
Each customer of a sample is read in every way the Customer controller has: by
id, by primary id, by each of its addresses, by its last name; and its timeline.
Compared is what a move must keep: names, primary id, addresses, custom fields,
what happened and in which order. Not compared is what each server gives out
itself: ids, versions, numbers of channel types.

It prints names and addresses of customers: treat them like the data. A server
that says it is asked too often is waited for.

Ends with 0 if all is the same, 1 if something differs or a server refuses, 3 if
one of the two does not answer.

Examples:
  DOSSIER_FROM_KEY=… dossier compare --from https://desk.example.org
  dossier compare --from https://desk.example.org --from-key-file old-key.txt \\
    --brand 4=1 5=2 --at-most 1000
${targetHelp}`,
    )
    .action(perform);
}

async function perform(options: CompareOptions): Promise<void> {
  const from = baseOf(options.from, "--from");
  const key = readOldKey(options);
  const pairs = pairsOf(options.brand ?? ["1=1"]);
  const atMost = boundOf(options.atMost);
  if (isOpenRoad(from)) say("Careful: the old key goes to another machine over plain http. Use https.");
  await withTarget(options, async (target) => {
    const names = await brandsOf(target);
    const brands = pairs.map((pair) => ({ ...pair, name: nameOf(names, pair.now) }));
    const differences: Difference[] = [];
    const comparison: Comparison = {
      old: readOriginal(from, key),
      now: readTarget(target),
      brands,
      types: await typesOf(target),
      atMost,
      tell: (one) => (options.json ? print(jsonLine(one)) : differences.push(one)),
      progress,
    };
    const outcome = await compare(comparison).finally(endProgress);
    const sum = sumOf(outcome);
    process.exitCode = sum.differ > 0 ? exitCodes.failed : exitCodes.ok;
    if (!options.json) return show(outcome, differences);
    const reads = Array.from(outcome.reads, ([read, counts]) => ({ read, ...counts }));
    const { customers, omitted } = outcome;
    print(jsonLine({ customers, ...sum, omitted: asWire(omitted), reads }));
  });
}

/** Names as the API writes them. */
function asWire({ passedOver, ...rest }: Awaited<ReturnType<typeof compare>>["omitted"]) {
  return { passed_over: passedOver, ...rest };
}

function readOldKey({ key, fromKeyFile }: CompareOptions): string {
  if (key !== undefined && fromKeyFile !== undefined)
    throw new CommandFailure("usage", "--key and --from-key-file name two keys. Leave one out.");
  const text =
    fromKeyFile === undefined
      ? (key ?? readTerminal().fromKey)
      : readText(fromKeyFile, "--from-key-file").trim();
  if (text === undefined)
    throw new CommandFailure(
      "usage",
      "The old server wants an API key: set DOSSIER_FROM_KEY, or name a file with --from-key-file (- is standard input).",
    );
  if (!/^[\x21-\x7e]+$/.test(text))
    throw new CommandFailure(
      "usage",
      "The old server's key is empty, or not one line of visible ASCII characters.",
    );
  return text;
}

function pairsOf(words: readonly string[]): Omit<Pair, "name">[] {
  const pairs = words.flatMap((text) => text.split(",")).map(pairOf);
  const isTwice = (side: "old" | "now") => new Set(pairs.map((pair) => pair[side])).size < pairs.length;
  if (!isTwice("old") && !isTwice("now")) return pairs;
  throw new CommandFailure(
    "usage",
    "--brand names a brand twice: each there became one here, and no two the same.",
  );
}

function pairOf(text: string): Omit<Pair, "name"> {
  const [, old, now = old] = /^([1-9]\d{0,14})(?:=([1-9]\d{0,14}))?$/.exec(text.trim()) ?? [];
  if (old !== undefined) return { old: Number(old), now: Number(now) };
  throw new CommandFailure(
    "usage",
    "--brand must be two numbers such as 4=1: the brand there, and the one here.",
  );
}

function boundOf(text = "200"): number {
  if (/^[1-9][0-9]{0,4}$|^100000$/.test(text)) return Number(text);
  throw new CommandFailure("usage", "--at-most must be a whole number from 1 to 100000.");
}

/** @throws CommandFailure when the new server has no such brand */
function nameOf(names: ReadonlyMap<number, string>, id: number): string {
  const name = names.get(id);
  if (name !== undefined) return name;
  const there = Array.from(names, ([one, called]) => `${one} (${oneLine(called)})`).join(", ");
  throw new CommandFailure(
    "usage",
    `The new server has no brand ${id}, or the key does not see it. It has ${there}: --brand 4=1 says that brand 4 there became 1 here.`,
  );
}

const progress: Comparison["progress"] = (done, all) => {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${all} customers`);
};

function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
}
