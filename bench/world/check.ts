/**
 * Verifies a loaded world: a sample of customers is sent through the server, as requests, into an empty database, and
 * all their rows are compared; the counts are compared with the rows.
 */
import { deepStrictEqual } from "node:assert";
import { readConfig } from "../../server/src/config.ts";
import { openDatabase } from "../../server/src/db/pool.ts";
import { migrate } from "../../server/src/db/migrate.ts";
import { openLog } from "../../server/src/log.ts";
import { createInProcessService } from "../../server/src/service/service.ts";
import { type Cluster, remakeDatabase } from "../servers/cluster.ts";
import { channelsOf, eventOf, ticketOf } from "./tables.ts";
import { eventsOf, isHot, person, type World } from "./world.ts";

type Send = (path: string, fields: Record<string, unknown>) => Promise<Record<string, unknown>>;

const list = (columns: string, rest: string) =>
  `(SELECT json_agg(line ORDER BY line::text) FROM (SELECT json_build_array(${columns}) AS line ${rest}) AS lines)`;

// Everything about a customer except ids and the times of writing.
const everything = `SELECT json_build_object(
    'row', json_build_array(c.brand_id, c.primary_id, c.firstname, c.lastname, c.version),
    'provenance', ${list("key, value -> 0, value -> 1", "FROM jsonb_each(c.provenance)")},
    'channels', ${list("channel_type_id, address, normalised, source, key_id", "FROM customer_channel WHERE customer_id = c.id")},
    'terms', ${list("type, term", "FROM search_term WHERE customer_id = c.id")},
    'words', ${list("word", "FROM search_word WHERE word IN (SELECT term FROM search_term WHERE customer_id = c.id AND type = 'w')")},
    'variants', ${list("variant, word", "FROM search_deletion_variant WHERE word IN (SELECT term FROM search_term WHERE customer_id = c.id AND type = 'w')")},
    'events', ${list("type, message, initiated_by, source_url, event_id, occurred_at, key_id", "FROM event WHERE customer_id = c.id")},
    'tickets', ${list("channel_type_id, direction, from_address, from_name, to_address, contact, title, status, priority, created_at, last_update, closed_at", "FROM ticket WHERE customer_id = c.id")},
    'ticket terms', ${list("type, term", "FROM ticket_term WHERE ticket_id IN (SELECT id FROM ticket WHERE customer_id = c.id)")},
    'messages', ${list("type, channel_type_id, direction, author, from_address, to_address, content, created_at", "FROM message WHERE customer_id = c.id")},
    'counts', ${list("item_type, count", "FROM timeline_count WHERE customer_id = c.id AND count <> 0")},
    'trail', ${list("operation, entity, key_id, brand_id, fields, outcome", "FROM audit_entry WHERE entity = 'customer' AND subject_id = c.id AND operation = 'customer.create'")}
  ) AS all FROM customer c WHERE primary_id = $1`;

/** Compares a sample and the counts; throws at the first difference, and shows it. Returns what it compared. */
export async function checkWorld(cluster: Cluster, world: World): Promise<string> {
  const sample = sampleOf(world);
  await remakeDatabase(cluster, "sample");
  await insertSample(cluster, world, sample);
  for (const at of sample) {
    const [loaded, written] = await Promise.all(
      ["world", "sample"].map((database) => readAll(cluster, database, person(world, at).primaryId)),
    );
    deepStrictEqual(loaded, written, `customer ${at} differs from what the server writes`);
  }
  await checkCounts(cluster, world);
  await cluster.use("postgres", (client) => client.query("DROP DATABASE sample"));
  return `${sample.length} customers compared with what the server writes: ${sample.join(", ")}`;
}

/** Some of each variety, and the hot one among the first thirty with the fewest events. */
function sampleOf(world: World): number[] {
  const hot = Array.from({ length: 30 }, (_, n) => n * 100 + 1);
  const quiet = hot.toSorted((a, b) => eventsOf(world, a) - eventsOf(world, b))[0] ?? 1;
  const last = world.customers;
  return [3, 9, 10, 12, 299, 300, quiet, last - 1, last].filter((at, n) => n === 6 || !isHot(at));
}

