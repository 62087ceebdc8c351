/**
 * Tickets as they are read: one, or lists of them. A list walks one index, newest first: by brand, linked or not, and
 * state, or by customer and state; what is not filtered by is enumerated, so that every filter is a range.
 */
import {
  type Api,
  type Decoded,
  notFound,
  type Output,
  type Page,
  type Ticket,
  type TicketStatus,
} from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";
import { type Ask, type Caller, scopeOf } from "../context.ts";
import { listBrandIds } from "../brand/brand.ts";
import { readVerdict } from "../crm/lookup-outcome.ts";
import { findWho } from "../customer/identify.ts";
import { pageOf, type Place, placeOf } from "../pagination.ts";
import { type Filter, searchTickets } from "./search.ts";
import { listSaid } from "../timeline/timeline.ts";

type Row = Omit<Ticket, "created_at" | "last_update" | "closed_at"> & {
  created_at: Date;
  last_update: Date;
  closed_at: Date | null;
};

const ticketsByIds: Statement = {
  name: "tickets_by_ids",
  text: `SELECT t.id, t.brand_id, b.name AS brand_name, c.channel_id, c.name AS channel_name, t.direction,
      t.from_address AS "from", t.from_name, t.to_address AS "to", t.title, t.status, t.priority, t.customer_id,
      t.created_at, t.last_update, t.closed_at
    FROM ticket t JOIN brand b ON b.id = t.brand_id JOIN channel_type c ON c.id = t.type_id
    WHERE t.id = ANY ($1::bigint[]) AND ($2::bigint[] IS NULL OR t.brand_id = ANY ($2))`,
};

