/**
 * Timeline of a customer: events, and on request the tickets and their messages, newest first in one order. Each type
 * is an index scan under a limit, so a page costs the same however long the timeline is; the database's triggers
 * maintain the number of items.
 */
import { type Api, type Decoded, type TimelineItemType, timelineItemTypes, type Output } from "@dossier/api";
import type { Db, Statement } from "../../db/database.ts";
import type { RequestContext, Caller } from "../context.ts";
import { findByRef } from "../customer/identify.ts";
import { countPart, mayReadNotes, type TimelinePart } from "./counts.ts";
import {
  type Streamed,
  toPage,
  type PagePosition,
  parsePage,
  maxChunkBytes,
  chunkBySize,
  readChunks,
} from "../pagination.ts";

type Item = Output<Api["customer"]["listTimeline"]>["items"][number];

/** A row of any type, as it is read. */
interface TimelineRow {
  kind: TimelineItemType;
  id: number;
  at: Date;
  /** the microseconds of its time beyond those of `at`, 0 to 999 */
  micros: number;
  bytes: number;
  /** null: too large for the page's statement; read when its turn to be sent comes */
  text: string | null;
  initiated_by: string;
  event_type: string | null;
  source_url: string | null;
  source_ref: string | null;
  event_id: string | null;
  ticket_id: number | null;
  status: string | null;
  channel_id: number | null;
  channel_name: string | null;
  direction: "inbound" | "outbound" | null;
  from: string | null;
  to: string | null;
}

/** Items of one instant are ordered by id, then by type: $2 time, $3 id, $4 position of the type among types; $8 the first time. */
const beforePosition = (kind: TimelineItemType, at: string, id: string) =>
  `(${at}, ${id}) < ($2, $3::bigint + CASE WHEN ${timelineItemTypes.indexOf(kind)} < $4::int THEN 1 ELSE 0 END) AND ${at} >= $8`;

// Columns that the types do not share are NULL in the others. Tickets and channel types are looked up for the page
// only, not for every candidate of every type.
const selectEvents = (
  more: string,
) => `SELECT 'event' AS kind, id, occurred_at AS at, message AS text, initiated_by,
      type AS event_type, source_url, source_ref, event_id, NULL::bigint AS ticket_id, NULL::bigint AS channel_type_id,
      NULL::text AS direction, NULL::text AS "from", NULL::text AS "to"
    FROM event WHERE customer_id = $1${more} AND ${beforePosition("event", "occurred_at", "id")}
    ORDER BY occurred_at DESC, id DESC LIMIT $5`;

const selectTickets = `SELECT 'ticket' AS kind, id, created_at AS at, title AS text,
      CASE WHEN from_name <> '' THEN from_name ELSE from_address END AS initiated_by,
      NULL::text AS event_type, NULL::text AS source_url, NULL::text AS source_ref, NULL::text AS event_id, id AS ticket_id, channel_type_id, direction,
      from_address AS "from", to_address AS "to"
    FROM ticket WHERE customer_id = $1 AND ${beforePosition("ticket", "created_at", "id")}
    ORDER BY created_at DESC, id DESC LIMIT $5`;

const selectMessages = `SELECT type AS kind, id, created_at AS at, content AS text,
      CASE WHEN author <> '' THEN author ELSE from_address END AS initiated_by,
      NULL::text AS event_type, NULL::text AS source_url, NULL::text AS source_ref, NULL::text AS event_id, ticket_id, channel_type_id, direction,
      from_address AS "from", to_address AS "to" FROM message`;

const selectMessagesOfCustomer = (kind: "message" | "note") => `${selectMessages}
    WHERE customer_id = $1 AND type = '${kind}' AND ${beforePosition(kind, "created_at", "id")}
    ORDER BY created_at DESC, id DESC LIMIT $5`;

const sources: Record<TimelineItemType, string> = {
  event: selectEvents(""),
  ticket: selectTickets,
  message: selectMessagesOfCustomer("message"),
  note: selectMessagesOfCustomer("note"),
};

