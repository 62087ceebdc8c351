/**
 * From settings to a running service: the only place where the parts are put together, in the order in which they
 * need each other, and taken apart in the other.
 */
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChannelType } from "@dossier/api";
import type { Config } from "./config.ts";
import { type Connection, type Db, openDatabase } from "./db/database.ts";
import { type EmbeddedPostgres, startEmbedded } from "./db/embedded.ts";
import { DatabaseRefusal, isCurrent, migrate } from "./db/migrate.ts";
import { type Demo, plantDemo } from "./demo.ts";
import { readTypes } from "./domain/channel.ts";
import { createFirstKey, createKeyring } from "./domain/key.ts";
import { sweep } from "./domain/retention.ts";
import { type App, buildApp } from "./http/app.ts";
import type { Log } from "./log.ts";
import { makeMetrics, type Metrics } from "./metrics.ts";
import { makeOutside, type Outside, type OutsideOptions } from "./outside/outside.ts";
import { version } from "./version.ts";
import { makeKinds } from "./work/kinds.ts";
import { startWorker, type Worker } from "./work/worker.ts";

/** A Dossier that answers. */
export interface RunningService {
  url: string;
  /** the administrator key, at the very first start only */
  firstKey: string | undefined;
  /** what the demo world was asked for brought */
  demo: Demo | undefined;
  app: App;
  db: Db;
  /** Stops taking requests, finishes those under way, then closes the way out and the database. */
  stop(): Promise<void>;
}

/** What is wanted beside what the settings say. */
export interface Wanted {
  /** plant the demo world */
  demo?: boolean;
  /** other ways to reach other machines */
  reach?: Pick<OutsideOptions, "resolve" | "dial">;
}

/** Starts everything the settings ask for; what was started is stopped again when something refuses. */
export async function startService(config: Config, log: Log, wanted: Wanted = {}): Promise<RunningService> {
  const databases = await openDatabases(config, log);
  const { db } = databases;
  const outside = makeOutside({ allow: config.outsideAllow, log, ...wanted.reach });
  let app: App | undefined;
  let worker: Worker | undefined;
  try {
    const applied = await migrate(db.pool);
    if (applied.length > 0) log.info({ migrations: applied }, "migrated the database");
    const metrics = watch(databases);
    const secret = secretOf(config);
    app = await assemble({ ...config, secret }, log, metrics, outside, databases);
    // Before anybody is answered, so that nobody sees a world without it.
    const demo = wanted.demo ? await plantDemo(db, await readTypes(db)) : undefined;
    const url = await app.listen({ host: config.host, port: config.port });
    // Last of all: a key made by a start that fails would never be shown.
    const firstKey = config.adminKey ? undefined : await createFirstKey(db);
    databases.embedded?.announce(url);
    worker = startWorker(db, log, makeKinds({ db, outside, secret, log }), metrics.jobEnded);
    const endSweeping = sweepRegularly(db, log, metrics);
    return {
      url,
      firstKey,
      demo,
      app,
      db,
      stop: () => stopAll(app, outside, databases, worker, endSweeping),
    };
  } catch (error) {
    await stopAll(app, outside, databases, worker);
    throw error;
  }
}

interface Databases {
  embedded: EmbeddedPostgres | undefined;
  db: Db;
  /** the same database by one session of its own, for whoever watches: it must not wait for its turn */
  aside: Db;
}

/** An idle session stays for longer than it is from one scrape to the next. */
const asideOptions = { application_name: "dossier-metrics", idleTimeoutMillis: 90_000 };

async function openDatabases(config: Config, log: Log): Promise<Databases> {
  const embedded = config.databaseUrl ? undefined : await startDatabase(config, log);
  const connection = connectionOf(config, embedded);
  return {
    embedded,
    db: openDatabase(connection),
    aside: openDatabase({ ...connection, ...asideOptions }, 1),
  };
}

function watch({ db, aside, embedded }: Databases): Metrics {
  return makeMetrics({ version, db, aside, restarts: () => embedded?.restarts ?? 0 });
}

function startDatabase(config: Config, log: Log): Promise<EmbeddedPostgres> {
  const user = config.databaseUser === undefined ? {} : { user: config.databaseUser };
  return startEmbedded({ dataDir: config.dataDir, log, ...user });
}

