/**
 * `dossier completion <shell>`: prints the script that completes command lines in a shell. The hidden command `complete`
 * answers it: a candidate a line, with what it means behind a tab.
 */
import { Argument, type Command } from "commander";
import { cut } from "../output/text-width.ts";
import { printResult, printText } from "../terminal.ts";
import { candidatesFor, type Candidates, type Prepare } from "./candidates.ts";
import { scripts, type Shell, shells } from "./scripts.ts";

/** Adds `completion`, and the command that its scripts call. */
export function addCompletion(program: Command, prepare: Prepare): void {
  program
    .command("completion")
    .description("print the script that completes command lines in your shell")
    .addArgument(new Argument("<shell>", "the shell").choices(shells))
    .addHelpText(
      "after",
      `
It completes commands, endpoints, options and the words that a value may have, by
asking the program: a new release needs no new script.

Examples:
  source <(dossier completion bash)                     # in ~/.bashrc
  source <(dossier completion zsh)                      # in ~/.zshrc, after compinit
  dossier completion fish > ~/.config/fish/completions/dossier.fish`,
    )
    .action((shell: Shell) => printText(scripts[shell]));
  program
    .command("complete", { hidden: true })
    .addArgument(new Argument("<shell>").choices(shells))
    .argument("[words...]")
    .allowUnknownOption()
    .action((shell: Shell, words: string[]) => {
      const lines = linesOf(shell, words, (all) => candidatesFor(program, all, prepare));
      if (lines.length > 0) printResult(lines.join("\n"));
    });
}

function linesOf(
  shell: Shell,
  words: readonly string[],
  find: (words: readonly string[]) => Candidates,
): string[] {
  const joined = shell === "bash" ? joinAtSigns(words) : words;
  const found = find(joined);
  if (typeof found === "string") return [`:${found}`];
  const own = shell === "bash" ? (/^--[^=]+=/.exec(joined.at(-1) ?? "")?.[0].length ?? 0) : 0;
  return found.map(({ word, note = "" }) => `${word.slice(own)}\t${firstSentence(note)}`);
}

/** Bash hands over \`--output=csv\` as three words, and completes the last of them alone. */
function joinAtSigns(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const [at, word] of words.entries()) {
    const isJoined = joined.length > 0 && (word === "=" || words[at - 1] === "=");
    if (isJoined) joined[joined.length - 1] += word;
    else joined.push(word);
  }
  return joined;
}

/** Shells show a line of the description. */
function firstSentence(text: string): string {
  const [first = ""] = text.replace(/\s+/g, " ").split(/(?<=[a-z)])[.;:] /, 1);
  return cut(first, 80);
}