const kinds = `ARRAY['${timelineItemTypes.join("', '")}']`;
const order = (of: string) => `${of}.at DESC, ${of}.id DESC, array_position(${kinds}, ${of}.kind) DESC`;

// Texts are included as far as they make one chunk: the length of a long text is known without reading it.
const selectWithText = (
  items: string,
) => `SELECT i.kind, i.id, i.at, (extract(microseconds FROM i.at)::bigint % 1000)::int AS micros,
      i.initiated_by, i.event_type, i.source_url, i.source_ref, i.event_id,
      i.ticket_id, i.direction, i."from", i."to", octet_length(i.text) AS bytes,
      CASE WHEN sum(octet_length(i.text)) OVER (ORDER BY ${order("i")} ROWS UNBOUNDED PRECEDING) <= ${maxChunkBytes}
        THEN i.text END AS text,
      t.status, c.number AS channel_id, c.name AS channel_name
    FROM (${items}) AS i LEFT JOIN ticket t ON t.id = i.ticket_id LEFT JOIN channel_type c ON c.id = i.channel_type_id
    ORDER BY ${order("i")}`;

function pageStatement(name: string, parts: readonly string[]): Statement {
  const all = parts.map((part) => `(${part})`).join(" UNION ALL ");
  const page = `SELECT * FROM (${all}) AS candidates ORDER BY ${order("candidates")} OFFSET $6 LIMIT $7`;
  return { name: `timeline_${name}`, text: selectWithText(page) };
}

const pages = {
  all: pageStatement("all", Object.values(sources)),
  open: pageStatement("open", [sources.event, sources.ticket, sources.message]),
  type: pageStatement("type", [selectEvents(" AND type = $9")]),
  event: pageStatement("event", [sources.event]),
  ticket: pageStatement("ticket", [sources.ticket]),
  message: pageStatement("message", [sources.message]),
  note: pageStatement("note", [sources.note]),
};

/** What a request selects: the statement, and what is counted for it. */
interface Selection extends TimelinePart {
  page: Statement;
}

/** Returns what a request selects; undefined if the key may not read it. */
function selectionFor(
  caller: Caller,
  { type, getTicketHistory, since, until }: Decoded<Api["customer"]["listTimeline"]>,
): Selection | undefined {
  const kind = timelineItemTypes.find((one) => one === type);
  if (kind === "note" && !mayReadNotes(caller)) return undefined;
  const period = { since, until };
  if (type !== undefined && !kind) return { page: pages.type, kinds: ["event"], eventType: type, ...period };
  if (kind) return { page: pages[kind], kinds: [kind], ...period };
  if (!getTicketHistory) return { page: pages.event, kinds: ["event"], ...period };
  return mayReadNotes(caller)
    ? { page: pages.all, kinds: timelineItemTypes, ...period }
    : { page: pages.open, kinds: ["event", "ticket", "message"], ...period };
}

/** Operation 13. */
export async function listTimeline(
  ctx: RequestContext,
  input: Decoded<Api["customer"]["listTimeline"]>,
): Promise<Output<Api["customer"]["listTimeline"]> & Streamed<Item>> {
  const place = parsePage(ctx, "customer.listTimeline", input);
  const customer = await findByRef(ctx.db, ctx, input);
  const chosen = selectionFor(ctx.caller, input);
  if (!chosen) return toPage(ctx, place, [], { count: 0 }, keysOf, toWireItem);
  const [rows, counts] = await Promise.all([
    readPage(ctx.db, customer.id, place, chosen),
    countPart(ctx.db, customer.id, chosen),
  ]);
  const page = toPage(ctx, place, rows, counts, keysOf, (row) => row);
  const { items, ...rest } = await toWireItems(ctx, page.items);
  return { ...page, items, ...rest };
}

/** The items before a time are those behind an item of that time that has no id. */
function readPage(
  db: Db,
  customerId: number,
  { after, start, limit }: PagePosition,
  { page, eventType, since, until }: Selection,
): Promise<TimelineRow[]> {
  const [at, micros = 0, id = 0, kind = 0] = after ?? [];
  const skip = after ? 0 : start;
  const from = [at === undefined ? (until ?? "infinity") : toMicroseconds(new Date(at), micros), id, kind];
  const values = [customerId, ...from, skip + limit + 1, skip, limit + 1, since ?? "-infinity"];
  return db.rows<TimelineRow>(page, eventType === undefined ? values : [...values, eventType]);
}

