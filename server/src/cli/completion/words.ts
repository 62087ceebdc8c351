/**
 * Words of options for completion: closed lists that the command does not check itself, because the endpoint does. Kept
 * beside commander's options, which know only choices that they enforce.
 */
import type { Option } from "commander";

/** The words that a value may have. */
export interface OptionWords {
  words: readonly string[];
  /** several words, separated by commas */
  isList?: true;
}

const known = new WeakMap<Option, OptionWords>();

/** Sets the words of an option, and returns it. */
export function withWords(option: Option, words: readonly string[], more: { isList?: true } = {}): Option {
  known.set(option, { words, ...more });
  return option;
}

/** The words that an option's value may have; none where it is free. */
export function wordsOf(option: Option): OptionWords {
  return known.get(option) ?? { words: option.argChoices ?? [] };
}
