/** Nearest word: what a mistyped name may have meant. */
import { editDistance } from "../../domain/search/edit-distance.ts";

/** The word that differs from a text by the fewest letters, if those are few enough to be slips. */
export function nearest(text: string, words: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(text.length / 3));
  const ranked = words
    .map((word) => ({ word, distance: editDistance(text.toLowerCase(), word.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.word ?? words.find((word) => text.length > 2 && word.startsWith(text.toLowerCase()));
}
