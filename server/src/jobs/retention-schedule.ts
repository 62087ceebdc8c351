/** What goes by itself, at its times. */
import type { Db } from "../db/database.ts";
import { readTypes } from "../domain/channel-type.ts";
import { sweep } from "../domain/erasure/retention.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";

const sweepPause = 600_000;

/** Lets go what is due, every ten minutes. Answers what ends it, and waits for a run under way. */
export function sweepRegularly(db: Db, log: Log, metrics: Metrics): () => Promise<void> {
  let run = Promise.resolve();
  const timer = setInterval(() => void (run = run.then(() => sweepOnce(db, log, metrics))), sweepPause);
  timer.unref();
  return () => {
    clearInterval(timer);
    return run;
  };
}

async function sweepOnce(db: Db, log: Log, metrics: Metrics): Promise<void> {
  try {
    const swept = await sweep(db, await readTypes(db));
    metrics.sweepEnded(swept);
    const { customers, answers } = swept;
    if (customers + answers > 0) log.info({ customers, answers }, "erased what was due");
  } catch (error) {
    metrics.sweepEnded(undefined);
    log.warn({ err: error }, "could not erase what was due; it is tried again in ten minutes");
  }
}
