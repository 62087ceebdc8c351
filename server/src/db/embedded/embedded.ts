// The embedded PostgreSQL: a real server of our own, started with Dossier, kept alive by it and stopped with it.
//
// One Dossier at a time on a data folder. Whatever was killed before (we, PostgreSQL, some of its children, or all),
// a start finds the leftovers, ends them and recovers; a PostgreSQL that dies under us is started again. It is
// reached through a private Unix socket only, never over a network.
import { setTimeout as delay } from "node:timers/promises";
import { chooseAccount, findOwnName } from "./account.ts";
import { prepareBinaries } from "./binaries.ts";
import { clusterPath, configureCluster, hasCluster, openDataFolder } from "./cluster.ts";
import { makeCluster, removePartialClusters } from "./initdb.ts";
import { tryTo } from "../embedded-liveness.ts";
import { type Lock, takeLock } from "./lock.ts";
import { boundLog, logSize, quoteLog } from "./log.ts";
import { stopOrphans } from "./orphans.ts";
import { describeFullDisk, EmbeddedRefusal } from "./errors.ts";
import {
  awaitReady,
  endServer,
  ensureDatabase,
  type Server,
  type ServerSetup,
  spawnServer,
} from "./server.ts";
import {
  makeSocketFolder,
  restoreSocketFolder,
  port,
  removeSocketFolder,
  removeStaleSocketFolder,
  removeWhereabouts,
  writeWhereabouts,
} from "./socket.ts";

export { EmbeddedRefusal } from "./errors.ts";

const role = "dossier";
const database = "dossier";
const shortestPause = 100;
const longestPause = 5_000;

export interface EmbeddedOptions {
  /** Absolute; created with mode 0700 if missing. PostgreSQL's cluster lies in <dataDir>/postgres. */
  dataDir: string;
  /** DOSSIER_DB_USER: the account PostgreSQL runs as when we are root. */
  user?: string;
  log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

export interface EmbeddedPostgres {
  /** What pg.Pool takes: host = socket folder, user, database, port. */
  readonly connection: { host: string; port: number; user: string; database: string };
  /** False while PostgreSQL is down and being restarted. */
  readonly running: boolean;
  readonly pid: number | undefined;
  /** Writes down where Dossier answers, for the commands of a terminal. */
  announce(url: string): void;
  /** How often PostgreSQL ended unexpectedly and was started again. */
  readonly restarts: number;
  /** Fast shutdown; resolves when the child is reaped and the lock given up. Idempotent. */
  stop(): Promise<void>;
}

/** Resolves when the database answers; rejects with an EmbeddedRefusal when that cannot come about. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  openDataFolder(options.dataDir);
  const lock = await takeLock(options.dataDir, () => boundLog(options.dataDir));
  let supervisor: Supervisor | undefined;
  try {
    supervisor = new Supervisor(options, lock, await prepare(options));
    await supervisor.start();
    return supervisor;
  } catch (error) {
    await supervisor?.stop();
    lock.release();
    throw error;
  }
}

/** Everything up to a cluster that a server can be started on. */
async function prepare({ dataDir, user, log }: EmbeddedOptions): Promise<ServerSetup> {
  const cluster = clusterPath(dataDir);
  const account = chooseAccount(user, cluster);
  const ownName = findOwnName();
  const isOld = hasCluster(dataDir);
  const binaries = prepareBinaries(account);
  boundLog(dataDir);
  await removePartialClusters(dataDir);
  if (!isOld) {
    log.info({ cluster }, "making a new database");
    await makeCluster(dataDir, binaries.initdb, role, account);
  }
  configureCluster(cluster, role, ownName, account);
  removeStaleSocketFolder(dataDir);
  const connection = { host: makeSocketFolder(account), port, user: role, database };
  return { postgres: binaries.postgres, dataDir, cluster, account, connection };
}

class Supervisor implements EmbeddedPostgres {
  readonly connection: EmbeddedPostgres["connection"];
  #running = false;
  #restarts = 0;
  #server: Server | undefined;
  #watching: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;
  #url: string | undefined;
  readonly #stopping = new AbortController();
  readonly #options: EmbeddedOptions;
  readonly #lock: Lock;
  readonly #setup: ServerSetup;

