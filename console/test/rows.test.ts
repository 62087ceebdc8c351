// Rows of a timeline: days, the title of a ticket over its messages, runs of one kind of event folded into one row, and which are drawn.
import type { TimelineItem } from "@dossier/api";
import { expect, test } from "vitest";
import { placesToDraw, toRows } from "../src/timeline/rows.ts";

const at = (day: number, hour: number) => new Date(2026, 10, day, hour).toISOString();
const common = { description: "", initiatedBy: "" };
const event = (id: number, day: number, eventType = "delivery"): TimelineItem => ({
  ...common,
  id: `event-${id}`,
  type: "event",
  createdAt: at(day, 20 - id),
  eventType,
  sourceUrl: "",
  eventId: null,
});
const message = (id: number, day: number, ticketId: number): TimelineItem => ({
  ...common,
  id: `message-${id}`,
  type: "message",
  createdAt: at(day, 12),
  ticketId,
  status: "open",
  from: "",
  to: "",
  content: "Hello",
});

const kinds = (items: TimelineItem[], unfolded: string[] = []) =>
  toRows(items, new Set(unfolded)).map(({ kind }) => kind);

test("a day has one heading, and the messages of a ticket stand under one title a day", () => {
  const items = [message(1, 9, 75), message(2, 9, 75), message(3, 9, 76), message(4, 8, 76)];
  expect(kinds(items)).toEqual([
    "day",
    "ticket",
    "message",
    "message",
    "ticket",
    "message",
    "day",
    "ticket",
    "message",
  ]);
});

test("four events of one kind on a day are one row, until it is opened; three are three", () => {
  const four = [1, 2, 3, 4].map((id) => event(id, 9));
  expect(kinds(four)).toEqual(["day", "fold"]);
  expect(kinds(four, ["fold-event-1"])).toEqual(["day", "event", "event", "event", "event"]);
  expect(kinds(four.slice(1))).toEqual(["day", "event", "event", "event"]);
  expect(kinds([...four.slice(1), event(5, 9, "order")])).toEqual([
    "day",
    "event",
    "event",
    "event",
    "event",
  ]);
});

test("every row has a key of its own", () => {
  const items = [1, 2, 3, 4, 5]
    .map((id) => event(id, 9))
    .concat([message(1, 8, 75), event(6, 8), message(2, 8, 75)]);
  const keys = toRows(items, new Set()).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
});

test("the items beside those on the screen are drawn, past headings and not beyond the ends", () => {
  // 0 day, 1 ticket, 2 message, 3 message, 4 day, 5 ticket, 6 message
  const rows = toRows([message(1, 9, 75), message(2, 9, 75), message(3, 8, 76)], new Set());
  expect(placesToDraw(rows, 3, 3)).toEqual([2, 3, 4, 5, 6]);
  expect(placesToDraw(rows, 6, 6)).toEqual([3, 4, 5, 6]);
  expect(placesToDraw(rows, 2, 2)).toEqual([0, 1, 2, 3]);
});
