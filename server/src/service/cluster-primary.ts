/**
 * Primary process of a cluster: it owns the database, migrates it, creates the first key and keeps the counters shared
 * by all; its workers handle the requests. It listens on no port itself and keeps no database connection.
 */
import { timeoutOr } from "../abort.ts";
import type { Config } from "../config.ts";
import { UnsupportedDatabaseError } from "../db/migrate.ts";
import { readConnectionBudget } from "../db/connection-budget.ts";
import { createFirstKey } from "../domain/key/key.ts";
import type { Log } from "../log.ts";
import { AdminKeyFile } from "./admin-key-file.ts";
import { runUnseen } from "./start-step.ts";
import { makeStartLink, prepare, type RunningServer, type StartOptions } from "./service.ts";
import { WorkerPool, type PrimaryHandlers, type PooledWorker } from "./worker-pool.ts";
import { closeDatabases, type OwnDatabases, startDatabases } from "./databases.ts";
import type { Secret } from "../domain/context.ts";
import { scheduleBackups } from "./backup-schedule.ts";
import { rotateSecret } from "./secret-rotation.ts";
import { readSecrets } from "./installation-secret.ts";
import { createRateCounter } from "../http/rate-counter.ts";
import { MetricsAggregator } from "./metrics-aggregator.ts";

/** Starts the database, if it is embedded, and the workers; on failure it stops again what it has started. */
export async function startPrimary(config: Config, log: Log, options: StartOptions): Promise<RunningServer> {
  const { runStep = runUnseen, details = log } = options;
  const databases = await startDatabases(config, details, runStep);
  const { db, embedded } = databases;
  const adminKeyFile = embedded && new AdminKeyFile(config.dataDir, log);
  let pool: WorkerPool | undefined;
  let rotating: Promise<void> | undefined;
  let stopBackups: (() => Promise<void>) | undefined;
  const stop = async () => {
    adminKeyFile?.close();
    await Promise.all([pool?.stop(1000 * config.stopNotice), rotating, stopBackups?.()]);
    await closeDatabases(databases);
  };
  try {
    const demo = await prepare(databases, log, options);
    const secret = readSecrets(config);
    pool = await createPool({ config, secret, log, databases });
    const url = await pool.start(config.workers);
    // Last of all: a key created by a start that fails would never be shown.
    const firstKey = config.adminKey
      ? undefined
      : await createFirstKey(db, (key) => adminKeyFile?.write(key));
    const startLink = await makeStartLink(db, url, firstKey);
    adminKeyFile?.watch();
    embedded?.publishUrl(url);
    rotating = rotateSecret(db, secret, log);
    stopBackups = scheduleBackups(db, config, log);
    return { url, firstKey, startLink, demo, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface PoolDeps {
  config: Config;
  secret: Secret;
  log: Log;
  databases: OwnDatabases;
}

async function createPool({ config, secret, log, databases }: PoolDeps): Promise<WorkerPool> {
  const { connection, embedded } = databases;
  const maxConnections = connectionsPerWorker(await readConnectionBudget(databases.db), config.workers);
  const setup = { config, secret, connection, maxConnections };
  const countRequest = createRateCounter();
  const aggregator = new MetricsAggregator();
  const handlersFor = (worker: () => PooledWorker): PrimaryHandlers => ({
    setup: () => setup,
    countRequest,
    databaseState: () => ({ running: embedded?.running ?? true, restarts: embedded?.restarts ?? 0 }),
    countsOfOthers: (own) => aggregator.collect(worker(), own, pool.workers),
    workersReplaced: () => pool.replaced,
    async invalidate(cache) {
      const others = [...pool.workers].filter((one) => one !== worker());
      const calls = others.map((other) => other.channel.call("invalidate", cache).catch(() => undefined));
      await timeoutOr(cacheMs, Promise.all(calls), undefined); // a value that is older is read again
    },
  });
  const pool = new WorkerPool({
    log,
    handlersFor,
    workerReady: (url) => embedded?.publishUrl(url), // with PORT=0 a pool whose workers all died has another port
    workerEnded: (worker) => aggregator.retire(worker),
  });
  return pool;
}

/** For how long a process caches keys and sessions, in milliseconds. */
const cacheMs = 1000;
const maxPerWorker = 16;
const minPerWorker = 2;

/** Connections for the requests of each worker. Each has one more, for monitoring. */
function connectionsPerWorker(budget: number, workers: number): number {
  const share = Math.floor(budget / workers) - 1;
  if (share >= minPerWorker) return Math.min(share, maxPerWorker);
  const maxWorkers = Math.floor(budget / (minPerWorker + 1));
  throw new UnsupportedDatabaseError(
    `The database has room for ${maxWorkers} workers, not for ${workers}: they may use ${budget} of its sessions, three fifths of what it allows. Set DOSSIER_WORKERS lower, or the database's max_connections higher.`,
  );
}
