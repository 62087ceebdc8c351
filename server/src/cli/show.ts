/**
 * Answers for people: a list is a table as wide as the terminal, one thing is a record of names and values. A table
 * leaves columns out rather than break its lines, and says which; where nobody looks (a pipe, a file) it is whole.
 */
import { harmless, fit, oneLine, widthOf } from "./width.ts";
import type { Paint } from "./terminal.ts";

type Row = Record<string, unknown>;

const gap = "  ";
const narrowest = 8;
const widest = 48;

/** Names that another column says better. */
const doubles: Record<string, string> = {
  brand_id: "brand_name",
  channel_id: "channel_name",
  title: "description",
  content: "description",
};

/** The lines of a table, and the names of columns that found no room. */
export function tableOf(
  rows: readonly Row[],
  room: number,
  paint: Paint,
): { lines: string[]; hidden: string[] } {
  const names = columnsOf(rows);
  const texts = rows.map((row) => names.map((name) => cellOf(row[name])));
  const wanted = names.map((name, at) =>
    Math.min(
      room === Infinity ? Infinity : widest,
      Math.max(widthOf(name), ...texts.map((row) => widthOf(row[at] ?? ""))),
    ),
  );
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
  const last = kept.filter((name) => ["version", "created_at", "updated_at", "last_update"].includes(name));
  const first = kept.includes("event_type") || kept.includes("initiated_by") ? [] : last;
  return [...kept.filter((name) => !first.includes(name)), ...first];
}

/** As many columns as have room; the widest give way first. */
function fitInto(wanted: readonly number[], room: number): number[] {
  const least = wanted.map((width) => Math.min(width, narrowest));
  let count = wanted.length;
  while (count > 1 && total(least.slice(0, count)) > room) count -= 1;
  const widths = wanted.slice(0, count);
  while (total(widths) > room) {
    const most = widths.indexOf(Math.max(...widths));
    widths[most] = (widths[most] ?? 1) - 1;
    if (Math.max(...widths) <= 1) break;
  }
  return widths;
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

/** The lines of a record: one name a line, lists and longer texts below each other. */
export function recordOf(thing: Row, paint: Paint): string[] {
  const entries = Object.entries(thing).filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...entries.map(([name]) => widthOf(name)));
  return entries.flatMap(([name, value]) => {
    const [first = "", ...rest] = linesOf(value);
    const indent = " ".repeat(width + gap.length);
    return [
      `${paint("cyan", fit(name, width))}${gap}${first}`.trimEnd(),
      ...rest.map((line) => indent + line),
    ];
  });
}

function linesOf(value: unknown): string[] {
  if (value === null) return ["–"];
  if (Array.isArray(value)) return value.length === 0 ? ["–"] : value.map(cellOf);
  if (typeof value === "object")
    return Object.entries(value as Row).map(([name, inner]) => `${name}: ${cellOf(inner)}`);
  return harmless(shortTime(textOf(value))).split("\n");
}
