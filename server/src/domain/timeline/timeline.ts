/**
 * A customer's timeline: events, and on demand the tickets and what was said in them, newest first in one order. Each
 * kind is a walk of an index under a limit, so a page costs the same however long the timeline is; how many items
 * there are is kept by the database's triggers.
 */
import { type Api, type Decoded, type ItemKind, itemKinds, type Output } from "@dossier/api";
import type { Db, Statement } from "../../db/database.ts";
import type { Ask } from "../context.ts";
import { findWho } from "../customer/identify.ts";
import { pageOf, type Place, placeOf } from "../pagination.ts";

type Item = Output<Api["customer"]["listTimeline"]>["items"][number];

/** A row of any kind, as it is read. */
interface Row {
  kind: ItemKind;
  id: number;
  at: Date;
  text: string;
  initiated_by: string;
  event_type: string | null;
  source_url: string | null;
  event_id: string | null;
  ticket_id: number | null;
  status: string | null;
  channel_id: number | null;
  channel_name: string | null;
  direction: "inbound" | "outbound" | null;
  from: string | null;
  to: string | null;
}

/** Items of one instant are ordered by number, then by kind: $2 time, $3 number, $4 place of the kind among kinds. */
const before = (kind: ItemKind, at: string, id: string) =>
  `(${at}, ${id}) < ($2, $3::bigint + CASE WHEN ${itemKinds.indexOf(kind)} < $4::int THEN 1 ELSE 0 END)`;

// What the kinds do not have in common is NULL in the others. Tickets and channel types are looked up for the page
// only, not for every candidate of every kind.
const eventsOf = (
  more: string,
) => `SELECT 'event' AS kind, id, occurred_at AS at, message AS text, initiated_by,
      type AS event_type, source_url, event_id, NULL::bigint AS ticket_id, NULL::bigint AS type_id,
      NULL::text AS direction, NULL::text AS "from", NULL::text AS "to"
    FROM event WHERE customer_id = $1${more} AND ${before("event", "occurred_at", "id")}
    ORDER BY occurred_at DESC, id DESC LIMIT $5`;

const ticketsOf = `SELECT 'ticket' AS kind, id, created_at AS at, title AS text,
      CASE WHEN from_name <> '' THEN from_name ELSE from_address END AS initiated_by,
      NULL::text AS event_type, NULL::text AS source_url, NULL::text AS event_id, id AS ticket_id, type_id, direction,
      from_address AS "from", to_address AS "to"
    FROM ticket WHERE customer_id = $1 AND ${before("ticket", "created_at", "id")}
    ORDER BY created_at DESC, id DESC LIMIT $5`;

const said = `SELECT kind, id, created_at AS at, content AS text,
      CASE WHEN author <> '' THEN author ELSE from_address END AS initiated_by,
      NULL::text AS event_type, NULL::text AS source_url, NULL::text AS event_id, ticket_id, type_id, direction,
      from_address AS "from", to_address AS "to" FROM message`;

const saidTo = (kind: "message" | "note") => `${said}
    WHERE customer_id = $1 AND kind = '${kind}' AND ${before(kind, "created_at", "id")}
    ORDER BY created_at DESC, id DESC LIMIT $5`;

const branches: Record<ItemKind, string> = {
  event: eventsOf(""),
  ticket: ticketsOf,
  message: saidTo("message"),
  note: saidTo("note"),
};

const kinds = `ARRAY['${itemKinds.join("', '")}']`;
const order = (of: string) => `${of}.at DESC, ${of}.id DESC, array_position(${kinds}, ${of}.kind) DESC`;

const shown = (items: string) => `SELECT i.*, t.status, c.channel_id, c.name AS channel_name
    FROM (${items}) AS i LEFT JOIN ticket t ON t.id = i.ticket_id LEFT JOIN channel_type c ON c.id = i.type_id
    ORDER BY ${order("i")}`;

