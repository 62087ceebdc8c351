/** Groups of hits: same spelling, begins with it, similar spelling, in the order of the API within each. */
import type { Hit } from "./search-run.ts";

export type Group = "same" | "prefix" | "similar";

const order: Group[] = ["same", "prefix", "similar"];

const groupOf = (hit: Hit): Group => hit.match?.class ?? "same";

export const isSimilar = (hit: Hit): boolean => hit.match?.class === "similar";

/** Rows of a list: a heading before each group, if there is more than one way to match. */
export function groupHits(
  hits: readonly Hit[],
  query: string,
): ({ head: Group } | { hit: Hit; place: number })[] {
  const numbered = hits.map((hit, place) => ({ hit, place }));
  if (!query) return numbered;
  const rows: ({ head: Group } | { hit: Hit; place: number })[] = [];
  for (const group of order) {
    const members = numbered.filter(({ hit }) => groupOf(hit) === group);
    if (members.length > 0) rows.push({ head: group }, ...members);
  }
  return rows;
}
