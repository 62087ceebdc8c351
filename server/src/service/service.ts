/**
 * From settings to a running service: the only place where the parts are put together, in the order in which they
 * need each other, and taken apart in the other. Here is the service of one process; service/primary.ts is that of
 * several.
 */
import { randomBytes } from "node:crypto";
import type { Config } from "../config.ts";
import type { Db } from "../db/database.ts";
import { migrate } from "../db/migrate.ts";
import { type Demo, plantDemo } from "../demo.ts";
import { readTypes } from "../domain/channel-type.ts";
import { createFirstKey } from "../domain/key/key.ts";
import type { App } from "../http/app.ts";
import type { Log } from "../log.ts";
import { type Answering, makeAnswering, type Means } from "./server-process.ts";
import { closeDatabases, type OwnDatabases, startDatabases } from "./databases.ts";
import { secretOf } from "./installation-secret.ts";
import type { Shared } from "./shared-state.ts";

/** A Dossier that answers, in one process or in several. */
export interface Serving {
  url: string;
  /** the administrator key, at the very first start only */
  firstKey: string | undefined;
  /** what the demo world was asked for brought */
  demo: Demo | undefined;
  /** Stops taking requests, finishes those under way, then closes the way out and the database. */
  stop(): Promise<void>;
}

/** A Dossier that answers in this process. */
export interface RunningService extends Serving {
  app: App;
  db: Db;
}

/** What is wanted beside what the settings say. */
export interface Wanted extends Pick<Means, "reach"> {
  /** plant the demo world */
  demo?: boolean;
}

/** Starts everything the settings ask for; what was started is stopped again when something refuses. */
export async function startService(config: Config, log: Log, wanted: Wanted = {}): Promise<RunningService> {
  const databases = await startDatabases(config, log);
  const { db, embedded } = databases;
  let answering: Answering | undefined;
  const stop = async () => {
    await answering?.stop();
    await closeDatabases(databases);
  };
  try {
    const demo = await prepare(databases, log, wanted);
    const { reach } = wanted;
    const means = { log, databases, shared: alone(databases), ...(reach ? { reach } : {}) };
    answering = await makeAnswering({ ...means, config: { ...config, secret: secretOf(config) } });
    const url = await answering.listen();
    // Last of all: a key made by a start that fails would never be shown.
    const firstKey = config.adminKey ? undefined : await createFirstKey(db);
    embedded?.announce(url);
    answering.beginWork();
    return { url, firstKey, demo, app: answering.app, db, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Migrates, and plants the demo world if it is wanted: before anybody is answered, so that nobody sees a world without it. */
export async function prepare({ db }: OwnDatabases, log: Log, { demo }: Wanted): Promise<Demo | undefined> {
  const applied = await migrate(db.pool);
  if (applied.length > 0) log.info({ migrations: applied }, "migrated the database");
  return demo ? plantDemo(db, await readTypes(db)) : undefined;
}

function alone({ embedded }: Partial<OwnDatabases>): Shared {
  return {
    databaseState: () => ({ running: embedded?.running ?? true, restarts: embedded?.restarts ?? 0 }),
  };
}

/** A Dossier without a port, beside whatever server there is on the same database. */
export interface AttachedService {
  /** the administrator of this service alone */
  key: string;
  /** One request of HTTP, without a network. */
  request(asked: AttachedRequest): Promise<{ status: number; headers: Headers; text: string }>;
  /** Ends the service; the database stays whose it was. */
  stop(): Promise<void>;
}

/** What a request without a network consists of. */
export interface AttachedRequest {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** The whole way of requests on a database that is there already; nothing is migrated, nothing swept, nobody listens. */
export async function attachService(config: Config, log: Log, db: Db): Promise<AttachedService> {
  const key = randomBytes(32).toString("hex");
  const own = {
    ...config,
    secret: secretOf(config),
    adminKey: key,
    rateLimit: 0,
    keyInQuery: false,
    corsOrigins: [],
    trustedProxies: [],
  };
  const databases = { db, aside: db };
  const { app, stop } = await makeAnswering({ config: own, log, databases, shared: alone({}) });
  return {
    key,
    stop,
    async request({ method, path, headers, body }) {
      const answer = await app.inject({
        method,
        url: path,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      const sent = Object.entries(answer.headers).map(
        ([name, value]) => [name, String(value)] as [string, string],
      );
      return { status: answer.statusCode, headers: new Headers(sent), text: answer.payload };
    },
  };
}
