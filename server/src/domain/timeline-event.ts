/** Operation 14: adding events. An event with the caller's own id for it is added once, however often it is sent. */
import type { Api, Decoded } from "@dossier/api";
import type { Statement, Tx } from "../db/database.ts";
import type { Ask } from "./ask.ts";
import { findWho, type Found } from "./customer-who.ts";
import type { Happening } from "./outbox.ts";
import { Raced, write } from "./write.ts";

type Sent = Decoded<Api["customer"]["addEvent"]>;

// The customer's row is held against leaving, and read anew under that hold: nothing is added to one who is gone.
const insertEvent: Statement = {
  name: "event_insert",
  text: `WITH held AS (SELECT id FROM customer WHERE id = $1 AND brand_id = $2 FOR KEY SHARE)
    INSERT INTO event (customer_id, type, message, initiated_by, source_url, event_id, occurred_at, key_id)
    SELECT id, $3, $4, $5, $6, $7, coalesce($8, now()), $9 FROM held
    ON CONFLICT (customer_id, event_id) WHERE event_id IS NOT NULL DO NOTHING RETURNING id`,
};

const eventById: Statement = {
  name: "event_by_event_id",
  text: "SELECT id FROM event WHERE customer_id = $1 AND event_id = $2",
};

/** Operation 14. */
export function addEvent(ask: Ask, input: Sent) {
  return write(ask, async (tx) => {
    const customer = await findWho(tx, ask, input);
    const id = await insert(tx, ask, customer, input);
    const trail = { subjectId: customer.id, brandId: customer.brand_id };
    const about = { type: "result" as const, message: "Event created.", customer_id: customer.id, trail };
    const ids = { brand_id: customer.brand_id, customer_id: customer.id };
    if (id !== undefined) {
      const news: Happening[] = [{ type: "event.created", ...ids, event_id: id }];
      return { ...about, id, outcome: "created" as const, news };
    }
    const first = await tx.row<{ id: number }>(eventById, [customer.id, input.eventId]);
    if (!first) throw new Raced(); // the customer has left meanwhile
    return { ...about, id: first.id, outcome: "unchanged" as const };
  });
}

async function insert(tx: Tx, ask: Ask, customer: Found, input: Sent): Promise<number | undefined> {
  const { type = "event", message, initiatedBy = "", sourceUrl = "", eventId = null, occurredAt } = input;
  const row = await tx.row<{ id: number }>(insertEvent, [
    customer.id,
    customer.brand_id,
    type,
    message,
    initiatedBy,
    sourceUrl,
    eventId,
    occurredAt ?? null,
    ask.caller.keyId,
  ]);
  return row?.id;
}
