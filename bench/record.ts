/**
 * Dossier's own statements: a Dossier without a network answers a request, on a database that notes every statement
 * with its values, its rows, and where transactions begin and end.
 */
import type pg from "pg";
import { readConfig } from "../server/src/config.ts";
import { type Db, openDatabase, type Queries, type Statement } from "../server/src/db/database.ts";
import { openLog } from "../server/src/log.ts";
import { attachService } from "../server/src/service/service.ts";
import { explain } from "../server/test/support/query-plans/explain.ts";
import type { Cluster } from "./servers/cluster.ts";
import { secret } from "./servers/dossier.ts";
import { fillIn } from "./substitute.ts";
import type { Numbers, Request } from "./workloads.ts";

/** A statement that was sent. */
export interface Sent {
  name: string;
  text: string;
  values: readonly unknown[];
  rows: Record<string, unknown>[];
  /** rows that it read, and pages that it looked into */
  touched: { rows: number; buffers: number };
}

/** What a request did in the database, in order. */
export type Step = "begin" | "commit" | Sent;

export interface Recorder {
  /** Sends a request and answers what it did. */
  record(request: Request, numbers: Numbers): Promise<Step[]>;
  stop(): Promise<void>;
}

/** Who a key is and which channel types there are is asked once a second, not for each request. */
const remembered = new Set(["key_by_hash", "key_touch", "channel_type_all"]);

/** Opens a Dossier on a database that records. */
export async function openRecorder(cluster: Cluster, database: string, key: string): Promise<Recorder> {
  const config = readConfig({ DATABASE_URL: cluster.url(database), DOSSIER_SECRET: secret });
  const real = openDatabase(cluster.at(database));
  let steps: Step[] = [];
  const db = noting(real, (step) => steps.push(step));
  const service = await attachService(config, openLog("silent", false), db);
  return {
    async record(request, numbers) {
      steps = [];
      const { method, path, type, body } = fillIn(request, numbers);
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

/** What a statement touches where it stands in its transaction: it is run, undone, and then run as it was meant. */
async function examine(
  tx: Queries,
  statement: Statement,
  values: readonly unknown[],
): Promise<Sent["touched"]> {
  const query = async (text: string, given: readonly unknown[] = []) => ({
    rows: await tx.rows({ name: "", text }, given),
  });
  const { rows, buffers } = await explain({ query } as unknown as pg.ClientBase, statement, values);
  return { rows, buffers };
}

function noting(real: Db, note: (step: Step) => void): Db {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next;
    return next;
  };
  const queries = (
    on: Queries,
    examined: (work: (tx: Queries) => Promise<Sent["touched"]>) => Promise<Sent["touched"]>,
  ) => {
    const rows = (statement: Statement, values: readonly unknown[] = []): Promise<never[]> => {
      const sent: Sent = { ...statement, values, rows: [], touched: { rows: 0, buffers: 0 } };
      if (!remembered.has(statement.name)) note(sent);
      return inTurn(async () => {
        if (!remembered.has(statement.name))
          sent.touched = await examined((tx) => examine(tx, statement, values));
        sent.rows = await on.rows<Record<string, unknown>>(statement, values);
        return sent.rows as never[];
      });
    };
    return { rows, row: async (s: Statement, v?: readonly unknown[]) => (await rows(s, v))[0] };
  };
  const within = (tx: Queries) => queries(tx, (work) => work(tx));
  const around = async <T>(run: () => Promise<T>): Promise<T> => {
    note("begin");
    const result = await run();
    note("commit");
    return result;
  };
  const db: Db = {
    ...real,
    ...queries(real, (work) => real.transaction(work)),
    transaction: (work) => around(() => real.transaction((tx) => work({ ...tx, ...within(tx) }))),
    attempt: (look, work) =>
      around(() =>
        real.attempt(
          (tx) => look(within(tx)),
          (tx, seen) => work({ ...tx, ...within(tx) }, seen),
        ),
      ),
    // One request alone: what it sends when nobody goes along.
    gather: async ({ run }, _key, one) => (await run(db, [one]))[0] as never,
  };
  return db;
}
