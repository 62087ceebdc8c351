/**
 * Worker for background jobs. Any number of processes may run one: a lane is claimed by one statement, leased for three
 * seconds and renewed every second, so the job of a killed process restarts within five. Jobs committed by this process
 * start at once, those of others at the next poll, twice a second.
 */
import { exponentialBackoff, jitter } from "../backoff.ts";
import type { Db } from "../db/database.ts";
import {
  claim,
  finishJob,
  failJob,
  type Job,
  LeaseLost,
  leaseMs,
  jobAdded,
  renew,
  retryLater,
} from "../domain/job-queue.ts";
import type { Log } from "../log.ts";
import type { FinishedJob } from "../metrics/metrics.ts";

/** The outcome of a job: done, to be retried in so many milliseconds, or failed. Errors are words of ours. */
export type JobResult = { done: true } | { retryInMs: number; error: string } | { failed: string };

/** A type of job: its work, and its limits in a process. */
export interface JobHandler {
  concurrency: number;
  /** Does the work, in seconds rather than minutes; `signal` aborts when the service stops or the lease is lost. */
  run(job: Job, signal: AbortSignal): Promise<JobResult>;
  /** after so many attempts an unexpected error is final */
  maxAttempts?: number;
}

export interface Worker {
  /** Starts no more jobs, gives running ones a moment to end, and hands back the rest. */
  stop(): Promise<void>;
}

interface RunningJob {
  job: Job;
  ended: Promise<void>;
  abort: AbortController;
}

const pollMs = 500;
const renewMs = leaseMs / 3;
const stopTimeoutMs = 3000;
const outageBackoffMs = 2000;

export function startWorker(
  db: Db,
  log: Log,
  handlers: Readonly<Record<string, JobHandler>>,
  onEnded: (job: FinishedJob) => void = () => undefined,
): Worker {
  return new LeaseWorker(db, log, handlers, onEnded);
}

class LeaseWorker implements Worker {
  readonly #db: Db;
  readonly #log: Log;
  readonly #handlers: Readonly<Record<string, JobHandler>>;
  readonly #onEnded: (job: FinishedJob) => void;
  readonly #running = new Map<number, RunningJob>();
  readonly #pollNow = () => this.#schedulePoll(0);
  readonly #renewTimer: NodeJS.Timeout;
  #pollTimer: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;
  #isPollRequested = false;
  #isStopped = false;

  constructor(
    db: Db,
    log: Log,
    handlers: Readonly<Record<string, JobHandler>>,
    onEnded: (job: FinishedJob) => void,
  ) {
    this.#db = db;
    this.#log = log;
    this.#handlers = handlers;
    this.#onEnded = onEnded;
    db.notifications.on(jobAdded, this.#pollNow);
    this.#renewTimer = setInterval(() => void this.#renew(), renewMs);
    this.#renewTimer.unref();
    this.#schedulePoll(0);
  }

  #schedulePoll(delayMs: number): void {
    if (this.#isStopped) return;
    if (this.#polling) {
      this.#isPollRequested ||= delayMs === 0;
      return;
    }
    clearTimeout(this.#pollTimer);
    this.#pollTimer = setTimeout(() => {
      this.#polling = this.#poll().then((nextDelayMs) => {
        this.#polling = undefined;
        const isRequested = this.#isPollRequested;
        this.#isPollRequested = false;
        this.#schedulePoll(isRequested ? 0 : nextDelayMs);
      });
    }, delayMs);
    this.#pollTimer.unref();
  }

  /** Claims as many jobs as there are free slots. Returns when to poll again. */
  async #poll(): Promise<number> {
    try {
      const jobs = await claim(this.#db, this.#freeSlots());
      for (const job of jobs) this.#start(job);
      return jobs.length > 0 && this.#freeSlots().size > 0 ? 0 : pollMs;
    } catch (error) {
      this.#log.debug({ err: error }, "could not poll for jobs");
      return outageBackoffMs;
    }
  }

  #freeSlots(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { job } of this.#running.values()) counts.set(job.kind, (counts.get(job.kind) ?? 0) + 1);
    const slots = Object.entries(this.#handlers).map(
      ([kind, { concurrency }]) => [kind, concurrency - (counts.get(kind) ?? 0)] as const,
    );
    return new Map(slots.filter(([, free]) => free > 0));
  }

  #start(job: Job): void {
    const abort = new AbortController();
    const running: RunningJob = { job, abort, ended: Promise.resolve() };
    this.#running.set(job.id, running);
    running.ended = this.#runToEnd(job, abort.signal).finally(() => {
      this.#running.delete(job.id);
      this.#pollNow();
    });
  }

  async #runToEnd(job: Job, signal: AbortSignal): Promise<void> {
    const startedAt = performance.now();
    const outcome = await this.#runAndRecord(job, signal).catch((error: unknown) => {
      // If the database cannot be reached the lease expires, and another worker restarts the job.
      if (!(error instanceof LeaseLost))
        this.#log.warn({ err: error, job: job.id, kind: job.kind }, "a job's outcome could not be recorded");
      return "lost" as const;
    });
    this.#onEnded({ kind: job.kind, outcome, seconds: (performance.now() - startedAt) / 1000 });
  }

  async #runAndRecord(job: Job, signal: AbortSignal): Promise<FinishedJob["outcome"]> {
    const result = await this.#run(job, signal);
    return this.#db.transaction(async (tx) => {
      if ("done" in result) {
        await finishJob(tx, job);
        return "done";
      }
      if ("failed" in result) {
        await failJob(tx, job, result.failed);
        return "failed";
      }
      if (signal.aborted) await retryLater(tx, job, 0);
      else await retryLater(tx, job, result.retryInMs, result.error);
      return "retried";
    });
  }

  async #run(job: Job, signal: AbortSignal): Promise<JobResult> {
    const handler = this.#handlers[job.kind];
    try {
      return (await handler?.run(job, signal)) ?? { failed: "unknown_kind" };
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      if (!signal.aborted) this.#log.warn({ err: error, job: job.id, kind: job.kind }, "a job failed");
      const { maxAttempts = 10 } = handler ?? {};
      return job.attempts >= maxAttempts && !signal.aborted
        ? { failed: "internal" }
        : { retryInMs: retryDelay(job.attempts), error: "internal" };
    }
  }

  async #renew(): Promise<void> {
    const running = [...this.#running.values()];
    try {
      const renewed = await renew(
        this.#db,
        running.map(({ job }) => job),
      );
      for (const { job, abort } of running) if (!renewed.has(job.id)) abort.abort();
    } catch (error) {
      this.#log.debug({ err: error }, "could not renew job leases");
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#pollTimer);
    this.#db.notifications.off(jobAdded, this.#pollNow);
    await this.#polling;
    const all = [...this.#running.values()];
    const timer = setTimeout(() => all.forEach(({ abort }) => abort.abort()), stopTimeoutMs);
    await Promise.all(all.map(({ ended }) => ended));
    clearTimeout(timer);
    clearInterval(this.#renewTimer);
  }
}

/** The wait after so many attempts, in milliseconds: doubling from one second to ten minutes, plus or minus a fifth. */
function retryDelay(attempts: number): number {
  return jitter(exponentialBackoff(attempts, { min: 1000, max: 600_000 }));
}
