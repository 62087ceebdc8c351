/**
 * Does background work. Any number of processes may: a lane is claimed by one statement, leased for three seconds and
 * the lease renewed every second, so that the work of one who is killed is begun anew within five. Work committed by
 * this process is begun at once, that of others at the next look, twice a second.
 */
import type { Db } from "../db/database.ts";
import {
  claim,
  finish,
  giveUp,
  type Job,
  LeaseLost,
  lease,
  newWork,
  renew,
  retryLater,
} from "../domain/job-queue.ts";
import type { Log } from "../log.ts";
import type { EndedJob } from "../metrics.ts";

/** How a job ended: done; to be tried again in so many milliseconds; or not to be done at all. Errors are words of ours. */
export type Result = { done: true } | { retryInMs: number; error: string } | { failed: string };

/** What there is to do, and how many of a kind at once in a process. */
export interface Kind {
  concurrency: number;
  /** Does it, in seconds rather than minutes; `signal` says that the service stops or that the lease was lost. */
  run(job: Job, signal: AbortSignal): Promise<Result>;
  /** after so many tries an error that nobody expected is the last */
  mostAttempts?: number;
}

export interface Worker {
  /** Begins no more work, gives what runs a moment to end, and hands back the rest. */
  stop(): Promise<void>;
}

interface Running {
  job: Job;
  ended: Promise<void>;
  abort: AbortController;
}

const lookEvery = 500;
const renewEvery = lease / 3;
const stopPatience = 3000;
const afterOutage = 2000;

/** Begins to work. */
export function startWorker(
  db: Db,
  log: Log,
  kinds: Readonly<Record<string, Kind>>,
  ended: (job: EndedJob) => void = () => undefined,
): Worker {
  return new LeaseWorker(db, log, kinds, ended);
}

class LeaseWorker implements Worker {
  readonly #db: Db;
  readonly #log: Log;
  readonly #kinds: Readonly<Record<string, Kind>>;
  readonly #ended: (job: EndedJob) => void;
  readonly #running = new Map<number, Running>();
  readonly #wake = () => this.#lookSoon(0);
  readonly #renewing: NodeJS.Timeout;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #wanted = false;
  #stopped = false;

  constructor(db: Db, log: Log, kinds: Readonly<Record<string, Kind>>, ended: (job: EndedJob) => void) {
    this.#db = db;
    this.#log = log;
    this.#kinds = kinds;
    this.#ended = ended;
    db.signals.on(newWork, this.#wake);
    this.#renewing = setInterval(() => void this.#renew(), renewEvery);
    this.#renewing.unref();
    this.#lookSoon(0);
  }

  #lookSoon(inMs: number): void {
    if (this.#stopped) return;
    if (this.#looking) {
      this.#wanted ||= inMs === 0;
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#looking = this.#look().then((pause) => {
        this.#looking = undefined;
        const again = this.#wanted;
        this.#wanted = false;
        this.#lookSoon(again ? 0 : pause);
      });
    }, inMs);
    this.#timer.unref();
  }

  /** Claims as much as there is room for. Answers when to look again. */
  async #look(): Promise<number> {
    try {
      const jobs = await claim(this.#db, this.#room());
      for (const job of jobs) this.#begin(job);
      return jobs.length > 0 && this.#room().size > 0 ? 0 : lookEvery;
    } catch (error) {
      this.#log.debug({ err: error }, "could not look for background work");
      return afterOutage;
    }
  }

  #room(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { job } of this.#running.values()) counts.set(job.kind, (counts.get(job.kind) ?? 0) + 1);
    const room = Object.entries(this.#kinds).map(
      ([kind, { concurrency }]) => [kind, concurrency - (counts.get(kind) ?? 0)] as const,
    );
    return new Map(room.filter(([, most]) => most > 0));
  }

  #begin(job: Job): void {
    const abort = new AbortController();
    const running: Running = { job, abort, ended: Promise.resolve() };
    this.#running.set(job.id, running);
    running.ended = this.#perform(job, abort.signal).finally(() => {
      this.#running.delete(job.id);
      this.#wake();
    });
  }

  async #perform(job: Job, signal: AbortSignal): Promise<void> {
    const begun = performance.now();
    const outcome = await this.#attempt(job, signal).catch((error: unknown) => {
      // Without a word to the database the lease runs out, and somebody begins anew.
      if (!(error instanceof LeaseLost))
        this.#log.warn({ err: error, job: job.id, kind: job.kind }, "a job was not ended");
      return "lost" as const;
    });
    this.#ended({ kind: job.kind, outcome, seconds: (performance.now() - begun) / 1000 });
  }

  async #attempt(job: Job, signal: AbortSignal): Promise<EndedJob["outcome"]> {
    const result = await this.#run(job, signal);
    return this.#db.transaction(async (tx) => {
      if ("done" in result) {
        await finish(tx, job);
        return "done";
      }
      if ("failed" in result) {
        await giveUp(tx, job, result.failed);
        return "failed";
      }
      if (signal.aborted) await retryLater(tx, job, 0);
      else await retryLater(tx, job, result.retryInMs, result.error);
      return "retried";
    });
  }

  async #run(job: Job, signal: AbortSignal): Promise<Result> {
    const kind = this.#kinds[job.kind];
    try {
      return (await kind?.run(job, signal)) ?? { failed: "unknown_kind" };
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      if (!signal.aborted)
        this.#log.warn({ err: error, job: job.id, kind: job.kind }, "a job ended in an error");
      const { mostAttempts = 10 } = kind ?? {};
      return job.attempts >= mostAttempts && !signal.aborted
        ? { failed: "internal" }
        : { retryInMs: backoff(job.attempts), error: "internal" };
    }
  }

  async #renew(): Promise<void> {
    const running = [...this.#running.values()];
    try {
      const held = await renew(
        this.#db,
        running.map(({ job }) => job),
      );
      for (const { job, abort } of running) if (!held.has(job.id)) abort.abort();
    } catch (error) {
      this.#log.debug({ err: error }, "could not renew the leases of background work");
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#db.signals.off(newWork, this.#wake);
    await this.#looking;
    const all = [...this.#running.values()];
    const limit = setTimeout(() => all.forEach(({ abort }) => abort.abort()), stopPatience);
    await Promise.all(all.map(({ ended }) => ended));
    clearTimeout(limit);
    clearInterval(this.#renewing);
  }
}

/** How long to wait after so many tries, in milliseconds: doubling from one second to ten minutes, give or take a fifth. */
function backoff(attempts: number): number {
  const whole = Math.min(600_000, 1000 * 2 ** Math.min(attempts - 1, 20));
  return whole * (0.8 + Math.random() * 0.4);
}
