/**
 * The one door to PostgreSQL: named statements on a pool, and transactions.
 * `Tx` is another type than `Db`, so that what must run inside a transaction cannot be called outside one.
 * Every statement has two limits, one in the server and one on this side, because a frozen server keeps no promise.
 */
import { EventEmitter } from "node:events";
import pg from "pg";
import { parse } from "pg-connection-string";
import { parameterOf } from "./array-literal.ts";
import { type Activity, type Load, loadOf, makeActivity, watched } from "./pool-stats.ts";
import {
  isAway,
  isOutage,
  isRefusedAfterFailure,
  retryReason,
  tooBusy,
  translate,
  unknownOutcome,
} from "./errors.ts";
import { type Gate, makeGate } from "./semaphore.ts";
import { type Gather, makeGather } from "../domain/batcher.ts";

/** A statement that is prepared once per session under its name. */
export interface Statement {
  name: string;
  text: string;
}

/** Who takes statements. */
export interface Queries {
  rows<Row extends object>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
  row<Row extends object>(statement: Statement, values?: readonly unknown[]): Promise<Row | undefined>;
}

/** The inside of a transaction. */
export interface Tx extends Queries {
  readonly transactional: true;
  /** lets this transaction's next statements wait longer than statements usually may, in milliseconds */
  allowWaiting(milliseconds: number): Promise<void>;
  /** ends that */
  waitAsUsual(): Promise<void>;
  /** tells those who listen to the database for this word, once this transaction is committed */
  signal(word: string): void;
}

/** The database. */
export interface Db extends Queries {
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * the same, once, and waiting for no lock longer than a moment; nothing when others were in the way. `look` only
   * reads: what it asks goes to the database together with the beginning of the transaction
   */
  attempt<S, T>(
    look: (tx: Queries) => Promise<S>,
    work: (tx: Tx, seen: S) => Promise<T>,
  ): Promise<T | undefined>;
  /** has a call done together with others */
  gather: Gather;
  close(): Promise<void>;
  readonly pool: pg.Pool;
  readonly activity: Activity;
  /** what committed transactions of this process signal */
  readonly signals: EventEmitter;
  /** how the pool is used at this moment */
  load(): Load;
}

export type Connection = pg.PoolConfig;

const statementLimit = 2000;
const answerLimit = 2500;
const attempts = 4;

// bigint is safe as a number: identifiers have at most 15 digits. Times stay Date.
const types = { getTypeParser: (oid: number, format?: "text" | "binary") => parser(oid, format) };

function parser(oid: number, format: "text" | "binary" = "text"): (text: string) => unknown {
  if (oid === 20) return Number;
  if (oid === 1016) return (text) => (text === "{}" ? [] : text.slice(1, -1).split(",").map(Number));
  return pg.types.getTypeParser(oid, format) as (text: string) => unknown;
}

/** In milliseconds. */
interface Limits {
  /** what a statement may take; the address of the database can say another */
  statement: number;
  /** how long it waits for a lock: less, so that this is told apart, and the transaction is run again */
  lock: number;
  /** how long a caller waits for a session */
  turn: number;
  /** until when a transaction is run again */
  retry: number;
}

/** Whoever gives statements more time gives it to everything that waits for them. */
function limitsOf({ connectionString, statement_timeout }: Connection): Limits {
  const told = connectionString === undefined ? undefined : parse(connectionString)["statement_timeout"];
  const statement = Number(told ?? (statement_timeout || statementLimit));
  return { statement, lock: 0.75 * statement, turn: 2.5 * statement, retry: 2.5 * statement };
}

const tired = () => tooBusy(new Error("waited too long for a session"));

/** Opens a pool. Nothing is connected before the first statement. */
export function openDatabase(connection: Connection, size = 16): Db {
  const limits = limitsOf(connection);
  const pool = new pg.Pool({
    max: size,
    connectionTimeoutMillis: 2000,
    query_timeout: answerLimit,
    statement_timeout: limits.statement,
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
    application_name: "dossier",
    // A generic plan is the only one that can be proven in advance; the planner's guesses about one value are not.
    // Who waits for a lock gives up before the statement does, and is told apart: that transaction is run again.
    options: `-c plan_cache_mode=force_generic_plan -c random_page_cost=1.1 -c jit=off -c timezone=UTC -c lock_timeout=${limits.lock}`,
    types,
    // What a transaction asks without waiting for an answer in between is sent at once.
    pipeline: true,
    ...connection,
  });
  // A session that dies between two statements says so to nobody else; the next statement on it fails.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => void client.on("error", () => undefined));
  // As many as there are sessions: the pool's own limit is then about connecting only.
  const gate = makeGate(size, { patience: limits.turn, tired, isOutage: isAway });
  const activity = makeActivity(gate);
  const signals = new EventEmitter();
  const db: Db = {
    pool,
    activity,
    signals,
    load: () => loadOf(pool, gate),
    ...queriesOn((config) => gate.pass(() => watched(activity, pool.query(config)))),
    transaction: (work) => retrying({ gate, pool, activity, signals, limits }, work),
    attempt: (look, work) => attempting({ gate, pool, activity, signals, limits }, look, work),
    gather: (...call) => gather(...call),
    close: () => pool.end(),
  };
  const gather = makeGather(db);
  return db;
}

