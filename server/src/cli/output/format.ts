/** An answer's envelope for people: a list is a table, an item a record, a result what it has beyond its message. */
import { recordOf, tableOf } from "../show.ts";
import type { Paint } from "../terminal.ts";

/** The lines of data, and what there is to say beside them. */
export interface Shown {
  lines: string[];
  talk: string[];
}

/** Shows an answer. */
export function answerLines(body: Record<string, unknown>, room: number, paint: Paint): Shown {
  if (body.type === "list") return listLines(body, room, paint);
  if (body.type === "item")
    return { lines: recordOf(body.item as Record<string, unknown>, paint, room), talk: [] };
  const { type: _type, message: _message, ...rest } = body;
  return { lines: recordOf(rest, paint), talk: [] };
}

function listLines(body: Record<string, unknown>, room: number, paint: Paint): Shown {
  const items = body.items as Record<string, unknown>[];
  const { lines, hidden } = items.length > 0 ? tableOf(items, room, paint) : { lines: [], hidden: [] };
  const from = Number(body.itemStart);
  const total = `${Number(body.itemTotal).toLocaleString("en")}${body.itemTotalCapped ? " or more" : ""}`;
  const shown =
    items.length === 0
      ? `Nothing here; ${total} in all.`
      : `${from + 1} to ${from + items.length} of ${total}.`;
  const more = body.nextCursor === null ? "" : " --all shows the rest, --item-start another page.";
  const left = hidden.length > 0 ? [`No room for ${hidden.join(", ")}: --json shows everything.`] : [];
  return { lines, talk: [shown + more, ...left] };
}
