/**
 * What is to be told to webhooks, written in the transaction of what it tells: there is no news of what did not happen.
 * It stands at the end of the transaction. The lanes of the webhooks and customers concerned are taken first, all in
 * one order, and held until the commit; only then the sequence numbers are drawn. So of two changes of one customer the
 * one that commits first has the smaller number at every webhook.
 */
import type { EventType, WebhookPayload } from "@dossier/api";
import type { Statement, Tx } from "../db/database.ts";
import { enqueue } from "./job-queue.ts";

/** One thing that happened to one customer: ids, closed words and names of fields; never a value. */
export interface Happening extends Omit<WebhookPayload["data"], "sequence"> {
  type: EventType;
}

/** One of them for one webhook. */
interface Message {
  webhookId: number;
  happening: Happening;
}

const subscribers: Statement = {
  name: "outbox_subscribers",
  text: `SELECT w.id, w.events FROM webhook w WHERE w.all_brands AND w.events && $2::text[]
    UNION ALL SELECT w.id, w.events FROM webhook_brand b JOIN webhook w ON w.id = b.webhook_id
      WHERE b.brand_id = $1 AND w.events && $2::text[]`,
};

/** Writes down what every webhook concerned is to be told. One brand's news at a time: a transaction is about one. */
export async function tell(tx: Tx, news: readonly Happening[]): Promise<void> {
  const [first] = news;
  if (!first) return;
  const types = [...new Set(news.map(({ type }) => type))];
  const webhooks = await tx.rows<{ id: number; events: EventType[] }>(subscribers, [first.brand_id, types]);
  const messages = webhooks.flatMap(({ id, events }) =>
    news
      .filter(({ type }) => events.includes(type))
      .map((happening) => ({ webhookId: id, happening }) satisfies Message),
  );
  if (messages.length === 0) return;
  const jobs = messages.map(({ webhookId, happening }) =>
    deliveryJob(webhookId, happening.brand_id, happening.customer_id),
  );
  for (const some of portions(jobs.toSorted((a, b) => (a.lane < b.lane ? -1 : a.lane > b.lane ? 1 : 0))))
    await enqueue(tx, ...some);
  for (const some of portions(messages)) await insert(tx, some);
}

/** The work of sending the oldest delivery that waits in the lane of a webhook and a customer. */
export function deliveryJob(webhookId: number, brandId: number, customerId: number) {
  return { kind: "webhook", lane: `${webhookId}:${customerId}`, brandId, customerId, refId: webhookId };
}

/** A statement must not take longer than statements may. */
const portion = 1000;

/** A list in parts that one statement takes. */
export function portions<T>(all: readonly T[]): T[][] {
  const count = Math.ceil(all.length / portion);
  return Array.from({ length: count }, (_, at) => all.slice(at * portion, (at + 1) * portion));
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

async function insert(tx: Tx, messages: readonly Message[]): Promise<void> {
  await tx.rows(insertRows, [
    messages.map(({ webhookId }) => webhookId),
    messages.map(({ happening }) => happening.brand_id),
    messages.map(({ happening }) => happening.customer_id),
    messages.map(({ happening }) => happening.type),
    messages.map(({ happening }) => openData(happening)),
  ]);
}

/** The object of a payload's data but for its end, where the sequence goes. */
function openData(happening: Happening): string {
  const { type: _, ...data } = happening;
  return JSON.stringify(data).slice(0, -1);
}
