/**
 * Answers for people: a list is a table as wide as the terminal, one thing is a record of names and values. A table
 * leaves columns out rather than break its lines, and says which; where nobody looks (a pipe, a file) it is whole.
 */
import { harmless, fit, oneLine, widthOf } from "./output/text-width.ts";
import type { Paint } from "./terminal.ts";

type Row = Record<string, unknown>;

const gap = "  ";
const longestName = 12;
const widest = 60;

/** Names that another column says better. */
const doubles: Record<string, string> = {
  brand_id: "brand_name",
  channel_id: "channel_name",
  title: "description",
  content: "description",
};

/** What can be missed first where there is no room. */
const minor = [
  "direction",
  "from_name",
  "to",
  "version",
  "created_at",
  "updated_at",
  "last_update",
  "closed_at",
];

/** The lines of a table, and the names of columns that found no room. */
export function tableOf(
  rows: readonly Row[],
  room: number,
  paint: Paint,
): { lines: string[]; hidden: string[] } {
  const names = columnsOf(rows);
  const texts = rows.map((row) => names.map((name) => cellOf(row[name])));
  const wanted = names.map((name, at) => {
    const widestText = Math.max(...texts.map((row) => widthOf(row[at] ?? "")));
    if (room === Infinity) return Math.max(name.length, widestText);
    return Math.min(widest, Math.max(Math.min(name.length, longestName), widestText));
  });
  const widths = fitInto(wanted, room);
  const right = names.map((name) => rows.every((row) => row[name] === null || typeof row[name] === "number"));
  const line = (cells: readonly string[]) =>
    widths
      .map((width, at) => (right[at] ? padLeft(cells[at] ?? "", width) : fit(cells[at] ?? "", width)))
      .join(gap)
      .trimEnd();
  return {
    lines: [paint("bold", line(names)), ...texts.map(line)],
    hidden: names.slice(widths.length),
  };
}

/** In the order of the first row that has them, without those that are empty in all rows or said by another. */
function columnsOf(rows: readonly Row[]): string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const told = names.filter((name) => rows.some((row) => cellOf(row[name]) !== ""));
  const kept = told.filter((name) => !told.includes(doubles[name] ?? ""));
  const isStory = kept.includes("description"); // told in the order of time
  const later = kept.filter((name) => minor.includes(name) && !(isStory && name === "created_at"));
  return [...kept.filter((name) => !later.includes(name)), ...later];
}

/** As many columns as have room, from the left; what is left of it goes to those that want most. */
function fitInto(wanted: readonly number[], room: number): number[] {
  const least = wanted.map(leastOf);
  let count = wanted.length;
  while (count > 1 && total(least.slice(0, count)) > room) count -= 1;
  const widths = wanted.slice(0, count);
  for (let over = total(widths) - room; over > 0; over -= 1) {
    const spare = widths.map((width, at) => width - (least[at] ?? 0));
    const most = spare.indexOf(Math.max(...spare));
    widths[most] = Math.max(1, (widths[most] ?? 1) - 1);
  }
  return widths;
}

/** What is short is not cut: a number, a time, a word. A text may be, to what still says something. */
function leastOf(wanted: number): number {
  if (wanted <= 16) return wanted;
  return wanted <= 32 ? 16 : 32;
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + gap.length * (widths.length - 1);
}

function padLeft(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - widthOf(text))) + text;
}

/** A value on one line. */
function cellOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(cellOf).join(", ");
  if (typeof value === "object") return briefOf(value as Row);
  return oneLine(shortTime(textOf(value)));
}

/** A thing inside another, in a few words: a channel is its name and address. */
function briefOf(thing: Row): string {
  const { channel_name: type, address } = thing;
  if (typeof type === "string" && typeof address === "string") return `${type} ${oneLine(address)}`;
  return Object.entries(thing)
    .map(([name, value]) => `${name} ${cellOf(value)}`)
    .join(" ");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function shortTime(text: string): string {
  return text.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\.\d{3}Z$/, "$1 $2");
}

/** The lines of a record: one name a line, lists below each other; things inside it that have much to say as tables. */
export function recordOf(thing: Row, paint: Paint, room = Infinity): string[] {
  const entries = Object.entries(thing).filter(([, value]) => value !== undefined);
  const plain = entries.filter(([, value]) => !isTable(value));
  const width = Math.max(0, ...plain.map(([name]) => widthOf(name)));
  const lines = plain.flatMap(([name, value]) => {
    const [first = "", ...rest] = linesOf(value);
    const indent = " ".repeat(width + gap.length);
    return [
      `${paint("cyan", fit(name, width))}${gap}${first}`.trimEnd(),
      ...rest.map((line) => indent + line),
    ];
  });
  const tables = entries.filter(([, value]) => isTable(value));
  return [...lines, ...tables.flatMap(([name, rows]) => below(name, rows as Row[], paint, room))];
}

function below(name: string, rows: Row[], paint: Paint, room: number): string[] {
  return ["", paint("cyan", name), ...tableOf(rows, room, paint).lines];
}

function isTable(value: unknown): boolean {
  const [first] = Array.isArray(value) ? (value as unknown[]) : [];
  return typeof first === "object" && first !== null && Object.keys(first).length > 4;
}

function linesOf(value: unknown): string[] {
  if (value === null) return ["–"];
  if (Array.isArray(value)) return value.length === 0 ? ["–"] : value.map(cellOf);
  if (typeof value === "object")
    return Object.entries(value as Row).map(([name, inner]) => `${name}: ${cellOf(inner)}`);
  return harmless(shortTime(textOf(value))).split("\n");
}
