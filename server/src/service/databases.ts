/** Databases of a service: the PostgreSQL it uses, and its number of connections. */
import { existsSync } from "node:fs";
import type { Config } from "../config.ts";
import type { Connection, Db } from "../db/database.ts";
import { type ErasureLog, openErasureLog } from "../db/erasure-log.ts";
import { openDatabase } from "../db/pool.ts";
import { clusterPath } from "../db/embedded/cluster.ts";
import { type EmbeddedPostgres, startEmbedded } from "../db/embedded/embedded.ts";
import { UnsupportedDatabaseError } from "../db/migrate.ts";
import type { Log } from "../log.ts";
import { assertNoRestoreBegun } from "./restore-folder.ts";
import type { RunStep } from "./start-step.ts";

export interface Databases {
  db: Db;
  /** the same database through one connection of its own, for monitoring: that must not wait in the queue */
  monitoringDb: Db;
}

/** The database as held by the process that started it. */
export interface OwnDatabases extends Databases {
  connection: Connection;
  embedded: EmbeddedPostgres | undefined;
}

/** An idle connection stays open for longer than the interval between two scrapes. */
const monitoringOptions = { application_name: "dossier-metrics", idleTimeoutMillis: 90_000 };

/** Starts the embedded PostgreSQL, unless the settings name another one. */
export async function startDatabases(config: Config, log: Log, runStep: RunStep): Promise<OwnDatabases> {
  const erasureLog = await openConfiguredErasureLog(config);
  if (!config.databaseUrl) assertNoRestoreBegun(config.dataDir);
  const embedded = config.databaseUrl ? undefined : await startEmbeddedDatabase(config, log, runStep);
  const connection = embedded
    ? { ...embedded.connection, ssl: false }
    : { connectionString: config.databaseUrl };
  return { embedded, connection, ...openDatabases(connection, { erasureLog }) };
}

/** The erasure log of the settings. @throws UnsupportedDatabaseError if it cannot be written: nothing is erased unrecorded */
export async function openConfiguredErasureLog({ erasureLog }: Config): Promise<ErasureLog | undefined> {
  if (erasureLog === undefined) return undefined;
  try {
    return await openErasureLog(erasureLog);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UnsupportedDatabaseError(
      `The erasure log ${erasureLog} cannot be written (${code}). Without it a restored backup would bring back who was purged. Name another file with DOSSIER_ERASURE_LOG.`,
    );
  }
}

/** Opens the pools of a database; `maxConnections` limits those for requests, and there is one more. */
export function openDatabases(
  connection: Connection,
  { maxConnections, erasureLog }: { maxConnections?: number; erasureLog?: ErasureLog | undefined } = {},
): Databases {
  return {
    db: openDatabase(connection, maxConnections, erasureLog),
    monitoringDb: openDatabase({ ...connection, ...monitoringOptions }, 1),
  };
}

/** Closes every connection, and stops the database if it is embedded. */
export async function closeDatabases({
  db,
  monitoringDb,
  embedded,
}: Databases & Partial<OwnDatabases>): Promise<void> {
  await Promise.all([db.close(), monitoringDb.close()]);
  await embedded?.stop();
}

function startEmbeddedDatabase(config: Config, log: Log, runStep: RunStep): Promise<EmbeddedPostgres> {
  const { dataDir } = config;
  const user = config.databaseUser === undefined ? {} : { user: config.databaseUser };
  const step = existsSync(clusterPath(dataDir)) ? "open database" : "create database";
  return runStep(step, () => startEmbedded({ dataDir, log, ...user }));
}
