/**
 * Reading tickets: one, or lists of them. A list scans one index, newest first: by brand, linked or not, and state, or
 * by customer and state; a filter that is not set lists all its values, so that every filter is a range.
 */
import {
  type Api,
  type Decoded,
  notFound,
  type Output,
  type RawPage as Page,
  type RawTicket as Ticket,
  ticketStatuses,
} from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";
import { type RequestContext, type Caller, brandScope } from "../context.ts";
import { listBrandIds } from "../brand/brand.ts";
import { readOutcome } from "../crm/lookup-outcome.ts";
import { findByRef } from "../customer/identify.ts";
import {
  capCount,
  chunkBySize,
  type PagePosition,
  parsePage,
  readChunks,
  type Streamed,
} from "../pagination.ts";
import { type IdPage, idPage, listSorted } from "./filter.ts";
import { type TicketFilter, searchTickets } from "./search.ts";
import { listTicketMessages } from "../timeline/timeline.ts";

type TicketRow = Omit<Ticket, "created_at" | "last_update" | "closed_at"> & {
  created_at: Date;
  last_update: Date;
  closed_at: Date | null;
};

// Of many notes behind the last message not all are read: the index of a ticket's entries has both.
const lastMessageBy = `(SELECT CASE m.direction WHEN 'inbound' THEN 'customer' ELSE 'agent' END
      FROM (SELECT type, direction, created_at, id FROM message
        WHERE ticket_id = t.id ORDER BY created_at DESC, id DESC LIMIT 100) AS m
      WHERE m.type = 'message' ORDER BY m.created_at DESC, m.id DESC LIMIT 1)`;

const ticketsByIds: Statement = {
  name: "tickets_by_ids",
  text: `SELECT t.id, t.brand_id, b.name AS brand_name, c.number AS channel_id, c.name AS channel_name, t.direction,
      t.from_address AS "from", t.from_name, t.to_address AS "to", t.title, t.status, t.priority, t.customer_id,
      t.created_at, t.last_update, t.closed_at, ${lastMessageBy} AS last_message_by,
      t.crm_candidates AS crm_candidate_count
    FROM ticket t JOIN brand b ON b.id = t.brand_id JOIN channel_type c ON c.id = t.channel_type_id
    WHERE t.id = ANY ($1::bigint[]) AND ($2::bigint[] IS NULL OR t.brand_id = ANY ($2))`,
};

