// Writers and a reader of the feed at the same time: the reader has seen the last version of every customer, none before
// one that it has seen already, and every deletion. CHANGE_FEED_SECONDS=60 lets it run as long; the default is 4.
import { expect, test } from "vitest";
import { waitForOlderTransactions } from "../support/older-transactions.ts";
import { startTestServer } from "../support/test-server.ts";

const seconds = Number(process.env.CHANGE_FEED_SECONDS ?? 4);
const writers = 64;
const world = await startTestServer({ rateLimit: 0 });
const { admin, service } = world;
const brandId = await world.newBrand();
const updatedSince = new Date(0);

/** What the reader has seen last of each customer: its version, or -1 when it is deleted. */
const seen = new Map<number, number>();
const outOfOrder: string[] = [];

async function read(isOver: () => boolean): Promise<number> {
  let cursor: string | undefined;
  let pages = 0;
  for (let wasOver = false; ; pages += 1) {
    const isLast = isOver();
    const page = await admin.customer.list({
      brandId,
      updatedSince,
      itemLimit: 99,
      ...(cursor ? { cursor } : {}),
    });
    cursor = page.nextCursor as string;
    for (const one of page.items) {
      const version = "deleted_at" in one ? -1 : one.version;
      if (version > 0 && version < (seen.get(one.id) ?? 0)) outOfOrder.push(`${one.id} v${version}`);
      seen.set(one.id, version);
    }
    if (page.items.length === 0 && isLast && wasOver) return pages;
    wasOver = isLast;
  }
}

/** What writers have done: the version, or -1, that each customer has in the end. */
const written = new Map<number, number>();

async function write(n: number, until: number): Promise<void> {
  for (let round = 0; Date.now() < until; round += 1) {
    const { id } = await admin.customer.create({ brandId, firstname: "Ada", primaryId: `w-${n}-${round}` });
    const version = 1;
    written.set(id, version);
    for (let change = 1; change <= 3; change += 1) {
      await admin.customer.update({ id, lastname: "abc"[(round + change) % 3] });
      written.set(id, version + change);
    }
    if (round % 3 === 0) {
      await admin.customer.delete({ id });
      written.set(id, -1);
      if (round % 6 === 0) {
        await admin.customer.restore({ id });
        written.set(id, version + 4);
      }
    }
  }
}

/** Transactions that stay open for a while after their change. */
async function linger(until: number): Promise<void> {
  const client = await service.db.pool.connect();
  const change = "UPDATE customer SET version = 2, updated_at = clock_timestamp() WHERE id = $1";
  try {
    for (let round = 0; Date.now() < until; round += 1) {
      const { id } = await admin.customer.create({ brandId, firstname: "Lingering" });
      await client.query("BEGIN");
      await client.query(change, [id]);
      await new Promise((resolve) => setTimeout(resolve, 100 + 10 * (round % 20)));
      await client.query("COMMIT");
      written.set(id, 2);
    }
  } finally {
    client.release();
  }
}

/** The same by time, which is how a feed must not be read: what it has seen of each customer. */
async function readByTime(isOver: () => boolean): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  const text =
    "SELECT id, version, updated_at::text AS at FROM customer WHERE brand_id = $1 AND updated_at > $2::timestamptz ORDER BY updated_at";
  for (let at = "-infinity", isLast = false; !isLast; ) {
    isLast = isOver();
    const { rows } = await service.db.pool.query<{ id: number; version: number; at: string }>(text, [
      brandId,
      at,
    ]);
    for (const row of rows) found.set(row.id, row.version);
    at = rows.at(-1)?.at ?? at;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return found;
}

test(
  "nothing is missed, and nothing is out of order",
  async () => {
    const until = Date.now() + 1000 * seconds;
    let isOver = false;
    const reading = read(() => isOver);
    const naive = readByTime(() => isOver);
    const writing = Array.from({ length: writers }, (_, n) => write(n, until));
    await Promise.all([...writing, linger(until)]);
    await waitForOlderTransactions(service.db.pool);
    isOver = true;
    const pages = await reading;
    const byTime = await naive;
    const missed = [...written].filter(([id, version]) => seen.get(id) !== version);
    const live = [...written].filter(([, version]) => version > 0);
    const missedByTime = live.filter(([id, version]) => byTime.get(id) !== version);
    console.log(
      `customers=${written.size} pages=${pages} missed=${missed.length} out_of_order=${outOfOrder.length} missed_by_time=${missedByTime.length}`,
    );
    expect(missedByTime.length, "a reader by time misses some").toBeGreaterThan(0);
    expect(written.size).toBeGreaterThanOrEqual(writers);
    expect({ missed, outOfOrder }).toEqual({ missed: [], outOfOrder: [] });
  },
  1000 * (seconds + 120),
);
