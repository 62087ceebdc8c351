/** Series of the connection pool. */
import type { Db } from "../db/database.ts";
import type { DefineSeries } from "./gauges.ts";

export function registerPoolMetrics(defineSeries: DefineSeries, db: Db): void {
  const { semaphore, retries, timeouts } = db.stats;
  const sessions = () => {
    const { idle, used } = db.poolUsage();
    return { idle, used };
  };
  defineSeries(
    "gauge",
    "dossier_db_pool_connections",
    "Connections of the pool by state: idle or used.",
    sessions,
    "state",
  );
  const size = "Maximum connections of the pool.";
  defineSeries("gauge", "dossier_db_pool_max_connections", size, () => db.poolUsage().size);
  const waiting = "Callers waiting for a pool connection.";
  defineSeries("gauge", "dossier_db_pool_pending", waiting, () => db.poolUsage().waiting);
  const waits = "Pool acquisitions that had to wait.";
  defineSeries("counter", "dossier_db_pool_acquire_waits_total", waits, () => semaphore.waits);
  const seconds = "Total time spent waiting for a pool connection.";
  defineSeries("counter", "dossier_db_pool_acquire_seconds_total", seconds, () => semaphore.waitSeconds);
  const tired = "Pool acquisitions that timed out.";
  defineSeries("counter", "dossier_db_pool_acquire_timeouts_total", tired, () => semaphore.timeouts);
  const again = "Transactions retried, by reason: deadlock, serialization, lock (timed out waiting for one).";
  defineSeries("counter", "dossier_db_transaction_retries_total", again, () => retries, "reason");
  const late =
    "Statements that timed out, by limit: statement (ran too long), lock (waited too long for one), client (no response from the database).";
  defineSeries("counter", "dossier_db_statement_timeouts_total", late, () => timeouts, "limit");
}
