/** Metrics of the streams of changes: how many are open, and what they tell. */
import type { DefineSeries } from "./gauges.ts";

/** Streams that are open, and the events that wait for slow readers; what was told since the start. */
export interface ChangeStreamCounts {
  open: number;
  pending: number;
  events: number;
  resets: number;
}

export function registerChangeStreamMetrics(
  defineSeries: DefineSeries,
  readCounts: () => ChangeStreamCounts | undefined,
): void {
  const of = (name: keyof ChangeStreamCounts) => () => readCounts()?.[name] ?? 0;
  defineSeries("gauge", "dossier_change_streams", "Open streams of changes.", of("open"));
  const pending = "Events that wait for slow readers of streams.";
  defineSeries("gauge", "dossier_change_stream_pending", pending, of("pending"));
  const events = "Events that streams told, beside resets.";
  defineSeries("counter", "dossier_change_stream_events_total", events, of("events"));
  const resets =
    "Resets that streams told: at their beginning, and when too much had changed for a slow reader.";
  defineSeries("counter", "dossier_change_stream_resets_total", resets, of("resets"));
}
