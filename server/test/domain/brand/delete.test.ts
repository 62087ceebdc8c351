// Concurrent deletions of one brand: one succeeds, the others get the correct error, and none keeps database
// connections from other calls meanwhile.
import { expect, test } from "vitest";
import { startFixtureServer } from "../../support/requests.ts";
import { untilWaiting } from "../../support/lock-watch.ts";

const world = await startFixtureServer();
const many = 64;

test.each([
  ["an empty brand", false, { 200: 1, 404: many - 1 }],
  ["a brand with a customer", true, { 409: many }],
])(
  "64 deletions of %s wait in one session while its row is locked, and all are answered",
  async (_what, isUsed, counts) => {
    const id = await world.newBrand();
    if (isUsed) await world.admin.customer.create({ brandId: id, primaryId: "K-1" });
    const { pool } = world.service.db;
    const session = await pool.connect();
    await session.query("BEGIN");
    await session.query("SELECT FROM brand WHERE id = $1 FOR UPDATE", [id]);
    const answers = Promise.all(Array.from({ length: many }, () => world.raw("DELETE", `/brand/${id}`)));
    try {
      await untilWaiting(session);
      expect((await world.raw("GET", "/brand")).status).toBe(200);
      const blocked = await session.query<{ n: number }>(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0",
      );
      expect(blocked.rows[0]!.n).toBe(1);
    } finally {
      await session.query("COMMIT");
      session.release();
    }
    const got: Record<number, number> = {};
    for (const { status } of await answers) got[status] = (got[status] ?? 0) + 1;
    expect(got).toEqual(counts);
  },
);
