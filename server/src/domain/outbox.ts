/**
 * Transactional outbox: webhook events are inserted in the transaction of the change, so a rolled-back change emits
 * none. It runs at the end of the transaction. The lanes of the webhooks and customers concerned are locked first, all
 * in one order, and held until the commit; only then the sequence numbers are drawn. So of two changes of one customer
 * the one that commits first has the smaller number at every webhook.
 */
import type { EventType, WebhookPayload } from "@dossier/api";
import type { Statement, Tx } from "../db/database.ts";
import { enqueue } from "./job-queue.ts";

/** One event of one customer: ids, closed words and names of fields; never a value. */
export interface DomainEvent extends Omit<WebhookPayload["data"], "sequence"> {
  type: EventType;
}

interface Delivery {
  webhookId: number;
  event: DomainEvent;
}

const subscribers: Statement = {
  name: "outbox_subscribers",
  text: `SELECT w.id, w.events FROM webhook w WHERE w.all_brands AND w.events && $2::text[]
    UNION ALL SELECT w.id, w.events FROM webhook_brand b JOIN webhook w ON w.id = b.webhook_id
      WHERE b.brand_id = $1 AND w.events && $2::text[]`,
};

/** Enqueues the events for every webhook concerned. One brand's events at a time: a transaction is about one. */
export async function enqueueEvents(tx: Tx, domainEvents: readonly DomainEvent[]): Promise<void> {
  const [first] = domainEvents;
  if (!first) return;
  const types = [...new Set(domainEvents.map(({ type }) => type))];
  const webhooks = await tx.rows<{ id: number; events: EventType[] }>(subscribers, [first.brand_id, types]);
  const deliveries = webhooks.flatMap(({ id, events }) =>
    domainEvents
      .filter(({ type }) => events.includes(type))
      .map((event) => ({ webhookId: id, event }) satisfies Delivery),
  );
  if (deliveries.length === 0) return;
  const jobs = deliveries.map(({ webhookId, event }) =>
    deliveryJob(webhookId, event.brand_id, event.customer_id),
  );
  for (const some of chunks(jobs.toSorted((a, b) => (a.lane < b.lane ? -1 : a.lane > b.lane ? 1 : 0))))
    await enqueue(tx, ...some);
  for (const some of chunks(deliveries)) await insertDeliveries(tx, some);
}

/** The job that sends the oldest waiting delivery in the lane of a webhook and a customer. */
export function deliveryJob(webhookId: number, brandId: number, customerId: number) {
  return { kind: "webhook", lane: `${webhookId}:${customerId}`, brandId, customerId, subjectId: webhookId };
}

/** Rows in a statement, so that none exceeds its timeout. */
const chunkSize = 1000;

/** Splits a list into chunks of one statement. */
export function chunks<T>(all: readonly T[]): T[][] {
  const count = Math.ceil(all.length / chunkSize);
  return Array.from({ length: count }, (_, at) => all.slice(at * chunkSize, (at + 1) * chunkSize));
}

// The text is made here once and for all, with its number in it.
const insertRows: Statement = {
  name: "outbox_insert",
  text: `INSERT INTO webhook_delivery (id, webhook_id, brand_id, customer_id, event, payload, created_at)
    OVERRIDING SYSTEM VALUE
    SELECT id, webhook_id, brand_id, customer_id, event, format('{"type":"%s","timestamp":"%s","data":%s,"sequence":%s}}',
        event, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), data, id), at
      FROM (SELECT nextval('webhook_delivery_id_seq') AS id,
            date_trunc('milliseconds', clock_timestamp()) AS at, sent.*
          FROM (SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[])
            WITH ORDINALITY AS m (webhook_id, brand_id, customer_id, event, data, place) ORDER BY place) AS sent) AS numbered`,
};

async function insertDeliveries(tx: Tx, deliveries: readonly Delivery[]): Promise<void> {
  await tx.rows(insertRows, [
    deliveries.map(({ webhookId }) => webhookId),
    deliveries.map(({ event }) => event.brand_id),
    deliveries.map(({ event }) => event.customer_id),
    deliveries.map(({ event }) => event.type),
    deliveries.map(({ event }) => eventDataPrefix(event)),
  ]);
}

/** The object of a payload's data without its end, where the sequence is inserted. */
function eventDataPrefix(event: DomainEvent): string {
  const { type: _, ...data } = event;
  return JSON.stringify(data).slice(0, -1);
}
