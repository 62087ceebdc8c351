/**
 * Completion candidates: what may stand at the cursor of a command line, read off the program itself, so that no list of
 * commands or options exists twice.
 */
import type { Command, Option } from "commander";
import { wordsOf } from "./words.ts";

/** A word that may stand at the cursor, and what it means. */
export interface Candidate {
  word: string;
  note?: string;
}

/** What may stand at the cursor: words, or names that the shell itself completes. */
export type Candidates = Candidate[] | "files" | "folders";

/** Adds the options of a subcommand that are only made when it is called. */
export type Prepare = (command: Command) => void;

/** The candidates for the last of the words, which may be empty. */
export function candidatesFor(program: Command, words: readonly string[], prepare: Prepare): Candidates {
  const last = words.at(-1) ?? "";
  let command = program;
  let pending: Option | undefined;
  for (const word of words.slice(0, -1)) {
    if (pending) pending = undefined;
    else if (word === "--") return [];
    else if (word.startsWith("-")) pending = word.includes("=") ? undefined : optionWithValue(command, word);
    else {
      const found = command.commands.find((one) => one.name() === word);
      if (!found) continue;
      command = found;
      prepare(command);
    }
  }
  if (pending) return valuesOf(pending, last);
  const [, name, value] = /^(--[^=]+)=(.*)$/s.exec(last) ?? [];
  const option = name === undefined ? undefined : optionWithValue(command, name);
  if (option) return withPrefix(`${name}=`, valuesOf(option, value ?? ""));
  const subcommands = last.startsWith("-") ? [] : subcommandsOf(command);
  const all = [...subcommands, ...argumentWords(command)];
  return matching(all.length > 0 ? all : optionsOf(command), last);
}

function optionWithValue(command: Command, word: string): Option | undefined {
  const option = command.options.find(({ long, short }) => long === word || short === word);
  return option && (option.required || option.optional) ? option : undefined;
}

function valuesOf(option: Option, value: string): Candidates {
  if (option.flags.endsWith("<file>")) return "files";
  if (option.flags.endsWith("<folder>")) return "folders";
  const { words, isList } = wordsOf(option);
  const before = isList ? value.slice(0, value.lastIndexOf(",") + 1) : "";
  const used = before.split(",");
  const left = words.filter((word) => !used.includes(word));
  return matching(
    left.map((word) => ({ word: before + word })),
    value,
  );
}

function withPrefix(prefix: string, candidates: Candidates): Candidates {
  if (typeof candidates === "string") return candidates;
  return candidates.map((one) => ({ ...one, word: prefix + one.word }));
}

function subcommandsOf(command: Command): Candidate[] {
  const help = command.createHelp();
  return help
    .visibleCommands(command)
    .filter((one) => command.commands.includes(one)) // without the implicit help
    .map((one) => ({ word: one.name(), note: one.summary() || one.description() }));
}

function argumentWords(command: Command): Candidate[] {
  return command.registeredArguments.flatMap((one) => (one.argChoices ?? []).map((word) => ({ word })));
}

function optionsOf(command: Command): Candidate[] {
  const help = command.createHelp();
  return help
    .visibleOptions(command)
    .flatMap(({ long, description }) => (long ? [{ word: long, note: description }] : []));
}

function matching(candidates: readonly Candidate[], start: string): Candidate[] {
  return candidates.filter(({ word }) => word.startsWith(start));
}
