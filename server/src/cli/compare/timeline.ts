/**
 * When two timelines tell the same: what happened, when and in which order. How the original spells an item is not
 * documented, so an item is asked for no more than it tells; a time without a zone is taken as UTC.
 */
import { type ItemKind, itemKinds } from "@dossier/api";
import { none, textOf, type Unlike } from "./channel.ts";
import { longestTimeline, type Page, type Thing } from "./reader.ts";

interface Told {
  kind: ItemKind | undefined;
  /** in seconds */
  time: number | undefined;
  text: string;
}

interface Placed {
  item: Told;
  /** on the new timeline */
  place: number;
}

/** Two timelines. */
export function compareTimelines(old: Page, now: Page): Unlike[] {
  const [before, after] = [old.items.map(told), now.items.map(told)];
  const places = match(before, after);
  const lost = before.filter((_, at) => places[at] === undefined);
  const isWhole = before.length < longestTimeline && (old.total ?? 0) <= before.length;
  const used = new Set(places);
  const added = isWhole ? after.filter((_, at) => !used.has(at)) : [];
  const changed = lost.map((item): Unlike => {
    const at = added.findIndex((other) => isChanged(item, other));
    const [other] = at < 0 ? [] : added.splice(at, 1);
    return { field: "item", old: tell(item), new: other ? tell(other) : none };
  });
  return [
    ...totals(old, now),
    ...changed,
    ...added.map((item) => ({ field: "item", old: none, new: tell(item) })),
    ...orderOf(before, places),
  ];
}

function totals(old: Page, now: Page): Unlike[] {
  const [was, is] = [old.total, now.total];
  if (was === undefined || is === undefined || was === is) return [];
  return [{ field: "items in all", old: String(was), new: String(is) }];
}

/** For each item of the old timeline the place of the same one in the new, each place once. */
function match(before: readonly Told[], after: readonly Told[]): (number | undefined)[] {
  const byText = new Map<string, number[]>();
  for (const [at, { text }] of after.entries()) byText.set(text, [...(byText.get(text) ?? []), at]);
  return before.map((item) => {
    const places = byText.get(item.text) ?? [];
    const found = places.find((at) => isLike(item, after[at]));
    if (found !== undefined)
      byText.set(
        item.text,
        places.filter((at) => at !== found),
      );
    return found;
  });
}

function isLike({ kind, time }: Told, other: Told | undefined): boolean {
  if (!other) return false;
  return (kind === undefined || kind === other.kind) && (time === undefined || time === other.time);
}

/** The same item with one thing changed: its text, or its time. */
function isChanged(item: Told, other: Told): boolean {
  if (item.kind !== undefined && item.kind !== other.kind) return false;
  return item.text === other.text || (item.time !== undefined && item.time === other.time);
}

/** The first two that stand the other way round; what happened in one second may stand in any order. */
function orderOf(before: readonly Told[], places: readonly (number | undefined)[]): Unlike[] {
  let last: Placed | undefined; // of all before this second
  let tie: Placed | undefined; // of this second
  for (const [at, item] of before.entries()) {
    const place = places[at];
    if (place === undefined) continue;
    if (tie && (item.time === undefined || item.time !== tie.item.time)) {
      last = last && last.place > tie.place ? last : tie;
      tie = undefined;
    }
    if (last && place < last.place) {
      const [first, second] = [tell(last.item), tell(item)];
      return [{ field: "order", old: `${first}, then ${second}`, new: `${second}, then ${first}` }];
    }
    tie = tie && tie.place > place ? tie : { item, place };
  }
  return [];
}

function told(item: Thing): Told {
  const { description, message, content, text, title, subject } = item;
  const said = [description, message, content, text, title, subject].map(textOf).find(Boolean) ?? "";
  return {
    kind: kindOf(textOf(item.type ?? item.kind)),
    time: secondsOf(item.created_at ?? item.createdAt ?? item.occurred_at ?? item.date ?? item.time),
    text: said.replaceAll("\r\n", "\n"),
  };
}

/** A word that holds one of ours, such as `externalEvent`. */
function kindOf(word: string): ItemKind | undefined {
  return itemKinds.find((kind) => word.toLowerCase().includes(kind));
}

/** A time as text, or as seconds or milliseconds since 1970. */
function secondsOf(time: unknown): number | undefined {
  const text = textOf(time);
  if (/^[0-9]{9,11}$/.test(text)) return Number(text);
  if (/^[0-9]{12,14}$/.test(text)) return Math.floor(Number(text) / 1000);
  const hasNoZone = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text);
  const at = Date.parse(hasNoZone ? `${text.replace(" ", "T")}Z` : text);
  return Number.isNaN(at) ? undefined : Math.floor(at / 1000);
}

function tell({ kind, time, text }: Told): string {
  const at = time === undefined ? "" : `${new Date(time * 1000).toISOString().replace(".000", "")} `;
  return `${at}${kind === undefined ? "" : `${kind}: `}${text}`;
}
