/**
 * Report output: the differences of each customer, a count per read, and one summary line. On a terminal, long values
 * are cut to the part where they differ.
 */
import type { Difference, Outcome } from "./report.ts";
import { formatTable } from "../output/format.ts";
import { terminalWidth, type Paint, paintFor, printResult, printMessage } from "../terminal.ts";
import { fit, oneLine, widthOf } from "../output/text-width.ts";

const number = (value: number) => value.toLocaleString("en");

/** The number of reads, and of those that differ. */
export function totalsOf({ reads }: Outcome): { compared: number; differ: number } {
  let [compared, differ] = [0, 0];
  for (const read of reads.values()) {
    compared += read.compared;
    differ += read.differ;
  }
  return { compared, differ };
}

/** Prints the whole report. */
export function printReport(outcome: Outcome, differences: readonly Difference[]): void {
  const room = terminalWidth(process.stdout);
  const paint = paintFor(process.stdout);
  for (const line of linesOf(differences, room, paint)) printResult(line);
  const rows = Array.from(outcome.reads, ([read, counts]) => ({ read, ...counts }));
  if (rows.length > 0) printResult(formatTable(rows, room, paint).lines.join("\n"));
  const { compared, differ } = totalsOf(outcome);
  const same = `${number(compared - differ)} of ${number(compared)} reads are the same, ${number(differ)} differ`;
  printResult(
    `${paint(differ > 0 ? "yellow" : "green", same)}; ${counted(outcome.customers, "customer")} compared.`,
  );
  for (const line of omittedLines(outcome)) printMessage(paintFor(process.stderr)("dim", line));
}

function counted(count: number, noun: string): string {
  const plural = noun.endsWith("s") ? `${noun}es` : `${noun}s`;
  return `${number(count)} ${count === 1 ? noun : plural}`;
}

/** The omitted customers and addresses, by reason. */
function omittedLines({
  omitted: { otherBrand, duplicatePrimaryId, unidentifiable, refused },
}: Outcome): string[] {
  const omissions: [number, string, string][] = [
    [otherBrand, "customer", "of another brand than --brand names"],
    [
      duplicatePrimaryId,
      "customer",
      "with a duplicate primary id: one customer here, so fields are not compared",
    ],
    [unidentifiable, "customer", "without primary id and address: nothing to find them by"],
    [refused, "address", "that Dossier's rules refuse, such as a telephone number without +"],
  ];
  return omissions
    .filter(([count]) => count > 0)
    .map(([count, noun, why]) => `Left out: ${counted(count, noun)} ${why}.`);
}

/** The differences by customer; a difference of several reads is printed once, with all of them. */
function linesOf(differences: readonly Difference[], room: number, paint: Paint): string[] {
  return Array.from(groupBy(differences, "customer"), ([customer, own]) => {
    const formatted = [...groupBy(own, "field", "old", "new").values()].map((same) => {
      const [{ field, old, new: now } = { field: "", old: "", new: "" }] = same;
      const reads = [...new Set(same.map(({ read }) => read))].join(", ");
      const [was, is] = alignDifference(oneLine(old), oneLine(now), room - 6);
      return [
        `  ${cutTo(oneLine(field), room - 2)}`,
        `    ${paint("red", "-")} ${was}`,
        `    ${paint("green", "+")} ${is}`,
        ...wrap(reads, room - 4).map((line) => `    ${paint("dim", line)}`),
      ].join("\n");
    });
    return [paint("bold", cutTo(oneLine(customer), room)), ...formatted, ""].join("\n");
  });
}

/** Cuts two texts to a width; if they do not fit, both begin shortly before their first difference. */
export function alignDifference(one: string, other: string, room: number): [string, string] {
  const fits = (text: string) => widthOf(text) <= room;
  if (fits(one) && fits(other)) return [one, other];
  const [letters, others] = [[...one], [...other]];
  let at = 0;
  while (at < letters.length && letters[at] === others[at]) at += 1;
  const start = at < room / 2 ? 0 : at - Math.floor(room / 4);
  const from = (all: readonly string[]) => (start === 0 ? "" : "…") + all.slice(start).join("");
  return [cutTo(from(letters), room), cutTo(from(others), room)];
}

function cutTo(text: string, room: number): string {
  return widthOf(text) <= room ? text : fit(text, room).trimEnd();
}

function wrap(list: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of list.split(/(?<=,) /)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= room)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
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

/** JSON on one line, with terminal control characters escaped, so that no content is lost. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\x7f-\x9f\u200E\u200F\u061C\u202A-\u202E\u2066-\u2069]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
