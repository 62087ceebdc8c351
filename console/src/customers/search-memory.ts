/**
 * Search memory: what was typed and found, by a counter that the history of the browser keeps. Back restores a search, a
 * reload forgets it, and no address, title or storage ever holds it.
 */
export interface SearchMemory {
  typed: string;
  marked: number;
}

const memory = new Map<number, SearchMemory>();
let last = 0;
let wanted: string | undefined;

const isState = (state: unknown): state is { search: number } =>
  typeof state === "object" && state !== null && "search" in state;

/** The number of this entry of the history; a new one gets its number. */
export function searchNumber(): number {
  const state: unknown = history.state;
  if (isState(state) && memory.has(state.search)) return state.search;
  last += 1;
  history.replaceState({ search: last }, "");
  memory.set(last, { typed: wanted ?? "", marked: 0 });
  wanted = undefined;
  return last;
}

export const recall = (number: number): SearchMemory => memory.get(number) ?? { typed: "", marked: 0 };

export function remember(number: number, state: SearchMemory): void {
  memory.set(number, state);
}

/** What the next search page begins with. */
export function searchFor(text: string): void {
  wanted = text;
  document.dispatchEvent(new CustomEvent("dossier-search-for", { detail: text }));
}

/** Forgets everything: the session has ended. */
export function forgetSearches(): void {
  memory.clear();
}
