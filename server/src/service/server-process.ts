/** Server process: the application, its egress client and its jobs, on a running database. */
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import type { Config } from "../config.ts";
import { readBackupFolder } from "../db/backup/folder.ts";
import { batchFailed } from "../domain/command.ts";
import type { Secret } from "../domain/context.ts";
import { ChangeStreams } from "../domain/change-stream/watch.ts";
import { readChannelTypes } from "../domain/channel-type.ts";
import { createKeyring } from "../domain/key/key.ts";
import { acceptInBulk } from "../http/bulk-accept.ts";
import { type App, buildApp } from "../http/app.ts";
import type { Db } from "../db/database.ts";
import { hashToken } from "../domain/key/token.ts";
import type { Log } from "../log.ts";
import { createMetrics } from "../metrics/metrics.ts";
import type { InFlight } from "../metrics/in-flight.ts";
import { createEgressClient, type EgressOptions } from "../egress/client.ts";
import { version } from "../version.ts";
import { createJobHandlers } from "../jobs/registry.ts";
import { type JobHandler, startWorker, type Worker } from "../jobs/worker.ts";
import type { AdminKeyFile } from "./admin-key-file.ts";
import type { Databases } from "./databases.ts";
import { maxConnectionsOf, descriptorLimit } from "./descriptors.ts";
import { createBackupReader } from "./backup-report.ts";
import { createHealthReader } from "./health.ts";
import { ttlCache } from "./ttl-cache.ts";
import { Readiness } from "./readiness.ts";
import type { CacheName, ClusterServices } from "./shared-state.ts";
import { scheduleRetention } from "../jobs/retention-schedule.ts";
import { type Batcher, createBatcher } from "../domain/batcher.ts";

export interface ServerDeps {
  config: Config;
  secret: Secret;
  log: Log;
  databases: Databases;
  cluster: ClusterServices;
  /** counts requests and jobs in flight, for the watchdog */
  inFlight?: InFlight | undefined;
  /** other ways to resolve names and to connect */
  egressOptions?: Pick<EgressOptions, "resolve" | "dial">;
  /** for how long a stop waits for requests on idle connections, in milliseconds; default a second */
  drainMs?: number | undefined;
  /** the settings as the operator has made them, if the process runs under others */
  operatorConfig?: Config | undefined;
  /** of a server on a data folder: its file with the first administrator key */
  adminKeyFile?: AdminKeyFile | undefined;
}

export interface ServerProcess {
  app: App;
  batcher: Batcher;
  /** Starts to accept requests; returns the URL. */
  listen(): Promise<string>;
  startJobs(): void;
  /** Invalidates a cache after a change by another process. */
  invalidate(what: CacheName): void;
  /** The counts of this process alone. */
  counts: ReturnType<typeof createMetrics>["counts"];
  /** Accepts no more requests, finishes those in flight and the jobs, then closes the egress client. */
  stop(): Promise<void>;
}

function createProcessMetrics(
  { config, databases, cluster }: ServerDeps,
  batcher: Batcher,
  { clock }: Readiness,
) {
  return createMetrics({
    version,
    ...databases,
    batcher,
    clock,
    restarts: async () => (await cluster.databaseState()).restarts,
    ...(config.databaseUrl === undefined ? { backupTimes: () => readBackupFolder(config.backupDir) } : {}),
    ...(cluster.countsOfOthers ? { countsOfOthers: cluster.countsOfOthers } : {}),
    ...(cluster.workersReplaced ? { workersReplaced: cluster.workersReplaced } : {}),
  });
}

/**
 * Pretenuring: V8 allocates what it has seen survive minor collections in the old generation from then on. While the young
 * generation is small, that is whatever a request allocates; there it keeps its whole request alive until the next major
 * collection. See docs/decisions/0057-no-pretenuring.md.
 */
function disablePretenuring(): void {
  setFlagsFromString("--no-allocation-site-pretenuring");
}

