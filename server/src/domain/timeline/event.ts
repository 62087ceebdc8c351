/** Operation 14: adds events. An event with the caller's own id for it is added once, however often it is sent. */
import { type Api, type Decoded, parseWebUrl } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import { recognisedAddresses } from "../address.ts";
import { type Call, ConcurrentChangeError, defineCommand, run } from "../command.ts";
import { brandScope, type RequestContext } from "../context.ts";
import { type CustomerIdentity, findManyByRef, type RefResult } from "../customer/identify.ts";

type Input = Decoded<Api["customer"]["addEvent"]>;

/** An event, and the customer it is added to. */
interface EventPlan {
  ctx: RequestContext;
  customer: CustomerIdentity;
  input: Input;
}

interface Added {
  id: number;
  isNew: boolean;
  customer: CustomerIdentity;
}

const addition = defineCommand({
  name: "customer.add_event",
  batchKey: ({ ctx }: Call<Input>) => brandScope(ctx.caller)?.join() ?? "all",
  read: async (tx, calls) => {
    const results = await findManyByRef(
      tx,
      calls.map(({ ctx, input }) => ({ ctx, ref: input })),
    );
    return new Map(calls.map((call, at) => [call, results[at] as RefResult]));
  },
  plan: (call, refs): EventPlan => {
    const found = refs.get(call) as RefResult;
    if ("error" in found) throw found.error;
    return { ...call, customer: found.customer };
  },
  apply: async (tx, planned): Promise<Added[]> => {
    const plans = planned.map(({ plan }) => plan);
    const added = await insertEvents(tx, plans);
    await insertInitiators(tx, plans, added);
    const known = added.size < plans.length ? await findKnown(tx, plans, added) : added;
    return plans.map(({ customer }, at) => {
      const id = added.get(at) ?? known.get(at);
      if (id === undefined) throw new ConcurrentChangeError(); // the customer was deleted meanwhile
      return { id, isNew: added.has(at), customer };
    });
  },
  respond: (_, { id, isNew, customer: { id: customer_id, brand_id } }) => ({
    type: "result" as const,
    message: "Event created.",
    customer_id,
    id,
    outcome: isNew ? ("created" as const) : ("unchanged" as const),
    audit: { subjectId: customer_id, brandId: brand_id },
    events: isNew ? [{ type: "event.created" as const, brand_id, customer_id, event_id: id }] : [],
  }),
});

/** Operation 14. */
export function addEvent(ctx: RequestContext, input: Input) {
  return run(addition, ctx, input);
}

// The customers' rows are locked against deletion and read again under that lock: nothing is added to a deleted customer.
// The rows are locked, and the callers' own ids claimed, in the order that all transactions keep.
const insertRows: Statement = {
  name: "event_insert",
  text: `WITH sent AS (
      SELECT nextval('event_id_seq') AS id, s.*
        FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
            $9::bigint[], $10::text[]) WITH ORDINALITY
          AS s (customer_id, brand_id, type, message, initiated_by, source_url, event_id, occurred_at, key_id, source_ref, n)),
    held AS (SELECT id, brand_id FROM customer WHERE id = ANY ($1) ORDER BY id FOR KEY SHARE),
    made AS (
      INSERT INTO event (id, customer_id, type, message, initiated_by, source_url, event_id, occurred_at, key_id, source_ref)
        OVERRIDING SYSTEM VALUE
      SELECT s.id, s.customer_id, s.type, s.message, s.initiated_by, s.source_url, s.event_id,
          coalesce(s.occurred_at, now()), s.key_id, s.source_ref
        FROM sent s JOIN held h ON h.id = s.customer_id AND h.brand_id = s.brand_id
        ORDER BY s.customer_id, s.event_id, s.id
      ON CONFLICT (customer_id, event_id) WHERE event_id IS NOT NULL DO NOTHING
      RETURNING id)
    SELECT sent.n::int, sent.id FROM made JOIN sent USING (id)`,
};

/** Where to read more: a link, or another text that the event keeps. */
function sourceOf({ sourceUrl = "" }: Input): { url: string; ref: string } {
  return parseWebUrl(sourceUrl) ? { url: sourceUrl, ref: "" } : { url: "", ref: sourceUrl };
}

/** Inserts events; the ids of those that are new, by their positions. */
async function insertEvents(tx: Tx, all: readonly EventPlan[]): Promise<Map<number, number>> {
  const sources = all.map(({ input }) => sourceOf(input));
  const rows = await tx.rows<{ n: number; id: number }>(insertRows, [
    all.map(({ customer }) => customer.id),
    all.map(({ customer }) => customer.brand_id),
    all.map(({ input }) => input.type ?? "event"),
    all.map(({ input }) => input.message),
    all.map(({ input }) => input.initiatedBy ?? ""),
    sources.map(({ url }) => url),
    all.map(({ input }) => input.eventId ?? null),
    all.map(({ input }) => input.occurredAt ?? null),
    all.map(({ ctx }) => ctx.caller.keyId),
    sources.map(({ ref }) => ref),
  ]);
  return new Map(rows.map(({ n, id }) => [n - 1, id]));
}

const insertInitiatorRows: Statement = {
  name: "event_initiator_insert",
  text: `INSERT INTO event_initiator (brand_id, channel_type_id, normalised, event_id)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[])`,
};

/** Records which addresses initiated new events, so that a purge of a customer who has one finds the event. */
async function insertInitiators(
  tx: Tx,
  all: readonly EventPlan[],
  added: ReadonlyMap<number, number>,
): Promise<void> {
  const rows = [...added].flatMap(([at, id]) => {
    const { customer, input } = all[at] as EventPlan;
    return recognisedAddresses(input.initiatedBy ?? "").map((one) => ({
      ...one,
      brandId: customer.brand_id,
      id,
    }));
  });
  if (rows.length === 0) return;
  await tx.row(insertInitiatorRows, [
    rows.map(({ brandId }) => brandId),
    rows.map(({ typeId }) => typeId),
    rows.map(({ normalised }) => normalised),
    rows.map(({ id }) => id),
  ]);
}

const selectKnown: Statement = {
  name: "event_select_existing",
  text: `SELECT s.n, e.id FROM unnest($1::int[], $2::bigint[], $3::text[]) AS s (n, customer_id, event_id)
    JOIN event e ON e.customer_id = s.customer_id AND e.event_id = s.event_id`,
};

/** The ids of the others, as far as their customers have events with these ids of the callers' own. */
async function findKnown(
  tx: Tx,
  all: readonly EventPlan[],
  added: ReadonlyMap<number, number>,
): Promise<Map<number, number>> {
  const missing = all.map((one, n) => ({ ...one, n })).filter(({ n }) => !added.has(n));
  const rows = await tx.rows<{ n: number; id: number }>(selectKnown, [
    missing.map(({ n }) => n),
    missing.map(({ customer }) => customer.id),
    missing.map(({ input }) => input.eventId ?? null),
  ]);
  return new Map(rows.map(({ n, id }) => [n, id]));
}
