/**
 * Pool: named statements and transactions on PostgreSQL. Every statement has two timeouts, one in the server and one on
 * this side, because a frozen server enforces none.
 */
import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { parse } from "pg-connection-string";
import { toParameter } from "./array-literal.ts";
import {
  type PoolStats,
  type PoolUsage,
  readPoolUsage,
  createPoolStats,
  countTimeouts,
} from "./pool-stats.ts";
import {
  abandonedError,
  isUnreachable,
  isConnectionError,
  isAbortedTransaction,
  lockRetryDelay,
  overloadError,
  retryReason,
  contentionError,
  translateDatabaseError,
  unknownOutcomeError,
  acquireTimeoutError,
} from "./errors.ts";
import type { ErasureLog } from "./erasure-log.ts";
import { type Semaphore, createSemaphore } from "./semaphore.ts";
import type { Connection, Db, Timeouts, Queryable, Statement, Tx } from "./database.ts";
import { type MutexRequest, createMutex, type Mutex } from "./mutex.ts";
import { createPresence, maxWaiting, systemRequester, type Presence, type Requester } from "./requester.ts";

// In the machine's own time zone an old time would lose the seconds by which such zones differed from UTC.
pg.defaults.parseInputDatesAsUTC = true;

const defaultStatementTimeoutMs = 2000;
const queryTimeoutMs = 2500;
const maxAttempts = 4;

// bigint is safe as a number: ids have at most 15 digits. Times stay Date.
const typeParsers = { getTypeParser: (oid: number, format?: "text" | "binary") => parserOf(oid, format) };

function parserOf(oid: number, format: "text" | "binary" = "text"): (text: string) => unknown {
  if (oid === 20) return Number;
  if (oid === 1016) return (text) => (text === "{}" ? [] : text.slice(1, -1).split(",").map(Number));
  return pg.types.getTypeParser(oid, format) as (text: string) => unknown;
}

/** A longer statement timeout lengthens every timeout that depends on it. */
function timeoutsOf({ connectionString, statement_timeout }: Connection): Timeouts {
  const configured =
    connectionString === undefined ? undefined : parse(connectionString)["statement_timeout"];
  const statement = Number(configured ?? (statement_timeout || defaultStatementTimeoutMs));
  return { statement, lock: 0.25 * statement, acquire: 2.5 * statement, retry: 2.5 * statement };
}

const timeoutError = () => acquireTimeoutError(new Error("waited too long for a session"));

const queueFullError = () => overloadError(new Error("too many calls wait for a session"));

/** Opens a pool. It connects with the first statement. Without `erasureLog`, what is erased is recorded nowhere else. */
export function openDatabase(connection: Connection, size = 16, erasureLog?: ErasureLog): Db {
  const timeouts = timeoutsOf(connection);
  const pool = openPool(connection, size, timeouts);
  // As many as there are connections: the pool's own limit then concerns connecting only.
  const presence = createPresence();
  const maxShareOf = (key: number) => (presence.hasOthers(key) ? 0.5 : 0.75);
  const options = {
    acquireTimeoutMs: timeouts.acquire,
    maxWaiting,
    maxShareOf,
    timeoutError,
    queueFullError,
    abandonedError,
    isFatal: isUnreachable,
  };
  const semaphore = createSemaphore(size, options);
  const mutex = createMutex({ timeoutMs: timeouts.acquire, minWaiting: 256, targetMs: 1000 });
  const stats = createPoolStats(semaphore, mutex);
  const deps: DatabaseDeps = {
    semaphore,
    pool,
    stats,
    presence,
    notifications: new EventEmitter(),
    timeouts,
    mutex,
    erasureLog,
  };
  return new RequesterDb(deps, systemRequester);
}

function openPool(connection: Connection, size: number, timeouts: Timeouts): pg.Pool {
  const pool = new pg.Pool({
    max: size,
    connectionTimeoutMillis: 2000,
    query_timeout: queryTimeoutMs,
    statement_timeout: timeouts.statement,
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
    application_name: "dossier",
    // Only a generic plan can be proven in advance; the planner's guesses about one value cannot. The lock timeout is
    // shorter than the statement timeout, so that a lock timeout is distinguishable: that transaction is retried.
    options: `-c plan_cache_mode=force_generic_plan -c random_page_cost=1.1 -c jit=off -c timezone=UTC -c lock_timeout=${timeouts.lock}`,
    types: typeParsers,
    // Statements of a transaction that do not depend on each other are sent without waiting for a response in between.
    pipeline: true,
    ...connection,
  });
  // A connection that dies between two statements reports only here; the next statement on it fails.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => void client.on("error", () => undefined));
  return pool;
}