/** Puts the parts together; nothing listens yet, and nothing is begun. */
export async function createServerProcess(deps: ServerDeps): Promise<ServerProcess> {
  const { config, secret, log, databases, cluster, inFlight, egressOptions } = deps;
  const { db } = databases;
  const egress = createEgressClient({ allow: config.egressAllow, log, ...egressOptions });
  const readiness = new Readiness({ databases, cluster, log });
  const batcher = createLoggedBatcher(db, log);
  const metrics = createProcessMetrics(deps, batcher, readiness);
  const keyring = createKeyring(db, config.adminKey ? hashToken(config.adminKey) : undefined);
  const types = ttlCache(1000, () => readChannelTypes(db));
  const changeStreams = new ChangeStreams(db, log);
  metrics.observeChangeStreams(() => changeStreams.counts());
  const keyListeners = [changeStreams.recheck];
  const invalidators = {
    keys: () => runAll([keyring.invalidateKeys, ...keyListeners]),
    sessions: () => runAll([keyring.invalidateSessions, changeStreams.recheck]),
    types: types.invalidate,
  };
  const invalidateEverywhere = async (what: CacheName) => {
    invalidators[what]();
    await cluster.invalidate?.(what);
  };
  const app = await buildApp(
    {
      db,
      batcher,
      egress,
      log,
      metrics,
      inFlight,
      version,
      secret,
      authenticate: keyring.authenticate,
      authenticateHash: keyring.authenticateHash,
      authenticateSession: keyring.authenticateSession,
      lookUpCaller: keyring.lookUpCaller,
      changeStreams,
      onKeyChange: (listener) => void keyListeners.push(listener),
      recognise: keyring.cachedKeyId,
      sessionOpened: (keyHash) => deps.adminKeyFile?.sessionOpened(keyHash),
      invalidateKeys: () => void invalidateEverywhere("keys"),
      invalidateSessions: () => invalidateEverywhere("sessions"),
      listTypes: types.read,
      invalidateTypes: () => void invalidateEverywhere("types"),
      readiness,
      readHealth: createHealthReader({ config: deps.operatorConfig ?? config, databases, cluster }),
      readBackups: createBackupReader(deps.operatorConfig ?? config),
    },
    {
      ...config,
      maxConnections: maxConnectionsOf(config),
      drainMs: deps.drainMs,
      ...(cluster.countRequest ? { countRequest: cluster.countRequest } : {}),
    },
  ).catch(async (error: unknown) => {
    await egress.close();
    throw error;
  });
  let worker: Worker | undefined;
  let stopRetention: (() => Promise<void>) | undefined;
  return {
    app,
    batcher,
    counts: metrics.counts,
    invalidate: (what) => invalidators[what](),
    listen: () => listen(app, config, log),
    startJobs() {
      readiness.start();
      const handlers = countInFlight(createJobHandlers({ db, batcher, egress, secret, log }), inFlight);
      worker = startWorker(db, log, handlers, metrics.jobFinished);
      stopRetention = scheduleRetention(db, log, metrics);
    },
    async stop() {
      await announceStop(app, readiness, config);
      await Promise.all([drain(app), worker?.stop(), readiness.stop()]);
      await stopRetention?.();
      await egress.close();
    },
  };
}

function runAll(all: readonly (() => void)[]): void {
  for (const one of all) one();
}

/** A batcher whose failures are in the log. */
function createLoggedBatcher(db: Db, log: Log): Batcher {
  db.notifications.on(batchFailed, (err: unknown) =>
    log.error({ err }, "a batch failed and is run in two halves"),
  );
  return createBatcher(db);
}

/** The same handlers, counted while they run. */
function countInFlight(
  handlers: Record<string, JobHandler>,
  inFlight: InFlight | undefined,
): Record<string, JobHandler> {
  if (!inFlight) return handlers;
  const count = ([name, handler]: [string, JobHandler]): [string, JobHandler] => {
    const run: JobHandler["run"] = async (job, signal) => {
      inFlight.begin(`job.${name}`);
      try {
        return await handler.run(job, signal);
      } finally {
        inFlight.end(`job.${name}`);
      }
    };
    return [name, { ...handler, run }];
  };
  return Object.fromEntries(Object.entries(handlers).map(count));
}

// The backlog holds a burst of connections. When it is full the kernel drops packets, and clients retry after a second
// or more.
const backlog = 4096;
/** With fewer, connections are accepted one at a time: a server that runs out of descriptors must still notice it. */
const minBulkDescriptors = 1024;
const drainTimeoutMs = 5000;

async function listen(app: App, { host, port }: Config, log: Log): Promise<string> {
  disablePretenuring();
  const url = await app.listen({ host, port, backlog });
  if (descriptorLimit() >= minBulkDescriptors) acceptInBulk(app.server, backlog, log);
  return url;
}

/** Not ready from now on; the port stays open for the stop notice. */
async function announceStop(app: App, readiness: Readiness, { stopNotice }: Config): Promise<void> {
  readiness.announceStop();
  if (app.server.listening) await delay(1000 * stopNotice);
}

/** Finishes requests in flight; connections without a complete request by then are closed. */
async function drain(app: App): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), drainTimeoutMs);
  await app.close();
  clearTimeout(timer);
}