  constructor(options: EmbeddedOptions, lock: Lock, setup: ServerSetup) {
    this.#options = options;
    this.#lock = lock;
    this.#setup = setup;
    this.connection = setup.connection;
  }

  get running(): boolean {
    return this.#running;
  }

  get pid(): number | undefined {
    return this.#server?.pid;
  }

  announce(url: string): void {
    this.#url = url;
    tryTo(() => this.#record(this.pid)); // a disk that is full just now is no reason not to answer
  }

  get restarts(): number {
    return this.#restarts;
  }

  async start(): Promise<void> {
    this.#record();
    const server = await this.#launch();
    this.#watching = this.#keepAlive(server);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<void> {
    this.#stopping.abort();
    if (this.#server !== undefined) await endServer(this.#server);
    await this.#watching;
    await stopOrphans(this.#setup.cluster); // sessions outlive a killed postmaster for a moment
    removeSocketFolder(this.connection.host);
    removeWhereabouts(this.#setup.dataDir);
    this.#lock.release();
  }

  /** One server, from leftovers removed to a database that answers; ended again if it does not get that far. */
  async #launch(): Promise<Server> {
    const orphans = await stopOrphans(this.#setup.cluster);
    if (orphans > 0) this.#options.log.warn({ orphans }, "ended PostgreSQL processes of an earlier run");
    restoreSocketFolder(this.connection.host, this.#setup.account);
    const from = logSize(this.#setup.dataDir);
    const server = await spawnServer(this.#setup);
    this.#server = server;
    try {
      if (this.#stopping.signal.aborted) throw new Error("told to stop");
      if (!(await awaitReady(server, this.#setup.cluster))) throw await this.#explain(server, from);
      await ensureDatabase(this.connection);
    } catch (error) {
      await endServer(server);
      this.#server = undefined;
      throw error;
    }
    tryTo(() => this.#record(server.pid)); // a disk that is full just now is no reason to end it again
    this.#running = true;
    this.#options.log.info({ pid: server.pid, socket: this.connection.host }, "PostgreSQL is ready");
    return server;
  }

  async #explain(server: Server, from: number): Promise<EmbeddedRefusal> {
    const { dataDir } = this.#setup;
    return new EmbeddedRefusal(
      `PostgreSQL ended while starting (${await server.ended}).${describeFullDisk(dataDir)}${quoteLog(dataDir, from)}`,
    );
  }

  async #keepAlive(first: Server): Promise<void> {
    let server: Server | undefined = first;
    while (server !== undefined) {
      const reason = await server.ended;
      this.#running = false;
      this.#server = undefined;
      if (this.#stopping.signal.aborted) return;
      this.#options.log.error({ reason }, "PostgreSQL ended unexpectedly; starting it again");
      server = await this.#relaunch();
    }
  }

  /** Undefined: told to stop in the meantime. */
  async #relaunch(): Promise<Server | undefined> {
    for (let pause = shortestPause; ; pause = Math.min(pause * 2, longestPause)) {
      const inTime = await delay(pause, true, { signal: this.#stopping.signal }).catch(() => false);
      if (!inTime) return undefined;
      try {
        const server = await this.#launch();
        this.#restarts += 1;
        return server;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#options.log.error({ reason }, "PostgreSQL could not be started; trying again");
      }
    }
  }

  #record(postgres?: number): void {
    writeWhereabouts(this.#setup.dataDir, {
      pid: process.pid,
      since: this.#lock.since.toISOString(),
      socketFolder: this.connection.host,
      port,
      user: role,
      database,
      ...(postgres === undefined ? {} : { postgres }),
      ...(this.#url === undefined ? {} : { url: this.#url }),
    });
  }
}
