/**
 * Local target: requests run in this process, as an administrator, directly on the database. If a server holds the data
 * folder, its PostgreSQL is used through the socket; otherwise the folder is opened under its lock, so that no server
 * starts meanwhile. A database of another release is rejected, never migrated implicitly.
 */
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { ClientOptions, DossierError } from "@dossier/api";
import type { Config } from "../../config.ts";
import type { Connection, Db } from "../../db/database.ts";
import { openDatabase } from "../../db/pool.ts";
import { startEmbedded } from "../../db/embedded/embedded.ts";
import { clusterPath } from "../../db/embedded/cluster.ts";
import { findHolder, type Holder } from "../../db/embedded/lock.ts";
import { DataDirLockedError } from "../../db/embedded/errors.ts";
import { readRuntimeState } from "../../db/embedded/socket.ts";
import { assertRestored, readMigrationStatus } from "../../db/migrate.ts";
import { openLog } from "../../log.ts";
import { openConfiguredErasureLog } from "../../service/databases.ts";
import { assertNoRestoreBegun } from "../../service/restore-folder.ts";
import {
  type InProcessRequest,
  type InProcessService,
  createInProcessService,
} from "../../service/service.ts";
import { CommandFailure, describeDatabaseError } from "../exit.ts";
import { createTargetClient } from "./client.ts";
import type { Target } from "./target.ts";

const poolSize = 4;
const lockTimeoutMs = 20_000;

/** A database opened for a command, exclusively or shared with a server. */
export interface OpenedDatabase {
  db: Db;
  /** the process that holds the data folder, if any */
  holder?: Holder;
  /** the URL of that server */
  url?: string;
  close(): Promise<void>;
}

/** The PostgreSQL of DATABASE_URL as a target. */
export async function openDatabaseTarget(config: Config): Promise<Target> {
  return createTarget("the PostgreSQL of DATABASE_URL", config, await openConfigured(config));
}

/** A data folder as a target. */
export async function openFolderTarget(config: Config): Promise<Target> {
  return createTarget(config.dataDir, config, await openFolder(config));
}

/** The database of DATABASE_URL; connects on first use. */
export async function openConfigured(config: Config): Promise<OpenedDatabase> {
  const erasureLog = await openConfiguredErasureLog(config);
  const db = openDatabase({ connectionString: config.databaseUrl }, poolSize, erasureLog);
  return { db, close: () => db.close() };
}

/** The database of a data folder, with or without a running server. */
export async function openFolder(config: Config): Promise<OpenedDatabase> {
  assertNoRestoreBegun(config.dataDir);
  if (!existsSync(clusterPath(config.dataDir)))
    throw new CommandFailure(
      "unreachable",
      `There is no data in ${config.dataDir}. Start Dossier once with \`dossier serve\`, or name its folder with --data-dir, or a server with --url.`,
    );
  for (const deadline = Date.now() + lockTimeoutMs; ; ) {
    const running = await waitForServer(config);
    if (running) return { ...running, close: () => running.db.close() };
    try {
      return await startTemporary(config);
    } catch (error) {
      if (!(error instanceof DataDirLockedError) || Date.now() > deadline) throw error; // else another process took the lock first
    }
  }
}

/** Waits while another command, or a server that is not ready yet, holds the folder. */
async function waitForServer(config: Config): Promise<Omit<OpenedDatabase, "close"> | undefined> {
  const { dataDir } = config;
  for (const deadline = Date.now() + lockTimeoutMs; ; await delay(50)) {
    const holder = await findHolder(dataDir);
    if (!holder) return undefined;
    if (!holder.isLocal)
      throw new CommandFailure(
        "unreachable",
        `${dataDir} is held by a Dossier in another container or on another machine (process ${holder.pid}). Run this there, or name the server with --url.`,
      );
    const { url, pid, postgres, socketFolder: host, port, user, database } = readRuntimeState(dataDir) ?? {};
    if (
      url !== undefined &&
      pid === holder.pid &&
      postgres !== undefined &&
      host &&
      port &&
      user &&
      database
    ) {
      const connection: Connection = { host, port, user, database, ssl: false };
      const erasureLog = await openConfiguredErasureLog(config);
      return { db: openDatabase(connection, poolSize, erasureLog), holder, url };
    }
    if (Date.now() > deadline)
      throw new CommandFailure(
        "unreachable",
        `${dataDir} is held by process ${holder.pid} since ${holder.since.toISOString()}, which is not ready. Try again when it is, or stop it.`,
      );
  }
}

/** Starts the folder's PostgreSQL for the duration of the command; it ends in every case. */
async function startTemporary(config: Config): Promise<OpenedDatabase> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => process.exit(130));
  const erasureLog = await openConfiguredErasureLog(config);
  const user = config.databaseUser === undefined ? {} : { user: config.databaseUser };
  const embedded = await startEmbedded({ dataDir: config.dataDir, log: openLog("warn"), ...user });
  const db = openDatabase({ ...embedded.connection, ssl: false }, poolSize, erasureLog);
  const close = async () => {
    await db.close();
    await embedded.stop();
  };
  return { db, close };
}

async function createTarget(name: string, config: Config, opened: OpenedDatabase): Promise<Target> {
  let service: InProcessService;
  try {
    await assertRestored(opened.db.pool);
    await assertSameRelease(name, opened.db);
    service = await createInProcessService(config, openLog("error"), opened.db);
  } catch (error) {
    await opened.close();
    throw explainAccess(name, error);
  }
  const { key } = service;
  const unlimited = { timeout: Infinity, tryTimeout: Infinity };
  const client = createTargetClient({ url: inProcessUrl, key, ...unlimited }, fetchOf(service), explain);
  return {
    hasKey: false,
    client,
    db: opened.db,
    async close() {
      await service.stop();
      await opened.close();
    },
  };
}

/** Requests in this process have no host; the client needs one. */
const inProcessUrl = "http://localhost";

/** The client's `fetch`, without a network. */
function fetchOf(service: InProcessService): NonNullable<ClientOptions["fetch"]> {
  return async (url, { method, headers, body }) => {
    const { text, ...init } = await service.request({
      method: method as InProcessRequest["method"],
      path: url.pathname + url.search,
      headers,
      ...(typeof body === "string" ? { body } : {}),
    });
    return new Response(text, init);
  };
}

/** Without a network, a call without a response is a fault of this program. */
function explain(error: DossierError): unknown {
  if (error.foreignStatus !== undefined)
    return new Error(`${error.foreignStatus} is not an answer of Dossier's.`);
  return error.code === "network_failed" ? error.cause : error;
}

async function assertSameRelease(name: string, db: Db): Promise<void> {
  const { missing, unknown } = await readMigrationStatus(db.pool);
  if (unknown.length > 0)
    throw new CommandFailure(
      "failed",
      `${name} is newer than this Dossier: it has the migration ${unknown[0]}. Use the newer release.`,
    );
  if (missing.length > 0)
    throw new CommandFailure(
      "failed",
      `${name} is older than this Dossier: ${missing.length} migrations are not applied. Run \`dossier migrate\`, or start the server of this release.`,
    );
}

/** Explains a permission error: the socket belongs to the account of the server's PostgreSQL. */
function explainAccess(name: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EACCES" || code === "EPERM")
    return new CommandFailure(
      "unreachable",
      `The database of ${name} belongs to another account. Run this as the account that runs the server, or name the server with --url.`,
      error,
    );
  const trouble = name.startsWith("the PostgreSQL") ? describeDatabaseError(error) : undefined;
  return trouble ? new CommandFailure("unreachable", trouble, error) : error;
}
