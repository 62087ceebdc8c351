// Readers that join the stream while the poller is in the middle of a look: it has told the customers of a transaction, and
// waits at a lock for its tickets. What was written before, during and after that look is told to them, or a reset is.
import { afterAll, expect, test } from "vitest";
import { poll } from "../../support/embedded/harness.ts";
import { openStream, type StreamReader } from "../../support/event-stream.ts";
import { untilWaiting } from "../../support/lock-watch.ts";
import { scrape } from "../../support/scrape.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const { admin, adminKey, url } = world;
const { pool } = world.service.db;
const brandId = await world.newBrand();
const readers: StreamReader[] = [];
afterAll(() => readers.forEach((one) => one.close()));

async function watch(lastId?: string): Promise<StreamReader> {
  const reader = await openStream(url, {
    apiKey: adminKey,
    ...(lastId !== undefined && { "last-event-id": lastId }),
  });
  readers.push(reader);
  await poll(() => reader.lastId() !== undefined);
  return reader;
}

const streams = async () => (await scrape(url, adminKey)).value("dossier_change_streams") ?? 0;

/** Writes a customer and a ticket in one transaction, and joins while the look that reads them stands at the ticket. */
async function joinMidLook(ids: { customer: number; ticket: number }, lastId: string) {
  const [writer, holder] = [await pool.connect(), await pool.connect()];
  try {
    await writer.query("BEGIN");
    await writer.query("UPDATE customer SET version = version + 1 WHERE id = $1", [ids.customer]);
    await writer.query("UPDATE ticket SET last_update = clock_timestamp() WHERE id = $1", [ids.ticket]);
    await holder.query("BEGIN");
    const locked = holder.query("LOCK TABLE ticket IN ACCESS EXCLUSIVE MODE");
    await untilWaiting(pool);
    await writer.query("COMMIT");
    await locked;
    await untilWaiting(pool); // the look
    const before = await streams();
    const joining = [watch(lastId), watch()];
    await poll(async () => (await streams()) === before + 2);
    const during = await admin.customer.create({ brandId, firstname: "Ada" });
    await holder.query("COMMIT");
    const [resumed, fresh] = (await Promise.all(joining)) as [StreamReader, StreamReader];
    return { resumed, fresh, during: `customer ${during.id}` };
  } finally {
    writer.release();
    holder.release();
  }
}

test("who joins in the middle of a look is told all of it, and what comes after it", async () => {
  const customer = (await admin.customer.create({ brandId, firstname: "Berta" })).id;
  const ticket = (await admin.ticket.create({ brandId, channel: "email", direction: "inbound" })).id;
  const steady = await watch();
  for (let turn = 0; turn < 3; turn += 1) {
    const seen = await admin.customer.create({ brandId, firstname: "Clara" });
    await steady.waitFor(`customer ${seen.id}`);
    const lastId = steady.lastId() ?? "";
    const told = steady.told.length;
    const { resumed, fresh, during } = await joinMidLook({ customer, ticket }, lastId);
    await resumed.waitFor(during);
    const after = await admin.customer.create({ brandId, firstname: "Dora" });
    for (const reader of [resumed, fresh, steady]) await reader.waitFor(`customer ${after.id}`);
    const all = [`customer ${customer}`, `ticket ${ticket}`, during, `customer ${after.id}`];
    expect(resumed.told).toEqual(expect.arrayContaining(all));
    expect(resumed.told).not.toContain("reset");
    expect(fresh.told[0]).toBe("reset"); // it reads what was before, and is told what was after
    expect(steady.told.slice(told)).toEqual(expect.arrayContaining(all));
    resumed.close();
    fresh.close();
    await poll(async () => (await streams()) === 1);
  }
});
