/**
 * Restore of an installation: the database is loaded, what was erased since the backup is erased again, and only then
 * the marker goes that keeps servers from opening it.
 */
import type { Config } from "../config.ts";
import { type BackupHeader, BackupError } from "../db/backup/format.ts";
import {
  assertReadable,
  finishRestore,
  load,
  type LoadProgress,
  type LoadResult,
} from "../db/backup/load.ts";
import { findRestoreMarker } from "../db/backup/marker.ts";
import type { BackupReader } from "../db/backup/read.ts";
import { openLongSession } from "../db/backup/session.ts";
import type { Connection, Db } from "../db/database.ts";
import { hasCluster } from "../db/embedded/cluster.ts";
import { startEmbedded } from "../db/embedded/embedded.ts";
import { findHolder } from "../db/embedded/lock.ts";
import { type Erasure, importErasures } from "../db/erasure-log.ts";
import { openDatabase } from "../db/pool.ts";
import { continuePositions } from "../domain/change-feed.ts";
import { readChannelTypes } from "../domain/channel-type.ts";
import type { Secret } from "../domain/context.ts";
import { replayErasures, type ReplayReport, unseenErasures } from "../domain/erasure/replay.ts";
import type { Log } from "../log.ts";
import { writeSecrets } from "./installation-secret.ts";
import { beginRestoreFolder, endRestoreFolder } from "./restore-folder.ts";

/** What is restored, and into what. */
export interface RestoreRequest {
  reader: BackupReader;
  /** into its DATABASE_URL, or else its data folder */
  config: Config;
  log: Log;
  /** written into the data folder */
  secret: Secret | undefined;
  /** of every erasure log */
  erasures: readonly Erasure[];
  progress: LoadProgress;
}

/** What a restore did. */
export interface RestoreReport {
  header: BackupHeader;
  loaded: LoadResult;
  replay: ReplayReport;
}

/** Restores a backup. An interrupted restore is repeated with the same backup. @throws BackupError */
export async function restoreBackup(request: RestoreRequest): Promise<RestoreReport> {
  const header = await request.reader.header();
  assertReadable(header);
  const { config } = request;
  if (config.databaseUrl !== undefined) return restoreInto({ connectionString: config.databaseUrl }, request);
  const { dataDir } = config;
  const holder = await findHolder(dataDir);
  if (holder)
    throw new BackupError(
      `${dataDir} is in use by process ${holder.pid}. A restore needs a new data folder: name one with --data-dir.`,
    );
  if (!hasCluster(dataDir)) beginRestoreFolder(dataDir);
  const user = config.databaseUser === undefined ? {} : { user: config.databaseUser };
  const embedded = await startEmbedded({ dataDir, log: request.log, ...user });
  try {
    const report = await restoreInto({ ...embedded.connection, ssl: false }, request);
    endRestoreFolder(dataDir);
    return report;
  } finally {
    await embedded.stop();
  }
}

async function restoreInto(connection: Connection, request: RestoreRequest): Promise<RestoreReport> {
  const { reader, config, secret, erasures, progress } = request;
  const db = openDatabase(connection, 2); // without an erasure log: it has these entries
  const client = await openLongSession(db.pool);
  try {
    const loaded = await load(client, reader, progress);
    const header = await reader.header();
    progress.onStep?.("erasing again what was erased since");
    await continuePositions(db);
    const replay = await eraseAgain(db, erasures, header);
    if (config.databaseUrl === undefined && secret) writeSecrets(config.dataDir, secret);
    if (config.erasureLog !== undefined) await importErasures(config.erasureLog, erasures);
    await finishRestore(client, progress.onStep);
    return { header, loaded, replay };
  } catch (error) {
    const isUntouched = error instanceof BackupError && !(await findRestoreMarker(client).catch(() => true));
    if (isUntouched && config.databaseUrl === undefined) endRestoreFolder(config.dataDir);
    throw error;
  } finally {
    await client.end().catch(() => undefined);
    await db.close();
  }
}

async function eraseAgain(
  db: Db,
  erasures: readonly Erasure[],
  { createdAt }: BackupHeader,
): Promise<ReplayReport> {
  const unseen = unseenErasures(erasures, new Date(createdAt));
  return replayErasures(db, await readChannelTypes(db), unseen);
}
