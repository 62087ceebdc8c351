/**
 * Composition root: builds a running service from the settings. Only here the parts are connected, in the order of
 * their dependencies, and stopped in reverse. This is the service of one process; service/cluster-primary.ts is that of
 * several.
 */
import { randomBytes } from "node:crypto";
import type { Config } from "../config.ts";
import type { Db } from "../db/database.ts";
import { continuePositions } from "../domain/change-feed.ts";
import { migrate, readMigrationStatus } from "../db/migrate.ts";
import { type Demo, seedDemo } from "../demo.ts";
import { readChannelTypes } from "../domain/channel-type.ts";
import { createFirstKey } from "../domain/key/key.ts";
import { createStartLink, startAddress } from "../domain/key/start-link.ts";
import type { App } from "../http/app.ts";
import type { Log } from "../log.ts";
import { type ServerProcess, createServerProcess, type ServerDeps } from "./server-process.ts";
import { AdminKeyFile } from "./admin-key-file.ts";
import { closeDatabases, type OwnDatabases, startDatabases } from "./databases.ts";
import { scheduleBackups } from "./backup-schedule.ts";
import { rotateSecret } from "./secret-rotation.ts";
import { readSecrets } from "./installation-secret.ts";
import { type RunStep, runUnseen } from "./start-step.ts";
import type { ClusterServices } from "./shared-state.ts";
import type { Batcher } from "../domain/batcher.ts";

/** A running Dossier, of one process or several. */
export interface RunningServer {
  url: string;
  /** the administrator key, at the very first start only */
  firstKey: string | undefined;
  /** the address that opens a session of that key, once */
  startLink: string | undefined;
  /** the demo data, if it was requested */
  demo: Demo | undefined;
  /** Accepts no more requests, finishes those in flight, then closes the egress client and the database. */
  stop(): Promise<void>;
}

/** A Dossier that runs in this process. */
export interface RunningService extends RunningServer {
  app: App;
  db: Db;
  batcher: Batcher;
}

/** Options beside the settings. */
export interface StartOptions extends Pick<ServerDeps, "egressOptions" | "inFlight" | "drainMs"> {
  /** seed the demo data */
  demo?: boolean;
  /** shows the steps of the start */
  runStep?: RunStep;
  /** the log of the steps' details and of PostgreSQL; default the log of the service */
  details?: Log;
}

/** Starts everything the settings require; on failure it stops again what it has started. */
export async function startService(
  config: Config,
  log: Log,
  options: StartOptions = {},
): Promise<RunningService> {
  const { runStep = runUnseen, details = log } = options;
  const databases = await startDatabases(config, details, runStep);
  const { db, embedded } = databases;
  const adminKeyFile = embedded && new AdminKeyFile(config.dataDir, log);
  let server: ServerProcess | undefined;
  let rotating: Promise<void> | undefined;
  let stopBackups: (() => Promise<void>) | undefined;
  const stop = async () => {
    adminKeyFile?.close();
    await Promise.all([server?.stop(), rotating, stopBackups?.()]);
    await closeDatabases(databases);
  };
  try {
    const demo = await prepare(databases, log, options);
    const { egressOptions, inFlight, drainMs } = options;
    const deps = {
      log,
      databases,
      cluster: singleProcess(databases),
      inFlight,
      drainMs,
      adminKeyFile,
      ...(egressOptions ? { egressOptions } : {}),
    };
    const secret = readSecrets(config);
    server = await createServerProcess({ ...deps, config, secret });
    const url = await server.listen();
    // Last of all: a key created by a start that fails would never be shown.
    const firstKey = config.adminKey
      ? undefined
      : await createFirstKey(db, (key) => adminKeyFile?.write(key));
    const startLink = await makeStartLink(db, url, firstKey);
    adminKeyFile?.watch();
    embedded?.publishUrl(url);
    server.startJobs();
    rotating = rotateSecret(db, secret, log);
    stopBackups = scheduleBackups(db, config, log);
    const { app, batcher } = server;
    return { url, firstKey, startLink, demo, app, db, batcher, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Migrates, and seeds the demo data if requested: before the first request, so that every response includes it. */
export async function prepare(
  { db, embedded }: OwnDatabases,
  log: Log,
  { demo, runStep = runUnseen, details = log }: StartOptions,
): Promise<Demo | undefined> {
  const readStatus = () => readMigrationStatus(db.pool);
  const { missing } = await (embedded ? readStatus() : runStep("open database", readStatus));
  const applied = await (missing.length > 0 ? runStep("migrate", () => migrate(db.pool)) : migrate(db.pool));
  if (applied.length > 0) details.info({ migrations: applied }, "migrated the database");
  if (await continuePositions(db))
    log.info("the database is of another server: its feed of changes goes on behind");
  if (!demo) return undefined;
  return runStep("add demo data", async () => seedDemo(db, await readChannelTypes(db)));
}

/** At the very first start: the address by which its key opens a session, once. */
export async function makeStartLink(db: Db, url: string, firstKey?: string): Promise<string | undefined> {
  const link = firstKey === undefined ? undefined : await createStartLink(db);
  return link && startAddress(url, link);
}

function singleProcess({ embedded }: Partial<OwnDatabases>): ClusterServices {
  return {
    databaseState: () => ({ running: embedded?.running ?? true, restarts: embedded?.restarts ?? 0 }),
  };
}

/** A Dossier without a port, on a database that other servers may use too. */
export interface InProcessService {
  /** the administrator key of this service alone */
  key: string;
  /** One HTTP request, without a network. */
  request(asked: InProcessRequest): Promise<{ status: number; headers: Headers; text: string }>;
  /** Ends the service; the database stays as it is. */
  stop(): Promise<void>;
}

/** A request without a network. */
export interface InProcessRequest {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** The complete request path on an existing database, without migrations, retention or a port. */
export async function createInProcessService(config: Config, log: Log, db: Db): Promise<InProcessService> {
  const key = randomBytes(32).toString("hex");
  const ownConfig = {
    ...config,
    adminKey: key,
    rateLimit: 0,
    console: false,
    keyInQuery: false,
    corsOrigins: [],
    trustedProxies: [],
  };
  const databases = { db, monitoringDb: db };
  const { app, stop } = await createServerProcess({
    config: ownConfig,
    operatorConfig: config,
    secret: readSecrets(config),
    log,
    databases,
    cluster: singleProcess({}),
  });
  return {
    key,
    stop,
    async request({ method, path, headers, body }) {
      const response = await app.inject({
        method,
        url: path,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      const sent = Object.entries(response.headers).map(
        ([name, value]) => [name, String(value)] as [string, string],
      );
      return { status: response.statusCode, headers: new Headers(sent), text: response.payload };
    },
  };
}
