/** Which PostgreSQL a service works on, and by how many sessions. */
import type { Config } from "../config.ts";
import { type Connection, type Db, openDatabase } from "../db/database.ts";
import { type EmbeddedPostgres, startEmbedded } from "../db/embedded/embedded.ts";
import type { Log } from "../log.ts";

/** The ways to the database there are. */
export interface Databases {
  db: Db;
  /** the same database by one session of its own, for whoever watches: it must not wait for its turn */
  aside: Db;
}

/** The database as the one who started it holds it. */
export interface OwnDatabases extends Databases {
  connection: Connection;
  embedded: EmbeddedPostgres | undefined;
}

/** An idle session stays for longer than it is from one scrape to the next. */
const asideOptions = { application_name: "dossier-metrics", idleTimeoutMillis: 90_000 };

/** Starts the embedded PostgreSQL, unless the settings name another one. */
export async function startDatabases(config: Config, log: Log): Promise<OwnDatabases> {
  const embedded = config.databaseUrl ? undefined : await startDatabase(config, log);
  const connection = embedded
    ? { ...embedded.connection, ssl: false }
    : { connectionString: config.databaseUrl };
  return { embedded, connection, ...openDatabases(connection) };
}

/** Opens the ways to a database; `size` is the most sessions for requests, and there is one more. */
export function openDatabases(connection: Connection, size?: number): Databases {
  return {
    db: openDatabase(connection, size),
    aside: openDatabase({ ...connection, ...asideOptions }, 1),
  };
}

/** Ends every session, and the database if it is our own. */
export async function closeDatabases({
  db,
  aside,
  embedded,
}: Databases & Partial<OwnDatabases>): Promise<void> {
  await Promise.all([db.close(), aside.close()]);
  await embedded?.stop();
}

function startDatabase(config: Config, log: Log): Promise<EmbeddedPostgres> {
  const user = config.databaseUser === undefined ? {} : { user: config.databaseUser };
  return startEmbedded({ dataDir: config.dataDir, log, ...user });
}
