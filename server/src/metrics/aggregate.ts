/**
 * The counts of processes that answer together, added up. What is the same for all of them, because it stands in the
 * database, is told by the one that is read; the library says of each series how it is put together.
 */
import { AggregatorRegistry, type Registry } from "prom-client";

/** Series with their values, as they go from one process to another. */
export type Snapshot = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

/** Only what a process has by itself: what all share would be told twice. */
export function ownCounts(all: Snapshot): Snapshot {
  return all.filter(({ aggregator }) => aggregator !== "first");
}

/** Only what must not be lost with its process: a counter never falls, a gauge of nobody is nothing. */
export function lastingCounts(counts: Snapshot): Snapshot {
  // The library tells types as text: "counter", "gauge", "histogram".
  return counts.filter(({ type }) => ["counter", "histogram"].includes(String(type)));
}

/** Puts series together, in the order of the first snapshot. */
export function addUp(counts: readonly Snapshot[]): Registry {
  return AggregatorRegistry.aggregate([...counts]);
}
