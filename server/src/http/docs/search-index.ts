/**
 * Search index of the documentation: every section of every page and every operation, as JSON that the browser searches.
 * It is made at the first request, a page in each turn of the event loop, so that no request waits for the whole.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { sectionsOf } from "./markdown.ts";

/** A section that can be found. */
export interface Entry {
  /** where it is */
  href: string;
  /** the title of its page */
  page: string;
  heading: string;
  text: string;
}

/** The entries of pages, given as name and Markdown. */
export async function indexPages(pages: readonly { name: string; read: () => string }[]): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const { name, read } of pages) {
    const sections = sectionsOf(read());
    const page = sections[0]?.heading ?? name;
    for (const { id, heading, text } of sections)
      entries.push({ href: `/docs/${name}#${id}`, page, heading, text });
    await nextTurn();
  }
  return entries;
}
