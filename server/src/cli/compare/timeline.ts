/**
 * Timeline comparison: what happened, when, and in which order. The original's spelling of items is undocumented, so
 * only fields that the old item has are compared; a time without a zone is read as UTC.
 */
import { type TimelineItemType, timelineItemTypes } from "@dossier/api";
import { textOf } from "./channel.ts";
import { none, type FieldDifference } from "./difference.ts";
import { maxTimelineItems, type Page, type JsonObject } from "./reader.ts";

interface ParsedItem {
  kind: TimelineItemType | undefined;
  /** in seconds */
  time: number | undefined;
  text: string;
}

interface PositionedItem {
  item: ParsedItem;
  /** position on the new timeline */
  position: number;
}

/** Compares two timelines. */
export function compareTimelines(old: Page, now: Page): FieldDifference[] {
  const [before, after] = [old.items.map(parseItem), now.items.map(parseItem)];
  const positions = matchItems(before, after);
  const lost = before.filter((_, at) => positions[at] === undefined);
  const isWhole = before.length < maxTimelineItems && (old.total ?? 0) <= before.length;
  const used = new Set(positions);
  const added = isWhole ? after.filter((_, at) => !used.has(at)) : [];
  const changed = lost.map((item): FieldDifference => {
    const at = added.findIndex((other) => isChanged(item, other));
    const [other] = at < 0 ? [] : added.splice(at, 1);
    return { field: "item", old: formatItem(item), new: other ? formatItem(other) : none };
  });
  return [
    ...diffTotals(old, now),
    ...changed,
    ...added.map((item) => ({ field: "item", old: none, new: formatItem(item) })),
    ...diffOrder(before, positions),
  ];
}

function diffTotals(old: Page, now: Page): FieldDifference[] {
  const [was, is] = [old.total, now.total];
  if (was === undefined || is === undefined || was === is) return [];
  return [{ field: "items in all", old: String(was), new: String(is) }];
}

/** Maps each item of the old timeline to the position of an equal item in the new one; each position is used once. */
function matchItems(before: readonly ParsedItem[], after: readonly ParsedItem[]): (number | undefined)[] {
  const byText = new Map<string, number[]>();
  for (const [at, { text }] of after.entries()) byText.set(text, [...(byText.get(text) ?? []), at]);
  return before.map((item) => {
    const positions = byText.get(item.text) ?? [];
    const found = positions.find((at) => isSameItem(item, after[at]));
    if (found !== undefined)
      byText.set(
        item.text,
        positions.filter((at) => at !== found),
      );
    return found;
  });
}

function isSameItem({ kind, time }: ParsedItem, other: ParsedItem | undefined): boolean {
  if (!other) return false;
  return (kind === undefined || kind === other.kind) && (time === undefined || time === other.time);
}

/** Whether two items differ only in text, or only in time. */
function isChanged(item: ParsedItem, other: ParsedItem): boolean {
  if (item.kind !== undefined && item.kind !== other.kind) return false;
  return item.text === other.text || (item.time !== undefined && item.time === other.time);
}

/** The first two items in reverse order; items of the same second may be in any order. */
function diffOrder(
  before: readonly ParsedItem[],
  positions: readonly (number | undefined)[],
): FieldDifference[] {
  let last: PositionedItem | undefined; // of all earlier seconds
  let tie: PositionedItem | undefined; // of this second
  for (const [at, item] of before.entries()) {
    const position = positions[at];
    if (position === undefined) continue;
    if (tie && (item.time === undefined || item.time !== tie.item.time)) {
      last = last && last.position > tie.position ? last : tie;
      tie = undefined;
    }
    if (last && position < last.position) {
      const [first, second] = [formatItem(last.item), formatItem(item)];
      return [{ field: "order", old: `${first}, then ${second}`, new: `${second}, then ${first}` }];
    }
    tie = tie && tie.position > position ? tie : { item, position };
  }
  return [];
}

function parseItem(item: JsonObject): ParsedItem {
  const { description, message, content, text, title, subject } = item;
  const firstText = [description, message, content, text, title, subject].map(textOf).find(Boolean) ?? "";
  return {
    kind: kindOf(textOf(item.type ?? item.kind)),
    time: secondsOf(item.created_at ?? item.createdAt ?? item.occurred_at ?? item.date ?? item.time),
    text: firstText.replaceAll("\r\n", "\n"),
  };
}

/** The type whose name the word contains, such as `externalEvent`. */
function kindOf(word: string): TimelineItemType | undefined {
  return timelineItemTypes.find((kind) => word.toLowerCase().includes(kind));
}

/** Parses a time: text, or seconds or milliseconds since 1970. */
function secondsOf(time: unknown): number | undefined {
  const text = textOf(time);
  if (/^[0-9]{9,11}$/.test(text)) return Number(text);
  if (/^[0-9]{12,14}$/.test(text)) return Math.floor(Number(text) / 1000);
  const hasNoZone = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text);
  const at = Date.parse(hasNoZone ? `${text.replace(" ", "T")}Z` : text);
  return Number.isNaN(at) ? undefined : Math.floor(at / 1000);
}

function formatItem({ kind, time, text }: ParsedItem): string {
  const at = time === undefined ? "" : `${new Date(time * 1000).toISOString().replace(".000", "")} `;
  return `${at}${kind === undefined ? "" : `${kind}: `}${text}`;
}
