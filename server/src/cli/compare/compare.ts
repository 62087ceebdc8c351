/**
 * `dossier compare`: checks a migration. It reads the same customers from an old server (the original API or another
 * Dossier) and from the new one, and lists the differences.
 */
import type { Command } from "commander";
import { readCliConfig } from "../../config.ts";
import { compare } from "./run.ts";
import type { Comparison, Difference } from "./report.ts";
import type { BrandPair } from "./sample.ts";
import { legacyReader } from "./server.ts";
import { jsonLine, printReport, totalsOf } from "./show.ts";
import { brandsOf, targetReader, typesOf } from "./target.ts";
import { CommandFailure, exitCodes } from "../exit.ts";
import { startProgress } from "../progress.ts";
import { addTargetOptions, parseBaseUrl, type TargetOptions, targetHelp } from "../target/target.ts";
import { withTarget } from "../target/open.ts";
import { isPlaintextRemote } from "../target/url.ts";
import { printResult, readText, printMessage } from "../terminal.ts";
import { oneLine } from "../output/text-width.ts";

interface CompareOptions extends TargetOptions {
  from: string;
  key?: string;
  fromKeyFile?: string;
  brand?: string[];
  limit?: string;
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
    .option("--limit <number>", "compare so many customers, spread over the whole list (else 200)")
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

It prints names and addresses of customers: treat them like the data. Rate
limits are honoured: the command waits.

Exit code 0 if all is the same, 1 if something differs or a server rejects a
call, 3 if one of the two is unreachable.

Examples:
  DOSSIER_FROM_KEY=… dossier compare --from https://desk.example.org
  dossier compare --from https://desk.example.org --from-key-file old-key.txt \\
    --brand 4=1 5=2 --limit 1000
${targetHelp}`,
    )
    .action(runCompare);
}

async function runCompare(options: CompareOptions): Promise<void> {
  const from = parseBaseUrl(options.from, "--from");
  const key = readOldKey(options);
  const pairs = pairsOf(options.brand ?? ["1=1"]);
  const limit = parseLimit(options.limit);
  if (isPlaintextRemote(from))
    printMessage("Warning: the old key is sent to another machine over plain http. Use https.");
  await withTarget(options, async (target) => {
    const names = await brandsOf(target);
    const brands = pairs.map((pair) => ({ ...pair, name: nameOf(names, pair.now) }));
    const differences: Difference[] = [];
    const progress = startProgress();
    const comparison: Comparison = {
      old: legacyReader(from, key),
      now: targetReader(target),
      brands,
      types: await typesOf(target),
      limit,
      report: (one) => (options.json ? printResult(jsonLine(one)) : differences.push(one)),
      progress(done, all) {
        // lines of JSON on the same terminal would stand beside it
        if (!options.json || !process.stdout.isTTY) progress.show(`${done} of ${all} customers`);
      },
    };
    const outcome = await compare(comparison).finally(() => progress.end());
    const sum = totalsOf(outcome);
    process.exitCode = sum.differ > 0 ? exitCodes.failed : exitCodes.ok;
    if (!options.json) return printReport(outcome, differences);
    const reads = Array.from(outcome.reads, ([read, counts]) => ({ read, ...counts }));
    const { customers, omitted } = outcome;
    printResult(jsonLine({ customers, ...sum, omitted: asWire(omitted), reads }));
  });
}

/** The counts under the wire's names. */
function asWire({ otherBrand, duplicatePrimaryId, ...rest }: Awaited<ReturnType<typeof compare>>["omitted"]) {
  return { other_brand: otherBrand, duplicate_primary_id: duplicatePrimaryId, ...rest };
}

function readOldKey({ key, fromKeyFile }: CompareOptions): string {
  if (key !== undefined && fromKeyFile !== undefined)
    throw new CommandFailure("usage", "--key and --from-key-file name two keys. Leave one out.");
  const text =
    fromKeyFile === undefined
      ? (key ?? readCliConfig().fromKey)
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

function pairsOf(words: readonly string[]): Omit<BrandPair, "name">[] {
  const pairs = words.flatMap((text) => text.split(",")).map(pairOf);
  const isTwice = (side: "old" | "now") => new Set(pairs.map((pair) => pair[side])).size < pairs.length;
  if (!isTwice("old") && !isTwice("now")) return pairs;
  throw new CommandFailure(
    "usage",
    "--brand names a brand twice: each there became one here, and no two the same.",
  );
}

function pairOf(text: string): Omit<BrandPair, "name"> {
  const [, old, now = old] = /^([1-9]\d{0,14})(?:=([1-9]\d{0,14}))?$/.exec(text.trim()) ?? [];
  if (old !== undefined) return { old: Number(old), now: Number(now) };
  throw new CommandFailure(
    "usage",
    "--brand must be two numbers such as 4=1: the brand there, and the one here.",
  );
}

function parseLimit(text = "200"): number {
  if (/^[1-9][0-9]{0,4}$|^100000$/.test(text)) return Number(text);
  throw new CommandFailure("usage", "--limit must be a whole number from 1 to 100000.");
}

/** @throws CommandFailure if the new server has no such brand */
function nameOf(names: ReadonlyMap<number, string>, id: number): string {
  const name = names.get(id);
  if (name !== undefined) return name;
  const there = Array.from(names, ([one, called]) => `${one} (${oneLine(called)})`).join(", ");
  throw new CommandFailure(
    "usage",
    `The new server has no brand ${id}, or the key does not see it. It has ${there}: --brand 4=1 says that brand 4 there became 1 here.`,
  );
}
