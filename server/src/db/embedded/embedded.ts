// Supervisor of the embedded PostgreSQL: a complete server of our own that starts and stops with Dossier.
//
// One Dossier at a time uses a data folder. After any kill (of Dossier, PostgreSQL, some of its children, or all), a
// start finds and ends the remaining processes and recovers; a PostgreSQL that dies is restarted. It is reachable
// through a private Unix socket only, never over a network.
import { sleep } from "../../abort.ts";
import { exponentialBackoff, restartBackoff } from "../../backoff.ts";
import { chooseAccount, ownAccountName } from "./account.ts";
import { prepareBinaries } from "./binaries.ts";
import { clusterPath, configureCluster, hasCluster, ensureDataFolder } from "./cluster.ts";
import { createCluster, removePartialClusters } from "./initdb.ts";
import { ignoreErrors } from "./process-identity.ts";
import { type Lock, acquireLock } from "./lock.ts";
import { rotateLog, logSize, tailLog } from "./log.ts";
import { stopOrphans } from "./orphans.ts";
import { describeFullDisk, EmbeddedPostgresError } from "./errors.ts";
import {
  awaitReady,
  stopServer,
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
  removeRuntimeState,
  writeRuntimeState,
} from "./socket.ts";

export { EmbeddedPostgresError } from "./errors.ts";

const role = "dossier";
const database = "dossier";

export interface EmbeddedOptions {
  /** Absolute; created with mode 0700 if missing. PostgreSQL's cluster is <dataDir>/postgres. */
  dataDir: string;
  /** DOSSIER_DB_USER: the account PostgreSQL runs as if we are root. */
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
  /** Stores the URL of the running Dossier, for the commands of a terminal. */
  publishUrl(url: string): void;
  /** How often PostgreSQL ended unexpectedly and was restarted. */
  readonly restarts: number;
  /** Fast shutdown; resolves when the child is reaped and the lock released. Idempotent. */
  stop(): Promise<void>;
}

/** Resolves when the database is ready; rejects with an EmbeddedPostgresError if it cannot start. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  ensureDataFolder(options.dataDir);
  const lock = await acquireLock(options.dataDir, () => rotateLog(options.dataDir));
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

/** Prepares everything up to a cluster on which a server can start. */
async function prepare({ dataDir, user, log }: EmbeddedOptions): Promise<ServerSetup> {
  const cluster = clusterPath(dataDir);
  const account = chooseAccount(user, cluster);
  const ownName = ownAccountName();
  const hasExisting = hasCluster(dataDir);
  const binaries = prepareBinaries(account);
  rotateLog(dataDir);
  await removePartialClusters(dataDir);
  if (!hasExisting) {
    log.info({ cluster }, "creating a new database");
    await createCluster(dataDir, binaries.initdb, role, account);
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
  #supervising: Promise<void> = Promise.resolve();
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

  publishUrl(url: string): void {
    this.#url = url;
    ignoreErrors(() => this.#writeRuntimeInfo(this.pid)); // a full disk is no reason not to start
  }

  get restarts(): number {
    return this.#restarts;
  }

  async start(): Promise<void> {
    this.#writeRuntimeInfo();
    const server = await this.#startServer();
    this.#supervising = this.#supervise(server);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<void> {
    this.#stopping.abort();
    if (this.#server !== undefined) await stopServer(this.#server);
    await this.#supervising;
    await stopOrphans(this.#setup.cluster); // backends outlive a killed postmaster for a moment
    removeSocketFolder(this.connection.host);
    removeRuntimeState(this.#setup.dataDir);
    this.#lock.release();
  }

  /**
   * Starts a server, from the removal of what an earlier run left to a ready database; stops it again if it does not
   * become ready.
   */
  async #startServer(): Promise<Server> {
    const orphans = await stopOrphans(this.#setup.cluster);
    if (orphans > 0) this.#options.log.warn({ orphans }, "stopped PostgreSQL processes of an earlier run");
    restoreSocketFolder(this.connection.host, this.#setup.account);
    const from = logSize(this.#setup.dataDir);
    const server = await spawnServer(this.#setup);
    this.#server = server;
    try {
      if (this.#stopping.signal.aborted) throw new Error("stop requested");
      if (!(await awaitReady(server, this.#setup.cluster))) throw await this.#explain(server, from);
      await ensureDatabase(this.connection);
    } catch (error) {
      await stopServer(server);
      this.#server = undefined;
      throw error;
    }
    ignoreErrors(() => this.#writeRuntimeInfo(server.pid)); // a full disk is no reason to stop it again
    this.#running = true;
    this.#options.log.info({ pid: server.pid, socket: this.connection.host }, "PostgreSQL is ready");
    return server;
  }

  async #explain(server: Server, from: number): Promise<EmbeddedPostgresError> {
    const { dataDir } = this.#setup;
    return new EmbeddedPostgresError(
      `PostgreSQL ended while starting (${await server.ended}).${describeFullDisk(dataDir)}${tailLog(dataDir, from)}`,
    );
  }

  async #supervise(first: Server): Promise<void> {
    let server: Server | undefined = first;
    while (server !== undefined) {
      const reason = await server.ended;
      this.#running = false;
      this.#server = undefined;
      if (this.#stopping.signal.aborted) return;
      this.#options.log.error({ reason }, "PostgreSQL ended unexpectedly; starting it again");
      server = await this.#restartServer();
    }
  }

  /** Returns undefined if the supervisor was stopped in the meantime. */
  async #restartServer(): Promise<Server | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      if (!(await sleep(exponentialBackoff(attempt, restartBackoff), this.#stopping.signal)))
        return undefined;
      try {
        const server = await this.#startServer();
        this.#restarts += 1;
        return server;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#options.log.error({ reason }, "PostgreSQL could not be started; trying again");
      }
    }
  }

  #writeRuntimeInfo(postgres?: number): void {
    writeRuntimeState(this.#setup.dataDir, {
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
