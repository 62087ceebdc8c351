/**
 * Write probe: commits a heartbeat, at most once a second, to find out whether the database accepts writes. A heartbeat
 * overwrites the one before, so it does not test disk space: at intervals, and after a write that failed for lack of
 * space, the probe also allocates some pages and releases them.
 */
import type { Db, Statement, Tx } from "./database.ts";
import type { PoolStats } from "./pool-stats.ts";
import { unwritableReason } from "./errors.ts";

const upsertHeartbeat: Statement = {
  name: "heartbeat",
  text: "INSERT INTO heartbeat (at) VALUES (now()) ON CONFLICT (one) DO UPDATE SET at = excluded.at",
};
const truncateDiskProbe: Statement = { name: "disk_probe_empty", text: "TRUNCATE disk_probe" };
const fillDiskProbe: Statement = {
  name: "disk_probe_fill",
  text: "INSERT INTO disk_probe (n) SELECT generate_series(1, 4000)",
};

/** In milliseconds: how long a success is valid. */
const heartbeatIntervalMs = 1_000;
const allocationIntervalMs = 10_000;

export class WriteProbe {
  readonly #db: Db;
  readonly #stats: readonly PoolStats[];
  #lastHeartbeat = -heartbeatIntervalMs;
  #lastAllocation = -allocationIntervalMs;

  /** @param stats those of all statements, which detect a full disk first */
  constructor(db: Db, stats: readonly PoolStats[]) {
    this.#db = db;
    this.#stats = stats;
  }

  /** Why nothing can be written; undefined if writes work. Throws any other error. */
  async notWritableReason(): Promise<string | undefined> {
    try {
      if (performance.now() - this.#lastHeartbeat >= heartbeatIntervalMs) {
        await this.#db.rows(upsertHeartbeat);
        this.#lastHeartbeat = performance.now();
      }
      const isSuspect = this.#stats.some(({ diskFull }) => diskFull);
      if (isSuspect || performance.now() - this.#lastAllocation >= allocationIntervalMs) {
        await this.#allocate();
        for (const one of this.#stats) one.diskFull = false;
        this.#lastAllocation = performance.now();
      }
      return undefined;
    } catch (error) {
      const reason = unwritableReason(error);
      if (reason === undefined) throw error;
      return reason;
    }
  }

  async #allocate(): Promise<void> {
    const rolledBack = new Error("given back");
    const allocate = async (tx: Tx) => {
      await tx.rows(truncateDiskProbe);
      await tx.rows(fillDiskProbe);
      throw rolledBack;
    };
    await this.#db.transaction(allocate).catch((error: unknown) => {
      if (error !== rolledBack) throw error;
    });
  }
}