function pageStatement(name: string, parts: readonly string[]): Statement {
  const all = parts.map((part) => `(${part})`).join(" UNION ALL ");
  const page = `SELECT * FROM (${all}) AS candidates ORDER BY ${order("candidates")} OFFSET $6 LIMIT $7`;
  return { name: `timeline_${name}`, text: shown(page) };
}

const pages = {
  all: pageStatement("all", Object.values(branches)),
  type: pageStatement("type", [eventsOf(" AND type = $8")]),
  event: pageStatement("event", [branches.event]),
  ticket: pageStatement("ticket", [branches.ticket]),
  message: pageStatement("message", [branches.message]),
  note: pageStatement("note", [branches.note]),
};

// A timeline has a few kinds of events; whoever made thousands of them has more than are counted.
const total: Statement = {
  name: "timeline_total",
  text: `SELECT coalesce(sum(n), 0)::bigint AS n FROM (
      SELECT n FROM timeline_count WHERE customer_id = $1 AND (
        kind = ANY ($2::text[]) OR ($3 AND kind >= 'event/' AND kind < 'event0')) LIMIT 10001) AS part`,
};

const mostCounted = 10_000;

/** Which items a request asks for: the statement, and what is counted for it. */
function selection({ type, getTicketHistory }: Decoded<Api["customer"]["listTimeline"]>) {
  const kind = itemKinds.find((one) => one === type);
  if (type !== undefined && !kind) return { page: pages.type, kinds: [`event/${type}`], events: false, type };
  if (kind) return { page: pages[kind], kinds: kind === "event" ? [] : [kind], events: kind === "event" };
  if (getTicketHistory) return { page: pages.all, kinds: ["ticket", "message", "note"], events: true };
  return { page: pages.event, kinds: [], events: true };
}

/** Operation 13. */
export async function listTimeline(
  ask: Ask,
  input: Decoded<Api["customer"]["listTimeline"]>,
): Promise<Output<Api["customer"]["listTimeline"]>> {
  const place = placeOf(ask, "customer.listTimeline", input);
  const customer = await findWho(ask.db, ask, input);
  const chosen = selection(input);
  const [rows, found] = await Promise.all([
    readPage(ask.db, customer.id, place, chosen),
    ask.db.row<{ n: number }>(total, [customer.id, chosen.kinds, chosen.events]),
  ]);
  const count = found?.n ?? 0;
  const counts = { count: Math.min(count, mostCounted), capped: count > mostCounted };
  return pageOf(ask, place, rows, counts, keysOf, showItem);
}

function readPage(
  db: Db,
  customerId: number,
  { after, start, limit }: Place,
  { page, type }: { page: Statement; type?: string },
): Promise<Row[]> {
  const [at, id = 0, kind = 0] = after ?? [];
  const skip = after ? 0 : start;
  const from = [at === undefined ? "infinity" : new Date(at), id, kind];
  const values = [customerId, ...from, skip + limit + 1, skip, limit + 1];
  return db.rows<Row>(page, type === undefined ? values : [...values, type]);
}

function keysOf(row: Row): number[] {
  return [row.at.getTime(), row.id, itemKinds.indexOf(row.kind)];
}

/** An item as the wire shows it: what its kind does not have is not there. */
function showItem(row: Row): Item {
  const shown = {
    id: `${row.kind}-${row.id}`,
    type: row.kind,
    created_at: row.at.toISOString(),
    description: row.text,
    initiated_by: row.initiated_by,
  };
  if (row.kind === "event")
    return {
      ...shown,
      event_type: row.event_type ?? "",
      source_url: row.source_url ?? "",
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
    ...(row.kind === "ticket" ? { title: row.text } : { content: row.text }),
  };
}

const saidIn: Statement = {
  name: "timeline_of_ticket",
  text: shown(`${said} WHERE ticket_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1000`),
};

/** What was said in a ticket, newest first. */
export async function listSaid(db: Db, ticketId: number): Promise<Item[]> {
  return (await db.rows<Row>(saidIn, [ticketId])).map(showItem);
}
