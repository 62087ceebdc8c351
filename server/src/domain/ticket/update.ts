/** Changes tickets, and links them to customers. */
import { type Api, type Decoded, invalid, notFound } from "@dossier/api";
import { pipeline, type Statement, type Tx } from "../../db/database.ts";
import { type Call, ConcurrentChangeError, defineCommand, OtherBatch, run } from "../command.ts";
import { brandScope, type RequestContext, wireNameOf } from "../context.ts";
import { findOwners } from "../customer/channels.ts";
import { assertSameCustomer } from "../customer/identify.ts";
import { type LockedCustomer, lockCustomers } from "../customer/row.ts";
import { linkTicket } from "../linking.ts";
import { eventsOf } from "./create.ts";
import { LineCutter } from "./intake.ts";
import { type LockedTicket, lockTickets, updateTickets } from "./row.ts";
import { updateTicketTerms } from "./search.ts";

type Input = Decoded<Api["ticket"]["update"]> & { cut?: { truncated?: string[] } };

const selectBrands: Statement = {
  name: "ticket_select_brands",
  text: `SELECT id, brand_id FROM ticket WHERE id = ANY ($1::bigint[]) AND ($2::bigint[] IS NULL OR brand_id = ANY ($2))`,
};

/** The tickets that calls name and the customers they are to belong to, all of the first one's brand. */
interface Facts {
  brandId: number;
  brands: ReadonlyMap<number, number>;
  tickets: ReadonlyMap<number, LockedTicket>;
  customers: ReadonlyMap<number, LockedCustomer>;
  byPrimaryId: ReadonlyMap<string, number>;
}

interface Plan {
  ticket: LockedTicket;
  /** title, status and priority afterwards */
  now: Pick<LockedTicket, "id" | "title" | "status" | "priority">;
  /** those of them that differ */
  fields: readonly string[];
  /** the customer it is to belong to: none (null), or as it is (undefined) */
  customerId: number | null | undefined;
}

const update = defineCommand({
  name: "ticket.update",
  batchKey: ({ ctx }) => brandScope(ctx.caller)?.join() ?? "all",
  read: readFacts,
  plan: planCall,
  claims: ({ ticket }) => [`ticket ${ticket.id}`],
  apply: applyPlans,
  respond: ({ input: { cut } }, { ticket, fields, customerId, isLinked }) => ({
    type: "result" as const,
    message: fields.length > 0 ? "Ticket updated." : "Nothing to change.",
    id: ticket.id,
    ticketID: ticket.id,
    customer_id: customerId === undefined ? ticket.customer_id : customerId,
    outcome: fields.length > 0 ? ("updated" as const) : ("unchanged" as const),
    ...cut,
    audit: { brandId: ticket.brand_id, fields },
    events: isLinked ? eventsOf(ticket.brand_id, { id: ticket.id, customer_id: customerId ?? null }) : [],
  }),
});

/** Changes a ticket, or links it. */
export function updateTicket(ctx: RequestContext, input: Decoded<Api["ticket"]["update"]>) {
  if (input.title === undefined) return run(update, ctx, input);
  const cutter = new LineCutter(ctx);
  const title = cutter.fit("title", input.title);
  return run(update, ctx, { ...input, title, cut: cutter.truncated });
}

/** Locks customers, then tickets, as every transaction does. */
async function readFacts(tx: Tx, calls: readonly Call<Input>[]): Promise<Facts> {
  const caller = calls[0]?.ctx.caller;
  const ids = calls.map(({ input }) => input.id);
  const rows = await tx.rows<{ id: number; brand_id: number }>(selectBrands, [
    ids,
    caller ? brandScope(caller) : [],
  ]);
  const brandId = rows[0]?.brand_id ?? 0;
  const own = calls.filter(({ input }) =>
    rows.some(({ id, brand_id }) => id === input.id && brand_id === brandId),
  );
  const primaryIds = own.flatMap(({ input: { customerId, primaryId } }) =>
    customerId === undefined && primaryId !== undefined ? [primaryId] : [],
  );
  const { byPrimaryId } = await findOwners(tx, brandId, { primaryIds });
  const customerIds = own.flatMap(({ input }) => input.customerId ?? []);
  const ticketIds = own.map(({ input }) => input.id);
  const [customers, tickets] = await pipeline(
    () => lockCustomers(tx, brandId, [...customerIds, ...byPrimaryId.values()]),
    () => lockTickets(tx, caller, ticketIds),
  );
  return {
    brandId,
    brands: new Map(rows.map((row) => [row.id, row.brand_id])),
    tickets,
    customers,
    byPrimaryId,
  };
}

function planCall({ ctx, input }: Call<Input>, facts: Facts): Plan {
  const brandId = facts.brands.get(input.id);
  if (brandId === undefined) throw notFound("ticket");
  if (brandId !== facts.brandId) throw new OtherBatch();
  const customerId = customerOf(ctx, input, facts);
  const ticket = facts.tickets.get(input.id);
  if (!ticket) throw notFound("ticket");
  const { title = ticket.title, status = ticket.status, priority = ticket.priority } = input;
  const now = { id: ticket.id, title, status, priority };
  const names = ["title", "status", "priority"] as const;
  return { ticket, now, customerId, fields: names.filter((name) => now[name] !== ticket[name]) };
}

/** The customer the ticket is to belong to: one of its brand, none (null), or the one it has (undefined). */
function customerOf(
  ctx: RequestContext,
  { customerId, primaryId }: Input,
  { customers, byPrimaryId }: Facts,
): number | null | undefined {
  if (customerId === null && primaryId !== undefined)
    throw invalid([
      { field: wireNameOf(ctx, "customerId"), message: "unlinks; leave out the primary id with it" },
    ]);
  if (customerId === null || (customerId === undefined && primaryId === undefined)) return customerId;
  const id = customerId ?? byPrimaryId.get(primaryId ?? "");
  const customer = id === undefined ? undefined : customers.get(id);
  if (!customer)
    throw customerId === undefined && id !== undefined ? new ConcurrentChangeError() : notFound("customer");
  if (customerId !== undefined) assertSameCustomer(customer, { primaryId });
  else if (customer.primary_id !== primaryId) throw new ConcurrentChangeError();
  return customer.id;
}

async function applyPlans(tx: Tx, planned: readonly { plan: Plan }[]) {
  const plans = planned.map(({ plan }) => plan);
  await updateTickets(
    tx,
    plans.filter(({ fields }) => fields.length > 0).map(({ now }) => now),
  );
  const results = [];
  for (const { ticket, now, fields, customerId } of plans) {
    const { id, brand_id: brandId } = ticket;
    if (fields.includes("title")) await updateTicketTerms(tx, { id, brandId, title: now.title });
    const isLinked = customerId !== undefined && (await linkTicket(tx, { id, brandId }, customerId));
    results.push({ ticket, customerId, isLinked, fields: isLinked ? [...fields, "customer_id"] : fields });
  }
  return results;
}
