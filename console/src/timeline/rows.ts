/**
 * Rows of a timeline: items, newest first, under the days of the reader's zone; the messages of a ticket on one day under
 * its title; four or more events of one type on a day as one row that opens.
 */
import type { TimelineEvent, TimelineItem, TimelineMessage, TimelineNote } from "@dossier/api";
import { dayOf } from "../ui/format.ts";

export type Row =
  | { kind: "day"; key: string; at: string }
  | { kind: "ticket"; key: string; ticketId: number; title: string; status: string; channelName: string }
  | { kind: "event"; key: string; item: TimelineEvent }
  | { kind: "fold"; key: string; events: TimelineEvent[] }
  | { kind: "message"; key: string; item: TimelineMessage | TimelineNote };

const foldedFrom = 4;

/** What a heading needs of a ticket: its title and channel, as far as they have been read. */
function headsOf(items: readonly TimelineItem[]): Map<number, { title: string; channelName: string }> {
  return new Map(
    items.flatMap((item) =>
      item.type === "ticket"
        ? [[item.ticketId, { title: item.title, channelName: item.channelName }] as const]
        : [],
    ),
  );
}

export function toRows(items: readonly TimelineItem[], unfolded: ReadonlySet<string>): Row[] {
  const rows: Row[] = [];
  const heads = headsOf(items);
  let day: number | undefined;
  let ticket: number | undefined;
  for (let place = 0; place < items.length; place += 1) {
    const item = items[place];
    if (!item) break;
    const itemDay = dayOf(item.createdAt);
    if (itemDay !== day) {
      rows.push({ kind: "day", key: `day-${itemDay}`, at: item.createdAt });
      ticket = undefined;
    }
    day = itemDay;
    if (item.type === "event") {
      ticket = undefined;
      const run = runOf(items, place, item, itemDay);
      const key = `fold-${item.id}`;
      if (run.length >= foldedFrom && !unfolded.has(key)) rows.push({ kind: "fold", key, events: run });
      else for (const event of run) rows.push({ kind: "event", key: event.id, item: event });
      place += run.length - 1;
      continue;
    }
    if (item.ticketId !== ticket) {
      rows.push({
        kind: "ticket",
        key: `thread-${item.id}`,
        ticketId: item.ticketId,
        title: heads.get(item.ticketId)?.title ?? "",
        status: item.status,
        channelName: heads.get(item.ticketId)?.channelName ?? item.channelName ?? "",
      });
      ticket = item.ticketId;
    }
    if (item.type !== "ticket") rows.push({ kind: "message", key: item.id, item });
  }
  return rows;
}

/** The events of one type, one after the other on one day, from a place on. */
function runOf(
  items: readonly TimelineItem[],
  from: number,
  first: TimelineEvent,
  day: number,
): TimelineEvent[] {
  const run = [first];
  for (let place = from + 1; place < items.length; place += 1) {
    const item = items[place];
    if (item?.type !== "event" || item.eventType !== first.eventType) break;
    if (dayOf(item.createdAt) !== day) break;
    run.push(item);
  }
  return run;
}

/** The height of the rows before one; undefined if it is not among them. */
export function heightBefore(
  rows: readonly Row[],
  key: string | undefined,
  sizeOf: (row: Row) => number,
): number | undefined {
  let height = 0;
  for (const row of rows) {
    if (row.key === key) return height;
    height += sizeOf(row);
  }
  return undefined;
}

const isHeading = (row: Row | undefined) => row?.kind === "day" || row?.kind === "ticket";

/** The place of the next item, or of the one before; undefined if there is none. */
export function nextItem(rows: readonly Row[], place: number, step: 1 | -1): number | undefined {
  let next = place + step;
  while (isHeading(rows[next])) next += step;
  return rows[next] && next;
}

/** The places from one item above the screen to one below it: the item that the next key goes to is always drawn. */
export function placesToDraw(rows: readonly Row[], start: number, end: number): number[] {
  const first = nextItem(rows, start, -1) ?? 0;
  const last = nextItem(rows, end, 1) ?? rows.length - 1;
  return Array.from({ length: last - first + 1 }, (_, place) => first + place);
}
