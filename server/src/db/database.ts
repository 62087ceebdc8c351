/**
 * Database interface: named statements and transactions, as the rest of the server uses them.
 * `Tx` is another type than `Db`, so that what must run inside a transaction cannot be called outside one.
 */
import type { EventEmitter } from "node:events";
import type pg from "pg";
import type { ErasureKind } from "./erasure-log.ts";
import type { MutexRequest } from "./mutex.ts";
import type { PoolStats, PoolUsage } from "./pool-stats.ts";
import type { Presence, Requester } from "./requester.ts";

/** A statement that is prepared once per connection under its name. */
export interface Statement {
  name: string;
  text: string;
}

export interface Queryable {
  rows<Row extends object>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
  row<Row extends object>(statement: Statement, values?: readonly unknown[]): Promise<Row | undefined>;
}

export interface Tx extends Queryable {
  readonly transactional: true;
  /** lets the next statements of this transaction run longer than statements usually may, in milliseconds */
  setTimeouts(milliseconds: number): Promise<void>;
  /** restores the usual timeouts */
  resetTimeouts(): Promise<void>;
  /** emits an event on `notifications` once this transaction is committed */
  notifyAfterCommit(channel: string): void;
  /**
   * Puts what this transaction erases into the erasure log, so that a restored backup does not bring it back.
   *
   * @throws DossierError `unavailable` if the log cannot be written
   */
  recordErasure(kind: ErasureKind, ids: readonly number[]): Promise<void>;
}

export interface Db extends Queryable {
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Runs a transaction once. `read` is sent together with BEGIN and writes nothing. `lockTimeout` is in milliseconds.
   *
   * @throws the error of the failed statement; `retryReason` says whether a retry may succeed
   */
  tryTransaction<S, T>(
    read: (tx: Tx) => Promise<S>,
    work: (tx: Tx, facts: S) => Promise<T>,
    lockTimeout?: number,
  ): Promise<T>;
  /** runs calls about one record one after the other; a waiting call needs no connection */
  runExclusive<T>(request: MutexRequest, work: () => Promise<T>): Promise<T>;
  /**
   * the same database for the calls of a requester: its key takes turns with others, and its calls end when its signal
   * aborts
   */
  forRequester(requester: Requester): Db;
  readonly requester: Requester;
  close(): Promise<void>;
  readonly pool: pg.Pool;
  readonly stats: PoolStats;
  readonly presence: Presence;
  /** the timeouts, all derived from that of a statement */
  readonly timeouts: Timeouts;
  /** emits what committed transactions of this process notify about */
  readonly notifications: EventEmitter;
  poolUsage(): PoolUsage;
}

/** The members of a database that another one, on the same pool, replaces. */
type OwnMembers = Pick<Db, "rows" | "row" | "transaction" | "tryTransaction">;

/** Another database on the pool of `db`: one caller, whose calls about one record need no order. */
export function deriveDb(db: Db, own: OwnMembers): Db {
  const { pool, stats, presence, timeouts, notifications, requester } = db;
  const derived: Db = {
    pool,
    stats,
    presence,
    timeouts,
    notifications,
    requester,
    poolUsage: () => db.poolUsage(),
    close: () => db.close(),
    runExclusive: (_request, work) => work(),
    forRequester: () => derived,
    ...own,
  };
  return derived;
}

export type Connection = pg.PoolConfig;

/** In milliseconds. */
export interface Timeouts {
  /** of a statement; the database's address can set another */
  statement: number;
  /** of waiting for a lock: shorter, so that a lock timeout is distinguishable, and the transaction is retried */
  lock: number;
  /** of waiting for a connection */
  acquire: number;
  /** until when a transaction is retried */
  retry: number;
}

/**
 * Pipeline: sends the statements of `lock` and then those of `read` without waiting in between. A connection runs
 * statements in the order in which they are sent, so `read` sees what is there under the locks. Each function sends its
 * first statements at once, before it awaits anything.
 *
 * @example
 * const [, owners] = await pipeline(() => lockAddresses(tx, brandId, all), () => tx.rows(selectOwners, values));
 */
export function pipeline<Locked, Read>(
  lock: () => Promise<Locked>,
  read: () => Promise<Read>,
): Promise<[Locked, Read]> {
  return Promise.all([lock(), read()]);
}
