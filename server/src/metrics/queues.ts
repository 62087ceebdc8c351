/** Queue metrics: admission, batcher, pool queue, and the mutex of writes. A growing queue shows the bottleneck. */
import type { Db } from "../db/database.ts";
import type { Batcher } from "../domain/batcher.ts";
import type { DefineSeries } from "./gauges.ts";

/** Requests of one class: the limit, those in progress, those waiting. */
export interface AdmissionCounts {
  limit: number;
  inProgress: number;
  waiting: number;
}

/** Registers the queues in front of the database: batcher, pool and mutex. */
export function registerQueueMetrics(
  defineSeries: DefineSeries,
  { db, batcher }: { db: Db; batcher: Batcher },
): void {
  const { semaphore, mutex } = db.stats;
  const batches = batcher.counts;
  const of = (pick: (counts: ReturnType<typeof batches>[string]) => number) =>
    Object.fromEntries(Object.entries(batches()).map(([name, counts]) => [name, pick(counts)]));
  const run = "Batches run, by operation.";
  defineSeries("counter", "dossier_db_batches_total", run, () => of((counts) => counts.batches), "batch");
  const calls = "Calls in batches, by operation; divided by the batches, the mean size of a batch.";
  defineSeries("counter", "dossier_db_batch_calls_total", calls, () => of((counts) => counts.calls), "batch");
  const splits = "Batches rolled back and run again as two halves, by operation.";
  defineSeries(
    "counter",
    "dossier_db_batch_splits_total",
    splits,
    () => of((counts) => counts.splits),
    "batch",
  );
  const failures = "Batches that failed for an unexpected reason, by operation; the log has the error.";
  defineSeries(
    "counter",
    "dossier_db_batch_failures_total",
    failures,
    () => of((counts) => counts.failures),
    "batch",
  );
  const pending = "Calls waiting for a batch, by operation.";
  defineSeries("gauge", "dossier_db_batch_pending", pending, () => of((counts) => counts.waiting), "batch");
  const exclusive = "Calls waiting for a mutex.";
  defineSeries("gauge", "dossier_db_mutex_pending", exclusive, () => mutex.waiting);
  const refused = () => {
    const all = Object.values(batches());
    const sum = (reason: keyof (typeof mutex)["refused"]) =>
      all.reduce((n, one) => n + one.refused[reason], mutex.refused[reason]);
    return {
      full: sum("full") + semaphore.full,
      timeout: sum("timeout") + semaphore.timeouts,
      abandoned: sum("abandoned") + semaphore.abandoned,
    };
  };
  const why =
    "Calls that left a queue without running, by reason: full (rejected at once), timeout (waited too long), abandoned (the connection was closed).";
  defineSeries("counter", "dossier_db_queue_refusals_total", why, refused, "reason");
}

/** Registers the requests in progress, and their limits. */
export function registerAdmissionMetrics(
  defineSeries: DefineSeries,
  readCounts: () => Readonly<Record<string, AdmissionCounts>>,
): void {
  const of = (pick: keyof AdmissionCounts) => () =>
    Object.fromEntries(Object.entries(readCounts()).map(([kind, counts]) => [kind, counts[pick]]));
  const limit = "Concurrency limit of requests, by kind of work: read, search, write, slow.";
  defineSeries("gauge", "dossier_http_admission_limit", limit, of("limit"), "kind");
  const now = "Requests in progress, by kind of work.";
  defineSeries("gauge", "dossier_http_admission_in_progress", now, of("inProgress"), "kind");
  const pending = "Requests waiting for admission, by kind of work.";
  defineSeries("gauge", "dossier_http_admission_pending", pending, of("waiting"), "kind");
}
