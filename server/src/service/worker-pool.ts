/**
 * Worker pool: workers are forked on one port, restarted when they die, killed and replaced when they are unresponsive,
 * and stopped in order. A worker that fails its first start aborts the startup; later crashes are restarted with
 * back-off.
 */
import cluster, { type Worker } from "node:cluster";
import { sleep } from "../abort.ts";
import { exponentialBackoff, restartBackoff } from "../backoff.ts";
import type { Log } from "../log.ts";
import { HandOffs } from "./handoff.ts";
import { type IpcHandlers, type IpcEndpoint, type IpcChannel, openIpcChannel } from "./ipc.ts";
import type { PrimaryApi, WorkerApi } from "./ipc-protocol.ts";
import type { WorkersReplaced } from "./shared-state.ts";

export interface PooledWorker {
  pid: number | undefined;
  channel: IpcChannel<WorkerApi>;
  /** the URL, once it is ready; rejects when it ends before */
  ready: Promise<string>;
  /** the reason of its end, once it has ended */
  ended: Promise<string>;
  hasEnded: boolean;
  /** whether it handles requests: a start may take longer than a request */
  isReady: boolean;
  /** consecutive health checks without a response */
  missedPings: number;
  /** killed for that reason */
  isUnresponsive: boolean;
}

/** The methods that a worker calls at the owner of the pool. */
export type PrimaryHandlers = Omit<IpcHandlers<PrimaryApi>, "ready" | "startFailed">;

export interface PoolObserver {
  log: Log;
  handlersFor(worker: () => PooledWorker): PrimaryHandlers;
  /** a worker has become ready at this URL */
  workerReady(url: string): void;
  workerEnded(worker: PooledWorker): void;
}

/** A worker that ran for so long has not failed at its start. */
const healthyAfterMs = 10_000;
/** Longer than a worker takes to finish what is in flight. */
const stopTimeoutMs = 8_000;

/**
 * In milliseconds. A check that is late, because the machine was suspended or this process busy, is still one check.
 */
const pingIntervalMs = 1_000;
/**
 * Consecutive checks without a response, after which a worker is killed: once it handles requests, and while it starts.
 */
const maxMissedPings = 5;
const maxMissedPingsStarting = 60;

/** Keeps a fixed number of workers running. */
export class WorkerPool {
  readonly workers = new Set<PooledWorker>();
  readonly replaced: WorkersReplaced = { ended: 0, silent: 0 };
  readonly #observer: PoolObserver;
  readonly #handOffs = new HandOffs();
  readonly #stopping = new AbortController();
  #pingTimer: NodeJS.Timeout | undefined;

  constructor(observer: PoolObserver) {
    this.#observer = observer;
    cluster.schedulingPolicy = cluster.SCHED_RR;
    cluster.setupPrimary({ exec: process.argv[1] ?? "", args: ["worker"], serialization: "advanced" });
  }

  /**
   * Starts the workers. Returns their URL once all are ready.
   *
   * @throws the error of the first worker that cannot start, if it reported one
   */
  async start(size: number): Promise<string> {
    this.#pingTimer = setInterval(() => this.#pingAll(), pingIntervalMs);
    const workers = Array.from({ length: size }, () => this.#fork());
    const [url = ""] = await Promise.all(workers.map((worker) => worker.ready));
    for (const worker of workers) void this.#supervise(worker);
    return url;
  }

  /** Lets all finish what is in flight; kills those that take too long. `noticeMs` is that of each worker. */
  async stop(noticeMs: number): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.workers].map((worker) => this.#stopWorker(worker, noticeMs)));
    clearInterval(this.#pingTimer);
  }

  /** Checks each worker's health; kills unresponsive ones, which are then replaced like any that die. */
  #pingAll(): void {
    for (const worker of this.workers) {
      const { pid, channel, missedPings, isReady, isUnresponsive } = worker;
      const answered = () => void (worker.missedPings = 0);
      if (missedPings < (isReady ? maxMissedPings : maxMissedPingsStarting)) {
        worker.missedPings += 1;
        channel.call("ping").then(answered, () => undefined);
      } else if (!isUnresponsive && pid !== undefined) {
        worker.isUnresponsive = true;
        this.#observer.log.error(
          { worker: pid, missed_pings: missedPings },
          "a worker does not respond and is killed",
        );
        process.kill(pid, "SIGKILL");
      }
    }
  }

  async #stopWorker({ pid, channel, ended }: PooledWorker, noticeMs: number): Promise<void> {
    channel.call("stop").catch(() => undefined);
    const timer = setTimeout(() => {
      this.#observer.log.warn({ worker: pid }, "a worker did not stop in time and is killed");
      if (pid !== undefined) process.kill(pid, "SIGKILL");
    }, noticeMs + stopTimeoutMs);
    await ended;
    clearTimeout(timer);
  }

  #fork(): PooledWorker {
    const worker = cluster.fork();
    this.#handOffs.follow(worker);
    const ended = exitReason(worker);
    let [resolveReady, rejectReady] = [(_url: string) => {}, (_error: Error) => {}];
    const ready = new Promise<string>((resolve, reject) => ([resolveReady, rejectReady] = [resolve, reject]));
    ready.catch(() => undefined); // callers that wait get the rejection
    const channel = openIpcChannel<WorkerApi, PrimaryApi>(endpointAt(worker), {
      ...this.#observer.handlersFor(() => handle),
      ready(url) {
        Object.assign(handle, { isReady: true, missedPings: 0 });
        resolveReady(url);
      },
      startFailed: ({ message, code }) => rejectReady(Object.assign(new Error(message), { code })),
    });
    const { pid } = worker.process;
    const handle: PooledWorker = {
      pid,
      channel,
      ready,
      ended,
      hasEnded: false,
      isReady: false,
      missedPings: 0,
      isUnresponsive: false,
    };
    this.workers.add(handle);
    void ended.then((reason) => {
      channel.close();
      handle.hasEnded = true;
      this.workers.delete(handle);
      rejectReady(new Error(`A worker ended while starting (${reason}).`));
      this.#observer.workerEnded(handle);
    });
    return handle;
  }

  async #supervise(first: PooledWorker): Promise<void> {
    const { log, workerReady } = this.#observer;
    let worker = first;
    for (let ends = 1; ; ends += 1) {
      const startedAt = performance.now();
      const reason = await worker.ended;
      if (this.#stopping.signal.aborted) return;
      if (performance.now() - startedAt > healthyAfterMs) ends = 1;
      this.replaced[worker.isUnresponsive ? "silent" : "ended"] += 1;
      log.error({ worker: worker.pid, reason }, "a worker ended unexpectedly; starting another");
      if (!(await sleep(exponentialBackoff(ends, restartBackoff), this.#stopping.signal))) return;
      worker = this.#fork();
      const { pid } = worker;
      worker.ready.then(
        (url) => {
          log.info({ worker: pid }, "replacement worker is ready");
          workerReady(url);
        },
        (error: unknown) => log.error({ worker: pid, err: error }, "a replacement worker could not start"),
      );
    }
  }
}

function endpointAt(worker: Worker): IpcEndpoint {
  return {
    send: (message, onError) => void worker.send(message, (error) => error && onError(error)),
    listen: (onMessage) => void worker.on("message", onMessage),
  };
}

/** The end of a worker that could not be forked is an error instead of an exit. */
function exitReason(worker: Worker): Promise<string> {
  return new Promise((resolve) => {
    worker.on("exit", (code, signal) => resolve(signal || `exit code ${code}`));
    worker.on("error", (error) => {
      if (worker.process.pid === undefined) resolve(error.message);
    });
  });
}