/** Tickets as the wire shows them, in the order of the ids. */
async function readTickets(db: Db | Tx, caller: Caller, ids: readonly number[]): Promise<Ticket[]> {
  if (ids.length === 0) return [];
  const rows = await db.rows<TicketRow>(ticketsByIds, [ids, brandScope(caller)]);
  const byId = new Map(rows.map((row) => [row.id, toWireTicket(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

function toWireTicket({ created_at, last_update, closed_at, ...row }: TicketRow): Ticket {
  return {
    ...row,
    created_at: created_at.toISOString(),
    last_update: last_update.toISOString(),
    closed_at: closed_at?.toISOString() ?? null,
  };
}

/** One ticket, with its messages if requested. */
export async function findTicket(
  ctx: RequestContext,
  { id, getTicketHistory }: Decoded<Api["ticket"]["find"]>,
): Promise<Output<Api["ticket"]["find"]> & Streamed<object>> {
  const [item] = await readTickets(ctx.db, ctx.caller, [id]);
  if (!item) throw notFound("ticket");
  const outcome = await readOutcome(ctx.db, id);
  if (!getTicketHistory) return { type: "item", item: { ...item, ...outcome } };
  const { items, ...rest } = await listTicketMessages(ctx, id);
  return { type: "item", item: { ...item, ...outcome, timeline: items }, ...rest };
}

/** Up to 9,999 tickets: their ids are read at once, each ticket when its chunk's turn to be sent comes. */
type TicketPage = Page<Ticket> & Streamed<Ticket>;

export async function listTickets(
  ctx: RequestContext,
  input: Decoded<Api["ticket"]["list"]>,
): Promise<TicketPage> {
  const sorted = listSorted(ctx, input);
  if (sorted) return ticketPage(ctx, await sorted);
  const place = parsePage(ctx, "ticket", input);
  const brandIds = await listBrandIds(ctx, input.brandId);
  const filter = filterOf(input, brandIds);
  if (filter.customerId !== undefined) {
    const { brand_id } = await findByRef(ctx.db, ctx, { customerId: filter.customerId });
    if (!brandIds.includes(brand_id)) filter.unlinked = []; // the customer's tickets are not of the brand requested
  }
  if (input.query !== undefined)
    return ticketPage(ctx, searchPage(ctx, place, await searchTickets(ctx.db, input.query, filter)));
  const [rows, total] = await Promise.all([
    listTicketIds(ctx, place, filter, input),
    countTickets(ctx.db, filter, input),
  ]);
  return ticketPage(
    ctx,
    idPage(ctx, place, rows, total, (row) => [row.id]),
  );
}

function filterOf(input: Decoded<Api["ticket"]["list"]>, brandIds: readonly number[]): TicketFilter {
  return {
    brandIds,
    customerId: input.customerId,
    statuses: input.status?.length ? input.status : ticketStatuses,
    unlinked: input.linked === undefined ? [true, false] : [!input.linked],
  };
}

const listRecent: Statement = {
  name: "ticket_newest_anywhere",
  text: "SELECT id FROM ticket WHERE id < $1 ORDER BY id DESC OFFSET $2 LIMIT $3",
};

const listOfBrands: Statement = {
  name: "ticket_list_brands",
  text: `SELECT t.id FROM unnest($1::bigint[]) AS b (id) CROSS JOIN unnest($2::boolean[]) AS w (waiting)
      CROSS JOIN unnest($3::text[]) AS s (status)
      CROSS JOIN LATERAL (SELECT id FROM ticket
        WHERE brand_id = b.id AND (customer_id IS NULL) = w.waiting AND status = s.status AND id < $4
        ORDER BY id DESC LIMIT $5) AS t
    ORDER BY t.id DESC OFFSET $6 LIMIT $7`,
};

const listOfCustomer: Statement = {
  name: "ticket_list_customer",
  text: `SELECT t.id FROM unnest($1::text[]) AS s (status)
      CROSS JOIN LATERAL (SELECT id FROM ticket WHERE customer_id = $2 AND status = s.status AND id < $3
        ORDER BY id DESC LIMIT $4) AS t
    ORDER BY t.id DESC OFFSET $5 LIMIT $6`,
};

type ListInput = Decoded<Api["ticket"]["list"]>;

function isUnfiltered({ status = [], linked, customerId }: ListInput): boolean {
  return status.length === 0 && linked === undefined && customerId === undefined;
}

function listTicketIds(
  ctx: RequestContext,
  place: PagePosition,
  filter: TicketFilter,
  input: ListInput,
): Promise<{ id: number }[]> {
  const skip = place.after ? 0 : place.start;
  const before = place.after?.[0] ?? Number.MAX_SAFE_INTEGER;
  const some = place.limit + 1;
  const { brandIds, customerId, unlinked } = filter;
  if (customerId !== undefined)
    return unlinked.includes(false)
      ? ctx.db.rows(listOfCustomer, [filter.statuses, customerId, before, skip + some, skip, some])
      : Promise.resolve([]);
  if (ctx.caller.brands === null && input.brandId === undefined && isUnfiltered(input))
    return ctx.db.rows(listRecent, [before, skip, some]);
  const values = [brandIds, unlinked, filter.statuses, before, skip + some, skip, some];
  return ctx.db.rows(listOfBrands, values);
}

const countUnfiltered: Statement = {
  name: "ticket_total",
  text: "SELECT coalesce(sum(count), 0)::bigint AS n FROM row_count WHERE table_name = 'ticket' AND brand_id = ANY ($1::bigint[])",
};

const countOfBrands: Statement = {
  name: "ticket_count_brands",
  text: `SELECT count(*) AS n FROM (SELECT FROM unnest($1::bigint[]) AS b (id)
      CROSS JOIN unnest($2::boolean[]) AS w (waiting) CROSS JOIN unnest($3::text[]) AS s (status)
      CROSS JOIN LATERAL (SELECT FROM ticket
        WHERE brand_id = b.id AND (customer_id IS NULL) = w.waiting AND status = s.status LIMIT 10001) AS t
      LIMIT 10001) AS part`,
};

const countOfCustomer: Statement = {
  name: "ticket_count_customer",
  text: `SELECT count(*) AS n FROM (SELECT FROM unnest($1::text[]) AS s (status)
      CROSS JOIN LATERAL (SELECT FROM ticket WHERE customer_id = $2 AND status = s.status LIMIT 10001) AS t
      LIMIT 10001) AS part`,
};

/** Exact for whole brands; a part is counted up to the limit of all totals. */
async function countTickets(
  db: Db,
  filter: TicketFilter,
  input: ListInput,
): Promise<{ count: number; capped?: boolean }> {
  if (isUnfiltered(input)) {
    const all = await db.row<{ n: number }>(countUnfiltered, [filter.brandIds]);
    return { count: all?.n ?? 0 };
  }
  const { customerId, unlinked } = filter;
  if (customerId !== undefined && !unlinked.includes(false)) return { count: 0 };
  const some = await (customerId === undefined
    ? db.row<{ n: number }>(countOfBrands, [filter.brandIds, unlinked, filter.statuses])
    : db.row<{ n: number }>(countOfCustomer, [filter.statuses, customerId]));
  return capCount(some?.n ?? 0);
}

/** A page of a search's result: all ids are there already, newest first. */
function searchPage(ctx: RequestContext, place: PagePosition, found: readonly number[]): IdPage {
  const total = capCount(found.length);
  const before = place.after?.[0] ?? Number.MAX_SAFE_INTEGER;
  const rest = found.slice(0, total.count).filter((id) => id < before);
  const skip = place.after ? 0 : place.start;
  const rows = rest.slice(skip, skip + place.limit + 1).map((id) => ({ id }));
  return idPage(ctx, place, rows, total, (row) => [row.id]);
}

async function ticketPage(ctx: RequestContext, { items: ids, ...page }: IdPage): Promise<TicketPage> {
  const read = (some: readonly number[]) => readTickets(ctx.db, ctx.caller, some);
  const [first = [], ...others] = chunkBySize(ids);
  const items = await read(first);
  return { ...page, items, ...(others.length > 0 && { rest: readChunks(ctx, others, read) }) };
}
