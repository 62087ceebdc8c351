/** Texts of one part of the console, which load with the part. Invariant: both languages have the same texts. */
import { type Language, useLanguage } from "./text.tsx";

export type Texts<Text> = Record<Language, Text>;

/** The texts of a part in the language of the page. */
export function useTexts<Text>(texts: Texts<Text>): Text {
  return texts[useLanguage().language];
}