/** A time with its microseconds: a cursor that cut them off would repeat or skip items. */
function toMicroseconds(at: Date, micros: number): string {
  return at.toISOString().replace("Z", `${String(micros).padStart(3, "0")}Z`);
}

function keysOf(row: TimelineRow): number[] {
  return [row.at.getTime(), row.micros, row.id, timelineItemTypes.indexOf(row.kind)];
}

/** An item as the wire shows it, without the fields that its type does not have. */
function toWireItem(row: TimelineRow): Item {
  const text = row.text ?? "";
  const shown = {
    id: `${row.kind}-${row.id}`,
    type: row.kind,
    created_at: row.at.toISOString(),
    description: text,
    initiated_by: row.initiated_by,
  };
  if (row.kind === "event")
    return {
      ...shown,
      event_type: row.event_type ?? "",
      source_url: row.source_url ?? "",
      ...(row.source_ref ? { source_ref: row.source_ref } : {}),
      event_id: row.event_id,
    };
  return {
    ...shown,
    ticket_id: row.ticket_id ?? 0,
    status: row.status ?? "",
    ...(row.channel_id === null ? {} : { channel_id: row.channel_id, channel_name: row.channel_name ?? "" }),
    ...(row.direction === null ? {} : { direction: row.direction }),
    from: row.from ?? "",
    to: row.to ?? "",
    ...(row.kind === "ticket" ? { title: text } : { content: text }),
  };
}

const selectTexts: Statement = {
  name: "timeline_select_texts",
  text: `SELECT 'event' AS kind, id, message AS text FROM event WHERE id = ANY ($1::bigint[])
    UNION ALL SELECT 'ticket', id, title FROM ticket WHERE id = ANY ($2::bigint[])
    UNION ALL SELECT type, id, content FROM message WHERE id = ANY ($3::bigint[])`,
};

type TimelineText = Pick<TimelineRow, "kind" | "id" | "text">;

/** The items of a chunk, without those erased since the page was read. */
async function readItems(db: Db, rows: readonly TimelineRow[]): Promise<Item[]> {
  const missing = rows.filter(({ text }) => text === null);
  if (missing.length === 0) return rows.map(toWireItem);
  const idsOf = (...of: TimelineItemType[]) =>
    missing.filter(({ kind }) => of.includes(kind)).map(({ id }) => id);
  const found = await db.rows<TimelineText>(selectTexts, [
    idsOf("event"),
    idsOf("ticket"),
    idsOf("message", "note"),
  ]);
  const texts = new Map(found.map(({ kind, id, text }) => [`${kind}-${id}`, text]));
  return rows.flatMap((row) => {
    const text = row.text ?? texts.get(`${row.kind}-${row.id}`);
    return text === undefined ? [] : [toWireItem({ ...row, text })];
  });
}

/** Items as the wire shows them: those of the first chunk, and how the others are read. */
async function toWireItems(
  ctx: RequestContext,
  rows: readonly TimelineRow[],
): Promise<{ items: Item[] } & Streamed<Item>> {
  const [first = [], ...others] = chunkBySize(rows, ({ bytes }) => bytes);
  const read = (some: readonly TimelineRow[]) => readItems(ctx.db, some);
  const items = await read(first);
  return { items, ...(others.length > 0 && { rest: readChunks(ctx, others, read) }) };
}

const selectMessagesOfTicket: Statement = {
  name: "timeline_select_ticket_messages",
  text: selectWithText(`${selectMessages} WHERE ticket_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1000`),
};

/** The messages of a ticket, newest first. */
export async function listTicketMessages(
  ctx: RequestContext,
  ticketId: number,
): Promise<{ items: Item[] } & Streamed<Item>> {
  return toWireItems(ctx, await ctx.db.rows<TimelineRow>(selectMessagesOfTicket, [ticketId]));
}
