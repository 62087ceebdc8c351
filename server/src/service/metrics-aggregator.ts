/** Aggregates the counts of the workers in the primary; of ended workers it keeps the last counts reported. */
import { timeoutOr } from "../abort.ts";
import { aggregate, monotonicMetrics, type Snapshot } from "../metrics/metrics.ts";
import type { PooledWorker } from "./worker-pool.ts";

/** How long a worker's response is waited for, in milliseconds. */
const timeoutMs = 1000;

export class MetricsAggregator {
  readonly #latest = new Map<PooledWorker, Snapshot>();
  #retired: Promise<Snapshot> = Promise.resolve([]);

  /** Stores the counts of one worker, and collects those of the others. */
  async collect(reader: PooledWorker, own: Snapshot, workers: Iterable<PooledWorker>): Promise<Snapshot[]> {
    this.#latest.set(reader, own);
    const others = [...workers].filter((worker) => worker !== reader);
    const counts = await Promise.all(others.map((worker) => this.#read(worker)));
    return [...counts, await this.#retired];
  }

  /** Keeps the counts that must not fall when a worker ends. */
  retire(worker: PooledWorker): void {
    const last = monotonicMetrics(this.#latest.get(worker) ?? []);
    this.#latest.delete(worker);
    this.#retired = this.#retired.then((before) => aggregate([before, last]).getMetricsAsJSON());
  }

  async #read(worker: PooledWorker): Promise<Snapshot> {
    const known = this.#latest.get(worker) ?? [];
    const answered = worker.channel.call("counts").then((counts) => {
      if (!worker.hasEnded) this.#latest.set(worker, counts);
      return counts;
    });
    return timeoutOr(
      timeoutMs,
      answered.catch(() => []), // it has ended: its last counts are among the retired ones
      known,
    );
  }
}
