/**
 * Metrics aggregation: sums the series of several processes. A value that is equal in all processes, because it comes
 * from the database, is taken from the first; each series declares its aggregation.
 */
import { AggregatorRegistry, type Registry } from "prom-client";

/** Series with their values, as sent between processes. */
export type Snapshot = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

/** Only the series of one process: shared ones would be counted twice. */
export function processMetrics(all: Snapshot): Snapshot {
  return all.filter(({ aggregator }) => aggregator !== "first");
}

/**
 * Only the series that must survive their process: a counter never decreases, while the gauge of an ended process has
 * no meaning.
 */
export function monotonicMetrics(counts: Snapshot): Snapshot {
  // prom-client returns types as text: "counter", "gauge", "histogram".
  return counts.filter(({ type }) => ["counter", "histogram"].includes(String(type)));
}

/** Aggregates series, in the order of the first snapshot. */
export function aggregate(counts: readonly Snapshot[]): Registry {
  return AggregatorRegistry.aggregate([...counts]);
}
