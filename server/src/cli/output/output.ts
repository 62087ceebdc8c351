/**
 * Output of answers: `--output` chooses among a table for people and three formats for programs, `--columns` the columns.
 * A list is printed item by item where the format allows it.
 */
import type { RawResponse } from "@dossier/api";
import { type Command, Option } from "commander";
import { withWords } from "../completion/words.ts";
import { CommandFailure } from "../exit.ts";
import { paintFor, printMessage, printResult, printText, terminalWidth } from "../terminal.ts";
import { allColumns, cellOf, columnNames, parseColumns } from "./columns.ts";
import { csvLine } from "./csv.ts";
import { formatRecord, formatTable } from "./format.ts";
import { sanitise } from "./text-width.ts";
import { views } from "./views.ts";

export const formats = ["table", "json", "jsonl", "csv"] as const;
export type Format = (typeof formats)[number];

type Item = Record<string, unknown>;

/** The options that say how an answer is printed. */
export interface OutputOptions {
  output?: Format;
  json?: true;
  columns?: string;
}

/** Adds the output options to a command, which prints answers of this endpoint. */
export function addOutputOptions(command: Command, name: string): Command {
  const columns = new Option(
    "--columns <names>",
    "only these columns, separated by commas, in this order; not with json",
  );
  return command
    .addOption(new Option("--output <format>", "how the answer is printed; else as a table").choices(formats))
    .option("--json", "short for --output json: the answer as it came; of a whole list one item a line")
    .addOption(withWords(columns, columnNames(name), { isList: true }));
}

/** How to print the answers of an endpoint. */
export interface Output {
  format: Format;
  columns: readonly string[] | undefined;
  /** the endpoint, such as `customer.list` */
  name: string;
}

/** Reads the output options. @throws CommandFailure if they contradict each other, or a column is unknown */
export function outputOf(options: OutputOptions, name: string, isWholeList = false): Output {
  const { output, json, columns } = options;
  if (json && output !== undefined && !output.startsWith("json"))
    throw new CommandFailure("usage", `--json and --output ${output} contradict each other. Leave one out.`);
  const format = output ?? (json ? (isWholeList ? "jsonl" : "json") : "table");
  if (format === "json" && columns !== undefined)
    throw new CommandFailure(
      "usage",
      "--columns: json is the answer as it came. With --output jsonl each item has these columns only.",
    );
  return { format, name, columns: columns === undefined ? undefined : parseColumns(columns, name) };
}

/** Whether errors are told as JSON. */
export function isJson({ format }: Output): boolean {
  return format === "json" || format === "jsonl";
}

/** Prints items as they come: `add` each, then `end`. */
export interface ItemPrinter {
  add(item: Item): void;
  end(): void;
}

/** The printer of a whole list. */
export function itemPrinter(output: Output): ItemPrinter {
  if (output.format === "json") return jsonPrinter();
  if (output.format === "jsonl")
    return { add: (item) => printResult(JSON.stringify(pick(item, output))), end: () => undefined };
  return output.format === "csv" ? csvPrinter(output) : tablePrinter(output);
}

function pick(item: Item, { columns, name }: Output): Item {
  if (!columns) return item;
  return Object.fromEntries(columns.map((column) => [column, cellOf(item, column, views[name]) ?? null]));
}

function jsonPrinter(): ItemPrinter {
  let count = 0;
  return {
    add: (item) => printText(`${count++ === 0 ? "[\n" : ",\n"}${JSON.stringify(item)}`),
    end: () => printText(count === 0 ? "[]\n" : "\n]\n"),
  };
}

/** Without named columns the header needs every item: customers differ in their custom fields. */
function csvPrinter({ columns, name }: Output): ItemPrinter {
  const view = views[name];
  const line = (item: Item, names: readonly string[]) =>
    csvLine(names.map((column) => (columns ? cellOf(item, column, view) : item[column])));
  if (columns) {
    printText(csvLine(columns));
    return { add: (item) => printText(line(item, columns)), end: () => undefined };
  }
  const items: Item[] = [];
  return {
    add: (item) => void items.push(item),
    end() {
      const computed = Object.keys(view?.computed ?? {});
      const named = columnNames(name).filter((column) => !computed.includes(column));
      const names = [...new Set([...named, ...allColumns(items)])];
      printText(csvLine(names));
      for (const item of items) printText(line(item, names));
    },
  };
}

function tablePrinter(output: Output): ItemPrinter {
  const items: Item[] = [];
  return {
    add: (item) => void items.push(item),
    end() {
      const hidden = printTable(items, output);
      printMessage(`${items.length.toLocaleString("en")} in all.`);
      for (const line of hidden) printMessage(line);
    },
  };
}

/** Prints a table, and returns the message about columns that found no room. */
function printTable(items: readonly Item[], { name, columns }: Output): string[] {
  if (items.length === 0) return [];
  const choice = { view: views[name], columns };
  const width = terminalWidth(process.stdout);
  const { lines, hidden } = formatTable(items, width, paintFor(process.stdout), choice);
  printResult(lines.join("\n"));
  return hidden.length > 0
    ? [`No room for ${listed(hidden)}: --columns chooses, --json shows everything.`]
    : [];
}

/** The first names of several. */
function listed(names: readonly string[]): string {
  return names.length <= 4
    ? names.join(", ")
    : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
}

/** Prints one answer: a page of a list, an item or a result. */
export function printAnswer(reply: RawResponse, output: Output): void {
  const { body, text } = reply;
  if (output.format === "json") return printResult(text);
  if (output.format === "table") return printForPeople(reply, output);
  const { type, item, items, message: _message, ...result } = body;
  const printer = itemPrinter(output);
  const all = type === "list" ? (items as Item[]) : [type === "item" ? (item as Item) : result];
  for (const one of all) printer.add(one);
  printer.end();
}

function printForPeople({ body, headers }: RawResponse, output: Output): void {
  const paint = paintFor(process.stderr);
  if (typeof body.message === "string") printMessage(paint("green", sanitise(body.message)));
  if (headers.get("idempotency-replayed") === "true")
    printMessage("This is the answer of an earlier call with the same --idempotency-key.");
  if (body.type === "list") {
    const messages = printTable(body.items as Item[], output);
    for (const line of [pageMessage(body), ...messages]) printMessage(paint("dim", line));
    return;
  }
  const { type: _type, message: _message, item, ...result } = body;
  const record = body.type === "item" ? (item as Item) : result;
  const shown = output.columns ? pick(record, output) : record;
  const lines = formatRecord(shown, paintFor(process.stdout), terminalWidth(process.stdout));
  if (lines.length > 0) printResult(lines.join("\n"));
}

function pageMessage(body: Item): string {
  const count = (body.items as Item[]).length;
  const from = Number(body.itemStart);
  const total = `${Number(body.itemTotal).toLocaleString("en")}${body.itemTotalCapped ? " or more" : ""}`;
  const shown =
    count === 0 ? `Nothing here; ${total} in all.` : `${from + 1} to ${from + count} of ${total}.`;
  return shown + (body.nextCursor === null ? "" : " --all shows the rest, --item-start another page.");
}