type Ask = (config: pg.QueryConfig) => Promise<pg.QueryResult>;

function queriesOn(ask: Ask): Queries {
  const rows = async <Row extends object>(
    { name, text }: Statement,
    values: readonly unknown[] = [],
  ): Promise<Row[]> => {
    try {
      return (await ask({ name, text, values: values.map(parameterOf) })).rows as Row[];
    } catch (error) {
      throw translate(error);
    }
  };
  return { rows, row: async (statement, values) => (await rows<never>(statement, values))[0] };
}

/** What a transaction is run on. */
interface Ground {
  gate: Gate;
  pool: pg.Pool;
  activity: Activity;
  signals: EventEmitter;
  limits: Limits;
}

async function retrying<T>(ground: Ground, work: (tx: Tx) => Promise<T>): Promise<T> {
  const begun = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ground.gate.pass(() =>
        once(ground, async (client, tx) => {
          await watched(ground.activity, client.query("BEGIN"));
          return work(tx);
        }),
      );
    } catch (error) {
      const reason = retryReason(error);
      if (!reason) throw translate(error);
      if (attempt === attempts || performance.now() - begun > ground.limits.retry) throw tooBusy(error);
      ground.activity.retries[reason] += 1;
    }
  }
}

async function attempting<S, T>(
  ground: Ground,
  look: (tx: Queries) => Promise<S>,
  work: (tx: Tx, seen: S) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await ground.gate.pass(() =>
      once(ground, async (client, tx) => {
        sendTogether(client);
        const begun = watched(ground.activity, client.query("BEGIN; SET LOCAL lock_timeout = 100"));
        const [, seen] = await Promise.all([begun, look(tx)]);
        return work(tx, seen);
      }),
    );
  } catch (error) {
    if (retryReason(error)) return undefined;
    throw translate(error);
  }
}

/** Lends a session, which `run` begins a transaction on. */
async function once<T>(
  { pool, activity, signals }: Ground,
  run: (client: pg.PoolClient, tx: Tx) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const words = new Set<string>();
  const tx = transactionOn(client, activity, words);
  try {
    const result = await run(client, tx);
    tx.end();
    await commit(client, activity);
    for (const word of words) signals.emit(word);
    return result;
  } catch (error) {
    tx.end();
    broken = await rollBack(client, error);
    throw error;
  } finally {
    client.release(broken);
  }
}

/** PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK; without an answer nobody knows. */
async function commit(client: pg.PoolClient, activity: Activity): Promise<void> {
  const { command } = await watched(activity, client.query("COMMIT")).catch((error: unknown) => {
    throw isOutage(error) ? unknownOutcome(error) : error;
  });
  if (command !== "COMMIT") throw new Error("a statement failed and its transaction went on");
}

/** Rolls back, or says why the session must not be used again. */
async function rollBack(client: pg.PoolClient, error: unknown): Promise<Error | undefined> {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (isOutage(cause)) return cause as Error;
  try {
    await client.query("ROLLBACK");
    return undefined;
  } catch (failure) {
    return failure as Error;
  }
}

/**
 * Of several statements sent at once one may fail: what would follow another of them must not come after the end, and
 * those sent behind it, which are refused for that alone, fail with what it failed with.
 */
function transactionOn(client: pg.PoolClient, activity: Activity, words: Set<string>): Tx & { end(): void } {
  let patience: number | undefined;
  let ended = false;
  let failure: Error | undefined;
  return {
    transactional: true,
    ...queriesOn(async (config) => {
      if (ended) throw new Error(`${config.name} comes after the end of its transaction`);
      sendTogether(client);
      try {
        return await watched(activity, client.query(patience ? withPatience(config, patience) : config));
      } catch (error) {
        if (failure && isRefusedAfterFailure(error)) throw failure;
        failure = error as Error;
        throw error;
      }
    }),
    end: () => void (ended = true),
    async allowWaiting(milliseconds) {
      await client.query(
        `SET LOCAL statement_timeout = ${milliseconds}; SET LOCAL lock_timeout = ${milliseconds}`,
      );
      patience = milliseconds + 1000;
    },
    signal: (word) => void words.add(word),
    async waitAsUsual() {
      await client.query("SET LOCAL statement_timeout TO DEFAULT; SET LOCAL lock_timeout TO DEFAULT");
      patience = undefined;
    },
  };
}

/** What is asked before the turn's microtasks are done goes to the database in one write. */
function sendTogether({ connection: { stream } }: pg.PoolClient): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/** `query_timeout` of one statement: pg reads it off the query, its types do not know it yet. */
function withPatience(config: pg.QueryConfig, query_timeout: number): pg.QueryConfig {
  return { ...config, query_timeout } as pg.QueryConfig;
}
