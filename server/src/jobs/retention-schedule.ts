/** Schedule of retention: a minute after the start, then every ten minutes; it logs what is overdue. */
import type { Db } from "../db/database.ts";
import { readChannelTypes } from "../domain/channel-type.ts";
import { type Overdue, runRetention } from "../domain/erasure/retention.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics/metrics.ts";

const minuteMs = 60_000;
/** In minutes: a run begins in the first minute and every ten minutes after it. */
const intervalMinutes = 10;
/** Erasure is late when a customer has been due for so many seconds: several runs have not erased them. */
const overdueWarningSeconds = 3600;

/**
 * Runs retention on schedule. Returns the function that stops it: a run in progress ends after its transaction, and is
 * waited for.
 */
export function scheduleRetention(db: Db, log: Log, metrics: Metrics): () => Promise<void> {
  const stopping = new AbortController();
  let run: Promise<void> | undefined;
  let minutes = 0;
  const timer = setInterval(() => {
    const isDue = minutes++ % intervalMinutes === 0;
    if (isDue) run ??= runOnce(db, log, metrics, stopping.signal).finally(() => (run = undefined));
  }, minuteMs);
  timer.unref();
  return async () => {
    stopping.abort();
    clearInterval(timer);
    await run;
  };
}

async function runOnce(db: Db, log: Log, metrics: Metrics, signal: AbortSignal): Promise<void> {
  const onOverdue = ({ customers, seconds }: Overdue) => {
    if (seconds > overdueWarningSeconds)
      log.warn({ customers, seconds: Math.round(seconds) }, "deleted customers are overdue for erasure");
  };
  try {
    const report = await runRetention(db, await readChannelTypes(db), {
      signal,
      onOverdue,
      onFailed: (failures) => {
        for (const { id, error } of failures)
          log.error({ customer: id, err: error }, "a deleted customer could not be erased");
      },
    });
    metrics.retentionFinished(report);
    const { customers, answers } = report;
    if (customers + answers > 0) log.info({ customers, answers }, "retention run finished");
  } catch (error) {
    metrics.retentionFinished(undefined);
    log.warn({ err: error }, "retention run failed; it is tried again in ten minutes");
  }
}
