/**
 * Recorder of Dossier's own statements: a Dossier without a network handles a request, on a database that records every
 * statement with its values, its rows, and the beginning and end of transactions.
 */
import type pg from "pg";
import { readConfig } from "../server/src/config.ts";
import { type Db, deriveDb, type Queryable, type Statement } from "../server/src/db/database.ts";
import { openDatabase } from "../server/src/db/pool.ts";
import { openLog } from "../server/src/log.ts";
import { createInProcessService } from "../server/src/service/service.ts";
import { explain } from "../server/test/support/query-plans/explain.ts";
import type { Cluster } from "./servers/cluster.ts";
import { secret } from "./servers/dossier.ts";
import { substitute } from "./substitute.ts";
import type { Numbers, Request } from "./workloads.ts";

/** A statement sent. */
export interface RecordedStatement {
  name: string;
  text: string;
  values: readonly unknown[];
  rows: Record<string, unknown>[];
  /** rows read, and pages accessed */
  touched: { rows: number; buffers: number };
}

/** The steps of a request in the database, in order. */
export type Step = "begin" | "commit" | RecordedStatement;

export interface Recorder {
  /** Sends a request and returns its steps. */
  record(request: Request, numbers: Numbers): Promise<Step[]>;
  stop(): Promise<void>;
}

/** Keys and channel types are read once a second, not for each request. */
const cachedStatements = new Set(["key_by_hash", "key_touch", "channel_type_all"]);

/** Opens a Dossier on a database that records. */
export async function openRecorder(cluster: Cluster, database: string, key: string): Promise<Recorder> {
  const config = readConfig({ DATABASE_URL: cluster.url(database), DOSSIER_SECRET: secret });
  const real = openDatabase(cluster.at(database));
  let steps: Step[] = [];
  const db = recordingDb(real, (step) => steps.push(step));
  const service = await createInProcessService(config, openLog("silent", false), db);
  return {
    async record(request, numbers) {
      steps = [];
      const { method, path, type, body } = substitute(request, numbers);
      const answer = await service.request({
        method,
        path: `/api/v2${path}`,
        headers: { apiKey: key, ...(type ? { "content-type": type } : {}) },
        ...(body === undefined ? {} : { body }),
      });
      if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
      return steps;
    },
    async stop() {
      await service.stop();
      await real.close();
    },
  };
}

/** What a statement touches at its place in the transaction: it is run, undone, and then run for real. */
async function measureStatement(
  tx: Queryable,
  statement: Statement,
  values: readonly unknown[],
): Promise<RecordedStatement["touched"]> {
  const query = async (text: string, given: readonly unknown[] = []) => ({
    rows: await tx.rows({ name: "", text }, given),
  });
  const { rows, buffers } = await explain({ query } as unknown as pg.ClientBase, statement, values);
  return { rows, buffers };
}

function recordingDb(real: Db, note: (step: Step) => void): Db {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next;
    return next;
  };
  const queries = (
    on: Queryable,
    examined: (
      work: (tx: Queryable) => Promise<RecordedStatement["touched"]>,
    ) => Promise<RecordedStatement["touched"]>,
  ) => {
    const rows = (statement: Statement, values: readonly unknown[] = []): Promise<never[]> => {
      const sent: RecordedStatement = { ...statement, values, rows: [], touched: { rows: 0, buffers: 0 } };
      if (!cachedStatements.has(statement.name)) note(sent);
      return inTurn(async () => {
        if (!cachedStatements.has(statement.name))
          sent.touched = await examined((tx) => measureStatement(tx, statement, values));
        sent.rows = await on.rows<Record<string, unknown>>(statement, values);
        return sent.rows as never[];
      });
    };
    return { rows, row: async (s: Statement, v?: readonly unknown[]) => (await rows(s, v))[0] };
  };
  const inTransaction = (tx: Queryable) => queries(tx, (work) => work(tx));
  const recordTransaction = async <T>(run: () => Promise<T>): Promise<T> => {
    note("begin");
    const result = await run();
    note("commit");
    return result;
  };
  return deriveDb(real, {
    ...queries(real, (work) => real.transaction(work)),
    transaction: (work) =>
      recordTransaction(() => real.transaction((tx) => work({ ...tx, ...inTransaction(tx) }))),
    tryTransaction: (read, work, lockTimeout) =>
      recordTransaction(() =>
        real.tryTransaction(
          (tx) => read({ ...tx, ...inTransaction(tx) }),
          (tx, facts) => work({ ...tx, ...inTransaction(tx) }, facts),
          lockTimeout,
        ),
      ),
  });
}
