/**
 * `dossier compare`: is everything here that was there? Reads the same customers from the server that is left and from
 * this one, and lists what differs. For whoever moves from the original API, or from one Dossier to another.
 */
import type { Command } from "commander";
import { readTerminal } from "../config.ts";
import { compare, type Comparison, type Difference, type Outcome } from "./compare-run.ts";
import { readOriginal } from "./compare-server.ts";
import { brandsOf, readTarget } from "./compare-target.ts";
import { CommandFailure, exitCodes } from "./failure.ts";
import { tableOf } from "./show.ts";
import { addTargetOptions, baseOf, type TargetOptions, targetHelp, withTarget } from "./target.ts";
import { isOpenRoad } from "./target-url.ts";
import { columnsOf, paintFor, print, readText, say } from "./terminal.ts";
import { oneLine } from "./width.ts";

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
    .option("--key <key>", "its API key; others on this machine can see it, so better in DOSSIER_FROM_KEY")
    .option("--from-key-file <file>", "the file that holds its API key; - is standard input")
    .option("--brand <old=new...>", "the new number of a brand of the old server, once for each (else 1=1)")
    .option("--at-most <number>", "compare so many customers, spread over the whole list (else 200)")
    .option("--json", "print a JSON object for each difference, and one for the whole");
  addTargetOptions(command)
    .addHelpText(
      "after",
      `
Each customer of a sample is read in every way the Customer controller has: by id, by primary id, by each of
its addresses, by its last name; and its timeline. Compared is what a move must keep: names, primary id,
addresses, custom fields, what happened and in which order. Not compared is what each server gives out
itself: ids, versions, numbers of channel types.

Ends with 0 if all is the same, 1 if something differs, 3 if one of the two does not answer.

Examples:
  DOSSIER_FROM_KEY=… dossier compare --from https://desk.example.org
  dossier compare --from https://desk.example.org --from-key-file old-key.txt --brand 4=1 5=2 --at-most 1000
${targetHelp}`,
    )
    .action(perform);
}

async function perform(options: CompareOptions): Promise<void> {
  const from = baseOf(options.from, "--from");
  const key = readOldKey(options);
  const pairs = (options.brand ?? ["1=1"]).map(pairOf);
  const atMost = boundOf(options.atMost);
  if (isOpenRoad(from)) say("Careful: the old key goes to another machine over plain http. Use https.");
  await withTarget(options, async (target) => {
    const names = await brandsOf(target);
    const brands = pairs.map((pair) => ({ ...pair, name: nameOf(names, pair.now) }));
    const differences: Difference[] = [];
    const outcome = await compare({
      old: readOriginal(from, key),
      now: readTarget(target),
      brands,
      atMost,
      tell: (one) => (options.json ? print(JSON.stringify(one)) : differences.push(one)),
      progress,
    });
    finish(options, outcome, differences);
  });
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

function pairOf(text: string): { old: number; now: number } {
  const [, old, now = old] = /^([1-9]\d{0,14})(?:=([1-9]\d{0,14}))?$/.exec(text) ?? [];
  if (old !== undefined) return { old: Number(old), now: Number(now) };
  throw new CommandFailure(
    "usage",
    "--brand must be two numbers such as 4=1: the brand there, and the one here.",
  );
}

function boundOf(text = "200"): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new CommandFailure("usage", "--at-most must be a whole number from 1 on.");
}

/** @throws CommandFailure when the new server has no such brand */
function nameOf(names: ReadonlyMap<string, number>, id: number): string | undefined {
  const found = [...names].find(([, one]) => one === id);
  if (!found)
    throw new CommandFailure(
      "usage",
      `The new server has no brand ${id}, or the key does not see it. It has ${Array.from(names, ([name, one]) => `${one} (${oneLine(name)})`).join(", ")}.`,
    );
  return found[0];
}

const progress: Comparison["progress"] = (done, all) => {
  if (process.stderr.isTTY) process.stderr.write(done < all ? `\r${done} of ${all} customers` : "\r\x1b[K");
};

const number = (value: number) => value.toLocaleString("en");

function finish({ json }: CompareOptions, outcome: Outcome, differences: readonly Difference[]): void {
  const rows = Array.from(outcome.reads, ([read, counts]) => ({ read, ...counts }));
  const compared = rows.reduce((sum, row) => sum + row.compared, 0);
  const differ = rows.reduce((sum, row) => sum + row.differ, 0);
  process.exitCode = differ > 0 ? exitCodes.failed : exitCodes.ok;
  const { customers, passedOver } = outcome;
  if (json)
    return print(JSON.stringify({ customers, passed_over: passedOver, compared, differ, reads: rows }));
  for (const line of linesOf(differences)) print(line);
  if (rows.length > 0)
    print(tableOf(rows, columnsOf(process.stdout), paintFor(process.stdout)).lines.join("\n"));
  const paint = paintFor(process.stderr);
  const verdict = `${number(compared - differ)} of ${number(compared)} reads of ${number(customers)} customers are the same`;
  say(differ > 0 ? `${paint("yellow", verdict)}; ${number(differ)} differ.` : paint("green", `${verdict}.`));
  if (passedOver > 0)
    say(
      `${number(passedOver)} customers are of brands that --brand does not name; the totals were not compared.`,
    );
}

/** The differences, customer by customer; what several reads show is told once, with all of them. */
function linesOf(differences: readonly Difference[]): string[] {
  const paint = paintFor(process.stdout);
  return Array.from(groupBy(differences, "customer"), ([customer, own]) => {
    const told = [...groupBy(own, "field", "old", "new").values()].map((same) => {
      const [{ field, old, new: now } = { field: "", old: "", new: "" }] = same;
      const reads = [...new Set(same.map(({ read }) => read))].join(", ");
      return [
        `  ${oneLine(field)}  ${paint("dim", reads)}`,
        `    ${paint("red", "-")} ${oneLine(old)}`,
        `    ${paint("green", "+")} ${oneLine(now)}`,
      ].join("\n");
    });
    return [paint("bold", oneLine(customer)), ...told, ""].join("\n");
  });
}

function groupBy(all: readonly Difference[], ...by: (keyof Difference)[]): Map<string, Difference[]> {
  const groups = new Map<string, Difference[]>();
  for (const one of all) {
    const name = by.map((field) => one[field]).join("\n");
    const group = groups.get(name);
    if (group) group.push(one);
    else groups.set(name, [one]);
  }
  return groups;
}
