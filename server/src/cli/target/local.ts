/**
 * The database itself as a target: the whole way of requests in this process, as an administrator. A data folder
 * that a server holds is reached through its PostgreSQL's socket; one that nobody holds is opened with its lock taken,
 * so that no server starts meanwhile. A database of another release is refused, never migrated by the way.
 */
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Config } from "../../config.ts";
import { type Connection, type Db, openDatabase } from "../../db/database.ts";
import { startEmbedded } from "../../db/embedded/embedded.ts";
import { clusterPath } from "../../db/embedded/cluster.ts";
import { findHolder, type Holder } from "../../db/embedded/lock.ts";
import { FolderInUse } from "../../db/embedded/errors.ts";
import { readWhereabouts } from "../../db/embedded/socket.ts";
import { findGap } from "../../db/migrate.ts";
import { openLog } from "../../log.ts";
import { type AttachedService, attachService } from "../../service/service.ts";
import { CommandFailure, explainDatabase } from "../exit.ts";
import { type Asked, replyOf, requestOf } from "../request.ts";
import type { Target } from "./target.ts";

const sessions = 4;
const patience = 20_000;

/** A database that a command has to itself or shares with a server. */
export interface Opened {
  db: Db;
  /** the server that holds the data folder, if one does */
  holder?: Holder;
  /** where that server answers */
  url?: string;
  close(): Promise<void>;
}

/** The PostgreSQL of DATABASE_URL as a target. */
export async function openDatabaseTarget(config: Config): Promise<Target> {
  return targetOn("the PostgreSQL of DATABASE_URL", config, openGiven(config));
}

/** A data folder as a target. */
export async function openFolderTarget(config: Config): Promise<Target> {
  return targetOn(config.dataDir, config, await openFolder(config));
}

/** The database of DATABASE_URL; nothing is connected yet. */
export function openGiven(config: Config): Opened {
  const db = openDatabase({ connectionString: config.databaseUrl }, sessions);
  return { db, close: () => db.close() };
}

/** The database of a data folder, whether a server holds it or not. */
export async function openFolder(config: Config): Promise<Opened> {
  if (!existsSync(clusterPath(config.dataDir)))
    throw new CommandFailure(
      "unreachable",
      `There is no data in ${config.dataDir}. Start Dossier once with \`dossier serve\`, or name its folder with --data-dir, or a server with --url.`,
    );
  for (const deadline = Date.now() + patience; ; ) {
    const running = await awaitServer(config.dataDir);
    if (running) return { ...running, close: () => running.db.close() };
    try {
      return await startForNow(config);
    } catch (error) {
      if (!(error instanceof FolderInUse) || Date.now() > deadline) throw error; // else another was quicker: it is waited for
    }
  }
}

/** Waits while another command holds the folder, or a server that does not answer yet. */
async function awaitServer(dataDir: string): Promise<Omit<Opened, "close"> | undefined> {
  for (const deadline = Date.now() + patience; ; await delay(50)) {
    const holder = await findHolder(dataDir);
    if (!holder) return undefined;
    if (!holder.here)
      throw new CommandFailure(
        "unreachable",
        `${dataDir} is held by a Dossier in another container or on another machine (process ${holder.pid}). Run this there, or name the server with --url.`,
      );
    const { url, pid, postgres, socketFolder: host, port, user, database } = readWhereabouts(dataDir) ?? {};
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
      return { db: openDatabase(connection, sessions), holder, url };
    }
    if (Date.now() > deadline)
      throw new CommandFailure(
        "unreachable",
        `${dataDir} is held by process ${holder.pid} since ${holder.since.toISOString()}, which is not ready. Try again when it is, or stop it.`,
      );
  }
}

/** Holds the folder for the time of the command, and ends its PostgreSQL whatever ends the command. */
async function startForNow(config: Config): Promise<Opened> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => process.exit(130));
  const user = config.databaseUser === undefined ? {} : { user: config.databaseUser };
  const embedded = await startEmbedded({ dataDir: config.dataDir, log: openLog("warn"), ...user });
  const db = openDatabase({ ...embedded.connection, ssl: false }, sessions);
  const close = async () => {
    await db.close();
    await embedded.stop();
  };
  return { db, close };
}

async function targetOn(name: string, config: Config, opened: Opened): Promise<Target> {
  let service: AttachedService;
  try {
    await refuseOtherRelease(name, opened.db);
    service = await attachService(config, openLog("error"), opened.db);
  } catch (error) {
    await opened.close();
    throw explainAccess(name, error);
  }
  const ask = async (asked: Asked) => {
    const { status, headers, text } = await service.request(requestOf(asked, service.key));
    const reply = replyOf(status, headers, text);
    if (reply) return reply;
    throw new Error(`${status} is not an answer of Dossier's.`);
  };
  return {
    hasKey: false,
    ask,
    db: opened.db,
    async close() {
      await service.stop();
      await opened.close();
    },
  };
}

async function refuseOtherRelease(name: string, db: Db): Promise<void> {
  const { missing, unknown } = await findGap(db.pool);
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

/** The socket of a server belongs to the account its PostgreSQL runs under. */
function explainAccess(name: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EACCES" || code === "EPERM")
    return new CommandFailure(
      "unreachable",
      `The database of ${name} belongs to another account. Run this as the account that runs the server, or name the server with --url.`,
      error,
    );
  const trouble = name.startsWith("the PostgreSQL") ? explainDatabase(error) : undefined;
  return trouble ? new CommandFailure("unreachable", trouble, error) : error;
}
