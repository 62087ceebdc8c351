/**
 * Table and record formatting: a list is a table of the terminal's width, one item a record of names and values. A
 * table that does not fit omits columns and names them, rather than wrap lines; in a pipe or a file it is complete.
 */
import { allColumns, cellOf } from "./columns.ts";
import { closeDirection, cut, oneLine, sanitise, widthOf, wrap } from "./text-width.ts";
import type { Paint } from "../terminal.ts";
import { nestedViews, type View } from "./views.ts";

type Row = Record<string, unknown>;

export const gap = "  ";
const maxHeaderWidth = 17;
const maxColumnWidth = 60;
/** From this width on, texts are cut less for the sake of more columns. */
const wideTerminal = 100;

/** Which columns a table has: those of a view, or those named; else all fields in order of appearance. */
export interface TableColumns {
  view?: View | undefined;
  /** shown whatever they hold */
  columns?: readonly string[] | undefined;
}

/** The lines of a table, and the names of omitted columns. */
export function formatTable(
  rows: readonly Row[],
  maxWidth: number,
  paint: Paint,
  { view, columns }: TableColumns = {},
): { lines: string[]; hidden: string[] } {
  const isTerminal = maxWidth !== Infinity;
  const cell = (row: Row, name: string) => formatCell(cellOf(row, name, view));
  const names =
    columns ??
    (isTerminal && view ? [...view.columns, ...customColumns(rows, view)] : allColumns(rows, view)).filter(
      (name) => rows.some((row) => cell(row, name) !== ""),
    );
  const texts = rows.map((row) => names.map((name) => cell(row, name)));
  const preferredWidths = names.map((name, at) => {
    const widestText = texts.reduce((max, row) => Math.max(max, widthOf(row[at] ?? "")), 0);
    if (!isTerminal) return Math.max(widthOf(name), widestText);
    return Math.min(maxColumnWidth, Math.max(Math.min(widthOf(name), maxHeaderWidth), widestText));
  });
  const widths = fitWidths(preferredWidths, maxWidth);
  const right = names.map((name) => rows.every((row) => isNumberOrNull(cellOf(row, name, view))));
  const line = (cells: readonly string[]) =>
    widths
      .map((width, at) => alignCell(cells[at] ?? "", width, right[at] === true, isTerminal))
      .join(gap)
      .trimEnd();
  return {
    lines: [paint("bold", line(names)), ...texts.map(line)],
    hidden: names.slice(widths.length),
  };
}

/** The custom fields of customers: a view cannot know them. */
function customColumns(rows: readonly Row[], { columns }: View): string[] {
  return allColumns(rows).filter((name) => name.startsWith("custom_") && !columns.includes(name));
}

function isNumberOrNull(value: unknown): boolean {
  return value === null || value === undefined || typeof value === "number";
}

/** A cell of exactly this width: numbers to the right, texts to the left, too long ones with an ellipsis. */
function alignCell(text: string, width: number, isRight: boolean, isTerminal: boolean): string {
  const kept = cut(text, width);
  const blanks = " ".repeat(Math.max(0, width - widthOf(kept)));
  return isRight ? blanks + kept : (isTerminal ? closeDirection(kept) : kept) + blanks;
}

/**
 * Distributes the width: as many columns as fit, from the left; the rest goes to the widest. Short values (numbers,
 * times, words) are not cut; texts may be, to a readable length.
 */
function fitWidths(preferredWidths: readonly number[], maxWidth: number): number[] {
  const shortest = maxWidth < wideTerminal ? 20 : 32;
  const minWidths = preferredWidths.map((width) => (width <= 16 ? width : Math.min(width, shortest)));
  let count = preferredWidths.length;
  while (count > 1 && totalWidth(minWidths.slice(0, count)) > maxWidth) count -= 1;
  const widths = preferredWidths.slice(0, count);
  for (let over = totalWidth(widths) - maxWidth; over > 0; over -= 1) {
    const spare = widths.map((width, at) => width - (minWidths[at] ?? 0));
    const widestColumn = spare.indexOf(Math.max(...spare));
    widths[widestColumn] = Math.max(1, (widths[widestColumn] ?? 1) - 1);
  }
  return widths;
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + gap.length * (widths.length - 1);
}

/** A value on one line. */
function formatCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(formatCell).join(", ");
  if (typeof value === "object") return summarise(value as Row);
  return oneLine(shortTime(toText(value)));
}

/** A nested object in a few words: a channel is its name and address. */
function summarise(record: Row): string {
  const { channel_name: type, address } = record;
  if (typeof type === "string" && typeof address === "string") return `${type} ${oneLine(address)}`;
  return Object.entries(record)
    .map(([name, value]) => `${name} ${formatCell(value)}`)
    .join(" ");
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function shortTime(text: string): string {
  return text.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\.\d{3}Z$/, "$1 $2");
}

/** The lines of a record: one field a line, lists one item a line, large nested objects as tables. */
export function formatRecord(record: Row, paint: Paint, maxWidth = Infinity): string[] {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined);
  const plain = entries.filter(([, value]) => !isTable(value));
  const width = Math.max(0, ...plain.map(([name]) => widthOf(name)));
  const indent = " ".repeat(width + gap.length);
  const lines = plain.flatMap(([name, value]) => {
    const [first = "", ...rest] = valueLines(value).flatMap((line) => wrap(line, maxWidth - indent.length));
    return [
      `${paint("cyan", name + " ".repeat(width - widthOf(name)))}${gap}${first}`.trimEnd(),
      ...rest.map((line) => indent + line),
    ];
  });
  const tables = entries.filter(([, value]) => isTable(value));
  return [...lines, ...tables.flatMap(([name, rows]) => nestedTable(name, rows as Row[], paint, maxWidth))];
}

function nestedTable(name: string, rows: Row[], paint: Paint, maxWidth: number): string[] {
  return ["", paint("cyan", name), ...formatTable(rows, maxWidth, paint, { view: nestedViews[name] }).lines];
}

function isTable(value: unknown): boolean {
  const [first] = Array.isArray(value) ? (value as unknown[]) : [];
  return typeof first === "object" && first !== null && Object.keys(first).length > 4;
}

function valueLines(value: unknown): string[] {
  if (value === null) return ["–"];
  if (Array.isArray(value)) return value.length === 0 ? ["–"] : value.map(formatCell);
  if (typeof value === "object")
    return Object.entries(value as Row).map(([name, inner]) => `${name}: ${formatCell(inner)}`);
  return sanitise(shortTime(toText(value))).split("\n");
}
