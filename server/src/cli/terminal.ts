/**
 * Terminal streams: results go to stdout, messages to stderr. Colours appear only on a terminal, unless NO_COLOR or
 * FORCE_COLOR says otherwise.
 */
import { readFileSync } from "node:fs";
import { styleText } from "node:util";
import { resolvePath, wantsColor } from "../config.ts";
import { CommandFailure } from "./exit.ts";
import { wrap } from "./output/text-width.ts";

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Colours a text, or returns it unchanged. */
export type Paint = (style: Style, text: string) => string;

/** The paint function of a stream. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const colored = wantsColor(stream.isTTY);
  return (style, text) => (colored && text !== "" ? styleText(style, text, { validateStream: false }) : text);
}

/** Prints results to stdout. */
export function printResult(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a part of a result, as it is. */
export function printText(text: string): void {
  process.stdout.write(text);
}

/** Prints messages to stderr; a terminal gets them broken between words. */
export function printMessage(text: string): void {
  process.stderr.write(`${wrapFor(process.stderr, text)}\n`);
}

/** A text whose lines fit the width of a terminal. */
export function wrapFor(stream: NodeJS.WriteStream, text: string): string {
  const width = terminalWidth(stream);
  if (width === Infinity) return text;
  return text
    .split("\n")
    .flatMap((line) => wrap(line, width))
    .join("\n");
}

/** The width for output: the terminal's, or unlimited in a pipe or file. */
export function terminalWidth(stream: NodeJS.WriteStream): number {
  return stream.isTTY ? stream.columns : Infinity;
}

let standardInput: { option: string; text: string } | undefined;

/** The text of a file, or of standard input for `-`; only one option can read that stream. */
export function readText(path: string, option: string): string {
  if (path === "-" && standardInput) {
    if (standardInput.option === option) return standardInput.text;
    throw new CommandFailure(
      "usage",
      `${option}: standard input is read for ${standardInput.option} already.`,
    );
  }
  try {
    const text = readFileSync(path === "-" ? 0 : resolvePath(path), "utf8");
    if (path === "-") standardInput = { option, text };
    return text;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandFailure("usage", `${option} names a file that cannot be read: ${path} (${code}).`);
  }
}
