/**
 * Confirmation: a question before what cannot be undone. Fails closed: without a terminal no answer can come, so the
 * command is refused unless `--yes` says that a script means it.
 */
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { CommandFailure } from "./exit.ts";
import { paintFor, wrapFor } from "./terminal.ts";

/** The option that answers the question beforehand. */
export interface ConfirmOptions {
  yes?: true;
}

/** Adds `--yes`. */
export function addConfirmOption(command: Command): Command {
  return command.option("--yes", "do not ask before what cannot be undone; needed without a terminal");
}

/**
 * Asks whether to do what cannot be undone.
 *
 * @param what the command as the user knows it, such as `customer.purge 7`
 * @param loses what is lost for good
 * @param place where it goes
 * @throws CommandFailure if the answer is not yes, or no answer can come
 */
export async function confirm(
  { yes }: ConfirmOptions,
  { what, loses, place }: { what: string; loses: string; place: string },
): Promise<void> {
  if (yes) return;
  const text = wrapFor(process.stderr, `${what} at ${place} cannot be undone.\nLost for good: ${loses}.`);
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new CommandFailure("usage", `${text}\nThere is no terminal to ask: add --yes if that is meant.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const aborted = new AbortController();
  for (const event of ["SIGINT", "close"]) terminal.once(event, () => aborted.abort());
  try {
    const paint = paintFor(process.stderr);
    const question = `${paint("yellow", text)}\nGo on? [y/N] `;
    const answer = await terminal.question(question, { signal: aborted.signal });
    if (/^y(es)?$/i.test(answer.trim())) return;
  } catch (error) {
    if ((error as Error).name !== "AbortError") throw error;
    process.stderr.write("\n");
  } finally {
    terminal.close();
  }
  throw new CommandFailure("failed", "Nothing was done.");
}
