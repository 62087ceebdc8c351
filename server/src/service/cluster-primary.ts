/**
 * A Dossier of several processes: this one has the database, migrates it, makes the first key and counts what must hold
 * for all; its workers answer the requests. It listens on nothing itself and keeps no session at the database.
 */
import type { Config } from "../config.ts";
import { DatabaseRefusal } from "../db/migrate.ts";
import { findRoom } from "../db/connection-budget.ts";
import { createFirstKey } from "../domain/key/key.ts";
import type { Log } from "../log.ts";
import { prepare, type Serving, type Wanted } from "./service.ts";
import { Crew, type Duties, type Member } from "./worker-pool.ts";
import { closeDatabases, type OwnDatabases, startDatabases } from "./databases.ts";
import { secretOf } from "./installation-secret.ts";
import { makeTally } from "../http/rate-counter.ts";
import { Totals } from "./metrics-aggregator.ts";

/** Starts the database, if it is our own, and the workers; what was started is stopped again when something refuses. */
export async function startPrimary(config: Config, log: Log, wanted: Wanted): Promise<Serving> {
  const databases = await startDatabases(config, log);
  const { db, embedded } = databases;
  let crew: Crew | undefined;
  const stop = async () => {
    await crew?.stop();
    await closeDatabases(databases);
  };
  try {
    const demo = await prepare(databases, log, wanted);
    crew = await makeCrew(config, log, databases);
    const url = await crew.start(config.workers);
    // Last of all: a key made by a start that fails would never be shown.
    const firstKey = config.adminKey ? undefined : await createFirstKey(db);
    embedded?.announce(url);
    return { url, firstKey, demo, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeCrew(config: Config, log: Log, databases: OwnDatabases): Promise<Crew> {
  const { connection, embedded } = databases;
  const sessions = shareOut(await findRoom(databases.db), config.workers);
  const setup = { config: { ...config, secret: secretOf(config) }, connection, sessions };
  const spend = makeTally();
  const totals = new Totals();
  const dutiesOf = (member: () => Member): Duties => ({
    setup: () => setup,
    spend,
    databaseState: () => ({ running: embedded?.running ?? true, restarts: embedded?.restarts ?? 0 }),
    countsOfOthers: (own) => totals.exchange(member(), own, crew.members),
    changed(what) {
      for (const other of crew.members)
        if (other !== member()) other.line.ask("forget", what).catch(() => undefined);
    },
  });
  const crew = new Crew({
    log,
    dutiesOf,
    joined: (url) => embedded?.announce(url), // with PORT=0 a crew that died whole has another port
    left: (member) => totals.leave(member),
  });
  return crew;
}

const mostSessions = 16;
const leastSessions = 2;

/** Sessions for the requests of each worker. Each has one more, for whoever watches. */
function shareOut(room: number, workers: number): number {
  const share = Math.floor(room / workers) - 1;
  if (share >= leastSessions) return Math.min(share, mostSessions);
  const most = Math.floor(room / (leastSessions + 1));
  throw new DatabaseRefusal(
    `The database has room for ${most} workers, not for ${workers}: they may use ${room} of its sessions, three fifths of what it allows. Set DOSSIER_WORKERS lower, or the database's max_connections higher.`,
  );
}
