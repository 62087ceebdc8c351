/**
 * The two streams of a command: data goes to standard output, talk to standard error. Colours only where somebody
 * looks at them: on a terminal, unless NO_COLOR or FORCE_COLOR say otherwise.
 */
import { readFileSync } from "node:fs";
import { styleText } from "node:util";
import { pathFrom, wantsColor } from "../config.ts";
import { CommandFailure } from "./exit.ts";

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Colours a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** Paints for one of the two streams. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const colored = wantsColor(stream.isTTY);
  return (style, text) => (colored && text !== "" ? styleText(style, text, { validateStream: false }) : text);
}

/** Data: a line of it, or several. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Talk: what happened, what to do. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** How many columns data may take: a terminal's, or as many as it needs where nobody looks. */
export function columnsOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY ? stream.columns : Infinity;
}

let standardInput: { option: string; text: string } | undefined;

/** The text of a file, or of standard input for `-`: for one option, as two cannot read the same stream. */
export function readText(path: string, option: string): string {
  if (path === "-" && standardInput) {
    if (standardInput.option === option) return standardInput.text;
    throw new CommandFailure(
      "usage",
      `${option}: standard input is read for ${standardInput.option} already.`,
    );
  }
  try {
    const text = readFileSync(path === "-" ? 0 : pathFrom(path), "utf8");
    if (path === "-") standardInput = { option, text };
    return text;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandFailure("usage", `${option} names a file that cannot be read: ${path} (${code}).`);
  }
}
