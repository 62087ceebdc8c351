/**
 * Series factory: a series whose value is read by a function at each scrape, so that counting costs its owner nothing.
 */
import { Counter, Gauge, type Registry } from "prom-client";

/** Reads values at a scrape: one, or one per value of a label; undefined if unknown. */
type ReadValue = () => number | Readonly<Record<string, number>> | undefined;
/** The aggregation over several processes: the sum, the first (for a value equal in all), or the maximum. */
type Aggregation = "sum" | "first" | "max";
export type DefineSeries = (
  kind: "counter" | "gauge",
  name: string,
  help: string,
  readValue: ReadValue,
  label?: string,
  aggregation?: Aggregation,
) => void;

export function createSeriesFactory(registry: Registry): DefineSeries {
  return (kind, name, help, readValue, label, aggregation = "sum") => {
    const collect = () => {
      const values = readValue();
      if (label === undefined) series.remove();
      else series.reset();
      if (typeof values === "number") series.inc(values);
      else if (values && label)
        for (const [value, n] of Object.entries(values)) series.inc({ [label]: value }, n);
    };
    const labelNames = label ? [label] : [];
    const options = { name, help, collect, registers: [registry], labelNames, aggregator: aggregation };
    const series = kind === "counter" ? new Counter(options) : new Gauge(options);
  };
}