function connectionOf(config: Config, embedded: EmbeddedPostgres | undefined): Connection {
  return embedded ? { ...embedded.connection, ssl: false } : { connectionString: config.databaseUrl };
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
  const databases: Databases = { db, aside: db, embedded: undefined };
  const outside = makeOutside({ allow: config.outsideAllow, log });
  const app = await assemble(own, log, watch(databases), outside, databases);
  return {
    key,
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
    async stop() {
      await drain(app);
      await outside.close();
    },
  };
}

async function assemble(
  config: Config & { secret: Buffer },
  log: Log,
  metrics: Metrics,
  outside: Outside,
  { db, embedded }: Databases,
): Promise<App> {
  const keyring = createKeyring(
    db,
    config.adminKey ? createHash("sha256").update(config.adminKey).digest() : undefined,
  );
  const types = keepForASecond(() => readTypes(db));
  return buildApp(
    {
      db,
      outside,
      log,
      metrics,
      version,
      secret: config.secret,
      authenticate: keyring.authenticate,
      authenticateHash: keyring.authenticateHash,
      forgetKeys: keyring.forget,
      listTypes: types.read,
      forgetTypes: types.forget,
      obstacle: () => obstacle(db, embedded),
    },
    config,
  );
}

async function obstacle(db: Db, embedded: EmbeddedPostgres | undefined): Promise<string | undefined> {
  if (embedded && !embedded.running) return "the embedded database is being restarted";
  try {
    return (await isCurrent(db.pool)) ? undefined : "the database's migrations are not those of this release";
  } catch {
    return "the database does not answer";
  }
}

/** What signs cursors and seals secrets: given, or the installation's own. */
function secretOf({ secret, dataDir }: Config): Buffer {
  return secret ?? ownSecret(dataDir);
}

/** The installation's own secret, made at the first start and kept beside the data. */
function ownSecret(dataDir: string): Buffer {
  const file = join(dataDir, "secret");
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, randomBytes(32).toString("hex"), { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
  }
  const text = readFileSync(file, "utf8").trim();
  if (/^[0-9a-f]{64}$/.test(text)) return Buffer.from(text, "hex");
  throw new DatabaseRefusal(
    `${file} does not hold a secret of 64 hexadecimal digits. Put it back from a copy, or remove it to have a new one made: cursors and sessions given out before end then, and the secrets of webhooks do not open: rotate those.`,
  );
}

/** A value read at most once a second, by one reader at a time. */
function keepForASecond(read: () => Promise<ChannelType[]>): {
  read(): Promise<readonly ChannelType[]>;
  forget(): void;
} {
  let kept: Promise<readonly ChannelType[]> | undefined;
  let until = 0;
  const forget = () => void (kept = undefined);
  return {
    forget,
    read() {
      if (!kept || performance.now() > until) {
        until = performance.now() + 1000;
        kept = read();
        kept.catch(forget);
      }
      return kept;
    },
  };
}

const drainPatience = 5000;

/** Finishes what is under way; who has not sent a whole request by then is cut off. */
async function drain(app: App): Promise<void> {
  const limit = setTimeout(() => app.server.closeAllConnections(), drainPatience);
  await app.close();
  clearTimeout(limit);
}

const sweepPause = 600_000;

/** Lets go what is due, every ten minutes. Answers what ends it, and waits for a run under way. */
function sweepRegularly(db: Db, log: Log, metrics: Metrics): () => Promise<void> {
  let run = Promise.resolve();
  const timer = setInterval(() => void (run = run.then(() => sweepOnce(db, log, metrics))), sweepPause);
  timer.unref();
  return () => {
    clearInterval(timer);
    return run;
  };
}

async function sweepOnce(db: Db, log: Log, metrics: Metrics): Promise<void> {
  try {
    const swept = await sweep(db, await readTypes(db));
    metrics.sweepEnded(swept);
    const { customers, answers } = swept;
    if (customers + answers > 0) log.info({ customers, answers }, "erased what was due");
  } catch (error) {
    metrics.sweepEnded(undefined);
    log.warn({ err: error }, "could not erase what was due; it is tried again in ten minutes");
  }
}

async function stopAll(
  app: App | undefined,
  outside: Outside,
  { db, aside, embedded }: Databases,
  worker?: Worker,
  endSweeping?: () => Promise<void>,
): Promise<void> {
  await Promise.all([app && drain(app), worker?.stop()]);
  await endSweeping?.();
  await outside.close();
  await Promise.all([db.close(), aside.close()]);
  await embedded?.stop();
}