async function readAll(cluster: Cluster, database: string, primaryId: string): Promise<unknown> {
  return cluster.use(database, async (client) => {
    await client.query("SET timezone = 'UTC'");
    const { rows } = await client.query<{ all: unknown }>(everything, [primaryId]);
    if (!rows[0]) throw new Error(`${primaryId} is not there`);
    return rows[0].all;
  });
}

async function insertSample(cluster: Cluster, world: World, sample: readonly number[]): Promise<void> {
  const config = readConfig({ DATABASE_URL: cluster.url("sample"), DOSSIER_SECRET: "0".repeat(64) });
  const db = openDatabase(cluster.at("sample"));
  try {
    await migrate(db.pool);
    const service = await createInProcessService(config, openLog("silent", false), db);
    const send: Send = async (path, fields) => {
      const answer = await service.request({
        method: "POST",
        path: `/api/v2/${path}`,
        headers: { apiKey: service.key, "content-type": "application/json" },
        body: JSON.stringify(fields),
      });
      if (answer.status !== 200 && answer.status !== 201) throw new Error(`${path}: ${answer.text}`);
      return JSON.parse(answer.text) as Record<string, unknown>;
    };
    for (const at of sample) await insertCustomer(send, world, at);
    await service.stop();
  } finally {
    await db.close();
  }
}

async function insertCustomer(send: Send, world: World, at: number): Promise<void> {
  const one = person(world, at);
  const extras: Record<string, string> = {};
  for (const { name, address } of channelsOf(one)) {
    if (name === "livechat")
      Object.assign(extras, { customerChannelType_1: name, customerChannelValue_1: address });
    else extras[`extra_${name}`] = address;
  }
  const { primaryId, firstname, lastname } = one;
  const fields = { brandID: 1, primaryID: primaryId, firstname, lastname };
  const { id } = await send("customer/createCustomerCRUD", { ...fields, ...extras });
  for (let n = 0; n < eventsOf(world, at); n += 1) {
    const { type, message, by, at: occurred } = eventOf(world, at, n);
    const event = { customer_id: id, type, message, initiated_by: by, occurred_at: occurred };
    await send("customer/externalEvent", event);
  }
  const ticket = ticketOf(world, one);
  if (!ticket) return;
  const made = await send("ticket", {
    brandID: 1,
    channelID: "email",
    from: one.email,
    fromName: ticket.name,
    title: ticket.title,
    status: ticket.status,
    occurred_at: ticket.at,
  });
  await send("message", {
    ticketID: made["ticketID"],
    type: "email",
    message: ticket.text,
    direction: "inbound",
    occurred_at: ticket.at,
  });
}

async function checkCounts(cluster: Cluster, world: World): Promise<void> {
  const { rows } = await cluster.use("world", (client) =>
    client.query<Record<string, string>>(
      `SELECT (SELECT count(*) FROM customer) AS customers,
        (SELECT sum(count) FROM row_count WHERE table_name = 'customer') AS counted,
        (SELECT count(*) FROM ticket) - (SELECT sum(count) FROM row_count WHERE table_name = 'ticket') AS tickets,
        (SELECT count(*) FROM audit_entry) - (SELECT sum(count) FROM row_count WHERE table_name = 'audit_entry') AS audit,
        (SELECT sum(count) FROM timeline_count) - (SELECT count(*) FROM event)
          - (SELECT count(*) FROM ticket) - (SELECT count(*) FROM message) AS timeline,
        (SELECT count(DISTINCT term) FROM search_term WHERE type = 'w') - (SELECT count(*) FROM search_word) AS words`,
    ),
  );
  const size = String(world.customers);
  const sound = { customers: size, counted: size, tickets: "0", audit: "0", timeline: "0", words: "0" };
  deepStrictEqual({ ...rows[0] }, sound, "the counts are not those of the rows");
}
