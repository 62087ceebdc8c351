/** The rows of events, added for one caller or for many at once. */
import type { Api, Decoded } from "@dossier/api";
import type { Statement, Tx } from "../../db/database.ts";
import type { Ask } from "../context.ts";

/** What is sent of an event. */
export type Sent = Decoded<Api["customer"]["addEvent"]>;

/** An event to be added to a customer. */
export interface NewEvent {
  ask: Ask;
  customer: { id: number; brand_id: number };
  sent: Sent;
}

// The customers' rows are held against leaving, and read anew under that hold: nothing is added to one who is gone. They
// are held, and the ids of callers' own claimed, in the order in which everybody does.
const insertRows: Statement = {
  name: "event_insert",
  text: `WITH sent AS (
      SELECT nextval('event_id_seq') AS id, s.*
        FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
            $9::bigint[]) WITH ORDINALITY
          AS s (customer_id, brand_id, type, message, initiated_by, source_url, event_id, occurred_at, key_id, n)),
    held AS (SELECT id, brand_id FROM customer WHERE id = ANY ($1) ORDER BY id FOR KEY SHARE),
    made AS (
      INSERT INTO event (id, customer_id, type, message, initiated_by, source_url, event_id, occurred_at, key_id)
        OVERRIDING SYSTEM VALUE
      SELECT s.id, s.customer_id, s.type, s.message, s.initiated_by, s.source_url, s.event_id,
          coalesce(s.occurred_at, now()), s.key_id
        FROM sent s JOIN held h ON h.id = s.customer_id AND h.brand_id = s.brand_id
        ORDER BY s.customer_id, s.event_id, s.id
      ON CONFLICT (customer_id, event_id) WHERE event_id IS NOT NULL DO NOTHING
      RETURNING id)
    SELECT sent.n::int, sent.id FROM made JOIN sent USING (id)`,
};

const knownRows: Statement = {
  name: "event_known",
  text: `SELECT s.n, e.id FROM unnest($1::int[], $2::bigint[], $3::text[]) AS s (n, customer_id, event_id)
    JOIN event e ON e.customer_id = s.customer_id AND e.event_id = s.event_id`,
};

/** Adds events; tells how each is answered, in their order, or nothing of one whose customer has left. */
export async function insertEvents(tx: Tx, all: readonly NewEvent[]): Promise<(Answer | undefined)[]> {
  const added = await insert(tx, all);
  const known = added.size < all.length ? await findKnown(tx, all, added) : added;
  return all.map(({ customer }, n) => {
    const id = added.get(n) ?? known.get(n);
    return id === undefined ? undefined : answerOf(customer, id, added.has(n));
  });
}

/** The ids of those that are new, by their places. */
async function insert(tx: Tx, all: readonly NewEvent[]): Promise<Map<number, number>> {
  const rows = await tx.rows<{ n: number; id: number }>(insertRows, [
    all.map(({ customer }) => customer.id),
    all.map(({ customer }) => customer.brand_id),
    all.map(({ sent }) => sent.type ?? "event"),
    all.map(({ sent }) => sent.message),
    all.map(({ sent }) => sent.initiatedBy ?? ""),
    all.map(({ sent }) => sent.sourceUrl ?? ""),
    all.map(({ sent }) => sent.eventId ?? null),
    all.map(({ sent }) => sent.occurredAt ?? null),
    all.map(({ ask }) => ask.caller.keyId),
  ]);
  return new Map(rows.map(({ n, id }) => [n - 1, id]));
}

/** The ids of the others, as far as their customers have events of these ids. */
async function findKnown(
  tx: Tx,
  all: readonly NewEvent[],
  added: ReadonlyMap<number, number>,
): Promise<Map<number, number>> {
  const asked = all.map((one, n) => ({ ...one, n })).filter(({ n }) => !added.has(n));
  const rows = await tx.rows<{ n: number; id: number }>(knownRows, [
    asked.map(({ n }) => n),
    asked.map(({ customer }) => customer.id),
    asked.map(({ sent }) => sent.eventId ?? null),
  ]);
  return new Map(rows.map(({ n, id }) => [n, id]));
}

type Answer = ReturnType<typeof answerOf>;

function answerOf({ id: customer_id, brand_id }: NewEvent["customer"], id: number, isNew: boolean) {
  return {
    type: "result" as const,
    message: "Event created.",
    customer_id,
    id,
    outcome: isNew ? ("created" as const) : ("unchanged" as const),
    trail: { subjectId: customer_id, brandId: brand_id },
    news: isNew ? [{ type: "event.created" as const, brand_id, customer_id, event_id: id }] : [],
  };
}