/** Tickets as the wire shows them, in the order of the ids. */
async function readTickets(db: Db | Tx, caller: Caller, ids: readonly number[]): Promise<Ticket[]> {
  if (ids.length === 0) return [];
  const rows = await db.rows<Row>(ticketsByIds, [ids, scopeOf(caller)]);
  const byId = new Map(rows.map((row) => [row.id, showTicket(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

function showTicket({ created_at, last_update, closed_at, ...row }: Row): Ticket {
  return {
    ...row,
    created_at: created_at.toISOString(),
    last_update: last_update.toISOString(),
    closed_at: closed_at?.toISOString() ?? null,
  };
}

/** One ticket, and what was said in it where that is asked for. */
export async function findTicket(
  ask: Ask,
  { id, getTicketHistory }: Decoded<Api["ticket"]["find"]>,
): Promise<Output<Api["ticket"]["find"]>> {
  const [item] = await readTickets(ask.db, ask.caller, [id]);
  if (!item) throw notFound("ticket");
  const story = getTicketHistory ? { timeline: await listSaid(ask.db, id) } : {};
  return { type: "item", item: { ...item, ...(await readVerdict(ask.db, id)), ...story } };
}

/** A page of tickets. */
export async function listTickets(ask: Ask, input: Decoded<Api["ticket"]["list"]>): Promise<Page<Ticket>> {
  const place = placeOf(ask, "ticket", input);
  const brandIds = await listBrandIds(ask.db, ask.caller, input.brandId);
  const filter = filterOf(input, brandIds);
  if (filter.customerId !== undefined) {
    const { brand_id } = await findWho(ask.db, ask, { customerId: filter.customerId });
    if (!brandIds.includes(brand_id)) filter.waiting = []; // whose tickets are not of the brand asked for
  }
  if (input.query !== undefined)
    return showFound(ask, place, await searchTickets(ask.db, input.query, filter));
  const [rows, total] = await Promise.all([walk(ask, place, filter, input), count(ask.db, filter, input)]);
  return showPage(ask, place, rows, total);
}

const statuses: readonly TicketStatus[] = ["new", "open", "pending", "solved", "closed"];

function filterOf(input: Decoded<Api["ticket"]["list"]>, brandIds: readonly number[]): Filter {
  return {
    brandIds,
    customerId: input.customerId,
    statuses: input.status ? [input.status] : statuses,
    waiting: input.linked === undefined ? [true, false] : [!input.linked],
  };
}

const newestAnywhere: Statement = {
  name: "ticket_newest_anywhere",
  text: "SELECT id FROM ticket WHERE id < $1 ORDER BY id DESC OFFSET $2 LIMIT $3",
};

const walkOfBrands: Statement = {
  name: "ticket_walk_brands",
  text: `SELECT t.id FROM unnest($1::bigint[]) AS b (id) CROSS JOIN unnest($2::boolean[]) AS w (waiting)
      CROSS JOIN unnest($3::text[]) AS s (status)
      CROSS JOIN LATERAL (SELECT id FROM ticket
        WHERE brand_id = b.id AND (customer_id IS NULL) = w.waiting AND status = s.status AND id < $4
        ORDER BY id DESC LIMIT $5) AS t
    ORDER BY t.id DESC OFFSET $6 LIMIT $7`,
};

const walkOfCustomer: Statement = {
  name: "ticket_walk_customer",
  text: `SELECT t.id FROM unnest($1::text[]) AS s (status)
      CROSS JOIN LATERAL (SELECT id FROM ticket WHERE customer_id = $2 AND status = s.status AND id < $3
        ORDER BY id DESC LIMIT $4) AS t
    ORDER BY t.id DESC OFFSET $5 LIMIT $6`,
};

type Sent = Decoded<Api["ticket"]["list"]>;

function isWhole({ status, linked, customerId }: Sent): boolean {
  return status === undefined && linked === undefined && customerId === undefined;
}

function walk(ask: Ask, place: Place, filter: Filter, sent: Sent): Promise<{ id: number }[]> {
  const skip = place.after ? 0 : place.start;
  const before = place.after?.[0] ?? Number.MAX_SAFE_INTEGER;
  const some = place.limit + 1;
  const { brandIds, customerId, waiting } = filter;
  if (customerId !== undefined)
    return waiting.includes(false)
      ? ask.db.rows(walkOfCustomer, [filter.statuses, customerId, before, skip + some, skip, some])
      : Promise.resolve([]);
  if (ask.caller.brands === null && sent.brandId === undefined && isWhole(sent))
    return ask.db.rows(newestAnywhere, [before, skip, some]);
  const values = [brandIds, waiting, filter.statuses, before, skip + some, skip, some];
  return ask.db.rows(walkOfBrands, values);
}

const mostCounted = 10_000;

const countedWhole: Statement = {
  name: "ticket_total",
  text: "SELECT coalesce(sum(n), 0)::bigint AS n FROM row_count WHERE kind = 'ticket' AND brand_id = ANY ($1::bigint[])",
};

const countedInBrands: Statement = {
  name: "ticket_count_brands",
  text: `SELECT count(*) AS n FROM (SELECT FROM unnest($1::bigint[]) AS b (id)
      CROSS JOIN unnest($2::boolean[]) AS w (waiting) CROSS JOIN unnest($3::text[]) AS s (status)
      CROSS JOIN LATERAL (SELECT FROM ticket
        WHERE brand_id = b.id AND (customer_id IS NULL) = w.waiting AND status = s.status LIMIT 10001) AS t
      LIMIT 10001) AS part`,
};

const countedOfCustomer: Statement = {
  name: "ticket_count_customer",
  text: `SELECT count(*) AS n FROM (SELECT FROM unnest($1::text[]) AS s (status)
      CROSS JOIN LATERAL (SELECT FROM ticket WHERE customer_id = $2 AND status = s.status LIMIT 10001) AS t
      LIMIT 10001) AS part`,
};

/** Exact for whole brands; of a part of them, as far as anybody counts. */
async function count(db: Db, filter: Filter, sent: Sent): Promise<{ count: number; capped?: boolean }> {
  if (isWhole(sent)) {
    const all = await db.row<{ n: number }>(countedWhole, [filter.brandIds]);
    return { count: all?.n ?? 0 };
  }
  const { customerId, waiting } = filter;
  if (customerId !== undefined && !waiting.includes(false)) return { count: 0 };
  const some = await (customerId === undefined
    ? db.row<{ n: number }>(countedInBrands, [filter.brandIds, waiting, filter.statuses])
    : db.row<{ n: number }>(countedOfCustomer, [filter.statuses, customerId]));
  return capped(some?.n ?? 0);
}

function capped(n: number): { count: number; capped: boolean } {
  return { count: Math.min(n, mostCounted), capped: n > mostCounted };
}

/** A page of what a search found: all of it is there already, newest first. */
function showFound(ask: Ask, place: Place, found: readonly number[]): Promise<Page<Ticket>> {
  const before = place.after?.[0] ?? Number.MAX_SAFE_INTEGER;
  const rest = found.slice(0, mostCounted).filter((id) => id < before);
  const skip = place.after ? 0 : place.start;
  const rows = rest.slice(skip, skip + place.limit + 1).map((id) => ({ id }));
  return showPage(ask, place, rows, capped(found.length));
}

async function showPage(
  ask: Ask,
  place: Place,
  rows: { id: number }[],
  total: { count: number; capped?: boolean },
): Promise<Page<Ticket>> {
  const ids = rows.slice(0, place.limit).map((row) => row.id);
  const page = pageOf(
    ask,
    place,
    rows,
    total,
    (row) => [row.id],
    () => undefined,
  );
  return { ...page, items: await readTickets(ask.db, ask.caller, ids) };
}