/** The database as a requester uses it: one is created for every request. */
class RequesterDb implements Db {
  readonly requester: Requester;
  readonly #deps: DatabaseDeps;

  constructor(deps: DatabaseDeps, requester: Requester) {
    this.#deps = deps;
    this.requester = requester;
  }

  get pool(): pg.Pool {
    return this.#deps.pool;
  }

  get timeouts(): Timeouts {
    return this.#deps.timeouts;
  }

  get stats(): PoolStats {
    return this.#deps.stats;
  }

  get presence(): Presence {
    return this.#deps.presence;
  }

  get notifications(): EventEmitter {
    return this.#deps.notifications;
  }

  poolUsage(): PoolUsage {
    return readPoolUsage(this.#deps.pool, this.#deps.semaphore);
  }

  async rows<Row extends object>(statement: Statement, values?: readonly unknown[]): Promise<Row[]> {
    const { semaphore, stats, pool } = this.#deps;
    const config = queryConfigOf(statement, values);
    return rowsOf(semaphore.run(this.requester, () => countTimeouts(stats, pool.query(config))));
  }

  async row<Row extends object>(statement: Statement, values?: readonly unknown[]): Promise<Row | undefined> {
    return (await this.rows<Row>(statement, values))[0];
  }

  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return runWithRetry(this.#deps, this.requester, work);
  }

  tryTransaction<S, T>(
    read: (tx: Tx) => Promise<S>,
    work: (tx: Tx, facts: S) => Promise<T>,
    lockTimeout?: number,
  ): Promise<T> {
    return tryTransaction(this.#deps, this.requester, { read, work, lockTimeout });
  }

  runExclusive<T>(request: MutexRequest, work: () => Promise<T>): Promise<T> {
    return this.#deps.mutex.run(this.requester, request, work);
  }

  forRequester(requester: Requester): Db {
    return new RequesterDb(this.#deps, requester);
  }

  close(): Promise<void> {
    return this.#deps.pool.end();
  }
}

function queryConfigOf({ name, text }: Statement, values: readonly unknown[] = []): pg.QueryConfig {
  return { name, text, values: values.map(toParameter) };
}

type RunQuery = (config: pg.QueryConfig) => Promise<pg.QueryResult>;

function queryableOn(runQuery: RunQuery): Queryable {
  const rows = async <Row extends object>(statement: Statement, values?: readonly unknown[]) =>
    rowsOf<Row>(runQuery(queryConfigOf(statement, values)));
  return { rows, row: async (statement, values) => (await rows<never>(statement, values))[0] };
}

async function rowsOf<Row extends object>(result: Promise<pg.QueryResult>): Promise<Row[]> {
  try {
    return (await result).rows as Row[];
  } catch (error) {
    throw translateDatabaseError(error);
  }
}

interface DatabaseDeps {
  semaphore: Semaphore;
  pool: pg.Pool;
  stats: PoolStats;
  presence: Presence;
  notifications: EventEmitter;
  timeouts: Timeouts;
  mutex: Mutex;
  erasureLog: ErasureLog | undefined;
}

async function runWithRetry<T>(
  deps: DatabaseDeps,
  requester: Requester,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await deps.semaphore.run(requester, () =>
        withTransaction(deps, async (client, tx) => {
          await countTimeouts(deps.stats, client.query("BEGIN"));
          return work(tx);
        }),
      );
    } catch (error) {
      const reason = retryReason(error);
      if (!reason) throw translateDatabaseError(error);
      const isTimedOut = performance.now() - startedAt > deps.timeouts.retry;
      if (isTimedOut || (attempt >= maxAttempts && reason !== "lock")) throw contentionError(error);
      deps.stats.retries[reason] += 1;
      if (reason === "lock") await sleep(lockRetryDelay(attempt));
    }
  }
}

interface Attempt<S, T> {
  read: (tx: Tx) => Promise<S>;
  work: (tx: Tx, facts: S) => Promise<T>;
  /** in milliseconds */
  lockTimeout: number | undefined;
}

function tryTransaction<S, T>(
  deps: DatabaseDeps,
  requester: Requester,
  { read, work, lockTimeout }: Attempt<S, T>,
): Promise<T> {
  const begin = lockTimeout === undefined ? "BEGIN" : `BEGIN; SET LOCAL lock_timeout = ${lockTimeout}`;
  return deps.semaphore.run(requester, () =>
    withTransaction(deps, async (client, tx) => {
      corkUntilNextTick(client);
      const begun = countTimeouts(deps.stats, client.query(begin));
      const [, facts] = await Promise.all([begun, read(tx)]);
      return work(tx, facts);
    }),
  );
}

/** Acquires a connection, on which `run` begins a transaction. */
async function withTransaction<T>(
  { pool, stats, notifications, erasureLog }: DatabaseDeps,
  run: (client: pg.PoolClient, tx: Tx) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const channels = new Set<string>();
  const erasures: string[] = [];
  const tx = createTx(client, stats, channels, async (kind, ids) => {
    if (erasureLog) erasures.push(...(await erasureLog.append(kind, ids)));
  });
  let isCommitting = false;
  try {
    const result = await run(client, tx);
    tx.end();
    isCommitting = true;
    await commit(client, stats);
    for (const channel of channels) notifications.emit(channel);
    return result;
  } catch (error) {
    tx.end();
    broken = await rollback(client, error);
    // A connection lost during COMMIT leaves the outcome unknown: the entries stay.
    if (erasures.length > 0 && !(isCommitting && broken)) await erasureLog?.withdraw(erasures);
    throw error;
  } finally {
    client.release(broken);
  }
}

/** PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK; without an answer the outcome is unknown. */
async function commit(client: pg.PoolClient, stats: PoolStats): Promise<void> {
  const { command } = await countTimeouts(stats, client.query("COMMIT")).catch((error: unknown) => {
    throw isConnectionError(error) ? unknownOutcomeError(error) : error;
  });
  if (command !== "COMMIT") throw new Error("a statement failed and its transaction went on");
}

/** Rolls back, or returns the error after which the connection must not be reused. */
async function rollback(client: pg.PoolClient, error: unknown): Promise<Error | undefined> {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (isConnectionError(cause)) return cause as Error;
  try {
    await client.query("ROLLBACK");
    return undefined;
  } catch (failure) {
    return failure as Error;
  }
}

/**
 * One of several pipelined statements may fail: none of the others may run after the end of the transaction, and those
 * behind the failed one, which fail for that reason alone, fail with its error.
 */
function createTx(
  client: pg.PoolClient,
  stats: PoolStats,
  channels: Set<string>,
  recordErasure: Tx["recordErasure"],
): Tx & { end(): void } {
  let timeoutMs: number | undefined;
  let ended = false;
  let failure: Error | undefined;
  return {
    transactional: true,
    ...queryableOn(async (config) => {
      if (ended) throw new Error(`${config.name} comes after the end of its transaction`);
      corkUntilNextTick(client);
      try {
        return await countTimeouts(
          stats,
          client.query(timeoutMs ? withQueryTimeout(config, timeoutMs) : config),
        );
      } catch (error) {
        if (failure && isAbortedTransaction(error)) throw failure;
        failure = error as Error;
        throw error;
      }
    }),
    end: () => void (ended = true),
    async setTimeouts(milliseconds) {
      await client.query(
        `SET LOCAL statement_timeout = ${milliseconds}; SET LOCAL lock_timeout = ${milliseconds}`,
      );
      timeoutMs = milliseconds + 1000;
    },
    notifyAfterCommit: (channel) => void channels.add(channel),
    recordErasure,
    async resetTimeouts() {
      await client.query("SET LOCAL statement_timeout TO DEFAULT; SET LOCAL lock_timeout TO DEFAULT");
      timeoutMs = undefined;
    },
  };
}

/** Statements issued before the microtasks of this turn are done go to the database in one write. */
function corkUntilNextTick({ connection: { stream } }: pg.PoolClient): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/** `query_timeout` of one statement: pg reads it from the query, its types do not have it yet. */
function withQueryTimeout(config: pg.QueryConfig, query_timeout: number): pg.QueryConfig {
  return { ...config, query_timeout } as pg.QueryConfig;
}
